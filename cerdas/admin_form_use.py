"""Which responses use which version of a questionnaire, for pages of activities."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from assignments.form_versions import version_counts
from assignments.models import ResponseStatus
from satker.models import Satker


@dataclass(frozen=True)
class StatusCount:
    """How many responses of one version are in one status."""

    label: str
    count: int


def form_use(kegiatan_id: UUID, satker: Satker | None) -> Mapping[int, tuple[StatusCount, ...]]:
    """Return {version: counts in the order of the work}; satker: None counts all offices."""
    found = {}
    for version, counts in version_counts(kegiatan_id, satker=satker).items():
        rows = ((status, counts.get(status, 0)) for status in ResponseStatus)
        found[version] = tuple(StatusCount(str(s.label), n) for s, n in rows if n)
    return found
