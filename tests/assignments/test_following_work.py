"""Work that follows other work: of the same unit only, and of a unit that is or was theirs."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission

from assignments.models import Assignment, AssignmentResponse, ParkedOperation
from assignments.services.cancelling import assignment_cancel
from assignments.services.parked import Crew, parked_apply
from assignments.services.reassigning import assignment_reassign
from assignments.sync import processing
from cerdas.errors import CerdasError
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanSatkerUserRole
from satker.models import SatkerUserRole
from tests import factories
from tests.assignments.sending import LISTING, create, operation, outcomes, send, submit
from tests.assignments.test_parked_field_work import released

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.mark.parametrize("leader", ["open", "create"])
def test_a_submit_that_names_a_step_of_another_unit_is_not_applied_to_that_unit(
    leader: str, api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any,
    supervisor: Any,
) -> None:  # fmt: skip
    other = factories.assignment(satker, kegiatan, enumerator, supervisor)
    first = operation("open", assignment) if leader == "open" else create(uuid4())
    phone = api(enumerator)
    waiting = submit(other, after=first["id"])
    assert outcomes(send(phone, kegiatan, waiting)) == [("parked", "predecessor_failed")]
    assert outcomes(send(phone, kegiatan, first)) == [("applied", "")]
    with tenant_scope(satker):
        assert AssignmentResponse.objects.get(pk=first["assignment"]).responses is None
        assert AssignmentResponse.objects.get(pk=other.pk).responses is None
        assert ParkedOperation.objects.get().state == "waiting"


def test_applying_a_new_unit_applies_only_what_follows_on_that_unit(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, kegiatan_admin: Any
) -> None:
    kegiatan.allow_new_assignments = False
    kegiatan.save()
    made = create(uuid4())
    own, foreign = (
        submit(made["assignment"], after=made["id"]),
        submit(assignment, after=made["id"]),
    )
    results = send(api(enumerator), kegiatan, made, foreign, own)
    assert [result["outcome"] for result in results] == ["parked"] * 3
    with tenant_scope(satker):
        parked = {str(row.operation_id): row for row in ParkedOperation.objects.all()}
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked[made["id"]].pk)
        states = {str(row.operation_id): row.state for row in ParkedOperation.objects.all()}
        assert AssignmentResponse.objects.get(pk=assignment.pk).responses is None
    assert states == {made["id"]: "applied", own["id"]: "applied", foreign["id"]: "waiting"}


def test_a_submit_to_a_colleagues_unit_is_refused_whatever_it_follows(
    api: Any, satker: Any, kegiatan: Any, assignment: Any
) -> None:
    stranger = factories.person(satker)
    factories.member(stranger, kegiatan, satker, "PPL")
    phone, made = api(stranger), create(uuid4(), unit={"level_5_code": None})
    chained = [submit(assignment, after=after) for after in (str(uuid4()), made["id"])]
    results = send(phone, kegiatan, made, *chained)
    assert outcomes(results)[1:] == [("refused", "not_found")] * 2
    with tenant_scope(satker):
        assert not ParkedOperation.objects.filter(assignment_id=assignment.pk).exists()


@pytest.mark.parametrize("why", ["reassigned", "cancelled", "role_gone"])
def test_a_chain_on_a_unit_that_is_not_theirs_any_more_says_why(
    why: str, api: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any,
    kegiatan_admin: Any,
) -> None:  # fmt: skip
    unit = factories.assignment(satker, kegiatan, enumerator, supervisor)
    other = factories.person(satker)
    factories.member(other, kegiatan, satker, "PPL", pml=supervisor)
    phone = api(enumerator)
    with tenant_scope(satker):
        if why == "reassigned":
            assignment_reassign(
                actor=kegiatan_admin, satker=satker, kegiatan=kegiatan,
                assignment_ids=[unit.pk], ppl=other,
            )  # fmt: skip
        elif why == "cancelled":
            assignment_cancel(
                actor=kegiatan_admin, satker=satker, kegiatan=kegiatan,
                assignment_ids=[unit.pk], reason="Ganda.",
            )  # fmt: skip
        else:
            KegiatanSatkerUserRole.objects.filter(user=enumerator).delete()
    opened = operation("open", unit)
    results = send(phone, kegiatan, opened, submit(unit, after=opened["id"]))
    assert results[0]["outcome"] == "refused"
    assert outcomes(results)[1] == ("parked", why)
    with tenant_scope(satker):
        assert ParkedOperation.objects.get().reason == why


def test_who_has_left_learns_nothing_of_the_units_of_the_office(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, kegiatan_admin: Any
) -> None:
    gone = factories.person(satker)
    factories.member(gone, kegiatan, satker, "PPL")
    released(satker, kegiatan, type("Unit", (), {"ppl": gone}))
    results = send(
        api(gone), kegiatan,
        *(submit(unit, after=str(uuid4())) for unit in (assignment, uuid4())),
    )  # fmt: skip
    for result in results:
        result.pop("id")
    assert results[0] == results[1]
    with tenant_scope(satker):
        parked = ParkedOperation.objects.get(assignment_id=assignment.pk)
        with pytest.raises(CerdasError) as refusal:
            parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked.pk)
        assert refusal.value.code == "never_theirs"


def test_a_submit_whose_unit_is_not_there_yet_waits_for_its_creation(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any
) -> None:
    made, phone = create(uuid4()), api(enumerator)
    chained = submit(made["assignment"], after=made["id"])
    assert outcomes(send(phone, kegiatan, chained)) == [("parked", "predecessor_failed")]
    assert outcomes(send(phone, kegiatan, made, chained)) == [("applied", ""), ("duplicate", "")]


def test_applying_looks_again_whose_unit_it_is(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, supervisor: Any,
    kegiatan_admin: Any,
) -> None:  # fmt: skip
    stranger = factories.person(satker)
    factories.member(stranger, kegiatan, satker, "PPL")
    unit_id = uuid4()
    send(api(stranger), kegiatan, submit(unit_id, after=str(uuid4())))
    factories.assignment(satker, kegiatan, enumerator, supervisor, id=unit_id)
    with tenant_scope(satker):
        [parked] = ParkedOperation.objects.all()
        with pytest.raises(CerdasError) as refusal:
            parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked.pk)
        assert refusal.value.code == "never_theirs"
        assert AssignmentResponse.objects.get(pk=unit_id).responses is None


def test_a_unit_with_two_ids_is_parked_as_invalid_and_never_made(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, assignment: Any, kegiatan_admin: Any
) -> None:
    made = create(uuid4(), unit={"id": str(uuid4())})
    assert outcomes(send(api(enumerator), kegiatan, made)) == [("parked", "invalid")]
    with tenant_scope(satker):
        [parked] = ParkedOperation.objects.all()
        with pytest.raises(CerdasError) as refusal:
            parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked.pk)
        assert refusal.value.code == "invalid"
        assert Assignment.objects.count() == 1


def test_a_new_unit_is_applied_although_what_follows_cannot_be(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, assignment: Any, kegiatan_admin: Any
) -> None:
    kegiatan.allow_new_assignments = False
    kegiatan.save()
    made = create(uuid4())
    bad = submit(made["assignment"], {"jumlah_art": "banyak"}, after=made["id"])
    send(api(enumerator), kegiatan, made, bad)
    with tenant_scope(satker):
        parked = {str(row.operation_id): row for row in ParkedOperation.objects.all()}
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked[made["id"]].pk)
        left = ParkedOperation.objects.get(operation_id=bad["id"])
        assert (left.state, left.reason) == ("waiting", "wrong_shape")
        assert left.details["faults"]
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=left.pk, archive_faulty=True)
        response = AssignmentResponse.objects.get(pk=made["assignment"])
        assert response.responses == {"_archived": {"jumlah_art": "banyak"}}


def test_a_unit_beside_an_unknown_one_is_made_for_the_people_the_office_names(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, assignment: Any,
    kegiatan_admin: Any,
) -> None:  # fmt: skip
    levels = {f"level_{number}_code": None for number in range(1, 6)}
    whole = create(uuid4(), unit={"near": str(uuid4())})
    placeless = create(uuid4(), unit={"near": str(uuid4()), **levels})
    results = send(api(enumerator), kegiatan, whole, placeless)
    assert outcomes(results) == [("parked", "invalid")] * 2
    crew = Crew(enumerator.pk, supervisor.pk)
    with tenant_scope(satker):
        parked = {str(row.operation_id): row.pk for row in ParkedOperation.objects.all()}
        with pytest.raises(CerdasError) as refusal:
            parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked[whole["id"]])
        assert refusal.value.code == "invalid"
        parked_apply(actor=kegiatan_admin, satker=satker, parked_id=parked[whole["id"]], crew=crew)
        made = Assignment.objects.get(pk=whole["assignment"])
        assert (made.ppl_id, made.pml_id) == (enumerator.pk, supervisor.pk)
        with pytest.raises(CerdasError):
            parked_apply(
                actor=kegiatan_admin, satker=satker, parked_id=parked[placeless["id"]], crew=crew
            )


def test_a_role_that_is_taken_during_a_batch_counts_from_then_on(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, assignment: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    units = [factories.assignment(satker, kegiatan, enumerator, supervisor) for _ in range(3)]
    judge, judged = processing.operation_judge, []

    def judge_then_revoke(attempt: Any) -> Any:
        result = judge(attempt)
        judged.append(attempt)
        if len(judged) == 1:
            KegiatanSatkerUserRole.objects.filter(user=enumerator).delete()
        return result

    monkeypatch.setattr(processing, "operation_judge", judge_then_revoke)
    results = send(api(enumerator), kegiatan, *(submit(unit) for unit in units))
    assert outcomes(results) == [("applied", ""), ("parked", "role_gone"), ("parked", "role_gone")]


def test_an_edit_of_what_is_no_question_is_refused_by_name(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, supervisor: Any
) -> None:
    send(api(enumerator), kegiatan, submit(assignment))
    for name in ("zzz", "_archived", "zzz-Comment"):
        sent = operation(
            "edit", assignment, base_version=2,
            data={"responses": {"nama_krt": "Lain", name: {"q": 1}}},
        )  # fmt: skip
        [result] = send(api(supervisor), kegiatan, sent)
        assert (result["outcome"], result["code"]) == ("refused", "invalid")
        assert result["details"]["question"] == name
        assert name in result["message"]
    with tenant_scope(satker):
        assert AssignmentResponse.objects.get(pk=assignment.pk).responses == LISTING
    good = operation("edit", assignment, base_version=2, data={"responses": {"nama_krt": "Lain"}})
    assert outcomes(send(api(supervisor), kegiatan, good)) == [("applied", "")]


@pytest.mark.parametrize("words", [" ", "\u200b \u2060", "\u3164\u2800", "\u00ad\ufeff\u00a0"])
def test_a_reason_that_nobody_can_see_is_none(
    words: str, api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any,
    supervisor: Any,
) -> None:  # fmt: skip
    send(api(enumerator), kegiatan, submit(assignment))
    sent = operation("reject", assignment, base_version=2, data={"notes": words})
    assert outcomes(send(api(supervisor), kegiatan, sent)) == [("refused", "reason_required")]


def test_the_admin_of_the_office_may_see_units_and_not_act_on_them(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, satker_admin: Any, enumerator: Any,
    other_satker: Any,
) -> None:  # fmt: skip
    send(api(enumerator), kegiatan, submit(assignment))
    with tenant_scope(other_satker):
        foreign = Assignment.objects.first()
    results = send(
        api(satker_admin), kegiatan,
        operation("approve", assignment, base_version=2), submit(assignment, base_version=2),
        operation("approve", foreign), operation("approve", uuid4()),
    )  # fmt: skip
    assert outcomes(results) == [
        ("refused", "not_allowed"), ("refused", "not_allowed"),
        ("refused", "not_found"), ("refused", "not_found"),
    ]  # fmt: skip
    held = SatkerUserRole.objects.filter(user=satker_admin)
    assert Permission.objects.get(pk=held.get().permission_id).codename == "admin_satker"
