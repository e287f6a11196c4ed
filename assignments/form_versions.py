"""Which responses were filled in with which version of the questionnaire."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from assignments.models import AssignmentResponse
from kegiatan.versions import VersionInList, versions_list
from satker.models import Satker


@dataclass(frozen=True)
class VersionUse:
    """A version, and the responses that use it in the offices of the scope, by status.

    Untouched units (Assigned) carry the version that was newest when they were made.
    """

    version: VersionInList
    counts: Mapping[str, int]

    @property
    def responses(self) -> int:
        """Return how many responses use the version."""
        return sum(self.counts.values())


def version_counts(kegiatan_id: UUID, *, satker: Satker | None = None) -> dict[int, dict[str, int]]:
    """Return {version: {status: responses}} of what the scope may see, in one query.

    In the scope of an office its own; in super_admin's those of all, or of one `satker`. Cancelled
    units are left out.
    """
    counted = AssignmentResponse.objects.filter(
        assignment__kegiatan_statistik_id=kegiatan_id, assignment__cancelled_at__isnull=True
    )
    if satker is not None:
        counted = counted.filter(satker=satker)
    rows = (
        counted.values_list("form_version_used", "status")
        .annotate(n=Count("pk"))
        .order_by("form_version_used", "status")
    )
    counts: dict[int, dict[str, int]] = {}
    for version, status, number in rows:
        counts.setdefault(version, {})[status] = number
    return counts


def versions_used(kegiatan_id: UUID) -> list[VersionUse]:
    """Return every published version, newest first, with the responses that use it. Two queries."""
    counts = version_counts(kegiatan_id)
    return [VersionUse(row, counts.get(row.version, {})) for row in versions_list(kegiatan_id)]
