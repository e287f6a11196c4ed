"""From the conditions of the original platform, parsed, to expressions of SurveyJS.

Answers are read as `context.get('name')`, `responses.name` or `answers['name']`; in a roster they
are those of the row. What is not one of the usual ways to write a condition is refused.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kegiatan.form.importing import surveyjs as js
from kegiatan.form.importing.comparing_values import equality, relation_of_values
from kegiatan.form.importing.javascript import (
    Array,
    Binary,
    Call,
    Conditional,
    Declared,
    Expression,
    Function,
    If,
    JavaScriptFaulty,
    Literal,
    Member,
    Name,
    Return,
    Statement,
    Unary,
    parse_javascript,
)
from kegiatan.form.importing.refused import Refused
from kegiatan.form.importing.surveyjs import Piece

Reads = Callable[[str], Piece]
_CONTEXTS = frozenset({"context", "ctx", "responses", "answers", "data", "values", "form", "row"})
_GETTERS = frozenset({"get", "getValue", "getAnswer", "value"})
_INNER = frozenset({"responses", "answers", "data", "values"})
STEPS = 10_000  # parts of a function, each as often as it is written out
DEPTH = 120  # parts in one another
_RELATIONS = frozenset({"<", "<=", ">", ">="})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
_TEXT_TESTS = {
    "includes": "textContains",
    "startsWith": "textStartsWith",
    "endsWith": "textEndsWith",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way through a function: under which condition it returns what."""

    when: Piece
    value: Expression
    known: Mapping[str, Expression]


