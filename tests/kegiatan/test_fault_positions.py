"""Faults of a questionnaire stand at their line and column of the text that was typed."""

import json
import time
from typing import Any

import pytest

from kegiatan.form.form_text import parse_form
from kegiatan.form.positions import TextPlaces, TextRange, positions_of, second_key
from tests import factories

TEXT = """{
  "form_name": "Uji \U0001f600 é",
  "pages": [
    {"name": "satu", "elements": [
      {"type": "text", "name": "umur", "visibleIf": "{x} = \\"a\\\\\\""},
      { "type": "html" }
    ]}
  ],
  "level_definitions": {}
}"""


def at(path: str, text: str = TEXT) -> str:
    """The part of a text that a path names."""
    return taken(positions_of(text, [path])[path], text)


def taken(place: TextRange, text: str) -> str:
    """Cut a range out as a browser does, which counts UTF-16 units."""
    lines = [line.encode("utf-16-le") for line in text.splitlines(keepends=True)] + [b""]
    assert place.line == place.end_line
    cut = lines[place.line - 1][2 * (place.column - 1) : 2 * (place.end_column - 1)]
    return cut.decode("utf-16-le")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("form_name", '"Uji \U0001f600 é"'),
        ("pages[0].elements[0].visibleIf", '"{x} = \\"a\\\\\\""'),
        ("pages[0].elements[1].type", '"html"'),
        ("pages[0].elements[1].name", '{ "type": "html" }'),
        ("pages[0].elements[7]", "["),
        ("pages[0].name", '"satu"'),
        ("pages[0]", '{"name": "satu", "elements": ['),
        ("level_definitions", "{}"),
        ("absent", "{"),
        ("", "{"),
        ("..[[", "{"),
    ],
)
def test_a_path_names_its_value_or_what_is_around_it(path: str, found: str) -> None:
    assert at(path) == found


def test_columns_count_as_browsers_do() -> None:
    text = '{"a\U0001f600b": 1, "c": 2}'
    place = positions_of(text, ["c"])["c"]
    assert (place.line, place.column, place.end_column) == (1, 18, 19)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_were_sent(end: str) -> None:
    text = TEXT.replace("\n", end)
    place = positions_of(text, ["pages[0].elements[1].type"])["pages[0].elements[1].type"]
    assert (place.line, place.column) == (6, 17)


def test_of_a_key_with_dots_the_nearest_thing_is_named() -> None:
    text = '{"a": {"b.c": 1}}'
    assert at("a.b.c", text) == '{"b.c": 1}'


def test_every_value_of_a_real_form_is_found() -> None:
    form = factories.form()
    text = json.dumps(form, indent=2, ensure_ascii=False)
    paths: dict[str, Any] = {}

    def walk(value: Any, path: str) -> None:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            below = f"{path}[{key}]" if isinstance(value, list) else f"{path}.{key}".strip(".")
            if isinstance(item, dict | list):
                walk(item, below)
            else:
                paths[below] = item

    walk(form, "")
    assert len(paths) > 50
    for path, place in positions_of(text, paths).items():
        assert json.loads(taken(place, text)) == paths[path]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1,\n "b": {"a": 2, "a": 3}}', (2, 16)),
        ('[{"a": 1}, {"a": 1}]', None),
        ('{"a": NaN}', (1, 7)),
        ('{"\\u0061": 1, "a": 2}', (1, 15)),
        ('{"a": "a", "b": ["a", "a"]}', None),
    ],
)
def test_a_key_that_is_there_twice_has_its_place(text: str, found: tuple[int, int] | None) -> None:
    place = second_key(text)
    assert (place and (place.line, place.column)) == found


@pytest.mark.parametrize("text", ["", "{", "]]]", '{"a', '{"a": "\\', "\x00", ",,:", '"'])
def test_whatever_is_no_json_has_some_place(text: str) -> None:
    place = positions_of(text, ["a[0].b"])["a[0].b"]
    assert (place.line, place.end_line) == (1, 1)
    assert place.column <= place.end_column <= len(text) + 1
    assert second_key(text) is None


def test_a_place_behind_the_text_is_its_end() -> None:
    assert TextPlaces('{"a": ').at(1, 7) == TextRange(1, 7, 1, 7)
    assert TextPlaces("{\n x}").at(2, 2) == TextRange(2, 2, 2, 3)


def test_large_and_deep_texts_take_no_longer_than_their_size() -> None:
    began = time.process_time()
    deep = "[" * 100_000 + "]" * 100_000
    positions_of(deep, ["[0]" * 150])
    many = "[" + ",".join(['{"a":[]}'] * 200_000) + "]"
    place = positions_of(many, ["[199999].a"])["[199999].a"]
    assert place.column == 1 + 199_999 * 9 + 1 + 5
    assert second_key(many) is None
    assert time.process_time() - began < 20


def test_a_key_that_is_there_twice_is_found_in_a_large_object() -> None:
    keys = ",".join(f'"k{number}":0' for number in range(300_000))
    began = time.process_time()
    value, fault = parse_form(f'{{{keys},"k299999":1}}')
    assert time.process_time() - began < 5
    assert value is None
    assert fault is not None
    assert "k299999" in fault.message


@pytest.mark.parametrize("sign", ["\U0001f600", "é", "x"])
def test_many_faults_in_one_long_line_are_placed_in_time_of_its_length(sign: str) -> None:
    one = f'{{"title":"{sign * 20}"}}'
    text = "[" + ",".join([one] * 20_000) + "]"
    began = time.process_time()
    places = positions_of(text, [f"[{number}].title" for number in range(20_000)])
    assert time.process_time() - began < 5
    wide = 2 if sign > "\uffff" else 1
    each = len('{"title":""},') + 20 * wide
    found = places["[19999].title"]
    begins = 2 + 19_999 * each + len('{"title":')
    assert (found.line, found.column, found.end_column) == (1, begins, begins + 20 * wide + 2)


def test_many_faults_around_one_long_line_are_placed_in_time_of_its_length() -> None:
    deep = "[" * 2_000 + ",".join(["1"] * 2_000_000) + "]" * 2_000
    began = time.process_time()
    places = positions_of(deep, ["[0]" * number for number in range(0, 2_000, 4)])
    assert time.process_time() - began < 15
    assert places["[0]" * 400].column == 401
