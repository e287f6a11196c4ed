"""A form that goes out as an XLSForm and comes in judges as before, but for what was listed."""

import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kegiatan.form.engine import Engine
from kegiatan.form.exporting.xlsform_file import xlsform_bytes
from kegiatan.form.exporting.xlsform_writing import export_xlsform
from kegiatan.form.importing.sheets import read_sheets
from tests.kegiatan.round_trips import (
    Json,
    answers_to,
    as_choices,
    of_pages,
    questions,
    said,
    sheets_of,
    there_and_back,
)
from tests.kegiatan.test_xlsform_expressions import v8
from tests.kegiatan.test_xlsform_import import WHOLE, read

__all__ = ["v8"]  # a fixture

HOUSEHOLD = Path(__file__).parents[2] / "cerdas" / "demo" / "data" / "household.json"
SETS = int(os.environ.get("ROUND_TRIP_SETS", "6"))
NAME: Json = {"type": "text", "name": "nama", "title": "Nama"}
NUMBER: Json = {"type": "text", "inputType": "number", "name": "n", "title": "N"}


def asked(elements: list[Json]) -> list[Any]:
    """Return the names of questions in their order, those of rosters within them."""
    return [
        (one["name"], asked(one["templateElements"]) if "templateElements" in one else None)
        for one in questions(elements)
        if one["type"] != "html"
    ]


def check_round_trip(form: Json, engine: Engine, sets: int = SETS) -> Json:
    """Hold a form that came back against what it was without its losses; return it."""
    imported, left = there_and_back(form)
    assert not imported.broken, imported.broken
    assert not imported.losses, imported.losses
    assert imported.form is not None
    elements = of_pages(left)
    assert asked(of_pages(imported.form)) == asked(elements)
    verdicts = set()
    for number in range(sets):
        chance = Random(number)
        answers = answers_to(elements, chance, chance.choice([0.5, 0.8, 0.95]))
        before = said(engine, left, answers)
        assert said(engine, imported.form, as_choices(elements, answers)) == before, answers
        verdicts.add(str(before))
    assert len(verdicts) > 1
    return imported.form


def form_of(*elements: Json, **envelope: Any) -> Json:
    page = {"name": "halaman", "elements": list(elements)}
    return {"form_name": "Uji", "locale": "id", "pages": [page], **envelope}


def lost(form: Json) -> set[str]:
    """Return the paths of what is listed, below the first page."""
    return {fault.path.removeprefix("pages[0].") for fault in export_xlsform(form).faults}


def test_the_household_form_judges_as_before(v8: Engine) -> None:
    check_round_trip(json.loads(HOUSEHOLD.read_text()), v8)


def test_an_imported_form_judges_as_before(v8: Engine) -> None:
    form = read(WHOLE).form
    assert form is not None
    assert not export_xlsform(form).faults
    check_round_trip(form, v8, 3 * SETS)


def test_the_workbook_holds_what_was_exported() -> None:
    exported = export_xlsform(json.loads(HOUSEHOLD.read_text()))
    written = read_sheets(xlsform_bytes(exported))
    wanted = {sheet.name: [row.cells for row in sheet.rows] for sheet in sheets_of(exported)}
    assert {sheet.name: [row.cells for row in sheet.rows] for sheet in written} == wanted


def test_what_reads_a_question_that_is_lost_is_listed_too(v8: Engine) -> None:
    form = form_of(
        NAME,
        {"type": "prefilled", "name": "p"},
        {**NUMBER, "visibleIf": "{p} = 'x'"},
        {"type": "expression", "name": "e", "expression": "{p} + 1"},
        {**NUMBER, "name": "m", "requiredIf": "{c} > 1", "validators": [
            {"type": "expression", "expression": "{m} empty or {m} > {n}"}]},
        calculatedValues=[
            {"name": "c", "expression": "{e} + 1", "includeIntoResult": True},
            {"name": "d", "expression": "{n} + 1", "includeIntoResult": True},
        ],
    )  # fmt: skip
    assert lost(form) == {
        "elements[1]", "elements[2].visibleIf", "elements[3]", "elements[4].requiredIf",
        "calculatedValues[0]",
    }  # fmt: skip
    back = check_round_trip(form, v8)
    assert [value["name"] for value in back["calculatedValues"]] == ["d"]


def test_a_condition_weighs_more_than_a_constant(v8: Engine) -> None:
    form = form_of(
        {**NUMBER},
        {**NAME, "isRequired": True, "requiredIf": "{n} > 10"},
        {**NAME, "name": "lain", "visible": False, "visibleIf": "{n} > 10"},
    )
    assert not lost(form)
    check_round_trip(form, v8)


def test_limits_of_another_kind_of_answer_are_listed(v8: Engine) -> None:
    rules = [
        {"type": "numeric", "minValue": 20}, {"type": "text", "minLength": 4},
        {"type": "answercount", "minCount": 2},
    ]  # fmt: skip
    choices = {"type": "checkbox", "name": "c", "choices": ["a", "b"]}
    form = form_of(
        {**NAME, "validators": rules}, {**NUMBER, "validators": rules},
        {**choices, "validators": rules},
    )  # fmt: skip
    kept = {0: 1, 1: 0, 2: 2}  # by question, the rule that is about its kind of answer
    assert lost(form) == {
        f"elements[{element}].validators[{rule}]"
        for element in range(3) for rule in range(3) if kept[element] != rule
    }  # fmt: skip
    check_round_trip(form, v8, 4 * SETS)


def test_a_roster_or_panel_of_which_nothing_is_left_does_not_go_out(v8: Engine) -> None:
    inner = [{"type": "prefilled", "name": "p"}]
    form = form_of(
        {**NUMBER, "isRequired": True},
        {"type": "paneldynamic", "name": "r", "templateElements": inner},
        {"type": "panel", "name": "g", "elements": [{**inner[0], "name": "q"}]},
        {**NAME, "visibleIf": "{n} > 1 and {r.length} > 0"},
    )
    assert lost(form) == {
        "elements[1]", "elements[1].templateElements[0]", "elements[2].elements[0]",
        "elements[3].visibleIf",
    }  # fmt: skip
    assert [row["type"] for row in export_xlsform(form).survey] == [
        "begin group", "decimal", "text", "end group",
    ]  # fmt: skip
    check_round_trip(form, v8)


@pytest.mark.parametrize("count", ["{n}", "{n} + 1", "countSelected({c})"])
def test_numbers_of_rows_come_back_as_they_were(count: str, v8: Engine) -> None:
    whole = count if count == "{n}" else f"toInteger({count})"
    rule = {"type": "expression", "expression": f"countRows({{r}}) = max({whole}, 0)"}
    choices = {"type": "checkbox", "name": "c", "choices": [{"value": "a", "text": "A"}]}
    roster = {"type": "paneldynamic", "name": "r", "templateElements": [NAME]}
    form = form_of({**NUMBER, "step": 1}, choices, {**roster, "validators": [rule]})
    assert not lost(form)
    back = check_round_trip(form, v8, 3 * SETS)
    found = back["pages"][0]["elements"][2]["validators"][0]["expression"]
    assert found == rule["expression"].replace("{n} + 1", "coalesce({n}, 0) + 1")
