"""The words and signs of the JavaScript that forms of the original platform hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<space>[\s\u00a0\ufeff]+|//[^\n]*|/\*.*?\*/)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.)*`)
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<sign>===|!==|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|[-+*/%<>=!?:.,;()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class JavaScriptFaulty(ValueError):
    """A text outside the subset. at: index of the character; found: what stands there."""

    def __init__(self, at: int, found: str) -> None:
        super().__init__(f"{found!r} at {at}")
        self.at = at
        self.found = found


@dataclass(frozen=True, slots=True)
class Token:
    """One of them. kind: name, number, string, sign or end; at: index of its first character."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text. Raises JavaScriptFaulty for a character of none."""
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise JavaScriptFaulty(position, text[position : position + 20])
        if found.lastgroup != "space":
            yield Token(found.lastgroup, found[0], position)
        position = found.end()


def unescaped(token: str) -> str:
    """Return the text that a token between quotes stands for."""
    return re.sub(
        r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), token[1:-1], flags=re.DOTALL
    )
