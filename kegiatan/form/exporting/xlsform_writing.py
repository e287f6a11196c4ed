"""A form as an XLSForm: survey, choices and settings, and what an XLSForm cannot say.

What is imported again is the same form, apart from what is listed. Source: XLSForm specification.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form import elements as el
from kegiatan.form.exporting.constraint_writing import (
    all_rules,
    count_of_rows,
    limit_of,
    rule_not_exported,
    rule_of,
)
from kegiatan.form.exporting.xlsform_names_written import label_written, names_and_types
from kegiatan.form.exporting.xlsform_said import (
    FILES,
    INPUTS,
    PLAIN,
    PLAIN_INPUTS,
    SELECTS,
    hidden_type,
    rows_said,
    unsaid,
    unsaid_refusal,
    yes_and_no,
)
from kegiatan.form.exporting.xpath_writing import xpath
from kegiatan.form.form_fault import ERROR, FormFault
from kegiatan.form.importing.refused import Refused
from kegiatan.form.questions import form_languages

Element = Mapping[str, Any]
Row = dict[str, str]


@dataclass(slots=True)
class Exported:
    """Rows of the three sheets, and what an XLSForm cannot say, by path in the form."""

    survey: list[Row] = field(default_factory=list)
    choices: list[Row] = field(default_factory=list)
    settings: Row = field(default_factory=dict)
    faults: list[FormFault] = field(default_factory=list)


def export_xlsform(form: Mapping[str, Any]) -> Exported:
    """Return a form_schema, which passed `check_envelope`, as an XLSForm."""
    lost: frozenset[str] = frozenset()
    while True:
        export = _Export(form, lost)
        made = export.run()
        if export.lost == lost:
            return made
        lost = export.lost  # what reads them cannot be written either


class _Export:
    """One way out. lost: names of what is not written."""

    def __init__(self, form: Mapping[str, Any], lost: frozenset[str]) -> None:
        self.form = form
        self.made = Exported()
        self.languages = form_languages(form)
        self.is_plain = len(self.languages) == 1 and not isinstance(form.get("locale"), str)
        self.names, self.types = names_and_types(form, lost)
        self.lost = lost
        self.lists: dict[str, str] = {}

    def run(self) -> Exported:
        """Return all of it."""
        for number, page in enumerate(el.mappings_of(self.form.get("pages"))):
            self._group(page, f"pages[{number}]", f"page_{number + 1}")
        for number, value in enumerate(el.mappings_of(self.form.get("calculatedValues"))):
            path = f"calculatedValues[{number}]"
            self._list_unsaid(value, "calculation", path)
            name, text = str(value.get("name")), ""
            try:
                text = xpath(str(value.get("expression")), self.names, self.types)
            except Refused as refused:
                self._left_out(value, path, refused)
            if text:
                self.made.survey.append({"type": "calculate", "name": name, "calculation": text})
        self._settings()
        self._list_unsaid(self.form, "form", "")
        return self.made

    def _lost(self, path: str, refused: Refused) -> None:
        fault = FormFault(path, refused.code, refused.message, refused.remedy, ERROR)
        self.made.faults.append(fault)

    def _left_out(self, element: Element, path: str, refused: Refused) -> None:
        """List a whole element; nothing can refer to it."""
        self.lost |= {str(element.get("name"))}
        self._lost(path, refused)

    def _list_unsaid(self, element: Element, kind: str, path: str) -> None:
        for key in unsaid(element, kind):
            self._lost(f"{path}.{key}".removeprefix("."), unsaid_refusal(key))

    def _xpath(self, text: str, path: str) -> str:
        try:
            return xpath(text, self.names, self.types)
        except Refused as refused:
            self._lost(path, refused)
            return ""

    def _texts(self, row: Row, column: str, text: object) -> None:
        """Write a text in its languages; `{name}` as `${name}`."""
        if not isinstance(text, (str, dict)) or not text:
            return
        given = {self.languages[0]: text} if isinstance(text, str) else text
        for language, words in given.items():
            code = self.languages[0] if language == "default" else language
            header = column if self.is_plain else f"{column}::{code} ({code})"
            row[header] = self._piped(str(words))

    def _piped(self, text: str) -> str:
        def named(found: re.Match[str]) -> str:
            plain = found[1].strip().removeprefix("#")
            head, dot, rest = plain.partition(".")
            key = rest if dot and head.lower() in ("panel", "row", "parentpanel") else plain
            return f"${{{key}}}" if key in self.names else found[0]

        return re.sub(r"\{([^{}]+)\}", named, text)

    def _group(self, element: Element, path: str, name: str) -> None:
        row: Row = {"type": "begin group", "name": str(element.get("name") or name)}
        self._heading(element, row, path)
        self._list_unsaid(element, "group", path)
        self.made.survey.append(row)
        self._children(element.get("elements"), f"{path}.elements")
        self._closed(row, "end group")

    def _closed(self, row: Row, end: str) -> bool:
        """Write the end of a group or repeat; an empty one is not written. Return whether it is."""
        if self.made.survey[-1] is row:
            self.made.survey.pop()
            return False
        self.made.survey.append({"type": end})
        return True

    def _heading(self, element: Element, row: Row, path: str) -> None:
        self._texts(row, "label", element.get("title"))
        self._texts(row, "hint", element.get("description"))
        if element.get("visibleIf") and isinstance(element["visibleIf"], str):
            row["relevant"] = self._xpath(element["visibleIf"], f"{path}.visibleIf")
        elif element.get("visible") is False:
            row["relevant"] = "false()"

    def _children(self, elements: object, path: str) -> None:
        for number, element in enumerate(el.items_of(elements)):
            if isinstance(element, dict):
                self._element(element, f"{path}[{number}]")

    def _element(self, element: Element, path: str) -> None:
        kind = str(element.get("type"))
        if kind == "panel":
            self._group(element, path, "group")
        elif kind == "paneldynamic":
            self._roster(element, path)
        else:
            try:
                self._question(element, kind, path)
            except Refused as refused:
                self._left_out(element, path, refused)

    def _roster(self, element: Element, path: str) -> None:
        row: Row = {"type": "begin repeat", "name": str(element.get("name"))}
        self._heading(element, row, path)
        self._row_count(element, row, path)
        self.made.survey.append(row)
        self._children(element.get("templateElements"), f"{path}.templateElements")
        if not self._closed(row, "end repeat"):
            message = _("A roster of which no question can be asked in an XLSForm.")
            refused = Refused("type_not_exported", message, _("It stays in this form."))
            self._left_out(element, path, refused)

    def _row_count(self, element: Element, row: Row, path: str) -> None:
        """Write how many rows there are: one number or one rule; list all else."""
        for number, rule in enumerate(el.mappings_of(element.get("validators"))):
            at = f"{path}.validators[{number}]"
            count = count_of_rows(rule, str(element.get("name")))
            if count and "repeat_count" not in row:
                row["repeat_count"] = self._xpath(count, at)
            else:
                self._lost(at, rule_not_exported())
        fixed = rows_said(element) if "repeat_count" not in row else ""
        if fixed:
            row["repeat_count"] = fixed
        for key in unsaid(element, "roster"):
            if not (fixed and key in ("minPanelCount", "maxPanelCount")):
                self._lost(f"{path}.{key}", unsaid_refusal(key))

    def _question(self, element: Element, kind: str, path: str) -> None:
        row: Row = {"type": "", "name": str(element.get("name"))}
        hidden = hidden_type(element)
        if kind == "expression":
            xpath(str(element.get("expression")), self.names, self.types)
        row["type"] = hidden or self._type(element, kind, row)
        if hidden:
            self.made.survey.append(row)
            return
        if kind == "html":
            self._note(element, row)
        self._heading(element, row, path)
        self._answer(element, row, path)
        self._rules(element, row, path)
        self._list_unsaid(element, "question", path)
        if element.get("inputType") in PLAIN_INPUTS:
            self._lost(f"{path}.inputType", unsaid_refusal(str(element["inputType"])))
        for number, item in enumerate(el.items_of(element.get("choices"))):
            if isinstance(item, dict):
                self._list_unsaid(item, "choice", f"{path}.choices[{number}]")
        self.made.survey.append(row)

    def _type(self, element: Element, kind: str, row: Row) -> str:
        if kind == "text":
            return self._text_type(element, row)
        if kind == "boolean":
            return f"select_one {self._list(yes_and_no(element))}"
        if kind == "rating" and "rateValues" not in element:
            row["appearance"] = "rating"
            row["parameters"] = f"start=1 end={element.get('rateMax', 5)} step=1"
            return "range"
        if kind == "expression":
            return "text" if element.get("title") else "calculate"
        if kind == "file":
            return FILES.get(str(element.get("acceptedTypes")), "file")
        if kind in SELECTS:
            return self._select(element, kind, row)
        if kind in PLAIN:
            type_, appearance = PLAIN[kind]
            if kind == "geotag" and "minAccuracy" in element:
                row["parameters"] = f"capture-accuracy={element['minAccuracy']}"
            if appearance:
                row["appearance"] = appearance
            return type_
        message = _("A question of type %(type)s cannot be asked in an XLSForm.")
        remedy = _("It stays in this form.")
        raise Refused("type_not_exported", message % {"type": kind[:80]}, remedy)

    def _text_type(self, element: Element, row: Row) -> str:
        input_type = str(element.get("inputType") or "")
        if input_type == "number":
            return "integer" if element.get("step") == 1 else "decimal"
        if input_type not in INPUTS:
            message = _("A question of type %(type)s cannot be asked in an XLSForm.")
            remedy = _("It stays in this form.")
            raise Refused("type_not_exported", message % {"type": input_type[:80]}, remedy)
        type_, appearance = INPUTS[input_type]
        if appearance:
            row["appearance"] = appearance
        if type_ == "range":
            numbers = (element.get("min", 0), element.get("max", 100), element.get("step", 1))
            row["parameters"] = "start={} end={} step={}".format(*numbers)
        return type_

    def _select(self, element: Element, kind: str, row: Row) -> str:
        type_, appearance = SELECTS[kind]
        if appearance:
            row["appearance"] = appearance
        master = element.get("master")
        if isinstance(master, str):
            return f"{type_}_from_file {master}.csv"
        choices = el.items_of(element.get("choices"))
        values = [choice.get("value") for choice in el.mappings_of(choices)]
        if kind == "radiogroup" and values == ["OK"]:
            return "acknowledge"
        if not choices:
            message = _("Choices that come from elsewhere cannot be said in an XLSForm.")
            raise Refused("choices_not_exported", message, _("It stays in this form."))
        filter_ = self._filter(choices)
        if filter_:
            row["choice_filter"] = f"saringan = ${{{filter_}}}"
        other = " or_other" if element.get("showOtherItem") is True else ""
        return f"{type_} {self._list(choices)}{other}"

    def _filter(self, choices: list[Any]) -> str:
        """Return the question that all conditions of choices compare with. Raises Refused."""
        conditions = [item.get("visibleIf") for item in el.mappings_of(choices)]
        if not any(conditions):
            return ""
        found = [_CONDITION.fullmatch(str(condition)) for condition in conditions]
        keys = {match["key"].rpartition(".")[2] for match in found if match}
        if None in found or len(keys) != 1 or not keys <= self.names.keys():
            message = _("These conditions of choices cannot be said in an XLSForm.")
            raise Refused("choices_not_exported", message, _("It stays in this form."))
        return self.names[keys.pop()]

    def _list(self, choices: list[Any]) -> str:
        """Return the name of a list; the same choices are written once."""
        key = json.dumps(choices, sort_keys=True)
        if key in self.lists:
            return self.lists[key]
        name = self.lists[key] = f"daftar_{len(self.lists) + 1}"
        for item in choices:
            found = el.choice_items([item])
            if not found:
                continue
            row = {"list_name": name, "name": str(found[0].value)}
            text = item.get("text") if isinstance(item, dict) else None
            self._texts(row, "label", text or found[0].text)
            condition = item.get("visibleIf") if isinstance(item, dict) else None
            match = _CONDITION.fullmatch(str(condition)) if condition else None
            if match:
                row["saringan"] = match["value"]
            self.made.choices.append(row)
        return name

    def _note(self, element: Element, row: Row) -> None:
        text = element.get("html")
        texts = text if isinstance(text, dict) else {self.languages[0]: str(text)}
        plain = {code: _without_tags(str(words)) for code, words in texts.items()}
        self._texts(row, "label", plain)

    def _answer(self, element: Element, row: Row, path: str) -> None:
        """Write what fills the answer in."""
        default = element.get("defaultValue")
        if isinstance(default, list):
            row["default"] = " ".join(map(str, default))
        elif isinstance(default, bool):
            row["default"] = str(default).lower()
        elif default is not None:
            row["default"] = str(default)
        for key, column in (
            ("defaultValueExpression", "default"), ("setValueExpression", "calculation"),
            ("expression", "calculation"),
        ):  # fmt: skip
            if isinstance(element.get(key), str):
                row[column] = self._xpath(element[key], f"{path}.{key}")
        if element.get("readOnly") is True or (row["type"] == "text" and "expression" in element):
            row["read_only"] = "yes"

    def _rules(self, element: Element, row: Row, path: str) -> None:
        if element.get("requiredIf") and isinstance(element["requiredIf"], str):
            row["required"] = self._xpath(element["requiredIf"], f"{path}.requiredIf")
        elif element.get("isRequired") is True:
            row["required"] = "yes"
        self._texts(row, "required_message", element.get("requiredErrorText"))
        parts: list[str] = []
        if row["type"] != "range":
            parts += self._limits(element, path)
        if isinstance(element.get("maxLength"), int):
            parts.append(f"string-length(.) <= {element['maxLength']}")
        for number, rule in enumerate(el.mappings_of(element.get("validators"))):
            try:
                parts.append(rule_of(rule, str(element.get("name")), self.names, self.types))
            except Refused as refused:
                self._lost(f"{path}.validators[{number}]", refused)
            else:
                if not any(key.startswith("constraint_message") for key in row):
                    self._texts(row, "constraint_message", rule.get("text"))
        if parts:
            row["constraint"] = all_rules(parts)

    def _limits(self, element: Element, path: str) -> list[str]:
        parts = []
        for key in ("min", "max"):
            try:
                parts += [limit_of(element, key)] if key in element else []
            except Refused as refused:
                self._lost(f"{path}.{key}", refused)
        return [part for part in parts if part]

    def _settings(self) -> None:
        title = str(self.form.get("form_name") or "")
        slug = re.sub(r"\W+", "_", title.lower()).strip("_") or "form"
        self.made.settings = {"form_title": title, "form_id": slug}
        if not self.is_plain:
            self.made.settings["default_language"] = f"{self.languages[0]} ({self.languages[0]})"
        template = self.form.get("assignment_label_template")
        if not isinstance(template, str) or not template:
            return
        written = label_written(template, self.names)
        if written:
            self.made.settings["instance_name"] = written
            return
        message = _("The label of a unit cannot be said in an XLSForm.")
        refused = Refused("label_not_exported", message, _("It stays in this form."))
        self._lost("assignment_label_template", refused)


_CONDITION = re.compile(r"(?:sameText\()?\{#?(?P<key>[^{}]+)\}(?: = |, )'(?P<value>[^'\\]*)'\)?")


def _without_tags(text: str) -> str:
    plain = re.sub(r"<br\s*/?>", "\n", text)
    plain = re.sub(r"</p>\s*<p>", "\n\n", plain)
    return html.unescape(re.sub(r"<[^<>]*>", "", plain)).strip()
