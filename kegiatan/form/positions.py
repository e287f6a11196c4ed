"""Where in a JSON text something stands that a path of the linter names, or a second key.

Lines and columns begin at 1; a column counts UTF-16 units, as browsers do. The tokens of the text
are read once for all paths together, its line ends and signs of two units once each: a place is
looked up in those, however long its line is.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")
_WIDE = re.compile("[\U00010000-\U0010ffff]")  # signs of two UTF-16 units
_STEP = re.compile(r"[^.\[\]]+|\[[0-9]+\]")


@dataclass(frozen=True, slots=True)
class TextRange:
    """A part of a text, from its first sign to behind its last."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(slots=True)
class _Wanted:
    """A place that is asked for, or on the way to one. bounds: offsets of its value."""

    inside: dict[str, "_Wanted"] = field(default_factory=dict)
    bounds: tuple[int, int] | None = None


@dataclass(slots=True)
class _Open:
    """An object or list that the reading is in. wanted: None when nothing in it is asked for."""

    wanted: _Wanted | None
    start: int
    is_list: bool
    index: int = 0
    key: str | None = None
    keys: set[str] = field(default_factory=set)

    def member(self) -> _Wanted | None:
        """Return what is asked for of the value that comes next."""
        if self.wanted is None:
            return None
        name = f"[{self.index}]" if self.is_list else self.key
        return self.wanted.inside.get(name) if name is not None else None


class TextPlaces:
    """Turns offsets of one text into lines and columns."""

    def __init__(self, text: str) -> None:
        self.text = text
        ends = [found.span() for found in _LINE_END.finditer(text)]
        self._starts = [0, *(end for _start, end in ends)]
        self._ends = [start for start, _end in ends]
        self._wide = [found.start() for found in _WIDE.finditer(text)]

    def range(self, start: int, end: int) -> TextRange:
        """Return the part between two offsets."""
        return TextRange(*self._place(start), *self._place(end))

    def at(self, line: int, column: int) -> TextRange:
        """Return the sign at a line and column as Python's json counts: lines end with LF."""
        start = 0
        for _number in range(line - 1):
            start = self.text.index("\n", start) + 1
        offset = min(start + column - 1, len(self.text))
        return self.range(offset, min(offset + 1, len(self.text)))

    def first_line(self, start: int, end: int) -> TextRange:
        """Return what of a part is in its first line: an object is marked where it begins."""
        line = bisect_right(self._starts, start)
        end_of_line = self._ends[line - 1] if line <= len(self._ends) else end
        return self.range(start, max(start, min(end, end_of_line)))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        wide = bisect_left(self._wide, offset) - bisect_left(self._wide, start)
        return line, offset - start + wide + 1


def positions_of(text: str, paths: Iterable[str]) -> dict[str, TextRange]:
    """Return the place of each path in a text that is JSON; "" is the whole.

    A path as the linter writes it: `pages[0].elements[3].visibleIf`. What is not there has the
    place of the nearest thing around it. Objects and lists are given by their first line.
    """
    root, wanted = _Wanted(), {}
    for path in paths:
        place = [root]
        for step in _STEP.findall(path):
            place.append(place[-1].inside.setdefault(step, _Wanted()))
        wanted[path] = place
    _read(text, root)
    places = TextPlaces(text)
    found = {}
    for path, around in wanted.items():
        bounds = [one.bounds for one in around if one.bounds is not None]
        start, end = bounds[-1] if bounds else (0, 0)
        found[path] = places.first_line(start, end)
    return found


def _read(text: str, root: _Wanted) -> None:
    """Fill in the bounds of everything wanted."""
    stack: list[_Open] = []
    for token in _TOKEN.finditer(text):
        sign, start = token[0], token.start()
        top = stack[-1] if stack else None
        if sign in "{[":
            stack.append(_Open(top.member() if top else root, start, sign == "["))
        elif sign in "}]":
            if top is None:
                return
            stack.pop()
            _found(top.wanted, top.start, token.end())
        elif sign == ",":
            if top is not None:
                top.index, top.key = top.index + 1, None
        elif sign == ":":
            continue
        elif top is not None and not top.is_list and top.key is None:
            top.key = _key(sign) if top.wanted is not None else ""
        else:
            _found(top.member() if top else root, start, token.end())


def _found(wanted: _Wanted | None, start: int, end: int) -> None:
    if wanted is not None and wanted.bounds is None:
        wanted.bounds = start, end


def _key(sign: str) -> str:
    try:
        return str(json.loads(sign))
    except ValueError:
        return sign


def second_key(text: str) -> TextRange | None:
    """Return where a key stands that its object has before, or a number that JSON does not know."""
    for start, end in _refused(text):
        return TextPlaces(text).range(start, end)
    return None


def _refused(text: str) -> Iterator[tuple[int, int]]:
    stack: list[_Open] = []
    for token in _TOKEN.finditer(text):
        sign = token[0]
        top = stack[-1] if stack else None
        if sign in "{[":
            stack.append(_Open(None, token.start(), sign == "["))
        elif sign in "}]":
            if stack:
                stack.pop()
        elif sign == ",":
            if top is not None:
                top.key = None
        elif top is not None and not top.is_list and top.key is None and sign != ":":
            top.key = _key(sign)
            if top.key in top.keys:
                yield token.start(), token.end()
            top.keys.add(top.key)
        elif sign in ("NaN", "Infinity", "-Infinity"):
            yield token.start(), token.end()
