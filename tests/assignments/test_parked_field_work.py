"""Field work is never turned away: parked, seen by the right office only, applied or discarded."""

from uuid import uuid4

import pytest

from assignments.models import Assignment, AssignmentResponse, ParkedOperation
from assignments.services.parked import parked_apply, parked_discard, parked_list
from cerdas.errors import CerdasError, NotFound
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanMember, KegiatanSatkerUserRole
from tests import factories
from tests.assignments.sending import LISTING, create, operation, outcomes, send, submit

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def reassigned(satker, kegiatan, assignment):
    """The unit goes to somebody else."""
    other = factories.person(satker, name="Pencacah Dua")
    factories.member(other, kegiatan, satker, "PPL")
    with tenant_scope(satker):
        assignment.ppl = other
        assignment.save()
    return "reassigned"


def without_role(satker, kegiatan, assignment):
    """The PPL loses the role."""
    KegiatanSatkerUserRole.objects.filter(user=assignment.ppl).delete()
    with tenant_scope(satker):
        member = KegiatanMember.objects.get(user=assignment.ppl)
        member.access_generation += 1
        member.save()
    return "role_gone"


def released(satker, kegiatan, assignment):
    """The PPL becomes a floating user."""
    without_role(satker, kegiatan, assignment)
    assignment.ppl.satker = None
    assignment.ppl.save()
    return "left_satker"


def hired_elsewhere(satker, kegiatan, assignment):
    """The PPL now works for another office, in the same kegiatan."""
    released(satker, kegiatan, assignment)
    office = factories.office(code="6199", prefixes=["6199"])
    assignment.ppl.satker = office
    assignment.ppl.save()
    factories.member(assignment.ppl, kegiatan, office, "PPL")
    return "left_satker"


def late(satker, kegiatan, assignment):
    """The period and its grace are over."""
    kegiatan.start_date = kegiatan.end_date = kegiatan.start_date.replace(year=2020)
    kegiatan.save()
    return "period_closed"


def cancelled(satker, kegiatan, assignment):
    """The office cancelled the unit."""
    with tenant_scope(satker):
        assignment.cancelled_at = assignment.created_at
        assignment.cancelled_by = assignment.pml
        assignment.cancel_reason = "Rumah kosong"
        assignment.save()
    return "cancelled"


EVENTS = [reassigned, without_role, released, hired_elsewhere, late, cancelled]


@pytest.mark.parametrize("event", EVENTS)
def test_a_submit_after_the_event_is_parked_for_its_office_and_the_phone_learns_the_decision(
    event, api, satker, kegiatan, assignment, enumerator, kegiatan_admin, other_satker
):
    phone, sent = api(enumerator), submit(assignment)
    reason = event(satker, kegiatan, assignment)

    first = send(phone, kegiatan, sent)
    again = send(phone, kegiatan, sent)

    assert outcomes(first) == outcomes(again) == [("parked", reason)]
    with tenant_scope(other_satker):
        assert not ParkedOperation.objects.exists()
    with tenant_scope(satker):
        [row] = parked_list(actor=kegiatan_admin, satker=satker)
        assert row.reason == reason
        assert AssignmentResponse.objects.get(pk=assignment.pk).version == 1
        parked_discard(
            actor=kegiatan_admin, satker=satker, parked_id=row.pk, reason="Sudah dicacah"
        )
    [told] = send(phone, kegiatan, sent)
    assert (told["outcome"], told["code"]) == ("refused", "discarded")
    assert told["details"] == {"reason": "Sudah dicacah"}


@pytest.mark.parametrize("event", [reassigned, without_role, released, hired_elsewhere, late])
def test_an_offline_chain_after_the_event_is_kept_whole_and_applied_by_the_office(
    event, api, satker, kegiatan, assignment, enumerator, kegiatan_admin
):
    phone = api(enumerator)
    opened = operation("open", assignment)
    chained = submit(assignment, after=opened["id"])
    event(satker, kegiatan, assignment)

    results = send(phone, kegiatan, opened, chained)

    assert results[0]["outcome"] == "refused"
    assert results[1]["outcome"] == "parked"
    with tenant_scope(satker):
        [row] = parked_list(actor=kegiatan_admin, satker=satker)
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=row.pk, reason="Sah")
        response = AssignmentResponse.objects.get(pk=assignment.pk)
        assert (response.status, response.responses) == ("Submitted by PPL", LISTING)
    assert send(phone, kegiatan, chained)[0]["outcome"] == "duplicate"


