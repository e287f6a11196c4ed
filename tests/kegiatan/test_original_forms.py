"""Forms of the original platform: both generations come in whole, JavaScript is only read."""

# ruff: noqa: E501  # a script of a form is a line

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kegiatan.form.engine import Engine
from kegiatan.form.importing.files import import_form
from kegiatan.form.importing.javascript import JavaScriptFaulty, parse_javascript
from kegiatan.form.importing.report import ImportedForm
from kegiatan.form.linting import lint_form
from kegiatan.form.linting_engine import EngineInspector
from tests.kegiatan.xlsform_books import workbook

DATA = Path(__file__).parents[3] / "shared" / "data" / "forms"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the original schemas are not here")


def question(name: str, type_: str = "text", **more: Any) -> dict[str, Any]:
    return {"id": name, "type": type_, "label": name, **more}


def select(name: str) -> dict[str, Any]:
    options = [{"label": "Ya", "value": "ya"}, {"label": "Tidak", "value": "tidak"}]
    return question(name, "select", options=options)


def read(*questions: dict[str, Any], **more: Any) -> ImportedForm:
    form = {"form_name": "F", "pages": [{"title": "A", "questions": list(questions)}], **more}
    return import_form(json.dumps(form).encode(), name="f.json")


def element(imported: ImportedForm, name: str) -> dict[str, Any]:
    assert imported.form is not None
    stack = list(imported.form["pages"])
    while stack:
        item = stack.pop()
        if item.get("name") == name:
            return item
        stack += item.get("elements", []) + item.get("templateElements", [])
    raise AssertionError(name)


def shown(logic: Any, *others: dict[str, Any]) -> tuple[str | None, list[str]]:
    """Return what a showIf becomes, and the codes of the faults."""
    asked = question("x", conditionalLogic={"showIf": logic})
    number, text = question("umur", "number"), question("nama")
    many = question("hobi", "checkbox", options=["baca", "lari"])
    imported = read(select("punya"), number, text, many, *others, asked)
    codes = [fault.code for fault in imported.faults]
    return element(imported, "x").get("visibleIf"), codes


PATTERNS = [
    ({"punya": "ya"}, "{punya} = 'ya'"),
    ({"punya": "ya", "umur": 5}, "{punya} = 'ya' and {umur} = 5"),
    ({"punya": ["ya", "tidak"]}, "{punya} = 'ya' or {punya} = 'tidak'"),
    ({"umur": {"gte": 5, "lt": 10}}, "{umur} >= 5 and {umur} < 10"),
    ({"punya": {"ne": "ya"}}, "!({punya} = 'ya')"),
    ({"punya": {"in": ["ya"]}}, "{punya} = 'ya'"),
    ({"hobi": "baca"}, "isSelected({hobi}, 'baca')"),
    ({"nama": None}, "{nama} empty"),
    ("return context.get('punya') === 'ya'", "{punya} = 'ya'"),
    ("return context.get('punya') == \"ya\";", "{punya} = 'ya'"),
    ("context.get('umur') >= 17", "{umur} >= 17"),
    ("return Number(context.get('umur')) > 17;", "{umur} > 17"),
    ("return parseInt(context.get('umur'), 10) > 17", "toInteger({umur}) > 17"),
    ("function (context) { return context.get('umur') > 5; }", "{umur} > 5"),
    ("(ctx) => ctx.get('punya') !== 'ya'", "{punya} <> 'ya'"),
    ("responses => responses.punya === 'ya' && responses['umur'] < 3",
     "{punya} = 'ya' and {umur} < 3"),
    ("return !context.get('nama')", "!({nama} notempty)"),
    ("return context.get('nama') !== '' && context.get('nama') != null",
     "{nama} notempty and {nama} notempty"),
    ("return context.get('nama') === 'Adi'", "sameText({#nama}, 'Adi')"),
    ("return ['ya', 'tidak'].includes(context.get('punya'))",
     "{punya} = 'ya' or {punya} = 'tidak'"),
    ("return (context.get('hobi') || []).includes('lari')", "isSelected({hobi}, 'lari')"),
    ("const a = context.get('umur'); if (a > 5) { return true; } return false;", "{umur} > 5"),
    ("if (context.get('umur') > 5) return true; else return context.get('punya') === 'ya';",
     "{umur} > 5 or (!({umur} > 5) and {punya} = 'ya')"),
    ("return context.get('umur') > 5 ? context.get('punya') === 'ya' : false",
     "{umur} > 5 and {punya} = 'ya'"),
    ("return context.get('umur') + 1 > 5 // tambah",
     "iif({umur} notempty, {umur} + 1) > 5"),
    ("return (context.get('nama') || '').trim().length > 3",
     "textLength(textNormalize({#nama})) > 3"),
    ("return context.get('nama').startsWith('A')", "textStartsWith({#nama}, 'A')"),
    ("return true", None),
]  # fmt: skip


