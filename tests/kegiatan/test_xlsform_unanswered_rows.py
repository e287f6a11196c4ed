"""Rows of an XLSForm that nobody answers: notes, and what fills itself in, are all listed."""

from typing import Any

import pytest

from kegiatan.form.importing.xlsform import import_xlsform
from tests.kegiatan.xlsform_books import xlsform

COLUMNS = (
    "name", "label", "trigger", "relevant", "calculation", "required", "constraint", "default",
    "read_only", "choice_filter",
)  # fmt: skip


def imported(type_: str, **cells: str) -> Any:
    """Import a form with one question and one such row."""
    row = {"name": "baris", **cells}
    line = " | ".join([type_, *(row.get(column, "") for column in COLUMNS)])
    head = " | ".join(["type", *COLUMNS])
    return import_xlsform(xlsform(f"{head}\ninteger | a | A\n{line}"))


def listed(found: Any) -> list[tuple[str, str, int]]:
    return [(fault.severity, fault.code, fault.row) for fault in found.faults]


def element(found: Any) -> Any:
    return found.form["pages"][0]["elements"][1]


@pytest.mark.parametrize("type_", ["start", "today"])
def test_a_moment_is_kept_hidden_whatever_its_condition(type_: str) -> None:
    found = imported(type_, relevant="${a} = 1")
    assert listed(found) == [("error", "relevant_left_out", 3)]
    made = element(found)
    assert made["visible"] is False
    assert "visibleIf" not in made, "it would be shown as a question"


@pytest.mark.parametrize("type_", ["start", "today", "note"])
def test_a_trigger_is_listed_also_where_nobody_answers(type_: str) -> None:
    found = imported(type_, label="Teks", trigger="${a}")
    assert listed(found) == [("error", "trigger_left_out", 3)]


@pytest.mark.parametrize("type_", ["start", "today", "note"])
@pytest.mark.parametrize("column", ["calculation", "default"])
def test_a_value_that_such_a_row_would_get_is_a_loss(type_: str, column: str) -> None:
    assert listed(imported(type_, label="Teks", **{column: "7"})) == [("error", "cell_left_out", 3)]


@pytest.mark.parametrize("type_", ["start", "today", "note"])
def test_a_rule_that_no_answer_can_break_is_only_mentioned(type_: str) -> None:
    found = imported(type_, label="Teks", constraint=". > 1")
    assert listed(found) == [("warning", "cell_left_out", 3)]


@pytest.mark.parametrize("type_", ["start", "today", "note"])
def test_what_says_nothing_is_not_mentioned(type_: str) -> None:
    assert listed(imported(type_, label="Teks", read_only="yes")) == []
    assert listed(imported(type_, label="Teks")) == []


def test_a_note_keeps_its_condition_and_a_moment_needs_no_answer() -> None:
    assert element(imported("note", label="Teks", relevant="${a} = 1"))["visibleIf"]
    assert listed(imported("start", required="yes")) == []
    assert listed(imported("note", label="Teks", required="yes")) == [("error", "note_required", 3)]


def test_every_cell_of_such_a_row_is_accounted_for_once() -> None:
    cells = {
        "label": "Teks", "trigger": "${a}", "relevant": "${a} = 1", "calculation": "1 + 1",
        "constraint": ". > 1", "default": "x", "choice_filter": "b = 1",
    }  # fmt: skip
    codes = sorted(code for _severity, code, _row in listed(imported("start", **cells)))
    assert codes == sorted(
        ["cell_left_out"] * 3 + ["filter_without_choices", "relevant_left_out", "trigger_left_out"]
    )
