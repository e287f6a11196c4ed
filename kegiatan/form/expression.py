"""Expressions of a form, read without running them: names, functions, brackets.

A tokenizer for the language of `visibleIf` and its like. It finds what an expression refers to;
whether operators and operands fit together is said by the form engine.
Source: grammar of survey-core 2.5.43 (`{` any text without braces `}`; a function's name directly
before its bracket; strings in ' or " with \\' and \\").
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "string", "number", "word", "sign"]

# Functions of survey-core 2.5.43.
BUILT_IN_FUNCTIONS = frozenset(
    {
        "age", "avg", "avgInArray", "count", "countInArray", "currentDate", "currentYear",
        "dateAdd", "dateDiff", "day", "diffDays", "displayValue", "getComment", "getDate",
        "getYear", "iif", "isContainerReady", "isDisplayMode", "max", "maxInArray", "min",
        "minInArray", "month", "propertyValue", "round", "substring", "sum", "sumInArray",
        "today", "trunc", "weekday", "year",
    }
)  # fmt: skip
# Ours, in pwa/src/engine/form-functions.ts.
OWN_FUNCTIONS = frozenset(
    {
        "coalesce", "concatText", "countNonEmpty", "countRows", "countSelected", "dateText",
        "dateTimeText", "formatDate", "isSelected", "joinInArray", "matches", "mathOf", "pick",
        "roundTo", "sameText", "selectedAt", "textAfter", "textBefore", "textContains",
        "textEndsWith", "textLength", "textNormalize", "textSlice", "textStartsWith",
        "textTranslate", "toDays", "toInteger", "toNumber", "valueInRow",
    }
)  # fmt: skip
# (roster, name of a question in its rows, [name to return,] condition on a row);
# countRows: (roster, condition on a row)
ARRAY_FUNCTIONS = frozenset(
    {"avgInArray", "countInArray", "countRows", "maxInArray", "minInArray", "sumInArray"}
)
# Its second argument is a regular expression.
MATCHING_FUNCTION = "matches"
# Functions whose first argument is the name of a question, as text.
NAMING_FUNCTIONS = frozenset({"displayValue", "propertyValue", "getComment", "isContainerReady"})

_TOKEN = re.compile(
    r"""(?P<name>\{[^{}]*\})
    |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?)
    |(?P<word>[^\W\d][\w.-]*)
    |(?P<sign>&&|\|\||<=|>=|==|!=|<>|\*=|[-+*/%^<>=!()\[\],&|])
    |(?P<space>\s+)
    """,
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {")": "(", "]": "["}


class ExpressionFaulty(ValueError):
    """An expression that cannot be read. at: index of the character where reading stopped."""

    def __init__(self, at: int, found: str) -> None:
        super().__init__(f"{found!r} at {at}")
        self.at = at
        self.found = found


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression. text: without braces or quotes for names and strings."""

    kind: Kind
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function; each argument as its tokens. at: index of its first token."""

    name: str
    arguments: tuple[tuple[Token, ...], ...]
    at: int


def expression_tokens(text: str) -> list[Token]:
    """Return the tokens of an expression. Raises ExpressionFaulty: sign, quote or bracket open."""
    tokens: list[Token] = []
    opened: list[Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise ExpressionFaulty(position, text[position : position + 20])
        if found.lastgroup != "space":
            token = _token(found)
            tokens.append(token)
            _match_bracket(token, opened)
        position = found.end()
    if opened:
        raise ExpressionFaulty(opened[-1].at, opened[-1].text)
    return tokens


def _token(found: re.Match[str]) -> Token:
    kind: Kind = found.lastgroup  # type: ignore[assignment]  # the groups of _TOKEN, less "space"
    text = found[0]
    if kind in ("name", "string"):
        text = text[1:-1]
    return Token(kind, text, found.start())


def _match_bracket(token: Token, opened: list[Token]) -> None:
    if token.kind != "sign":
        return
    if token.text in ("(", "["):
        opened.append(token)
    elif token.text in _PAIRS and (not opened or opened.pop().text != _PAIRS[token.text]):
        raise ExpressionFaulty(token.at, token.text)


def expression_depth(tokens: Sequence[Token]) -> int:
    """Return how deep brackets are nested."""
    depth = deepest = 0
    for token in tokens:
        if token.kind == "sign" and token.text in "([":
            depth += 1
            deepest = max(deepest, depth)
        elif token.kind == "sign" and token.text in ")]":
            depth -= 1
    return deepest


def expression_calls(tokens: Sequence[Token]) -> Iterator[Call]:
    """Yield every call, outer ones first: a word with a bracket directly behind it."""
    for index, token in enumerate(tokens[:-1]):
        after = tokens[index + 1]
        is_call = token.kind == "word" and after.text == "(" and after.kind == "sign"
        if is_call and after.at == token.at + len(token.text):
            yield Call(token.text, tuple(_arguments(tokens, index + 2)), token.at)


def _arguments(tokens: Sequence[Token], start: int) -> Iterator[tuple[Token, ...]]:
    depth = 0
    current: list[Token] = []
    for token in tokens[start:]:
        if token.kind == "sign" and token.text in "([":
            depth += 1
        elif token.kind == "sign" and token.text in ")]":
            if depth == 0:
                break
            depth -= 1
        elif token.kind == "sign" and token.text == "," and depth == 0:
            yield tuple(current)
            current = []
            continue
        current.append(token)
    if current:
        yield tuple(current)


def names_in_text(text: str) -> list[str]:
    """Return the names that a title or another text shows: `Umur {panel.nama}`."""
    return [found.strip() for found in re.findall(r"\{([^{}]*)\}", text)]


def path_parts(name: str) -> list[tuple[str, bool]]:
    """Return (part, has an index) of a name, lower case: `A[0].b` -> [("a", True), ("b", False)].

    survey-core compares names without regard to case.
    """
    parts = []
    for part in name.strip().split("."):
        found = re.fullmatch(r"(.*)\[\s*(-?\d+)\s*\]", part, re.DOTALL)
        parts.append((found[1].lower(), True) if found else (part.lower(), False))
    return parts
