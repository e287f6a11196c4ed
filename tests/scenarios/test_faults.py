"""What networks and busy databases do to operations: nothing is lost, nothing happens twice."""

import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from assignments.models import (
    AppliedOperation,
    Assignment,
    AssignmentFeed,
    AssignmentResponse,
    ParkedOperation,
    ResponseHistory,
)
from assignments.services.cancelling import assignment_cancel
from assignments.services.reassigning import assignment_reassign
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanStatistik
from tests import factories
from tests.assignments.sending import LISTING, create, operation, outcomes, send, submit
from tests.scenarios import writers

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)


def steps(satker, unit_id):
    """Return (to status, version) of a unit's history."""
    with tenant_scope(satker):
        return list(
            ResponseHistory.objects.filter(assignment_response=unit_id)
            .order_by("id")
            .values_list("to_status", "version")
        )


WHOLE_CHAIN = [("Assigned", 1), ("Opened", 2), ("Submitted by PPL", 3)]


def chain(unit):
    """Return open and the submit that follows it, as a phone queues them offline."""
    opened = operation("open", unit)
    return opened, submit(unit, after=opened["id"])


def test_a_lost_reply_and_the_same_batch_again_have_the_effect_of_once(
    api, satker, kegiatan, enumerator, assignment
):
    phone = api(enumerator)
    unit_id = uuid4()
    made = create(unit_id)
    batch = [*chain(assignment), made, submit(unit_id, after=made["id"])]

    first = send(phone, kegiatan, *batch)  # the reply does not reach the phone
    again = send(phone, kegiatan, *batch)

    assert [result["outcome"] for result in first] == ["applied"] * 4
    assert [result["outcome"] for result in again] == ["duplicate"] * 4
    assert again[1]["assignment"] == first[1]["assignment"]
    assert steps(satker, assignment.pk) == WHOLE_CHAIN
    assert steps(satker, unit_id) == [("Assigned", 1), ("Submitted by PPL", 2)]
    with tenant_scope(satker):
        assert AppliedOperation.objects.count() == 4
        assert ParkedOperation.objects.count() == 0


def test_a_chain_twice_in_one_batch_counts_once(api, satker, kegiatan, enumerator, assignment):
    batch = chain(assignment)

    results = send(api(enumerator), kegiatan, *batch, *batch)

    assert [result["outcome"] for result in results] == ["applied"] * 2 + ["duplicate"] * 2
    assert steps(satker, assignment.pk) == WHOLE_CHAIN


def test_one_id_with_two_payloads_in_one_batch_counts_as_the_first(
    api, satker, kegiatan, enumerator, assignment
):
    first = submit(assignment)
    other = submit(assignment, {**LISTING, "nama_krt": "Lain"}, id=first["id"])

    results = send(api(enumerator), kegiatan, first, other)

    assert outcomes(results) == [("applied", ""), ("refused", "operation_id_reused")]
    with tenant_scope(satker):
        assert AssignmentResponse.objects.get().responses == LISTING


def test_a_submit_that_overtook_its_open_is_applied_when_the_open_arrives(
    api, satker, kegiatan, enumerator, assignment
):
    phone = api(enumerator)
    opened, submitted = chain(assignment)

    assert outcomes(send(phone, kegiatan, submitted)) == [("parked", "predecessor_failed")]
    assert outcomes(send(phone, kegiatan, submitted)) == [("parked", "predecessor_failed")]
    [result] = send(phone, kegiatan, opened)

    assert result["outcome"] == "applied"
    assert result["assignment"]["response"]["status"] == "Submitted by PPL"
    assert outcomes(send(phone, kegiatan, submitted, opened)) == [("duplicate", "")] * 2
    assert steps(satker, assignment.pk) == WHOLE_CHAIN
    with tenant_scope(satker):
        assert ParkedOperation.objects.get().state == "applied"
        assert AssignmentResponse.objects.get().responses == LISTING


