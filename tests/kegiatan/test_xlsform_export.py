"""A form as an XLSForm: what comes back in is the same form, apart from what is listed."""

import copy
import json
import random
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
from tests.kegiatan.xlsform_books import xlsform

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
    types = {name: str(target.type) for name, target in corpus.TARGETS.items()}
    refused: list[str] = []
    wanted, expected = [], []
    for entry in corpus.CORPUS:
        if not entry.get("cases"):
            continue
        try:
            written = xpath(entry["gives"], names, types)
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


def form_of(*elements: dict[str, Any], **envelope: Any) -> dict[str, Any]:
    page = {"name": "halaman", "elements": list(elements)}
    return {"form_name": "Uji", "locale": "id", "pages": [page], **envelope}


def listed(form: dict[str, Any]) -> set[str]:
    """Return the paths of what is lost, below the first page."""
    return {fault.path.removeprefix("pages[0].") for fault in export_xlsform(form).faults}


NAME = {"type": "text", "name": "nama", "title": "Nama"}


def test_what_a_roster_loses_is_listed() -> None:
    rows = {"type": "paneldynamic", "name": "art", "title": "ART", "templateElements": [NAME]}
    assert listed(form_of(rows)) == set()
    fixed = {"minPanelCount": 2, "maxPanelCount": 2}
    assert listed(form_of({**rows, **fixed})) == set()
    lost = {
        "minPanelCount": 1, "maxPanelCount": 5, "isRequired": True, "editableBy": ["PML"],
        "keyName": "nama", "panelCount": 1,
    }  # fmt: skip
    assert listed(form_of({**rows, **lost})) == {f"elements[0].{key}" for key in lost}
    rule = {"type": "expression", "expression": "countRows({art}) = {n}"}
    number = {"type": "text", "name": "n", "inputType": "number", "step": 1}
    counted = {**rows, **fixed, "validators": [rule, rule, {**rule, "notificationType": "warning"}]}
    assert listed(form_of(number, counted)) == {
        "elements[1].minPanelCount", "elements[1].maxPanelCount", "elements[1].validators[1]",
        "elements[1].validators[2]",
    }  # fmt: skip


def test_what_panels_pages_and_the_form_lose_is_listed() -> None:
    lost = {"readOnly": True, "requiredIf": "{nama} = 'a'", "enableIf": "{nama} = 'a'"}
    panel = {"type": "panel", "name": "blok", "title": "Blok", "elements": [NAME]}
    form = form_of(
        {**panel, **lost},
        triggers=[{"type": "complete", "expression": "{nama} = 'a'"}],
        level_definitions={"level_1_code": "Provinsi"},
        calculatedValues=[{"name": "c", "expression": "1", "includeIntoResult": False}],
    )
    form["pages"][0].update(lost)
    assert listed(form) == {
        *lost, *(f"elements[0].{key}" for key in lost), "triggers", "level_definitions",
        "calculatedValues[0].includeIntoResult",
    }  # fmt: skip


def test_what_questions_and_choices_lose_is_listed() -> None:
    choices = [{"value": "a", "text": "A", "enableIf": "{nama} = 'a'"}]
    form = form_of(
        {**NAME, "inputType": "email", "minPanelCount": 1},
        {"type": "radiogroup", "name": "jk", "title": "JK", "choices": choices},
        {"type": "photo", "name": "foto", "title": "Foto", "maxCount": 3},
        {"type": "geotag", "name": "titik", "title": "Titik", "minAccuracy": 25},
    )
    again, _lost = there_and_back(form)
    assert listed(form) == {
        "elements[0].inputType", "elements[0].minPanelCount", "elements[1].choices[0].enableIf",
        "elements[2].maxCount",
    }  # fmt: skip
    assert again["pages"][0]["elements"][3]["minAccuracy"] == 25


def test_a_text_that_a_cell_cannot_hold_is_listed() -> None:
    exported = export_xlsform(form_of({**NAME, "title": "x" * 32_768}))
    assert not exported.faults
    xlsform_bytes(exported)
    assert [(fault.code, fault.path) for fault in exported.faults] == [
        ("text_cut", "survey.nama.label::id (id)")
    ]


def verdicts(form: dict[str, Any], v8: Engine, answers: list[dict[str, Any]]) -> list[list[str]]:
    """Return the questions with errors, for each set of answers."""
    found = [v8.evaluate(form, item, now=corpus.NOW).errors for item in answers]
    return [sorted({str(fault.path) for fault in faults}) for faults in found]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ({"inputType": "date", "min": "2020-01-01", "max": "2020-12-31"},
         ["2019-12-31", "2020-01-01", "2020-06-01", "2021-01-01"]),
        ({"inputType": "datetime-local", "min": "2020-01-01T10:00"},
         ["2020-01-01T09:59", "2020-01-01T10:00", "2020-01-02T08:00"]),
        ({"inputType": "time", "min": "08:00"}, ["07:59", "08:00", "09:00"]),
        ({"inputType": "number", "min": 2, "max": 5}, [1, 2, 5, 6]),
        *(
            ({"validators": [{"type": "regex", "regex": pattern}]},
             ["7", "a7", "7a", "a7a", "aa", "b", "ab", "abc", "xab", "a\nb7", "a$"])
            for pattern in ("[0-9]", "^[0-9]", "[0-9]$", "^a|b$", "^[a-z]+$", "^(?:a)|(?:b)$",
                            "^(?:[0-9])$", "a\\$", "[(|]7|a")
        ),
    ],
)  # fmt: skip
def test_limits_and_patterns_mean_the_same_when_they_come_in(
    question: dict[str, Any], values: list[Any], v8: Engine
) -> None:
    form = form_of({**NAME, **question})
    again, lost = there_and_back(form)
    answers = [{"nama": value} for value in values]
    expected = verdicts(form, v8, answers)
    assert not lost
    assert verdicts(again, v8, answers) == expected
    assert 0 < sum(map(bool, expected)) < len(values)


