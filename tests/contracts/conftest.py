"""The world of two offices that all contracts share."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.world import World, build


@pytest.fixture
def world(db: None, api: Callable[[Any], Any]) -> World:
    """Two offices with secrets."""
    return build(api)
