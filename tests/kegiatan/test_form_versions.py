"""Versions of a questionnaire: what differs, and answers taken to a newer one."""

import copy
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kegiatan.form.canonical import canonical_answers
from kegiatan.form.comparing import compare_forms
from kegiatan.form.shape import compile_shape
from kegiatan.form.upgrading import Upgrade, upgrade_answers
from tests import factories

UNIT = UUID("00000000-0000-4000-8000-000000000001")
ROW = "00000000-0000-4000-8000-0000000000a1"


def form_of(*elements: Any, **envelope: Any) -> dict[str, Any]:
    return {"form_name": "T", "pages": [{"name": "p", "elements": list(elements)}], **envelope}


def text(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "name": name, **more}


def number(name: str) -> dict[str, Any]:
    return text(name, inputType="number")


def choice(name: str, *values: str) -> dict[str, Any]:
    items = [{"value": value, "text": value.upper()} for value in values]
    return {"type": "radiogroup", "name": name, "choices": items}


def roster(*elements: Any, **more: Any) -> dict[str, Any]:
    return {"type": "paneldynamic", "name": "r", "templateElements": list(elements), **more}


def upgrade(answers: dict[str, Any], *elements: Any) -> Upgrade:
    shape = compile_shape(form_of(*elements))
    taken = upgrade_answers(answers, shape=shape, assignment_id=UNIT)
    again = upgrade_answers(taken.answers, shape=shape, assignment_id=UNIT)
    assert again.answers == taken.answers
    assert (again.kept_apart, again.brought_back) == ((), ()), "a repeat changes nothing"
    assert shape.check(taken.answers).ok
    return taken


def test_the_same_form_differs_in_nothing() -> None:
    form = factories.form("household")
    assert compare_forms(form, copy.deepcopy(form)).is_same
    assert compare_forms(form, {**form, "form_version": 7}).is_same


def test_questions_that_came_and_went_are_told_also_in_rosters() -> None:
    old = form_of(text("a"), text("b"), roster(text("x"), text("y")))
    new = form_of(text("a"), roster(text("x"), text("z")), text("c"))
    found = compare_forms(old, new)
    assert [question.path for question in found.added] == ["r[].z", "c"]
    assert [question.path for question in found.removed] == ["b", "r[].y"]
    assert (found.changed, found.moved, found.other) == ((), (), ())


def test_what_changed_in_a_question_is_told_property_by_property() -> None:
    old = form_of(choice("a", "1", "2"), text("b", title="Umur", visibleIf="{a} = '1'"))
    new = form_of(choice("a", "1", "3"), text("b", title="Usia", isRequired=True))
    found = compare_forms(old, new)
    first, second = found.changed
    assert (first.path, first.kind, first.answers_may_not_fit) == ("a", "radiogroup", True)
    assert {(item.what, item.old is None, item.new is None) for item in first.changes} == {
        ("choices[2]", False, True),
        ("choices[3]", True, False),
    }
    assert not second.answers_may_not_fit
    assert {(item.what, item.old, item.new) for item in second.changes} == {
        ("title", "Umur", "Usia"),
        ("visibleIf", "{a} = '1'", None),
        ("isRequired", None, True),
    }


@pytest.mark.parametrize(
    ("old", "new", "may_not_fit"),
    [
        (text("a"), number("a"), True),
        (text("a"), text("a", maxLength=5), True),
        (text("a", maxLength=5), text("a", maxLength=9), False),
        (text("a", maxLength=5), text("a"), False),
        (choice("a", "1"), choice("a", "1", "2"), False),
        (choice("a", "1", "2"), choice("a", "1"), True),
        (choice("a", "1"), {**choice("a", "1"), "type": "checkbox"}, True),
        (choice("a", "1"), {**choice("a", "1"), "type": "dropdown"}, True),
        (text("a"), text("a", title="x"), False),
    ],
)
def test_it_is_told_when_answers_may_not_fit(old: Any, new: Any, may_not_fit: bool) -> None:
    (change,) = compare_forms(form_of(old), form_of(new)).changed
    assert change.answers_may_not_fit is may_not_fit


