"""Garbage of every JSON type for every type of question: what is accepted is what it may hold.

`MAY_HOLD` says it anew, without a look at the schemas that the shape check is made of.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kegiatan.form import elements as el
from kegiatan.form.canonical import accept_answers
from kegiatan.form.engine import engine
from kegiatan.form.shape import compile_shape
from tests import factories
from tests.assignments.sending import send, submit

ID = "6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10"
UNIT = UUID(int=1)
AB = {"choices": ["a", "b"]}
CELLS = [
    {"name": "c", "cellType": "dropdown", "choices": ["a", "b"]},
    {"name": "n", "cellType": "text", "inputType": "number"},
]
QUESTIONS: dict[str, dict[str, Any]] = {
    "text": {"type": "text"},
    "number": {"type": "text", "inputType": "number"},
    "date": {"type": "text", "inputType": "date"},
    "comment": {"type": "comment"},
    "boolean": {"type": "boolean"},
    "radiogroup": {"type": "radiogroup", **AB},
    "dropdown": {"type": "dropdown", **AB},
    "lookup": {"type": "dropdown", "master": "KBLI"},
    "checkbox": {"type": "checkbox", **AB},
    "tagbox": {"type": "tagbox", **AB},
    "ranking": {"type": "ranking", **AB},
    "rating": {"type": "rating"},
    "imagepicker": {"type": "imagepicker", **AB},
    "matrix": {"type": "matrix", "rows": ["r1"], "columns": ["a", "b"]},
    "matrixdropdown": {"type": "matrixdropdown", "rows": ["r1"], "columns": CELLS},
    "matrixdynamic": {"type": "matrixdynamic", "maxRowCount": 2, "columns": CELLS},
    "multipletext": {
        "type": "multipletext",
        "items": [{"name": "a"}, {"name": "n", "inputType": "number"}],
    },
    "paneldynamic": {
        "type": "paneldynamic",
        "maxPanelCount": 2,
        "templateElements": [{"type": "text", "name": "n", "inputType": "number"}],
    },
    "file": {"type": "file"},
    "photo": {"type": "photo"},
    "signature": {"type": "signature"},
    "signaturepad": {"type": "signaturepad"},
    "barcode": {"type": "barcode"},
    "geotag": {"type": "geotag"},
    "expression": {"type": "expression", "expression": "1"},
    "prefilled": {"type": "prefilled"},
}
FORM = {
    "form_name": "Uji",
    "pages": [{"name": "p", "elements": [{**q, "name": name} for name, q in QUESTIONS.items()]}],
}
SHAPE = compile_shape(FORM)


def is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= 1e18


def is_text(value: Any) -> bool:
    return isinstance(value, str) and "\x00" not in value


def is_scalar(value: Any) -> bool:
    return is_text(value) or is_number(value) or isinstance(value, bool)


def is_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f-]{36}", value, re.I) is not None


def is_day(value: Any) -> bool:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return len(value) == 10


def one_of(value: Any) -> bool:
    return isinstance(value, str) and value in ("a", "b")


def some_of(value: Any) -> bool:
    return isinstance(value, list) and all(map(one_of, value)) and len(set(value)) == len(value)


def holds(value: Any, **parts: Callable[[Any], bool]) -> bool:
    """Whether a value is an object of these parts and no others."""
    return isinstance(value, dict) and all(k in parts and parts[k](v) for k, v in value.items())


def rows(value: Any, **parts: Callable[[Any], bool]) -> bool:
    """Whether a value is a list of at most two rows with an id; unknown names stand apart."""
    if not isinstance(value, list) or len(value) > 2:
        return False
    names = {"_id", "_archived", *parts}
    is_sound = all(
        isinstance(row, dict)
        and is_id(row.get("_id"))
        and set(row) <= names
        and all(parts[key](row[key]) for key in parts if key in row)
        for row in value
    )
    return is_sound and len({row["_id"] for row in value}) == len(value)


def is_file(value: Any) -> bool:
    known = holds(value, name=is_text, type=is_text, content=is_id)
    return is_id(value) or (known and "content" in value)


def is_signature(value: Any) -> bool:
    is_picture = is_text(value) and value.startswith(("data:image/png;base64,", "data:image/jpeg;"))
    return is_id(value) or is_picture


def is_position(value: Any) -> bool:
    parts = {"lat": is_number, "lon": is_number, "accuracy_m": is_number, "at": is_text}
    return holds(value, **parts) and "lat" in value and abs(value["lat"]) <= 90


def is_computed(value: Any) -> bool:
    return is_scalar(value) or (isinstance(value, list) and all(map(is_scalar, value)))


MAY_HOLD: dict[str, Callable[[Any], bool]] = {
    "text": is_text, "number": is_number, "date": is_day, "comment": is_text,
    "boolean": lambda v: isinstance(v, bool), "radiogroup": one_of, "dropdown": one_of,
    "lookup": is_text, "checkbox": some_of, "tagbox": some_of, "ranking": some_of,
    "rating": lambda v: is_number(v) and 1 <= v <= 5, "imagepicker": one_of,
    "matrix": lambda v: holds(v, r1=one_of),
    "matrixdropdown": lambda v: holds(v, r1=lambda row: holds(row, c=one_of, n=is_number)),
    "matrixdynamic": lambda v: rows(v, c=one_of, n=is_number),
    "multipletext": lambda v: holds(v, a=is_text, n=is_number),
    "paneldynamic": lambda v: rows(v, n=is_number),
    "file": lambda v: isinstance(v, list) and all(map(is_file, v)),
    "photo": lambda v: isinstance(v, list) and all(map(is_id, v)) and len(set(v)) == len(v),
    "signature": is_signature, "signaturepad": is_signature, "barcode": is_text,
    "geotag": is_position, "expression": is_computed, "prefilled": is_computed,
}  # fmt: skip

BOUNDED: dict[str, Any] = {
    "deadline": None, "database": None, "derandomize": True,
    "suppress_health_check": list(HealthCheck),
}  # fmt: skip
ATOMS = st.sampled_from(
    ["a", "b", "c", "", " ", "1", "x\x00", ID, "2024-02-29", "2023-02-29",
     "data:image/png;base64,AA", "data:text/html,x", "__proto__", 1, 5, 6, 0, -1, 1.5, 91, 10**19,
     1e300, True, False, None]
)  # fmt: skip
KEYS = st.sampled_from(
    ["r1", "r2", "a", "b", "c", "n", "lat", "lon", "accuracy_m", "at", "content", "name", "_id",
     "_archived", "length", "__proto__", "constructor", "toString", "value"]
)  # fmt: skip
GARBAGE = st.recursive(
    ATOMS | st.text(max_size=5) | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def test_every_type_that_stores_an_answer_is_there() -> None:
    stored = el.ELEMENT_TYPES - el.DISPLAY_TYPES - {"panel"}
    assert {question["type"] for question in QUESTIONS.values()} == stored
    assert set(MAY_HOLD) == set(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
@settings(max_examples=120, **BOUNDED)
@given(value=GARBAGE)
def test_what_is_accepted_is_what_the_question_may_hold(name: str, value: Any) -> None:
    accepted = accept_answers({name: value}, shape=SHAPE, assignment_id=UNIT)
    if accepted.faults:
        assert all(fault.code and fault.message for fault in accepted.faults)
        return
    assert set(accepted.answers) <= {name}
    if name in accepted.answers:
        assert MAY_HOLD[name](accepted.answers[name]), accepted.answers[name]


@settings(max_examples=150, **BOUNDED)
@given(answers=st.dictionaries(st.sampled_from([*QUESTIONS]), GARBAGE, max_size=8))
def test_the_engine_judges_whatever_the_shape_lets_through(answers: dict[str, Any]) -> None:
    accepted = accept_answers(answers, shape=SHAPE, assignment_id=UNIT)
    if not accepted.faults:
        verdict = engine().evaluate(FORM, accepted.answers, key="garbage for every type")
        assert {finding.code for finding in verdict.errors} & {"wrong_type"} == set()


@pytest.mark.django_db(databases=["default", "direct"])
@settings(max_examples=40, **BOUNDED)
@given(answers=st.dictionaries(st.sampled_from([*QUESTIONS]), GARBAGE, min_size=1, max_size=8))
def test_a_submit_of_garbage_is_applied_or_kept_and_never_a_failure(
    api: Any, satker: Any, enumerator: Any, supervisor: Any, answers: dict[str, Any]
) -> None:
    kegiatan = factories.kegiatan([satker], schema=FORM)
    factories.member(supervisor, kegiatan, satker, "PML")
    factories.member(enumerator, kegiatan, satker, "PPL", pml=supervisor)
    unit = factories.assignment(satker, kegiatan, enumerator, supervisor)
    is_sound = not accept_answers(answers, shape=SHAPE, assignment_id=unit.pk).faults
    [result] = send(api(enumerator), kegiatan, submit(unit, answers))
    expected = ("applied", "") if is_sound else ("parked", "wrong_shape")
    assert (result["outcome"], result.get("code", "")) == expected
    if not is_sound:
        assert result["details"]["faults"]
