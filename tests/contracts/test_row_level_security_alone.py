"""With the filters of the code patched away, the database still gives nothing of another office:

in the API, in rendering, in jobs, in exports, and after an error. Each test has its control: where
the database lets all rows through (super_scope), the patched code does give the other office's.
Source: design, section 3.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import QuerySet
from procrastinate.contrib.django import app

from assignments import access, selectors
from assignments.api import assignment_views, attachment_views, kegiatan_list, sync_views
from assignments.exporting import running, units
from assignments.models import Assignment, AssignmentAttachment, AssignmentFeed, ParkedOperation
from assignments.services.parked import parked_list
from assignments.sync import feed
from cerdas.errors import NotFound
from cerdas.jobs.worker import WorkerOptions, worker_run
from cerdas.tenancy import super_scope, tenant_scope
from tests.assignments.sending import send, submit
from tests.contracts import requests_of_routes as seeds
from tests.contracts.routes import all_routes
from tests.contracts.test_isolation import ask, leaks
from tests.contracts.world import World

DATABASES = ["default", "direct"]
pytestmark = pytest.mark.django_db(databases=DATABASES)
_OF_SATKER = re.compile(r"(.+__)?satker(_id)?(__.+)?")
_PERSON = re.compile(r"(user|ppl|pml)(_id)?")


@pytest.fixture
def unfiltered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code asks for all rows everywhere: no office, no person, no right."""
    tenant_models = [m for m in apps.get_models() if any(f.name == "satker" for f in m._meta.fields)
                     and m._meta.app_label == "assignments"]  # fmt: skip
    original = QuerySet.filter

    def filter_nothing(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.model in tenant_models:
            kwargs = {
                key: value
                for key, value in kwargs.items()
                if not (_OF_SATKER.fullmatch(key) or _PERSON.fullmatch(key))
            }
        return original(self, *args, **kwargs)

    def everything(**_asked: Any) -> Any:
        return Assignment.objects.all()

    def anybody(actor: Any, assignment_id: UUID) -> Any:
        rows = Assignment.objects.select_related("response", "kegiatan_statistik", "satker")
        found = rows.filter(pk=assignment_id).first()
        if found is None:
            raise NotFound
        return access.AccessedAssignment(found, frozenset({"PPL", "PML", "admin_kegiatan"}))

    monkeypatch.setattr(QuerySet, "filter", filter_nothing)
    for module in (assignment_views, units):
        monkeypatch.setattr(module, "assignments_of_kegiatan", everything)
    for module in (assignment_views, attachment_views):
        monkeypatch.setattr(module, "access_assignment", anybody)
    monkeypatch.setattr(assignment_views, "_check_may_list", lambda *_: None)
    monkeypatch.setattr(running, "_check_exports", lambda *_: None)
    monkeypatch.setattr(
        sync_views, "membership_get", lambda **_: selectors.Membership(1, "everybody")
    )
    _widen_the_feed(monkeypatch)


def _widen_the_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = "user_id = %(user)s AND kegiatan_id = %(kegiatan)s AND satker_id = %(satker)s"
    for name in ("_FIRST", "_NEXT"):
        statement = getattr(feed, name)
        assert narrow in statement, "the feed reads otherwise now; widen it here too"
        monkeypatch.setattr(feed, name, statement.replace(narrow, "true"))
    original = feed.assignment_documents

    def in_everybodys_hands(**asked: Any) -> Any:
        documents = original(**asked)
        return {key: {**found, "rev": found["rev"] or "1"} for key, found in documents.items()}

    monkeypatch.setattr(feed, "assignment_documents", in_everybodys_hands)


def labels_of(world: World, letter: str) -> set[str]:
    """Return the labels of an office's units."""
    return {unit.assignment_label for unit in world.offices[letter].units}


def shown_labels(text: str) -> set[str]:
    """Return the labels in what a careless view answered."""
    return set(re.findall(r"\[([^\]]*)\]", text))


@pytest.mark.usefixtures("unfiltered")
def test_the_patched_code_would_give_everything_away(world: World) -> None:
    # The control of all tests below: without row-level security they would fail.
    own, theirs = world.offices["a"], world.offices["b"]
    both = labels_of(world, "a") | labels_of(world, "b")
    with super_scope():
        found = assignment_views.assignments_of_kegiatan(
            satker=own.satker, kegiatan_id=world.shared.pk
        )
        assert {unit.assignment_label for unit in found} == both
        filtered = Assignment.objects.filter(satker=own.satker)
        assert {unit.assignment_label for unit in filtered} == both
        accessed = assignment_views.access_assignment(own.people["ppl"], theirs.unit.pk)
        assert accessed.assignment.pk == theirs.unit.pk
        page = feed.feed_page(
            user_id=own.people["ppl"].pk,
            kegiatan_id=world.shared.pk,
            satker_id=own.satker.pk,
            access="everybody",
            cursor=None,
            limit=500,
        )
        assert {document["label"] for document in page.documents} == both
        counts = kegiatan_list.office_counts(satker=own.satker, kegiatan_ids=[world.shared.pk])
        assert counts[world.shared.pk]["Assigned"] == 3 + 6


@pytest.mark.usefixtures("unfiltered")
@pytest.mark.parametrize("role", ["ppl", "pml", "admin_kegiatan", "admin_satker"])
def test_the_api_gives_nothing_of_another_office(world: World, role: str) -> None:
    client, asked = world.clients[f"{role}_a"], 0
    for route in all_routes():
        if not route.template.startswith("/api/"):
            continue
        for target in (
            seeds.target_of(world.offices["a"], f"{role}_a"),
            seeds.foreign_target(world.offices["b"]),
        ):
            named = {kwarg: seeds.KWARGS[kwarg](target) for kwarg in route.kwargs}
            for kegiatan in (target.kegiatan, str(world.shared.pk)):
                path = route.path({**named, "kegiatan_id": kegiatan})
                for method in ("GET", *route.writes):
                    for variant in seeds.variants(route.template, method, target):
                        sent = f"{path}{variant.query}{variant.content!r}"
                        answer = ask(client, method, path, variant)
                        asked += 1
                        found = leaks(answer, sent, world.secrets_from(f"{role}_a"))
                        assert not found, f"{method} {path} gives away {found}"
    assert asked > 100


@pytest.mark.usefixtures("unfiltered")
def test_lists_and_details_hold_ones_own_rows_only(world: World) -> None:
    own, theirs = world.offices["a"], world.offices["b"]
    client = world.clients["ppl_a"]
    kegiatan = f"/api/v1/kegiatan/{world.shared.pk}"
    listed = client.get(f"{kegiatan}/assignments/").json()["results"]
    changed = client.get(f"{kegiatan}/changes/").json()["assignments"]
    assert {row["label"] for row in listed} == labels_of(world, "a")
    assert {row["label"] for row in changed} == labels_of(world, "a")
    for tail in ("", "history/", "allowed-actions/", f"attachments/{theirs.attachment_id}/"):
        refused = client.get(f"/api/v1/assignments/{theirs.unit.pk}/{tail}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    crossed = client.get(f"/api/v1/assignments/{own.unit.pk}/attachments/{theirs.attachment_id}/")
    assert crossed.status_code == 404
    for tail in ("", "history/", "allowed-actions/", f"attachments/{own.attachment_id}/"):
        assert client.get(f"/api/v1/assignments/{own.unit.pk}/{tail}").status_code == 200


@pytest.mark.usefixtures("unfiltered")
def test_writing_into_another_office_changes_nothing(world: World) -> None:
    theirs = world.offices["b"]
    with super_scope():
        before = list(Assignment.objects.order_by("pk").values())
    results = send(world.clients["ppl_a"], world.shared, submit(theirs.unit))
    assert results[0]["outcome"] == "refused"
    with tenant_scope(world.offices["a"].satker):
        changed = Assignment.objects.filter(pk=theirs.unit.pk).update(assignment_label="Milik saya")
        assert changed == 0
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            _insert_into(theirs.satker, theirs.unit)
    with super_scope():
        assert list(Assignment.objects.order_by("pk").values()) == before
        assert AssignmentAttachment.objects.count() == 2


def _insert_into(satker: Any, like: Any) -> None:
    Assignment.objects.create(
        satker=satker,
        kegiatan_statistik_id=like.kegiatan_statistik_id,
        ppl_id=like.ppl_id,
        pml_id=like.pml_id,
        assignment_label="Selundupan",
    )


@pytest.mark.usefixtures("unfiltered")
def test_parked_work_of_another_office_is_not_listed(world: World) -> None:
    for letter in ("a", "b"):
        office = world.offices[letter]
        results = send(world.clients[f"released_{letter}"], world.shared, submit(office.units[-1]))
        assert results[0]["outcome"] == "parked"
    for letter in ("a", "b"):
        office = world.offices[letter]
        with tenant_scope(office.satker):
            listed = parked_list(actor=office.people["admin_kegiatan"], satker=office.satker)
        assert [row.user for row in listed] == [office.people["released"]]
    with super_scope():
        assert ParkedOperation.objects.filter(satker=office.satker).count() == 2


@pytest.mark.usefixtures("unfiltered")
def test_an_export_holds_ones_own_rows_only(world: World, tmp_path: Path) -> None:
    for letter, other in (("a", "b"), ("b", "a")):
        office, out = world.offices[letter], tmp_path / letter
        running.export_responses(
            actor=office.people["admin_kegiatan"],
            satker=office.satker,
            kegiatan=world.shared,
            out=out,
        )
        text = "".join(file.read_text() for file in out.iterdir())
        assert all(label in text for label in labels_of(world, letter))
        assert not [secret for secret in world.offices[other].secrets if secret in text]


@pytest.mark.urls("tests.contracts.careless_urls")
def test_a_template_rendered_after_the_view_shows_ones_own_rows(world: World) -> None:
    for letter in ("a", "b"):
        for page in ("/api/lazy/", "/api/text/"):
            answer = world.clients[f"ppl_{letter}"].get(page)
            assert shown_labels(answer.content.decode()) == labels_of(world, letter), page
    everything = world.clients["super_admin"].get("/api/lazy/").content.decode()
    assert shown_labels(everything) == labels_of(world, "a") | labels_of(world, "b")
    for who in ("anonymous", "floating", "released_a"):
        assert shown_labels(world.clients[who].get("/api/lazy/").content.decode()) == set()
        assert world.clients[who].get("/api/counts/").content == b"0 0 0 0"


@pytest.mark.django_db(databases=DATABASES, transaction=True)
@pytest.mark.urls("tests.contracts.careless_urls")
def test_what_streams_after_the_scope_is_empty(world: World) -> None:
    answer = world.clients["ppl_a"].get("/api/streamed/")
    assert b"".join(answer.streaming_content) == b""


@pytest.mark.django_db(databases=DATABASES, transaction=True)
def test_what_is_evaluated_after_the_scope_is_empty(world: World) -> None:
    with tenant_scope(world.offices["a"].satker):
        lazily = Assignment.objects.order_by("pk")
        assert lazily.exists()
        rows = lazily.iterator(chunk_size=1)
    assert list(lazily) == []
    assert list(rows) == []
    with transaction.atomic():
        assert Assignment.objects.count() == 0


@pytest.mark.django_db(databases=DATABASES, transaction=True)
@pytest.mark.urls("tests.contracts.careless_urls")
@pytest.mark.parametrize("page", ["/api/raises/", "/api/breaks/", "/api/template_fails/"])
def test_after_an_error_the_next_request_sees_its_own_office(world: World, page: str) -> None:
    assert world.clients["ppl_a"].get("/api/text/").status_code == 200
    backend = _backend()
    assert world.clients["ppl_a"].get(page).status_code == 500
    assert _backend() == backend, "the same connection, or the test shows nothing"
    assert _settings() == ("", "")
    assert Assignment.objects.count() == AssignmentFeed.objects.count() == 0
    next_one = world.clients["ppl_b"].get("/api/text/").content.decode()
    assert shown_labels(next_one) == labels_of(world, "b")
    assert world.clients["floating"].get("/api/counts/").content == b"0 0 0 0"


@pytest.mark.django_db(databases=DATABASES, transaction=True)
def test_after_an_error_in_a_scope_nothing_is_left_of_it(world: World) -> None:
    for error in (RuntimeError("x"), NotFound()):
        with pytest.raises(type(error)):
            _fail_in_scope(world.offices["a"].satker, error)
        assert (_settings(), Assignment.objects.count()) == (("", ""), 0)
    with super_scope():
        assert Assignment.objects.exists()
    assert (_settings(), Assignment.objects.count()) == (("", ""), 0)


def _fail_in_scope(satker: Any, error: Exception) -> None:
    with tenant_scope(satker):
        assert Assignment.objects.exists()
        raise error


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found: int = cursor.fetchone()[0]
    return found


def _settings() -> tuple[str, str]:
    """Return what the connection is set to outside a transaction: nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('app.satker_id', true), ''),"
            " coalesce(current_setting('app.super', true), '')"
        )
        satker, is_super = cursor.fetchone()
    return satker, is_super


SEEN: list[tuple[str, set[str]]] = []


@app.task(name="tests.contracts.units_seen", queue="tests")
def units_seen(satker_id: str, fails: bool) -> None:
    """Write down which units a job sees before, in and after the scope of its office."""
    SEEN.append(("before", _labels()))
    with tenant_scope(satker_id, new_transaction=True):
        SEEN.append((satker_id, _labels()))
        if fails:
            raise RuntimeError("in the middle of a job")
    SEEN.append(("after", _labels()))


def _labels() -> set[str]:
    return set(Assignment.objects.values_list("assignment_label", flat=True))


@pytest.fixture
def seen() -> Iterator[list[tuple[str, set[str]]]]:
    """What the jobs saw."""
    SEEN.clear()
    yield SEEN
    SEEN.clear()


@pytest.mark.django_db(databases=DATABASES, transaction=True)
def test_a_job_sees_the_rows_of_its_scope_only(
    world: World, seen: list[tuple[str, set[str]]], caplog: Callable[..., Any]
) -> None:
    expected: dict[str, set[str]] = {"before": set(), "after": set()}
    for fails in (False, True, False):
        for letter in ("a", "b"):
            satker = world.offices[letter].satker
            expected[str(satker.pk)] = labels_of(world, letter)
            units_seen.configure().defer(satker_id=str(satker.pk), fails=fails)
    worker_run(WorkerOptions(concurrency=1, until_empty=True))
    assert len(seen) == 6 * 3 - 2, "the two that failed did not come to their end"
    for place, labels in seen:
        assert labels == expected[place], place
