"""Pieces of SurveyJS expressions, with what is known about their values.

A piece carries its text, the type of its value and how tightly it binds, so that brackets stand
only where they are needed. Source: grammar and operators of survey-core 2.5.43.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from kegiatan.form import caps
from kegiatan.form.importing.refused import Refused

# choices: a list of chosen values; date, time, datetime: texts as answers hold them; today, now:
# a moment that the engine makes; digits: a number kept as text, for its length is judged; rows: the
# rows of a roster; any: only known while an interview runs.
Type = Literal[
    "number", "boolean", "text", "choice", "choices", "date", "time", "datetime", "today", "now",
    "digits", "rows", "any",
]  # fmt: skip
MOMENTS = frozenset({"date", "datetime", "today", "now"})
TEXTUAL = frozenset({"text", "choice", "digits", "any"})
_NUMBER = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")
# How tightly a piece binds: or, and, not, comparison, sum, product, operand.
OR, AND, NOT, COMPARED, SUM, PRODUCT, ATOM = range(1, 8)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an expression.

    literal: its value, for a text or number written in the form; raw: the name to read without
    SurveyJS turning "1" into a number; guards: operands that must not be empty for the text to mean
    a number (arithmetic with an empty answer gives none in XPath, a number in SurveyJS).
    may_be_empty: whether the value may be missing.
    """

    text: str
    type: Type
    binding: int = ATOM
    literal: str | float | None = None
    raw: str = ""
    guards: tuple[str, ...] = ()
    may_be_empty: bool = False
    values: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_literal(self) -> bool:
        """Whether it is a text or number written in the form."""
        return self.literal is not None

    def within(self, binding: int) -> str:
        """Return the text, in brackets where a neighbour binds tighter."""
        return self.text if self.binding > binding else f"({self.text})"


TRUE = Piece("1 = 1", "boolean", COMPARED)
FALSE = Piece("1 = 0", "boolean", COMPARED)


def quoted(text: str) -> str:
    """Return a text as a literal of an expression. Raises Refused for what none can hold.

    A backslash stands for itself to survey-core, unless a quote comes after it.
    """
    if re.search(r"\\(?:['\"]|$)", text):
        message = _("The text %(text)s cannot be written in an expression.") % {"text": text[:80]}
        raise Refused("text_not_writable", message, _("Take out the backslash before the quote."))
    escaped = re.sub(r"(['\"])", r"\\\1", text)
    return f"'{escaped}'"


def text_literal(text: str) -> Piece:
    """Return a text written in a form."""
    return Piece(quoted(text), "text", literal=text)


def number_literal(value: float) -> Piece:
    """Return a number written in a form. Raises Refused for one that is not finite."""
    value = finite_number(value)
    shown = int(value) if value.is_integer() else format(Decimal(repr(value)), "f")
    return Piece(str(shown), "number", literal=value)


def written_number(text: str) -> float | None:
    """Return the number that a text is, None when it is none.

    Raises Refused for one that is not finite. Source: XPath 1.0, sections 3.7 and 4.4.
    """
    return finite_number(text) if _NUMBER.fullmatch(text) else None


def finite_number(given: object) -> float:
    """Return a number of a file. Raises Refused: not_a_number, for infinity and what is none."""
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    try:
        if is_number or (isinstance(given, str) and _NUMBER.fullmatch(given)):
            value = float(given)  # type: ignore[arg-type]  # a number or the text of one
            if math.isfinite(value):
                return value
    except OverflowError:
        pass
    message = _("%(value)s is no number that can be used here.") % {"value": _start(given)}
    raise Refused("not_a_number", message, _("Correct the number."))


def _start(given: object) -> str:
    """Return the first characters of what is shown to a person; Python writes no endless number."""
    try:
        return str(given)[:40]
    except ValueError:
        return "999…"


def fitting(piece: Piece) -> Piece:
    """Return a piece that an expression can hold. Raises Refused: expression_too_long."""
    if len(piece.text) > caps.EXPRESSION_LENGTH:
        message = _("The expression is longer than %(cap)d characters.")
        remedy = _("Split it in several calculations.")
        raise Refused("expression_too_long", message % {"cap": caps.EXPRESSION_LENGTH}, remedy)
    return piece


def truth(value: bool) -> Piece:
    """Return true or false; a bare constant is not an expression to SurveyJS."""
    return TRUE if value else FALSE


def call(name: str, arguments: Iterable[Piece | str], type_: Type, *, empty: bool = False) -> Piece:
    """Return a call; pieces are passed so that texts of digits stay texts."""
    shown = ", ".join(
        argument if isinstance(argument, str) else argument.raw or argument.text
        for argument in arguments
    )
    return fitting(Piece(f"{name}({shown})", type_, may_be_empty=empty))


