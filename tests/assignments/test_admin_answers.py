"""Answers as the pages of a unit word them."""

from typing import Any

import pytest

from assignments.admin_answers import answers_shown, walk
from kegiatan.forms import form_get
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def shown_day(kegiatan: Any, value: Any) -> str:
    form = form_get(kegiatan.pk, 1)
    assert form is not None
    pages = answers_shown(form, {"tanggal_cacah": value})
    return next(item.text for _around, item in walk(pages) if item.label.startswith("103."))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-01-15", "15 Januari 2026"),
        ("2026-02-30", "2026-02-30"),
        ("lusa", "lusa"),
        (20260115, "20.260.115"),
    ],
)
def test_a_date_is_shown_in_words_and_what_is_none_as_it_was_given(
    satker: Any, given: Any, shown: str
) -> None:
    household = factories.kegiatan(satkers=[satker], form_name="household")
    assert shown_day(household, given) == shown
