"""How much waits, for the badges of the menu: one query of bounded cost on every page.

Counts go to MOST: who has more waiting sees "99+", and the exact number on the home page.
"""

from collections import Counter
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.http import HttpRequest

from assignments.models import AssignmentResponse, ParkedOperation, ResponseStatus
from cerdas.admin_rights import OfficeRights, office_rights
from cerdas.jobs.selectors import failed_recently
from cerdas.models import Job

MOST = 99
APPROVAL, PARKED, FAILED = "approval", "parked", "failed"


def approvals_waiting(rights: OfficeRights) -> QuerySet[AssignmentResponse]:
    """Return responses that wait for this admin_kegiatan's final approval."""
    return AssignmentResponse.objects.filter(
        satker=rights.satker,
        status=ResponseStatus.APPROVED_PML,
        assignment__satker=rights.satker,
        assignment__kegiatan_statistik_id__in=rights.kegiatan_ids,
        assignment__cancelled_at__isnull=True,
    )


def parked_waiting(rights: OfficeRights) -> QuerySet[ParkedOperation]:
    """Return field work that waits for a decision, of the activities that an admin sees."""
    waiting = ParkedOperation.objects.filter(
        satker=rights.satker, state=ParkedOperation.State.WAITING
    )
    return waiting if rights.sees_all else waiting.filter(kegiatan_id__in=rights.kegiatan_ids)


def failed_jobs(rights: OfficeRights) -> QuerySet[Job]:
    """Return jobs that failed in the last days: all of the office's, or the person's own."""
    jobs = Job.objects.filter(satker=rights.satker)
    return failed_recently(jobs if rights.sees_all else jobs.filter(actor=rights.user))


def office_badges(request: HttpRequest) -> dict[str, str]:
    """Return {APPROVAL, PARKED, FAILED: number} of what waits in the office of the URL."""
    rights = office_rights(request)
    if rights is None or not rights.any:
        return {}
    waiting: dict[str, QuerySet[Any]] = {
        PARKED: parked_waiting(rights),
        FAILED: failed_jobs(rights),
    }
    if rights.kegiatan_ids:
        waiting[APPROVAL] = approvals_waiting(rights)
    return _numbers(waiting)


def global_badges(request: HttpRequest) -> dict[str, str]:
    """Return {FAILED: number} of all offices, for super_admin."""
    return _numbers({FAILED: failed_recently(Job.objects.all())})


def _numbers(waiting: dict[str, QuerySet[Any]]) -> dict[str, str]:
    first, *others = (
        rows.order_by()
        .annotate(waits=Value(name, output_field=CharField()))
        .values_list("waits", flat=True)[: MOST + 1]
        for name, rows in waiting.items()
    )
    counted = Counter(first.union(*others, all=True) if others else first)
    return {name: str(n) if n <= MOST else f"{MOST}+" for name, n in counted.items()}
