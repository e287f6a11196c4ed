"""Workbooks nobody should send: the import names what is wrong, and takes nothing over in silence.

WORKBOOK_EXAMPLES=500 tries more of them.
"""

import os
import time
from io import BytesIO
from random import Random
from typing import Any

import pytest
import xlsxwriter

from kegiatan.form.importing.files import import_form
from kegiatan.form.importing.report import ImportedForm
from kegiatan.form.importing.sheets import Row, Sheet, read_sheets
from kegiatan.form.importing.xlsform import import_sheets
from kegiatan.form.linting import lint_form
from tests.kegiatan.test_xlsform_import import CHOICES, SETTINGS, WHOLE
from tests.kegiatan.xlsform_books import table, workbook

EXAMPLES = int(os.environ.get("WORKBOOK_EXAMPLES", "120"))
JUDGING = {
    "relevant": ("visibleIf", "visible"), "constraint": ("validators",),
    "required": ("isRequired", "requiredIf"), "choice_filter": ("choices",),
    "default": ("defaultValue", "defaultValueExpression"),
}  # fmt: skip
FILLED_BY_THEMSELVES = ("start", "today")  # required says nothing of what is always there
NASTY = (
    "", " ", "${umur}", "${tidak_ada}", "${", "}", "(" * 70, "1 div 0", "1e999", "-0", "NaN",
    "=1+1",
    "'", '"', "\\'", "${umur} = ${umur} = 1", ". = .", "..", "../..", "count(${anak})",
    "position(..)",
    "today", "now()", "yes", "no", "TRUE", "false()", "x" * 33_000, "𝟙", "\u202eabc", "a\nb", "a b",
    "__proto__", "constructor", "_id", "panel", "select_one", "select_one yt or_other",
    "select_multiple ${nama}", "select_one_from_file ../../etc/passwd.csv", "begin group",
    "end group", "begin repeat", "end repeat", "start=9 end=1 step=-1", "regex(., '(a+)+$')",
    "if(${umur}, 1)", "selected(${pilih})", "jr:choice-name(${kerja}, ${kerja})",
    "99999999999999999",
    "instance('kab')/root/item[name=${kab}]/prov", "<script>alert(1)</script>", "javascript:1",
    "{umur}", "${last-saved#umur}", "once(${umur})", "2026-02-31", "１２",
)  # fmt: skip


def sheet_of(name: str, rows: list[list[str]]) -> Sheet:
    headers = rows[0]
    columns = {header: number for number, header in enumerate(headers, start=1)}
    cells = [{h: text for h, text in zip(headers, row, strict=False) if text} for row in rows[1:]]
    made = [Row(number, one, columns) for number, one in enumerate(cells, start=2) if one]
    return Sheet(name, tuple(headers), tuple(made))


def mutated(seed: int) -> list[Sheet]:
    """Return the whole form of the other tests with some cells, rows and headers changed."""
    chance = Random(seed)
    tables = {"survey": table(WHOLE), "choices": table(CHOICES), "settings": table(SETTINGS)}
    for _turn in range(chance.randint(1, 6)):
        rows = chance.choice(list(tables.values()))
        at = chance.randrange(1, len(rows)) if len(rows) > 1 else 0
        width = len(rows[0])
        match chance.randrange(5):
            case 0 | 1:
                rows[at] = [*rows[at], *[""] * (width - len(rows[at]))]
                rows[at][chance.randrange(width)] = chance.choice(NASTY)
            case 2:
                rows.insert(at, list(rows[chance.randrange(len(rows))]))
            case 3 if at:
                del rows[at]
            case _:
                other = chance.randrange(len(rows))
                rows[at], rows[other] = (rows[at], rows[other]) if not at or not other else (
                    rows[other], rows[at],
                )  # fmt: skip
    return [sheet_of(name, rows) for name, rows in tables.items()]


