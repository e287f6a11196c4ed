"""Whatever the OpenAPI document allows and forbids is sent to the API, by three kinds of people.

Checked: no 5xx; status, content type and body as documented; wrong data refused, right data taken;
unknown methods 405; no answer without a sign-in where one is needed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test.utils import override_settings
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
)

from cerdas.api.openapi import openapi_document
from cerdas.wsgi import application
from masterdata.models import MasterData
from tests import factories
from tests.assignments.sending import LISTING
from tests.contracts.requests_of_routes import is_uuid
from tests.contracts.test_isolation import undone

pytestmark = [
    pytest.mark.django_db(databases=["default", "direct"]),
    pytest.mark.slow,
]
EXAMPLES = 25
schema = schemathesis.openapi.from_dict(openapi_document())
schema.app = application
OPERATIONS = "/api/v1/kegiatan/{kegiatan_id}/operations/"
ATTACHMENT = "/api/v1/assignments/{assignment_id}/attachments/{attachment_id}/"
# What no JSON schema can say, and why.
EXCLUDED: dict[tuple[str, str], list[Any]] = {
    # a wrong operation in a right batch has an outcome of its own: 200 with `refused`
    ("POST", OPERATIONS): [negative_data_rejection],
    # the content of a file is looked at: random bytes are 415
    ("PUT", ATTACHMENT): [positive_data_acceptance, negative_data_rejection],
    # a cursor is one that the server gave
    ("GET", "/api/v1/kegiatan/{kegiatan_id}/changes/"): [positive_data_acceptance],
    ("GET", "/api/v1/kegiatan/{kegiatan_id}/assignments/"): [positive_data_acceptance],
}


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the test's transaction open from request to request, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.fixture
def tokens(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, kegiatan_admin: Any,
    other_satker: Any,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Tokens by person, and rows that exist."""
    MasterData.objects.create(
        type="KBLI", version=2020, data='[{"code":"01"}]', checksum="0" * 64, size_bytes=15,
        row_count=1,
    )  # fmt: skip
    unit = factories.assignment(satker, kegiatan, enumerator, supervisor, responses=dict(LISTING))
    with one_connection(), override_settings(SIGN_IN_RATE_PER_ADDRESS_PER_MINUTE=10**6):
        yield {
            "anonymous": None,
            "ppl": factories.token(enumerator),
            "admin_kegiatan": factories.token(kegiatan_admin),
            "ids": {"kegiatan_id": str(kegiatan.pk), "assignment_id": str(unit.pk)},
        }


@pytest.mark.parametrize("who", ["anonymous", "ppl", "admin_kegiatan"])
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_the_api_does_what_its_document_says(case: Any, who: str, tokens: dict[str, Any]) -> None:
    for name, value in tokens["ids"].items():
        given = (case.path_parameters or {}).get(name)
        if isinstance(given, str) and is_uuid(given) and int(given[0], 16) % 4:
            case.path_parameters[name] = value  # mostly rows that exist
    headers = {"Accept-Encoding": "identity"}
    if tokens[who]:
        headers["Authorization"] = f"Bearer {tokens[who]}"
    with undone():
        case.call_and_validate(
            headers=headers, excluded_checks=EXCLUDED.get((case.method.upper(), case.path), [])
        )


def test_what_is_excluded_exists() -> None:
    documented = {
        (method.upper(), path)
        for path, methods in openapi_document()["paths"].items()
        for method in methods
    }
    assert set(EXCLUDED) <= documented