def joined(pieces: Sequence[Piece], word: Literal["and", "or"]) -> Piece:
    """Return conditions in a row; what is always so or never so falls out."""
    neutral, decisive = (TRUE, FALSE) if word == "and" else (FALSE, TRUE)
    if decisive in pieces:
        return decisive
    pieces = [piece for piece in pieces if piece != neutral]
    if not pieces:
        return neutral
    if len(pieces) == 1:
        return pieces[0]
    binding = AND if word == "and" else OR
    parts = [piece.text if piece.binding >= binding else f"({piece.text})" for piece in pieces]
    if word == "or":  # `a and b or c` reads badly, and people will edit it
        parts = [f"({piece.text})" if piece.binding == AND else part
                 for piece, part in zip(pieces, parts, strict=True)]  # fmt: skip
    return fitting(Piece(f" {word} ".join(parts), "boolean", binding))


def negated(piece: Piece) -> Piece:
    """Return the opposite of a condition."""
    if piece in (TRUE, FALSE):
        return FALSE if piece == TRUE else TRUE
    if piece.binding == NOT:  # written by this very function
        return Piece(piece.text.removeprefix("!(")[:-1], "boolean", OR)
    return Piece(f"!({piece.text})", "boolean", NOT)


def compared(left: Piece, operator: str, right: Piece) -> Piece:
    """Return a comparison as it is written."""
    text = f"{left.within(COMPARED)} {operator} {right.within(COMPARED)}"
    return Piece(text, "boolean", COMPARED)


def settled(piece: Piece) -> Piece:
    """Return arithmetic as a value: nothing when one of its operands is empty."""
    if not piece.guards:
        return piece
    condition = " and ".join(_filled_text(guard) for guard in piece.guards)
    return fitting(Piece(f"iif({condition}, {piece.text})", "number", may_be_empty=True))


def filled(piece: Piece) -> Piece:
    """Return whether there is a value; `notempty` can only stand after a name."""
    return Piece(_filled_text(piece.within(COMPARED)), "boolean", COMPARED)


def blank(piece: Piece) -> Piece:
    """Return whether there is no value."""
    operand = piece.within(COMPARED)
    text = f"{operand} empty" if is_name(operand) else f"{operand} = ''"
    return Piece(text, "boolean", COMPARED)


def is_name(operand: str) -> bool:
    """Return whether an operand is one name in braces."""
    return operand.startswith("{") and operand.endswith("}") and operand.count("{") == 1


def _filled_text(operand: str) -> str:
    return f"{operand} notempty" if is_name(operand) else f"{operand} <> ''"


def as_value(piece: Piece) -> Piece:
    """Return a piece as an answer is stored: days and moments as text."""
    piece = settled(piece)
    if piece.type == "today":
        return Piece(f"dateText({piece.text})", "date")
    if piece.type == "now":
        return Piece(f"dateTimeText({piece.text})", "datetime")
    return piece


def as_number(piece: Piece) -> Piece:
    """Return a piece as a number: of a text what it says, of a moment the days since 1970."""
    if piece.type == "number":
        return piece
    if piece.type == "boolean":
        return Piece(f"iif({piece.text}, 1, 0)", "number")
    if isinstance(piece.literal, str):
        value = written_number(piece.literal)
        if value is not None:
            return number_literal(value)
    name = "toDays" if piece.type in MOMENTS | {"time"} else "toNumber"
    return call(name, [piece], "number", empty=piece.type not in ("today", "now"))


def as_condition(piece: Piece) -> Piece:
    """Return a piece as a condition: texts and lists hold when not empty, numbers when not 0."""
    if piece.type == "boolean":
        return piece
    piece = settled(piece)
    if piece.is_literal:
        return truth(bool(piece.literal))
    if piece.type == "number":
        not_zero = Piece(f"{piece.within(COMPARED)} <> 0", "boolean", COMPARED)
        return joined([filled(piece), not_zero], "and") if piece.may_be_empty else not_zero
    return filled(piece)


def guards_of(piece: Piece) -> tuple[str, ...]:
    """Return what must not be empty for the number to be one."""
    if piece.guards:
        return piece.guards
    return (piece.text,) if piece.may_be_empty and not piece.is_literal else ()


def arithmetic(left: Piece, operator: str, right: Piece) -> Piece:
    """Return a sum, difference, product, quotient or rest of two pieces."""
    left, right = as_number(left), as_number(right)
    binding = SUM if operator in "+-" else PRODUCT
    first = left.text if left.binding >= binding else f"({left.text})"
    guards = dict.fromkeys((*guards_of(left), *guards_of(right)))
    text = f"{first} {operator} {right.within(binding)}"
    return fitting(Piece(text, "number", binding, guards=tuple(guards)))


def retyped(piece: Piece, type_: Type) -> Piece:
    """Return a piece of which more is known."""
    return replace(piece, type=type_)
