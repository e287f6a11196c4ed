"""The rows of an XLSForm: survey, choices, settings; tidy headers, groups in one another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from kegiatan.form.importing.names import Refused, Target
from kegiatan.form.importing.report import Report
from kegiatan.form.importing.sheets import Row, Sheet
from kegiatan.form.importing.xlsform_words import COLUMNS, header, language_code, question_type

SURVEY, CHOICES, SETTINGS, EXTERNAL = "survey", "choices", "settings", "external_choices"
NESTED = 30  # groups and repeats in one another
_NO_ROW = Row(1, {}, {})


@dataclass(eq=False, slots=True)
class Item:
    """A row of the survey: a question, or a group or repeat with what is in it.

    kind: question, group or repeat; texts: {(column, language or ""): text}; target: filled in when
    names are given.
    """

    row: Row
    kind: str
    type: str
    list_name: str = ""
    has_other: bool = False
    parent: "Item | None" = None
    children: "list[Item]" = field(default_factory=list)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    target: Target | None = None

    @property
    def name(self) -> str:
        """Return its name as the form has it."""
        return self.row.cells.get("name", "")

    def cell(self, column: str) -> str:
        """Return the text of a cell, "" when it is blank."""
        return self.row.cells.get(column, "")

    def walk(self) -> "Iterator[Item]":
        """Yield everything inside, in the order of the form."""
        for child in self.children:
            yield child
            yield from child.walk()

    @property
    def above(self) -> "Iterator[Item]":
        """Yield the groups and repeats around it, nearest first."""
        item = self.parent
        while item is not None:
            yield item
            item = item.parent


@dataclass(frozen=True, slots=True)
class Choice:
    """A row of a list. columns: what a filter can ask for, header: text."""

    row: Row
    name: str
    texts: dict[tuple[str, str], str]
    columns: dict[str, str]


@dataclass(slots=True)
class Book:
    """A workbook as an XLSForm. languages: as headers name them, the default one first."""

    root: Item
    lists: dict[str, list[Choice]]
    external: dict[str, list[Choice]]
    settings: Row
    languages: list[str]
    columns: frozenset[str]


def read_book(sheets: Sequence[Sheet], report: Report) -> Book:
    """Return the form of a workbook. Raises Refused: no_survey_sheet."""
    found = {sheet.name.strip().lower().replace(" ", "_"): sheet for sheet in sheets}
    survey = found.get(SURVEY)
    if survey is None or not any(header(name)[0] == "type" for name in survey.headers):
        message = _("The workbook has no sheet survey with a column type: %(sheets)s")
        names = ", ".join(sheet.name for sheet in sheets)[:200]
        remedy = _("Name the sheet survey, and its first row type, name, label.")
        raise Refused("no_survey_sheet", message % {"sheets": names}, remedy)
    settings = _settings(found.get(SETTINGS))
    root = _tree(_tidy(survey), report)
    _unknown_columns(survey, report)
    lists, columns = _lists(found.get(CHOICES), CHOICES, report)
    external, more = _lists(found.get(EXTERNAL), EXTERNAL, report)
    named = [sheet for key in (SURVEY, CHOICES, EXTERNAL) if (sheet := found.get(key))]
    languages = _languages(named, settings.cells.get("default_language", ""))
    return Book(root, lists, external, settings, languages, columns | more)


def _unknown_columns(survey: Sheet, report: Report) -> None:
    """Note, once each, the columns that XLSForm does not know and that hold something."""
    for text in survey.headers:
        name, _language = header(text)
        if name in COLUMNS:
            continue
        row = next((row for row in survey.rows if text in row.cells), None)
        if row is None:
            continue
        message = _("The column %(name)s is not part of XLSForm; it is not read.")
        remedy = _("Nothing to do, unless another program relies on it.")
        refused = Refused("column_left_out", message % {"name": text[:80]}, remedy)
        at = Row(1, {}, {text: row.columns[text]})
        report.note(SURVEY, at, text, refused)


def tables(book: Book) -> dict[str, list[dict[str, str]]]:
    """Return the lists as expressions look into them, label in the first language.

    The first row of each has every column; the others have those that are filled.
    """
    found = {}
    for lists in (book.lists, book.external):
        for name, choices in lists.items():
            blank = dict.fromkeys((*book.columns, "label"), "")
            found[name] = [
                {
                    **(blank if number == 0 else {}),
                    **choice.columns,
                    "name": choice.name,
                    "label": _first_label(choice, book),
                }
                for number, choice in enumerate(choices)
            ]
    return found


def _first_label(choice: Choice, book: Book) -> str:
    labels = {language: text for (name, language), text in choice.texts.items() if name == "label"}
    for language in (*book.languages[:1], ""):
        if language in labels:
            return labels[language]
    return next(iter(labels.values()), choice.name)


def _languages(sheets: Sequence[Sheet], default: str) -> list[str]:
    names: dict[str, None] = {}
    for sheet in sheets:
        for text in sheet.headers:
            language = header(text)[1]
            if language:
                names.setdefault(language)
    codes = list(dict.fromkeys(language_code(name) for name in names))
    first = language_code(default) if default else ""
    if first in codes:
        codes.remove(first)
        codes.insert(0, first)
    return codes


@dataclass(frozen=True, slots=True)
class _Tidy:
    """A row with tidy headers, and its texts by language."""

    row: Row
    texts: dict[tuple[str, str], str]


def _tidy(sheet: Sheet) -> Iterator[_Tidy]:
    words = {text: header(text) for text in sheet.headers}
    columns: dict[str, int] = {}
    for row in sheet.rows[:1]:
        for text, (name, _language) in words.items():
            columns.setdefault(name, row.columns[text])
    for row in sheet.rows:
        cells: dict[str, str] = {}
        texts: dict[tuple[str, str], str] = {}
        for text in row.cells:
            name, language = words[text]
            texts.setdefault((name, language_code(language) if language else ""), row.cells[text])
            if language is None or name not in cells:
                cells.setdefault(name, row.cells[text])
        yield _Tidy(Row(row.number, cells, columns), texts)


def _settings(sheet: Sheet | None) -> Row:
    first = next(_tidy(sheet), None) if sheet is not None else None
    return first.row if first is not None else _NO_ROW


def _tree(rows: Iterator[_Tidy], report: Report) -> Item:
    root = Item(_NO_ROW, "group", "form")
    at, depth = root, 0
    for tidy in rows:
        row, text = tidy.row, tidy.row.cells.get("type", "")
        if row.cells.get("disabled", "").lower() in ("yes", "true"):
            continue
        if not text:
            if set(row.cells) & {"name", "calculation"}:
                message = _("The row has no type.")
                refused = Refused("row_without_type", message, _("Give its type, or delete it."))
                report.loss(SURVEY, row, "type", refused)
            continue
        kind, list_name, has_other = question_type(text)
        if kind.startswith("end ") and kind != "end":
            at = _closed(at, root, kind, row, report)
            depth = max(depth - 1, 0)
            continue
        item = Item(row, _kind(kind), kind, list_name, has_other, at, texts=tidy.texts)
        at.children.append(item)
        if item.kind != "question":
            depth += 1
            if depth > NESTED:
                message = _("More than %(cap)d groups lie in one another.") % {"cap": NESTED}
                raise Refused("too_deep", message, _("Ask it further out."))
            at = item
    while at is not root:
        message = _("%(name)s is opened here and never closed.") % {"name": at.name[:80] or at.type}
        refused = Refused("group_not_closed", message, _("Add its end row."))
        report.loss(SURVEY, at.row, "type", refused)
        at = at.parent or root
    return root


def _kind(type_: str) -> str:
    if type_ == "begin repeat":
        return "repeat"
    return "group" if type_ in ("begin group", "begin loop") else "question"


def _closed(at: Item, root: Item, kind: str, row: Row, report: Report) -> Item:
    opened = at.type.replace("begin", "end")
    if at is root or kind != opened:
        message = _("This row closes what was not opened.")
        remedy = _("Take it out, or add the row that begins it.")
        report.loss(SURVEY, row, "type", Refused("group_not_opened", message, remedy))
        return at
    return at.parent or root


def _lists(
    sheet: Sheet | None, name: str, report: Report
) -> tuple[dict[str, list[Choice]], frozenset[str]]:
    lists: dict[str, list[Choice]] = {}
    if sheet is None:
        return lists, frozenset()
    for tidy in _tidy(sheet):
        cells = tidy.row.cells
        list_name, value = cells.get("list_name", ""), cells.get("name", "")
        if not list_name:
            continue
        if not value:
            message = _("The choice has no name, which is what is stored.")
            refused = Refused("choice_without_name", message, _("Give it a name, or delete it."))
            report.loss(name, tidy.row, "name", refused)
            continue
        columns = {key: text for key, text in cells.items() if key not in ("list_name", "label")}
        lists.setdefault(list_name, []).append(Choice(tidy.row, value, tidy.texts, columns))
    headers = frozenset(header(text)[0] for text in sheet.headers)
    return lists, headers


def renamed(row: Row, name: str) -> Row:
    """Return a row under another name."""
    return replace(row, cells={**row.cells, "name": name})
