"""The linter of questionnaires: each fault with its path and remedy, and silence without it."""

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kegiatan.form import caps
from kegiatan.form.engine import engine
from kegiatan.form.engine_process import EngineGone
from kegiatan.form.engine_results import ExpressionFault, Inspection, JsonFault
from kegiatan.form.form_fault import ERROR, WARNING, FormFault
from kegiatan.form.form_text import parse_form
from kegiatan.form.linting import LintReport, lint_form
from kegiatan.form.linting_engine import EngineInspector

FORMS = [
    *sorted((Path(__file__).parents[1] / "fixtures" / "forms").glob("*.json")),
    *sorted((Path(__file__).parents[2] / "cerdas" / "demo" / "data").glob("*.json")),
]
AT = "pages[0].elements"
KBLI = [{"type": "KBLI", "version": 2020}]


def load(path: Path) -> dict[str, Any]:
    form: dict[str, Any] = json.loads(path.read_text())
    return form


def form_of(*elements: Any, **envelope: Any) -> dict[str, Any]:
    return {"form_name": "T", "pages": [{"name": "p", "elements": list(elements)}], **envelope}


def text(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "name": name, **more}


def roster(name: str, *elements: Any, **more: Any) -> dict[str, Any]:
    return {"type": "paneldynamic", "name": name, "templateElements": list(elements), **more}


def choice(name: str, *items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "radiogroup", "name": name, "choices": list(items), **more}


def lint(form: Any, **more: Any) -> list[FormFault]:
    found = list(lint_form(form, **more).faults)
    assert all(fault.message and fault.remedy for fault in found)
    return found


def told(form: Any, **more: Any) -> set[tuple[str, str, str]]:
    return {(fault.path, fault.code, fault.severity) for fault in lint(form, **more)}


