"""The JavaScript that forms of the original platform hold, parsed; it is never run.

The subset that conditions are written in: a function or its body of `return`, `if`, `const` and
expressions. Anything else is refused with its place. Source: ECMAScript 2023, sections 12 to 15.
"""

from dataclasses import dataclass

from kegiatan.form.importing.javascript_tokens import JavaScriptFaulty as JavaScriptFaulty
from kegiatan.form.importing.javascript_tokens import Token, tokens, unescaped

LENGTH = 10_000
DEPTH = 50
CHAINED = 100  # parts in one another, brackets or not: who walks the tree calls itself for each
_BINDING = {
    "??": 1, "||": 1, "&&": 2, "==": 3, "!=": 3, "===": 3, "!==": 3, "<": 4, "<=": 4, ">": 4,
    ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_UNARY = 7
_DECLARING = frozenset({"const", "let", "var"})
_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, truth value, or None for null and undefined."""

    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """`owner.key`, or `owner[key]` with a key that is written out."""

    owner: "Expression"
    key: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call; is_new: with `new` before it."""

    callee: "Expression"
    arguments: tuple["Expression", ...]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Array:
    """`[a, b]`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`!a` or `-a`."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands with an operator."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Conditional:
    """`test ? yes : no`."""

    test: "Expression"
    yes: "Expression"
    no: "Expression"


Expression = Literal | Name | Member | Call | Array | Unary | Binary | Conditional


@dataclass(frozen=True, slots=True)
class Return:
    """`return value;`."""

    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """`if (test) {...} else {...}`."""

    test: Expression
    yes: tuple["Statement", ...]
    no: tuple["Statement", ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """`const name = value;`."""

    name: str
    value: Expression


Statement = Return | If | Declared


@dataclass(frozen=True, slots=True)
class Function:
    """A function. parameters: what its first parameter and the others are called."""

    parameters: tuple[str, ...]
    body: tuple[Statement, ...]


def parse_javascript(text: str) -> Function:
    """Return the function of a text: `return x;`, `function (c) {...}`, `c => x`, or `x` alone.

    Raises JavaScriptFaulty, whatever text comes.
    """
    if len(text) > LENGTH:
        raise JavaScriptFaulty(LENGTH, "")
    function = _Parser(list(tokens(text)), len(text)).function()
    _check_depth(function)
    return function


def _check_depth(function: Function) -> None:
    """Raise JavaScriptFaulty for more than CHAINED parts in one another."""
    stack: list[tuple[object, int]] = [(statement, 0) for statement in function.body]
    while stack:
        part, depth = stack.pop()
        if depth > CHAINED:
            raise JavaScriptFaulty(0, "")
        for name in getattr(part, "__slots__", ()):
            inner = getattr(part, name)
            for each in inner if isinstance(inner, tuple) else (inner,):
                stack.append((each, depth + 1))


class _Parser:
    def __init__(self, tokens: list[Token], length: int) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0
        self.end = Token("end", "", length)

    def peek(self, ahead: int = 0) -> Token:
        index = self.index + ahead
        return self.tokens[index] if index < len(self.tokens) else self.end

    def take(self) -> Token:
        token = self.peek()
        self.index += 1
        return token

    def sees(self, text: str, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token.kind in ("sign", "name") and token.text == text

    def skips(self, text: str) -> bool:
        if self.sees(text):
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.skips(text):
            raise self.fault()

    def fault(self) -> JavaScriptFaulty:
        return JavaScriptFaulty(self.peek().at, self.peek().text)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise self.fault()

    def function(self) -> Function:
        parameters: tuple[str, ...] = ()
        if self.skips("function"):
            if self.peek().kind == "name":
                self.take()
            parameters = self.parameters()
            body = self.block()
        elif self.is_arrow():
            parameters = self.parameters() if self.sees("(") else (self.take().text,)
            self.expect("=>")
            body = self.block() if self.sees("{") else (Return(self.expression(0)),)
        elif self.peek().kind == "name" and self.peek().text in ("return", "if", *_DECLARING):
            found: list[Statement] = []
            while self.peek().kind != "end":
                found += self.statement()
            body = tuple(found)
        else:
            body = (Return(self.expression(0)),)
        while self.skips(";"):
            pass
        if self.peek().kind != "end":
            raise self.fault()
        return Function(parameters, body)

    def is_arrow(self) -> bool:
        if self.peek().kind == "name" and self.sees("=>", 1):
            return True
        if not self.sees("("):
            return False
        ahead = 1
        while self.peek(ahead).kind == "name" or self.sees(",", ahead):
            ahead += 1
        return self.sees(")", ahead) and self.sees("=>", ahead + 1)

    def parameters(self) -> tuple[str, ...]:
        self.expect("(")
        found: list[str] = []
        while not self.sees(")"):
            if found:
                self.expect(",")
            if self.peek().kind != "name":
                raise self.fault()
            found.append(self.take().text)
        self.expect(")")
        return tuple(found)

    def block(self) -> tuple[Statement, ...]:
        self.deeper()
        self.expect("{")
        found: list[Statement] = []
        while not self.sees("}"):
            if self.peek().kind == "end":
                raise self.fault()
            found += self.statement()
        self.expect("}")
        self.depth -= 1
        return tuple(found)

    def statement(self) -> list[Statement]:
        if self.skips(";"):
            return []
        if self.skips("return"):
            is_bare = self.peek().kind == "end" or self.sees(";") or self.sees("}")
            value: Expression = Literal(None) if is_bare else self.expression(0)
            self.skips(";")
            return [Return(value)]
        if self.skips("if"):
            self.expect("(")
            test = self.expression(0)
            self.expect(")")
            yes = self.branch()
            return [If(test, yes, self.branch() if self.skips("else") else ())]
        if self.peek().kind == "name" and self.peek().text in _DECLARING:
            self.take()
            name = self.take()
            if name.kind != "name":
                raise JavaScriptFaulty(name.at, name.text)
            self.expect("=")
            value = self.expression(0)
            self.skips(";")
            return [Declared(name.text, value)]
        raise self.fault()

    def branch(self) -> tuple[Statement, ...]:
        if self.sees("{"):
            return self.block()
        self.deeper()
        found = tuple(self.statement())
        self.depth -= 1
        return found

    def expression(self, binding: int) -> Expression:
        self.deeper()
        left = self.operand()
        while True:
            token = self.peek()
            power = _BINDING.get(token.text, 0) if token.kind == "sign" else 0
            if power <= binding:
                break
            self.take()
            left = Binary(token.text, left, self.expression(power))
        if binding == 0 and self.skips("?"):
            yes = self.expression(0)
            self.expect(":")
            left = Conditional(left, yes, self.expression(0))
        self.depth -= 1
        return left

    def operand(self) -> Expression:
        token = self.peek()
        if token.kind == "sign" and token.text in ("!", "-", "+"):
            self.take()
            operand = self.expression(_UNARY)
            return (
                Call(Name("Number"), (operand,))
                if token.text == "+"
                else Unary(token.text, operand)
            )
        return self.followed(self.primary())

    def primary(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            return Literal(float(token.text))
        if token.kind == "string":
            return Literal(unescaped(token.text))
        if token.kind == "name" and token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text])
        if token.kind == "name" and token.text == "new":
            name = self.take()
            arguments = self.arguments() if self.sees("(") else ()
            return Call(Name(name.text), arguments, is_new=True)
        if token.kind == "name":
            return Name(token.text)
        if token.kind == "sign" and token.text == "(":
            found = self.expression(0)
            self.expect(")")
            return found
        if token.kind == "sign" and token.text == "[":
            return Array(self.items("]"))
        raise JavaScriptFaulty(token.at, token.text)

    def followed(self, found: Expression) -> Expression:
        """Read `.key`, `[key]` and calls after an operand."""
        links = 0
        while True:
            links += 1
            if links > DEPTH:
                raise self.fault()
            if self.skips(".") or self.skips("?."):
                name = self.take()
                if name.kind != "name":
                    raise JavaScriptFaulty(name.at, name.text)
                found = Member(found, name.text)
            elif self.skips("["):
                key = self.expression(0)
                self.expect("]")
                if not isinstance(key, Literal) or isinstance(key.value, bool):
                    raise self.fault()
                is_number = isinstance(key.value, float) and key.value.is_integer()
                found = Member(found, str(int(key.value)) if is_number else str(key.value))  # type: ignore[arg-type]  # a number
            elif self.sees("("):
                found = Call(found, self.arguments())
            else:
                return found

    def arguments(self) -> tuple[Expression, ...]:
        self.expect("(")
        return self.items(")")

    def items(self, closing: str) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while not self.sees(closing):
            if found:
                self.expect(",")
                if self.sees(closing):
                    break
            found.append(self.expression(0))
        self.expect(closing)
        return tuple(found)
