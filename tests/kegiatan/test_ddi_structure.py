"""What DDI-Codebook 2.5 requires of every file, for forms made by hand and by chance.

Source: DDI-Codebook 2.5, codebook.xsd: required elements and attributes of what is written.
"""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from kegiatan.form.exporting.ddi import NAMESPACE, ddi_bytes
from kegiatan.form.importing.xlsform import import_sheets
from tests.kegiatan.test_codebook import ORDER, STUDY, demo
from tests.odk.agreement import sheets_of_tables
from tests.odk.generated_xlsforms import generated

# Elements that must stand in another once at least, and attributes that must be there.
REQUIRED = {
    "codeBook": ("stdyDscr",), "stdyDscr": ("citation",), "citation": ("titlStmt",),
    "titlStmt": ("titl",),
}  # fmt: skip
ATTRIBUTES = {"var": ("name",)}
ONE_OF = {"range": ("min", "minExclusive", "max", "maxExclusive", "UNITS")}
REFERENCES = {"varGrp": ("var",), "var": ("files",)}


def form_of_seed(seed: int) -> dict[str, Any]:
    form = import_sheets(sheets_of_tables(generated(seed).tables)).form
    assert form is not None
    return form


def forms() -> dict[str, dict[str, Any]]:
    found = {name: demo(name) for name in ("listing.json", "household.json")}
    found |= {f"seed {seed}": form_of_seed(seed) for seed in range(12)}
    return found


@pytest.mark.parametrize("name", forms())
def test_every_ddi_file_has_what_the_schema_requires(name: str) -> None:
    root = ET.fromstring(ddi_bytes(forms()[name], STUDY))
    assert root.tag == f"{{{NAMESPACE}}}codeBook"
    assert root.get("version") == "2.5"
    ids: list[str] = []
    for element in root.iter():
        tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        inside = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
        assert set(REQUIRED.get(tag, ())) <= set(inside), (tag, inside)
        assert all(element.get(key) for key in ATTRIBUTES.get(tag, ())), tag
        if tag in ORDER:
            places = [ORDER[tag].split().index(child) for child in inside]
            assert places == sorted(places), (tag, inside)
        if tag in ONE_OF:
            assert element.keys(), tag
            assert set(element.keys()) <= set(ONE_OF[tag]), tag
        ids += [element.get("ID", "")] if element.get("ID") else []
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for key in REFERENCES.get(element.tag.removeprefix(f"{{{NAMESPACE}}}"), ()):
            assert set((element.get(key) or "").split()) <= set(ids)
