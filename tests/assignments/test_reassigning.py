"""Giving units to somebody else: who may, what may move, what stays."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from assignments.coverage import OutsideWilayah
from assignments.errors import WrongStatus
from assignments.models import Assignment, AssignmentFeed, AssignmentResponse, ResponseHistory
from assignments.services.crew import NotInCrew
from assignments.services.reassigning import assignment_reassign
from assignments.services.releasing import user_release
from cerdas.errors import Invalid, NotAllowed, NotFound
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.models import KegiatanMember, KegiatanSatker
from kegiatan.services.roles import role_revoke
from satker.models import SatkerWilayahTugas
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.fixture
def successor(satker: Any, kegiatan: Any, supervisor: Any) -> Any:
    """Another PPL of the office."""
    user = factories.person(satker, name="Pencacah Dua")
    factories.member(user, kegiatan, satker, "PPL", pml=supervisor)
    return user


@pytest.fixture
def reassign(satker: Any, kegiatan: Any, kegiatan_admin: Any) -> Callable[..., int]:
    """`reassign(unit, ..., ppl=)` as admin_kegiatan."""

    def done(*units: Any, **options: Any) -> int:
        facts = {"actor": kegiatan_admin, "satker": satker, "kegiatan": kegiatan}
        ids = [getattr(unit, "pk", unit) for unit in units]
        return assignment_reassign(**{**facts, "assignment_ids": ids, **options})

    return done


def ppl_of(unit: Any) -> Any:
    with super_scope():
        return Assignment.objects.get(pk=unit.pk).ppl_id


def test_a_unit_changes_hands_and_keeps_its_answers_and_version(
    reassign: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, successor: Any,
    kegiatan_admin: Any,
) -> None:  # fmt: skip
    unit = factories.assignment(
        satker, kegiatan, enumerator, supervisor,
        status="Rejected by PML", responses={"nama_krt": "Budi"}, version=4,
    )  # fmt: skip
    assert reassign(unit, ppl=successor, reason="Sakit") == 1
    assert ppl_of(unit) == successor.pk
    with tenant_scope(satker):
        response = AssignmentResponse.objects.get(pk=unit.pk)
        feed = dict(AssignmentFeed.objects.filter(assignment=unit).values_list("user_id", "gone"))
        last = ResponseHistory.objects.filter(assignment_response=response).last()
    assert (response.status, response.version) == ("Rejected by PML", 4)
    assert response.responses == {"nama_krt": "Budi"}
    assert feed == {enumerator.pk: True, supervisor.pk: False, successor.pk: False}
    assert last is not None
    assert (last.from_status, last.to_status, last.version) == (
        "Rejected by PML", "Rejected by PML", 4
    )  # fmt: skip
    assert last.user_id == kegiatan_admin.pk
    assert last.notes == "PPL: Pencacah Satu → Pencacah Dua; Sakit"


def test_repeating_changes_nothing(
    reassign: Any, satker: Any, assignment: Any, successor: Any
) -> None:
    assert reassign(assignment, ppl=successor) == 1
    assert reassign(assignment, ppl=successor) == 0
    with tenant_scope(satker):
        assert ResponseHistory.objects.filter(assignment_response_id=assignment.pk).count() == 2


def test_many_units_move_with_few_statements_or_not_at_all(
    reassign: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, successor: Any,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    units = [factories.assignment(satker, kegiatan, enumerator, supervisor) for _ in range(30)]
    final = factories.assignment(
        satker, kegiatan, enumerator, supervisor, label="Selesai", status="Approved by Admin"
    )
    with pytest.raises(WrongStatus, match="Selesai") as refused:
        reassign(*units, final, ppl=successor)
    assert refused.value.details["assignment"] == str(final.pk)
    assert {ppl_of(unit) for unit in units} == {enumerator.pk}
    with django_assert_max_num_queries(25):
        assert reassign(*units, ppl=successor) == 30
    assert {ppl_of(unit) for unit in units} == {successor.pk}


def test_a_cancelled_unit_goes_to_nobody(
    reassign: Any, satker: Any, assignment: Any, successor: Any, kegiatan_admin: Any
) -> None:
    with tenant_scope(satker):
        Assignment.objects.update(
            cancelled_at=assignment.created_at, cancelled_by=kegiatan_admin, cancel_reason="x"
        )
    with pytest.raises(WrongStatus):
        reassign(assignment, ppl=successor)


def test_people_without_the_role_get_nothing(
    reassign: Any, assignment: Any, supervisor: Any, enumerator: Any, other_satker: Any
) -> None:
    with super_scope():
        stranger = Assignment.objects.filter(satker=other_satker).first().ppl  # type: ignore[union-attr]
    for people in ({"ppl": supervisor}, {"pml": enumerator}, {"ppl": stranger}):
        with pytest.raises(NotInCrew) as refused:
            reassign(assignment, **people)
        assert "Rahasia" not in refused.value.message
    assert ppl_of(assignment) == enumerator.pk


def test_units_of_another_office_and_absent_ones_are_not_found(
    reassign: Any, assignment: Any, successor: Any, other_satker: Any
) -> None:
    with super_scope():
        foreign = Assignment.objects.filter(satker=other_satker).first()
    for absent in (foreign, uuid.uuid4()):
        with pytest.raises(NotFound) as refused:
            reassign(assignment, absent, ppl=successor)
        assert refused.value.details == {}
    assert ppl_of(assignment) == assignment.ppl_id


@pytest.mark.parametrize("who", ["enumerator", "supervisor", "satker_admin", "super_admin"])
def test_only_admin_kegiatan_reassigns(
    reassign: Any, assignment: Any, successor: Any, who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        reassign(assignment, ppl=successor, actor=request.getfixturevalue(who))


def test_the_admin_of_another_office_finds_nothing(
    reassign: Any, assignment: Any, successor: Any, kegiatan: Any, other_satker: Any
) -> None:
    foreign = factories.person(other_satker)
    factories.member(foreign, kegiatan, other_satker, "admin_kegiatan")
    with pytest.raises(NotFound):
        reassign(assignment, ppl=successor, actor=foreign)


def test_a_unit_outside_the_coverage_of_today_does_not_move(
    reassign: Any, assignment: Any, successor: Any, satker: Any
) -> None:
    SatkerWilayahTugas.objects.filter(satker=satker).update(
        wilayah_level=2, wilayah_code_prefix="6105"
    )
    with pytest.raises(OutsideWilayah, match="6105"):
        reassign(assignment, ppl=successor)


def test_somebody_has_to_be_named(reassign: Any, assignment: Any) -> None:
    with pytest.raises(Invalid):
        reassign(assignment)


def test_the_command_moves_all_open_units_of_a_person(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, assignment: Any, successor: Any,
    enumerator: Any, supervisor: Any, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    final = factories.assignment(
        satker, kegiatan, enumerator, supervisor, status="Approved by Admin"
    )
    call_command(
        "reassign", "--kegiatan", str(kegiatan.pk), "--from-ppl", enumerator.email,
        "--ppl", successor.email, "--actor", kegiatan_admin.email, "--satker", satker.code,
        "--json",
    )  # fmt: skip
    assert '"changed":1' in capsys.readouterr().out
    assert (ppl_of(assignment), ppl_of(final)) == (successor.pk, enumerator.pk)


def test_the_command_takes_ids_and_refuses_unknown_ones(
    satker: Any, kegiatan_admin: Any, assignment: Any, successor: Any, other_satker: Any
) -> None:
    with super_scope():
        foreign = Assignment.objects.filter(satker=other_satker).first()
        assert foreign is not None
    options = ("--ppl", successor.email, "--actor", kegiatan_admin.email, "--satker", satker.code)
    call_command("reassign", str(assignment.pk), *options)
    assert ppl_of(assignment) == successor.pk
    for absent in (foreign.pk, uuid.uuid4()):
        with pytest.raises(CommandError, match="not_found") as refused:
            call_command("reassign", str(absent), *options)
        assert refused.value.returncode == 1


@pytest.mark.django_db(transaction=True, databases=["default", "direct"])
@pytest.mark.parametrize("ending", ["role taken", "released"])
def test_a_unit_is_never_given_to_who_goes_at_that_moment(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, satker_admin: Any, assignment: Any,
    successor: Any, ending: str,
) -> None:  # fmt: skip
    """Given first, the unit becomes a tombstone with the going; gone first, it is refused."""
    place = KegiatanSatker.objects.get(satker=satker, kegiatan_statistik=kegiatan)

    def give() -> bool:
        try:
            return bool(
                assignment_reassign(
                    actor=kegiatan_admin,
                    satker=satker,
                    kegiatan=kegiatan,
                    assignment_ids=[assignment.pk],
                    ppl=successor,
                )
            )
        except NotInCrew:
            return False

    def take() -> None:
        if ending == "released":
            user_release(actor=satker_admin, satker=satker, user=successor, leave_open=True)
        else:
            role_revoke(actor=kegiatan_admin, kegiatan_satker=place, user=successor, role="PPL")

    for _ in range(15):
        given = _at_once(give, take)[0]
        with tenant_scope(satker):
            in_hand = AssignmentFeed.objects.filter(
                assignment=assignment, user=successor, gone=False
            ).exists()
            assert KegiatanMember.objects.get(user=successor).left_at is not None
        assert (ppl_of(assignment) == successor.pk) == given
        assert not in_hand
        _take_back(satker, kegiatan, assignment, successor)


def _at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions in threads that start together; return their results."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result() for future in [pool.submit(run, action) for action in actions]]


def _take_back(satker: Any, kegiatan: Any, assignment: Any, successor: Any) -> None:
    """Return the unit to its first PPL and the successor to the crew."""
    with tenant_scope(satker):
        Assignment.objects.filter(pk=assignment.pk).update(ppl_id=assignment.ppl_id)
        KegiatanMember.objects.filter(user=successor).update(left_at=None)
    successor.satker = satker
    successor.save()
    factories.member(successor, kegiatan, satker, "PPL")
