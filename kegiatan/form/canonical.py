"""Answers as they are stored: clean text, rows with an `_id`, unknown names apart.

Nothing here refuses an interview: what can be mended is mended and noted. Canonical answers
stay as they are when they come a second time. Source: design, section 6, point 1.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from kegiatan.form import caps
from kegiatan.form.elements import COMPOSITE_TYPES
from kegiatan.form.json_path import row_id
from kegiatan.form.json_value import (
    JsonObject,
    JsonValue,
    clean_foreign,
    clean_json,
    foreign_key,
    json_bytes,
    json_depth,
)
from kegiatan.form.questions import Question, Scope
from kegiatan.form.shape import (
    AnswerShape,
    ShapeFault,
    ShapeResult,
    archived_fault,
    cap_faults,
    not_an_object,
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was mended: text_cleaned, id_given, archived; path: where, "" for all."""

    code: str
    path: str


@dataclass(frozen=True, slots=True)
class CanonicalAnswers:
    """Answers as they are stored, and what was found on the way.

    attachment_ids: UUIDs in lower case that photos, files and signatures refer to, once each.
    faults: caps exceeded; `answers` is then empty, or too large in `_archived`: do not store it.
    """

    answers: JsonObject
    attachment_ids: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    faults: tuple[ShapeFault, ...] = ()


@dataclass(slots=True)
class _Run:
    """What one canonicalisation gathers."""

    assignment_id: UUID
    attachments: dict[str, None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    archived: list[object] = field(default_factory=list)


def canonical_answers(answers: object, *, scope: Scope, assignment_id: UUID) -> CanonicalAnswers:
    """Return answers as they are stored; never raises, whatever JSON value comes.

    A null or an empty text is no answer and is dropped. NUL characters go, lone surrogates become
    U+FFFD. A row without a valid `_id`, or with one used twice in its roster, gets
    uuid5(assignment, "roster path[index]"). Unknown names move to `_archived` of the unit or of
    their row, beside what is there already. A repeat gives the same.
    """
    if not isinstance(answers, dict):
        return CanonicalAnswers({}, faults=(not_an_object(),))
    run = _Run(assignment_id)
    source: JsonObject = answers
    dumped = json_bytes(answers)
    if dumped is None or b"\\u0000" in dumped:
        if json_depth(answers, cap=caps.ANSWER_DEPTH) > caps.ANSWER_DEPTH:
            return CanonicalAnswers({}, faults=cap_faults(source))
        cleaned = clean_json(answers)
        source = cleaned if isinstance(cleaned, dict) else {}
        if source != answers:
            run.notes.append(Note("text_cleaned", ""))
    capped = cap_faults(source, dumped if source is answers else None)
    if capped:
        return CanonicalAnswers({}, faults=capped)
    result = _object(source, scope, "", run)
    if run.archived and (capped := cap_faults(result)):  # `_archived` nests one level deeper
        return CanonicalAnswers({}, faults=capped)
    fault = archived_fault(run.archived) if run.archived else None
    return CanonicalAnswers(
        result, tuple(run.attachments), tuple(run.notes), (fault,) if fault else ()
    )


def accept_answers(answers: object, *, shape: AnswerShape, assignment_id: UUID) -> CanonicalAnswers:
    """Canonicalise and check in one: the faults are those of the caps and of the shape.

    With faults the answers must not be applied (a submit is parked whole, as it came).
    """
    canonical = canonical_answers(answers, scope=shape.scope, assignment_id=assignment_id)
    if canonical.faults:
        return canonical
    checked: ShapeResult = shape.check_types(canonical.answers)
    return CanonicalAnswers(
        canonical.answers, canonical.attachment_ids, canonical.notes, checked.faults
    )


def _object(source: JsonObject, scope: Scope, path: str, run: _Run) -> JsonObject:
    """Return one object of answers: the unit's, or a row's. path: "" or "roster[<_id>]."."""
    questions, plain = scope.questions, scope.plain
    result: JsonObject = {}
    foreign: JsonObject = {}
    for key, value in source.items():
        if value is None or value == "":
            continue
        if key in plain:
            result[key] = value
            continue
        question = questions.get(key)
        if question is None:
            if scope.owner(key) is not None or scope.is_computed(key):
                result[key] = value
            elif key != "_archived" and not (path and key == "_id"):
                foreign[foreign_key(key)] = clean_foreign(value)
            continue
        if question.is_roster:
            value = _rows(value, scope.rosters[key], path + key, run)
        elif question.kind in COMPOSITE_TYPES:
            value = _without_nulls(value)
        elif question.is_attachment:
            _collect(value, run)
        result[key] = value
    _archive(source.get("_archived"), foreign, result, path, run)
    return result


def _archive(
    kept: JsonValue, foreign: JsonObject, result: JsonObject, path: str, run: _Run
) -> None:
    """Put unknown names beside those archived before; a newer value of the same name wins."""
    if foreign:
        run.notes.append(Note("archived", path + "_archived"))
    if kept is not None and not isinstance(kept, dict):
        kept = {"_archived": kept}
    archived = clean_foreign({**(kept or {}), **foreign})
    if archived:
        result["_archived"] = archived
        run.archived.append(archived)


def _rows(value: JsonValue, scope: Scope, path: str, run: _Run) -> JsonValue:
    """Return the rows of a roster, each with its `_id`; what is no row is left for the check."""
    if not isinstance(value, list):
        return value
    rows: list[JsonValue] = [row for row in value if row is not None]
    ids = _row_ids(rows, path, run)
    result: list[JsonValue] = []
    for row, identity in zip(rows, ids, strict=True):
        if isinstance(row, dict):
            inner = _object(row, scope, f"{path}[{identity}].", run)
            result.append({"_id": identity, **inner})
        else:
            result.append(row)
    return result


def _row_ids(rows: list[JsonValue], path: str, run: _Run) -> list[str]:
    """Return an id per row. Ids that rows bring are taken first, so that none loses its own."""
    brought = [row_id(row.get("_id")) if isinstance(row, dict) else None for row in rows]
    taken = {identity for identity in brought if identity is not None}
    used: set[str] = set()
    result = []
    for index, identity in enumerate(brought):
        if not isinstance(rows[index], dict):
            result.append("")
            continue
        if identity is None or identity in used:
            identity = _given_id(f"{path}[{index}]", taken, run)
        used.add(identity)
        result.append(identity)
    return result


def _given_id(place: str, taken: set[str], run: _Run) -> str:
    """Return uuid5(assignment, place), made different while another row has it."""
    attempt, name = 0, place
    while (identity := str(uuid5(run.assignment_id, name))) in taken:
        attempt += 1
        name = f"{place}#{attempt}"
    taken.add(identity)
    run.notes.append(Note("id_given", place))
    return identity


def _without_nulls(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def _collect(value: JsonValue, run: _Run) -> None:
    for item in value if isinstance(value, list) else [value]:
        found = row_id(item.get("content") if isinstance(item, dict) else item)
        if found is not None:
            run.attachments.setdefault(found)


def attachment_questions(scope: Scope) -> list[Question]:
    """Return the questions whose answers refer to attachments, in the order of the form."""
    return [question for question in scope.walk() if question.is_attachment]