@pytest.mark.parametrize("event", [without_role, released, hired_elsewhere, late])
def test_a_new_unit_after_the_event_is_parked_with_its_submit_and_made_by_the_office(
    event, api, satker, kegiatan, assignment, enumerator, supervisor, kegiatan_admin
):
    phone, unit_id = api(enumerator), uuid4()
    made = create(unit_id)
    chained = submit(unit_id, after=made["id"])
    event(satker, kegiatan, assignment)

    results = send(phone, kegiatan, made, chained)

    assert [result["outcome"] for result in results] == ["parked", "parked"]
    other = factories.person(satker, name="Pencacah Tiga")
    factories.member(other, kegiatan, satker, "PPL")
    with tenant_scope(satker):
        first, second = parked_list(actor=kegiatan_admin, satker=satker)
        with pytest.raises(CerdasError) as refusal:
            parked_apply(actor=kegiatan_admin, satker=satker, parked_id=second.pk)
        assert refusal.value.code == "predecessor_failed"
    from assignments.services.parked import Crew

    with tenant_scope(satker):
        parked_apply(
            actor=kegiatan_admin,
            satker=satker,
            parked_id=first.pk,
            crew=Crew(other.pk, supervisor.pk),
        )
        unit = Assignment.objects.get(pk=unit_id)
        assert (unit.ppl, unit.response.status) == (other, "Submitted by PPL")
        assert not parked_list(actor=kegiatan_admin, satker=satker)
    assert [r["outcome"] for r in send(phone, kegiatan, made, chained)] == ["duplicate"] * 2


def test_a_submit_of_the_wrong_shape_is_parked_byte_for_byte(
    api, satker, kegiatan, assignment, enumerator, kegiatan_admin
):
    sent = submit(assignment, {**LISTING, "jumlah_art": "empat"})
    body = (
        f'{{"operations": [{{ "id":"{sent["id"]}",  "type":"submit","assignment":"{assignment.pk}",'
        '"base_version":1,"data":{"responses":{"jumlah_art":"empat","nama_krt":"A\\u0042"},'
        '"form_version_used":1, "visit_outcome":"x"}} ]}'
    )

    response = api(enumerator).post(
        f"/api/v1/kegiatan/{kegiatan.pk}/operations/", body, content_type="application/json"
    )

    assert outcomes(response.json()["results"]) == [("parked", "wrong_shape")]
    with tenant_scope(satker):
        [row] = parked_list(actor=kegiatan_admin, satker=satker)
        assert bytes(row.payload).decode() in body
        assert b'"nama_krt":"A\\u0042"' in bytes(row.payload)
        with pytest.raises(CerdasError) as refusal:
            parked_apply(actor=kegiatan_admin, satker=satker, parked_id=row.pk)
        assert refusal.value.code == "wrong_shape"
    with tenant_scope(satker):
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=row.pk, archive_faulty=True)
        stored = AssignmentResponse.objects.get(pk=assignment.pk).responses
    assert stored == {"nama_krt": "AB", "_archived": {"jumlah_art": "empat"}}


def test_wrong_types_in_the_envelope_of_a_submit_are_parked_too(
    api, satker, kegiatan, assignment, enumerator
):
    phone = api(enumerator)
    for fault in (
        {"base_version": "satu"},
        {"at": "kemarin"},
        {"data": []},
        {"data": {"responses": [], "form_version_used": 1}},
        {"data": {"responses": {}, "form_version_used": 99}},
        {"data": {"responses": {}, "form_version_used": 1, "label": 5}},
    ):
        [result] = send(phone, kegiatan, {**submit(assignment), **fault})
        assert result["outcome"] == "parked", fault
    with tenant_scope(satker):
        assert ParkedOperation.objects.count() == 6
        assert AssignmentResponse.objects.get(pk=assignment.pk).version == 1


def test_parked_work_is_decided_by_the_admin_of_its_kegiatan_only(
    api, satker, kegiatan, assignment, enumerator, kegiatan_admin, other_satker, supervisor
):
    event = reassigned(satker, kegiatan, assignment)
    send(api(enumerator), kegiatan, submit(assignment))
    foreign_admin = factories.person(other_satker)
    factories.member(foreign_admin, kegiatan, other_satker, "admin_kegiatan")
    with tenant_scope(satker):
        [row] = parked_list(actor=kegiatan_admin, satker=satker)
        for actor in (supervisor, enumerator):
            with pytest.raises(CerdasError) as refusal:
                parked_discard(actor=actor, satker=satker, parked_id=row.pk, reason="Tidak")
            assert refusal.value.code == "not_allowed"
    with tenant_scope(other_satker), pytest.raises(NotFound):
        parked_apply(actor=foreign_admin, satker=other_satker, parked_id=row.pk)
    assert event == "reassigned"


def test_somebody_whose_unit_it_never_was_cannot_park_anything(
    api, satker, kegiatan, assignment, other_satker
):
    stranger = factories.person(satker)
    factories.member(stranger, kegiatan, satker, "PPL")
    floating = factories.person(None)

    assert outcomes(send(api(stranger), kegiatan, submit(assignment))) == [("refused", "not_found")]
    assert outcomes(send(api(floating), kegiatan, submit(assignment), create(uuid4()))) == [
        ("refused", "not_found"),
        ("refused", "not_found"),
    ]
    with tenant_scope(satker):
        assert not ParkedOperation.objects.exists()
