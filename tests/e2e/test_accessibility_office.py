"""axe-core, width and targets on what admin_satker sees of work and jobs."""

from typing import Any

import pytest

from tests.e2e.pages.gallery_office import office_pages
from tests.e2e.pages.gallery_world import CODE
from tests.e2e.pages.visiting import visitor  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]


def test_pages_of_an_office_have_no_barriers_and_fit(visitor: Any) -> None:  # noqa: F811
    faults = visitor(f"satker.{CODE}").look(office_pages(), "office")
    assert faults == [], "\n".join(faults)
