"""The visit outcome beside the answers, when an answer to its question is edited."""

from typing import Any

from kegiatan.form.json_value import JsonObject, same_json
from kegiatan.form.questions import Scope

OUTCOME_LENGTH = 100


def outcome_after(scope: Scope, stored: str, before: JsonObject, after: JsonObject) -> str:
    """Return the outcome of edited answers; `stored` where its question was not touched."""
    for key, question in scope.questions.items():
        if question.visit_outcome and not same_json(before.get(key), after.get(key)):
            value: Any = after.get(key)
            return "" if value is None else str(value)[:OUTCOME_LENGTH]
    return stored
