"""How many ways a regular expression has to read the same text: what makes matching explode.

A backtracking matcher tries every way before it gives up. The pattern becomes an automaton whose
states are its characters (Glushkov) and whose steps are counted; it is
- exponential when a state can come back to itself in two ways on one text: `(a+)+`, `(a|ab?)*`;
- polynomial when two loops can share one text: `\\d+\\d+`, `.*,.*`.
Written here since the libraries that do this are unmaintained (regexploit, 2021) or for Node only.
Source: Weideman, van der Merwe, Berglund, Watson, "Analyzing Matching Time Behavior of
Backtracking Regular Expression Matchers by Using Ambiguity of NFA" (CIAA 2016).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import Enum

from kegiatan.form.regex_syntax import (
    Chars,
    Either,
    Pattern,
    Ranges,
    RegexFaulty,
    Repeat,
    Sequence,
    read_regex,
)

_COPIES = 12  # repeats up to this often are written out; more count as without end
_STATES = 300
_STEPS = 2_500
_PAIRS = 20_000
_TRIPLES = 5_000


class Growth(Enum):
    """How the time of a failing match grows with the length of the text."""

    LINEAR = 1
    POLYNOMIAL = 2
    EXPONENTIAL = 3


@dataclass(slots=True)
class _Part:
    """first, last: states that a match of the part can begin and end with; empty: needs none."""

    first: list[int]
    last: list[int]
    empty: bool


@dataclass(slots=True)
class _Automaton:
    """States by number, steps with how often they are there; repeated: what was written out."""

    chars: list[Ranges] = field(default_factory=list)
    steps: Counter[tuple[int, int]] = field(default_factory=Counter)
    repeated: list[Pattern] = field(default_factory=list)

    def build(self, pattern: Pattern) -> _Part:
        if isinstance(pattern, Chars):
            if len(self.chars) >= _STATES:
                raise RegexFaulty("too large")
            self.chars.append(pattern.ranges)
            return _Part([len(self.chars) - 1], [len(self.chars) - 1], empty=False)
        if isinstance(pattern, Repeat):
            return self._repeat(pattern)
        parts = [self.build(item) for item in pattern.items]
        if isinstance(pattern, Either):
            first = [state for part in parts for state in part.first]
            last = [state for part in parts for state in part.last]
            return _Part(first, last, any(part.empty for part in parts))
        return self._sequence(parts)

    def _sequence(self, parts: list[_Part]) -> _Part:
        whole = _Part([], [], empty=True)
        for part in parts:
            self._join(whole.last, part.first)
            first = whole.first + part.first if whole.empty else whole.first
            last = part.last + whole.last if part.empty else part.last
            whole = _Part(first, last, whole.empty and part.empty)
        return whole

    def _repeat(self, pattern: Repeat) -> _Part:
        """Write out low copies, then optional ones or a loop."""
        low, high = min(pattern.low, _COPIES), pattern.high
        endless = high is None or high > _COPIES
        if high == 0:
            return _Part([], [], empty=True)
        if pattern.low == high and pattern.low <= 4 * _COPIES:  # exactly n times
            low, endless = pattern.low, False
        parts = [self.build(pattern.item) for _ in range(max(low, 1) if endless else low)]
        if pattern.low > 4 and not isinstance(pattern.item, Chars):
            pair = Sequence((pattern.item, pattern.item))
            self.repeated.append(pair if parts[0].empty else pattern.item)
        if endless:
            loop = parts[-1]
            self._join(loop.last, loop.first)
            parts[-1] = _Part(loop.first, loop.last, loop.empty or pattern.low == 0)
        else:
            for _ in range((high or 0) - low):
                part = self.build(pattern.item)
                parts.append(_Part(part.first, part.last, empty=True))
        return self._sequence(parts)

    def _join(self, ends: list[int], starts: list[int]) -> None:
        if len(self.steps) + len(ends) * len(starts) > _STEPS:
            raise RegexFaulty("too large")
        for end in ends:
            for start in starts:
                self.steps[end, start] += 1


def regex_growth(text: str) -> Growth:
    """Return how the time of a match grows. Raises RegexFaulty: does not compile, or too large."""
    pattern, around = read_regex(text)
    growths = [_growth(part) for part in (pattern, *around)]
    return max(growths, key=lambda growth: growth.value)


def _growth(pattern: Pattern) -> Growth:
    automaton = _Automaton()
    automaton.build(pattern)
    for item in automaton.repeated[:_COPIES]:  # `(a|a){30}` is no loop, and as bad as one
        if _growth(Repeat(item, 1, None)) is Growth.EXPONENTIAL:
            return Growth.EXPONENTIAL
    next_states: dict[int, list[int]] = defaultdict(list)
    for start, end in automaton.steps:
        next_states[start].append(end)
    loops = _loops(range(len(automaton.chars)), next_states)
    if _is_exponential(automaton, next_states, loops):
        return Growth.EXPONENTIAL
    return Growth.POLYNOMIAL if _is_polynomial(automaton, next_states, loops) else Growth.LINEAR


def _loops(states: range, next_states: dict[int, list[int]]) -> dict[int, int]:
    """Return {state: number of its loop} for the states that can come back to themselves."""
    reach = {state: _reachable(state, next_states) for state in states}
    loops: dict[int, int] = {}
    for state in states:
        if state in reach[state] and state not in loops:
            for other in reach[state]:
                if state in reach[other]:
                    loops.setdefault(other, state)
    return loops


def _reachable(start: int, next_states: dict[int, list[int]]) -> set[int]:
    found: set[int] = set()
    stack = list(next_states.get(start, ()))
    while stack:
        state = stack.pop()
        if state not in found:
            found.add(state)
            stack.extend(next_states.get(state, ()))
    return found


def _is_exponential(
    automaton: _Automaton, next_states: dict[int, list[int]], loops: dict[int, int]
) -> bool:
    """Return whether a loop has two ways on one text: a doubled step, or two that meet again."""
    inside = [step for step in automaton.steps if _in_one_loop(step, loops)]
    if any(automaton.steps[step] > 1 for step in inside):
        return True
    for state in set(loops):
        following = [other for other in next_states[state] if loops.get(other) == loops[state]]
        for number, one in enumerate(following):
            for other in following[number + 1 :]:
                if _overlap(automaton.chars[one], automaton.chars[other]) and _meet(
                    automaton, next_states, loops, (one, other)
                ):
                    return True
    return False


def _in_one_loop(step: tuple[int, int], loops: dict[int, int]) -> bool:
    return step[0] in loops and loops[step[0]] == loops.get(step[1])


def _meet(
    automaton: _Automaton,
    next_states: dict[int, list[int]],
    loops: dict[int, int],
    pair: tuple[int, int],
) -> bool:
    """Return whether two ways that parted can come to one state on the same text.

    Both stay in one loop, from where every state of it is reached again.
    """
    loop, seen, stack = loops[pair[0]], {pair}, [pair]
    while stack:
        one, other = stack.pop()
        for left in next_states[one]:
            if loops.get(left) != loop:
                continue
            for right in next_states[other]:
                if loops.get(right) != loop or not _overlap(
                    automaton.chars[left], automaton.chars[right]
                ):
                    continue
                if left == right:
                    return True
                if (left, right) not in seen:
                    if len(seen) > _PAIRS:
                        return True
                    seen.add((left, right))
                    stack.append((left, right))
    return False


def _is_polynomial(
    automaton: _Automaton, next_states: dict[int, list[int]], loops: dict[int, int]
) -> bool:
    """Return whether a text can be read by one loop, by a later one, or by the way between."""
    chars, budget = automaton.chars, [_TRIPLES]
    reach = {state: _reachable(state, next_states) for state in loops}
    for first in loops:
        for later in reach[first] & loops.keys():
            if loops[later] == loops[first] or not _overlap(chars[first], chars[later]):
                continue
            if _share_a_text(automaton, next_states, (first, later), budget):
                return True
    return False


def _share_a_text(
    automaton: _Automaton,
    next_states: dict[int, list[int]],
    pair: tuple[int, int],
    budget: list[int],
) -> bool:
    """Return whether one text leads first -> first, first -> later and later -> later.

    budget: [steps left]; a pattern that uses it up counts as one with such a text.
    """
    first, later = pair
    start, goal = (first, first, later), (first, later, later)
    seen, stack = {start}, [start]
    while stack:
        state = stack.pop()
        for triple in _triples(automaton, next_states, state):
            if triple == goal:
                return True
            if triple not in seen:
                budget[0] -= 1
                if budget[0] < 0:
                    return True
                seen.add(triple)
                stack.append(triple)
    return False


def _triples(
    automaton: _Automaton, next_states: dict[int, list[int]], state: tuple[int, int, int]
) -> list[tuple[int, int, int]]:
    chars, found = automaton.chars, []
    for one in next_states[state[0]]:
        for two in next_states[state[1]]:
            both = _common(chars[one], chars[two])
            if both:
                found += [
                    (one, two, three)
                    for three in next_states[state[2]]
                    if _overlap(both, chars[three])
                ]
    return found


def _common(one: Ranges, other: Ranges) -> Ranges:
    result, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        low, high = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if low <= high:
            result.append((low, high))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


def _overlap(one: Ranges, other: Ranges) -> bool:
    return bool(_common(one, other))
