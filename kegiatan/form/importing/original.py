"""The original platform's questionnaires: its JSON becomes a form_schema of ours.

Two generations of the format: `pages[].questions[]` and `pages[].sections[].questions[]`. Rules in
JavaScript are parsed, never run; what is not one of the usual patterns is listed.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from kegiatan.form import elements as el
from kegiatan.form.form_fault import ERROR, WARNING, FormFault
from kegiatan.form.importing.names import Names, Place, Target, read
from kegiatan.form.importing.original_rules import OriginalRules
from kegiatan.form.importing.refused import Refused
from kegiatan.form.importing.report import ORIGINAL, ImportedForm
from kegiatan.form.importing.surveyjs import Piece, Type

Element = dict[str, Any]
_ENVELOPE = (
    "form_name", "form_version", "assignment_label_template", "level_definitions", "level_sources",
    "assignment_table_grouping_levels",
)  # fmt: skip
# What each type was called over time, and what it is here.
_TYPES: dict[str, Element] = {
    "text": {"type": "text"}, "string": {"type": "text"}, "textarea": {"type": "comment"},
    "number": {"type": "text", "inputType": "number"},
    "integer": {"type": "text", "inputType": "number", "step": 1},
    "decimal": {"type": "text", "inputType": "number"},
    "currency": {"type": "text", "inputType": "number"},
    "email": {"type": "text", "inputType": "email"}, "tel": {"type": "text", "inputType": "tel"},
    "phone": {"type": "text", "inputType": "tel"}, "date": {"type": "text", "inputType": "date"},
    "time": {"type": "text", "inputType": "time"},
    "datetime": {"type": "text", "inputType": "datetime-local"},
    "select": {"type": "dropdown"}, "dropdown": {"type": "dropdown"},
    "autocomplete": {"type": "dropdown"}, "lookup": {"type": "dropdown"},
    "radio": {"type": "radiogroup"}, "select_one": {"type": "radiogroup"},
    "checkbox": {"type": "checkbox"}, "checkboxes": {"type": "checkbox"},
    "multiselect": {"type": "checkbox"}, "select_multiple": {"type": "checkbox"},
    "boolean": {"type": "boolean"}, "toggle": {"type": "boolean"}, "switch": {"type": "boolean"},
    "prefilled_display": {"type": "prefilled"}, "prefilled": {"type": "prefilled"},
    "geotag": {"type": "geotag"}, "gps": {"type": "geotag"}, "location": {"type": "geotag"},
    "photo": {"type": "photo", "maxCount": 1}, "image": {"type": "photo", "maxCount": 1},
    "signature": {"type": "signature"}, "barcode": {"type": "barcode"},
    "qrcode": {"type": "barcode"},
    "file": {"type": "file", "storeDataAsText": False},
    "note": {"type": "html"}, "info": {"type": "html"}, "label": {"type": "html"},
    "heading": {"type": "html"}, "roster": {"type": "paneldynamic"},
    "repeater": {"type": "paneldynamic"},
}  # fmt: skip
_KNOWN = frozenset({
    "id", "type", "label", "placeholder", "info", "hint", "help", "description", "options",
    "validation", "editableBy", "conditionalLogic", "data_key", "dataKey", "source", "min_accuracy",
    "minAccuracy",
    "item_label", "questions", "default", "defaultValue", "master", "master_type", "min_items",
    "max_items", "level", "readonly",
})  # fmt: skip


def is_original(form: object) -> bool:
    """Return whether a JSON value is a form of the original platform."""
    if not isinstance(form, dict):
        return False
    return any(
        "elements" not in page and ("questions" in page or "sections" in page)
        for page in el.mappings_of(form.get("pages"))
    )


def import_original(
    form: Mapping[str, Any], *, masters: Mapping[str, Collection[int]] | None = None
) -> ImportedForm:
    """Return a form of the original platform as one of ours; every question is mapped or listed.

    form: a JSON value within the caps of `check_envelope`, for which `is_original`.
    """
    return _Import(form, masters or {}).run()


class _Import:
    def __init__(self, form: Mapping[str, Any], masters: Mapping[str, Collection[int]]) -> None:
        self.form = form
        self.masters = masters
        self.names = Names()
        self.faults: list[FormFault] = []
        self.questions = 0
        self.mapped = 0
        self.listed: set[str] = set()
        self.lookups: set[str] = set()
        self.rules = OriginalRules(self)

    def run(self) -> ImportedForm:
        """Return what came of it."""
        pages = el.items_of(self.form.get("pages"))
        for number, page in enumerate(pages):
            self._name_page(page, f"pages[{number}]")
        made = []
        for number, page in enumerate(pages):
            if isinstance(page, dict):
                made.append(self._page(page, number))
        result = self._envelope()
        result["pages"] = [page for page in made if page["elements"]] or made[:1]
        if not self.mapped:
            self.loss(
                "pages", Refused("no_questions", _("The form has no question."), _("Add one."))
            )
        self._masters(result)
        return ImportedForm(
            ORIGINAL, result, self.questions, self.mapped, len(self.listed),
            tuple(dict.fromkeys(self.faults)),
        )  # fmt: skip

    def loss(self, path: str, refused: Refused, question: str = "") -> None:
        """List what is not taken over as it was meant."""
        self._list(path, refused, ERROR, question)

    def note(self, path: str, refused: Refused, question: str = "") -> None:
        """List what is otherwise without changing what is asked and judged."""
        self._list(path, refused, WARNING, question)

    def _list(self, path: str, refused: Refused, severity: str, question: str) -> None:
        if question:
            self.listed.add(question)
        self.faults.append(
            FormFault(path[:500], refused.code, refused.message, refused.remedy, severity)
        )

    def _name_page(self, page: object, path: str) -> None:
        if not isinstance(page, dict):
            return
        for place, questions in _groups(page, path):
            self._name(questions, place, ())

    def _name(self, questions: list[Any], path: str, rosters: tuple[str, ...]) -> None:
        for number, question in enumerate(questions):
            if not isinstance(question, dict):
                continue
            name, kind = str(question.get("id") or ""), str(question.get("type"))
            made = _TYPES.get(kind, {})
            is_roster = made.get("type") == "paneldynamic"
            target = Target(name, name, "roster" if is_roster else "question", rosters)
            target.type, target.values = self._answers(question, made)
            if name:
                self.names.add(target)
            if is_roster:
                inner = el.items_of(question.get("questions"))
                self._name(inner, f"{path}[{number}].questions", (*rosters, name))

    def _answers(self, question: Mapping[str, Any], made: Element) -> tuple[Type, frozenset[str]]:
        values = frozenset(str(item["value"]) for item in _options(question))
        kinds: dict[str, Type] = {
            "dropdown": "choice", "radiogroup": "choice", "checkbox": "choices",
            "boolean": "boolean",
        }  # fmt: skip
        if made.get("type") in kinds:
            return kinds[made["type"]], values
        inputs: dict[str, Type] = {
            "number": "digits" if _is_digits(question) else "number", "date": "date",
            "time": "time", "datetime-local": "datetime",
        }  # fmt: skip
        if made.get("type") in ("text", "comment"):
            return inputs.get(made.get("inputType", ""), "text"), frozenset()
        others: dict[str, Type] = {"barcode": "text", "paneldynamic": "rows"}
        if made.get("type") in others:
            return others[made["type"]], frozenset()
        return "any", frozenset()

    def reads(self, name: str, place: Place) -> Piece:
        """Return how an answer is read; one outside the row is looked for around it."""
        return read(self.names.find(name, place), place)

    def _page(self, page: Mapping[str, Any], number: int) -> Element:
        path = f"pages[{number}]"
        made: Element = {"name": str(page.get("id") or f"page_{number + 1}")}
        if isinstance(page.get("title"), str):
            made["title"] = page["title"]
        self.rules.shown(page, made, path, Place(), "")
        elements: list[Element] = []
        for place, questions in _groups(page, path):
            found = self._elements(questions, place, ())
            section = self._section(page, place)
            if section and found:
                panel: Element = {"type": "panel", "name": self._panel_name(section, place)}
                if isinstance(section.get("title"), str):
                    panel["title"] = section["title"]
                self.rules.shown(section, panel, place.removesuffix(".questions"), Place(), "")
                panel["elements"] = found
                elements.append(panel)
            else:
                elements += found
        made["elements"] = elements
        return made

    def _section(self, page: Mapping[str, Any], place: str) -> Mapping[str, Any] | None:
        found = re.search(r"\.sections\[(\d+)\]\.questions$", place)
        section = el.items_of(page.get("sections"))[int(found[1])] if found else None
        return section if isinstance(section, dict) else None

    def _panel_name(self, section: Mapping[str, Any], place: str) -> str:
        name = str(section.get("id") or re.sub(r"\W+", "_", place).strip("_"))
        is_taken = name.lower() in {key.lower() for key in self.names.keys}
        return f"{name}_section" if is_taken else name

    def _elements(self, questions: list[Any], path: str, rosters: tuple[str, ...]) -> list[Element]:
        found = []
        for number, question in enumerate(questions):
            place = f"{path}[{number}]"
            self.questions += 1
            if not isinstance(question, dict):
                message = _("A question must be an object.")
                self.loss(place, Refused("wrong_type", message, _("Delete it.")), place)
                continue
            made = self._element(question, place, rosters)
            if made is not None:
                self.mapped += 1
                found.append(made)
        return found

    def _element(
        self, question: Mapping[str, Any], path: str, rosters: tuple[str, ...]
    ) -> Element | None:
        kind, name = question.get("type"), question.get("id")
        known = _TYPES.get(kind) if isinstance(kind, str) else None
        if known is None or not isinstance(name, str) or not name:
            self._not_taken(question, path, known is None)
            return None
        made: Element = {**known, "name": name}
        self._texts(question, made)
        target = next((each for each in self.names.named(name) if each.rosters == rosters), None)
        place = Place(rosters, target)
        self._properties(question, made, path)
        if made["type"] in el.CHOICE_TYPES and not made.get("master"):
            made["choices"] = [
                {"value": item["value"], "text": item["label"]} for item in _options(question)
            ]
        if made["type"] == "paneldynamic":
            self._roster(question, made, path, (*rosters, name))
        self.rules.shown(question, made, path, place, path)
        self.rules.judged(question, made, path, place)
        self._unknown(question, path)
        return made

    def _not_taken(self, question: Mapping[str, Any], path: str, is_type: bool) -> None:
        if is_type:
            message = _("The question type %(type)s is not known.")
            shown = message % {"type": str(question.get("type"))[:80]}
            remedy = _("Ask it as another type, or leave it out.")
            self.loss(f"{path}.type", Refused("unknown_question_type", shown, remedy), path)
            for target in self.names.named(str(question.get("id"))):
                target.lost = shown
            return
        message = _("The question has no id, which answers are stored under.")
        self.loss(path, Refused("question_without_name", message, _("Give it an id.")), path)

    def _texts(self, question: Mapping[str, Any], made: Element) -> None:
        label = question.get("label")
        if made["type"] == "html":
            made["html"] = f"<p>{_escaped(label)}</p>"
            return
        if isinstance(label, (str, dict)) and label:
            made["title"] = label
        for key in ("info", "hint", "help", "description"):
            if isinstance(question.get(key), str):
                made["description"] = question[key]
        if isinstance(question.get("placeholder"), str) and made["type"] in ("text", "comment"):
            made["placeholder"] = question["placeholder"]

    def _properties(self, question: Mapping[str, Any], made: Element, path: str) -> None:
        roles = question.get("editableBy")
        if isinstance(roles, list):
            made["editableBy"] = roles
        accuracy = question.get("min_accuracy", question.get("minAccuracy"))
        if made["type"] == "geotag" and isinstance(accuracy, (int, float)):
            made["minAccuracy"] = accuracy
        key = question.get("data_key", question.get("dataKey"))
        if made["type"] == "prefilled" and isinstance(key, str):
            made["dataKey"] = key
        default = question.get("default", question.get("defaultValue"))
        if default is not None and made["type"] not in ("html", "prefilled", "photo", "geotag"):
            made["defaultValue"] = default
        if question.get("readonly") is True:
            made["readOnly"] = True
        master = question.get("master", question.get("master_type"))
        if isinstance(master, str) and made["type"] == "dropdown":
            made["master"] = master
            self.lookups.add(master)
        sources = question.get("source")
        if made["type"] == "photo" and isinstance(sources, list) and "camera" not in sources:
            message = _("Photos are taken with the camera or chosen from the phone.")
            self.note(
                f"{path}.source", Refused("source_left_out", message, _("Nothing to do.")), path
            )

    def _roster(
        self, question: Mapping[str, Any], made: Element, path: str, rosters: tuple[str, ...]
    ) -> None:
        inner = el.items_of(question.get("questions"))
        made["templateElements"] = self._elements(inner, f"{path}.questions", rosters)
        label = question.get("item_label")
        if isinstance(label, str) and label:
            made["templateTitle"] = f"{label} {{panelIndex}}"
            with override("id"):
                made["addPanelText"] = _("Add: %(what)s") % {"what": label}
            made.setdefault("title", label)
        for key, prop in (("min_items", "minPanelCount"), ("max_items", "maxPanelCount")):
            if isinstance(question.get(key), int) and question[key] > 0:
                made[prop] = question[key]

    def _unknown(self, question: Mapping[str, Any], path: str) -> None:
        for key in question:
            if key not in _KNOWN:
                message = _("%(key)s is not known and is left out.") % {"key": str(key)[:80]}
                remedy = _("Say what it did with SurveyJS's own properties, or leave it out.")
                self.loss(f"{path}.{key}", Refused("property_left_out", message, remedy), path)

    def _envelope(self) -> Element:
        made: Element = {key: self.form[key] for key in _ENVELOPE if key in self.form}
        made.setdefault("form_name", _("Questionnaire"))
        columns = []
        for number, column in enumerate(el.items_of(self.form.get("assignment_table_columns"))):
            if isinstance(column, dict):
                columns.append(self._column(column, f"assignment_table_columns[{number}]"))
        if columns:
            made["assignment_table_columns"] = columns
        return made

    def _column(self, column: Mapping[str, Any], path: str) -> Element:
        """Return a column; `response.responses.x` was what an answer was called."""
        key = str(column.get("key"))
        if key.startswith("response.responses."):
            key = key.removeprefix("response.")
            message = _("The column %(key)s is called so here.") % {"key": key[:80]}
            self.note(f"{path}.key", Refused("renamed", message, _("Nothing to do.")))
        return {**column, "key": key}

    def _masters(self, made: Element) -> None:
        """Keep the data sets that are looked up; every phone downloads what is listed."""
        kept = []
        listed = list(el.mappings_of(self.form.get("masters_used")))
        for number, master in enumerate(listed):
            if master.get("type") in self.lookups:
                kept.append(dict(master))
                continue
            message = _("No question looks into %(type)s; phones do not download it.")
            shown = message % {"type": str(master.get("type"))[:80]}
            path = f"masters_used[{number}]"
            self.note(path, Refused("master_left_out", shown, _("Nothing to do.")))
        named = {str(master.get("type")) for master in kept}
        for type_ in sorted(self.lookups - named):
            kept.append({"type": type_, "version": max(self.masters.get(type_, ()), default=1)})
        if kept:
            made["masters_used"] = kept


def _groups(page: Mapping[str, Any], path: str) -> list[tuple[str, list[Any]]]:
    """Return (path, questions) of a page: its own, then those of its sections."""
    found = []
    if isinstance(page.get("questions"), list):
        found.append((f"{path}.questions", page["questions"]))
    for number, section in enumerate(el.items_of(page.get("sections"))):
        if isinstance(section, dict):
            place = f"{path}.sections[{number}].questions"
            found.append((place, el.items_of(section.get("questions"))))
    return found


def _options(question: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the options as {value, label}; a plain text is both."""
    found = []
    for item in el.items_of(question.get("options")):
        if isinstance(item, dict) and isinstance(item.get("value"), (str, int, float)):
            value = item["value"]
            found.append({"value": value, "label": item.get("label") or str(value)})
        elif isinstance(item, (str, int, float)):
            found.append({"value": item, "label": str(item)})
    return found


def _is_digits(question: Mapping[str, Any]) -> bool:
    """Return whether a number is one of digits (a NIK): its length is judged, not its size."""
    rules = question.get("validation")
    return isinstance(rules, dict) and bool({"minLength", "maxLength"} & rules.keys())


def _escaped(text: object) -> str:
    plain = el.localized(text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
