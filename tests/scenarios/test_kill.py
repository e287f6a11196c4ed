"""kill -9 in the middle of the work: what was acknowledged is there, nothing is half applied.

Each phone sends again what was not acknowledged; every operation has its effect once.
"""

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from assignments.models import (
    AppliedOperation,
    AssignmentResponse,
    ParkedOperation,
    ResponseHistory,
)
from cerdas import embedded_postgres, embedded_postgres_place, embedded_postgres_server
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import create, operation, submit
from tests.scenarios.live import LiveServer, Unanswered
from tests.scenarios.phone import Phone, server_truth

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds processes in /proc")
PHONES, UNITS = 4, 30
HAD_EFFECT = {"applied", "duplicate"}


@dataclass
class FieldPhone:
    """A PPL whose outbox empties in batches, whatever becomes of the replies.

    acknowledged: {operation id: outcome} of what the phone knows to be done.
    """

    server: LiveServer
    kegiatan: Any
    user: Any
    token: str
    outbox: list[dict[str, Any]]
    batch_size: int = 60
    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: int = 0
    statuses: set[int] = field(default_factory=set)

    def send_batch(self) -> bool:
        """Send the head of the outbox; return False when no reply came or it said to wait."""
        batch = self.outbox[: self.batch_size]
        path = f"/api/v1/kegiatan/{self.kegiatan.pk}/operations/"
        try:
            status, _headers, reply = self.server.call(
                "POST", path, self.token, {"operations": batch}
            )
        except Unanswered:
            self.unanswered += 1
            return False
        self.statuses.add(status)
        if status != 200:
            assert (status, reply["code"], reply["retryable"]) == (503, "retry", True)
            return False
        for sent, result in zip(batch, reply["results"], strict=True):
            assert result["outcome"] in {*HAD_EFFECT, "retry"}, result
            if result["outcome"] in HAD_EFFECT:
                self.acknowledged[sent["id"]] = result["outcome"]
        self.outbox = [made for made in self.outbox if made["id"] not in self.acknowledged]
        return all(result["outcome"] in HAD_EFFECT for result in reply["results"])

    def work(self, stop: threading.Event) -> None:
        """Send until the outbox is empty or told to stop."""
        while self.outbox and not stop.is_set():
            if not self.send_batch():
                stop.wait(0.1)


def outbox_of(satker, kegiatan, ppl, pml):
    """Return operations on old and new units: open, submit, create, submit."""
    made = []
    for _ in range(UNITS):
        unit = factories.assignment(satker, kegiatan, ppl, pml)
        opened = operation("open", unit)
        made += [opened, submit(unit, after=opened["id"])]
        new_id = uuid4()
        created = create(new_id)
        made += [created, submit(new_id, after=created["id"])]
    return made


def field_phones(server, satker, kegiatan, supervisor):
    phones = []
    for n in range(PHONES):
        person = factories.person(satker, name=f"Pencacah {n}")
        factories.member(person, kegiatan, satker, "PPL", pml=supervisor)
        outbox = outbox_of(satker, kegiatan, person, supervisor)
        phones.append(FieldPhone(server, kegiatan, person, factories.token(person), outbox))
    return phones


def applied(satker):
    with tenant_scope(satker):
        return set(map(str, AppliedOperation.objects.values_list("operation_id", flat=True)))


def check_whole(satker):
    """Every unit's status, version, history and stored operations tell one story."""
    with tenant_scope(satker):
        operations = {}
        for unit, version in AppliedOperation.objects.values_list("assignment_id", "version"):
            operations.setdefault(unit, []).append(version)
        histories = {}
        rows = ResponseHistory.objects.order_by("id").values_list(
            "assignment_response", "from_status", "to_status", "version"
        )
        for unit, before, after, version in rows:
            histories.setdefault(unit, []).append((before, after, version))
        responses = AssignmentResponse.objects.all()
        assert {response.pk for response in responses} == set(histories)
        for response in responses:
            steps = histories[response.pk]
            assert [version for *_, version in steps] == list(range(1, response.version + 1))
            assert steps[0][0] is None
            assert [before for before, *_ in steps[1:]] == [after for _, after, _ in steps[:-1]]
            assert steps[-1][1] == response.status
            assert (response.responses is not None) == (response.status == "Submitted by PPL")
            stored = sorted(operations.get(response.pk, []))
            assert stored in (
                list(range(2, response.version + 1)),  # made by the office
                list(range(1, response.version + 1)),  # made on the phone
            )
        assert set(operations) <= set(histories)