@pytest.mark.parametrize(("logic", "expected"), PATTERNS, ids=str)
def test_the_usual_conditions_are_translated(logic: Any, expected: str | None) -> None:
    assert shown(logic) == (expected, [])


@pytest.mark.parametrize(
    "logic",
    [
        "return fetch('http://contoh.id')", "return eval('1')", "while (true) {}", "return window.x",
        "for (;;) {}", "return context.get(nama)", "return this.x", "return `a${1}`",
        "return context.constructor.constructor('return 1')()", "return a = 1", "return (", "return",
        "return context.get('hobi').some(h => h === 'baca')", "return /a/.test(context.get('nama'))",
        "try { return 1 } catch (e) {}", "return new Function('x')()", "return import('x')",
    ],
)  # fmt: skip
def test_other_javascript_is_listed_and_never_run(logic: str) -> None:
    condition, codes = shown(logic)
    is_never = condition is None and not codes  # a bare return: never shown
    assert (
        is_never
        or (condition is None and codes == ["javascript_not_known"])
        or codes == ["unknown_reference"]
    )


def test_a_bare_return_hides_a_question() -> None:
    imported = read(question("x", conditionalLogic={"showIf": "return"}))
    assert element(imported, "x")["visible"] is False


def test_a_name_that_is_no_question_is_listed() -> None:
    assert shown("return context.get('lupa') === 1")[1] == ["unknown_reference"]
    assert shown({"lupa": 1})[1] == ["unknown_reference"]


def test_types_of_both_generations_become_ours() -> None:
    kinds = {
        "text": "text", "textarea": "comment", "number": "text", "select": "dropdown",
        "radio": "radiogroup", "checkbox": "checkbox", "date": "text", "geotag": "geotag",
        "photo": "photo", "image": "photo", "prefilled_display": "prefilled", "signature": "signature",
        "barcode": "barcode", "file": "file",
    }  # fmt: skip
    asked = [question(f"q_{kind}", kind, options=["a", "b"]) for kind in kinds]
    imported = read(*asked)
    assert imported.questions == imported.mapped == len(kinds)
    for kind, ours in kinds.items():
        assert element(imported, f"q_{kind}")["type"] == ours
    assert not lint_form(imported.form, engine=EngineInspector()).errors


def test_sections_become_panels_and_rosters_nest() -> None:
    rows = question("art", "roster", item_label="Anggota", questions=[
        question("nama", validation={"required": True}), question("umur", "number"),
        question("kerja", conditionalLogic={"showIf": "return context.get('umur') >= 10"}),
        question("anak", "roster", questions=[
            question("n", conditionalLogic={"showIf": {"punya": "ya"}}),
        ]),
    ])  # fmt: skip
    page = {
        "id": "p1",
        "title": "A",
        "sections": [{"id": "s", "questions": [select("punya"), rows]}],
    }
    imported = import_form(json.dumps({"form_name": "F", "pages": [page]}).encode())
    assert imported.form is not None
    assert imported.form["pages"][0]["elements"][0]["type"] == "panel"
    assert element(imported, "kerja")["visibleIf"] == "{panel.umur} >= 10"
    assert element(imported, "n")["visibleIf"] == "{punya} = 'ya'"
    assert element(imported, "art")["templateTitle"] == "Anggota {panelIndex}"
    assert (imported.questions, imported.mapped) == (7, 7)


