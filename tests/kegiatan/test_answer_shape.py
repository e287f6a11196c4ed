"""Shape of answers: what each type of question takes, whatever the rules of the form say."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kegiatan.form import caps
from kegiatan.form.canonical import accept_answers
from kegiatan.form.shape import AnswerShape, compile_shape

FORMS = Path(__file__).parents[1] / "fixtures" / "forms"
ROW = "6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10"
PHOTO = "0b7c2f3e-1111-4222-8333-944445555666"
ASSIGNMENT = UUID("11111111-2222-4333-8444-555555555555")
CHOICES = [1, "dua", {"value": "3", "text": "Tiga"}, "4|Empat", {"value": True, "text": "Ya"}]

# element, values that the engine can store, values that it cannot
CASES: list[tuple[dict[str, Any], list[Any], list[Any]]] = [
    ({"type": "text"}, ["Budi", "x" * caps.TEXT_LENGTH], [1, True, ["x"], {}, "x" * 10_001]),
    ({"type": "text", "maxLength": 3}, ["abc", "éée"], ["abcd"]),
    ({"type": "comment"}, ["x" * 50_000], ["x" * 50_001, 5]),
    (
        {"type": "text", "inputType": "number", "min": 5, "max": 6},
        [0, -7, 3.5, 1e17, 5],
        ["abc", "5", True, [5], {}, 1e300, float("nan"), float("inf"), 10**30],
    ),
    ({"type": "text", "inputType": "range"}, [1], ["1"]),
    ({"type": "text", "maskType": "numeric"}, [1.5, "1,5"], [True, [1]]),
    (
        {"type": "text", "inputType": "date"},
        ["2024-02-29", "1998-12-31"],
        ["2023-02-29", "29-02-2024", "2024-2-9", "2024-01-01T00:00", 20240101, "٢٠٢٤-01-01"],
    ),
    ({"type": "text", "inputType": "time"}, ["00:00", "23:59:59"], ["24:00", "9:00", "12:60"]),
    (
        {"type": "text", "inputType": "datetime-local"},
        ["2025-01-31T09:05", "2025-01-31T09:05:01.250"],
        ["2025-02-30T09:05", "2025-01-31 09:05", "2025-01-31T09:05Z", "2025-01-31"],
    ),
    ({"type": "text", "inputType": "datetime"}, ["2025-01-31T09:05Z"], ["2025-13-31T09:05Z"]),
    ({"type": "text", "inputType": "month"}, ["2025-12"], ["2025-13", "2025"]),
    ({"type": "text", "inputType": "week"}, ["2025-W53"], ["2025-W54"]),
    ({"type": "text", "inputType": "email"}, ["a@b.id", "not yet an address"], [5]),
    (
        {"type": "radiogroup", "choices": CHOICES},
        [1, "dua", "3", "4", True],
        ["1", 3, "Tiga", "4|Empat", False, ["dua"], {"value": 1}, "other"],
    ),
    (
        {"type": "dropdown", "choices": ["a"], "showOtherItem": True, "hasNone": True},
        ["a", "other", "none"],
        ["refused", "free text"],
    ),
    (
        {"type": "dropdown", "choices": ["a"], "hasOther": True, "storeOthersAsComment": False},
        ["a", "free text"],
        [["a"], {"a": 1}],
    ),
    (
        {
            "type": "radiogroup",
            "choices": ["a"],
            "showRefuseItem": True,
            "showDontKnowItem": True,
        },
        ["refused", "dontknow"],
        ["none"],
    ),
    ({"type": "dropdown", "choicesMin": 1, "choicesMax": 3}, [1, 3], [4, "1"]),
    ({"type": "dropdown", "master": "KBLI"}, ["01111", "A"], [1111, "x" * 201]),
    ({"type": "dropdown", "choicesByUrl": {"url": "https://a"}}, ["x", 5], [["x"], {}]),
    ({"type": "dropdown", "choicesFromQuestion": "source"}, ["s1", "s2"], ["s3"]),
    ({"type": "dropdown", "choicesFromQuestion": "absent"}, ["anything"], [["x"]]),
    (
        {"type": "checkbox", "choices": ["a", "b"]},
        [["a"], ["b", "a"], []],
        ["a", ["a", "a"], ["c"], [["a"]], {"a": True}],
    ),
    ({"type": "tagbox", "choices": [1, 2]}, [[1, 2]], [["1"], 1]),
    ({"type": "ranking", "choices": ["a", "b"]}, [["b", "a"]], [["b", "b"], "b"]),
    ({"type": "imagepicker", "choices": [{"value": "a"}]}, ["a"], [["a"], "b"]),
    (
        {"type": "imagepicker", "multiSelect": True, "choices": [{"value": "a"}]},
        [["a"]],
        ["a"],
    ),
    ({"type": "boolean"}, [True, False], ["true", 1, 0, "yes"]),
    ({"type": "boolean", "valueTrue": "Y", "valueFalse": "T"}, ["Y", "T"], [True, "y"]),
    ({"type": "rating"}, [1, 5], [0, 6, "3", [3]]),
    ({"type": "rating", "rateCount": 10}, [10], [11]),
    ({"type": "rating", "rateValues": ["x", {"value": "y"}]}, ["x", "y"], ["z", 1]),
    ({"type": "photo"}, [[PHOTO], []], [PHOTO, ["x"], [PHOTO, PHOTO], [1], {"id": PHOTO}]),
    (
        {"type": "file"},
        [[PHOTO], [{"name": "a.pdf", "type": "application/pdf", "content": PHOTO}]],
        [["a.pdf"], [{"name": "a.pdf"}], [{"content": "data:text/html;base64,AA"}], PHOTO],
    ),
    (
        {"type": "signature"},
        [PHOTO, "data:image/png;base64,iVBORw0K"],
        ["data:image/svg+xml;base64,AA", "javascript:alert(1)", [PHOTO], "x"],
    ),
    ({"type": "barcode"}, ["899"], [899]),
    (
        {"type": "geotag"},
        [
            {"lat": -0.5, "lon": 109.3, "accuracy_m": 4.5, "at": "2025-08-01T02:00:00.120Z"},
            {"lat": 90, "lon": -180},
        ],
        [
            {"lat": 91, "lon": 0},
            {"lat": 0, "lon": 181},
            {"lat": "0", "lon": "0"},
            {"lat": 1},
            {"lat": 1, "lon": 1, "accuracy_m": -1},
            {"lat": 1, "lon": 1, "at": "2025-08-01T02:00:00"},
            {"lat": 1, "lon": 1, "at": 5},
            {"lat": 1, "lon": 1, "x": 1},
            [1, 2],
            "1,2",
        ],
    ),
    (
        {"type": "multipletext", "items": [{"name": "a"}, {"name": "n", "inputType": "number"}]},
        [{"a": "x", "n": 5}, {}],
        [{"a": 5}, {"n": "5"}, {"z": "x"}, ["x"]],
    ),
    (
        {"type": "matrix", "rows": ["r1", "r2"], "columns": [1, 2]},
        [{"r1": 1}, {"r1": 1, "r2": 2}],
        [{"r1": 3}, {"r3": 1}, 1, [1]],
    ),
    (
        {
            "type": "matrixdropdown",
            "rows": ["r1"],
            "choices": [1, 2],
            "columns": [{"name": "c"}, {"name": "t", "cellType": "text", "inputType": "number"}],
        },
        [{"r1": {"c": 1, "t": 7}}, {"r1": {}}],
        [{"r1": {"c": 3}}, {"r1": {"t": "7"}}, {"r1": {"z": 1}}, {"r9": {}}],
    ),
    (
        {
            "type": "matrixdynamic",
            "maxRowCount": 2,
            "columns": [{"name": "c", "cellType": "text", "inputType": "number"}],
        },
        [[{"c": 1}, {"_id": ROW, "c": 2}], []],
        [[{"c": "1"}], [{}, {}, {}], {"c": 1}, [1]],
    ),
    (
        {
            "type": "paneldynamic",
            "maxPanelCount": 2,
            "templateElements": [
                {"type": "panel", "elements": [{"type": "text", "name": "nama"}]},
                {
                    "type": "paneldynamic",
                    "name": "kerja",
                    "templateElements": [{"type": "boolean", "name": "aktif"}],
                },
            ],
        },
        [[{"_id": ROW, "nama": "A", "kerja": [{"aktif": True}]}], [{}, {}]],
        [
            [{"nama": 1}],
            [{"kerja": [{"aktif": "ya"}]}],
            [{"kerja": {}}],
            [{}, {}, {}],
            [{"_id": "x"}],
            ["A"],
            {"nama": "A"},
        ],
    ),
    ({"type": "paneldynamic", "templateElements": []}, [[{}] * 100], [[{}] * 101]),
    ({"type": "expression"}, [1.5, "x", True, ["a"]], [{"a": 1}, [[1]]]),
    ({"type": "prefilled"}, ["x", 4], [{"a": 1}]),
]


def shape_of(*elements: dict[str, Any], **form: Any) -> AnswerShape:
    return compile_shape({"form_name": "T", "pages": [{"elements": list(elements)}], **form})


@pytest.fixture(scope="module")
def household() -> AnswerShape:
    return compile_shape(json.loads((FORMS / "household.json").read_text()))


@pytest.mark.parametrize(
    ("element", "good", "bad"), CASES, ids=[f"{i}-{c[0]['type']}" for i, c in enumerate(CASES)]
)
def test_a_question_takes_its_own_values_and_no_others(
    element: dict[str, Any], good: list[Any], bad: list[Any]
) -> None:
    source = {"type": "checkbox", "name": "source", "choices": ["s1", "s2"]}
    shape = shape_of({**element, "name": "q"}, source)
    refused = [value for value in good if not shape.check({"q": value}).ok]
    passed = [value for value in bad if shape.check({"q": value}).ok]
    assert refused == []
    assert passed == []
    for value in bad:
        faults = shape.check({"q": value}).faults
        assert all(fault.path.split("[")[0] == "q" for fault in faults)
        assert all(fault.code and fault.message for fault in faults)


def test_rules_of_the_form_are_not_faults_of_shape() -> None:
    shape = shape_of(
        {"type": "text", "name": "nama", "isRequired": True},
        {
            "type": "text",
            "name": "kode",
            "validators": [{"type": "regex", "regex": "(a+)+$"}],
        },
        {"type": "text", "name": "umur", "inputType": "number", "min": 0, "max": 10},
    )
    assert shape.check({}).ok
    assert shape.check({"kode": "a" * 5_000 + "!", "umur": 999}).ok


def test_every_fault_is_named_with_its_path_by_row_id(household: AnswerShape) -> None:
    answers = {
        "jumlah_art": "empat",
        "anggota": [
            {"_id": ROW, "umur": "12", "pekerjaan": [{"kbli": 1}]},
            {"umur": []},
        ],
        "geotag_rumah": {"lat": 100, "lon": 1},
    }
    faults = {(fault.path, fault.code) for fault in household.check(answers).faults}
    assert faults == {
        ("jumlah_art", "wrong_type"),
        (f"anggota[{ROW}].umur", "wrong_type"),
        (f"anggota[{ROW}].pekerjaan[0].kbli", "wrong_type"),
        ("anggota[1].umur", "wrong_type"),
        ("geotag_rumah", "out_of_range"),
    }


def test_a_message_never_repeats_the_answer(household: AnswerShape) -> None:
    secret = "rahasia-3171"
    result = household.check({"jumlah_art": secret, "geotag_rumah": {"lat": secret, "lon": 1}})
    assert len(result.faults) == 2
    assert not any(secret in fault.message for fault in result.faults)


def test_more_rows_than_the_form_allows_are_a_fault(household: AnswerShape) -> None:
    assert household.check({"anggota": [{}] * 30}).ok
    (fault,) = household.check({"anggota": [{}] * 31}).faults
    assert (fault.path, fault.code) == ("anggota", "too_many_rows")


def test_caps_hold_for_depth_bytes_and_rows_in_all() -> None:
    rows = {"type": "matrixdynamic", "maxRowCount": 5_000, "columns": [{"name": "c"}]}
    shape = shape_of({**rows, "name": "a"}, {**rows, "name": "b"}, {"type": "file", "name": "f"})
    deep: Any = []
    for _ in range(2_000):
        deep = [deep]
    assert [f.code for f in shape.check({"a": deep}).faults] == ["too_deep"]
    assert [f.code for f in shape.check({"x": "x" * caps.ANSWER_BYTES}).faults] == ["too_large"]
    assert shape.check({"a": [{}] * 2_500, "b": [{}] * 2_400}).ok
    many = shape.check({"a": [{}] * 2_500, "b": [{}] * 2_600})
    assert [f.code for f in many.faults] == ["too_many_rows"]
    wide = shape.check({"x": [1] * 150_000})
    assert [f.code for f in wide.faults] == ["too_many_values"]


def test_answers_are_found_under_their_value_name() -> None:
    grid = {"type": "matrixdropdown", "name": "m", "valueName": "v", "rows": ["r"]}
    shape = shape_of({**grid, "columns": [{"name": "c", "cellType": "text"}]})
    assert shape.check({"v": {"r": {"c": "x"}}}).ok
    assert [fault.path for fault in shape.check({"v": {"r": {"c": 1}}}).faults] == ["v"]


def test_faults_are_listed_up_to_a_cap() -> None:
    roster = {"type": "matrixdynamic", "columns": [{"name": "c", "cellType": "boolean"}]}
    shape = shape_of({**roster, "name": "a"})
    result = shape.check({"a": [{"c": "x"}] * 300})
    assert len(result.faults) == caps.FAULTS
    assert result.truncated


def test_comments_totals_and_calculated_values_are_known() -> None:
    shape = shape_of(
        {"type": "radiogroup", "name": "q", "choices": ["a"], "hasOther": True},
        {"type": "matrixdynamic", "name": "m", "columns": [{"name": "c", "cellType": "text"}]},
        calculatedValues=[{"name": "total", "expression": "1", "includeIntoResult": True}],
        triggers=[{"type": "setvalue", "setToName": "tanda"}],
    )
    assert shape.check({"q": "other", "q-Comment": "x", "m-total": {"c": 3}, "total": 4}).ok
    bad = shape.check({"q-Comment": 5, "m-total": {"c": []}, "total": {}, "tanda": {}})
    assert {fault.path for fault in bad.faults} == {"q-Comment", "m-total", "total", "tanda"}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)
HOUSEHOLD = compile_shape(json.loads((FORMS / "household.json").read_text()))
NAMES = [*HOUSEHOLD.scope.questions, "anggota-Comment", "_archived", "_id", "__proto__"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON_VALUES | st.dictionaries(st.sampled_from(NAMES), JSON_VALUES))
def test_garbage_never_raises(answers: Any) -> None:
    checked = HOUSEHOLD.check(answers)
    accepted = accept_answers(answers, shape=HOUSEHOLD, assignment_id=ASSIGNMENT)
    if not isinstance(answers, dict):
        assert [fault.code for fault in checked.faults] == ["not_an_object"]
        assert [fault.code for fault in accepted.faults] == ["not_an_object"]
    for fault in (*checked.faults, *accepted.faults):
        assert fault.code
        assert fault.message


WRONG = {
    "text": st.integers() | st.booleans() | st.lists(st.integers(), min_size=1),
    "number": st.text(min_size=1) | st.booleans() | st.lists(st.none(), min_size=1),
    "boolean": st.text(min_size=1) | st.integers() | st.just([1]),
    "geotag": st.text(min_size=1) | st.integers() | st.lists(st.integers(), min_size=1),
    "photo": st.text(min_size=1) | st.integers() | st.lists(st.integers(), min_size=1),
    "checkbox": st.text(min_size=1) | st.integers() | st.lists(st.booleans(), min_size=1),
    "paneldynamic": st.text(min_size=1) | st.integers() | st.lists(st.text(min_size=1), min_size=1),
}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_wrong_type_is_never_accepted(data: st.DataObject) -> None:
    questions = [q for q in HOUSEHOLD.scope.questions.values() if q.kind in WRONG]
    question = data.draw(st.sampled_from(questions))
    kind = "number" if question.is_number else question.kind
    value = data.draw(WRONG[kind])
    if isinstance(value, str) and not value.strip("\x00"):
        value = "x"
    accepted = accept_answers({question.key: value}, shape=HOUSEHOLD, assignment_id=ASSIGNMENT)
    assert [fault.path.split("[")[0] for fault in accepted.faults] != []
