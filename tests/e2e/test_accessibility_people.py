"""axe-core, width and targets on what admin_satker does with people."""

from typing import Any

import pytest

from tests.e2e.pages.gallery_office import people_pages
from tests.e2e.pages.gallery_world import CODE
from tests.e2e.pages.visiting import visitor  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]


def test_pages_about_people_have_no_barriers_and_fit(visitor: Any) -> None:  # noqa: F811
    faults = visitor(f"satker.{CODE}").look(people_pages(), "people")
    assert faults == [], "\n".join(faults)
