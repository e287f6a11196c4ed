"""Fixtures of the tests about activities and questionnaires."""

from pathlib import Path

import pytest

from masterdata.services import masterdata_load

DEMO_DATA = Path(__file__).parents[2] / "cerdas" / "demo" / "data"


@pytest.fixture
def kbli(db: None) -> None:
    """The classification that the household questionnaires look up."""
    path = DEMO_DATA / "lapangan_usaha.csv"
    masterdata_load(kind="KBLI", version=2020, path=path, activate=True)
