"""Columns of answers: one plan per file, for every published version that the responses used.

Questions come in the order of the newest version, those of older versions after them. What no
column takes goes into `_archived`, so that no answer is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from kegiatan.form.elements import COMMENT_SUFFIX
from kegiatan.form.json_value import json_text
from kegiatan.form.questions import Question, Scope

Cell: TypeAlias = str | int | float | None
ARCHIVED = "_archived"
ROW_ID = "_id"
_COMMENT_FLAGS = ("showCommentArea", "hasComment", "showOtherItem", "hasOther")
_GEOTAG = ("lat", "lon", "accuracy_m", "at")


@dataclass(frozen=True)
class ColumnGroup:
    """The columns of one answer. key: in the object of answers; cells: one per header.

    takes: whether the columns can hold an answer; older versions may have asked otherwise.
    """

    key: str
    headers: tuple[str, ...]
    cells: Callable[[object], Sequence[Cell]]
    takes: Callable[[object], bool] = lambda value: True


@dataclass
class FilePlan:
    """Columns of one file. path: keys of the rosters around it, () for the units."""

    path: tuple[str, ...]
    groups: list[ColumnGroup] = field(default_factory=list)
    rosters: dict[str, "FilePlan"] = field(default_factory=dict)

    def headers(self) -> list[str]:
        """Return the headers of the answers; the last one holds what has no column."""
        return [header for group in self.groups for header in group.headers] + [ARCHIVED]

    def cells(self, answers: Mapping[str, object]) -> list[Cell]:
        """Return the cells of one object of answers."""
        cells: list[Cell] = []
        taken = {ROW_ID, ARCHIVED}
        for group in self.groups:
            value = answers.get(group.key)
            if group.takes(value):
                taken.add(group.key)
            else:
                value = None
            cells.extend(group.cells(value))
        taken.update(key for key in self.rosters if is_rows(answers.get(key)))
        archived = answers.get(ARCHIVED)
        rest = dict(archived) if isinstance(archived, dict) else {}
        rest.update({key: value for key, value in answers.items() if key not in taken})
        cells.append(as_json(rest) if rest else None)
        return cells

    def all_plans(self) -> list["FilePlan"]:
        """Return this plan and those of all rosters below, outer ones first."""
        return [self, *(plan for roster in self.rosters.values() for plan in roster.all_plans())]


def is_rows(value: object) -> bool:
    """Return whether an answer is a list of roster rows."""
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def file_plan(
    scopes: Sequence[Scope], *, labels: bool = False, path: tuple[str, ...] = ()
) -> FilePlan:
    """Return the plan for one scope in several versions, the newest first.

    labels: add a column with the text of each choice.
    """
    versions: dict[str, list[Question]] = {}
    for scope in scopes:
        for key, question in scope.questions.items():
            versions.setdefault(key, []).append(question)
    plan = FilePlan(path)
    for key, questions in versions.items():
        if any(question.is_roster for question in questions):
            inner = [scope.rosters[key] for scope in scopes if key in scope.rosters]
            plan.rosters[key] = file_plan(inner, labels=labels, path=(*path, key))
        else:
            plan.groups.extend(_groups(key, questions, labels=labels))
    computed = {name for scope in scopes for name in scope.computed} - versions.keys()
    plan.groups.extend(_single(name) for name in sorted(computed))
    return plan


def _groups(key: str, questions: Sequence[Question], *, labels: bool) -> list[ColumnGroup]:
    """Return the columns of one question as its versions have it, and of its comment."""
    texts: dict[str, str] = {}
    for question in reversed(questions):
        texts.update(question.labels)
    choices = list(dict.fromkeys(str(c.value) for q in questions for c in q.choices))
    newest = questions[0]
    if any(question.is_multiple for question in questions):
        groups = [_multiple(key, choices, texts if labels else None)]
    elif newest.kind == "geotag":
        groups = [_parts(key, _GEOTAG)]
    elif newest.parts:
        parts = dict.fromkeys(part for question in questions for part, _title in question.parts)
        groups = [_parts(key, tuple(parts))]
    elif newest.is_attachment:
        groups = [ColumnGroup(key, (key,), lambda value: (_joined(value),))]
    else:
        groups = [_labelled(key, texts) if labels and texts else _single(key)]
    flags = (question.element.get(flag) for question in questions for flag in _COMMENT_FLAGS)
    return [*groups, _single(key + COMMENT_SUFFIX)] if any(flags) else groups


def _single(key: str) -> ColumnGroup:
    return ColumnGroup(key, (key,), lambda value: (as_cell(value),))


def _labelled(key: str, texts: Mapping[str, str]) -> ColumnGroup:
    def cells(value: object) -> Sequence[Cell]:
        return as_cell(value), None if value is None else texts.get(str(value))

    return ColumnGroup(key, (key, f"{key}.label"), cells)


def _multiple(key: str, choices: Sequence[str], texts: Mapping[str, str] | None) -> ColumnGroup:
    """One column with all values, and 0 or 1 per choice; empty when not answered."""
    headers = [key, *([f"{key}.label"] if texts is not None else [])]
    headers += [f"{key}/{choice}" for choice in choices]

    def cells(value: object) -> Sequence[Cell]:
        if value is None:
            return [None] * len(headers)
        chosen = value if isinstance(value, list) else [value]
        names = [str(item) if isinstance(item, (str, int, float)) else "" for item in chosen]
        row: list[Cell] = [_joined(value)]
        if texts is not None:
            row.append("; ".join(texts.get(name, name) for name in names))
        return [*row, *(int(choice in names) for choice in choices)]

    return ColumnGroup(key, tuple(headers), cells)


def _parts(key: str, parts: Sequence[str]) -> ColumnGroup:
    """Columns for the parts of a composite answer."""

    def cells(value: object) -> Sequence[Cell]:
        held = value if isinstance(value, dict) else {}
        return [as_cell(held.get(part)) for part in parts]

    def takes(value: object) -> bool:
        return value is None or (isinstance(value, dict) and value.keys() <= set(parts))

    return ColumnGroup(key, tuple(f"{key}.{part}" for part in parts), cells, takes)


def _joined(value: object) -> Cell:
    """Return a list of codes or ids as one text with spaces between."""
    if isinstance(value, list):
        return " ".join(str(as_cell(_id_of(item))) for item in value)
    return as_cell(value)


def _id_of(item: object) -> object:
    return item.get("content", item) if isinstance(item, dict) else item


def as_cell(value: object) -> Cell:
    """Return a JSON value as a cell: numbers stay numbers, lists and objects become JSON text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    return as_json(value)


def as_json(value: object) -> str:
    """Return compact JSON text."""
    return json_text(value)
