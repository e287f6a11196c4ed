"""Who may change which answer, and what changed between two sets of answers.

Both sides are canonical. Rows are matched by `_id`, never by position.
Source: design, section 6, point 2.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kegiatan.form.json_path import row_id, row_key
from kegiatan.form.json_value import JsonObject, JsonValue, same_json
from kegiatan.form.questions import Question, Scope

_KEPT_APART = ("_id", "_archived")
FIELD_ROLE = "PPL"  # the only role whose device may still hold answers of an older form version


@dataclass(frozen=True, slots=True)
class MergeResult:
    """Answers with every change that the role may make.

    refused_paths: what the role tried to change, add or take away and may not. A submit goes on
    without them; an edit is refused when there are any.
    """

    answers: JsonObject
    refused_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerDiff:
    """One changed answer. path: `anggota[<_id>].kbli`, or of a whole row that came or went;
    old, new: JSON values, None where there was or is no answer."""

    path: str
    old: JsonValue
    new: JsonValue


def merge_editable(scope: Scope, role: str, before: JsonObject, after: JsonObject) -> MergeResult:
    """Return `after`, with the value of `before` wherever `role` may not edit.

    role: "PPL", "PML" or "admin".

    - An answer that is absent in `after` counts as taken away.
    - Rows come and go, and change places, only for a role that may edit their roster; within a row
      each question has its own `editableBy`. A new row has no protected values; a removed one
      takes its protected values along (`answer_changes` lists the whole row).
    - A comment companion belongs to its question. What the form computes (expressions, totals) is
      taken from `after` and never refused: it follows from the other answers.
    - `_archived` of `before` is kept; only the PPL adds to it.
    """
    refused: list[str] = []
    answers = _merge(scope, role, before, after, "", refused)
    return MergeResult(answers, tuple(refused))


def _merge(
    scope: Scope, role: str, before: JsonObject, after: JsonObject, path: str, refused: list[str]
) -> JsonObject:
    merged: JsonObject = {}
    if "_id" in after:
        merged["_id"] = after["_id"]
    for key in [*after, *(key for key in before if key not in after)]:
        if key in _KEPT_APART:
            continue
        question = scope.owner(key)
        old, new = before.get(key), after.get(key)
        if key in scope.rosters and question is not None and _both_rows(old, new):
            value: JsonValue = _merge_rows(
                scope.rosters[key], question, role, old, new, path + key, refused
            )
            if not value and (new if role in question.editable_by else old) is None:
                continue
        elif _may_edit(scope, question, key, role) or same_json(old, new):
            value = new
        else:
            refused.append(path + key)
            value = old
        if value is not None:
            merged[key] = value
    archived = _merged_archive(role, before.get("_archived"), after.get("_archived"))
    if archived:
        merged["_archived"] = archived
    return merged


def _both_rows(old: JsonValue, new: JsonValue) -> bool:
    return all(
        rows is None or (isinstance(rows, list) and all(isinstance(row, dict) for row in rows))
        for rows in (old, new)
    )


def _may_edit(scope: Scope, question: Question | None, key: str, role: str) -> bool:
    if scope.is_computed(key):
        return True
    return question is not None and role in question.editable_by


def _merge_rows(
    scope: Scope,
    roster: Question,
    role: str,
    old: JsonValue,
    new: JsonValue,
    path: str,
    refused: list[str],
) -> list[JsonValue]:
    before, after = _by_id(old), _by_id(new)
    may_edit = role in roster.editable_by
    if not may_edit:
        refused.extend(f"{path}[{key}]" for key in after if key not in before)
        refused.extend(f"{path}[{key}]" for key in before if key not in after)
    merged: list[JsonValue] = []
    for key in after if may_edit else before:
        if key in after:
            inner = f"{path}[{key}]."
            row = _merge(scope, role, before.get(key, {}), after[key], inner, refused)
        else:
            row = before[key]
        merged.append(row)
    return merged


def _by_id(rows: JsonValue) -> dict[str, JsonObject]:
    """Return rows by `_id`, in order; a row without one goes by its index."""
    if not isinstance(rows, list):
        return {}
    return {row_key(row, index): row for index, row in enumerate(rows) if isinstance(row, dict)}


def _merged_archive(role: str, before: JsonValue, after: JsonValue) -> JsonValue:
    kept = before if isinstance(before, dict) else {}
    added = after if role == FIELD_ROLE and isinstance(after, dict) else {}
    return {**kept, **added}


def answer_changes(before: JsonObject, after: JsonObject) -> list[AnswerDiff]:
    """Return what differs, one entry per answer; a row that came or went is one entry.

    Rosters are known by their rows' `_id`; a changed order of rows is no change.
    """
    return list(_changes(before, after, ""))


def _changes(before: JsonObject, after: JsonObject, path: str) -> Iterator[AnswerDiff]:
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        if key == "_id" or same_json(old, new):
            continue
        sides = [[] if side is None else side for side in (old, new)]
        if (_is_roster(old) or _is_roster(new)) and all(map(_is_roster, sides)):
            yield from _row_changes(old, new, path + key)
        else:
            yield AnswerDiff(path + key, old, new)


def _is_roster(value: JsonValue) -> bool:
    if not isinstance(value, list):
        return False
    ids = [row_id(row.get("_id")) if isinstance(row, dict) else None for row in value]
    return None not in ids and len(set(ids)) == len(ids)


def _row_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[AnswerDiff]:
    before, after = _by_id(old), _by_id(new)
    for key, row in before.items():
        if key in after:
            yield from _changes(row, after[key], f"{path}[{key}].")
        else:
            yield AnswerDiff(f"{path}[{key}]", row, None)
    for key, row in after.items():
        if key not in before:
            yield AnswerDiff(f"{path}[{key}]", None, row)
