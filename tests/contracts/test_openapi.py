"""The OpenAPI document says what the API does, and the copy in docs/ is the current one."""

import re
from typing import Any

import pytest
from django.conf import settings
from drf_spectacular.renderers import OpenApiYamlRenderer

from cerdas.api.openapi import openapi_document
from tests.contracts.routes import all_routes

ENVELOPE = {"$ref": "#/components/schemas/Error"}
# Pages for people and the document itself.
NOT_DOCUMENTED = {"/api/v1/schema/", "/api/v1/docs/"}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Return (path, method, operation) of everything documented."""
    return [
        (path, method, operation)
        for path, methods in openapi_document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_address_and_method_is_documented() -> None:
    documented = {(path, method) for path, method, _ in operations()}
    answered = {
        (re.sub(r"<(\w+)>", r"{\1}", route.template), method)
        for route in all_routes()
        if route.template.startswith("/api/") and route.template not in NOT_DOCUMENTED
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(route.view_class, method)
    }
    assert documented == answered


def test_every_refusal_is_the_envelope() -> None:
    for path, method, operation in operations():
        refusals = {s: r for s, r in operation["responses"].items() if s >= "4"}
        expected = {"400", "503"} | ({"401", "403"} if operation.get("security") else set())
        expected |= {"404"} if "{" in path else set()
        expected |= {"413", "415"} if "requestBody" in operation else set()
        assert expected <= set(refusals), (method, path)
        for status, refusal in refusals.items():
            place = (method, path, status)
            assert refusal["content"]["application/json"]["schema"] == ENVELOPE, place
            assert refusal["description"], place


SIGNING_IN = {
    ("/api/v1/auth/token/", "post"),
    ("/api/v1/auth/google/", "get"),
    ("/api/v1/auth/google/", "post"),
}


def test_a_token_or_a_session_is_enough() -> None:
    for path, method, operation in operations():
        if (path, method) in SIGNING_IN:
            assert not operation.get("security")
            continue
        assert operation["security"] == [{"bearerToken": []}, {"sessionCookie": []}], path


def test_every_operation_has_its_own_name() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))


def test_the_stored_document_is_the_current_one() -> None:
    stored = settings.BASE_DIR / "docs" / "openapi.yaml"
    current = OpenApiYamlRenderer().render(openapi_document(), renderer_context={}).decode()
    assert stored.read_text() == current, "run `make openapi` and commit docs/openapi.yaml"


@pytest.mark.django_db(databases=["default", "direct"])
def test_everybody_may_read_the_document(client: Any) -> None:
    answer = client.get("/api/v1/schema/", {"format": "json"})
    assert answer.status_code == 200
    assert set(answer.json()["paths"]) == {path for path, _, _ in operations()}
    assert client.get("/api/v1/docs/").status_code == 200
