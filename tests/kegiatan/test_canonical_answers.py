"""Answers as they are stored: clean, every row with its `_id`, unknown names apart."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kegiatan.form import caps
from kegiatan.form.canonical import CanonicalAnswers, accept_answers, canonical_answers
from kegiatan.form.json_value import json_bytes
from kegiatan.form.shape import compile_shape

FORMS = Path(__file__).parents[1] / "fixtures" / "forms"
SHAPE = compile_shape(json.loads((FORMS / "household.json").read_text()))
ASSIGNMENT = UUID("11111111-2222-4333-8444-555555555555")
ONE = "6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10"
TWO = "9d0f7f55-5d0b-4a53-8a4e-0c46a2a4e0aa"
PHOTO = "0b7c2f3e-1111-4222-8333-944445555666"


def canonical(answers: Any) -> CanonicalAnswers:
    return canonical_answers(answers, scope=SHAPE.scope, assignment_id=ASSIGNMENT)


def ids(answers: CanonicalAnswers, roster: str = "anggota") -> list[Any]:
    rows: Any = answers.answers[roster]
    return [row["_id"] for row in rows]


def test_nul_characters_and_lone_surrogates_are_cleaned_everywhere() -> None:
    raw = {
        "nama_krt": "Bu\x00di \ud800",
        "anggota": [{"_id": ONE, "na\x00ma": "S\x00iti"}],
        "\ud83d\ude00": "\ud83d\ude00",
        "x": {"\x00k": ["\x00v"]},
    }
    result = canonical(raw)
    assert result.answers == {
        "nama_krt": "Budi \ufffd",
        "anggota": [{"_id": ONE, "nama": "Siti"}],
        "_archived": {"\U0001f600": "\U0001f600", "x": {"k": ["v"]}},
    }
    assert "text_cleaned" in {note.code for note in result.notes}
    assert b"\\u0000" not in orjson.dumps(result.answers)


def test_a_row_without_an_id_gets_the_same_id_on_a_repeat() -> None:
    raw = {"anggota": [{"nama": "A", "pekerjaan": [{"upah": 1}]}, {"nama": "B"}]}
    first, again = canonical(raw), canonical(raw)
    assert first.answers == again.answers
    assert ids(first) == [str(uuid5(ASSIGNMENT, f"anggota[{i}]")) for i in (0, 1)]
    inner: Any = first.answers["anggota"]
    outer_id = ids(first)[0]
    expected = str(uuid5(ASSIGNMENT, f"anggota[{outer_id}].pekerjaan[0]"))
    assert inner[0]["pekerjaan"][0]["_id"] == expected
    assert not first.faults
    other = canonical_answers(raw, scope=SHAPE.scope, assignment_id=UUID(ONE))
    assert set(ids(other)).isdisjoint(ids(first))


def test_an_invalid_or_repeated_id_is_replaced_and_a_valid_one_kept() -> None:
    raw = {"anggota": [{"_id": ONE}, {"_id": ONE.upper()}, {"_id": 7}, {"_id": TWO.upper()}]}
    found = ids(canonical(raw))
    assert found[0] == ONE
    assert found[3] == TWO
    assert len(set(found)) == 4
    assert all(UUID(identity) for identity in found)


def test_a_row_put_in_front_does_not_take_the_id_of_another() -> None:
    given_before = ids(canonical({"anggota": [{"nama": "A"}]}))[0]
    found = ids(canonical({"anggota": [{"nama": "baru"}, {"_id": given_before, "nama": "A"}]}))
    assert found[1] == given_before
    assert found[0] != given_before


def test_the_same_id_may_stand_in_two_rosters() -> None:
    raw = {
        "anggota": [
            {"_id": ONE, "pekerjaan": [{"_id": ONE}]},
            {"_id": TWO, "pekerjaan": [{"_id": ONE}]},
        ]
    }
    assert canonical(raw).answers == raw


def test_null_and_empty_text_are_no_answers() -> None:
    raw = {
        "nama_krt": None,
        "tanggal_cacah": "",
        "geotag_rumah": {"lat": 1, "lon": 2, "accuracy_m": None},
        "anggota": [None, {"_id": ONE, "nama": None, "umur": 0, "bekerja": False}],
        "asing": None,
    }
    result = accept_answers(raw, shape=SHAPE, assignment_id=ASSIGNMENT)
    assert result.faults == ()
    assert result.answers == {
        "geotag_rumah": {"lat": 1, "lon": 2},
        "anggota": [{"_id": ONE, "umur": 0, "bekerja": False}],
    }


def test_unknown_names_are_kept_apart_and_known_companions_are_not() -> None:
    raw = {
        "lama": {"a": [1]},
        "_archived": {"dulu": 1, "lama": 0},
        "status_rumah": "other",
        "status_rumah-Comment": "rumah adat",
        "banyak_bekerja": 2,
        "anggota": [{"_id": ONE, "hobi": "catur"}],
        "_id": ONE,
    }
    result = canonical(raw)
    assert result.answers == {
        "status_rumah": "other",
        "status_rumah-Comment": "rumah adat",
        "banyak_bekerja": 2,
        "anggota": [{"_id": ONE, "_archived": {"hobi": "catur"}}],
        "_archived": {"dulu": 1, "lama": {"a": [1]}, "_id": ONE},
    }
    assert {note.path for note in result.notes} == {"_archived", f"anggota[{ONE}]._archived"}


def test_archived_answers_over_the_cap_are_a_fault() -> None:
    half = "x" * (caps.ARCHIVED_BYTES // 2)
    assert not canonical({"a": half}).faults
    result = canonical({"a": half, "anggota": [{"b": half}]})
    assert [fault.code for fault in result.faults] == ["archived_too_large"]


def test_prototype_names_are_harmless() -> None:
    raw = {
        "__proto__": {"polluted": True},
        "constructor": 1,
        "x": [{"__proto__": {"a": 1}}],
        "anggota": [{"_id": ONE, "__proto__": 1}],
        "_archived": {"prototype": 2},
    }
    result = canonical(raw)
    text = json.dumps(result.answers)
    assert '"__proto__"' not in text
    assert '"constructor"' not in text
    assert '"prototype"' not in text
    assert result.answers["_archived"] == {
        "(prototype)": 2,
        "(__proto__)": {"polluted": True},
        "(constructor)": 1,
        "x": [{"(__proto__)": {"a": 1}}],
    }


def test_attachments_are_collected_once_in_order() -> None:
    other = "aaaaaaaa-1111-4222-8333-944445555666"
    raw = {"foto_rumah": [other.upper(), PHOTO, PHOTO, "x", 5, None], "asing": [ONE]}
    assert canonical(raw).attachment_ids == (other, PHOTO)


def test_too_deep_and_too_large_answers_are_faults() -> None:
    deep: Any = []
    for _ in range(1_500):
        deep = [deep]
    assert [f.code for f in canonical({"a": deep}).faults] == ["too_deep"]
    assert [f.code for f in canonical({"a": "\x00" * 5, "b": deep}).faults] == ["too_deep"]
    large = {"nama_krt": "x" * caps.ANSWER_BYTES}
    assert [f.code for f in canonical(large).faults] == ["too_large"]
    assert canonical([1]).faults[0].code == "not_an_object"


def test_what_no_row_is_stays_for_the_check() -> None:
    result = accept_answers({"anggota": ["A", {}]}, shape=SHAPE, assignment_id=ASSIGNMENT)
    assert [(fault.path, fault.code) for fault in result.faults] == [("anggota[0]", "wrong_type")]


SURROGATES = st.characters(categories=["Cs"])
TEXT = st.text(max_size=6) | st.text(alphabet=SURROGATES | st.just("\x00"), max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)
ROW_KEYS = st.sampled_from(["_id", "nama", "umur", "pekerjaan", "_archived", "asing", "__proto__"])
ROWS = st.lists(
    st.none()
    | st.dictionaries(ROW_KEYS, VALUES | st.sampled_from([ONE, TWO, ONE.upper()]), max_size=5),
    max_size=4,
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "nama_krt": VALUES,
        "anggota": ROWS | VALUES,
        "geotag_rumah": VALUES,
        "foto_rumah": VALUES,
        "_archived": VALUES,
        "asing": VALUES,
        "constructor": VALUES,
        "nama_krt-Comment": VALUES,
    },
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANSWERS)
def test_canonical_answers_stay_as_they_are(raw: Any) -> None:
    once = canonical(raw)
    twice = canonical(once.answers)
    assert repr(twice.answers) == repr(once.answers)  # repr: NaN is not equal to itself
    assert twice.attachment_ids == once.attachment_ids
    assert not {note.code for note in twice.notes} & {"id_given", "text_cleaned"}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANSWERS)
def test_what_is_accepted_can_be_stored_as_jsonb(raw: Any) -> None:
    result = accept_answers(raw, shape=SHAPE, assignment_id=ASSIGNMENT)
    if not result.faults:
        stored = json_bytes(result.answers)
        assert stored is not None
        assert b"\\u0000" not in stored.replace(b"\\\\", b"")
        assert orjson.loads(stored) == result.answers
