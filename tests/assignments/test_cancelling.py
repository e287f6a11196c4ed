"""Cancelling hides what nobody has worked on, and deletes nothing."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assignments.errors import ReasonRequired, WrongStatus
from assignments.models import Assignment, AssignmentFeed, ResponseHistory
from assignments.services.cancelling import assignment_cancel
from cerdas.errors import NotAllowed, NotFound
from cerdas.tenancy import super_scope, tenant_scope
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.fixture
def cancel(satker: Any, kegiatan: Any, kegiatan_admin: Any) -> Callable[..., int]:
    """`cancel(unit, ...)` as admin_kegiatan, with a reason."""

    def done(*units: Any, **options: Any) -> int:
        facts = {
            "actor": kegiatan_admin, "satker": satker, "kegiatan": kegiatan, "reason": "Ganda",
            "assignment_ids": [getattr(unit, "pk", unit) for unit in units],
        }  # fmt: skip
        return assignment_cancel(**{**facts, **options})

    return done


def row_of(unit: Any) -> Assignment:
    with super_scope():
        return Assignment.objects.get(pk=unit.pk)


def test_an_assigned_unit_is_hidden_with_who_why_and_when(
    cancel: Any, satker: Any, assignment: Any, kegiatan_admin: Any
) -> None:
    assert cancel(assignment, reason=" Ganda ") == 1
    row = row_of(assignment)
    assert (row.cancelled_by_id, row.cancel_reason) == (kegiatan_admin.pk, "Ganda")
    assert row.cancelled_at is not None
    with tenant_scope(satker):
        assert set(AssignmentFeed.objects.values_list("gone", flat=True)) == {True}
        assert ResponseHistory.objects.count() == 1


def test_repeating_keeps_the_first_reason(cancel: Any, assignment: Any) -> None:
    cancel(assignment)
    assert cancel(assignment, reason="Lain") == 0
    assert row_of(assignment).cancel_reason == "Ganda"


@pytest.mark.parametrize(
    ("status", "responses", "possible"),
    [
        ("Assigned", None, True),
        ("Opened", None, True),
        ("Opened", {}, True),
        ("Opened", {"nama_krt": "Budi"}, False),
        ("Submitted by PPL", {"nama_krt": "Budi"}, False),
        ("Rejected by PML", {"nama_krt": "Budi"}, False),
        ("Approved by Admin", {"nama_krt": "Budi"}, False),
    ],
)
def test_only_units_without_work_can_be_cancelled(
    cancel: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, status: str,
    responses: Any, possible: bool,
) -> None:  # fmt: skip
    unit = factories.assignment(
        satker, kegiatan, enumerator, supervisor, label="Rumah X", status=status,
        responses=responses,
    )  # fmt: skip
    if possible:
        assert cancel(unit) == 1
        return
    with pytest.raises(WrongStatus, match="Rumah X") as refused:
        cancel(unit)
    assert refused.value.details["status"] == status
    assert row_of(unit).cancelled_at is None


def test_one_that_cannot_be_cancelled_keeps_the_others(
    cancel: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, assignment: Any
) -> None:
    done = factories.assignment(satker, kegiatan, enumerator, supervisor, status="Submitted by PPL")
    with pytest.raises(WrongStatus):
        cancel(assignment, done)
    assert row_of(assignment).cancelled_at is None


@pytest.mark.parametrize("reason", ["", "  ", "\x00"])
def test_a_reason_is_needed(cancel: Any, assignment: Any, reason: str) -> None:
    with pytest.raises(ReasonRequired):
        cancel(assignment, reason=reason)


@pytest.mark.parametrize("who", ["enumerator", "supervisor", "satker_admin", "super_admin"])
def test_only_admin_kegiatan_cancels(
    cancel: Any, assignment: Any, who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        cancel(assignment, actor=request.getfixturevalue(who))
    assert row_of(assignment).cancelled_at is None


def test_units_of_another_office_are_not_found(cancel: Any, other_satker: Any) -> None:
    with super_scope():
        foreign = Assignment.objects.filter(satker=other_satker).first()
    with pytest.raises(NotFound):
        cancel(foreign)
    assert row_of(foreign).cancelled_at is None


def test_the_command_cancels_and_refuses(satker: Any, kegiatan_admin: Any, assignment: Any) -> None:
    options = ("--reason", "Ganda", "--actor", kegiatan_admin.email, "--satker", satker.code)
    with pytest.raises(CommandError, match="not_found"):
        call_command("cancel", str(uuid.uuid4()), *options)
    call_command("cancel", str(assignment.pk), *options)
    assert row_of(assignment).cancel_reason == "Ganda"
