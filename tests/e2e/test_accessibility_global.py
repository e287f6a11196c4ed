"""axe-core, width and targets on every page of super_admin; none is left out."""

from typing import Any

import pytest

from tests.e2e.pages.gallery_global import global_pages
from tests.e2e.pages.visiting import left_out, visitor  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]


def test_pages_of_the_head_office_have_no_barriers_and_fit(visitor: Any) -> None:  # noqa: F811
    shots = global_pages()
    assert left_out("global_admin", shots.values()) == []
    faults = visitor("superadmin").look(shots, "global")
    assert faults == [], "\n".join(faults)