A, B = text("a"), text("b")
YES = {"value": "1", "text": "Ya"}
MANY = [{"value": str(n), "text": f"Pilihan {n}"} for n in range(caps.CHOICES + 1)]
# (form with the fault, its path, code, severity, the same form without it)
CASES: dict[str, tuple[Any, str, str, str, Any]] = {
    "a name that no question has": (
        form_of(A, {**B, "visibleIf": "{x} = 1"}),
        f"{AT}[1].visibleIf", "unknown_name", ERROR,
        form_of(A, {**B, "visibleIf": "{A} = 1"}),
    ),
    "a question of a roster, from outside": (
        form_of(roster("r", A), {**B, "visibleIf": "{a} = 1"}),
        f"{AT}[1].visibleIf", "unknown_name", ERROR,
        form_of(roster("r", A), {**B, "visibleIf": "{r[0].a} = 1 or {r.length} > 2"}),
    ),
    "a question of the same row without its prefix": (
        form_of(roster("r", A, {**B, "visibleIf": "{a} = 1"})),
        f"{AT}[0].templateElements[1].visibleIf", "unknown_name", ERROR,
        form_of(roster("r", A, {**B, "visibleIf": "{panel.a} = 1 and {prevPanel.b} empty"})),
    ),
    "a question of the unit with the prefix of a row": (
        form_of(A, roster("r", roster("s", {**B, "visibleIf": "{panel.a} = 1"}))),
        f"{AT}[1].templateElements[0].templateElements[0].visibleIf", "unknown_name", ERROR,
        form_of(roster("r", A, roster("s", {**B, "visibleIf": "{panel.a} = {parentPanel.a}"}))),
    ),
    "a column that a matrix does not have": (
        form_of({"type": "matrixdropdown", "name": "m", "rows": [YES], "columns": [
            {"name": "c", "cellType": "text"}]}, {**B, "visibleIf": "{m.1.x} = 1"}),
        f"{AT}[1].visibleIf", "unknown_name", ERROR,
        form_of({"type": "matrixdropdown", "name": "m", "rows": [YES], "columns": [
            {"name": "c", "cellType": "text"}]}, {**B, "visibleIf": "{m.1.c} = 1"}),
    ),
    "the item of a list, where there is none": (
        form_of(choice("a", YES), {**B, "visibleIf": "{item} = 1"}),
        f"{AT}[1].visibleIf", "unknown_name", ERROR,
        form_of(choice("a", YES, choicesVisibleIf="{item} = 1"), B),
    ),
    "a column of a matrix with the prefix of a panel": (
        form_of({"type": "matrixdynamic", "name": "m", "columns": [
            {"name": "a", "cellType": "text"},
            {"name": "b", "cellType": "text", "visibleIf": "{panel.a} = 1"}]}),
        f"{AT}[0].columns[1].visibleIf", "unknown_name", ERROR,
        form_of({"type": "matrixdynamic", "name": "m", "columns": [
            {"name": "a", "cellType": "text"},
            {"name": "b", "cellType": "text", "visibleIf": "{row.a} = 1"}]}),
    ),
    "a name within the rows that a function counts": (
        form_of(roster("r", A), {"type": "expression", "name": "n",
                                 "expression": "countInArray({r}, 'a', {x} = 1)"}),
        f"{AT}[1].expression", "unknown_name", ERROR,
        form_of(roster("r", A), {"type": "expression", "name": "n",
                                 "expression": "countInArray({r}, 'a', {a} = 1)"}),
    ),
    "a name in quotes that a function adds up": (
        form_of(roster("r", A), {"type": "expression", "name": "n",
                                 "expression": "sumInArray({r}, 'x')"}),
        f"{AT}[1].expression", "unknown_name", ERROR,
        form_of(roster("r", A), {"type": "expression", "name": "n",
                                 "expression": "sumInArray({r}, 'a')"}),
    ),
    "a part that an answer does not have": (
        form_of({"type": "geotag", "name": "g"}, {**B, "visibleIf": "{g.height} > 1"}),
        f"{AT}[1].visibleIf", "unknown_name", ERROR,
        form_of({"type": "geotag", "name": "g"}, {**B, "visibleIf": "{g.accuracy_m} > 1"}),
    ),
    "a name in a validator": (
        form_of(A, {**B, "validators": [{"type": "expression", "expression": "{c} > {b}"}]}),
        f"{AT}[1].validators[0].expression", "unknown_name", ERROR,
        form_of(A, {**B, "validators": [{"type": "expression", "expression": "{a} > {b}"}]}),
    ),
    "a name that a title shows": (
        form_of(A, text("b", title="Halo {x}")),
        f"{AT}[1].title", "unknown_name_in_text", WARNING,
        form_of(A, text("b", title="Halo {a} {prefilled.nama}")),
    ),
    "a function that does not exist": (
        form_of(A, {**B, "visibleIf": "sumall({a}) > 1"}),
        f"{AT}[1].visibleIf", "unknown_function", ERROR,
        form_of(A, {**B, "visibleIf": "sum({a}) > 1"}),
    ),
    "a bracket that stays open": (
        form_of(A, {**B, "visibleIf": "({a} = 1"}),
        f"{AT}[1].visibleIf", "bad_expression", ERROR,
        form_of(A, {**B, "visibleIf": "({a} = 1)"}),
    ),
    "a quote that stays open": (
        form_of(A, {**B, "visibleIf": "{a} = 'x"}),
        f"{AT}[1].visibleIf", "bad_expression", ERROR,
        form_of(A, {**B, "visibleIf": r"{a} = 'x\'y'"}),
    ),
    "an expression over the cap": (
        form_of(A, {**B, "visibleIf": " or ".join(["{a} = 1"] * 600)}),
        f"{AT}[1].visibleIf", "expression_too_long", ERROR,
        form_of(A, {**B, "visibleIf": " or ".join(["{a} = 1"] * 60)}),
    ),
    "brackets in brackets over the cap": (
        form_of(A, {**B, "visibleIf": "(" * 41 + "{a}" + ")" * 41}),
        f"{AT}[1].visibleIf", "expression_too_deep", ERROR,
        form_of(A, {**B, "visibleIf": "(" * 40 + "{a}" + ")" * 40}),
    ),
    "two questions that show one another": (
        form_of({**A, "visibleIf": "{b} = 1"}, {**B, "visibleIf": "{a} = 1"}),
        f"{AT}[0]", "cycle", ERROR,
        form_of(A, {**B, "visibleIf": "{a} = 1"}),
    ),
    "a circle through a calculated value and a panel": (
        form_of({"type": "panel", "name": "q", "visibleIf": "{c} > 1", "elements": [A]},
                calculatedValues=[{"name": "c", "expression": "{a} + 1"}]),
        f"{AT}[0].elements[0]", "cycle", ERROR,
        form_of({"type": "panel", "name": "q", "visibleIf": "{c} > 1", "elements": [A]}, B,
                calculatedValues=[{"name": "c", "expression": "{b} + 1"}]),
    ),
    "a question that its own answer hides, in a roster": (
        form_of(roster("r", {**A, "visibleIf": "{panel.a} empty"})),
        f"{AT}[0].templateElements[0]", "cycle", ERROR,
        form_of(roster("r", {**A, "visibleIf": "{prevPanel.a} empty"})),
    ),
    "two questions that lock one another": (
        form_of({**A, "enableIf": "{b} empty"}, {**B, "enableIf": "{a} empty"}),
        f"{AT}[0]", "cycle_of_enabling", WARNING,
        form_of(A, {**B, "enableIf": "{a} empty"}),
    ),
    "names in capitals and small letters": (
        form_of(text("Nama"), text("nama")),
        f"{AT}[1].name", "name_differs_in_case", ERROR,
        form_of(text("Nama"), text("nama_2")),
    ),
    "a name of the unit again in a roster": (
        form_of(A, roster("r", A)),
        f"{AT}[1].templateElements[0].name", "name_used_around_roster", WARNING,
        form_of(A, roster("r", B), roster("s", B)),
    ),
    "a name twice": (
        form_of(A, A), f"{AT}[1].name", "duplicate_name", ERROR, form_of(A, B),
    ),
    "a choice with an empty label": (
        form_of(choice("a", {"value": "1"}, YES | {"value": "2"})),
        f"{AT}[0].choices[0]", "choice_without_label", ERROR,
        form_of(choice("a", YES, YES | {"value": "2"})),
    ),
    "a choice that is only a value": (
        form_of(choice("a", "1", YES | {"value": "2"})),
        f"{AT}[0].choices[0]", "choice_without_label", WARNING,
        form_of(choice("a", "1|Ya", YES | {"value": "2"})),
    ),
    "a choice twice": (
        form_of(choice("a", YES, YES)), f"{AT}[0].choices[1]", "duplicate_choice", ERROR,
        form_of(choice("a", YES, YES | {"value": "2"})),
    ),
    "a list that is too long for a phone": (
        form_of(choice("a", *MANY)), f"{AT}[0].choices", "too_many_choices", ERROR,
        form_of(choice("a", *MANY[: caps.CHOICES_MANY])),
    ),
    "master data that is not listed": (
        form_of({"type": "dropdown", "name": "a", "master": "KBLI"}),
        f"{AT}[0].master", "unknown_master", ERROR,
        form_of({"type": "dropdown", "name": "a", "master": "KBLI"}, masters_used=KBLI),
    ),
    "master data that nobody uses": (
        form_of(A, masters_used=KBLI), "masters_used[0]", "unused_master", WARNING, form_of(A),
    ),
    "a column that points to nothing": (
        form_of(A, assignment_table_columns=[{"key": "responses.x", "label": "X"}]),
        "assignment_table_columns[0].key", "unknown_column", ERROR,
        form_of(A, assignment_table_columns=[{"key": "responses.a", "label": "X"}]),
    ),
    "a column of a roster": (
        form_of(roster("r", A), assignment_table_columns=[{"key": "responses.a", "label": "X"}]),
        "assignment_table_columns[0].key", "unknown_column", ERROR,
        form_of(roster("r", A), assignment_table_columns=[{"key": "status", "label": "X"}]),
    ),
    "a column twice": (
        form_of(A, assignment_table_columns=[{"key": "status", "label": "X"}] * 2),
        "assignment_table_columns[1].key", "duplicate_column", ERROR,
        form_of(A, assignment_table_columns=[{"key": "status", "label": "X"}]),
    ),
    "a grouping level that is not defined": (
        form_of(A, level_definitions={"level_1_code": "P"},
                assignment_table_grouping_levels=["level_2_code"]),
        "assignment_table_grouping_levels[0]", "unknown_level", ERROR,
        form_of(A, level_definitions={"level_1_code": "P"},
                assignment_table_grouping_levels=["level_1_code"]),
    ),
    "a label that shows nothing": (
        form_of(A, assignment_label_template="{a} {x}"),
        "assignment_label_template", "unknown_label_name", ERROR,
        form_of(A, assignment_label_template="{a} {prefilled.x}"),
    ),
    "a label in other capitals": (
        form_of(A, assignment_label_template="{A}"),
        "assignment_label_template", "unknown_label_name", ERROR,
        form_of(A, assignment_label_template="{a}"),
    ),
    "a regex that never ends": (
        form_of(text("a", validators=[{"type": "regex", "regex": "^(a+)+$"}])),
        f"{AT}[0].validators[0].regex", "regex_backtracks", ERROR,
        form_of(text("a", validators=[{"type": "regex", "regex": "^a+$"}])),
    ),
    "a regex that is slow": (
        form_of(text("a", validators=[{"type": "regex", "regex": r"^\d+\d+$"}])),
        f"{AT}[0].validators[0].regex", "regex_backtracks", WARNING,
        form_of(text("a", validators=[{"type": "regex", "regex": r"^\d+-\d+$"}])),
    ),
    "a regex that does not compile": (
        form_of(text("a", validators=[{"type": "regex", "regex": "("}])),
        f"{AT}[0].validators[0].regex", "bad_regex", ERROR,
        form_of(text("a", validators=[{"type": "regex", "regex": "()"}])),
    ),
    "a regex over the cap": (
        form_of(text("a", validators=[{"type": "regex", "regex": "a" * 501}])),
        f"{AT}[0].validators[0].regex", "regex_too_long", ERROR,
        form_of(text("a", validators=[{"type": "regex", "regex": "a" * 200}])),
    ),
    "a remote address in a text": (
        form_of({"type": "html", "name": "h", "html": "<img src='https://x.test/a.png'>"}, A),
        f"{AT}[0].html", "remote_url", ERROR,
        form_of({"type": "html", "name": "h", "html": "<b>Lihat BPS</b>"}, A),
    ),
    "an address without a scheme": (
        form_of({"type": "html", "name": "h", "html": "<img src='//x.test/a.png'>"}, A),
        f"{AT}[0].html", "remote_url", ERROR,
        form_of({"type": "html", "name": "h", "html": "<p>1 // 2</p>"}, A),
    ),
    "choices from another server": (
        form_of({"type": "dropdown", "name": "a", "choicesByUrl": {"url": "{base}/list"}}),
        f"{AT}[0].choicesByUrl", "remote_url", ERROR,
        form_of(choice("a", YES)),
    ),
    "a picture that is not in the form": (
        form_of({"type": "image", "name": "i", "imageLink": "/static/x.png"}, A),
        f"{AT}[0].imageLink", "remote_url", ERROR,
        form_of({"type": "image", "name": "i", "imageLink": "data:image/png;base64,AA=="}, A),
    ),
    "a required question that a PPL may not answer": (
        form_of(text("a", isRequired=True, editableBy=["PML"])),
        f"{AT}[0].isRequired", "required_not_editable", ERROR,
        form_of(text("a", isRequired=True, editableBy=["PML", "PPL"])),
    ),
    "a required question in a roster for the PML": (
        form_of(roster("r", text("a", isRequired=True), editableBy=["PML"])),
        f"{AT}[0].templateElements[0].isRequired", "required_not_editable", ERROR,
        form_of(roster("r", text("a"), editableBy=["PML"])),
    ),
    "a question that can become required": (
        form_of(A, text("b", requiredIf="{a} = 1", editableBy=["admin"])),
        f"{AT}[1].requiredIf", "required_not_editable", WARNING,
        form_of(A, text("b", requiredIf="{a} = 1")),
    ),
    "a visit outcome that never opens the form": (
        form_of(choice("a", YES, visitOutcome=True)), f"{AT}[0]", "visit_outcome_never_done", ERROR,
        form_of(choice("a", YES, visitOutcome=True, visitOutcomeDone=["1"])),
    ),
    "a text without translation": (
        form_of(text("a", title={"id": "Nama", "en": "Name"}), text("b", title={"en": "Age"})),
        f"{AT}[1].title", "translation_missing", WARNING,
        form_of(text("a", title={"id": "Nama", "en": "Name"}),
                text("b", title={"default": "Umur", "en": "Age"})),
    ),
    "a plain text among translated ones": (
        form_of(text("a", title={"id": "Nama", "en": "Name"}), text("b", title="Umur")),
        f"{AT}[1].title", "translation_missing", WARNING,
        form_of(text("a", title="Nama"), text("b", title="Umur")),
    ),
    "markup in a title": (
        form_of(text("a", title="<b>Nama</b>")), f"{AT}[0].title", "html_in_text", WARNING,
        form_of(text("a", title="Umur < 10 & > 5")),
    ),
    "a script in html": (
        form_of({"type": "html", "name": "h", "html": "<p onclick='x()'>a</p>"}, A),
        f"{AT}[0].html", "active_html", WARNING,
        form_of({"type": "html", "name": "h", "html": "<p>a</p>"}, A),
    ),
    "rosters too deep in one another": (
        form_of(roster("r", roster("s", roster("t", roster("u", roster("v", A)))))),
        f"{AT}[0].templateElements[0].templateElements[0].templateElements[0].templateElements[0]",
        "rosters_too_deep", ERROR,
        form_of(roster("r", roster("s", roster("t", roster("u", A))))),
    ),
    "two pages of one name": (
        form_of(A, pages=[{"name": "p", "elements": [A]}, {"name": "P", "elements": [B]}]),
        "pages[1].name", "duplicate_page_name", WARNING,
        form_of(A, pages=[{"name": "p", "elements": [A]}, {"name": "q", "elements": [B]}]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_and_the_form_without_it_is_silent(case: str) -> None:
    broken, path, code, severity, sound = CASES[case]
    assert told(broken) == {(path, code, severity)}
    assert told(sound) == set()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_forms_of_the_project_have_no_fault(path: Path) -> None:
    report = lint_form(load(path), masters={"KBLI": {2020}}, engine=EngineInspector())
    assert report.faults == ()
    assert report.questions == report.mapped > 0


def test_master_data_is_looked_up_where_it_can_be() -> None:
    form = form_of({"type": "dropdown", "name": "a", "master": "KBLI"}, masters_used=KBLI)
    assert told(form, masters=None) == set()
    assert told(form, masters={"KBLI": {2020}}) == set()
    assert told(form, masters={"KBJI": {2014}}) == {
        ("masters_used[0].type", "missing_master", ERROR)
    }
    assert told(form, masters={"KBLI": {2025}}) == {
        ("masters_used[0].version", "missing_master_version", WARNING)
    }


def test_every_fault_is_told_at_once_errors_first() -> None:
    form = form_of(
        text("a", title="<i>x</i>", visibleIf="{x} = 1"),
        text("a", validators=[{"type": "regex", "regex": "(b*)*"}]),
    )
    codes = [fault.code for fault in lint(form)]
    assert codes == ["duplicate_name", "unknown_name", "regex_backtracks", "html_in_text"]
    report = lint_form(form)
    assert (len(report.errors), len(report.warnings)) == (3, 1)


@pytest.mark.parametrize(
    ("place", "expression", "remedy"),
    [
        ("row", "{umur} > 1", "{panel.umur}"),
        ("inner", "{umur} > 1", "{parentPanel.umur}"),
        ("unit", "{umur} > 1", "{anggota[0].umur}"),
        ("unit", "AGE({nama}) > 1", "age"),
    ],
)
def test_a_remedy_says_what_to_write(place: str, expression: str, remedy: str) -> None:
    asked = text("b", visibleIf=expression)
    inner = roster("kerja", *([asked] if place == "inner" else [A]))
    rows = roster("anggota", text("umur"), inner, *([asked] if place == "row" else []))
    (fault,) = lint(form_of(text("nama"), rows, *([asked] if place == "unit" else [])))
    assert remedy in fault.remedy


def test_faults_are_told_in_indonesian() -> None:
    broken, *_rest = CASES["a name that no question has"]
    with translation.override("en"):
        (english,) = lint(broken)
    with translation.override("id"):
        (indonesian,) = lint(broken)
    assert english.message != indonesian.message
    assert "pertanyaan" in indonesian.message
    assert english.remedy != indonesian.remedy


@pytest.mark.parametrize(
    "expression",
    [
        "{row.x} = 1 and {m.Baris1.x} notempty",
        "{$a.isVisible} = true and {$p.title} notempty",
        "{#calc} > 1 and {calc} > 1",
        "{a-Comment} notempty or {m-total.x} > 1",
        "{pageno} > 1 and {locale} = 'id'",
        "iif({a} empty, 'ya, (tidak]', \"tidak\") = 'ya'",
        "{a} anyof ['1', '2'] and !({a} contains 3) and {a} *= 'x'",
        "dateDiff({a}, today(), 'days') <= 0x1F",
        "displayValue('a') = 'x'",
    ],
)
def test_what_surveyjs_understands_is_no_fault(expression: str) -> None:
    matrix = {
        "type": "matrixdropdown", "name": "m", "rows": ["Baris1|Baris 1"],
        "columns": [{"name": "x", "cellType": "text"}],
    }  # fmt: skip
    holder = (
        {**matrix, "columns": [*matrix["columns"], {"name": "y", "cellType": "text"}]}  # type: ignore[misc]
        if "{row." in expression
        else matrix
    )
    if "{row." in expression:
        holder["columns"][1]["visibleIf"] = expression  # type: ignore[index]
        form = form_of(A, holder)
    else:
        form = form_of(A, holder, text("b", visibleIf=expression))
    form["calculatedValues"] = [{"name": "calc", "expression": "1"}]
    assert told(form) == set()


class Engine:
    """An engine that says what it is told to say."""

    def __init__(self, inspection: Inspection | Exception) -> None:
        self.inspection = inspection

    def inspect(self, form: dict[str, Any]) -> Inspection:
        if isinstance(self.inspection, Exception):
            raise self.inspection
        return self.inspection


def test_what_the_engine_says_is_told() -> None:
    said = Inspection(
        json_errors=(
            JsonFault(f"{AT}[0]", "unknownproperty", "The property is unknown", "tittle"),
            JsonFault(f"{AT}[0]", "requiredproperty", "It is required", ""),
        ),
        expression_errors=(
            ExpressionFault(f"{AT}[0]", "a", "visibleIf", "{a", "syntax_error", ""),
            ExpressionFault(f"{AT}[0]", "a", "visibleIf", "1 = 1", "always_same", ""),
            ExpressionFault(f"{AT}[0]", "a", "visibleIf", "{x}", "unknown_name", "x"),
        ),
        questions=(),
        uses=(),
    )
    engine = EngineInspector(Engine(said))
    assert told(form_of(A), engine=engine) == {
        (f"{AT}[0].tittle", "unknown_property", WARNING),
        (f"{AT}[0]", "engine_fault", ERROR),
        (f"{AT}[0].visibleIf", "bad_expression", ERROR),
        (f"{AT}[0].visibleIf", "expression_always_same", WARNING),
    }
    silent = EngineInspector(Engine(Inspection((), (), (), ())))
    assert told(form_of(A), engine=silent) == set()


def test_a_form_that_stops_the_engine_is_not_published() -> None:
    for reason, code in (
        ("timeout", "engine_too_slow"), ("hung", "engine_too_slow"), ("busy", "engine_busy"),
        ("crashed", "engine_failed"), ("out_of_memory", "engine_failed"),
        ("broken", "engine_failed"),
    ):  # fmt: skip
        engine = EngineInspector(Engine(EngineGone(reason)))
        assert told(form_of(A), engine=engine) == {("", code, ERROR)}


def test_a_form_that_ends_v8_ends_nothing_else() -> None:
    doubled = [{"name": "v0", "expression": "'xxxxxxxxxx'"}] + [
        {"name": f"v{n}", "expression": f"{{v{n - 1}}} + {{v{n - 1}}}", "includeIntoResult": True}
        for n in range(1, 40)
    ]
    form = form_of(A, text("b", title="{v39}"), calculatedValues=doubled)
    assert ("", "engine_failed", ERROR) in told(form, engine=EngineInspector())
    assert told(form_of(A), engine=EngineInspector()) == set()


def test_a_form_that_no_check_could_judge_in_time_is_not_published() -> None:
    columns = [
        {"name": f"c{n}", "cellType": "dropdown", "choices": [{"value": 1, "text": "Ya"}] * 20}
        for n in range(60)
    ]
    rows = [{"value": f"r{n}", "text": f"Baris {n}"} for n in range(400)]
    wide = form_of(A, {"type": "matrixdropdown", "name": "m", "rows": rows, "columns": columns})
    assert ("", "engine_too_slow", ERROR) in told(wide, engine=EngineInspector())


@pytest.mark.parametrize(
    ("element", "place", "code"),
    [
        (roster("r", A, panelCount=10**9), "panelCount", "out_of_range"),
        (roster("r", A, minPanelCount=10**9), "minPanelCount", "out_of_range"),
        ({"type": "matrixdynamic", "name": "m", "rowCount": 10**9, "columns": [
            {"name": "c", "cellType": "text"}]}, "rowCount", "out_of_range"),
        ({"type": "rating", "name": "n", "rateMax": 10**9}, "rateMax", "out_of_range"),
        ({"type": "rating", "name": "n", "rateCount": 10**9}, "rateCount", "out_of_range"),
        ({"type": "dropdown", "name": "d", "choicesMax": 10**9}, "choicesMax", "too_many_choices"),
        ({"type": "dropdown", "name": "d", "choicesMax": 9, "choicesStep": 1e-9}, "choicesMax",
         "too_many_choices"),
    ],
)  # fmt: skip
def test_what_survey_core_would_make_too_many_of_is_not_opened(
    element: dict[str, Any], place: str, code: str
) -> None:
    asked = EngineInspector(Engine(AssertionError("the engine was asked")))
    assert (f"{AT}[1].{place}", code, ERROR) in told(form_of(A, element), engine=asked)


def test_the_engine_finds_what_the_linter_cannot() -> None:
    misspelt = form_of(text("a", visibelIf="{a} = 1"))
    codes = {fault.code for fault in lint(misspelt, engine=EngineInspector())}
    assert "unknown_property" in codes
    unreadable = form_of(A, text("b", visibleIf="{a} = = 1"), text("c", visibleIf="{x} = (1"))
    assert told(unreadable, engine=EngineInspector()) == {
        (f"{AT}[1].visibleIf", "bad_expression", ERROR),
        (f"{AT}[2].visibleIf", "bad_expression", ERROR),
    }


@pytest.mark.parametrize("name", ["panel.b", "parentPanel.b", "r[0].s[1].c", "panel.c", "panel.a"])
def test_names_in_rows_mean_what_the_engine_takes_them_for(name: str) -> None:
    """What the linter knows is answered in the engine, and what it does not know is empty."""
    shown = text("t", visibleIf=f"{{{name}}} = '1'")
    form = form_of(A, roster("r", B, roster("s", text("c"), shown)))
    rows = [{"b": "1", "s": [{"c": "x"}, {"c": "1"}]}, {"b": "1", "s": [{"c": "1"}]}]
    found = engine().evaluate(form, {"a": "1", "r": rows})
    is_answered = any(path.endswith(".t") for path in found.visible)
    assert is_answered is (told(form) == set())


def test_what_both_find_is_told_once() -> None:
    form = form_of(A, roster("r", text("b"), {"type": "tetx", "name": "c"}))
    assert told(form, engine=EngineInspector()) == {
        (f"{AT}[1].templateElements[1].type", "unknown_element_type", ERROR)
    }


def test_the_original_format_is_recognised() -> None:
    form = {"pages": [{"questions": [{"id": "a"}, {"id": "b", "questions": [{"id": "c"}]}]}]}
    report = lint_form(form)
    assert (report.format, report.questions, report.mapped) == ("original", 3, 0)
    assert [fault.code for fault in report.faults] == ["original_format"]


def test_a_report_is_one_json_value() -> None:
    report = lint_form(form_of(A, {**B, "visibleIf": "{x}"})).as_dict()
    assert set(report) == {"format", "questions", "mapped", "faults"}
    (fault,) = report["faults"]
    assert set(fault) == {
        "sheet", "row", "column", "path", "severity", "code", "message", "remedy",
    }  # fmt: skip
    assert (fault["sheet"], fault["row"], fault["column"]) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "row", "column"),
    [('{"a": 1,\n "b": }', 2, 7), ("[1,\n2", 2, 2), ("", 1, 1)],
)
def test_text_that_is_no_json_is_told_with_its_place(written: str, row: int, column: int) -> None:
    value, fault = parse_form(written)
    assert value is None
    assert fault is not None
    assert (fault.code, fault.row, fault.column) == ("bad_json", row, column)


@pytest.mark.parametrize("written", ['{"a": 1, "a": 2}', '{"a": NaN}', b"\xff", "[" * 100_000])
def test_text_that_two_readers_take_differently_is_refused(written: str | bytes) -> None:
    value, fault = parse_form(written)
    assert value is None
    assert fault is not None
    assert fault.remedy
    assert parse_form('\ufeff{"a": 1}') == ({"a": 1}, None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
FORM = load(FORMS[0])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(inner, (*path, key))
    return found


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(value=json_values)
def test_garbage_never_breaks_the_linter(value: Any) -> None:
    assert isinstance(lint_form(value), LintReport)
    assert lint_form({"form_name": "T", "pages": value}).faults is not None


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(place=st.sampled_from(places(FORM)), value=json_values)
def test_garbage_anywhere_in_a_form_never_breaks_the_linter(
    place: tuple[Any, ...], value: Any
) -> None:
    form = copy.deepcopy(FORM)
    holder: Any = form
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    for fault in lint_form(form, masters={}).faults:
        assert isinstance(fault.path, str)
        assert fault.message
        assert fault.remedy


@settings(max_examples=300, deadline=None)
@given(expression=st.text(alphabet="{}[]()'\"\\,.=<>!&|^ab1 $#-\n", max_size=40))
def test_no_text_breaks_the_reader_of_expressions(expression: str) -> None:
    found = lint_form(form_of(A, text("b", visibleIf=expression, title=expression)))
    assert found.format == "surveyjs"


def test_a_hostile_form_is_judged_in_bounded_time() -> None:
    chained = [text(f"q{n}", visibleIf=f"{{q{n + 1}}} = {{q{n + 2}}}") for n in range(3_000)]
    regexes = [f"(?:[ab]*{n}?){{60}}" for n in range(200)]
    nested = [
        text(f"r{n}", validators=[{"type": "regex", "regex": regex}])
        for n, regex in enumerate(regexes)
    ]
    started = time.process_time()  # what it computes, however busy the machine is
    codes = {fault.code for fault in lint_form(form_of(*chained, *nested)).faults}
    assert {"unknown_name", "regex_backtracks"} <= codes
    assert time.process_time() - started < 20


def test_more_faults_than_anybody_reads_are_cut() -> None:
    many = [text(f"q{n}", visibleIf="{x}") for n in range(caps.LINT_FAULTS + 10)]
    found = lint_form(form_of(*many)).faults
    assert len(found) == caps.LINT_FAULTS + 1
    assert found[-1].code == "more_faults"
