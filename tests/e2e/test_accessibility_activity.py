"""axe-core, width and targets on every page on which admin_kegiatan acts; none is left out."""

from typing import Any

import pytest

from tests.e2e.pages.gallery_activity import acting_pages
from tests.e2e.pages.gallery_office import office_pages, people_pages
from tests.e2e.pages.gallery_world import CODE
from tests.e2e.pages.visiting import left_out, visitor  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]


def test_pages_of_an_activity_have_no_barriers_and_fit(visitor: Any) -> None:  # noqa: F811
    acting = acting_pages()
    everything = {**acting, **office_pages(), **people_pages()}
    assert left_out("satker_admin", everything.values()) == []
    faults = visitor(f"kegiatan.{CODE}").look(acting, "activity")
    assert faults == [], "\n".join(faults)
