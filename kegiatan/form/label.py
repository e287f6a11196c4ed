"""The label of an assignment from its answers: `{nama_krt} - (No. Urut: {nomor_urut_bangunan})`."""

import re
from collections.abc import Mapping

from kegiatan.form.caps import LABEL_LENGTH
from kegiatan.form.json_value import JsonObject, JsonValue, clean_text
from kegiatan.form.questions import Scope

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SEPARATORS = "-\u2013\u2014/|,;:\u00b7"
_DOUBLED = re.compile(rf"(\s[{_SEPARATORS}])(?:\s+[{_SEPARATORS}])+(?=\s)|(,)(?:\s*,)+")


def label_from_template(
    template: str,
    answers: JsonObject,
    prefilled: Mapping[str, JsonValue] | None = None,
    *,
    scope: Scope | None = None,
) -> str:
    """Return the label, at most 255 characters, on one line; "" when nothing is known.

    {name}: the answer, else the prefilled value; {prefilled.name}: only the latter. With `scope`
    a choice shows its text. Brackets around nothing, and separators left over, are dropped.
    """
    known = prefilled or {}
    values = {
        name: _value(name.strip(), answers, known, scope) for name in _PLACEHOLDER.findall(template)
    }
    missing = not all(values.values())
    if values and not any(values.values()):
        return ""
    kept = _BRACKETS.sub(lambda found: _unless_empty(found[0], values), template)
    label = _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), kept)
    label = " ".join(label.split())
    if missing:
        label = _DOUBLED.sub(r"\1\2", label).strip(_SEPARATORS + " ")
    return label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1].rstrip() + "…"


def _unless_empty(group: str, values: Mapping[str, str]) -> str:
    names = _PLACEHOLDER.findall(group)
    return "" if names and not any(values[name] for name in names) else group


def _value(
    name: str, answers: JsonObject, prefilled: Mapping[str, JsonValue], scope: Scope | None
) -> str:
    if name.startswith("prefilled."):
        return _shown(prefilled.get(name.removeprefix("prefilled.")), {})
    key = name.removeprefix("responses.") if name not in answers else name
    question = scope.questions.get(key) if scope is not None else None
    labels = question.labels if question is not None else {}
    return _shown(answers.get(key), labels) or _shown(prefilled.get(key), labels)


def _shown(value: JsonValue, labels: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, (_shown(item, labels) for item in value)))
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return labels.get(str(value), "")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean_text(labels.get(str(value), str(value)))
