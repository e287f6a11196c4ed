"""Expressions of XLSForms, parsed: the subset of XPath 1.0 that ODK knows.

A tokenizer and a Pratt parser; nothing is evaluated. `${name}` and `.` are operands of their own.
Source: ODK XForms specification, "XPath expressions"; XPath 1.0, section 3.7 (lexical structure).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LENGTH = 20_000
DEPTH = 60
CHAINED = 100  # parts in one another; operators of FLAT in a row count as one
FLAT = frozenset({"and", "or", "+"})

# Names may hold - and . and one :, as in `selected-at` and `jr:choice-name`.
_NAME = r"[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?"
_TOKEN = re.compile(
    rf"""(?P<space>[\s\u00a0\u200b\ufeff]+)
    |(?P<ref>\$\{{\s*(?:last-saved\#)?\s*[^\s{{}}]+\s*\}})
    |(?P<string>'[^']*'|"[^"]*")
    |(?P<number>\d+(?:\.\d*)?|\.\d+)
    |(?P<name>{_NAME})
    |(?P<sign>\.\.|//|::|!=|<=|>=|[-+*/|=<>()\[\],.@])
    """,
    re.VERBOSE,
)
_CURLY = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f"
_WORDS = frozenset({"and", "or", "div", "mod"})
# How tightly an operator binds; XPath 1.0, section 3.5.
_BINDING: Final = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6, "|": 8,
}  # fmt: skip
_UNARY = 7


class XPathFaulty(ValueError):
    """An expression that cannot be read. at: index of the character; reason: a word for messages
    (sign, quote, end, operand, too_long, too_deep, axis)."""

    def __init__(self, reason: str, at: int, found: str) -> None:
        super().__init__(f"{reason} at {at}: {found!r}")
        self.reason = reason
        self.at = at
        self.found = found


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class String:
    """A text between quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Ref:
    """`${name}`. last_saved: `${last-saved#name}`, the answer of the form filled in before."""

    name: str
    last_saved: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a name, `.`, `..` or `*`, with its predicates."""

    name: str
    predicates: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from `start` (an operand before the first `/`), from the root, or from the question."""

    steps: tuple[Step, ...]
    start: "Node | None" = None
    absolute: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands with an operator, word operators in lower case."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Negative:
    """`-` before an operand."""

    operand: "Node"


Node = Number | String | Ref | Path | Call | Binary | Negative
CURRENT = Path((Step("."),))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse_xpath(text: str) -> Node:
    """Return the tree of an expression. Raises XPathFaulty, whatever text comes."""
    if len(text) > LENGTH:
        raise XPathFaulty("too_long", LENGTH, "")
    parser = _Parser(list(_tokens(text)), len(text))
    node = parser.expression(0)
    parser.expect_end()
    _check_depth(node)
    return node


def _check_depth(node: Node) -> None:
    """Raise XPathFaulty for more than CHAINED parts in one another."""
    stack: list[tuple[Node, int]] = [(node, 0)]
    while stack:
        part, depth = stack.pop()
        if depth > CHAINED:
            raise XPathFaulty("too_deep", 0, "")
        if isinstance(part, Binary):
            left = part.left
            is_chain = isinstance(left, Binary) and left.operator == part.operator
            is_flat = is_chain and part.operator in FLAT
            stack += [(part.right, depth + 1), (left, depth if is_flat else depth + 1)]
        else:
            stack += [(inner, depth + 1) for inner in _children(part)]


def operands(node: Node, operator: str) -> list[Node]:
    """Return the operands of a chain of one operator of FLAT, left to right: `a and b and c`."""
    found: list[Node] = []
    while isinstance(node, Binary) and node.operator == operator:
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything in it, predicates too."""
    stack: list[Node] = [node]
    while stack:
        item = stack.pop()
        yield item
        stack += _children(item)


def _children(node: Node) -> list[Node]:
    """Return what stands directly in a node, the last first."""
    if isinstance(node, Binary):
        return [node.right, node.left]
    if isinstance(node, Negative):
        return [node.operand]
    if isinstance(node, Call):
        return [*reversed(node.arguments)]
    if isinstance(node, Path):
        found = [inner for step in node.steps for inner in step.predicates]
        return [*found, node.start] if node.start is not None else found
    return []


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            sign = text[position]
            reason = "quote" if sign in "'\"" or sign in _CURLY else "sign"
            raise XPathFaulty(reason, position, text[position : position + 20])
        if found.lastgroup != "space":
            yield _Token(found.lastgroup, found[0], position)
        position = found.end()


class _Parser:
    """Reads tokens one after another; depth counts what is open, so that no text overflows us."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0
        self.end = _Token("end", "", length)

    def peek(self, ahead: int = 0) -> _Token:
        index = self.index + ahead
        return self.tokens[index] if index < len(self.tokens) else self.end

    def take(self) -> _Token:
        token = self.peek()
        self.index += 1
        return token

    def is_sign(self, text: str, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token.kind == "sign" and token.text == text

    def expect(self, text: str) -> None:
        token = self.take()
        if token.kind != "sign" or token.text != text:
            raise XPathFaulty("end" if token.kind == "end" else "sign", token.at, token.text)

    def expect_end(self) -> None:
        token = self.peek()
        if token.kind != "end":
            raise XPathFaulty("sign", token.at, token.text)

    def expression(self, binding: int) -> Node:
        self.depth += 1
        if self.depth > DEPTH:
            raise XPathFaulty("too_deep", self.peek().at, self.peek().text)
        left = self.operand()
        while True:
            operator = self.operator()
            power = _BINDING.get(operator, 0)
            if not operator or power <= binding:
                break
            self.take()
            left = Binary(operator, left, self.expression(power))
        self.depth -= 1
        return left

    def operator(self) -> str:
        """Return the operator that stands next, else "": a name after an operand is one."""
        token = self.peek()
        text = token.text.lower() if token.kind == "name" else token.text
        if token.kind == "name":
            return text if text in _WORDS else ""
        return text if token.kind == "sign" and text in _BINDING else ""

    def operand(self) -> Node:
        if self.is_sign("-"):
            self.take()
            return Negative(self.expression(_UNARY))
        token = self.peek()
        if token.kind == "number":
            self.take()
            return Number(token.text)
        if token.kind == "string":
            self.take()
            return String(token.text[1:-1])
        return self.path(token)

    def path(self, token: _Token) -> Node:
        """Read a path: `../x[1]/y`, `/data/x`, `${rows}[1]/x`, `instance('i')/root/item`."""
        start = self.start(token)
        steps: list[Step] = []
        absolute = False
        if start is None and self.is_sign("/"):
            absolute = True
            self.take()
        elif start is None:
            steps.append(self.step())
        elif self.is_sign("["):
            steps.append(Step(".", self.predicates()))
        while self.is_sign("/") or (absolute and not steps):
            if steps or start is not None:
                self.take()
            steps.append(self.step())
        if start is not None and not steps:
            return start
        return Path(tuple(steps), start, absolute)

    def start(self, token: _Token) -> Node | None:
        """Return what a path begins with, when that is no step."""
        if token.kind == "ref":
            self.take()
            inner = token.text[2:-1].strip()
            saved = inner.startswith("last-saved#")
            return Ref(inner.removeprefix("last-saved#").strip(), saved)
        if token.kind == "sign" and token.text == "(":
            self.take()
            node = self.expression(0)
            self.expect(")")
            return node
        if token.kind == "name" and self.is_sign("(", 1):
            return self.call()
        return None

    def call(self) -> Call:
        name = self.take().text
        self.expect("(")
        arguments: list[Node] = []
        while not self.is_sign(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.expression(0))
        self.expect(")")
        return Call(name, tuple(arguments))

    def step(self) -> Step:
        token = self.take()
        if token.kind == "end":
            raise XPathFaulty("end", token.at, "")
        if token.kind not in ("name", "sign") or (
            token.kind == "sign" and token.text not in (".", "..", "*")
        ):
            reason = "axis" if token.text in ("@", "//", "::") else "operand"
            raise XPathFaulty(reason, token.at, token.text)
        if self.is_sign("::") or self.is_sign("//"):
            raise XPathFaulty("axis", token.at, token.text)
        return Step(token.text, self.predicates())

    def predicates(self) -> tuple[Node, ...]:
        found: list[Node] = []
        while self.is_sign("["):
            self.take()
            found.append(self.expression(0))
            self.expect("]")
        return tuple(found)
