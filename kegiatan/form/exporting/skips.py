"""Where an answer leads: the skip instructions of a printed questionnaire.

A question is passed over for an answer when a condition around it cannot hold with that answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kegiatan.form.expression import ExpressionFaulty, Token, expression_tokens
from kegiatan.form.linting_tree import Node

Value = str | int | float | bool
Known = dict[str, Value | None]  # answers by key in lower case; None: the question was passed over
_AND, _OR = ("and", "&&"), ("or", "||")
DEPTH = 60


@dataclass(frozen=True, slots=True)
class Skip:
    """With one of `values` the interview goes on at `target`; None: after the last question."""

    values: tuple[Value, ...]
    target: Node | None


def skips_after(
    node: Node, values: Sequence[Value], following: Sequence[Node], outcome: Mapping[str, object]
) -> list[Skip]:
    """Return where the answers of one question lead, when that is not the next question.

    following: the questions after it among the same answers, in the order of the form.
    outcome: {"key", "done"} of the visit outcome, {} without one; with any other answer to it
    only questions that are always asked remain.
    """
    found: dict[int, list[Value]] = {}
    for value in values:
        passed = 0
        known: Known = {node.key.lower(): value}
        for after in following:
            if not is_passed_over(after, node, known, outcome):
                break
            known[after.key.lower()] = None
            passed += 1
        if passed:
            found.setdefault(passed, []).append(value)
    return [
        Skip(tuple(those), following[passed] if passed < len(following) else None)
        for passed, those in found.items()
    ]


def is_passed_over(after: Node, node: Node, known: Known, outcome: Mapping[str, object]) -> bool:
    """Return whether a question cannot be asked after `node`, with what is known since."""
    value = known.get(node.key.lower())
    chain = [step for step in (*after.above, after) if step not in node.above]
    done = outcome.get("done")
    ends = outcome.get("key") == node.key and isinstance(done, (list, tuple)) and value not in done
    if ends and not any(step.element.get("alwaysAsk") for step in (*after.above, after)):
        return True
    conditions = [step.element.get("visibleIf") for step in chain]
    return any(
        condition_holds(condition, known) is False
        for condition in conditions
        if isinstance(condition, str)
    )


def condition_holds(text: str, known: Known) -> bool | None:
    """Return whether a condition holds with what is known; None: it depends on other answers."""
    try:
        reader = _Reader(expression_tokens(text), known)
        found = reader.either()
        return found if reader.index == len(reader.tokens) else None
    except (ExpressionFaulty, LookupError):
        return None


class _Reader:
    """Reads comparisons of known answers with constants; anything else raises LookupError."""

    def __init__(self, tokens: Sequence[Token], known: Known) -> None:
        self.tokens = tokens
        self.known = known
        self.index = 0

    def either(self, depth: int = 0) -> bool | None:
        found = [self.both(depth)]
        while self.takes(_OR):
            found.append(self.both(depth))
        return True if True in found else None if None in found else False

    def both(self, depth: int) -> bool | None:
        found = [self.test(depth)]
        while self.takes(_AND):
            found.append(self.test(depth))
        return False if False in found else None if None in found else True

    def takes(self, words: Sequence[str]) -> bool:
        is_next = self.index < len(self.tokens) and self.tokens[self.index].text.lower() in words
        is_next = is_next and self.tokens[self.index].kind in ("word", "sign")
        self.index += is_next
        return is_next

    def test(self, depth: int) -> bool | None:
        if depth < DEPTH and self.takes(("(",)):
            found = self.either(depth + 1)
            if not self.takes((")",)):
                raise LookupError
            return found
        token = self.tokens[self.index]
        if token.kind != "name":
            raise LookupError
        self.index += 1
        name = token.text.strip().lower()
        head, _dot, rest = name.partition(".")
        key = rest if head in ("panel", "row") else name
        word = self.tokens[self.index].text.lower()
        self.index += 1
        if word in ("empty", "notempty"):
            return (word == "empty") is (self.known[key] is None) if key in self.known else None
        constants = list(self.constants())
        return _compared(self.known[key], word, constants) if key in self.known else None

    def constants(self) -> Iterator[Value]:
        is_list = self.takes(("[",))
        while True:
            token = self.tokens[self.index]
            self.index += 1
            if token.kind == "word" and token.text.lower() in ("true", "false"):
                yield token.text.lower() == "true"
            elif token.kind in ("string", "number"):
                yield token.text
            else:
                raise LookupError
            if not (is_list and self.takes((",",))):
                break
        if is_list and not self.takes(("]",)):
            raise LookupError


def _compared(value: Value | None, word: str, constants: Sequence[Value]) -> bool | None:
    if value is None and word not in ("=", "==", "<>", "!=", "anyof"):
        return None
    same = [value is not None and _text(value) == _text(constant) for constant in constants]
    if word in ("=", "=="):
        return same[0]
    if word in ("<>", "!="):
        return not same[0]
    if word == "anyof":
        return any(same)
    if word == "noneof":
        return not any(same)
    return None


def _text(value: Value | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
