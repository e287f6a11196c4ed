"""The landing page, its languages, and the way to an office."""

import re
from typing import Any

import pytest
from django.test import Client


def test_the_landing_page_is_indonesian_by_default(client: Client) -> None:
    page = client.get("/").content.decode()
    assert '<html lang="id">' in page
    assert "Operasi lapangan kantor statistik" in page
    assert 'href="/api/v1/docs/"' in page


def test_the_landing_page_follows_the_language_of_the_browser(client: Client) -> None:
    page = client.get("/", headers={"accept-language": "en-GB,en;q=0.9"}).content.decode()
    assert '<html lang="en">' in page
    assert "Field operation of a statistical office" in page


def test_the_switch_changes_the_language_and_stays_here(client: Client) -> None:
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert '<html lang="en">' in client.get("/").content.decode()
    away = client.post("/i18n/setlang/", {"language": "id", "next": "https://evil.example/"})
    assert away["Location"] == "/"


def test_the_switch_needs_the_forms_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post("/i18n/setlang/", {"language": "en"})
    assert refused.status_code == 403
    assert "Formulir sudah kedaluwarsa" in refused.content.decode()


def test_the_pages_run_no_inline_script_and_load_nothing_from_elsewhere(client: Client) -> None:
    for address in ("/", "/nowhere/"):
        response = client.get(address)
        page = response.content.decode()
        assert "<script" not in page
        assert re.findall(r'\son\w+="', page) == []
        assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
        policy = response["Content-Security-Policy"]
        assert "script-src 'self';" in policy + ";"
        assert "unsafe-eval" not in policy


@pytest.mark.parametrize("code", ["6104", "9999", "pusat_1"])
def test_a_code_leads_to_the_office_whether_it_exists_or_not(client: Client, code: str) -> None:
    answer = client.get("/satker/", {"kode": f" {code} "})
    assert (answer.status_code, answer["Location"]) == (302, f"/satker/{code}/admin/")


@pytest.mark.parametrize("code", ["", "a b", "../..", "6104/admin", "x" * 21, '"><script>', "é"])
def test_what_is_no_code_is_said_at_the_field(client: Client, code: str) -> None:
    answer = client.get("/satker/", {"kode": code})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'id="kode-error"' in page
    assert 'aria-invalid="true"' in page
    assert "<script>" not in page


def test_the_landing_page_asks_the_database_nothing_for_visitors(client: Client) -> None:
    # No database mark: a query would fail this test.
    page = client.get("/").content.decode()
    assert 'name="password"' in page


def test_an_office_address_leads_to_its_admin(client: Client) -> None:
    assert client.get("/satker/6104/")["Location"] == "/satker/6104/admin/"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_landing_page_takes_no_other_method(client: Client, method: str) -> None:
    answer: Any = getattr(client, method)("/")
    assert answer.status_code == 405
