"""Regular expressions of JavaScript, read into a tree; nothing is run.

Source: ECMAScript 2024, "Patterns", with annex B (no `u` flag, as survey-core compiles them).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]

HIGHEST = 0xFFFF
_DIGITS: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: Ranges = (
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A),
    (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
_CONTROLS = {"n": 10, "r": 13, "t": 9, "v": 11, "f": 12, "0": 0}
_DEPTH = 50


class RegexFaulty(ValueError):
    """A pattern that a browser would not compile, or one nested beyond reason."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of a set."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other; empty for what takes no character (anchors, look-arounds)."""

    items: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    items: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`item` from `low` to `high` times; high None: without end."""

    item: "Pattern"
    low: int
    high: int | None


Pattern: TypeAlias = Chars | Sequence | Either | Repeat


def normal(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return ranges in order, those that touch joined."""
    result: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def inverse(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return all other characters."""
    result, start = [], 0
    for low, high in normal(ranges):
        if low > start:
            result.append((start, low - 1))
        start = high + 1
    if start <= HIGHEST:
        result.append((start, HIGHEST))
    return tuple(result)


def read_regex(text: str) -> tuple[Pattern, list[Pattern]]:
    """Return the tree of a pattern, and the trees inside its look-arounds.

    Raises RegexFaulty for what a browser would not compile.
    """
    reader = _Reader(text)
    pattern = reader.either(0)
    if reader.at < len(text):
        raise RegexFaulty(f"unmatched ) at {reader.at + 1}")
    return pattern, reader.around


class _Reader:
    """Recursive descent over one pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.around: list[Pattern] = []
        self.groups: list[Pattern] = []

    def _peek(self, words: str) -> bool:
        return self.text.startswith(words, self.at)

    def _take(self, words: str) -> bool:
        if not self._peek(words):
            return False
        self.at += len(words)
        return True

    def either(self, depth: int) -> Pattern:
        if depth > _DEPTH:
            raise RegexFaulty("nested too deeply")
        items = [self._sequence(depth)]
        while self._take("|"):
            items.append(self._sequence(depth))
        return items[0] if len(items) == 1 else Either(tuple(items))

    def _sequence(self, depth: int) -> Pattern:
        items: list[Pattern] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            item, repeatable = self._atom(depth)
            bounds = self._quantifier()
            if bounds is not None:
                if not repeatable:
                    raise RegexFaulty(f"nothing to repeat at {self.at}")
                item = Repeat(item, *bounds)
            items.append(item)
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _quantifier(self) -> tuple[int, int | None] | None:
        bounds: tuple[int, int | None] | None = None
        for sign, meant in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                bounds = meant
                break
        else:
            bounds = self._braces()
        if bounds is not None:
            self._take("?")
        return bounds

    def _braces(self) -> tuple[int, int | None] | None:
        """Return the bounds in {n}, {n,} or {n,m}; None when the brace is a plain character."""
        if not self._peek("{"):
            return None
        inner, closing, _rest = self.text[self.at + 1 :].partition("}")
        low, comma, high = inner.partition(",")
        if not closing or not _is_count(low) or (high and not _is_count(high)):
            return None
        self.at += len(inner) + 2
        first = int(low)
        last = first if not comma else int(high) if high else None
        if last is not None and last < first:
            raise RegexFaulty(f"numbers out of order in {{{inner}}}")
        return first, last

    def _atom(self, depth: int) -> tuple[Pattern, bool]:
        """Return the next part, and whether a quantifier may follow it."""
        if self._peek("("):
            return self._group(depth)
        if self._take("["):
            return Chars(self._class()), True
        sign = self.text[self.at]
        if sign in "*+?" or (sign == "{" and self._braces() is not None):
            raise RegexFaulty(f"nothing to repeat at {self.at + 1}")
        self.at += 1
        if sign in "^$":
            return Sequence(()), False
        if sign == ".":
            return Chars(inverse(_LINE_ENDS)), True
        if sign == "\\":
            return self._escape()
        return Chars(((ord(sign), ord(sign)),)), True

    def _group(self, depth: int) -> tuple[Pattern, bool]:
        start, kind = self.at, "capture"
        for opening, meant in (
            ("(?:", "plain"), ("(?=", "ahead"), ("(?!", "ahead"), ("(?<=", "behind"),
            ("(?<!", "behind"), ("(?<", "named"), ("(?", "wrong"), ("(", "capture"),
        ):  # fmt: skip
            if self._take(opening):
                kind = meant
                break
        if kind == "wrong":
            raise RegexFaulty(f"unknown group at {start + 1}")
        if kind == "named":
            name, closing, _rest = self.text[self.at :].partition(">")
            if not closing or not name.isidentifier():
                raise RegexFaulty(f"unknown group name at {start + 1}")
            self.at += len(name) + 1
        inner = self.either(depth + 1)
        if not self._take(")"):
            raise RegexFaulty(f"the group at {start + 1} is not closed")
        if kind in ("ahead", "behind"):
            self.around.append(inner)
            return Sequence(()), kind == "ahead"
        if kind in ("capture", "named"):
            self.groups.append(inner)
        return inner, True

    def _escape(self) -> tuple[Pattern, bool]:
        if self.at >= len(self.text):
            raise RegexFaulty("\\ at the end")
        sign = self.text[self.at]
        if sign in "bB":
            self.at += 1
            return Sequence(()), False
        if sign in "123456789":
            digits = self._digits()
            number = int(digits)
            if number <= len(self.groups):
                return self.groups[number - 1], True
            return Sequence(()), True  # a group that is not read yet matches nothing
        if sign == "k" and self._peek("k<"):
            self.at = self.text.find(">", self.at) + 1 or len(self.text)
            return Sequence(tuple(self.groups[-1:])), True
        return Chars(self._escaped()), True

    def _digits(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "0123456789":
            self.at += 1
        return self.text[start : self.at][:4]

    def _escaped(self) -> Ranges:
        """Return the characters that an escape means; the backslash is read already."""
        sign = self.text[self.at]
        self.at += 1
        classes = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
        if sign.lower() in classes:
            ranges = classes[sign.lower()]
            return ranges if sign.islower() else inverse(ranges)
        if sign in _CONTROLS:
            return ((_CONTROLS[sign], _CONTROLS[sign]),)
        for letter, length in (("x", 2), ("u", 4)):
            code = self.text[self.at : self.at + length]
            if sign == letter and len(code) == length and _is_hex(code):
                self.at += length
                return ((int(code, 16), int(code, 16)),)
        if sign == "c" and self.text[self.at : self.at + 1].isalpha():
            self.at += 1
            code_point = ord(self.text[self.at - 1]) % 32
            return ((code_point, code_point),)
        return ((ord(sign), ord(sign)),)

    def _class(self) -> Ranges:
        """Return the set between [ and ]; the opening bracket is read already."""
        start, negated, found = self.at, self._take("^"), list[tuple[int, int]]()
        while not self._take("]"):
            if self.at >= len(self.text):
                raise RegexFaulty(f"the [ at {start} is not closed")
            first = self._class_member()
            is_range = self._peek("-") and not self._peek("-]") and len(first) == 1
            if is_range and first[0][0] == first[0][1] and self.at + 1 < len(self.text):
                self.at += 1
                last = self._class_member()
                if len(last) == 1 and last[0][0] == last[0][1]:
                    if last[0][0] < first[0][0]:
                        raise RegexFaulty(f"range out of order at {self.at}")
                    found.append((first[0][0], last[0][0]))
                    continue
                found.append((ord("-"), ord("-")))
                found.extend(last)
            found.extend(first)
        return inverse(found) if negated else normal(found)

    def _class_member(self) -> Ranges:
        sign = self.text[self.at]
        self.at += 1
        if sign != "\\":
            return ((ord(sign), ord(sign)),)
        if self.at >= len(self.text):
            raise RegexFaulty("\\ at the end")
        if self._take("b"):
            return ((8, 8),)
        return self._escaped()


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF" for letter in text)
