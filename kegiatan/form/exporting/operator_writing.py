"""Operators of forms that XPath has no sign for: contains, anyof, allof, noneof, + of texts.

Each function takes both sides as XPath and what they are answered with (`Types` of
`xpath_writing`; "" for what is no question), and returns XPath, None when there is no equal.
Source: survey-core 2.5.43, OperandMaker; XPath 1.0, section 4.2; XLSForm specification, selected().
"""

import re
import string
from collections.abc import Callable
from typing import TypeAlias

Joining: TypeAlias = Callable[[str, str, str, str], str | None]
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_NUMBER = re.compile(r"\s*-?\d+(?:\.\d+)?\s*", re.ASCII)
_ENDS_IN_TEXT = re.compile(r", ('[^']+'|\"[^\"]+\")\)+$")
_NO_TEXTS = ("roster", "other")
_NUMBERS = ("", "number", "any")
_TEXT_FUNCTIONS = (
    "concat(", "substr(", "substring-after(", "substring-before(", "normalize-space(",
    "translate(", "jr:choice-name(", "join(", "format-date(", "date(", "date-time(",
    "today(", "now(", "selected-at(",
)  # fmt: skip


class Joined(str):
    """Texts put together, one of them written out: surely a text."""

    __slots__ = ()


class Items(str):
    """A list that is written out. As a text: its items with spaces between, quoted."""

    __slots__ = ("items",)
    items: tuple[str, ...]


def items_of(parts: list[str]) -> Items | None:
    """Return a list of quoted texts and numbers, None when an item is neither or has a space."""
    values = [_text_of(part) for part in parts]
    items = tuple(value for value in values if value is not None and _is_one_word(value))
    if len(items) != len(parts) or any('"' in item for item in items):
        return None
    quote = '"' if any("'" in item for item in items) else "'"
    found = Items(f"{quote}{' '.join(items)}{quote}")
    found.items = items
    return found


def _text_of(part: str) -> str | None:
    if _LITERAL.fullmatch(part):
        return part[1:-1]
    return part if _NUMBER.fullmatch(part) else None


def _is_one_word(text: str) -> bool:
    """Whether selected() takes the text for one choice: it splits at spaces."""
    return bool(text) and (not text.strip() or not re.search(r"\s", text))


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _contains(left: str, right: str, left_type: str, right_type: str) -> str | None:
    literal = _text_of(right)
    if left_type in _NO_TEXTS or right_type in (*_NO_TEXTS, "choices"):
        return None
    if left_type != "choices":
        return None if isinstance(right, Items) else _contains_text(left, right, literal)
    if isinstance(right, Items):
        return _all_of(left, right, left_type, right_type)
    if literal is not None and not _is_one_word(literal):
        return None
    return f"selected({left}, {right})"


def _contains_text(left: str, right: str, literal: str | None) -> str | None:
    """SurveyJS finds parts of texts without regard to case, and an empty one nowhere."""
    if literal is None:
        return f"({right} != '' and contains({_lower(left)}, {_lower(right)}))"
    if not literal or not literal.isascii():
        return None
    if literal.lower() == literal.upper():
        return f"contains({left}, {_quoted(literal)})"
    return f"contains({_lower(left)}, {_quoted(literal.lower())})"


def _lower(text: str) -> str:
    return f"translate({text}, '{string.ascii_uppercase}', '{string.ascii_lowercase}')"


def _tests(left: str, right: str, left_type: str) -> list[str]:
    """Return the test for each item of a list that is written out, none for another right side."""
    items = right.items if isinstance(right, Items) and left_type not in _NO_TEXTS else ()
    if left_type == "choices":
        return [f"selected({left}, {_quoted(item)})" for item in items]
    return [f"{left} = {_quoted(item)}" for item in items]


def _any_of(left: str, right: str, left_type: str, _right_type: str) -> str | None:
    tests = _tests(left, right, left_type)
    return f"({' or '.join(tests)})" if tests else None


def _all_of(left: str, right: str, left_type: str, _right_type: str) -> str | None:
    tests = _tests(left, right, left_type) if left_type == "choices" else []
    return f"({' and '.join(tests)})" if tests else None


def _plus(left: str, right: str, left_type: str, right_type: str) -> str | None:
    """A written text makes + put texts together; of other texts nobody knows beforehand."""
    sides = ((left, left_type), (right, right_type))
    if any(type_ in (*_NO_TEXTS, "choices") for _side, type_ in sides):
        return None
    if any(_is_text(side) for side, _type in sides):
        return Joined(f"concat({left}, {right})")
    if any(type_ not in _NUMBERS or _may_be_text(side) for side, type_ in sides):
        return None
    return f"{left} + {right}"


def _is_text(side: str) -> bool:
    if isinstance(side, Joined):
        return True
    literal = side[1:-1] if _LITERAL.fullmatch(side) else ""
    return bool(literal.strip()) and not re.search(r"\d", literal) and not isinstance(side, Items)


def _may_be_text(side: str) -> bool:
    bare = side.lstrip("(")
    is_branch = bare.startswith(("if(", "coalesce(")) and _ENDS_IN_TEXT.search(bare)
    return bare.startswith((*_TEXT_FUNCTIONS, "'", '"')) or bool(is_branch)


def _not(joining: Joining) -> Joining:
    def negated(left: str, right: str, left_type: str, right_type: str) -> str | None:
        found = joining(left, right, left_type, right_type)
        inner = found[1:-1] if found is not None and found.startswith("(") else found
        return None if inner is None else f"not({inner})"

    return negated


JOINING: dict[str, Joining] = {
    "contains": _contains, "notcontains": _not(_contains), "anyof": _any_of, "allof": _all_of,
    "noneof": _not(_any_of), "+": _plus,
}  # fmt: skip
