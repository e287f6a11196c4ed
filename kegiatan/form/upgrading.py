"""Taking answers to a newer version of the questionnaire: nothing is lost, and it is said.

Answers to questions that the newer version does not have, or would refuse by type or choice, go to
`_archived` of the unit or of their row; what was set apart and is asked again comes back.
Source: spec, "Form versions".
"""

from dataclasses import dataclass
from uuid import UUID

from kegiatan.form.canonical import canonical_answers
from kegiatan.form.json_path import path_question, row_key, split_path
from kegiatan.form.json_value import JsonObject, JsonValue
from kegiatan.form.questions import Scope
from kegiatan.form.shape import AnswerShape

_ARCHIVED = "_archived"
_ROUNDS = 100  # the shape lists at most 100 faults at a time


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Answers as the newer version takes them.

    removed: paths of answers to questions that are not asked any more. not_fitting: of answers
    whose question changed its type or choices. Both are kept in `_archived`.
    brought_back: of answers that were set apart before and are asked again.
    unreadable: the answers exceed a cap or are no object; they are returned as they came.
    """

    answers: JsonObject
    removed: tuple[str, ...] = ()
    not_fitting: tuple[str, ...] = ()
    brought_back: tuple[str, ...] = ()
    unreadable: bool = False

    @property
    def kept_apart(self) -> tuple[str, ...]:
        """Return the paths of everything that was set apart now."""
        return self.removed + self.not_fitting


def upgrade_answers(answers: JsonObject, *, shape: AnswerShape, assignment_id: UUID) -> Upgrade:
    """Return stored answers for the version that `shape` belongs to. A repeat changes nothing."""
    removed: list[str] = []
    brought_back: list[str] = []
    _list_removed(answers, shape.scope, "", removed)
    restored = _restore(answers, shape, "", shape.scope, brought_back)
    canonical = canonical_answers(restored, scope=shape.scope, assignment_id=assignment_id)
    if canonical.faults:
        return Upgrade(answers, unreadable=True)
    result = canonical.answers
    not_fitting: list[str] = []
    for _round in range(_ROUNDS):
        paths = [fault.path for fault in shape.check(result).faults if fault.path]
        moved = [path for path in paths if _set_apart(result, path)]
        not_fitting += moved
        if not moved:
            break
    back = tuple(path for path in brought_back if path not in not_fitting)
    apart = tuple(path for path in not_fitting if path not in brought_back)
    return Upgrade(result, tuple(removed), apart, back)


def _list_removed(answers: JsonObject, scope: Scope, path: str, found: list[str]) -> None:
    for key, value in answers.items():
        known = scope.owner(key) is not None or scope.is_computed(key)
        if key in ("_id", _ARCHIVED) or value is None or value == "":
            continue
        if not known:
            found.append(path + key)
        elif key in scope.rosters and isinstance(value, list):
            for index, row in enumerate(value):
                if isinstance(row, dict):
                    inner = f"{path}{key}[{row_key(row, index)}]."
                    _list_removed(row, scope.rosters[key], inner, found)


def _restore(
    answers: JsonObject, shape: AnswerShape, path: str, scope: Scope, found: list[str]
) -> JsonObject:
    """Return a copy in which archived answers to questions of this version stand again."""
    kept = answers.get(_ARCHIVED)
    result: JsonObject = {key: value for key, value in answers.items() if key != _ARCHIVED}
    rest: JsonObject = {}
    for key, value in kept.items() if isinstance(kept, dict) else ():
        question = scope.owner(key)
        if question is not None and key not in result and _fits(shape, path, key, value):
            result[key] = value
            found.append(path + key)
        else:
            rest[key] = value
    for key, rows in scope.rosters.items():
        value = result.get(key)
        if isinstance(value, list):
            result[key] = [
                _restore(row, shape, f"{path}{key}[{row_key(row, index)}].", rows, found)
                if isinstance(row, dict)
                else row
                for index, row in enumerate(value)
            ]
    if rest:
        result[_ARCHIVED] = rest
    return result


def _fits(shape: AnswerShape, path: str, key: str, value: JsonValue) -> bool:
    """Return whether an answer alone has the shape of its question; rosters are looked at whole."""
    parsed = split_path(path + key)
    if parsed is None or path_question(shape.scope, path + key) is None:
        return False
    alone: JsonObject = {key: value}
    for roster, _row in reversed(parsed[0]):
        alone = {roster: [alone]}
    return shape.check(alone).ok


def _set_apart(answers: JsonObject, path: str) -> bool:
    """Move the answer at a path to `_archived` beside it; False when there is none to move."""
    parsed = split_path(path)
    if parsed is None:
        return False
    steps, last = parsed
    place = answers
    for number, (roster, wanted) in enumerate(steps):
        rows = place.get(roster)
        row = _row(rows, wanted)
        if row is None or (number == len(steps) - 1 and not last):
            last = roster
            break
        place = row
    if last not in place:
        return False
    value = place.pop(last)
    kept = place.get(_ARCHIVED)
    place[_ARCHIVED] = {**(kept if isinstance(kept, dict) else {}), last: value}
    return True


def _row(rows: JsonValue, wanted: str) -> JsonObject | None:
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict) and row_key(row, index) == wanted:
            return row
    return None
