"""The questions of a unit as inputs, page by page and row by row, for the page that edits them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from assignments.admin.edit_parts import EDITABLE, Option, PartInput, parts_kind, parts_of
from assignments.admin_answers import page_titles, plain_answer
from assignments.answer_editing import EDITOR, master_version
from assignments.answer_places import row_title
from kegiatan.form import elements as el
from kegiatan.form.json_path import row_key
from kegiatan.form.json_value import json_text
from kegiatan.form.questions import Question, Scope
from kegiatan.forms import CompiledForm
from masterdata.choices import choices_named

RADIOS = 6  # more choices become a list that opens
COMPOSITE = el.COMPOSITE_TYPES | {"ranking"}
_TEXT_TYPES = {
    "number": "number", "range": "number", "date": "date", "datetime-local": "datetime-local",
    "datetime": "datetime-local", "time": "time", "month": "month", "week": "week",
    "email": "email", "tel": "tel", "url": "url",
}  # fmt: skip


@dataclass(frozen=True)
class InputRow:
    """A row of a roster."""

    id: str
    path: str
    title: str
    items: tuple["Input", ...]


@dataclass(frozen=True)
class Input:
    """A question. kind: text, comment, radio, select, checks, lookup, parts, ranking, rows, fixed.

    input_type: of a text. note: why it is fixed. remark: text of its companion, None without one.
    new_row: id of the row that "add" would make, "" where the office may not change the rows.
    """

    path: str
    label: str
    kind: str
    text: str = ""
    input_type: str = "text"
    options: tuple[Option, ...] = ()
    rows: tuple[InputRow, ...] = ()
    parts: tuple[PartInput, ...] = ()
    note: str = ""
    remark: str | None = None
    master: str = ""
    code: str = ""
    new_row: str = ""


@dataclass(frozen=True)
class InputPage:
    """One page of the form."""

    title: str
    items: tuple[Input, ...]


class InputBuilder:
    """Walks a form beside its answers; remembers the codes of datasets that exist (`known`)."""

    def __init__(self, form: CompiledForm) -> None:
        self.form = form
        self.known: dict[str, list[str]] = {}

    def pages(self, answers: Mapping[str, Any]) -> list[InputPage]:
        """Return the pages in the order of the form."""
        titles = page_titles(self.form.schema)
        found: dict[str, list[Input]] = {}
        scope = self.form.shape.scope
        for question, item in self._items(scope, answers, ""):
            found.setdefault(question.page, []).append(item)
        return [InputPage(titles.get(name, name), tuple(items)) for name, items in found.items()]

    def _items(
        self, scope: Scope, answers: Mapping[str, Any], above: str
    ) -> Iterator[tuple[Question, Input]]:
        for question in scope.questions.values():
            yield question, self._item(scope, question, answers, above + question.key)

    def _item(
        self, scope: Scope, question: Question, answers: Mapping[str, Any], path: str
    ) -> Input:
        value, label = answers.get(question.key), question.title
        if question.is_roster and question.key in scope.rosters:
            rows = tuple(self._rows(scope.rosters[question.key], value, path))
            may_change = EDITOR in question.editable_by
            return Input(path, label, "rows", rows=rows, new_row=str(uuid4()) if may_change else "")
        note = _why_fixed(question)
        if note is not None:
            return Input(path, label, "fixed", plain_answer(question, value), note=note)
        remark = _remark(question, answers)
        if question.kind in EDITABLE:
            parts = parts_of(question, value)
            return Input(path, label, parts_kind(question), parts=parts, remark=remark)
        if question.master and not question.is_multiple:
            return self._lookup(question, value, path, remark)
        kind = _kind(question)
        options = _options(question, value) if kind in ("radio", "select", "checks") else ()
        return Input(
            path, label, kind, _as_text(value), _TEXT_TYPES.get(question.input_type, "text"),
            options, remark=remark,
        )  # fmt: skip

    def _rows(self, scope: Scope, value: Any, path: str) -> Iterator[InputRow]:
        for index, row in enumerate(value if isinstance(value, list) else []):
            if not isinstance(row, dict):
                continue
            key = row_key(row, index)
            row_path = f"{path}[{key}]"
            items = tuple(item for _q, item in self._items(scope, row, row_path + "."))
            yield InputRow(key, row_path, row_title(scope, row, index), items)

    def _lookup(self, question: Question, value: Any, path: str, remark: str | None) -> Input:
        kind, code = question.master or "", _as_text(value)
        named = choices_named(kind, master_version(self.form, kind), [code] if code else [])
        text = code
        if named is not None:
            self.known.setdefault(kind, []).extend(named)
            text = f"{code} — {named[code]}" if code in named else code
        return Input(
            path, question.title, "lookup", text, remark=remark, master=kind, code=code
        )  # fmt: skip


def _why_fixed(question: Question) -> str | None:
    """Return why the office cannot type an answer, or None when it can."""
    if question.is_computed:
        return _("made by the form")
    if EDITOR not in question.editable_by:
        return _("not for the office to change")
    is_file = question.kind in el.ATTACHMENT_TYPES
    is_list = bool(question.master) and question.is_multiple
    is_whole = question.kind in COMPOSITE and not parts_of(question, None)
    if is_file or is_list or is_whole:
        return _("this kind of question cannot be changed here")
    return None


def _kind(question: Question) -> str:
    if question.kind == "comment":
        return "comment"
    if question.is_multiple:
        return "checks"
    if question.kind == "rating":
        return "select"
    if question.choices:
        is_list = question.kind == "dropdown" or len(question.choices) > RADIOS
        return "select" if is_list else "radio"
    return "text"


def _options(question: Question, value: Any) -> tuple[Option, ...]:
    """Return the choices; an answer that is none of them stays as one."""
    chosen = {_json(item) for item in (value if isinstance(value, list) else [value])}
    texts = {_json(choice.value): _choice_text(question, choice) for choice in _choices(question)}
    for item in value if isinstance(value, list) else [value]:
        if item is not None and _json(item) not in texts:
            words = _("%(value)s (not among the choices)")
            texts[_json(item)] = words % {"value": _as_text(item)}
    return tuple(Option(key, text, key in chosen) for key, text in texts.items())


def _choices(question: Question) -> Sequence[el.Choice]:
    if question.kind != "rating" or question.choices:
        return question.choices
    first, last = question.element.get("rateMin", 1), question.element.get("rateMax", 5)
    if type(first) is not int or type(last) is not int or not 0 <= last - first <= 100:
        return ()
    return [el.Choice(number, str(number)) for number in range(first, last + 1)]


def _choice_text(question: Question, choice: el.Choice) -> str:
    if question.kind == "boolean" and choice.text in ("Yes", "No"):  # no words of the form's own
        return _("Yes") if choice.text == "Yes" else _("No")
    return choice.text


def _remark(question: Question, answers: Mapping[str, Any]) -> str | None:
    """Return the text beside an answer: "other", or a remark that the question asks for."""
    stored = answers.get(question.key + el.COMMENT_SUFFIX)
    flags = ("showOtherItem", "hasOther", "showCommentArea", "hasComment")
    if stored is None and not any(question.element.get(flag) is True for flag in flags):
        return None
    return _as_text(stored)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json_text(value)
