"""Composite answers as inputs, a part each: rows of a matrix, items of a text list, a ranking."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form import elements as el
from kegiatan.form.json_value import json_text
from kegiatan.form.questions import Question

PARTS, RANKING = "parts", "ranking"
EDITABLE = frozenset({"matrix", "multipletext", "ranking"})
_ONE_CHOICE = (None, "radio")  # of a matrix: one column for each row
_NUMBERS = ("number", "range")


@dataclass(frozen=True)
class Option:
    """A choice. value: as JSON, so that numbers stay numbers."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class PartInput:
    """One part. name: its key in the answer; of a ranking the choice, as JSON.

    input_type: of a text, or select. wants_number: a number is asked, but what is stored is none.
    """

    name: str
    label: str
    input_type: str
    text: str = ""
    options: tuple[Option, ...] = ()
    wants_number: bool = False


def parts_kind(question: Question) -> str:
    """Return how the parts make the answer: an object of them, or a list in their order."""
    return RANKING if question.kind == "ranking" else PARTS


def parts_of(question: Question, value: Any) -> tuple[PartInput, ...]:
    """Return the inputs of a composite answer; none where the office cannot type it."""
    if question.kind == "matrix" and question.element.get("cellType") in _ONE_CHOICE:
        return tuple(_rows(question, value))
    if question.kind == "multipletext":
        return tuple(_items(question, value))
    if question.kind == "ranking" and not question.master:
        return tuple(_ranks(question, value))
    return ()


def _rows(question: Question, value: Any) -> Iterator[PartInput]:
    answer = value if isinstance(value, Mapping) else {}
    columns = el.choice_items(question.element.get("columns"))
    for name, title in question.parts:
        chosen = answer.get(name)
        options = [Option(_json(c.value), c.text, c.value == chosen) for c in columns]
        if chosen is not None and not any(option.chosen for option in options):
            options.append(Option(_json(chosen), _stranger(chosen), True))
        yield PartInput(name, title, "select", options=tuple(options))


def _items(question: Question, value: Any) -> Iterator[PartInput]:
    answer = value if isinstance(value, Mapping) else {}
    for item, (name, title) in zip(
        el.mappings_of(question.element.get("items")), question.parts, strict=True
    ):
        is_number, stored = item.get("inputType") in _NUMBERS, answer.get(name)
        is_other = is_number and stored is not None and not _is_number(stored)
        kind = "number" if is_number and not is_other else "text"
        yield PartInput(name, title, kind, _text(stored), wants_number=is_other)


def _ranks(question: Question, value: Any) -> Iterator[PartInput]:
    order = [_json(item) for item in value] if isinstance(value, list) else []
    texts = {_json(choice.value): choice.text for choice in question.choices}
    for item in value if isinstance(value, list) else []:
        texts.setdefault(_json(item), _stranger(item))
    for name, text in texts.items():
        place = str(order.index(name) + 1) if name in order else ""
        yield PartInput(name, text, "number", place)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _stranger(value: Any) -> str:
    return _("%(value)s (not among the choices)") % {"value": _text(value)}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json_text(value)
