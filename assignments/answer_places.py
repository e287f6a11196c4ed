"""Where in a form an answer stands, in words: the rows around it by title and number."""

from collections.abc import Mapping, Sequence
from typing import Any

from assignments.admin_answers import plain_answer
from kegiatan.form.json_path import row_key, split_path
from kegiatan.form.json_value import JsonObject
from kegiatan.form.questions import Scope

TITLE_LENGTH = 80


def row_title(scope: Scope, row: Mapping[str, Any], index: int) -> str:
    """Return a row's number and its first answer."""
    for question in scope.questions.values():
        value = row.get(question.key)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return f"{index + 1}. {plain_answer(question, value)[:TITLE_LENGTH]}"
    return f"{index + 1}."


def rows_around(scope: Scope, path: str, answers: Sequence[JsonObject]) -> str:
    """Return the rows of a path by title and number, of the first answers that have them."""
    return next((words for found in answers if (words := _rows_in(scope, path, found))), "")


def _rows_in(scope: Scope, path: str, answers: JsonObject) -> str:
    steps, _last = split_path(path) or ([], "")
    place, words = answers, []
    for key, wanted in steps:
        rows = place.get(key)
        found = [
            (index, row)
            for index, row in enumerate(rows if isinstance(rows, list) else [])
            if isinstance(row, dict) and row_key(row, index) == wanted
        ]
        if not found or key not in scope.rosters:
            return ""
        index, place = found[0]
        title, scope = scope.questions[key].title, scope.rosters[key]
        words.append(f"{title}: {row_title(scope, place, index)}")
    return " › ".join(words)
