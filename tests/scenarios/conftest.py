"""Fixtures of whole scenarios."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.live import LiveServer


@pytest.fixture
def live_server_process(transactional_db: None, tmp_path: Path) -> Iterator[LiveServer]:
    """A running server of two processes on the test database; stopped at the end."""
    server = LiveServer(tmp_path)
    server.start()
    yield server
    server.stop()
