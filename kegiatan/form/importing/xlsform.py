"""XLSForms: a workbook of survey, choices and settings becomes a form_schema.

Every row is accounted for: it is in the form, or listed with its place. Groups of the first level
become pages, groups within them panels, repeats rosters; calculations of the unit become calculated
values, those in a repeat computed questions. Source: XLSForm and ODK XForms specifications.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form.form_fault import FormFault
from kegiatan.form.importing import surveyjs as js
from kegiatan.form.importing.names import Names, Place, Refused
from kegiatan.form.importing.report import XLSFORM, ImportedForm, Report
from kegiatan.form.importing.report import Place as SheetPlace
from kegiatan.form.importing.sheets import Sheet, read_sheets
from kegiatan.form.importing.xlsform_choices import Lists
from kegiatan.form.importing.xlsform_names import CALCULATED, KEPT_ELSEWHERE, name_everything
from kegiatan.form.importing.xlsform_questions import MOMENTS, Element, Questions
from kegiatan.form.importing.xlsform_rows import SETTINGS, SURVEY, Book, Item, read_book, tables
from kegiatan.form.importing.xlsform_rules import Rules
from kegiatan.form.importing.xlsform_texts import Texts
from kegiatan.form.importing.xpath import Call, Ref, String
from kegiatan.form.importing.xpath_translation import Translator, parsed

_USED_SETTINGS = frozenset({
    "form_title", "title", "form_id", "id_string", "version", "default_language", "instance_name",
    "allow_choice_duplicates",
})  # fmt: skip
PAGE_QUESTIONS = 30  # questions outside groups, by page
Masters = Mapping[str, Collection[int]]


def import_xlsform(
    content: bytes, *, name: str = "", masters: Masters | None = None
) -> ImportedForm:
    """Return the form of a workbook; `form` is None when it cannot be read as one.

    name: of the file, for a form without a title; masters: versions of the data sets loaded.
    Never raises for what is in a file.
    """
    try:
        sheets = read_sheets(content)
    except Refused as refused:
        return _refused(refused, Report())
    return import_sheets(sheets, name=name, masters=masters)


def import_sheets(
    sheets: Sequence[Sheet], *, name: str = "", masters: Masters | None = None
) -> ImportedForm:
    """Return the form of the sheets of a workbook, as `import_xlsform` does."""
    report = Report()
    try:
        return _Import(read_book(sheets, report), report, masters).run(name)
    except Refused as refused:
        return _refused(refused, report)


def _refused(refused: Refused, report: Report) -> ImportedForm:
    whole = FormFault("", refused.code, refused.message, refused.remedy)
    return ImportedForm(XLSFORM, None, faults=(whole, *report.faults))


class _Import:
    """The import of one workbook."""

    def __init__(self, book: Book, report: Report, masters: Masters | None) -> None:
        self.book = book
        self.report = report
        self.names: Names = name_everything(book, report)
        self.translator = Translator(self.names, tables(book))
        self.texts = Texts(book.languages, self.translator, report)
        self.lists = Lists(book, self.texts, self.translator, report, masters)
        self.questions = Questions(self.texts, self.lists, report)
        self.rules = Rules(self.translator, self.texts, report)
        self.calculated: list[Element] = []
        self.sources: list[tuple[Element, Item]] = []

    def run(self, file_name: str) -> ImportedForm:
        """Return what came of it."""
        for item in self.book.root.walk():
            if item.kind == "question":
                self.report.questions.add(item.row.number)
        self._find_lost()
        pages = self._pages()
        form = self._envelope(file_name)
        form["pages"] = pages
        if self.calculated:
            form["calculatedValues"] = self.calculated
        if self.lists.used:
            form["masters_used"] = [
                {"type": type_, "version": version} for type_, version in self.lists.used.items()
            ]
        self._settings(form)
        report = self.report
        mapped = len(report.mapped)
        return ImportedForm(
            XLSFORM, form, len(report.questions), mapped, report.listed,
            tuple(dict.fromkeys(report.faults)), self._places(form),
        )  # fmt: skip

    def _find_lost(self) -> None:
        """Find calculations that cannot be translated first: what reads them cannot be either."""
        items = [item for item in self.book.root.walk() if item.kind == "question"]
        for item in items:
            assert item.target is not None
            if item.type in KEPT_ELSEWHERE:
                item.target.lost = _("Cerdas keeps it itself, outside the answers.")
        waiting = [item for item in items if item.type in CALCULATED]
        for _round in range(len(waiting) + 1):
            changed = [item for item in waiting if self._try(item)]
            waiting = [item for item in waiting if not item.target or not item.target.lost]
            if not changed:
                break

    def _try(self, item: Item) -> bool:
        """Note the type of a calculation, or why it is lost; return whether that is new."""
        target = item.target
        assert target is not None
        before = (target.type, target.lost)
        try:
            piece = self.rules.calculation(item, self.rules.place(item))
        except Refused as refused:
            target.lost = refused.message
        else:
            target.type, target.values = piece.type, piece.values
        return (target.type, target.lost) != before

    def _pages(self) -> list[Element]:
        """Return pages: a group of the first level each, questions outside groups in runs."""
        pages: list[Element] = []
        loose: list[Element] = []
        for item in self.book.root.children:
            if item.kind == "group":
                self._flush(pages, loose)
                page = self._page(item)
                if page["elements"]:
                    pages.append(page)
                continue
            made = self._item(item)
            if made is None:
                continue
            if item.kind == "repeat" or len(loose) >= PAGE_QUESTIONS:
                self._flush(pages, loose)
            loose.append(made)
            if item.kind == "repeat":
                self._flush(pages, loose)
        self._flush(pages, loose)
        return pages

    def _flush(self, pages: list[Element], loose: list[Element]) -> None:
        if loose:
            taken = {str(page["name"]).lower() for page in pages}
            number = len(pages) + 1
            while f"page_{number}" in taken:
                number += 1
            pages.append({"name": f"page_{number}", "elements": list(loose)})
            loose.clear()

    def _page(self, item: Item) -> Element:
        made = self._panel(item)
        assert item.target is not None
        page: Element = {"name": item.target.key}
        page.update(
            {
                key: made[key]
                for key in ("title", "description", "visibleIf", "visible", "readOnly", "enableIf")
                if key in made
            }
        )
        page["elements"] = made["elements"]
        self.sources.append((page, item))
        return page

    def _item(self, item: Item) -> Element | None:
        if item.kind == "group":
            made = self._panel(item)
            return made if made["elements"] else None
        if item.kind == "repeat":
            return self._roster(item)
        return self._question(item)

    def _children(self, item: Item) -> list[Element]:
        return [made for child in item.children if (made := self._item(child)) is not None]

    def _panel(self, item: Item) -> Element:
        assert item.target is not None
        made: Element = {"type": "panel", "name": item.target.key}
        place = self.rules.place(item)
        self._headings(item, made, place)
        self.rules.relevance(item, made, place)
        self.rules.read_only(item, made, place)
        self.rules.trigger(item)
        self.rules.unused(item, ("hint", "read_only", "appearance"))
        self.questions.appearances(item)
        made["elements"] = self._children(item)
        self.sources.append((made, item))
        return made

    def _headings(self, item: Item, made: Element, place: Place) -> None:
        label = self.texts.of(item.texts, "label", item.row, SURVEY, place)
        hint = self.texts.of(item.texts, "hint", item.row, SURVEY, place)
        if label:
            made["title"] = label
        if hint:
            made["description"] = hint

    def _roster(self, item: Item) -> Element | None:
        assert item.target is not None
        made: Element = {"type": "paneldynamic", "name": item.target.key}
        place = self.rules.place(item)
        self._headings(item, made, place)
        self.rules.relevance(item, made, place)
        self.rules.count_of_rows(item, made, place)
        self.rules.read_only(item, made, place)
        self.rules.trigger(item)
        self.rules.unused(item, ("hint", "read_only", "repeat_count", "appearance"))
        self.questions.appearances(item)
        made["templateElements"] = self._children(item)
        self.sources.append((made, item))
        if not made["templateElements"]:
            message = _("The repeat has no question that could be taken over.")
            refused = Refused("roster_left_out", message, _("Add a question to it."))
            self.report.loss(SURVEY, item.row, "type", refused)
            return None
        return made

    def _question(self, item: Item) -> Element | None:
        place = self.rules.place(item)
        try:
            if item.type in CALCULATED:
                return self._calculation(item, place)
            made = self.questions.element(item, place)
        except Refused as refused:
            assert item.target is not None
            item.target.lost = item.target.lost or refused.message
            column = "calculation" if item.type in CALCULATED else "type"
            self.report.loss(SURVEY, item.row, column, refused)
            return None
        self.report.mapped.add(item.row.number)
        self.rules.misplaced_filter(item, place)
        if made is None:
            return None
        if item.type in MOMENTS:
            self.rules.moment(item)
        else:
            self.rules.relevance(item, made, place)
            self.rules.answers(item, made, place)
        self.sources.append((made, item))
        return made

    def _calculation(self, item: Item, place: Place) -> Element | None:
        """Return a computed question for a row of a repeat; the unit gets a calculated value."""
        assert item.target is not None
        piece = self.rules.calculation(item, place)
        self.report.mapped.add(item.row.number)
        self.rules.trigger(item)
        source = "calculation" if item.cell("calculation") else "default"
        self.rules.unused(item, ("hint", "choice_filter", source))
        if not item.target.rosters:
            shown = self.rules.when_asked(item, place)
            text = piece.text
            if shown != js.TRUE:
                text = f"iif({shown.text}, {piece.text})"
            made = {"name": item.target.key, "expression": text, "includeIntoResult": True}
            self.calculated.append(made)
            self.sources.append((made, item))
            return None
        made = {"type": "expression", "name": item.target.key, "expression": piece.text}
        self._headings(item, made, place)
        self.rules.relevance(item, made, place)
        message = _("In the rows of a repeat the calculation is shown, so that it is stored.")
        self.questions.note(item, "type", "calculation_shown", message, _("Nothing to do."))
        self.sources.append((made, item))
        return made

    def _envelope(self, file_name: str) -> dict[str, Any]:
        cells = self.book.settings.cells
        title = cells.get("form_title") or cells.get("title") or cells.get("form_id") or file_name
        form: dict[str, Any] = {"form_name": (title or _("Questionnaire"))[:255]}
        if self.book.languages:
            form["locale"] = self.book.languages[0]
        return form

    def _settings(self, form: dict[str, Any]) -> None:
        row = self.book.settings
        template = row.cells.get("instance_name", "")
        if template:
            try:
                form["assignment_label_template"] = self._label(template)
            except Refused as refused:
                message = _("The name of a filled-in form cannot be the label of a unit: %(why)s")
                shown = message % {"why": refused.message}
                remedy = _("Write assignment_label_template yourself: {name} - {address}.")
                kept_out = Refused("label_left_out", shown, remedy)
                self.report.note(SETTINGS, row, "instance_name", kept_out)
        for key, value in row.cells.items():
            if key in _USED_SETTINGS or not value:
                continue
            message = _("The setting %(key)s is not used.") % {"key": key[:80]}
            unused = Refused("setting_left_out", message, _("Nothing to do."))
            self.report.note(SETTINGS, row, key, unused)

    def _label(self, text: str) -> str:
        """Return the label template of `concat(${a}, ' - ', ${b})`."""
        node = parsed(text)
        parts = node.arguments if isinstance(node, Call) and node.name == "concat" else (node,)
        made = []
        for part in parts:
            if isinstance(part, String):
                made.append(part.value.replace("{", "(").replace("}", ")"))
                continue
            if not isinstance(part, Ref):
                message = _("it is more than names and texts in a row.")
                raise Refused("label_left_out", message, "")
            made.append(self.translator.piece(part, Place()).text)
        return "".join(made).strip()[:1000]

    def _places(self, form: dict[str, Any]) -> dict[str, SheetPlace]:
        """Return the rows of the elements by path, so that the linter's faults find them."""
        rows = {id(element): item.row.number for element, item in self.sources}
        found: dict[str, SheetPlace] = {}
        stack: list[tuple[str, Any]] = [
            (f"{key}[{index}]", value)
            for key in ("pages", "calculatedValues")
            for index, value in enumerate(form.get(key, ()))
        ]
        while stack:
            path, element = stack.pop()
            if id(element) in rows:
                found[path] = SheetPlace(SURVEY, rows[id(element)])
            for key in ("elements", "templateElements"):
                stack += [
                    (f"{path}.{key}[{i}]", inner) for i, inner in enumerate(element.get(key, ()))
                ]
        return found