def test_a_submit_that_overtook_its_create_is_applied_when_the_create_arrives(
    api, satker, kegiatan, enumerator
):
    phone = api(enumerator)
    unit_id = uuid4()
    made = create(unit_id)
    submitted = submit(unit_id, after=made["id"])

    assert outcomes(send(phone, kegiatan, submitted)) == [("parked", "predecessor_failed")]
    [result] = send(phone, kegiatan, made)

    assert result["outcome"] == "applied"
    assert result["assignment"]["response"]["status"] == "Submitted by PPL"
    assert outcomes(send(phone, kegiatan, made, submitted)) == [("duplicate", "")] * 2
    assert steps(satker, unit_id) == [("Assigned", 1), ("Submitted by PPL", 2)]


def test_a_chain_of_three_in_reverse_order_ends_whole(api, satker, kegiatan, enumerator):
    phone = api(enumerator)
    unit_id = uuid4()
    made = create(unit_id)
    opened = operation("open", unit_id, after=made["id"])
    submitted = submit(unit_id, after=opened["id"])

    for sent in (submitted, opened, made):
        send(phone, kegiatan, sent)
    results = send(phone, kegiatan, made, opened, submitted)

    assert [result["outcome"] for result in results] == ["duplicate", "applied", "duplicate"]
    assert steps(satker, unit_id) == WHOLE_CHAIN


def test_what_follows_a_conflict_is_a_conflict_and_stores_nothing(
    api, satker, kegiatan, enumerator, assignment
):
    phone = api(enumerator)
    send(phone, kegiatan, operation("open", assignment))
    late, submitted = chain(assignment)

    results = send(phone, kegiatan, late, submitted)

    assert [result["outcome"] for result in results] == ["conflict", "conflict"]
    assert steps(satker, assignment.pk) == WHOLE_CHAIN[:2]
    with tenant_scope(satker):
        assert AppliedOperation.objects.count() == 1
        assert ParkedOperation.objects.count() == 0


