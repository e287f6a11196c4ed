"""What an unknown address, a refused method and a fault look like: envelope or page."""

from typing import Any

import pytest
from django.test import Client

ENVELOPE = {"code", "message", "details", "retryable"}


@pytest.mark.parametrize(
    "address",
    ["/api/", "/api/v1/", "/api/v1/nowhere/", "/api/v2/me/", "/api/v1/assignments/no-uuid/"],
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_an_unknown_api_address_answers_the_envelope(
    client: Client, address: str, method: str
) -> None:
    response = getattr(client, method)(address)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert set(body) == ENVELOPE
    assert (body["code"], body["details"], body["retryable"]) == ("not_found", {}, False)
    assert "no-uuid" not in response.content.decode()


@pytest.mark.django_db(databases=["default", "direct"])
@pytest.mark.parametrize("address", ["/api/v1/schema/", "/api/v1/docs/", "/api/v1/wilayah/"])
def test_a_method_that_an_address_does_not_take_answers_the_envelope(
    api: Any, enumerator: Any, address: str
) -> None:
    response = api(enumerator).patch(address)
    assert response.status_code == 405
    assert set(response.json()) == ENVELOPE
    assert response.json()["code"] == "method_not_allowed"


def test_an_unknown_page_is_a_page(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")
    assert "Halaman tidak ditemukan" in response.content.decode()


@pytest.mark.parametrize(("address", "kind"), [("/api/v1/wilayah/", "application/json"),
                                               ("/", "text/html; charset=utf-8")])  # fmt: skip
def test_a_fault_says_nothing_about_itself(
    monkeypatch: pytest.MonkeyPatch, address: str, kind: str
) -> None:
    from cerdas import middleware

    def broken(*args: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(middleware, "read_body", broken)
    client = Client(raise_request_exception=False)
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (500, kind)
    assert b"secret" not in response.content
    assert b"RuntimeError" not in response.content


def test_a_forged_host_is_refused(client: Client) -> None:
    response = client.get("/api/v1/me/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert set(response.json()) == ENVELOPE
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_the_openapi_document_and_its_page_are_public(client: Client) -> None:
    document = client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    assert document.status_code == 200
    body = document.json()
    schemes = body["components"]["securitySchemes"]
    assert schemes["bearerToken"]["scheme"] == "bearer"
    assert schemes["sessionCookie"]["in"] == "cookie"
    assert "/api/v1/wilayah/" in body["paths"]
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert page.content.decode().count("<script>") == 0
    assert client.get("/api/v1/docs/?script=").status_code == 200
