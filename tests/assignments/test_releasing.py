"""Releasing a person: open work first, then roles, membership and office, in one transaction."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assignments.models import Assignment, AssignmentFeed, ResponseHistory
from assignments.services.releasing import HasOpenWork, open_work_of, user_release
from cerdas.errors import NotAllowed, NotFound
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.models import KegiatanMember, KegiatanSatkerUserRole
from satker.models import DeviceToken, User
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def test_somebody_with_open_work_is_not_released_and_the_work_is_listed(
    satker: Any, kegiatan: Any, satker_admin: Any, assignment: Any, enumerator: Any,
    other_satker: Any,
) -> None:  # fmt: skip
    with pytest.raises(HasOpenWork) as refused:
        user_release(actor=satker_admin, satker=satker, user=enumerator)
    (work,) = refused.value.details["work"]
    assert refused.value.details["total"] == 1
    assert work["kegiatan"] == {"id": str(kegiatan.pk), "name": kegiatan.name}
    assert work["units"] == [
        {
            "id": str(assignment.pk),
            "label": assignment.assignment_label,
            "region_code": "61040800010001",
            "status": "Assigned",
            "role": "PPL",
        }
    ]
    assert User.objects.get(pk=enumerator.pk).satker_id == satker.pk
    assert KegiatanSatkerUserRole.objects.filter(user=enumerator).exists()


@pytest.mark.parametrize(
    ("status", "of_ppl", "of_pml"),
    [
        ("Assigned", True, True),
        ("Opened", True, True),
        ("Submitted by PPL", True, True),
        ("Rejected by PML", True, True),
        ("Rejected by Admin", True, True),
        ("Approved by PML", False, True),
        ("Approved by Admin", False, False),
    ],
)
def test_which_units_are_open(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, status: str, of_ppl: bool,
    of_pml: bool,
) -> None:  # fmt: skip
    factories.assignment(satker, kegiatan, enumerator, supervisor, status=status)
    with tenant_scope(satker):
        assert bool(open_work_of(user=enumerator)) == of_ppl
        assert bool(open_work_of(user=supervisor)) == of_pml


def test_a_long_list_is_cut_and_counted(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any
) -> None:
    for _ in range(103):
        factories.assignment(satker, kegiatan, enumerator, supervisor)
    with tenant_scope(satker):
        (work,) = open_work_of(user=enumerator)
    assert (work.total, len(work.units)) == (103, 100)


def test_a_released_person_floats_keeps_history_and_token_and_loses_the_rest(
    satker: Any, kegiatan: Any, satker_admin: Any, enumerator: Any, supervisor: Any
) -> None:
    final = factories.assignment(
        satker, kegiatan, enumerator, supervisor, status="Approved by Admin"
    )
    factories.token(enumerator)
    release = user_release(actor=satker_admin, satker=satker, user=enumerator)
    assert (release.memberships_ended, release.open_work) == (1, ())
    assert User.objects.get(pk=enumerator.pk).is_floating
    assert not KegiatanSatkerUserRole.objects.filter(user=enumerator).exists()
    assert DeviceToken.objects.filter(user=enumerator).exists()
    with tenant_scope(satker):
        assert KegiatanMember.objects.get(user=enumerator).left_at is not None
        assert Assignment.objects.get(pk=final.pk).ppl_id == enumerator.pk
        assert ResponseHistory.objects.filter(assignment_response_id=final.pk).exists()
        assert AssignmentFeed.objects.get(user=enumerator).gone


def test_open_work_may_be_left(
    satker: Any, satker_admin: Any, assignment: Any, enumerator: Any
) -> None:
    release = user_release(actor=satker_admin, satker=satker, user=enumerator, leave_open=True)
    assert release.open_work[0].total == 1
    with tenant_scope(satker):
        assert Assignment.objects.get(pk=assignment.pk).ppl_id == enumerator.pk


@pytest.mark.parametrize("who", ["enumerator", "supervisor", "kegiatan_admin"])
def test_only_admin_satker_releases(
    satker: Any, supervisor: Any, who: str, request: pytest.FixtureRequest
) -> None:
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        user_release(actor=actor, satker=satker, user=supervisor)


def test_nobody_releases_themselves(satker: Any, satker_admin: Any) -> None:
    with pytest.raises(NotAllowed):
        user_release(actor=satker_admin, satker=satker, user=satker_admin)


def test_people_of_another_office_are_not_found(
    satker: Any, satker_admin: Any, other_satker: Any
) -> None:
    with super_scope():
        stranger = Assignment.objects.filter(satker=other_satker).first().ppl  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        user_release(actor=satker_admin, satker=satker, user=stranger, leave_open=True)
    with pytest.raises(NotFound):
        user_release(actor=satker_admin, satker=other_satker, user=stranger, leave_open=True)
    assert User.objects.get(pk=stranger.pk).satker_id == other_satker.pk


def test_the_command_lists_the_work_and_releases(
    satker: Any, satker_admin: Any, assignment: Any, enumerator: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    options = (enumerator.email, "--actor", satker_admin.email, "--satker", satker.code)
    with pytest.raises(CommandError, match="open_work"):
        call_command("release_user", *options)
    assert str(assignment.pk) in capsys.readouterr().err
    call_command("release_user", *options, "--leave-open")
    assert User.objects.get(pk=enumerator.pk).satker_id is None
