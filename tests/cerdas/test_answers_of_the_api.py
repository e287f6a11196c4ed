"""Where a token counts, what may be kept of an answer, and the headers that browsers obey."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests import factories
from tests.assignments.test_attachments import photo, put
from tests.contracts.world import PDF

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
HOME = "/satker/6104/admin/"


def bearer(user: Any) -> Client:
    """Return a browser-like client that sends a person's token with everything."""
    return Client(
        raise_request_exception=False,
        headers={"authorization": f"Bearer {factories.token(user)}"},
    )


@pytest.mark.parametrize(
    "path",
    [
        HOME, f"{HOME}satker/user/", "/home/", "/account/email/", "/account/sessions/",
        "/account/password/change/", "/account/2fa/",
    ],
)  # fmt: skip
def test_a_token_opens_no_page(satker_admin: Any, path: str) -> None:
    assert bearer(satker_admin).get("/api/v1/kegiatan/").status_code == 200
    with_token, without = bearer(satker_admin).get(path), Client().get(path)
    assert (with_token.status_code, with_token.get("Location")) == (
        without.status_code, without.get("Location"),
    )  # fmt: skip
    assert with_token.status_code != 200


def test_a_token_opens_no_page_of_super_admin(super_admin: Any) -> None:
    answer = bearer(super_admin).get("/admin/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/")


def test_a_token_that_counts_no_more_does_not_close_a_page(satker_admin: Any) -> None:
    client = Client(headers={"authorization": "Bearer " + "0" * 64})
    client.force_login(satker_admin)
    assert client.get(HOME).status_code == 200


def test_an_office_has_no_api_that_a_token_could_open(satker_admin: Any) -> None:
    answer = bearer(satker_admin).get("/satker/6104/api/v1/kegiatan/")
    assert answer.status_code == 404
    assert answer["X-Frame-Options"] == "DENY"


API = ["/api/v1/kegiatan/", "/api/v1/me/", "/api/v1/docs/", "/api/v1/no-such-page/"]


@pytest.mark.parametrize("path", API)
def test_no_answer_of_the_api_is_kept_unless_it_says_so(satker_admin: Any, path: str) -> None:
    session = Client(raise_request_exception=False)
    session.force_login(satker_admin)
    for client in (session, bearer(satker_admin), Client()):
        answer = client.get(path)
        assert answer["Cache-Control"] == "no-store", (path, answer.status_code)
    wrong = Client(headers={"authorization": "Bearer wrong"}).get(path)
    assert wrong["Cache-Control"] == "no-store"


def test_a_questionnaire_is_kept_and_asked_about_again(enumerator: Any, kegiatan: Any) -> None:
    url = f"/api/v1/kegiatan/{kegiatan.pk}/form/"
    for packing in ("gzip", "identity"):
        first = bearer(enumerator).get(url, headers={"accept-encoding": packing})
        assert first["Cache-Control"] == "private, no-cache"
        again = bearer(enumerator).get(
            url, headers={"accept-encoding": packing, "if-none-match": first["ETag"]}
        )
        assert (again.status_code, again["Cache-Control"]) == (304, "private, no-cache")


@pytest.mark.parametrize("path", ["/api/v1/docs/", "/api/v1/no-such-page/"])
def test_what_a_browser_can_show_has_its_headers_with_a_token_too(
    satker_admin: Any, path: str
) -> None:
    plain, with_token = Client().get(path), bearer(satker_admin).get(path)
    is_page = with_token["Content-Type"].startswith("text/html")
    for header in ("Content-Security-Policy", "X-Frame-Options"):
        assert header in plain
        assert (header in with_token) is is_page
    assert with_token["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("query", [{}, {"size": "thumb"}])
def test_a_photo_goes_out_as_it_is_and_is_fetched_once(
    api: Any, assignment: Any, enumerator: Any, query: dict[str, str]
) -> None:
    key, content = uuid4(), photo()
    assert put(api(enumerator), assignment.pk, key, content).status_code == 201
    url = f"/api/v1/assignments/{assignment.pk}/attachments/{key}/"
    first = bearer(enumerator).get(url, query, headers={"accept-encoding": "gzip"})
    body = b"".join(first.streaming_content)  # type: ignore[attr-defined]
    assert "Content-Encoding" not in first
    assert first["Content-Length"] == str(len(body))
    assert first["ETag"].startswith('"')
    assert body == content or query
    for sent in (first["ETag"], f"W/{first['ETag']}"):
        again = bearer(enumerator).get(
            url, query, headers={"accept-encoding": "gzip", "if-none-match": sent}
        )
        assert (again.status_code, again["ETag"], again.content) == (304, first["ETag"], b"")
        assert again["Cache-Control"] == first["Cache-Control"]
    other = bearer(enumerator).get(url, query, headers={"if-none-match": '"another"'})
    assert other.status_code == 200
    other.close()


def test_whether_somebody_has_a_photo_already_is_told_only_to_whose_it_is(
    api: Any, assignment: Any, enumerator: Any, other_satker: Any
) -> None:
    key = uuid4()
    assert put(api(enumerator), assignment.pk, key, photo()).status_code == 201
    url = f"/api/v1/assignments/{assignment.pk}/attachments/{key}/"
    etag = bearer(enumerator).get(url)["ETag"]
    stranger = factories.person(other_satker)
    answer = bearer(stranger).get(url, headers={"if-none-match": etag})
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")


def test_a_pdf_is_not_packed(api: Any, assignment: Any, enumerator: Any) -> None:
    key = uuid4()
    stored = put(api(enumerator), assignment.pk, key, PDF, content_type="application/pdf")
    assert stored.status_code == 201
    url = f"/api/v1/assignments/{assignment.pk}/attachments/{key}/"
    answer = bearer(enumerator).get(url, headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in answer
    assert answer["X-Frame-Options"] == "DENY"
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]


def test_json_is_still_packed(enumerator: Any, kegiatan: Any) -> None:
    url = f"/api/v1/kegiatan/{kegiatan.pk}/form/"
    answer = bearer(enumerator).get(url, headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"


def test_a_write_of_a_session_without_its_token_says_what_to_do(satker_admin: Any) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "id"})
    strict.force_login(satker_admin)
    refused = strict.post(f"/api/v1/invitations/{uuid4()}/accept/")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    assert refused.json()["message"] == "Halaman ini sudah usang. Muat ulang lalu coba lagi."
    page = strict.post(f"{HOME}logout/")
    assert page.status_code == 403
    assert "Formulir sudah kedaluwarsa" in page.content.decode()
