"""Comparisons of XPath as SurveyJS has to write them to mean the same.

SurveyJS compares texts without regard to case and to spaces around them, takes "01" for 1, and
holds two empty numbers to be equal. Where that could matter, a function of ours compares.
Source: XPath 1.0, section 3.4; survey-core 2.5.43, OperandMaker and Helpers.checkIfValuesEqual.
"""

import re

from django.utils.translation import gettext as _

from kegiatan.form.importing.refused import Refused
from kegiatan.form.importing.surveyjs import (
    COMPARED,
    MOMENTS,
    Piece,
    as_condition,
    as_number,
    blank,
    call,
    compared,
    filled,
    guards_of,
    joined,
    negated,
    number_literal,
    quoted,
    settled,
    text_literal,
    truth,
    written_number,
)

_SWAPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def equality(left: Piece, right: Piece, *, is_equal: bool) -> Piece:
    """Return `left = right` or `left != right`."""
    if left.is_literal and not right.is_literal:
        left, right = right, left
    if right.literal == "" and not left.is_literal and left.type != "boolean":
        return blank(settled(left)) if is_equal else filled(settled(left))
    found = _equal(settled(left), settled(right))
    if is_equal:
        return found
    if found.binding == COMPARED and " = " in found.text and found.text.count(" = ") == 1:
        return Piece(found.text.replace(" = ", " <> ", 1), "boolean", COMPARED)
    return negated(found)


def _equal(left: Piece, right: Piece) -> Piece:
    if left.is_literal and right.is_literal:
        return truth(_same_literals(left, right))
    if "boolean" in (left.type, right.type):
        return _equal_conditions(left, right)
    if left.type == "choices":
        return _equal_list(left, right)
    if left.type in MOMENTS or right.type in MOMENTS:
        return _equal_moments(left, right)
    if left.type == "choice" and right.is_literal:
        return _equal_choice(left, right)
    if "number" in (left.type, right.type):
        return _equal_numbers(left, right)
    return call("sameText", [left, right], "boolean")


def _same_literals(left: Piece, right: Piece) -> bool:
    if left.type == right.type:
        return left.literal == right.literal
    first, second = as_number(left), as_number(right)
    return first.is_literal and second.is_literal and first.literal == second.literal


def _equal_conditions(left: Piece, right: Piece) -> Piece:
    """A calculation stores "true" or "false" in ODK; forms compare it with these words."""
    for one, other in ((left, right), (right, left)):
        if other.is_literal and other.literal in ("true", "false", "True", "False", 1.0, 0.0):
            condition = as_condition(one)
            return condition if other.literal in ("true", "True", 1.0) else negated(condition)
    first, second = as_condition(left), as_condition(right)
    return Piece(f"iif({first.text}, 1, 0) = iif({second.text}, 1, 0)", "boolean", COMPARED)


def _equal_list(left: Piece, right: Piece) -> Piece:
    if isinstance(right.literal, str):
        items = ", ".join(quoted(item) for item in right.literal.split())
        return Piece(f"{left.text} = [{items}]", "boolean", COMPARED)
    if isinstance(right.literal, float):
        return Piece(f"{left.text} = [{quoted(right.text)}]", "boolean", COMPARED)
    return call("sameText", [left, right], "boolean")


def _equal_moments(left: Piece, right: Piece) -> Piece:
    kinds = {_kind(left), _kind(right)}
    if len(kinds) == 1 and "date" in kinds:
        return compared(left, "=", right)
    first, second = as_number(left), as_number(right)
    return joined([compared(first, "=", second), filled(first)], "and")


def _kind(piece: Piece) -> str:
    """Return date for days: of a question, of today, or written as one."""
    if isinstance(piece.literal, str):
        return "date" if len(piece.literal) == 10 and piece.literal.count("-") == 2 else "text"
    return "date" if piece.type in ("date", "today") else piece.type


def _equal_choice(left: Piece, right: Piece) -> Piece:
    """Compare with the value as the choice has it, where one choice alone can be meant."""
    if isinstance(right.literal, float):
        meant = [value for value in left.values if written_number(value) == right.literal]
        if len(meant) == 1:
            return _equal_choice(left, text_literal(meant[0]))
        return compared(as_number(left), "=", right)
    wanted = str(right.literal)
    near = [value for value in left.values if _same_to_surveyjs(value, wanted)]
    if near in ([], [wanted]):
        return compared(left, "=", right)
    return call("sameText", [left, right], "boolean")


def _same_to_surveyjs(one: str, other: str) -> bool:
    if one.strip().lower() == other.strip().lower():
        return True
    first, second = written_number(one), written_number(other)
    return first is not None and first == second


def _equal_numbers(left: Piece, right: Piece) -> Piece:
    if isinstance(right.literal, str):
        value = written_number(right.literal)
        if value is None:
            return truth(False)
        right = number_literal(value)
    first, second = as_number(left), as_number(right)
    found = compared(first, "=", second)
    is_ref = all(one.text.startswith(("{", "coalesce(")) for one in (first, second))
    if second.is_literal or is_ref or not (first.may_be_empty and second.may_be_empty):
        return found
    return joined([found, filled(first)], "and")


def relation(left: Piece, operator: str, right: Piece) -> Piece:
    """Return `left < right` and its like; with an empty answer it never holds."""
    left, right = settled(left), settled(right)
    if left.is_literal and not right.is_literal:
        left, operator, right = right, _SWAPPED[operator], left
    moments = {left.type, right.type} & (MOMENTS | {"time"})
    if not moments or not _are_days(left, right):
        left, right = as_number(left), as_number(right)
    found = compared(left, operator, right)
    both_open = bool(guards_of(left)) and bool(guards_of(right))
    if operator in ("<=", ">=") and both_open:
        return joined([found, filled(left)], "and")
    return found


def relation_of_values(left: Piece, operator: str, right: Piece) -> Piece:
    """Return `left < right` of JavaScript, which compares two texts by their letters.

    Raises Refused when both are texts: here only numbers, days and times have an order.
    """
    if left.is_literal or right.is_literal:
        is_refused = _is_words(left, right) or _is_words(right, left)
    else:
        is_refused = left.type == right.type == "text"
    if is_refused:
        message = _("Two texts are compared by size; only numbers, days and times can be.")
        raise Refused("order_of_texts", message, _("Compare with a number or a date."))
    return relation(left, operator, right)


def _is_words(literal: Piece, other: Piece) -> bool:
    """Whether a text written in a form is neither a number nor a day, nor a time beside one."""
    text = literal.literal
    if not isinstance(text, str) or re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    if other.type in MOMENTS or other.type == "time":
        return re.match(r"[0-9]{2}:[0-9]{2}", text) is None
    return written_number(text) is None


def _are_days(left: Piece, right: Piece) -> bool:
    """Whether both are days, or times of day, that SurveyJS compares as they are written."""
    if _kind(left) == _kind(right) == "date" or left.type == right.type == "time":
        return True
    return left.type == "time" and re.fullmatch(r"\d\d:\d\d", str(right.literal)) is not None
