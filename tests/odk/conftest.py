"""One V8 for the tests that hold imported forms against ODK's engine."""

from collections.abc import Iterator

import pytest

from kegiatan.form.engine import Engine


@pytest.fixture(scope="package")
def v8() -> Iterator[Engine]:
    found = Engine(timeout_seconds=60)
    yield found
    found.close()
