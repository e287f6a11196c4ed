"""A form as an XLSForm: what comes back in is the same form, apart from what is listed."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from kegiatan.form.engine import Engine
from kegiatan.form.exporting.xlsform_file import xlsform_bytes
from kegiatan.form.exporting.xlsform_writing import export_xlsform
from kegiatan.form.exporting.xpath_writing import xpath
from kegiatan.form.importing.refused import Refused
from kegiatan.form.importing.xlsform import import_xlsform
from kegiatan.form.linting import lint_form
from tests import factories
from tests.kegiatan import test_xlsform_expressions as corpus
from tests.kegiatan.test_xlsform_expressions import form, v8
from tests.kegiatan.test_xlsform_import import WHOLE, read

__all__ = ["form", "v8"]  # fixtures

HOUSEHOLD = Path(__file__).parents[2] / "cerdas" / "demo" / "data" / "household.json"


def there_and_back(form: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    exported = export_xlsform(form)
    imported = import_xlsform(xlsform_bytes(exported))
    assert not imported.broken, imported.broken
    assert imported.form is not None
    return imported.form, [fault.code for fault in exported.faults]


def test_an_imported_form_goes_out_and_comes_in_the_same() -> None:
    form = copy.deepcopy(read(WHOLE).form)
    assert form is not None
    again, lost = there_and_back(form)
    assert not lost
    assert [value["name"] for value in again.pop("calculatedValues")] == [
        value["name"] for value in form.pop("calculatedValues")
    ]
    assert again == form


def test_the_household_form_goes_out_but_for_what_is_listed() -> None:
    form = json.loads(HOUSEHOLD.read_text())
    again, lost = there_and_back(form)
    assert set(lost) <= {
        "warning_not_exported", "property_not_exported", "type_not_exported", "rule_not_exported",
        "expression_not_exported", "label_not_exported",
    }  # fmt: skip
    assert not [fault for fault in lint_form(again).errors if fault.code != "missing_master"]
    exported = export_xlsform(form)
    kinds = [row["type"] for row in exported.survey]
    assert kinds.count("begin repeat") == kinds.count("end repeat") == 3
    assert all(fault.path and fault.message and fault.remedy for fault in exported.faults)


def test_expressions_go_out_and_mean_the_same_when_they_come_in(
    form: dict[str, Any], v8: Engine
) -> None:
    names = {name: name for name in corpus.TARGETS}
    refused: list[str] = []
    wanted, expected = [], []
    for entry in corpus.CORPUS:
        if not entry.get("cases"):
            continue
        try:
            written = xpath(entry["gives"], names)
        except Refused:
            refused.append(entry["gives"])
            continue
        again = corpus.TRANSLATOR.value(written, corpus.place_of(entry))
        for answers, result in entry["cases"]:
            wanted.append((again.text, answers))
            expected.append((written, answers, result))
    found = corpus.evaluated(form, v8, wanted)
    wrong = [
        (*one, result) for one, result in zip(expected, found, strict=True) if result != one[2]
    ]
    assert not wrong, "\n".join(map(str, wrong))
    assert len(wanted) > 250
    assert all("pick(" in text or "\\'" in text for text in refused), refused


@pytest.mark.django_db(databases=["default", "direct"])
def test_a_version_is_exported_by_command(tmp_path: Path, super_admin: Any, kegiatan: Any) -> None:
    for format_, name in (("xlsform", "f.xlsx"), ("json", "f.json")):
        path = tmp_path / name
        call_command(
            "export_form", str(kegiatan.pk), "1", str(path), "--format", format_,
            "--actor", super_admin.email, "--json",
        )  # fmt: skip
        assert path.stat().st_size > 1000
    assert json.loads((tmp_path / "f.json").read_text()) == factories.form()
    imported = import_xlsform((tmp_path / "f.xlsx").read_bytes())
    assert imported.mapped == imported.questions > 3