def test_the_listing_form_judges_random_answers_the_same_when_it_comes_in(v8: Engine) -> None:
    form = json.loads((HOUSEHOLD.parent / "listing.json").read_text())
    again, lost = there_and_back(form)
    assert set(lost) == {"property_not_exported", "warning_not_exported"}
    chance = random.Random(7)
    offered: dict[str, list[Any]] = {
        "nomor_urut_bangunan": [0, 1, 12, -3], "nama_krt": ["Al", "Ani", "x" * 101, "Budi S"],
        "alamat": ["Jl. Melati 3", "x" * 501], "jumlah_art": [0, 1, 4, 13],
    }  # fmt: skip
    answers = [
        {name: chance.choice(values) for name, values in offered.items() if chance.random() < 0.8}
        for _number in range(60)
    ]
    expected = verdicts(form, v8, answers)
    assert verdicts(again, v8, answers) == expected
    assert len({tuple(paths) for paths in expected}) > 10


def test_a_limit_that_is_no_date_is_listed() -> None:
    assert listed(form_of({**NAME, "inputType": "date", "min": "tomorrow"})) == {"elements[0].min"}


OPERATORS = """
type | name | label
text | t | T
text | u | U
integer | n | N
select_one c | k | K
select_multiple c | l | L
select_multiple c | m | M
"""
OPERATOR_CHOICES = """
list_name | name | label
c | abc | Satu
c | ab | Dua
c | x | Tiga
"""
TYPES = {"t": "text", "u": "text", "n": "number", "k": "choice", "l": "choices", "m": "choices"}


@pytest.mark.parametrize(
    "text",
    [
        "{t} contains 'abc'", "{t} notcontains 'abc'", "{t} contains 'ABC'", "{t} contains {u}",
        "{t} contains '7'", "{k} contains 'ab'", "{n} contains '7'", "{l} contains 'ab'",
        "{l} contains {k}", "{l} contains ['ab', 'x']", "{l} notcontains 'ab'",
        "{l} anyof ['ab', 'x']", "{l} allof ['ab', 'x']", "{l} noneof ['ab', 'x']",
        "{k} anyof ['ab', 'x']", "{k} noneof ['ab', 'x']", "{n} anyof [1, 7]",
        "{t} anyof ['77', 'x']", "{t} + '!' = '77!'", "{t} + ' - ' + {u} = '77 - 8'",
        "{n} + 1 = 8", "{n} + {n} = 14",
    ],
)  # fmt: skip
def test_operators_mean_the_same_when_they_come_in(text: str, v8: Engine) -> None:
    names = {name: name for name in TYPES}
    book = OPERATORS + f"calculate | hasil | | {xpath(text, names, TYPES)}"
    book = book.replace("label\n", "label | calculation\n", 1)
    imported = import_xlsform(xlsform(book, OPERATOR_CHOICES))
    assert not imported.broken
    form = imported.form
    assert form is not None
    plain = copy.deepcopy(form)
    plain["calculatedValues"] = [{"name": "hasil", "expression": text, "includeIntoResult": True}]
    answers: list[dict[str, Any]] = [
        {}, {"t": "xabcx", "k": "abc", "l": ["abc"], "n": 17}, {"t": "ab x", "k": "x", "n": 7},
        {"t": "abc", "u": "ab", "k": "ab", "l": ["ab", "abc"], "n": 1}, {"u": "x"},
        {"t": "ABC", "k": "ab", "l": ["x", "ab"], "n": 8}, {"t": "x 7", "u": "7", "l": ["x"]},
        {"t": "77", "u": "8"},
    ]  # fmt: skip
    results = [
        [v8.evaluate(one, item, now=corpus.NOW).answers.get("hasil") for item in answers]
        for one in (plain, form)
    ]
    assert [bool(item) for item in results[0]] == [bool(item) for item in results[1]], form
    assert len({bool(item) for item in results[0]}) == 2


@pytest.mark.parametrize(
    "text",
    [
        "{k} anyof {l}", "{l} allof {m}", "{l} noneof {m}", "{l} anyof 'ab x'", "{l} contains {m}",
        "{l} anyof ['ab x']", "{l} contains 'ab x'", "{l} anyof []", "{l} anyof [{k}]",
        "{t} allof ['a', 'b']", "{t} contains ['a']", "{t} contains 'é'", "{t} + {u}", "{n} + {t}",
        "{l} + 'x'", "{n} + '7'", "iif({n} > 1, 'a', 'b') + {n}",
    ],
)  # fmt: skip
def test_operators_without_an_equal_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        xpath(text, {name: name for name in TYPES}, TYPES)


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
