"""Reads of units for lists and counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from assignments.models import Assignment, AssignmentFeed, AssignmentResponse
from cerdas.prepared import fetch_one
from satker.models import Satker, User

_MEMBERSHIP = """
    SELECT id, access_generation FROM kegiatan_members
    WHERE user_id = %s AND kegiatan_statistik_id = %s AND satker_id = %s
"""


@dataclass(frozen=True)
class Membership:
    """What a cursor of a person in a kegiatan is valid for."""

    member_id: int
    access: str


def membership_get(*, user: User, kegiatan_id: UUID) -> Membership | None:
    """Return the person's membership in their office, ended ones too, or None.

    `access` changes with every change of roles. Runs in the scope of their office.
    """
    row = fetch_one(_MEMBERSHIP, [user.pk, kegiatan_id, user.satker_id])
    return None if row is None else Membership(row[0], f"{row[0]}.{row[1]}")


def assignments_of_kegiatan(*, satker: Satker, kegiatan_id: UUID) -> QuerySet[Assignment]:
    """Return an office's units of a kegiatan that are not cancelled."""
    return Assignment.objects.filter(
        satker=satker, kegiatan_statistik_id=kegiatan_id, cancelled_at__isnull=True
    )


def prefix_range(prefix: str) -> Q:
    """Return the condition `region_code begins with prefix` as a range, which uses the index."""
    return Q(region_code__gte=prefix, region_code__lt=prefix + "\U0010ffff")


def own_counts(*, user: User, satker: Satker) -> dict[UUID, dict[str, int]]:
    """Return {kegiatan: {status: units}} of the units in a person's hands. One query."""
    rows = (
        AssignmentFeed.objects.filter(user=user, satker=satker, gone=False)
        .values_list("kegiatan_id", "assignment__response__status")
        .annotate(n=Count("assignment"))
        .order_by()
    )
    return _nested(rows)


def office_counts(*, satker: Satker, kegiatan_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Return {kegiatan: {status: units}} of all units of an office in some kegiatan. One query."""
    rows = (
        AssignmentResponse.objects.filter(
            satker=satker,
            assignment__satker=satker,
            assignment__kegiatan_statistik_id__in=kegiatan_ids,
            assignment__cancelled_at__isnull=True,
        )
        .values_list("assignment__kegiatan_statistik_id", "status")
        .annotate(n=Count("assignment"))
        .order_by()
    )
    return _nested(rows)


def _nested(rows: Iterable[Any]) -> dict[UUID, dict[str, int]]:
    counts: dict[UUID, dict[str, int]] = {}
    for kegiatan_id, status, n in rows:
        counts.setdefault(kegiatan_id, {})[status] = n
    return counts
