"""The feed misses nothing and keeps nothing, whatever transactions run at the same time.

Source: design, section 8.
"""

import itertools
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection, connections

from assignments.models import Assignment, AssignmentFeed
from assignments.services.cancelling import assignment_cancel
from assignments.services.reassigning import assignment_reassign
from assignments.sync import feed
from cerdas.tenancy import tenant_scope
from kegiatan.services.roles import role_grant, role_revoke
from tests import factories
from tests.scenarios.phone import Phone, server_truth
from tests.scenarios.writers import Office, write

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
WRITERS = 8
SECONDS = 20


@pytest.fixture
def office(satker, kegiatan, kegiatan_admin, supervisor):
    """Six people who are both PPL and PML, with 60 units among them."""
    crew = [factories.person(satker, name=f"Petugas {n}") for n in range(6)]
    for user in crew:
        factories.member(user, kegiatan, satker, "PPL", "PML", pml=supervisor)
    for n in range(60):
        factories.assignment(satker, kegiatan, crew[n % 6], crew[n // 6 % 6])
    place = factories.take_part(kegiatan, satker)
    return Office(satker, kegiatan, place, kegiatan_admin, supervisor, crew)


def phones_of(office):
    return [
        Phone(user, office.kegiatan.pk, office.satker) for user in [*office.crew, office.supervisor]
    ]


def await_quiet(office):
    """Wait until no running transaction, anywhere on the server, is older than the last stamp."""
    with tenant_scope(office.satker), connection.cursor() as cursor:
        for _attempt in range(600):
            cursor.execute(
                "SELECT max(changed_xid) < pg_snapshot_xmin(pg_current_snapshot())"
                " FROM assignment_feed"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.1)
    raise AssertionError("a transaction of somebody else has been open for a minute")


@contextmanager
def writers(office):
    """Run the writers, and wait for them at the end."""
    stop = threading.Event()
    threads = [threading.Thread(target=write, args=(office, seed, stop)) for seed in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.slow
def test_a_reader_ends_with_what_the_server_has_while_eight_writers_work(office):
    phones = phones_of(office)
    deadline = time.monotonic() + SECONDS
    with writers(office):
        for phone in itertools.cycle(phones):
            phone.step()
            if time.monotonic() > deadline:
                break
    assert office.faults == []
    await_quiet(office)
    for phone in phones:
        phone.follow()

    missed, kept, stale = {}, {}, {}
    for phone in phones:
        truth = server_truth(phone.user, office.kegiatan.pk, office.satker)
        missed.update({(phone.user.name, key): truth[key] for key in truth.keys() - phone.held})
        kept.update({(phone.user.name, key): phone.held[key] for key in phone.held.keys() - truth})
        for key in truth.keys() & phone.held.keys():
            if truth[key] != phone.held[key]:
                stale[phone.user.name, key] = (phone.held[key], truth[key])
    pages, resets = sum(phone.pages for phone in phones), sum(phone.resets for phone in phones)
    print(f"{sum(office.done.values())} writes, {pages} pages, {resets} resets: {office.done}")
    assert (missed, kept, stale) == ({}, {}, {})
    did = " ".join(office.done)
    for kind in ("open applied", "create applied", "reassign", "cancel", "role_grant", "label"):
        assert office.done[kind], kind
    for kind in ("role_revoke", "undone", "slow"):
        assert kind in did, kind

    await_quiet(office)
    for phone in phones:
        phone.follow()  # takes in once more what overlapped
    assert [phone.follow() for phone in phones] == [0] * len(phones)


def in_thread(work):
    """Run work in a thread with a connection of its own; return the thread."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def await_lock_wait():
    """Wait until somebody waits for a lock in this database; the one under test must."""
    with connections["direct"].cursor() as cursor:
        for _attempt in range(300):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.1)
    raise AssertionError("nobody waited")


def held_by(office, user):
    with tenant_scope(office.satker):
        return set(
            AssignmentFeed.objects.filter(user=user, gone=False).values_list(
                "assignment_id", flat=True
            )
        )


def take_away(office, unit, other):
    assignment_reassign(
        actor=office.admin, satker=office.satker, kegiatan=office.kegiatan,
        assignment_ids=[unit.pk], ppl=other,
    )  # fmt: skip


def cancel(office, unit, _other):
    assignment_cancel(
        actor=office.admin, satker=office.satker, kegiatan=office.kegiatan,
        assignment_ids=[unit.pk], reason="Ganda",
    )  # fmt: skip


@pytest.mark.parametrize("move", [take_away, cancel])
@pytest.mark.parametrize("role_first", [True, False])
def test_a_unit_that_leaves_while_its_ppl_gets_the_role_back_is_not_kept(office, move, role_first):
    person, other = office.crew[0], office.crew[1]
    unit = factories.assignment(office.satker, office.kegiatan, person, office.supervisor)
    for role in ("PPL", "PML"):
        role_revoke(actor=office.admin, kegiatan_satker=office.place, user=person, role=role)
    assert held_by(office, person) == set()

    def give_back():
        role_grant(actor=office.admin, kegiatan_satker=office.place, user=person, role="PPL")

    def leave():
        move(office, unit, other)

    first, second = (give_back, leave) if role_first else (leave, give_back)
    with tenant_scope(office.satker, new_transaction=True):
        first()
        thread = in_thread(second)
        await_lock_wait()
    thread.join()

    assert unit.pk not in held_by(office, person)
    with tenant_scope(office.satker):
        left = Assignment.objects.filter(ppl=person, cancelled_at__isnull=True)
        assert held_by(office, person) == set(left.values_list("pk", flat=True))


def test_a_supervisor_who_lost_that_role_does_not_keep_a_unit_they_enumerated(office):
    person, other = office.crew[0], office.crew[1]
    unit = factories.assignment(office.satker, office.kegiatan, person, person)
    role_revoke(actor=office.admin, kegiatan_satker=office.place, user=person, role="PML")
    assert unit.pk in held_by(office, person)

    take_away(office, unit, other)

    assert unit.pk not in held_by(office, person)


def test_a_second_change_of_roles_in_the_middle_of_a_reset_begins_it_anew(office):
    person = office.crew[0]
    phone = Phone(person, office.kegiatan.pk, office.satker)
    phone.follow()
    role_revoke(actor=office.admin, kegiatan_satker=office.place, user=person, role="PML")
    more, _rows = phone.step()
    assert (more, phone.resetting, phone.resets) == (True, True, 1)
    role_revoke(actor=office.admin, kegiatan_satker=office.place, user=person, role="PPL")

    phone.follow()

    assert phone.held == {}


def test_a_unit_that_leaves_while_a_page_is_read_is_not_shown_any_more(office, monkeypatch):
    person, other = office.crew[0], office.crew[1]
    phone = Phone(person, office.kegiatan.pk, office.satker, limit=500)
    phone.follow()
    unit = factories.assignment(office.satker, office.kegiatan, person, office.supervisor)
    read = feed.assignment_documents

    def read_late(**asked):
        in_thread(lambda: take_away(office, unit, other)).join()
        return read(**asked)

    with monkeypatch.context() as patch:
        patch.setattr(feed, "assignment_documents", read_late)
        phone.step()
    assert unit.pk not in phone.held

    phone.follow()
    assert phone.held == server_truth(person, office.kegiatan.pk, office.satker)