def check_accounted_for(imported: ImportedForm, sheets: list[Sheet]) -> None:
    """Every question is in the form or listed; every cell that judges is in it, or its row is."""
    assert imported.mapped <= imported.questions
    assert all(fault.message and fault.remedy for fault in imported.faults)
    if imported.form is None:
        assert imported.broken
        return
    listed = {fault.row for fault in imported.faults if fault.sheet in ("survey", "")}
    in_form = {place.row: path for path, place in imported.places.items()}
    for row in next(sheet for sheet in sheets if sheet.name == "survey").rows:
        if row.number in listed or not row.cells.get("type"):
            continue
        if row.number not in in_form:
            kind = row.cells["type"].strip()  # a group in which nothing is left is no page
            assert kind.startswith("end ") or kind == "begin group", row
            continue
        if row.cells["type"].strip() in FILLED_BY_THEMSELVES:
            continue
        made = element_at(imported.form, in_form[row.number])
        for column, keys in JUDGING.items():
            text = row.cells.get(column, "").strip().lower()
            if text and text not in ("yes", "no", "true", "false", "true()", "false()"):
                assert made.keys() & {*keys, "expression"}, (row, column, made)
    lint_form(imported.form)


def element_at(form: Any, path: str) -> dict[str, Any]:
    for step in path.replace("]", "").replace("[", ".").split("."):
        form = form[int(step)] if step.isdigit() else form[step]
    assert isinstance(form, dict)
    return form


@pytest.mark.parametrize("part", range(4))
def test_no_changed_workbook_breaks_the_import_or_loses_a_cell(part: int) -> None:
    for seed in range(part, EXAMPLES, 4):
        sheets = mutated(seed)
        check_accounted_for(import_sheets(sheets), sheets)


def test_calculations_and_conditions_in_a_circle_are_refused_at_their_row() -> None:
    survey = (
        "type | name | label | calculation | relevant\n"
        "calculate | a | | ${b} + 1 |\ncalculate | b | | ${c} * 2 |\ncalculate | c | | ${a} - 1 |\n"
        "calculate | d | | ${d} + 1 |\ninteger | e | E | | ${f} > 1\ninteger | f | F | | ${e} > 1"
    )
    imported = import_sheets([sheet_of("survey", table(survey))])
    found = lint_form(imported.form).errors
    assert [(fault.code, imported.placed(fault).row) for fault in found] == [
        ("cycle", 2), ("cycle", 5), ("cycle", 6),
    ]  # fmt: skip


@pytest.mark.slow
def test_ten_thousand_rows_are_read_or_refused_in_a_bounded_time() -> None:
    survey = [["type", "name", "label", "relevant"]]
    for number in range(10_000):
        before = f"${{q{number - 1}}} != ''" if number else ""
        survey.append(["text", f"q{number}", f"Tanya {number}", before])
    began = time.process_time()
    imported = import_form(workbook(survey=survey))
    assert imported.questions == imported.mapped == 10_000
    report = lint_form(imported.form)
    assert "too_many_elements" in {fault.code for fault in report.errors}
    assert time.process_time() - began < 20


@pytest.mark.slow
def test_a_list_of_ten_thousand_choices_is_refused_in_a_bounded_time() -> None:
    survey = table(
        "type | name | label | choice_filter\ntext | p | P |\n"
        "select_one desa | d | Desa | prov = ${p}\nselect_multiple desa | e | Desa |"
    )
    choices = [["list_name", "name", "label", "prov"]]
    choices += [
        ["desa", str(number), f"Desa {number}", str(number % 40)] for number in range(10_000)
    ]
    began = time.process_time()
    imported = import_form(workbook(survey=survey, choices=choices))
    assert imported.mapped == imported.questions == 3
    codes = {fault.code for fault in lint_form(imported.form).errors}
    assert codes & {"too_many_choices", "form_too_large"}
    assert time.process_time() - began < 20


def test_merged_cells_formulas_dates_and_errors_are_read_as_they_show() -> None:
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("survey")
    sheet.write_row(0, 0, ["type", "name", "label", "default"])
    sheet.write_row(1, 0, ["text", "a"])
    sheet.merge_range(1, 2, 2, 2, "Digabung")
    sheet.write_row(2, 0, ["integer", "b"])
    sheet.write_number(2, 3, 7)
    sheet.write_row(3, 0, ["text", "c"])
    sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")
    sheet.write_row(4, 0, ["acknowledge", "d", "D"])
    sheet.write_boolean(4, 3, True)
    book.close()
    sheets = read_sheets(target.getvalue())
    imported = import_sheets(sheets)
    check_accounted_for(imported, sheets)
    assert imported.form is not None
    found = {one["name"]: one for one in imported.form["pages"][0]["elements"]}
    assert found["a"]["title"] == "Digabung"
    assert "title" not in found["b"]
    assert found["b"]["defaultValue"] == 7
    assert {fault.code for fault in imported.faults} <= {"bad_default"}
