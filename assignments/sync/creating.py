"""A unit found in the field, made on a PPL's phone. Source: design, section 7, `create`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from assignments.coverage import Levels, OutsideWilayah, as_levels
from assignments.errors import IdTaken, NewUnitsNotAllowed, NoSupervisor, PeriodClosed
from assignments.models import LEVELS, Assignment, AssignmentFeed
from assignments.period import field_period
from assignments.services.creating import AssignmentSpec, assignment_create
from assignments.sync import outcomes
from assignments.sync.outcomes import Stop
from assignments.sync.reading import Operation, read_uuid
from cerdas.errors import CerdasError, Invalid, NotAllowed
from kegiatan.models import KegiatanMember, KegiatanStatistik
from satker.models import Satker, User
from satker.permissions import PPL

# The phone can mend these itself; everything else that stands against a new unit is for the office.
REFUSALS = (OutsideWilayah, IdTaken)


def create_apply(
    *,
    user: User,
    kegiatan: KegiatanStatistik,
    satker: Satker,
    roles: frozenset[str],
    operation: Operation,
    now: datetime,
) -> Assignment:
    """Make the unit for its finder, in Assigned, version 1.

    The satker is the finder's; the PML is that of `near`, else of the membership.
    Raises Stop (parked) for what the office decides, OutsideWilayah, IdTaken, NotAllowed.
    """
    try:
        if PPL not in roles:
            raise _RoleGone
        _check_possible(kegiatan, satker, operation, now)
        return created_unit(user=user, kegiatan=kegiatan, satker=satker, operation=operation)
    except REFUSALS:
        raise
    except CerdasError as error:
        raise Stop(outcomes.parked(error.code, error.message)) from error


class _RoleGone(NotAllowed):
    code = "role_gone"


def _check_possible(
    kegiatan: KegiatanStatistik, satker: Satker, operation: Operation, now: datetime
) -> None:
    if operation.fault is not None:
        raise operation.fault
    if not kegiatan.allow_new_assignments:
        raise NewUnitsNotAllowed
    if not field_period(kegiatan, satker).accepts(device_at=operation.at, received_at=now):
        raise PeriodClosed


def created_unit(
    *,
    user: User,
    kegiatan: KegiatanStatistik,
    satker: Satker,
    operation: Operation,
    ppl_id: UUID | None = None,
    pml_id: UUID | None = None,
) -> Assignment:
    """Make the unit that `operation.data` describes.

    data: {assignment: {id, label, level_1_code .. level_6_code or near, prefilled_data}}.
    The office may name other people than the finder; a `near` that names no unit of the finder then
    matters only where the region was to come from it.
    """
    described = operation.data.get("assignment")
    if not isinstance(described, dict):
        raise Invalid(_("assignment must be an object."), details={"field": "assignment"})
    _check_one_id(operation, described)
    try:
        near = _near(user, satker, kegiatan, described.get("near"))
    except Invalid:
        if (ppl_id or pml_id) is None or not any(map(described.get, LEVELS)):
            raise
        near = None
    spec = AssignmentSpec(
        label=_label(described),
        levels=_levels(described, near),
        prefilled_data=described.get("prefilled_data"),
        id=read_uuid(described.get("id"), "id"),
    )
    return assignment_create(
        actor=user,
        satker=satker,
        kegiatan=kegiatan,
        spec=spec,
        ppl_id=ppl_id or user.pk,
        pml_id=pml_id or _pml_id(user, satker, kegiatan, near),
    )


def _check_one_id(operation: Operation, described: Mapping[str, Any]) -> None:
    """Refuse a unit with two ids: what follows it would be work on another."""
    if read_uuid(described.get("id"), "id") != operation.assignment_id:
        raise Invalid(
            _("assignment and data.assignment.id must be the same."),
            details={"field": "assignment"},
        )


def _label(described: Mapping[str, Any]) -> str:
    label = described.get("label")
    if not isinstance(label, str):
        raise Invalid(_("label must be text."), details={"field": "label"})
    return label


def _near(user: User, satker: Satker, kegiatan: KegiatanStatistik, value: Any) -> Assignment | None:
    """Return the finder's own unit that the new one lies beside."""
    if value is None:
        return None
    near_id = read_uuid(value, "near")
    is_own = AssignmentFeed.objects.filter(
        user=user, assignment_id=near_id, kegiatan=kegiatan, satker=satker
    ).exists()
    near = Assignment.objects.filter(pk=near_id, satker=satker).first() if is_own else None
    if near is None:
        raise Invalid(_("near must name one of your own units."), details={"field": "near"})
    return near


def _levels(described: Mapping[str, Any], near: Assignment | None) -> Levels:
    given = [described.get(level) for level in LEVELS]
    if near is not None and not any(given):
        given = [getattr(near, level) for level in LEVELS]
    for level, code in zip(LEVELS, given, strict=True):
        if code is not None and not isinstance(code, str):
            raise Invalid(_("%(field)s must be text.") % {"field": level}, details={"field": level})
    return as_levels(given)


def _pml_id(
    user: User, satker: Satker, kegiatan: KegiatanStatistik, near: Assignment | None
) -> UUID:
    if near is not None and near.ppl_id == user.pk:
        return near.pml_id
    membership = KegiatanMember.objects.filter(
        satker=satker, kegiatan_statistik=kegiatan, user=user, left_at__isnull=True
    ).first()
    if membership is None or membership.pml_id is None:
        raise NoSupervisor
    return membership.pml_id
