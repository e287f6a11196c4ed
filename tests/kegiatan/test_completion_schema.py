"""The schema for completion knows every type, says it in the page's language, refuses no form."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from jsonschema import Draft202012Validator

from kegiatan.form import elements as el
from kegiatan.form.completion_schema import completion_schema
from kegiatan.form.envelope_schema import ENVELOPE_SCHEMA
from tests import factories
from tests.kegiatan.conftest import DEMO_DATA


def titles(part: Any) -> list[str]:
    if isinstance(part, list):
        return [title for item in part for title in titles(item)]
    if not isinstance(part, dict):
        return []
    own = [part["title"]] if isinstance(part.get("title"), str) else []
    return own + [title for value in part.values() for title in titles(value)]


def test_it_is_a_schema_that_knows_every_type_of_question() -> None:
    schema = completion_schema()
    Draft202012Validator.check_schema(schema)
    types = schema["$defs"]["element"]["properties"]["type"]["anyOf"]
    assert {one["const"] for one in types} == el.ELEMENT_TYPES
    assert schema["$defs"]["editors"]["items"]["enum"] == sorted(el.ROLES)


@pytest.mark.parametrize("name", ["household.json", "listing.json"])
def test_forms_of_ours_meet_it(name: str) -> None:
    form = json.loads(Path(DEMO_DATA / name).read_text())
    schema = Draft202012Validator(completion_schema())
    assert [error.message for error in schema.iter_errors(form)] == []
    assert [error.message for error in schema.iter_errors(factories.form())] == []


def test_titles_follow_the_language_and_the_envelope_stays_as_it_is() -> None:
    before = json.dumps(ENVELOPE_SCHEMA)
    with override("en"):
        english = titles(completion_schema())
    with override("id"):
        indonesian = titles(completion_schema())
    assert len(english) == len(indonesian) > 70
    same = [title for title, other in zip(english, indonesian, strict=True) if title == other]
    assert set(same) <= {"form_schema"}
    assert json.dumps(ENVELOPE_SCHEMA) == before
