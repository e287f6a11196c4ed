"""Cancel units on which no work has begun: hidden, never deleted."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.errors import ReasonRequired, WrongStatus
from assignments.models import Assignment, ResponseStatus
from assignments.services.crew import check_manages_units
from assignments.services.reassigning import lock_units, wrong_status
from cerdas.tenancy import tenant_scope
from kegiatan.form.json_value import said
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User


def assignment_cancel(
    *,
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    assignment_ids: Collection[UUID],
    reason: str,
) -> int:
    """Hide units in status Assigned, or Opened without answers; return how many were cancelled.

    All or nothing. A unit that is cancelled already stays as it was and is not counted. Phones get
    a tombstone; what a PPL still sends for it is parked.

    Raises ReasonRequired, NotFound, NotAllowed, WrongStatus naming the unit.
    Source: spec, "Life of a response".
    """
    reason = reason_given(reason)
    with tenant_scope(satker):
        check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan)
        units = lock_units(kegiatan=kegiatan, assignment_ids=assignment_ids)
        for _unit, error in uncancellable(units):
            raise error
        return units_hide(units, actor=actor, reason=reason)


def reason_given(reason: str) -> str:
    """Return the words of a reason. Raises ReasonRequired."""
    reason = said(reason)
    if not reason:
        raise ReasonRequired
    return reason


def uncancellable(units: Iterable[Assignment]) -> Iterator[tuple[Assignment, WrongStatus]]:
    """Yield the units on which work has begun; not those that are cancelled already."""
    for unit in units:
        status = unit.response.status
        if unit.cancelled_at is not None or status == ResponseStatus.ASSIGNED:
            continue
        if status != ResponseStatus.OPENED or unit.response.responses:
            words = _(
                "“%(label)s” is %(status)s; only units without work on them can be cancelled."
            )
            yield unit, wrong_status(unit, words)


def units_hide(units: Iterable[Assignment], *, actor: User, reason: str) -> int:
    """Cancel locked units that `uncancellable` did not name; return how many were not before."""
    now = timezone.now()
    chosen = [unit.pk for unit in units if unit.cancelled_at is None]
    return Assignment.objects.filter(pk__in=chosen).update(
        cancelled_at=now, cancelled_by=actor, cancel_reason=reason, updated_at=now
    )
