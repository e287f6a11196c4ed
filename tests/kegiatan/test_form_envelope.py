"""The check of a form before it is published: every fault at once, with path and remedy."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kegiatan.form import caps
from kegiatan.form.envelope import check_envelope
from kegiatan.form.questions import form_scope
from kegiatan.form.shape import compile_shape

FORMS = Path(__file__).parents[1] / "fixtures" / "forms"
LEVELS = {"level_1_code": "Provinsi", "level_2_code": "Kabupaten/Kota"}


def load(name: str) -> dict[str, Any]:
    form: dict[str, Any] = json.loads((FORMS / f"{name}.json").read_text())
    return form


def form_of(*elements: Any, **envelope: Any) -> dict[str, Any]:
    return {"form_name": "T", "pages": [{"name": "p", "elements": list(elements)}], **envelope}


def faults(schema: Any) -> set[tuple[str, str]]:
    found = check_envelope(schema)
    assert all(fault.message and fault.remedy for fault in found)
    return {(fault.path, fault.code) for fault in found}


@pytest.mark.parametrize("name", ["listing", "household"])
def test_the_fixture_forms_have_no_fault(name: str) -> None:
    assert check_envelope(load(name)) == []


def test_the_listing_form_asks_what_the_original_asked() -> None:
    questions = {question.key: question for question in form_scope(load("listing")).walk()}
    assert list(questions) == [
        "nomor_urut_bangunan", "nama_krt", "alamat", "jumlah_art", "foto_rumah", "geotag_rumah",
    ]  # fmt: skip
    assert questions["geotag_rumah"].element["minAccuracy"] == 25
    assert questions["foto_rumah"].editable_by == {"PPL", "admin"}
    assert "PML" in questions["alamat"].editable_by


def test_unknown_surveyjs_properties_pass() -> None:
    question = {"type": "text", "name": "a", "minWidth": "10px", "whatever": {"x": [1]}}
    assert faults(form_of(question, showProgressBar="top", widthMode="static")) == set()


def test_every_fault_is_reported_at_once() -> None:
    schema = form_of(
        {"type": "text", "name": "a"},
        {"type": "panel", "name": "p", "elements": [{"type": "text", "name": "a"}]},
        {"type": "text"},
        {"name": "b"},
        {"type": "audio", "name": "c"},
        {"type": "radiogroup", "name": "d"},
        {"type": "dropdown", "name": "e", "choices": [{"text": "x"}, "y", {"value": "y"}]},
        {"type": "text", "name": "f", "editableBy": ["PPL", "Pengawas"]},
        {"type": "text", "name": "_g"},
        {"type": "text", "name": "h[1]"},
        {"type": "paneldynamic", "name": "i", "templateElements": []},
        {"type": "dropdown", "name": "j", "master": "KBLI"},
        "not an element",
        level_definitions=LEVELS,
        assignment_table_grouping_levels=["level_2_code", "level_3_code"],
        assignment_table_columns=[{"key": "status"}, {"key": "x", "label": "X", "type": "uang"}],
    )
    at = "pages[0].elements"
    assert faults(schema) == {
        (f"{at}[1].elements[0].name", "duplicate_name"),
        (f"{at}[2].name", "element_without_name"),
        (f"{at}[3].type", "element_without_type"),
        (f"{at}[4].type", "unknown_element_type"),
        (f"{at}[5].choices", "no_choices"),
        (f"{at}[6].choices[0]", "choice_without_value"),
        (f"{at}[6].choices[2]", "duplicate_choice"),
        (f"{at}[7].editableBy[1]", "unknown_role"),
        (f"{at}[8].name", "reserved_name"),
        (f"{at}[9].name", "bad_name"),
        (f"{at}[10].templateElements", "roster_without_questions"),
        (f"{at}[11].master", "unknown_master"),
        (f"{at}[12]", "wrong_type"),
        ("assignment_table_grouping_levels[1]", "unknown_level"),
        ("assignment_table_columns[0]", "missing"),
        ("assignment_table_columns[1].type", "unknown_value"),
    }


def test_a_name_may_stand_again_in_another_roster() -> None:
    inner = {"type": "text", "name": "a"}
    roster = {"type": "paneldynamic", "name": "r", "templateElements": [inner]}
    assert faults(form_of(inner, roster)) == set()
    twice = {**roster, "templateElements": [inner, inner]}
    assert faults(form_of(twice)) == {
        ("pages[0].elements[0].templateElements[1].name", "duplicate_name")
    }


@pytest.mark.parametrize("name", ["__proto__", "constructor", "x-Comment", "x-total", "_id"])
def test_reserved_names_are_refused(name: str) -> None:
    assert faults(form_of({"type": "text", "name": name})) == {
        ("pages[0].elements[0].name", "reserved_name")
    }


def test_two_questions_do_not_share_a_value_name() -> None:
    pair = [{"type": "text", "name": n, "valueName": "v"} for n in ("a", "b")]
    assert faults(form_of(*pair)) == {("pages[0].elements[1].valueName", "shared_value_name")}


def test_matrix_columns_are_questions_too() -> None:
    matrix = {
        "type": "matrixdynamic",
        "name": "m",
        "columns": [
            {"name": "a", "cellType": "text"},
            {"name": "a", "cellType": "text"},
            {"name": "b"},
            {"name": "c", "cellType": "html"},
            {"name": "d", "cellType": "text", "editableBy": ["x"]},
        ],
    }
    at = "pages[0].elements[0].columns"
    assert faults(form_of(matrix)) == {
        (f"{at}[1].name", "duplicate_name"),
        (f"{at}[2].choices", "no_choices"),
        (f"{at}[3].cellType", "unknown_element_type"),
        (f"{at}[4].editableBy[0]", "unknown_role"),
    }


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({}, set()),
        (LEVELS, set()),
        ({"level_1_code": "A", "level_3_code": "B"}, {("level_definitions", "level_gap")}),
        ({"level_2_code": "B"}, {("level_definitions", "level_gap")}),
        ({**LEVELS, "level_7_code": "X"}, {("level_definitions", "unknown_key")}),
        ({"level_1_code": 1}, {("level_definitions.level_1_code", "wrong_type")}),
    ],
)
def test_levels_have_no_gaps(levels: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    assert faults(form_of({"type": "text", "name": "a"}, level_definitions=levels)) == expected


def test_level_sources_are_master_or_free_and_defined() -> None:
    sources = {"level_1_code": "master", "level_2_code": "buku", "level_3_code": "free"}
    schema = form_of({"type": "text", "name": "a"}, level_definitions=LEVELS, level_sources=sources)
    assert faults(schema) == {
        ("level_sources.level_2_code", "unknown_value"),
        ("level_sources.level_3_code", "unknown_level"),
    }


@pytest.mark.parametrize("key", ["questions", "sections"])
def test_the_original_format_is_named_as_such(key: str) -> None:
    page = {"title": "Blok I", key: [{"id": "a", "type": "text"}]}
    assert faults({"form_name": "LAMA", "pages": [page]}) == {
        (f"pages[0].{key}", "original_format")
    }


def test_one_question_marks_the_visit_outcome() -> None:
    outcome = {"type": "radiogroup", "choices": ["selesai"], "visitOutcome": True}
    assert faults(form_of({**outcome, "name": "a"})) == set()
    twice = form_of({**outcome, "name": "a"}, {**outcome, "name": "b"})
    assert faults(twice) == {("pages[0].elements[1].visitOutcome", "visit_outcome_twice")}
    wrong = form_of({"type": "text", "name": "a", "visitOutcome": True})
    assert faults(wrong) == {("pages[0].elements[0].visitOutcome", "visit_outcome_kind")}


@pytest.mark.parametrize("schema", [None, [], "x", 5, True])
def test_a_form_must_be_an_object(schema: Any) -> None:
    assert faults(schema) == {("", "not_an_object")}


def test_what_is_missing_is_named() -> None:
    assert faults({}) == {("", "missing")}
    assert faults({"form_name": "T", "pages": []}) == {("pages", "out_of_range")}
    assert faults({"form_name": "T", "pages": [{}]}) == {("pages", "no_questions")}


def test_caps_hold_for_bytes_elements_and_depth() -> None:
    many = form_of(*[{"type": "text", "name": f"q{i}"} for i in range(caps.FORM_ELEMENTS + 1)])
    assert faults(many) == {("pages", "too_many_elements")}
    large = form_of({"type": "html", "name": "h", "html": "x" * caps.FORM_BYTES})
    assert faults(large) == {("", "too_large")}
    deep: Any = {"type": "text", "name": "q"}
    for _ in range(5_000):
        deep = {"type": "panel", "elements": [deep]}
    assert faults(form_of(deep)) == {("", "too_deep")}


@pytest.mark.parametrize("value", ["a\x00", "\ud800", float("nan"), float("inf"), 2**70])
def test_what_the_database_cannot_store_is_refused(value: Any) -> None:
    assert faults(form_of({"type": "text", "name": "a", "x": [value]})) == {("", "not_json")}
    assert faults(form_of({"type": "text", "name": "a", "x": [None, "\\u0000"]})) == set()


GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a JSON value."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    found = [path] if path else []
    for key, item in items:
        found += places(item, (*path, key))
    return found


HOUSEHOLD = load("household")
PLACES = places(HOUSEHOLD)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), GARBAGE)
def test_garbage_anywhere_in_a_form_never_raises(place: tuple[Any, ...], garbage: Any) -> None:
    schema = copy.deepcopy(HOUSEHOLD)
    target: Any = schema
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = garbage
    found = check_envelope(schema)
    assert all(fault.code and fault.message and fault.remedy for fault in found)
    if not found:
        assert compile_shape(schema).check({}).ok
    assert check_envelope(garbage) != []