class JavaScript:
    """Translates one function. reads: the piece of an answer by name; raises Refused."""

    def __init__(self, text: str, reads: Reads) -> None:
        try:
            self.function: Function = parse_javascript(text)
        except JavaScriptFaulty as error:
            place = {"at": error.at + 1, "found": error.found[:40]}
            message = _("The JavaScript is not one of the usual conditions, from character"
                        " %(at)d on: %(found)s") % place  # fmt: skip
            raise Refused("javascript_not_known", message, _remedy()) from error
        self.reads = reads
        self.contexts = _CONTEXTS | set(self.function.parameters)
        self.declared = list(_declared(self.function.body))
        self.steps = self.depth = 0
        if len(set(self.declared)) < len(self.declared):  # which one is meant depends on the place
            raise self._refused()

    def condition(self) -> Piece:
        """Return when the function gives something true."""
        found = []
        for outcome in self.outcomes():
            value = self._truth(outcome.value, outcome.known)
            found.append(js.joined([outcome.when, value], "and"))
        return js.joined(found, "or")

    def outcomes(self) -> list[Outcome]:
        """Return every way through the function; after the last there is none."""
        found: list[Outcome] = []
        self._through(self.function.body, js.TRUE, {}, found)
        return found

    def _through(
        self,
        body: tuple[Statement, ...],
        when: Piece,
        known: Mapping[str, Expression],
        found: list[Outcome],
    ) -> Piece:
        """Gather outcomes; return the condition under which the end of `body` is reached."""
        for statement in body:
            if when == js.FALSE:
                break
            if len(found) > 50:
                raise self._refused()
            if isinstance(statement, Declared):
                known = {**known, statement.name: self._inlined(statement.value, known)}
            elif isinstance(statement, Return):
                self._returned(statement.value, when, known, found)
                return js.FALSE
            elif isinstance(statement, If):
                test = self._truth(statement.test, known)
                yes = js.joined([when, test], "and")
                no = js.joined([when, js.negated(test)], "and")
                before = len(found)
                ends = [
                    self._through(statement.yes, yes, known, found),
                    self._through(statement.no, no, known, found),
                ]
                if len(found) > before:
                    when = js.joined(ends, "or")
        return when

    def _returned(
        self, value: Expression, when: Piece, known: Mapping[str, Expression], found: list[Outcome]
    ) -> None:
        if isinstance(value, Conditional):
            test = self._truth(value.test, known)
            self._returned(value.yes, js.joined([when, test], "and"), known, found)
            self._returned(value.no, js.joined([when, js.negated(test)], "and"), known, found)
        else:
            found.append(Outcome(when, value, known))

    def _inlined(self, value: Expression, known: Mapping[str, Expression]) -> Expression:
        if isinstance(value, Name):
            return known.get(value.name, value)
        return value

    def _truth(self, value: Expression, known: Mapping[str, Expression]) -> Piece:
        with self._counted():
            return self._condition(value, known)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Count a part; a name that is declared is written out wherever it stands."""
        self.steps += 1
        self.depth += 1
        if self.steps > STEPS or self.depth > DEPTH:
            raise self._refused()
        yield
        self.depth -= 1

    def _condition(self, value: Expression, known: Mapping[str, Expression]) -> Piece:
        if isinstance(value, Literal):
            return js.truth(bool(value.value))
        if isinstance(value, Binary) and value.operator in ("&&", "||"):
            parts = [self._truth(each, known) for each in (value.left, value.right)]
            return js.joined(parts, "and" if value.operator == "&&" else "or")
        if isinstance(value, Unary) and value.operator == "!":
            return js.negated(self._truth(value.operand, known))
        if isinstance(value, Conditional):
            test = self._truth(value.test, known)
            yes, no = self._truth(value.yes, known), self._truth(value.no, known)
            either = [js.joined([test, yes], "and"), js.joined([js.negated(test), no], "and")]
            return js.joined(either, "or")
        return js.as_condition(self.piece(value, known))

    def piece(self, value: Expression, known: Mapping[str, Expression]) -> Piece:
        """Return a value."""
        with self._counted():
            return self._value(value, known)

    def _value(self, value: Expression, known: Mapping[str, Expression]) -> Piece:
        if isinstance(value, Literal):
            return _literal(value)
        if isinstance(value, Name) and value.name in known:
            rest = {key: each for key, each in known.items() if key != value.name}
            return self.piece(known[value.name], rest)
        answer = self._answer(value, known)
        if answer is not None:
            return self.reads(answer)
        if isinstance(value, Binary):
            return self._binary(value, known)
        if isinstance(value, Unary) and value.operator == "-":
            operand = js.as_number(self.piece(value.operand, known))
            if isinstance(operand.literal, float):
                return js.number_literal(-operand.literal)
            return js.arithmetic(js.number_literal(0), "-", operand)
        if isinstance(value, (Unary, Conditional)):
            return self._truth(value, known)
        if isinstance(value, Call):
            return self._call(value, known)
        if isinstance(value, Member) and value.key == "length":
            return self._length(value.owner, known)
        raise self._refused()

    def _answer(self, value: Expression, known: Mapping[str, Expression]) -> str | None:
        """Return the name of the answer that is read, None when it is none."""
        if isinstance(value, Call) and len(value.arguments) == 1:
            callee, argument = value.callee, value.arguments[0]
            name = argument.value if isinstance(argument, Literal) else None
            owner = callee.owner if isinstance(callee, Member) and callee.key in _GETTERS else None
            if isinstance(name, str) and owner is not None and self._is_context(owner, known):
                return name
        if isinstance(value, Member) and value.key not in _INNER:
            return value.key if self._is_context(value.owner, known) else None
        return None

    def _is_context(self, value: Expression, known: Mapping[str, Expression]) -> bool:
        """Whether it holds the answers: by its name, or declared as what does."""
        while True:
            if isinstance(value, Member) and value.key in _INNER:
                value = value.owner
            elif isinstance(value, Name) and value.name in known:
                name = value.name
                value = known[name]
                known = {key: each for key, each in known.items() if key != name}
            else:
                break
        if not isinstance(value, Name) or value.name in self.declared:
            return False
        return value.name in self.contexts

    def _binary(self, value: Binary, known: Mapping[str, Expression]) -> Piece:
        operator = value.operator
        if operator in ("||", "??"):  # a default for what is missing
            is_default = isinstance(value.right, Array) or (
                isinstance(value.right, Literal) and not value.right.value
            )
            if is_default:
                return self._or_default(value, known)
        if operator in ("&&", "||"):
            return self._truth(value, known)
        if operator in ("==", "===", "!=", "!=="):
            return self._equality(value, known)
        left, right = self.piece(value.left, known), self.piece(value.right, known)
        if operator in _RELATIONS:
            return relation_of_values(left, operator, right)
        if operator == "+" and "text" in (left.type, right.type):
            return js.call("concatText", [left, right], "text")
        if operator in _ARITHMETIC:
            return js.arithmetic(left, operator, right)
        raise self._refused()

    def _or_default(self, value: Binary, known: Mapping[str, Expression]) -> Piece:
        left = self.piece(value.left, known)
        other = value.right.value if isinstance(value.right, Literal) else None
        if other == 0.0 and not isinstance(other, bool):
            return js.call("coalesce", [left, "0"], "number")
        return left

    def _equality(self, value: Binary, known: Mapping[str, Expression]) -> Piece:
        is_equal = value.operator in ("==", "===")
        for one, other in ((value.left, value.right), (value.right, value.left)):
            if isinstance(other, Literal) and (other.value is None or other.value == ""):
                asked = js.settled(self.piece(one, known))
                return js.blank(asked) if is_equal else js.filled(asked)
            if isinstance(other, Literal) and isinstance(other.value, bool):
                piece = self.piece(one, known)
                if piece.type == "boolean":
                    return piece if other.value is is_equal else js.negated(piece)
                sign = "=" if is_equal else "<>"
                text = f"{piece.within(js.COMPARED)} {sign} {str(other.value).lower()}"
                return Piece(text, "boolean", js.COMPARED)
        left, right = self.piece(value.left, known), self.piece(value.right, known)
        return equality(left, right, is_equal=is_equal)

    def _call(self, value: Call, known: Mapping[str, Expression]) -> Piece:
        callee, arguments = value.callee, value.arguments
        if isinstance(callee, Name) and len(arguments) == 1 and not value.is_new:
            inner = arguments[0]
            if callee.name in ("Number", "parseFloat"):
                return js.as_number(js.settled(self.piece(inner, known)))
            if callee.name == "String":
                return self.piece(inner, known)
            if callee.name == "Boolean":
                return self._truth(inner, known)
        if isinstance(callee, Name) and callee.name == "parseInt" and 1 <= len(arguments) <= 2:
            return js.call("toInteger", [self.piece(arguments[0], known)], "number", empty=True)
        if isinstance(callee, Member):
            return self._method(callee, arguments, known)
        raise self._refused()

    def _method(
        self, callee: Member, arguments: tuple[Expression, ...], known: Mapping[str, Expression]
    ) -> Piece:
        owner = callee.owner
        if callee.key == "getFullYear" and owner == Call(Name("Date"), (), is_new=True):
            return Piece("currentYear()", "number")
        if callee.key in ("trim", "toString") and not arguments:
            piece = self.piece(owner, known)
            return js.call("textNormalize", [piece], "text") if callee.key == "trim" else piece
        if callee.key in _TEXT_TESTS and len(arguments) == 1:
            wanted = self.piece(arguments[0], known)
            if isinstance(owner, Array) and callee.key == "includes":
                items = [self.piece(item, known) for item in owner.items]
                return js.joined([equality(wanted, item, is_equal=True) for item in items], "or")
            piece = self.piece(owner, known)
            if piece.type == "choices" and callee.key == "includes":
                return js.call("isSelected", [piece, wanted], "boolean")
            return js.call(_TEXT_TESTS[callee.key], [piece, wanted], "boolean")
        raise self._refused()

    def _length(self, owner: Expression, known: Mapping[str, Expression]) -> Piece:
        piece = self.piece(owner, known)
        if piece.type == "choices":
            return js.call("countSelected", [piece], "number")
        if piece.type == "rows":
            return js.call("countRows", [piece], "number")
        if piece.type == "any":  # a text or a list: only the prelist knows
            raise self._refused()
        return js.call("textLength", [piece], "number")

    def _refused(self) -> Refused:
        message = _("The JavaScript is more than the usual conditions; it is never run here.")
        return Refused("javascript_not_known", message, _remedy())


def _declared(body: tuple[Statement, ...]) -> Iterator[str]:
    """Yield every name that is declared, as often as it is."""
    for statement in body:
        if isinstance(statement, Declared):
            yield statement.name
        elif isinstance(statement, If):
            yield from _declared((*statement.yes, *statement.no))


def _remedy() -> str:
    return _("Write it as an expression: {name} = 'value' and {other} > 5.")


def _literal(value: Literal) -> Piece:
    if isinstance(value.value, bool):
        return js.truth(value.value)
    if isinstance(value.value, float):
        return js.number_literal(value.value)
    return js.text_literal(value.value or "")