def await_applied(satker, number, threads):
    """Wait until so many operations are stored."""
    while True:
        with tenant_scope(satker):
            if AppliedOperation.objects.count() >= number:
                return
        assert any(thread.is_alive() for thread in threads), "the phones are done too early"
        time.sleep(0.002)


def start_working(phones):
    stop = threading.Event()
    threads = [threading.Thread(target=phone.work, args=(stop,)) for phone in phones]
    for thread in threads:
        thread.start()
    return stop, threads


def end_working(stop, threads):
    stop.set()
    for thread in threads:
        thread.join()


def check_each_once(satker, phones, sent):
    assert all(phone.outbox == [] for phone in phones)
    check_whole(satker)
    with tenant_scope(satker):
        assert AppliedOperation.objects.count() == len(sent)
        assert ParkedOperation.objects.count() == 0
        ends = list(AssignmentResponse.objects.values_list("status", "version").distinct())
        assert sorted(ends) == [("Submitted by PPL", 2), ("Submitted by PPL", 3)]
        assert AssignmentResponse.objects.count() == PHONES * UNITS * 2


def test_a_server_killed_in_the_middle_of_batches_loses_and_doubles_nothing(
    live_server_process, satker, kegiatan, supervisor
):
    server = live_server_process
    phones = field_phones(server, satker, kegiatan, supervisor)
    sent = {made["id"] for phone in phones for made in phone.outbox}
    halves = 0
    for at in (len(sent) // 3, 2 * len(sent) // 3):
        stop, threads = start_working(phones)
        await_applied(satker, at, threads)
        server.kill()
        end_working(stop, threads)

        stored = applied(satker)
        for phone in phones:
            assert phone.acknowledged.keys() <= stored
            unknown = {made["id"] for made in phone.outbox[: phone.batch_size]}
            halves += 0 < len(unknown & stored) < len(unknown)
        check_whole(satker)
        server.start()
    stop, threads = start_working(phones)
    for thread in threads:
        thread.join()

    assert halves > 0, "no batch was under way"
    assert {status for phone in phones for status in phone.statuses} == {200}
    check_each_once(satker, phones, sent)
    assert applied(satker) == sent
    again = sum(o == "duplicate" for phone in phones for o in phone.acknowledged.values())
    assert again > 0
    print(f"{len(sent)} operations, killed twice, {halves} batches half done, {again} sent again")


class ScratchPostgres:
    """A PostgreSQL of its own that may be killed; nobody else works on it."""

    def start(self) -> None:
        """Start it, or start it again; it recovers by itself."""
        embedded_postgres.ensure_running()

    def kill(self) -> None:
        """End the postmaster and everything it started, at once."""
        place = embedded_postgres_place.find_place()
        server = embedded_postgres_server.running_server(place)
        assert server is not None
        pids = [server.pid, *_children(server.pid)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in pids:
            while _stat(pid)[:1] not in ([], ["Z"]):
                time.sleep(0.01)


def _stat(pid: int) -> list[str]:
    """Return state, parent and so on of a process; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _children(parent: int) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if _stat(pid)[1:2] == [str(parent)]]


@pytest.fixture
def scratch_postgres(transactional_db, tmp_path, monkeypatch):
    """Move this test's databases to a PostgreSQL of its own, migrated; remove it afterwards."""
    monkeypatch.setenv("CERDAS_LOCAL_DIR", str(tmp_path / "local"))
    monkeypatch.setattr(embedded_postgres, "_started_here", False)
    before = {alias: dict(entry) for alias, entry in connections.settings.items()}
    try:
        urls = embedded_postgres.database_urls("cerdas")
        place = psycopg.conninfo.conninfo_to_dict(urls.app)
        changes = {"HOST": place["host"], "PORT": "", "PASSWORD": "", "NAME": "cerdas"}
        users = {"default": "cerdas_app", "direct": "cerdas_app", "owner": "cerdas_owner"}
        for alias, user in users.items():
            _point(alias, {**changes, "USER": user})
        call_command("migrate", verbosity=0)
        call_command("createcachetable", database="owner", verbosity=0)
        yield ScratchPostgres()
    finally:
        for alias, entry in before.items():
            _point(alias, entry)
        embedded_postgres.remove()


def _point(alias: str, entry: dict[str, Any]) -> None:
    with suppress(DatabaseError):
        connections[alias].close()
    for key in ("HOST", "PORT", "PASSWORD", "NAME", "USER"):
        connections.settings[alias][key] = entry[key]
        connections[alias].settings_dict[key] = entry[key]


def check_unavailable(server, kegiatan, token):
    """Without a database every call answers that it may be sent again, and nothing else."""
    calls = [
        ("GET", "/api/v1/me/", None),
        ("GET", "/api/v1/kegiatan/", None),
        ("GET", f"/api/v1/kegiatan/{kegiatan.pk}/changes/", None),
        ("POST", f"/api/v1/kegiatan/{kegiatan.pk}/operations/", {"operations": []}),
        ("POST", "/api/v1/auth/token/",
         {"email": "x@uji.example", "password": "x", "device_name": "x"}),
    ]  # fmt: skip
    for _round in range(4):  # every thread of both processes finds out for itself
        for method, path, body in calls:
            signed_in = None if "auth" in path else token
            status, _headers, reply = server.call(method, path, signed_in, body)
            assert (status, reply["code"], reply["retryable"]) == (503, "retry", True), path
    assert server.call("GET", "/healthz")[0] == 200
    assert server.call("GET", "/readyz")[0] == 503


@pytest.fixture
def scratch_world(scratch_postgres, request):
    """The usual office, made after the databases were moved."""
    return tuple(map(request.getfixturevalue, ("satker", "kegiatan", "supervisor")))


@needs_proc
def test_a_database_killed_in_the_middle_of_batches_loses_and_doubles_nothing(
    scratch_postgres, scratch_world, tmp_path
):
    satker, kegiatan, supervisor = scratch_world
    server = LiveServer(tmp_path)
    phones = field_phones(server, satker, kegiatan, supervisor)
    sent = {made["id"] for phone in phones for made in phone.outbox}
    reader = Phone(supervisor, kegiatan.pk, satker)
    reader.follow()
    try:
        server.start()
        _stop, threads = start_working(phones)
        await_applied(satker, len(sent) // 3, threads)
        reader.step()
        scratch_postgres.kill()
        connections.close_all()
        check_unavailable(server, kegiatan, phones[0].token)
        scratch_postgres.start()
        for thread in threads:
            thread.join()  # the phones go on by themselves
        server.await_ready()
    finally:
        server.stop()

    assert {status for phone in phones for status in phone.statuses} <= {200, 503}
    assert sum(phone.unanswered for phone in phones) == 0
    for phone in phones:
        assert phone.acknowledged.keys() <= applied(satker)
    check_each_once(satker, phones, sent)
    assert applied(satker) == sent
    reader.follow()
    assert reader.held == server_truth(supervisor, kegiatan.pk, satker)
    assert len(reader.held) == PHONES * UNITS * 2


def use_up_numbers(number):
    """Begin transactions that take a number and come to nothing."""
    for _ in range(number):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
            transaction.set_rollback(True)


@needs_proc
def test_a_change_is_not_missed_whose_transaction_number_was_given_out_before_a_crash(
    scratch_postgres, scratch_world
):
    """Numbers of transactions that came to nothing before a crash stamp real changes after it."""
    satker, kegiatan, supervisor = scratch_world
    reader = Phone(supervisor, kegiatan.pk, satker)
    factories.assignment(satker, kegiatan, supervisor, supervisor)
    use_up_numbers(300)
    reader.follow()
    scratch_postgres.kill()
    connections.close_all()
    scratch_postgres.start()
    unit = factories.assignment(satker, kegiatan, supervisor, supervisor)
    use_up_numbers(600)

    reader.follow()

    assert unit.pk in reader.held
