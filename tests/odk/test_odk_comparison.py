"""The comparison with ODK's engine notices what is otherwise."""

from collections.abc import Callable
from typing import Any

import pytest

from kegiatan.form.engine import Engine
from tests.kegiatan.xlsform_books import table
from tests.odk.agreement import Playable, differences, playable_tables, set_of
from tests.odk.odk_engine import ask_odk, needs_odk

pytestmark = needs_odk
SURVEY = """
type | name | label | relevant | constraint | required | choice_filter | repeat_count | calculation
integer | n | N | | . < 10 | | | |
text | t | T | ${n} > 2 | | yes | | |
note | c | C | ${n} > 2 | | | | |
select_one l | k | K | | | | p = ${n} | |
begin repeat | r | R | | | | | ${n} |
text | a | A | | | | | |
end repeat | | | | | | | |
calculate | d | | | | | | | ${n} * 2
"""
CHOICES = "list_name | name | label | p\nl | x | X | 3\nl | y | Y | 4"
Element = dict[str, Any]
BROKEN: dict[str, tuple[str, Callable[[Element], object]]] = {
    "relevance": ("shown", lambda by: by["t"].pop("visibleIf")),
    "relevance of a note": ("shown", lambda by: by["c"].pop("visibleIf")),
    "a requirement": ("required", lambda by: by["t"].pop("isRequired")),
    "a constraint": ("constraint", lambda by: by["n"].pop("validators")),
    "a filter": ("choice", lambda by: [one.pop("visibleIf") for one in by["k"]["choices"]]),
    "a number of rows": ("rows", lambda by: by["r"].pop("validators")),
    "a calculation": ("value", lambda by: by["d"].update(expression="{n} * 3")),
}


def elements(form: Playable) -> Element:
    assert form.imported.form is not None
    inner = [one for page in form.imported.form["pages"] for one in page["elements"]]
    return {one["name"]: one for one in inner + form.imported.form["calculatedValues"]}


@pytest.fixture(scope="module")
def sets() -> list[Any]:
    form = playable_tables(survey=table(SURVEY), choices=table(CHOICES))
    answers = [{"n": 1}, {"n": 3, "k": "y"}, {"n": 11}]
    given = [set_of(form, one) for one in answers]
    (told,) = ask_odk([(form.xform, given)])
    assert not isinstance(told, str), told
    return list(zip(given, told, strict=True))


@pytest.mark.parametrize("what", BROKEN)
def test_what_was_taken_out_of_a_form_is_noticed(what: str, sets: list[Any], v8: Engine) -> None:
    kind, take_out = BROKEN[what]
    form = playable_tables(survey=table(SURVEY), choices=table(CHOICES))
    assert not [each for given, told in sets for each in differences(form, given, told, v8)]
    form.key = ""
    take_out(elements(form))
    found = [each for given, told in sets for each in differences(form, given, told, v8)]
    assert {each.what for each in found} == {kind}