def test_moving_one_question_is_one_move() -> None:
    names = ["a", "b", "c", "d", "e"]
    old = form_of(*map(text, names))
    assert compare_forms(old, form_of(*map(text, "bcdea"))).moved == ("a",)
    other_page = {**old, "pages": [{"name": "q", "elements": [text(n) for n in names]}]}
    found = compare_forms(old, other_page)
    assert {item.what for change in found.changed for item in change.changes} == {"page"}


def test_everything_around_the_questions_is_told() -> None:
    old = form_of(text("a"), {"type": "html", "name": "h", "html": "a"}, locale="id")
    new = form_of(text("a"), {"type": "html", "name": "h", "html": "b"}, locale="en")
    assert {item.what for item in compare_forms(old, new).other} == {"locale", "html h"}


def test_answers_to_removed_questions_are_kept_apart() -> None:
    answers = {"a": "1", "b": "2", "r": [{"_id": ROW, "x": "3", "y": "4"}]}
    taken = upgrade(answers, text("a"), roster(text("x")))
    assert taken.answers == {
        "a": "1",
        "r": [{"_id": ROW, "x": "3", "_archived": {"y": "4"}}],
        "_archived": {"b": "2"},
    }
    assert taken.removed == ("b", f"r[{ROW}].y")
    assert (taken.not_fitting, taken.brought_back) == ((), ())


def test_answers_that_fit_nothing_any_more_are_kept_apart() -> None:
    answers = {"a": "lima", "b": "2", "r": [{"_id": ROW, "x": "tiga"}]}
    taken = upgrade(answers, number("a"), choice("b", "1"), roster(number("x")))
    assert taken.answers == {
        "r": [{"_id": ROW, "_archived": {"x": "tiga"}}],
        "_archived": {"a": "lima", "b": "2"},
    }
    assert sorted(taken.not_fitting) == ["a", "b", f"r[{ROW}].x"]
    assert taken.kept_apart == taken.not_fitting


def test_a_roster_that_is_none_any_more_is_kept_whole() -> None:
    rows = [{"_id": ROW, "x": "3"}]
    taken = upgrade({"r": rows}, text("r"))
    assert taken.answers == {"_archived": {"r": rows}}
    assert taken.not_fitting == ("r",)


def test_answers_come_back_with_their_question() -> None:
    first = upgrade({"b": "2", "r": [{"_id": ROW, "y": "4"}]}, text("a"), roster(text("x")))
    back = upgrade(first.answers, text("a"), text("b"), roster(text("x"), text("y")))
    assert back.answers == {"b": "2", "r": [{"_id": ROW, "y": "4"}]}
    assert sorted(back.brought_back) == ["b", f"r[{ROW}].y"]
    assert back.kept_apart == ()
    newer = upgrade({**first.answers, "b": "9"}, text("b"), roster(text("x")))
    assert newer.answers["b"] == "9", "an answer given since stands"
    stays = upgrade({"_archived": {"b": "dua"}}, number("b"))
    assert stays.answers == {"_archived": {"b": "dua"}}, "what does not fit stays apart"


def test_answers_over_a_cap_are_left_as_they_are() -> None:
    shape = compile_shape(form_of(text("a")))
    huge = {"a": "x" * 2_000_000}
    taken = upgrade_answers(huge, shape=shape, assignment_id=UNIT)
    assert taken.unreadable
    assert taken.answers == huge


VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "1", "x"])
ANSWERS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "r"]),
    VALUES | st.lists(st.dictionaries(st.sampled_from(["x", "y", "a"]), VALUES), max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(answers=ANSWERS)
def test_nothing_typed_is_ever_lost(answers: dict[str, Any]) -> None:
    shape = compile_shape(form_of(number("a"), choice("b", "1"), roster(number("x"))))
    given_first = canonical_answers(answers, scope=shape.scope, assignment_id=UNIT).answers
    taken = upgrade_answers(given_first, shape=shape, assignment_id=UNIT)
    assert sorted(map(repr, _leaves(given_first))) == sorted(map(repr, _leaves(taken.answers)))


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() if key != "_id" for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]
