"""Plain JSON values: their type, depth and size, cleaning of text, strict comparison.

Nothing here knows forms. Everything accepts any value; the caps are in `caps.py`.
"""

import json
import unicodedata
from decimal import Decimal
from typing import Any, TypeAlias

import orjson

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, JsonValue]

# Keys that reach the prototype of an object when a browser copies it key by key.
PROTOTYPE_NAMES = frozenset({"__proto__", "constructor", "prototype"})
_INT64 = 2**63
_SHOWN_DEPTH = 60  # containers shown in one another; answers are capped at fewer
# Letters and signs that nobody sees, beside what Unicode calls format, control and space.
_BLANK_SIGNS = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f")
_BLANK_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Zs"})


def json_depth(value: object, *, cap: int) -> int:
    """Return how many containers are nested in `value`; counting stops at cap + 1."""
    level: list[Any] = [value] if isinstance(value, (dict, list)) else []
    depth = 0
    while level and depth <= cap:
        depth += 1
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, (dict, list))
        ]
    return depth


def json_bytes(value: object) -> bytes | None:
    """Return compact UTF-8 JSON, or None for lone surrogates, huge integers or non-JSON."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return None


def json_size(value: object) -> int:
    """Return the size of `value` as compact JSON in bytes; its depth must be within the cap."""
    dumped = json_bytes(value)
    if dumped is not None:
        return len(dumped)
    return len(json.dumps(value, default=str, ensure_ascii=False, separators=(",", ":")))


def clean_text(text: str) -> str:
    """Drop NUL characters and replace lone surrogates by U+FFFD: jsonb takes neither."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_json(value: object) -> JsonValue:
    """Return a copy of `value` in which every text and key is clean (see `clean_text`).

    The depth must be within the cap. Values that JSON does not know become text.
    """
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        cleaned: JsonObject = {}
        for key, item in value.items():
            cleaned.setdefault(clean_text(str(key)), clean_json(item))
        return cleaned
    if isinstance(value, (list, tuple)):
        return [clean_json(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return clean_text(str(value))


def clean_foreign(value: JsonValue) -> JsonValue:
    """Return a copy of an unknown value that no later reader can stumble over.

    Prototype names are bracketed (`(__proto__)`), numbers that JSON or a 64-bit reader cannot hold
    become text. A second call changes nothing.
    """
    if isinstance(value, dict):
        return {foreign_key(key): clean_foreign(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_foreign(item) for item in value]
    if isinstance(value, float) and not -_INT64 <= value < _INT64:  # nor NaN
        return _number_text(value)
    if type(value) is int and not -_INT64 <= value < _INT64:
        return str(value)
    return value


def _number_text(value: float) -> str:
    """Return a number as JavaScript writes it: digits below 1e21, beyond that with an exponent."""
    return str(int(Decimal(repr(value)))) if abs(value) < 1e21 else repr(value)


def json_text(value: object, *, indent: bool = False) -> str:
    """Return JSON text for people and files, whatever was stored; never raises.

    Integers of any size come as they are, values that JSON does not know as text, and what is
    nested too deeply to be written as "…".
    """
    options = orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if indent else 0)
    try:
        return orjson.dumps(value, option=options, default=str).decode()
    except TypeError:  # numbers beyond 64 bits, depth, lone surrogates
        pass
    shown = clean_json(_shallow(value, _SHOWN_DEPTH))
    separators = None if indent else (",", ":")
    return json.dumps(
        shown, ensure_ascii=False, indent=2 if indent else None, separators=separators
    )


def _shallow(value: object, levels: int) -> object:
    if isinstance(value, dict):
        if not levels:
            return "…"
        return {key: _shallow(item, levels - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shallow(item, levels - 1) for item in value] if levels else "…"
    return value


def said(text: str) -> str:
    """Return a text without white space around it; empty when nobody could see any of it."""
    text = clean_text(text).strip()
    return text if any(map(_is_seen, text)) else ""


def _is_seen(sign: str) -> bool:
    return sign not in _BLANK_SIGNS and unicodedata.category(sign) not in _BLANK_CATEGORIES


def foreign_key(key: str) -> str:
    """Return `key`, or `(key)` when it is a prototype name."""
    return f"({key})" if key in PROTOTYPE_NAMES else key


def same_json(one: object, other: object) -> bool:
    """Return whether two JSON values are equal; true is not 1, but 1 is 1.0 as in JavaScript."""
    if one is other:
        return True
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return one == other