class Field:
    """A person who is PPL of some units and PML of others, and everything bad they can send."""

    def __init__(self, satker, kegiatan, admin, person, other, foreign):
        self.satker, self.kegiatan, self.admin = satker, kegiatan, admin
        self.person, self.other, self.foreign = person, other, foreign

    def mine(self, **fields):
        return factories.assignment(self.satker, self.kegiatan, self.person, self.other, **fields)

    def reviewed(self):
        return factories.assignment(
            self.satker, self.kegiatan, self.other, self.person,
            status="Submitted by PPL", version=2, responses=LISTING,
        )  # fmt: skip

    def lost(self):
        unit = self.mine()
        assignment_reassign(
            actor=self.admin, satker=self.satker, kegiatan=self.kegiatan,
            assignment_ids=[unit.pk], ppl=self.other,
        )  # fmt: skip
        return unit

    def cancelled(self):
        unit = self.mine()
        assignment_cancel(
            actor=self.admin, satker=self.satker, kegiatan=self.kegiatan,
            assignment_ids=[unit.pk], reason="Ganda",
        )  # fmt: skip
        return unit

    def bad(self, used_id):
        """Return [(what, operation, outcome, code)]."""
        stale = operation("open", self.mine(version=3))
        wide = {"geotag_rumah": {"lat": 0.1, "lon": 109.1, "accuracy_m": 5}}
        return [
            ("no object", "open", "refused", "invalid"),
            ("null", None, "refused", "invalid"),
            ("no id", {"type": "open", "assignment": str(uuid4())}, "refused", "invalid"),
            ("unknown type", operation("remove", self.mine()), "refused", "invalid"),
            ("no UUID", operation("open", "x"), "refused", "invalid"),
            ("version as text", operation("open", self.mine(), base_version="1"), "refused",
             "invalid"),
            ("version and after", operation("open", self.mine(), base_version=1,
                                            after=str(uuid4())), "refused", "invalid"),
            ("no version", operation("open", self.mine(), base_version=None), "refused", "invalid"),
            ("at in words", operation("open", self.mine(), at="kemarin"), "refused", "invalid"),
            ("unknown unit", operation("open", uuid4()), "refused", "not_found"),
            ("submit of unknown unit", submit(uuid4()), "refused", "not_found"),
            ("another office's unit", operation("open", self.foreign), "refused", "not_found"),
            ("submit of another office's unit", submit(self.foreign), "refused", "not_found"),
            ("old version", stale, "conflict", "conflict"),
            ("after a conflict", submit(stale["assignment"], after=stale["id"]), "conflict",
             "conflict"),
            ("submit on old version", submit(self.mine(version=4)), "conflict", "conflict"),
            ("approve own unit", operation("approve", self.mine()), "refused", "not_allowed"),
            ("reject without reason", operation("reject", self.reviewed(), base_version=2),
             "refused", "reason_required"),
            ("open twice", operation("open", self.mine(status="Opened")), "refused",
             "wrong_status"),
            ("after something unknown", operation("open", self.mine(), after=str(uuid4())),
             "refused", "predecessor_failed"),
            ("id used before", operation("open", self.mine(), id=used_id), "refused",
             "operation_id_reused"),
            ("edit of what a PML may not", operation(
                "edit", self.reviewed(), base_version=2, data={"responses": wide}), "refused",
             "not_allowed"),
            ("create elsewhere", create(uuid4(), unit={"level_1_code": "61",
                                                       "level_2_code": "71"}), "refused",
             "outside_wilayah"),
            ("create of another office's unit", create(self.foreign), "refused", "id_taken"),
            ("create of an own unit", create(self.mine().pk), "refused", "id_taken"),
            ("submit of wrong shape", submit(self.mine(), {**LISTING, "jumlah_art": "empat"}),
             "parked", "wrong_shape"),
            ("submit of unknown form", submit(self.mine(), data={"form_version_used": 9}),
             "parked", "unknown_form_version"),
            ("submit without answers", submit(self.mine(), data={"responses": None}), "parked",
             "invalid"),
            ("submit with odd version", submit(self.mine(), base_version=-1), "parked", "invalid"),
            ("submit of what was approved", submit(self.mine(status="Approved by PML")), "parked",
             "wrong_status"),
            ("submit after something unknown", submit(self.mine(), after=str(uuid4())), "parked",
             "predecessor_failed"),
            ("submit of a lost unit", submit(self.lost()), "parked", "reassigned"),
            ("submit of a cancelled unit", submit(self.cancelled()), "parked", "cancelled"),
            ("create without label", create(uuid4(), unit={"label": 5}), "parked", "invalid"),
        ]  # fmt: skip


@pytest.fixture
def field(satker, kegiatan, kegiatan_admin, other_satker):
    person = factories.person(satker, name="Petugas")
    other = factories.person(satker, name="Rekan")
    factories.member(other, kegiatan, satker, "PPL", "PML")
    factories.member(person, kegiatan, satker, "PPL", "PML", pml=other)
    with tenant_scope(other_satker):
        foreign = Assignment.objects.values_list("pk", flat=True).first()
    return Field(satker, kegiatan, kegiatan_admin, person, other, foreign)


def test_one_operation_of_every_bad_kind_holds_up_no_good_one(
    api, satker, kegiatan, field, other_satker
):
    used = operation("open", field.mine())
    phone = api(field.person)
    send(phone, kegiatan, used)
    bad = field.bad(used["id"])
    good = [operation("open", field.mine()) for _ in bad]
    batch = [item for pair in zip(good, [made for _, made, _, _ in bad], strict=True)
             for item in pair]  # fmt: skip
    with tenant_scope(other_satker):
        foreign = list(AssignmentResponse.objects.order_by("pk").values_list("status", "version"))

    results = send(phone, kegiatan, *batch)

    assert [result["outcome"] for result in results[::2]] == ["applied"] * len(good)
    got = {
        what: (result["outcome"], result["code"])
        for (what, *_), result in zip(bad, results[1::2], strict=True)
    }
    assert got == {what: (outcome, code) for what, _made, outcome, code in bad}
    kept = sum(outcome == "parked" for _, _, outcome, _ in bad)
    with tenant_scope(satker):
        assert AppliedOperation.objects.filter(outcome="applied").count() == len(good) + 1
        assert AppliedOperation.objects.filter(outcome="parked").count() == kept
        assert ParkedOperation.objects.count() == kept
    with tenant_scope(other_satker):
        now = list(AssignmentResponse.objects.order_by("pk").values_list("status", "version"))
        assert (now, ParkedOperation.objects.count()) == (foreign, 0)
    print(f"{len(bad)} bad kinds, {kept} of them kept, among {len(good)} good operations")