def test_rules_are_errors_or_warnings_as_they_say() -> None:
    engine = Engine(timeout_seconds=60)
    custom = "const a = context.get('berat'); if (a < context.get('umur')) return 'Terlalu ringan';" \
             " return a % 2 === 0 ? true : 'Harus genap';"  # fmt: skip
    imported = read(
        question("nama", validation={"required": True, "minLength": 3}),
        question("umur", "number", validation={"min": 1, "max": 120, "level": "warning"}),
        question("alamat", validation={"required": True, "level": "warning"}),
        question("nik", "number", validation={"minLength": 16, "maxLength": 16}),
        question("hp", validation={"pattern": "^08[0-9]+$", "message": "Nomor salah"}),
        question("berat", "number", validation={"custom": custom}),
        question("wajib", validation={"requiredIf": "return context.get('umur') > 100"}),
    )
    try:
        answers = {"nama": "Al", "umur": 130, "nik": "123", "hp": "x", "berat": 7}
        verdict = engine.evaluate(imported.form, answers)
        fine = engine.evaluate(
            imported.form,
            {"nama": "Alan", "umur": 3, "nik": "1" * 16, "hp": "081", "berat": 8, "alamat": "x"},
        )
    finally:
        engine.close()
    assert [(error.path, error.code) for error in verdict.errors] == [
        ("nama", "text_length"), ("nik", "text_length"), ("hp", "pattern"), ("berat", "rule"),
        ("wajib", "required"),
    ]  # fmt: skip
    assert [error.message for error in verdict.errors if error.path == "berat"] == [
        "Terlalu ringan"
    ]
    assert [warning.path for warning in verdict.warnings] == ["umur", "alamat"]
    assert not fine.errors
    assert not fine.warnings
    assert {fault.code for fault in imported.faults} == {"digits_as_text"}


def test_what_is_not_known_is_listed() -> None:
    imported = read(
        question("a", "hologram"), question("b", animasi=True),
        question("c", validation={"bentuk": 1}), {"type": "text", "label": "tanpa id"},
        question("d", validation={"custom": "while(1){}"}),
    )  # fmt: skip
    assert [(fault.code, fault.path) for fault in imported.losses] == [
        ("unknown_question_type", "pages[0].questions[0].type"),
        ("property_left_out", "pages[0].questions[1].animasi"),
        ("rule_left_out", "pages[0].questions[2].validation.bentuk"),
        ("javascript_not_known", "pages[0].questions[4].validation.custom"),
    ]
    assert [fault.code for fault in imported.broken] == ["question_without_name"]
    assert (imported.questions, imported.mapped, imported.listed) == (5, 3, 5)


def test_the_envelope_comes_along() -> None:
    imported = read(
        select("punya"),
        masters_used=[{"type": "X", "version": 1}],
        assignment_label_template="{punya}",
        assignment_table_columns=[{"key": "response.responses.punya", "label": "P"}],
    )
    assert imported.form is not None
    assert "masters_used" not in imported.form
    assert imported.form["assignment_table_columns"] == [{"key": "responses.punya", "label": "P"}]
    assert [fault.code for fault in imported.faults] == ["renamed", "master_left_out"]
    assert not lint_form(imported.form).errors


@needs_data
@pytest.mark.parametrize(
    ("name", "questions"), [("form-schema.json", 8), ("regsosek-listing-schema.json", 6)]
)
def test_real_schemas_come_in_whole(name: str, questions: int) -> None:
    imported = import_form((DATA / name).read_bytes(), name=name)
    assert imported.format == "original"
    assert imported.questions == imported.mapped == questions
    assert not imported.losses
    assert not imported.broken
    assert not lint_form(imported.form, engine=EngineInspector()).errors


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                ["return", "context", ".", "get", "(", ")", "'umur'", "===", "&&", "||", "!", "?", ":",
                 "if", "{", "}", "else", "const", "a", "=", ";", "=>", "[", "]", "1", "+", ",", "'"]
            ),
            max_size=25,
        ).map(" ".join),
    )
)  # fmt: skip
def test_no_javascript_breaks_the_import(text: str) -> None:
    with contextlib.suppress(JavaScriptFaulty):
        parse_javascript(text)
    imported = read(question("umur", "number", validation={"custom": text, "requiredIf": text}))
    assert imported.mapped == 1


