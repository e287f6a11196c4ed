"""Cancel units on which no work has begun: hidden, never deleted."""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.errors import ReasonRequired
from assignments.models import Assignment, ResponseStatus
from assignments.services.crew import check_manages_units
from assignments.services.reassigning import lock_units, wrong_status
from cerdas.tenancy import tenant_scope
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
    reason = reason.replace("\x00", "").strip()
    if not reason:
        raise ReasonRequired
    with tenant_scope(satker):
        check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan)
        units = lock_units(kegiatan=kegiatan, assignment_ids=assignment_ids)
        open_units = [unit for unit in units if unit.cancelled_at is None]
        for unit in open_units:
            _check_untouched(unit)
        now = timezone.now()
        return Assignment.objects.filter(pk__in=[unit.pk for unit in open_units]).update(
            cancelled_at=now, cancelled_by=actor, cancel_reason=reason, updated_at=now
        )


def _check_untouched(unit: Assignment) -> None:
    status, answers = unit.response.status, unit.response.responses
    if status == ResponseStatus.ASSIGNED or (status == ResponseStatus.OPENED and not answers):
        return
    raise wrong_status(
        unit, _("“%(label)s” is %(status)s; only units without work on them can be cancelled.")
    )
