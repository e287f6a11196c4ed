"""The JSON Schema of one answer: types, formats, lengths, choices.

What a rule of the form refuses (required, min, max, validators, regexes) is a verdict of the form
engine, not a fault of shape; an interview may be incomplete. Source: design, section 6, point 1.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from kegiatan.form import caps
from kegiatan.form import elements as el
from kegiatan.form.questions import Question, Scope, form_scope

Schema = dict[str, Any]

UUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
NUMBER: Schema = {
    "type": "number",
    "minimum": -caps.NUMBER_LIMIT,
    "maximum": caps.NUMBER_LIMIT,
}
TEXT: Schema = {"type": "string", "maxLength": caps.TEXT_LENGTH}
COMMENT: Schema = {"type": "string", "maxLength": caps.COMMENT_LENGTH}
SCALAR: Schema = {**NUMBER, "type": ["string", "number", "boolean"], "maxLength": caps.TEXT_LENGTH}
COMPUTED: Schema = {
    **SCALAR,
    "type": ["string", "number", "boolean", "array"],
    "items": SCALAR,
    "maxItems": 1_000,
}
ATTACHMENT: Schema = {"type": "string", "pattern": UUID_PATTERN}
GEOTAG: Schema = {
    "type": "object",
    "properties": {
        "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "lon": {"type": "number", "minimum": -180, "maximum": 180},
        "accuracy_m": {"type": "number", "minimum": 0, "maximum": caps.NUMBER_LIMIT},
        "at": {"type": "string", "format": "date-time"},
    },
    "required": ["lat", "lon"],
    "additionalProperties": False,
}
_FILE: Schema = {
    "anyOf": [
        ATTACHMENT,
        {
            "type": "object",
            "properties": {
                "name": {"type": "string", "maxLength": 255},
                "type": {"type": "string", "maxLength": 255},
                "content": ATTACHMENT,
            },
            "required": ["content"],
            "additionalProperties": False,
        },
    ]
}
_SIGNATURE_PICTURE: Schema = {
    "type": "string",
    "pattern": "^data:image/(png|jpeg);base64,[A-Za-z0-9+/=]*$",
    "maxLength": caps.SIGNATURE_LENGTH,
}
_SIGNATURE: Schema = {"anyOf": [ATTACHMENT, _SIGNATURE_PICTURE]}

_TEXT_FORMATS = {
    "date": "date",
    "time": "clock-time",
    "datetime-local": "local-datetime",
    "datetime": "any-datetime",
    "month": "year-month",
    "week": "year-week",
}

_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
_CLOCK = re.compile(_TIME, re.ASCII)
_LOCAL = re.compile(rf"(\d{{4}}-\d\d-\d\d)T{_TIME}", re.ASCII)
_ANY = re.compile(rf"(\d{{4}}-\d\d-\d\d)T{_TIME}(?:Z|[+-][01]\d:[0-5]\d)?", re.ASCII)
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_WEEK = re.compile(r"\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])", re.ASCII)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_local_datetime(text: str) -> bool:
    found = _LOCAL.fullmatch(text)
    return found is not None and _is_day(found[1])


def _is_any_datetime(text: str) -> bool:
    found = _ANY.fullmatch(text)
    return found is not None and _is_day(found[1])


def _is_moment(text: str) -> bool:
    found = _ANY.fullmatch(text)
    if found is None or not _is_day(found[1]):
        return False
    return datetime.fromisoformat(text).tzinfo is not None


# Formats of the answer schema; "date-time" is ours so that a leap second or "t" does not slip in.
FORMATS: dict[str, Callable[[str], bool]] = {
    "clock-time": lambda text: _CLOCK.fullmatch(text) is not None,
    "local-datetime": _is_local_datetime,
    "any-datetime": _is_any_datetime,
    "year-month": lambda text: _MONTH.fullmatch(text) is not None,
    "year-week": lambda text: _WEEK.fullmatch(text) is not None,
    "date-time": _is_moment,
}


def answer_schema(question: Question) -> Schema:
    """Return the JSON Schema of one answer; for a roster see `scope_schema`."""
    kind = question.kind
    if kind in el.CHOICE_TYPES:
        return _choice_schema(question)
    if kind in ("matrix", "matrixdropdown"):
        return _matrix_schema(question)
    builder = _BUILDERS.get(kind)
    return builder(question) if builder else SCALAR


def scope_schema(scope: Scope) -> Schema:
    """Return the JSON Schema of one object of answers, rosters within.

    Unknown names pass: canonicalisation keeps them apart under `_archived`.
    """
    properties: Schema = {"_archived": {"type": "object"}}
    if scope.path:
        properties["_id"] = {"type": "string", "pattern": UUID_PATTERN}
    for name in scope.computed:
        properties[name] = COMPUTED
    for key, question in scope.questions.items():
        properties.setdefault(key + el.COMMENT_SUFFIX, COMMENT)
        if question.kind in ("matrixdynamic", "matrixdropdown"):
            properties.setdefault(key + el.TOTAL_SUFFIX, _totals())
        if key in scope.rosters:
            rows = scope_schema(scope.rosters[key])
            properties[key] = {"type": "array", "items": rows, "maxItems": max_rows(question)}
        else:
            properties[key] = answer_schema(question)
    return {"type": "object", "properties": properties}


def max_rows(roster: Question) -> int:
    """Return how many rows a roster may hold: the form's maximum, else survey-core's default."""
    is_panel = roster.kind == "paneldynamic"
    stated = roster.element.get("maxPanelCount" if is_panel else "maxRowCount")
    if type(stated) is int and stated > 0:
        return min(stated, caps.ANSWER_OBJECTS)
    return caps.PANEL_ROWS if is_panel else caps.MATRIX_ROWS


def _choice_schema(question: Question) -> Schema:
    one = _one_of(question)
    if question.is_multiple:
        prop = question.element.get("valuePropertyName")
        if isinstance(prop, str) and prop:
            one = {"type": "object", "properties": {prop: one}, "required": [prop]}
        return {"type": "array", "items": one, "uniqueItems": True, "maxItems": 5_000}
    return one


def _one_of(question: Question) -> Schema:
    if question.master:
        return {"type": "string", "maxLength": caps.CODE_LENGTH}
    if question.choices_open or not question.choices:
        return SCALAR
    return {"enum": [choice.value for choice in question.choices]}


def _text_schema(question: Question) -> Schema:
    if question.is_number:
        return NUMBER
    element = question.element
    mask = element.get("maskType")
    if mask in ("numeric", "currency"):  # the engine stores the number behind the mask
        return {**SCALAR, "type": ["string", "number"]}
    schema = _limited(element, caps.TEXT_LENGTH)
    text_format = _TEXT_FORMATS.get(question.input_type)
    return {**schema, "format": text_format} if text_format else schema


def _limited(element: el.Element, cap: int) -> Schema:
    stated = element.get("maxLength")
    limit = min(stated, cap) if type(stated) is int and stated > 0 else cap
    return {"type": "string", "maxLength": limit}


def _multipletext_schema(question: Question) -> Schema:
    properties = {}
    for item in el.mappings_of(question.element.get("items")):
        is_number = item.get("inputType") in ("number", "range")
        properties[str(item.get("name"))] = (
            NUMBER if is_number else _limited(item, caps.TEXT_LENGTH)
        )
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _rating_schema(question: Question) -> Schema:
    if question.choices:
        return {"enum": [choice.value for choice in question.choices]}
    element = question.element
    low, high = element.get("rateMin", 1), element.get("rateMax")
    count, step = element.get("rateCount"), element.get("rateStep", 1)
    if high is None and all(map(_is_plain_number, (low, count, step))):
        high = low + (element["rateCount"] - 1) * step
    high = 5 if high is None else high
    if not (_is_plain_number(low) and _is_plain_number(high)):
        return NUMBER
    return {"type": "number", "minimum": low, "maximum": high}


def _is_plain_number(value: object) -> bool:
    return type(value) in (int, float)


def _matrix_schema(question: Question) -> Schema:
    element = question.element
    if question.kind == "matrix":
        values = [choice.value for choice in el.choice_items(element.get("columns"))]
        one: Schema = {"enum": values} if values else SCALAR
        if element.get("cellType") == "checkbox":
            one = {"type": "array", "items": one, "uniqueItems": True}
        elif element.get("cellType") == "text":
            one = {"type": "object", "additionalProperties": SCALAR}
        if not question.parts:
            return one
    else:
        one = _matrix_row(element)
    rows = {row: one for row, _title in question.parts}
    return {"type": "object", "properties": rows, "additionalProperties": False}


def _matrix_row(matrix: el.Element) -> Schema:
    """Return the schema of one row of a matrixdropdown; its cells are questions of their own."""
    page = {"elements": [{**matrix, "type": "matrixdynamic", "name": "row", "valueName": ""}]}
    row = scope_schema(form_scope({"pages": [page]}).rosters["row"])
    return {**row, "additionalProperties": False}


def _totals() -> Schema:
    return {"type": "object", "additionalProperties": SCALAR}


_BUILDERS: dict[str, Callable[[Question], Schema]] = {
    "text": _text_schema,
    "comment": lambda question: _limited(question.element, caps.COMMENT_LENGTH),
    "boolean": lambda question: {"enum": [choice.value for choice in question.choices]},
    "rating": _rating_schema,
    "multipletext": _multipletext_schema,
    "geotag": lambda question: GEOTAG,
    "photo": lambda question: {
        "type": "array",
        "items": ATTACHMENT,
        "uniqueItems": True,
        "maxItems": caps.ATTACHMENTS,
    },
    "file": lambda question: {"type": "array", "items": _FILE, "maxItems": caps.ATTACHMENTS},
    "signature": lambda question: _SIGNATURE,
    "signaturepad": lambda question: _SIGNATURE,
    "barcode": lambda question: {"type": "string", "maxLength": caps.BARCODE_LENGTH},
    "expression": lambda question: COMPUTED,
    "prefilled": lambda question: COMPUTED,
}