@pytest.mark.parametrize("text", ["(" * 3000, "!" * 3000, "a." * 3000, "1+" * 5000, "{" * 3000])
def test_nesting_without_end_is_refused(text: str) -> None:
    with pytest.raises(JavaScriptFaulty):
        parse_javascript(text)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["id", "type", "questions", "sections", "validation", "options", "label",
                             "conditionalLogic", "showIf", "title", "required", "min", "custom"]),
            inner, max_size=5),
        max_leaves=20,
    )
)  # fmt: skip
def test_no_json_breaks_the_import(value: Any) -> None:
    form = {"pages": [{"questions": value}, {"sections": value}, {"questions": [value]}]}
    imported = import_form(json.dumps(form).encode())
    lint_form(imported.form)


def judged(script: str, *others: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the expressions that a custom rule becomes, and the codes of the faults."""
    imported = read(*others, question("x", validation={"custom": script}))
    rules = [rule["expression"] for rule in element(imported, "x").get("validators", [])]
    return rules, [fault.code for fault in imported.faults]


def test_the_length_of_a_number_of_digits_is_that_of_its_text() -> None:
    nik = question("nik", "number", validation={
        "minLength": 16,
        "custom": "function(value, data){ return data.nik.length === 16 ? true : 'NIK salah' }",
    })  # fmt: skip
    imported = read(nik)
    rule = element(imported, "nik")["validators"][-1]["expression"]
    assert "textLength({#nik}) = 16" in rule
    assert imported.form is not None
    engine = Engine(timeout_seconds=60)
    try:
        given = {"6104012345678901": 0, "61040123": 2}
        for nik_, faults in given.items():
            assert len(engine.evaluate(imported.form, {"nik": nik_}).errors) == faults
    finally:
        engine.close()


def test_the_length_of_rows_is_their_number_and_of_the_unknown_nothing() -> None:
    rows = question("anak", "roster", questions=[question("umur", "number")])
    assert judged("return data.anak.length > 1", rows) == (
        ["{x} empty or countRows({anak}) > 1"], [],
    )  # fmt: skip
    kept = question("kepala", "prefilled", data_key="kepala")
    assert judged("return data.kepala.length > 3", kept) == ([], ["javascript_not_known"])


@pytest.mark.parametrize("text", [
    "if(data.a){}" * 40 + "return data.a",
    "const x0=1;" + "".join(f"const x{n + 1}=x{n}+x{n};" for n in range(40)) + "return x40",
    "const x0=true;" + "".join(f"const x{n + 1}=x{n}&&x{n};" for n in range(40)) + "return x40",
    "const x0=1;" + "".join(f"const x{n + 1}=x{n}+1;" for n in range(400)) + "return x400",
])  # fmt: skip
def test_what_is_written_out_again_and_again_stays_small(text: str) -> None:
    began = time.process_time()
    rules, codes = judged(text, question("a", "number"))
    assert time.process_time() - began < 2
    assert codes in ([], ["javascript_not_known"], ["expression_too_long"])
    assert all(len(rule) < 6_000 for rule in rules)
    assert bool(codes) is not bool(rules)


def test_branches_that_return_nothing_leave_the_condition_as_it_is() -> None:
    rules, codes = judged("if(data.a){}" * 40 + "return data.a > 1", question("a", "number"))
    assert (rules, codes) == (["{x} empty or {a} > 1"], [])


@pytest.mark.parametrize(("rules", "code"), [
    ({"minLength": 10**400}, "not_a_number"),
    ({"minLength": 1e999}, "not_a_number"),
    ({"max": 1e999}, "not_a_number"),
    ({"custom": f"return data.x > {'9' * 400}"}, "not_a_number"),
    ({"custom": "return " + "(1" * 40 + "-1" * 90 + ")" * 40}, "javascript_not_known"),
    ({"custom": "return " + "(" * 40 + "1" + ("-1" * 90 + ")") * 40}, "javascript_not_known"),
])  # fmt: skip
def test_hostile_numbers_and_chains_are_listed(rules: dict[str, Any], code: str) -> None:
    content = json.dumps({"pages": [{"questions": [question("x", validation=rules)]}]})
    imported = import_form(content.replace("Infinity", "1e999").encode())
    assert code in [fault.code for fault in imported.faults]


@pytest.mark.parametrize("text", ["1e999", "9" * 400, "-1e999"])
def test_a_condition_with_a_number_without_end_is_listed(text: str) -> None:
    asked = question("b", conditionalLogic={"showIf": {"a": {"gt": "?"}}})
    form = json.dumps({"pages": [{"questions": [question("a", "number"), asked]}]})
    imported = import_form(form.replace('"?"', text).encode())
    assert [fault.code for fault in imported.faults] == ["not_a_number"]


def test_only_numbers_days_and_times_are_compared_by_size() -> None:
    assert shown("return data.nama > 'B'") == (None, ["order_of_texts"])
    assert shown({"nama": {"gt": "B"}}) == (None, ["order_of_texts"])
    assert shown("return data.nama > '5'") == ("toNumber({#nama}) > 5", [])
    born = question("lahir", "date")
    assert shown("return data.lahir > '2020-01-01'", born) == ("{lahir} > '2020-01-01'", [])


def test_a_declared_name_hides_that_of_the_answers() -> None:
    names = [question("n"), question("p")]
    refused = (None, ["javascript_not_known"])
    assert shown("const row = data.nama; return row.n > 1", *names) == refused
    assert shown("var a = 1; if (data.n) { var a = 2; } return a > 1", *names) == refused
    assert shown("const all = context.data; return all.n == 'x'", *names)[1] == []


HOSTILE = st.sampled_from(
    ["", "9" * 400, "-1e999", "${a}", "number('inf')", "number('nan')", "1_0", "٣", "${a} > 'B'",
     "(" * 30 + "1" + ("-1" * 90 + ")") * 30, "number(" * 50 + "${a}" + "+1)" * 50, "a", "yes",
     "return data.a.length", "const a=data.a; return a.a", "if(data.a){}" * 30, "x=>x.a>'B'",
     "\\'", "count(${a})", "select_one a", "begin repeat", "begin group", "end group", "range",
     "calculate", "text", "integer", "start=9e999;end=1_0", "true", "\u200b", "{a}", "once(${a})"]
)  # fmt: skip
LEAVES = HOSTILE | st.sampled_from([1e308, 10**400, -1, 0, True, None, 1.5])
COLUMNS = ["type", "name", "label", "relevant", "constraint", "calculation", "required", "default",
           "repeat_count", "choice_filter", "parameters", "read_only", "trigger"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.fixed_dictionaries({
    "id": st.sampled_from(["a", "b", "c"]),
    "type": st.sampled_from(["text", "number", "roster", "select", "date", "prefilled"]),
    "validation": st.dictionaries(st.sampled_from(
        ["required", "requiredIf", "min", "max", "minLength", "maxLength", "pattern", "custom",
         "level"]), LEAVES, max_size=4),
    "conditionalLogic": st.fixed_dictionaries({"showIf": LEAVES | st.dictionaries(
        st.sampled_from("ab"), LEAVES | st.lists(LEAVES, max_size=2) | st.dictionaries(
            st.sampled_from(["gt", "eq", "in", "lte"]), LEAVES, max_size=2), max_size=2)}),
}), max_size=4))  # fmt: skip
def test_no_cell_of_an_original_form_breaks_the_import(questions: list[dict[str, Any]]) -> None:
    content = json.dumps({"pages": [{"questions": questions}]}).replace("1e+308", "1e999")
    imported = import_form(content.encode())
    assert imported.questions == len(questions)
    assert all(fault.message and fault.remedy for fault in imported.faults)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(HOSTILE, min_size=13, max_size=13), max_size=8))
def test_no_cell_of_a_workbook_breaks_the_import(rows: list[list[str]]) -> None:
    imported = import_form(workbook(survey=[COLUMNS, *rows], choices=[["list_name", "name"]]))
    assert all(fault.message and fault.remedy for fault in imported.faults)
