"""Paths of answers: `nama_krt`, `anggota[<_id>].kbli`, `anggota[<_id>].pekerjaan[<_id>].upah`.

Names may hold dots, never brackets; an index (`anggota[0].kbli`) is accepted on input.
Source: design, section 6.
"""

import re
from collections.abc import Sequence

from kegiatan.form.json_value import JsonObject, JsonValue
from kegiatan.form.questions import Question, Scope

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_STEP = re.compile(r"(?P<key>[^\[\]]+)\[(?P<row>[^\[\]]*)\](?:\.|$)")
_MAX_LENGTH = 2_000


def row_id(value: object) -> str | None:
    """Return a row's `_id` in lower case when it is a UUID in text form, else None."""
    if not isinstance(value, str) or len(value) != 36:
        return None
    lowered = value.lower()
    return lowered if _UUID.fullmatch(lowered) else None


def row_key(row: JsonValue, index: int) -> str:
    """Return what stands in the brackets for a row: its `_id`, or its index when it has none."""
    found = row_id(row.get("_id")) if isinstance(row, dict) else None
    return found if found is not None else str(index)


def split_path(path: str) -> tuple[list[tuple[str, str]], str] | None:
    """Return ([(roster, row), ...], last name) of a path; None when it is malformed.

    The last name is empty for the path of a row.
    """
    if len(path) > _MAX_LENGTH:
        return None
    steps, position = [], 0
    while found := _STEP.match(path, position):
        steps.append((found["key"], found["row"]))
        position = found.end()
    last = path[position:]
    if "[" in last or "]" in last or (not last and (not steps or path.endswith("."))):
        return None
    return steps, last


def normalise_path(path: str, answers: JsonObject) -> str | None:
    """Return `path` with every row named by its `_id`; None if malformed or without such a row."""
    parsed = split_path(path)
    if parsed is None:
        return None
    steps, last = parsed
    done, place = "", answers
    for key, wanted in steps:
        rows = place.get(key)
        row = _find_row(rows if isinstance(rows, list) else [], wanted)
        if row is None:
            return None
        name, place = row
        done += f"{key}[{name}]" + "."
    return done + last if last else done[:-1]


def _find_row(rows: Sequence[JsonValue], wanted: str) -> tuple[str, JsonObject] | None:
    asked = row_id(wanted)
    is_index = len(wanted) <= 6 and wanted.isascii() and wanted.isdigit()
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            continue
        if row_key(row, index) == asked or (is_index and index == int(wanted)):
            return row_key(row, index), row
    return None


def path_question(scope: Scope, path: str) -> Question | None:
    """Return the question that a path points to, the roster for a row's; None if unknown."""
    parsed = split_path(path)
    if parsed is None:
        return None
    steps, last = parsed
    roster: Question | None = None
    for key, _row in steps:
        if key not in scope.rosters:
            return None
        roster, scope = scope.questions[key], scope.rosters[key]
    return scope.owner(last) if last else roster


def located(
    scope: Scope, location: Sequence[str | int], answers: JsonValue
) -> tuple[str, Question | None]:
    """Return path and question of a place given as keys and indexes from the top of the answers.

    The path ends at the question, whatever is meant inside its answer.
    """
    path, question, place = "", None, answers
    steps = iter(location)
    for step in steps:
        key = str(step)
        path += f".{key}" if path else key
        question = scope.owner(key)
        if key not in scope.rosters or not isinstance(place, dict):
            break
        index, rows = next(steps, None), place.get(key)
        if not isinstance(index, int) or not isinstance(rows, list) or index >= len(rows):
            break
        place, scope = rows[index], scope.rosters[key]
        path += f"[{row_key(place, index)}]"
    return path, question
