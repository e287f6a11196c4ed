"""Conditions of a form in words: `{hubungan} = '1'` as "303 = 1 (Head of household)".

Words come in the active language. What is no plain condition stays as it is written in the form.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kegiatan.form.expression import ExpressionFaulty, Token, expression_tokens
from kegiatan.form.questions import Question

_NUMBER = re.compile(r"\s*([A-Za-z]{0,3}\d+(?:\.\d+)*[a-z]{0,2})[.)]\s")
_BINDING = {
    "or": 1, "||": 1, "and": 2, "&&": 2, "=": 3, "==": 3, "!=": 3, "<>": 3, "<": 4, "<=": 4,
    ">": 4, ">=": 4, "contains": 3, "notcontains": 3, "anyof": 3, "allof": 3, "noneof": 3,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_SIGNS = {"==": "=", "!=": "≠", "<>": "≠", "<=": "≤", ">=": "≥", "*": "×"}
_ROW_PREFIXES = ("panel", "row", "parentpanel")
DEPTH = 60
Names = Mapping[str, Question]


class _Unsaid(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class _Part:
    """Words so far. question: when they name one; values: when they are constants."""

    words: str
    question: Question | None = None
    values: tuple[str, ...] = ()
    is_list: bool = False


def question_number(title: str) -> str:
    """Return the number before a title: `104. Outcome` -> `104`; "" without one."""
    found = _NUMBER.match(title)
    return found[1] if found else ""


def question_word(question: Question) -> str:
    """Return how conditions name a question: by its number, else by the name of its answer."""
    return question_number(question.title) or question.key


def condition_words(text: str, names: Names) -> str:
    """Return a condition in words of the active language. names: by answer key in lower case."""
    try:
        reader = _Reader(expression_tokens(text), names)
        said = reader.expression(0)
        if reader.index != len(reader.tokens):
            return text.strip()
    except (ExpressionFaulty, _Unsaid):
        return text.strip()
    return said.words


class _Reader:
    """Reads tokens one after another and says them."""

    def __init__(self, tokens: Sequence[Token], names: Names) -> None:
        self.tokens = tokens
        self.names = names
        self.index = 0
        self.depth = 0

    def peek(self) -> Token | None:
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    def sees(self, text: str) -> bool:
        token = self.peek()
        return token is not None and token.kind == "sign" and token.text == text

    def expect(self, text: str) -> None:
        if not self.sees(text):
            raise _Unsaid
        self.index += 1

    def expression(self, binding: int) -> _Part:
        self.depth += 1
        if self.depth > DEPTH:
            raise _Unsaid
        left = self.operand()
        while (token := self.peek()) is not None and token.kind in ("word", "sign"):
            word = token.text.lower()
            if word in ("empty", "notempty"):
                self.index += 1
                said = _("%(what)s is empty") if word == "empty" else _("%(what)s is filled in")
                left = _Part(said % {"what": left.words})
                continue
            power = _BINDING.get(word, 0)
            if power <= binding:
                break
            self.index += 1
            left = _joined(left, word, self.expression(power))
        self.depth -= 1
        return left

    def operand(self) -> _Part:
        token = self.peek()
        if token is None:
            raise _Unsaid
        self.index += 1
        if token.kind == "name":
            return self.name(token.text)
        if token.kind in ("string", "number"):
            plain = token.text.replace("\\'", "'").replace('\\"', '"')
            return _Part(plain or "''", values=(plain,))
        if token.kind == "word":
            return self.call(token.text) if self.sees("(") else _word(token.text)
        return self.sign(token.text)

    def sign(self, sign: str) -> _Part:
        if sign == "(":
            inner = self.expression(0)
            self.expect(")")
            return _Part(f"({inner.words})")
        if sign == "[":
            items = self.arguments("]")
            values = tuple(value for item in items for value in item.values)
            return _Part(", ".join(item.words for item in items), values=values, is_list=True)
        if sign == "-":
            return _Part(f"-{self.expression(6).words}")
        if sign == "!":
            return _Part(_("not (%(what)s)") % {"what": self.expression(6).words})
        raise _Unsaid

    def name(self, text: str) -> _Part:
        plain = text.strip().removeprefix("#")
        head, _dot, rest = plain.partition(".")
        if head.lower() == "prefilled" and rest:
            return _Part(_("prelist %(name)s") % {"name": rest})
        if head.lower() in _ROW_PREFIXES and rest:
            plain = rest
        if plain.lower().endswith(".length"):
            found = self.names.get(plain.lower().removesuffix(".length"))
            if found is not None:
                return _Part(_("number of rows of %(what)s") % {"what": question_word(found)})
        question = self.names.get(plain.lower())
        return _Part(question_word(question) if question else plain, question)

    def arguments(self, closing: str) -> list[_Part]:
        found: list[_Part] = []
        while not self.sees(closing):
            if found:
                self.expect(",")
            found.append(self.expression(0))
        self.expect(closing)
        return found

    def call(self, name: str) -> _Part:
        self.expect("(")
        given = self.arguments(")")
        if name in ("today", "currentDate") and not given:
            return _Part(_("today"))
        if name == "age" and len(given) == 1:
            return _Part(_("age according to %(what)s") % {"what": given[0].words})
        counted = {"countInArray": 3, "countRows": 2}.get(name)
        if counted == len(given):
            said = _("number of rows of %(what)s with %(values)s")
            return _Part(said % {"what": given[0].words, "values": given[-1].words})
        return _Part(f"{name}({', '.join(part.words for part in given)})")


def _word(word: str) -> _Part:
    if word.lower() not in ("true", "false"):
        raise _Unsaid
    return _Part(word.lower(), values=(word.lower(),))


def _joined(left: _Part, word: str, right: _Part) -> _Part:
    if left.question is not None and right.values:
        right = _Part(_labelled(left.question, right), values=right.values, is_list=right.is_list)
    elif right.question is not None and left.values:
        left = _Part(_labelled(right.question, left), values=left.values)
    said = _SAID.get(word)
    if said is not None:
        return _Part(said() % {"what": left.words, "values": right.words})
    if word in ("and", "&&", "or", "||"):
        between = _("and") if word in ("and", "&&") else _("or")
        return _Part(f"{left.words} {between} {right.words}")
    return _Part(f"{left.words} {_SIGNS.get(word, word)} {right.words}")


def _labelled(question: Question, part: _Part) -> str:
    """Return constants with the labels of the question they are compared with."""
    labels = {str(choice.value).lower(): choice.text for choice in question.choices}
    said = []
    for value in part.values:
        label = labels.get(value.lower(), "")
        if question.kind == "boolean" and label:
            said.append(label)
        else:
            said.append(f"{value} ({label})" if label and label != value else value or "''")
    return ", ".join(said)


_SAID: dict[str, Callable[[], str]] = {
    "anyof": lambda: _("%(what)s is one of: %(values)s"),
    "allof": lambda: _("%(what)s holds all of: %(values)s"),
    "noneof": lambda: _("%(what)s is none of: %(values)s"),
    "contains": lambda: _("%(what)s holds %(values)s"),
    "notcontains": lambda: _("%(what)s does not hold %(values)s"),
}
