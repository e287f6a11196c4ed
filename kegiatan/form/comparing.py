"""What differs between two versions of a questionnaire, question by question.

Both passed `check_envelope`. Questions are known by the path of their answer, as answers are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kegiatan.form import elements as el
from kegiatan.form.elements import Element
from kegiatan.form.json_value import same_json
from kegiatan.form.questions import Question, Scope, form_scope

_CONTAINED = frozenset({"name", "elements", "templateElements", "detailElements"})
_LISTS = frozenset({"choices", "rows", "columns", "rateValues", "items"})
_ENVELOPE = frozenset({"pages", "form_version"})


@dataclass(frozen=True, slots=True)
class Change:
    """One property that differs. what: `title`, `choices[2]`, `page`, `editableBy`;
    old, new: JSON values, None where there was or is none."""

    what: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A question with what changed. path: `anggota[].kbli`; kind: its type in the newer version.

    answers_may_not_fit: the type, the choices or the bounds changed in a way that can refuse an
    answer which the older version took.
    """

    path: str
    title: str
    kind: str
    changes: tuple[Change, ...]
    answers_may_not_fit: bool


@dataclass(frozen=True, slots=True)
class FormComparison:
    """added, removed: questions of the newer, the older version only. other: everything that is no
    question (pages, calculated values, columns, label template, levels, master data)."""

    added: tuple[Question, ...]
    removed: tuple[Question, ...]
    changed: tuple[QuestionChange, ...]
    other: tuple[Change, ...]
    moved: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.changed or self.other or self.moved)


def compare_forms(old: Element, new: Element) -> FormComparison:
    """Return what differs between two versions. moved: paths of questions in another order."""
    before, after = _by_path(form_scope(old)), _by_path(form_scope(new))
    kept = [path for path in after if path in before]
    changed = [_question_change(before[path], after[path]) for path in kept]
    return FormComparison(
        added=tuple(question for path, question in after.items() if path not in before),
        removed=tuple(question for path, question in before.items() if path not in after),
        changed=tuple(change for change in changed if change is not None),
        other=tuple(_other_changes(old, new)),
        moved=tuple(_moved([path for path in before if path in after], kept)),
    )


def _by_path(scope: Scope) -> dict[str, Question]:
    return {question.path: question for question in scope.walk()}


def _question_change(old: Question, new: Question) -> QuestionChange | None:
    changes = list(_element_changes(old.element, new.element))
    if old.page != new.page:
        changes.append(Change("page", old.page, new.page))
    if old.editable_by != new.editable_by and "editableBy" not in {item.what for item in changes}:
        changes.append(Change("editableBy", sorted(old.editable_by), sorted(new.editable_by)))
    if not changes:
        return None
    return QuestionChange(new.path, new.title, new.kind, tuple(changes), _may_not_fit(old, new))


def _element_changes(old: Element, new: Element) -> Iterator[Change]:
    skipped = _CONTAINED | ({"columns"} if new.get("type") in el.ROSTER_TYPES else set())
    for key in [*old, *(key for key in new if key not in old)]:
        one, other = old.get(key), new.get(key)
        if key in skipped or same_json(one, other):
            continue
        if key in _LISTS and isinstance(one, list) and isinstance(other, list):
            yield from _list_changes(key, one, other)
        else:
            yield Change(key, one, other)


def _list_changes(key: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    """Yield the choices that came, went or changed; known by value, a new order is one change."""
    before, after = _by_value(old), _by_value(new)
    for value in [*before, *(value for value in after if value not in before)]:
        if not same_json(before.get(value), after.get(value)):
            yield Change(f"{key}[{value}]", before.get(value), after.get(value))
    if [value for value in before if value in after] != [v for v in after if v in before]:
        yield Change(key, list(before), list(after))


def _by_value(items: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, item in enumerate(items):
        value = item.get("value", item.get("name", number)) if isinstance(item, dict) else item
        found.setdefault(str(value), item)
    return found


def _may_not_fit(old: Question, new: Question) -> bool:
    if (old.kind, old.input_type, old.is_multiple) != (new.kind, new.input_type, new.is_multiple):
        return True
    if not new.choices_open and new.choices:
        offered = {str(choice.value) for choice in new.choices}
        if old.choices_open or any(str(choice.value) not in offered for choice in old.choices):
            return True
    return any(
        _tightened(old.element.get(key), new.element.get(key))
        for key in ("maxLength", "maxPanelCount", "maxRowCount")
    )


def _tightened(old: Any, new: Any) -> bool:
    return type(new) is int and new > 0 and (type(old) is not int or old <= 0 or new < old)


def _moved(before: list[str], after: list[str]) -> Iterator[str]:
    """Yield the fewest questions whose moving explains the new order (patience sorting)."""
    place = {path: number for number, path in enumerate(before)}
    tails: list[int] = []
    ends: list[str] = []
    previous: dict[str, str | None] = {}
    for path in after:
        low, high = 0, len(tails)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if tails[middle] < place[path] else (low, middle)
        previous[path] = ends[low - 1] if low else None
        tails[low:], ends[low:] = (
            [place[path], *tails[low + 1 :]],
            [path, *ends[low + 1 :]],
        )
    kept: set[str] = set()
    current = ends[-1] if ends else None
    while current is not None:
        kept.add(current)
        current = previous[current]
    yield from (path for path in after if path not in kept)


def _other_changes(old: Element, new: Element) -> Iterator[Change]:
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in _ENVELOPE and not same_json(old.get(key), new.get(key)):
            yield Change(key, old.get(key), new.get(key))
    before, after = _containers(old), _containers(new)
    for name in [*before, *(name for name in after if name not in before)]:
        if not same_json(before.get(name), after.get(name)):
            yield Change(name, before.get(name), after.get(name))


def _containers(form: Element) -> Mapping[str, Any]:
    """Return pages, panels and what is only shown by name, without what is inside."""
    found: dict[str, Any] = {}
    stack = list(el.mappings_of(form.get("pages")))[::-1]
    while stack:
        item = stack.pop()
        kind = str(item.get("type") or "page")
        if kind in ("page", "panel") or kind in el.DISPLAY_TYPES:
            own = {key: value for key, value in item.items() if key not in _CONTAINED}
            found.setdefault(f"{kind} {item.get('name')}", own)
        stack.extend(
            inner
            for key in ("elements", "templateElements", "detailElements")
            for inner in list(el.mappings_of(item.get(key)))[::-1]
        )
    return found
