"""JSON as devices send it, read whole: what a strict reader refuses or rounds is kept as text.

A typed answer may end in half an emoji, and a number may be longer than 64 bits. Neither is a
reason to turn away an interview, and neither may reach readers that cannot hold it.
"""

import math
import re
from typing import Any

import orjson

_INT64 = 2**63
# A number that may not fit into 64 bits. Only after what can stand before a number: ids in texts
# are not looked at twice.
_LARGE = re.compile(rb"[:,\[]\s*-?(?:[0-9]{19}|[0-9]+\.?[0-9]*[eE]\+?[0-9])")
# What needs no second look comes in runs: other signs, texts without escapes, short numbers.
_TOKEN = re.compile(
    rb'(?:[^"0-9NI-]++|"(?:[^"\\]++|\\[^u])*+"|-?[0-9]{1,18}+(?:\.[0-9]*+)?(?![0-9.eE])'
    rb"|-?[0-9]{1,9}+(?:\.[0-9]*+)?[eE](?:-[0-9]++|\+?[0-9])(?![0-9.eE]))++"
    rb'|(?P<text>"(?:[^"\\]++|\\.)*+"?)'
    rb"|(?P<number>-?Infinity|NaN|-?[0-9][0-9.]*+(?:[eE][+-]?[0-9]++)?)",
    re.DOTALL,
)
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.",
    re.DOTALL,
)
_HALF = len(rb"\ud83d")


def read_json(body: bytes) -> Any:
    """Return the value of a JSON text; numbers beyond 64 bits come as the text that was sent.

    NaN and Infinity, which some writers make, come as text too, and half a surrogate pair as
    U+FFFD. Nesting is bounded by orjson (1,024). Raises orjson.JSONDecodeError for what is no JSON.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        mended = storable_json(body)
        if mended == body:
            raise
        return orjson.loads(mended)
    if _LARGE.search(body) is None:
        return value
    mended = storable_json(body)
    return value if mended == body else orjson.loads(mended)


def storable_json(body: bytes) -> bytes:
    """Return JSON text with quotes around numbers beyond 64 bits, and no half surrogate pairs."""
    return _TOKEN.sub(_storable, body)


def _storable(token: re.Match[bytes]) -> bytes:
    text = token[0]
    if token["text"] is not None:
        return _ESCAPE.sub(_whole, text)
    if token["number"] is not None and is_beyond_64_bits(text):
        return b'"%s"' % text
    return text


def _whole(escape: re.Match[bytes]) -> bytes:
    text = escape[0]
    is_half = len(text) == _HALF and text[2:3] in b"dD"
    return rb"\ufffd" if is_half else text


def is_beyond_64_bits(text: bytes) -> bool:
    """Return whether a number, as JSON writes it, is none that a 64-bit reader holds."""
    if text in (b"NaN", b"Infinity", b"-Infinity"):
        return True
    number = _NUMBER.fullmatch(text)
    if number is None:
        return False
    if number[1] is None and number[2] is None and len(text) <= 20:
        return not -_INT64 <= int(text) < _INT64
    value = float(text)
    return not math.isfinite(value) or abs(value) >= _INT64