def test_after_the_period_late_work_is_kept_and_review_goes_on(api, satker, kegiatan, field):
    reviewed, late, opened = field.reviewed(), field.mine(), field.mine()
    early = timezone.now() - timedelta(days=300)
    KegiatanStatistik.objects.filter(pk=kegiatan.pk).update(
        start_date=early.date(), end_date=early.date() + timedelta(days=30)
    )

    results = send(
        api(field.person),
        kegiatan,
        operation("open", opened, at=early),
        submit(late, at=early),
        create(uuid4(), at=early),
        operation("approve", reviewed, base_version=2),
    )

    assert outcomes(results) == [
        ("refused", "period_closed"),
        ("parked", "period_closed"),
        ("parked", "period_closed"),
        ("applied", ""),
    ]


def in_thread(work):
    """Run work in a thread with a connection of its own; return it and where its result goes."""
    results = []

    def run():
        try:
            results.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


def await_lock_wait():
    """Wait until somebody waits for a lock in this database."""
    with connections["direct"].cursor() as cursor:
        for _attempt in range(3_000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waited")


@pytest.fixture
def office(satker, kegiatan, kegiatan_admin, enumerator, supervisor):
    place = factories.take_part(kegiatan, satker)
    return writers.Office(satker, kegiatan, place, kegiatan_admin, supervisor, [enumerator])


def deadlock(office, unit, sent):
    """Hold a feed row, let the operation hold its unit, then ask for the unit."""
    [enumerator] = office.crew
    with tenant_scope(office.satker, new_transaction=True):
        AssignmentFeed.objects.filter(
            user=enumerator, assignment_id=unit.pk
        ).select_for_update().first()
        thread, results = in_thread(lambda: writers.send(office, enumerator, sent))
        await_lock_wait()
        try:
            Assignment.objects.select_for_update().get(pk=unit.pk)
        except OperationalError:
            connection.set_rollback(True)  # this side was chosen to give way
    thread.join()
    return results[0][0]


def test_a_deadlock_is_retry_and_the_same_operation_then_is_applied(
    satker, kegiatan, enumerator, supervisor, office
):
    for _attempt in range(10):
        unit = factories.assignment(satker, kegiatan, enumerator, supervisor)
        sent = operation("open", unit)
        result = deadlock(office, unit, sent)
        if result.outcome == "retry":
            break
        assert result.outcome == "applied"
    assert (result.outcome, result.code) == ("retry", "retry")
    assert steps(satker, unit.pk) == WHOLE_CHAIN[:1]
    with tenant_scope(satker):
        assert not AppliedOperation.objects.filter(operation_id=sent["id"]).exists()

    [again] = writers.send(office, enumerator, sent)

    assert again.outcome == "applied"
    assert steps(satker, unit.pk) == WHOLE_CHAIN[:2]


def test_a_serialization_failure_is_retry_and_what_follows_it_too(
    satker, assignment, enumerator, office
):
    def repeatable():
        with connection.cursor() as cursor:
            cursor.execute(
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ"
            )
        return writers.send(office, enumerator, *chain(assignment))

    with tenant_scope(satker, new_transaction=True):
        assignment.assignment_label = "Diganti"
        assignment.save(update_fields=["assignment_label"])
        thread, results = in_thread(repeatable)
        await_lock_wait()
    thread.join()

    assert [result.outcome for result in results[0]] == ["retry", "retry"]
    assert steps(satker, assignment.pk) == WHOLE_CHAIN[:1]
    with tenant_scope(satker):
        assert AppliedOperation.objects.count() == ParkedOperation.objects.count() == 0
