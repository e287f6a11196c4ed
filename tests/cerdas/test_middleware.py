"""What the tenant middleware does around a view: scope, rollback, errors, own scopes."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import get_script_prefix, path, reverse

from assignments.models import Assignment
from cerdas.request_body import body_limit
from cerdas.tenancy import current_satker_id, own_scope, tenant_scope
from satker.models import Satker

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)


def _write(request: HttpRequest) -> None:
    assert Assignment.objects.update(assignment_label="written") == 1


def view_good(request: HttpRequest) -> HttpResponse:
    _write(request)
    return JsonResponse({"scope": str(current_satker_id())})


def view_raises(request: HttpRequest) -> HttpResponse:
    _write(request)
    raise KeyError("a fault")


def view_refuses(request: HttpRequest) -> HttpResponse:
    _write(request)
    return HttpResponse(status=int(request.GET["status"]))


def view_renders(request: HttpRequest) -> HttpResponse:
    """The template, not the view, asks the database."""
    response = TemplateResponse(request, "error.html", {"error": None})
    response.context_data = {"error": None}
    response.resolve_context = lambda _data: {  # type: ignore[method-assign,assignment]
        "error": type("E", (), {"status": 200, "message": Assignment.objects.count()})
    }
    return response


@own_scope
def view_own_scope(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        {"in_transaction": connection.in_atomic_block, "rows": Assignment.objects.count()}
    )


@body_limit(10)
def view_small(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"length": len(request.body)})


def view_commit_fails(request: HttpRequest) -> HttpResponse:
    Satker.objects.update(name="written")
    return JsonResponse({})


class Urls:
    """Addresses of this test."""

    urlpatterns = [
        path("api/good", view_good),
        path("api/raises", view_raises),
        path("api/refuses", view_refuses),
        path("api/renders", view_renders),
        path("renders", view_renders),
        path("api/own", view_own_scope),
        path("api/small", view_small),
        path("api/commit", view_commit_fails),
    ]
    handler404 = "cerdas.views.page_not_found"
    handler500 = "cerdas.views.server_error"


@pytest.fixture
def client_of(settings: Any, api: Any) -> Any:
    settings.ROOT_URLCONF = Urls
    return api


@pytest.fixture
def fails_at_commit(satker: Any) -> Iterator[None]:
    """A deferred trigger that fails as a serialization failure does: at COMMIT, with 40001."""
    entry = connections.settings["owner"]
    with psycopg.connect(
        dbname=entry["NAME"],
        user=entry["USER"],
        password=entry["PASSWORD"] or None,
        host=entry["HOST"] or None,
        port=entry["PORT"] or None,
        autocommit=True,
    ) as owner:
        owner.execute(
            """CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END $$;
               CREATE CONSTRAINT TRIGGER fail_at_commit AFTER UPDATE ON satkers
               DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_at_commit()"""
        )
        yield
        owner.execute("DROP TRIGGER fail_at_commit ON satkers; DROP FUNCTION fail_at_commit()")


def label(assignment: Any) -> str:
    with tenant_scope(assignment.satker_id):
        return Assignment.objects.get(pk=assignment.pk).assignment_label


def test_a_view_writes_in_the_scope_of_the_persons_office(
    client_of: Any, assignment: Any, enumerator: Any
) -> None:
    response = client_of(enumerator).get("/api/good")
    assert response.json() == {"scope": str(assignment.satker_id)}
    assert label(assignment) == "written"


def test_a_view_that_raises_after_writing_stores_nothing(
    client_of: Any, assignment: Any, enumerator: Any
) -> None:
    response = client_of(enumerator).get("/api/raises")
    assert response.status_code == 500
    assert response.json()["code"] == "server_error"
    assert set(response.json()) == {"code", "message", "details", "retryable"}
    assert label(assignment) != "written"


STORED = {200: True, 302: True, 400: False, 404: False, 409: False, 503: False}


@pytest.mark.parametrize(("status", "is_stored"), STORED.items())
def test_a_status_from_400_stores_nothing(
    client_of: Any, assignment: Any, enumerator: Any, status: int, is_stored: bool
) -> None:
    response = client_of(enumerator).get(f"/api/refuses?status={status}")
    assert response.status_code == status
    assert (label(assignment) == "written") is is_stored


def test_rendering_is_inside_the_scope(client_of: Any, assignment: Any, enumerator: Any) -> None:
    response = client_of(enumerator).get("/api/renders")
    assert b'<p class="lead">1</p>' in response.content


def test_a_view_of_its_own_scope_runs_without_a_transaction(
    client_of: Any, assignment: Any, enumerator: Any
) -> None:
    assert client_of(enumerator).get("/api/own").json() == {"in_transaction": False, "rows": 0}


def test_a_failure_at_commit_is_retryable_and_stores_nothing(
    client_of: Any, satker: Any, enumerator: Any, fails_at_commit: None
) -> None:
    name = satker.name
    response = client_of(enumerator).get("/api/commit")
    assert response.status_code == 503
    body = response.json()
    assert (body["code"], body["retryable"], body["details"]) == ("retry", True, {})
    satker.refresh_from_db()
    assert satker.name == name


def test_a_body_over_the_limit_of_its_address_is_refused(client_of: Any, enumerator: Any) -> None:
    client = client_of(enumerator)
    kind = "application/octet-stream"
    assert client.post("/api/small", b"x" * 10, content_type=kind).json() == {"length": 10}
    refused = client.post("/api/small", b"x" * 11, content_type=kind)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_a_wrong_token_is_refused_before_the_view(client_of: Any, assignment: Any) -> None:
    client = Client(headers={"authorization": "Bearer " + "0" * 64})
    response = client.get("/api/good")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert label(assignment) != "written"


def test_without_a_person_there_is_no_scope(client_of: Any, assignment: Any) -> None:
    response = client_of().get("/api/raises")
    assert response.status_code == 500
    assert label(assignment) != "written"


def test_the_office_in_the_address_is_in_every_reversed_link(client: Client, db: None) -> None:
    response = client.get("/satker/6104/admin/")
    assert response["Location"].startswith("/satker/6104/admin/login/")
    assert get_script_prefix() == "/"
    assert reverse("landing") == "/"


def test_the_prefix_is_restored_after_a_fault(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cerdas import admin_sites

    def broken(*args: Any, **kwargs: Any) -> None:
        raise KeyError

    monkeypatch.setattr(admin_sites.SatkerSite, "each_context", broken)
    client.raise_request_exception = False
    assert client.get("/satker/6104/admin/login/").status_code == 500
    assert get_script_prefix() == "/"
