"""Choices of an XLSForm: lists, filters per choice, lists that belong into master data."""

import re
from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form.importing import surveyjs as js
from kegiatan.form.importing.names import Place, Refused
from kegiatan.form.importing.report import Report
from kegiatan.form.importing.xlsform_rows import CHOICES, EXTERNAL, SURVEY, Book, Choice, Item
from kegiatan.form.importing.xlsform_texts import Texts
from kegiatan.form.importing.xlsform_words import MEDIA
from kegiatan.form.importing.xpath_translation import Translator, parsed

_FILE = re.compile(r"[\w .()-]+\.(?:csv|xml|geojson)", re.IGNORECASE)


class Lists:
    """Makes the choices of questions. masters: versions of each data set that is loaded."""

    def __init__(
        self, book: Book, texts: Texts, translator: Translator, report: Report,
        masters: Mapping[str, Collection[int]] | None,
    ) -> None:  # fmt: skip
        self.book = book
        self.texts = texts
        self.translator = translator
        self.report = report
        self.masters = masters
        self.used: dict[str, int] = {}
        self._told: set[str] = set()

    def give(self, item: Item, element: dict[str, Any], place: Place) -> None:
        """Put the choices of a question into its element. Raises Refused: unknown_list."""
        if item.type.endswith("_from_file"):
            self._from_file(item, element)
            return
        external = item.type == "select_one_external"
        lists = self.book.external if external else self.book.lists
        if item.list_name.startswith("${"):
            self._from_roster(item, element, place)
            return
        choices = lists.get(item.list_name)
        if not choices:
            message = _("There is no list %(name)s on the sheet %(sheet)s.") % {
                "name": item.list_name[:80], "sheet": EXTERNAL if external else CHOICES,
            }  # fmt: skip
            raise Refused("unknown_list", message, _("Add the list, or correct its name."))
        sheet = EXTERNAL if external else CHOICES
        self._check(item.list_name, choices, sheet)
        element["choices"] = self._choices(item, choices, sheet, place)
        if item.has_other:
            element["showOtherItem"] = True

    def _check(self, name: str, choices: Sequence[Choice], sheet: str) -> None:
        """Note, once per list, names that are there twice and media that stay behind."""
        if (key := f"{sheet}/{name}") in self._told:
            return
        self._told.add(key)
        seen: set[str] = set()
        for choice in choices:
            if choice.name in seen:
                message = _("The choice %(value)s is there twice in %(list)s.")
                shown = message % {"value": choice.name[:80], "list": name[:80]}
                refused = Refused("duplicate_choice", shown, _("Give each choice its own name."))
                self.report.loss(sheet, choice.row, "name", refused)
            seen.add(choice.name)
            for column in MEDIA:
                if column in choice.columns:
                    message = _("The %(what)s of a choice is not shown.") % {"what": column}
                    remedy = _("Say it in the label.")
                    refused = Refused("media_left_out", message, remedy)
                    self.report.loss(sheet, choice.row, column, refused)

    def _choices(
        self, item: Item, choices: Sequence[Choice], sheet: str, place: Place
    ) -> list[dict[str, Any]]:
        made = []
        seen: set[str] = set()
        tree = parsed(item.cell("choice_filter")) if item.cell("choice_filter") else None
        blank = dict.fromkeys(self.book.columns, "")
        for choice in choices:
            if choice.name in seen:
                continue
            seen.add(choice.name)
            shown: dict[str, Any] = {
                "value": choice.name,
                "text": self._label(choice, sheet, place),
            }
            if tree is not None:
                label = {"label": next(iter(choice.texts.values()), "")}
                columns = ChainMap(label, choice.columns, blank)
                at = Place(place.rosters, place.current, columns)
                found = js.as_condition(self.translator.piece(tree, at))
                if found == js.FALSE:
                    continue
                if found != js.TRUE:
                    shown["visibleIf"] = found.text
            made.append(shown)
        return made

    def _label(self, choice: Choice, sheet: str, place: Place) -> Any:
        found = self.texts.of(choice.texts, "label", choice.row, sheet, place)
        if found is None:
            message = _("The choice %(value)s has no label; its name is shown.")
            remedy = _("Give it a label.")
            refused = Refused("choice_label_missing", message % {"value": choice.name}, remedy)
            self.report.note(sheet, choice.row, "label", refused)
            return choice.name
        return found

    def _from_file(self, item: Item, element: dict[str, Any]) -> None:
        """Name the data set that a list in a file of its own has to be loaded as."""
        file = item.list_name.split(" ")[0] if " " in item.list_name else item.list_name
        if not _FILE.fullmatch(file):
            message = _("%(file)s is not the name of a list file.") % {"file": file[:80]}
            raise Refused("unknown_list", message, _("Write select_one_from_file name.csv."))
        type_ = re.sub(r"\W+", "_", file.rpartition(".")[0]).strip("_").upper()[:255] or "LIST"
        loaded = (self.masters or {}).get(type_, ())
        element["type"] = "tagbox" if item.type.startswith("select_multiple") else "dropdown"
        element["master"] = type_
        self.used[type_] = max(loaded, default=1)
        if not loaded:
            message = _("The list %(file)s is looked up in the master data %(type)s.")
            shown = message % {"file": file, "type": type_}
            remedy = _("Load the file as master data %(type)s before publishing.")
            refused = Refused("list_to_load", shown, remedy % {"type": type_})
            self.report.note(SURVEY, item.row, "type", refused)
        if item.cell("choice_filter"):
            message = _("Choices from master data cannot be filtered by another answer.")
            remedy = _("Put the list on the sheet choices, or ask without the filter.")
            refused = Refused("filter_on_master", message, remedy)
            self.report.loss(SURVEY, item.row, "choice_filter", refused)

    def _from_roster(self, item: Item, element: dict[str, Any], place: Place) -> None:
        """Offer the answers given in the rows of a repeat: `select_one ${name}`."""
        name = item.list_name.removeprefix("${").removesuffix("}").strip()
        target = self.translator.names.find(name, place)
        if len(target.rosters) != 1 or place.rosters or target.lost:
            message = _("Choices can come from the rows of one repeat of the unit only.")
            remedy = _("Ask with a list of its own, or as text.")
            raise Refused("choices_from_rows", message, remedy)
        element["choicesFromQuestion"] = target.rosters[0]
        element["choiceValuesFromQuestion"] = target.key
        element["choiceTextsFromQuestion"] = target.key
        if item.cell("choice_filter"):
            message = _("Choices from the rows of a repeat cannot be filtered.")
            refused = Refused("filter_on_rows", message, _("Say in the label which rows count."))
            self.report.loss(SURVEY, item.row, "choice_filter", refused)
