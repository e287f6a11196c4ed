"""The codebook of a form as DDI-Codebook 2.5 XML.

Elements stand in the order that the schema asks for, ids are unique and every reference has its
target. Source: DDI-Codebook 2.5 (DDI Alliance), tag library.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kegiatan.form.exporting.codebook import codebook_variables
from kegiatan.form.exporting.variables import Variable

NAMESPACE = "ddi:codebook:2_5"
SCHEMA = "https://ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_INTERVALS = {"number": "contin"}
# category of a format: DDI-Codebook 2.5, varFormat/@category
_CATEGORIES = {"date": "date", "time": "time", "datetime": "date"}
Texts = Sequence[tuple[str, str]]  # (language, text)


@dataclass(frozen=True)
class Study:
    """What the form does not know about itself. office: "" for that of nobody."""

    activity: str
    identifier: str
    version: str
    office: str = ""
    made_on: date | None = None


def ddi_bytes(schema: Mapping[str, Any], study: Study) -> bytes:
    """Return the codebook of a form that passed `check_envelope`.

    One file description for the units and one per roster.
    """
    return _Book(schema, study).run()


class _Book:
    def __init__(self, schema: Mapping[str, Any], study: Study) -> None:
        self.study = study
        self.languages, self.rows = _rows(schema)
        self.first = self.languages[0]
        self.files = {"": "F1"}
        for row in self.rows:
            if row[0].value_type == "rows":
                self.files.setdefault(_rows_of(row[0]), f"F{len(self.files) + 1}")
        self.root = ET.Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5"})

    def run(self) -> bytes:
        self.root.set("xmlns:xsi", _XSI)
        self.root.set("xsi:schemaLocation", f"{NAMESPACE} {SCHEMA}")
        self.root.set("ID", "codebook")
        if _LANGUAGE.fullmatch(self.first):
            self.root.set("xml:lang", self.first)
        self._document(_child(self.root, "docDscr"))
        self._study(_child(self.root, "stdyDscr"))
        for path, file_id in self.files.items():
            self._file(path, file_id)
        data = _child(self.root, "dataDscr")
        self._groups(data)
        for number, row in enumerate(self.rows, start=1):
            self._variable(data, f"V{number}", row)
        ET.indent(self.root)
        content: bytes = ET.tostring(self.root, encoding="utf-8", xml_declaration=True)
        return content

    def _citation(self, parent: ET.Element, title: str) -> ET.Element:
        citation = _child(parent, "citation")
        titles = _child(citation, "titlStmt")
        _child(titles, "titl", title)
        _child(titles, "IDNo", self.study.identifier)
        return citation

    def _document(self, parent: ET.Element) -> None:
        citation = self._citation(parent, f"{self.study.activity} ({self.study.version})")
        made = _child(citation, "prodStmt")
        if self.study.made_on is not None:
            day = self.study.made_on.isoformat()
            _child(made, "prodDate", day).set("date", day)
        _child(made, "software", "Cerdas")
        _child(_child(citation, "verStmt"), "version", self.study.version)

    def _study(self, parent: ET.Element) -> None:
        citation = self._citation(parent, self.study.activity)
        if self.study.office:
            _child(_child(citation, "rspStmt"), "AuthEnty", self.study.office)
        _child(_child(citation, "verStmt"), "version", self.study.version)

    def _file(self, path: str, file_id: str) -> None:
        parent = _child(self.root, "fileDscr")
        parent.set("ID", file_id)
        text = _child(parent, "fileTxt")
        _child(text, "fileName", path or "assignments")
        held = sum(1 for row in self.rows if row[0].file == path)
        _child(_child(text, "dimensns"), "varQnty", str(held))

    def _groups(self, parent: ET.Element) -> None:
        """Write the pages of the form as groups of variables."""
        pages: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows, start=1):
            pages.setdefault(row[0].question.page, []).append(number)
        for number, members in enumerate(pages.values(), start=1):
            group = _child(parent, "varGrp")
            group.set("ID", f"G{number}")
            group.set("type", "section")
            group.set("var", " ".join(f"V{member}" for member in members))
            row = self.rows[members[0] - 1]
            self._texts(group, "labl", [variable.page for variable in row])

    def _variable(self, parent: ET.Element, var_id: str, row: Sequence[Variable]) -> None:
        one = row[0]
        var = _child(parent, "var")
        for key, value in (("ID", var_id), ("name", one.name), ("files", self._file_of(one))):
            var.set(key, _clean(value))
        var.set("intrvl", _INTERVALS.get(one.value_type, "discrete"))
        if one.unit:
            var.set("measUnit", _clean(one.unit))
        self._texts(var, "labl", [v.label for v in row])
        self._question(var, row)
        if (one.minimum or one.maximum) and one.value_type == "number":
            limits = _child(_child(var, "valrng"), "range")
            for key, limit in (("min", one.minimum), ("max", one.maximum)):
                if limit:
                    limits.set(key, limit)
        self._texts(var, "universe", [v.universe for v in row])
        for index, (value, _label) in enumerate(one.values):
            category = _child(var, "catgry")
            _child(category, "catValu", value)
            self._texts(category, "labl", [v.values[index][1] for v in row])
        if one.master:
            _child(var, "concept", one.master).set("vocab", one.master)
        form = _child(var, "varFormat", one.value_type)
        form.set("type", "numeric" if one.value_type == "number" else "character")
        if one.value_type in _CATEGORIES:
            form.set("category", _CATEGORIES[one.value_type])
        for note in _notes(one):
            _child(var, "notes", note)

    def _question(self, var: ET.Element, row: Sequence[Variable]) -> None:
        question = _child(var, "qstn")
        self._texts(question, "qstnLit", [v.label for v in row])
        self._texts(question, "ivuInstr", [v.description for v in row])

    def _file_of(self, variable: Variable) -> str:
        return self.files.get(variable.file, "F1")

    def _texts(self, parent: ET.Element, tag: str, texts: Sequence[str]) -> None:
        """Write a text once per language in which there is one."""
        for language, text in zip(self.languages, texts, strict=True):
            if text:
                _child(parent, tag, text).set(_LANG, language)


def _rows(schema: Mapping[str, Any]) -> tuple[list[str], list[tuple[Variable, ...]]]:
    by_language = {
        language: variables
        for language, variables in codebook_variables(schema).items()
        if _LANGUAGE.fullmatch(language)
    }
    return list(by_language), list(zip(*by_language.values(), strict=True))


def _rows_of(variable: Variable) -> str:
    return "[].".join((*variable.question.roster, variable.question.key))


def _notes(variable: Variable) -> list[str]:
    """Return what DDI has no element for, as `name: value`."""
    required = variable.required and ("yes" if variable.required == "yes" else variable.required)
    pairs = (
        ("path", variable.path), ("type", variable.kind), ("required", required),
        ("editableBy", " ".join(variable.editable_by)), ("step", variable.step),
        ("maxLength", variable.length), *(("rule", rule) for rule in variable.rules),
    )  # fmt: skip
    return [f"{name}: {value}" for name, value in pairs if value]


def _child(parent: ET.Element, tag: str, text: str = "") -> ET.Element:
    made = ET.SubElement(parent, tag)
    if text:
        made.text = _clean(text)
    return made


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
