"""Headers, queries and addresses of all sorts: a 4xx with a code, or an answer; never a 5xx."""

import itertools
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests import factories
from tests.contracts import requests_of_routes as seeds
from tests.contracts.routes import Route, all_routes
from tests.contracts.stored import everything_stored
from tests.contracts.test_isolation import undone

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
API = [route for route in all_routes() if route.template.startswith("/api/")]
VALUES = [
    "", " ", "0", "-1", "1.5", "x", "9" * 30, "9" * 5000, "00000000019999999999", "\x00", "a\x00b",
    "é", "\ud7ff", "%", "%s", "' OR 1=1 --", "../../etc/passwd", "[]", "{}", "null", "=", "AAAA",
    "W10", "bnVsbA", "WzEsMiwzXQ", "\U0010ffff", "²", "٣", "61\n", "61080800010001" * 50,
    "WzEsImEiLDAsbnVsbCxudWxsLHRydWUsdHJ1ZV0", str(uuid4()), "00000000-0000-0000-0000-00000000000g",
]  # fmt: skip
HEADERS = {
    "CONTENT_LENGTH": ["abc", "-1", "²", "9" * 5000, "1e3", "0x10", " ", "99999999999"],
    "HTTP_AUTHORIZATION": [
        "Bearer", "Bearer ", "Bearer  ", "bearer x", "Basic eDp5", "Bearer é", "Bearer \x00",
        "Bearer " + "a" * 64, "Bearer " + "x" * 100_000, "Token x", "\x00", "Bearer a b c",
        "Bearer " + "0" * 63 + "²",
    ],
    "HTTP_ACCEPT": ["text/html", "x", "*/*;q=x", "application/xml", "é", "a" * 10_000, ";;;", ""],
    "HTTP_ACCEPT_LANGUAGE": ["x" * 10_000, "id;q=9", "\x00", "../../x", "zz-ZZ", "en", ","],
    "HTTP_X_FORWARDED_FOR": ["x", "1.2.3.4, , ", "::1%eth0", "\x00", "9" * 5000],
    "HTTP_HOST": ["jahat.example", "x" * 300, "a b", "localhost:99999999", "[::1"],
    "HTTP_IF_NONE_MATCH": ["x", '"', "*", 'W/"' + "x" * 10_000 + '"', "\x00"],
    "HTTP_COOKIE": ["sessionid=x", "sessionid=\x00", "csrftoken=;;;=", "a" * 10_000, "=; ="],
    "HTTP_RANGE": ["bytes=0-", "bytes=-1", "x", "bytes=9-1"],
    "HTTP_TRANSFER_ENCODING": ["chunked", "x"],
    "HTTP_CONTENT_ENCODING": ["gzip", "br", "x"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE", "x"],
    "CONTENT_TYPE": ["application/json; charset=nothing", "application/json;;;", "\x00", "é/é"],
}  # fmt: skip
CODES_BY_STATUS = {
    400: {"invalid", "unparsable", "body_incomplete", "wrong_shape"},
    401: {"not_authenticated", "wrong_credentials"},
    403: {"not_allowed"},
    404: {"not_found"},
    405: {"method_not_allowed"},
    406: {"not_acceptable"},
    409: {"id_taken", "already_in_satker", "invitation_closed"},
    411: {"length_required"},
    413: {"too_large"},
    415: {"unsupported_media_type"},
    429: {"too_many_requests"},
}


def check(response: Any, what: str) -> None:
    """Check that a refusal is one of ours."""
    assert response.status_code < 500, f"{what}: {response.status_code}"
    if response.status_code < 400 or not response["Content-Type"].startswith("application/json"):
        return
    envelope = response.json()
    assert set(envelope) == {"code", "message", "details", "retryable"}, what
    assert envelope["code"] in CODES_BY_STATUS[response.status_code], f"{what}: {envelope}"
    assert envelope["message"], what


@pytest.fixture
def mine(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, supervisor: Any, enumerator: Any,
    other_satker: Any,
) -> dict[str, str]:  # fmt: skip
    """The caller's own values for the kwargs; the caller is PPL, PML and admin at once."""
    factories.member(kegiatan_admin, kegiatan, satker, "PPL", "PML", pml=supervisor)
    unit = factories.assignment(satker, kegiatan, kegiatan_admin, supervisor)
    return {
        "kegiatan_id": str(kegiatan.pk),
        "assignment_id": str(unit.pk),
        "attachment_id": str(uuid4()),
        "invitation_id": str(uuid4()),
        "type": "KBLI",
        "version": "2020",
    }


@pytest.mark.parametrize("route", API, ids=str)
def test_any_query_gives_an_answer_or_a_refusal(
    route: Route, mine: dict[str, str], kegiatan_admin: Any, api: Any
) -> None:
    client, before = api(kegiatan_admin), everything_stored()
    names = {
        name for query in seeds.QUERIES.get(route.template, []) for name in query(seeds.ABSENT)
    }
    names |= {"cursor", "limit", "format", "unknown", "lang"}
    for name, value in itertools.product(sorted(names), VALUES):
        check(client.get(route.path(mine), {name: value}), f"{route}?{name}={value!r}")
    for query in ("%ff=%fe", "limit=1&limit=x", "&&&", "=", "%", "limit%00=1", "a" * 20_000):
        check(client.get(f"{route.path(mine)}?{query}"), query)
    assert everything_stored() == before


@pytest.mark.parametrize("route", [route for route in API if route.kwargs], ids=str)
def test_any_address_gives_an_answer_or_a_refusal(
    route: Route, mine: dict[str, str], kegiatan_admin: Any, api: Any
) -> None:
    client, before = api(kegiatan_admin), everything_stored()
    for kwarg, value in itertools.product(route.kwargs, VALUES):
        for method in ("get", "put", "post", "delete"):
            path = route.path({**mine, kwarg: quote(value, safe="")})
            check(getattr(client, method)(path), f"{method} {path[:200]}")
    assert everything_stored() == before


@pytest.mark.parametrize("limit", ["0", "501", "000000001999999", "00000000100000000000"])
def test_a_page_is_never_larger_than_the_limit(
    limit: str, mine: dict[str, str], kegiatan_admin: Any, api: Any
) -> None:
    response = api(kegiatan_admin).get(
        f"/api/v1/kegiatan/{mine['kegiatan_id']}/assignments/", {"limit": limit}
    )
    assert (response.status_code, response.json()["details"]) == (400, {"field": "limit"})


@pytest.mark.parametrize("header", HEADERS)
def test_any_header_gives_an_answer_or_a_refusal(
    header: str, mine: dict[str, str], kegiatan_admin: Any, api: Any
) -> None:
    client, before = api(kegiatan_admin), everything_stored()
    unit = f"/api/v1/assignments/{mine['assignment_id']}/"
    asked = [
        ("GET", "/api/v1/me/"),
        ("GET", unit),
        ("GET", f"/api/v1/kegiatan/{mine['kegiatan_id']}/form/"),
        ("GET", "/api/v1/schema/"),
        ("POST", f"/api/v1/kegiatan/{mine['kegiatan_id']}/operations/"),
        ("POST", "/api/v1/auth/token/"),
        ("PUT", f"{unit}attachments/{mine['attachment_id']}/"),
        ("GET", "/"),
        ("GET", "/satker/6104/admin/login/"),
        ("POST", "/satker/6104/admin/login/"),
    ]
    for (method, path), value in itertools.product(asked, HEADERS[header]):
        with undone():
            response = client.generic(
                method, path, b"{}", content_type="application/json", **{header: value}
            )
            check(response, f"{method} {path} {header}: {value!r:.60}")
        client.cookies.clear()
    assert everything_stored() == before


@pytest.mark.parametrize(
    "email", [None, 1, [], {}, "", " ", "\x00", "a\x00@b", "x" * 10_000, "é@é"]
)
@pytest.mark.parametrize("password", [None, 1, [], "", "\x00", "x" * 2000])
def test_signing_in_with_anything_is_refused(email: Any, password: Any, api: Any, db: None) -> None:
    for body in ({"email": email, "password": password}, [email, password], email):
        response = api().post("/api/v1/auth/token/", body, format="json")
        check(response, repr(body)[:200])
        assert response.status_code in (400, 401)
