"""Figures of activities as people see them: phase, and a bar with a colour per status.

Counts are live, by index, of one office. Source: design, section 11.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.models import ResponseStatus
from assignments.period import field_period
from assignments.selectors import office_counts
from cerdas.admin_pages import admin_link
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from satker.models import Satker

# Style of each status in the bar, in the order of the work (cerdas/static/cerdas/admin.css).
_STYLES = {
    ResponseStatus.APPROVED_ADMIN: "done",
    ResponseStatus.APPROVED_PML: "review",
    ResponseStatus.SUBMITTED_PPL: "sent",
    ResponseStatus.REJECTED_PML: "back",
    ResponseStatus.REJECTED_ADMIN: "back-admin",
    ResponseStatus.OPENED: "open",
    ResponseStatus.ASSIGNED: "new",
}


@dataclass(frozen=True)
class Segment:
    """Units in one status. link: the list of them, or ""."""

    status: str
    label: Any
    count: int
    style: str
    link: str


@dataclass(frozen=True)
class StatusBar:
    """All units of something, by status."""

    segments: tuple[Segment, ...]
    total: int
    done: int

    @property
    def percent(self) -> int:
        """Return the share that is finally approved, rounded down: 100 means all."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def shown(self) -> list[Segment]:
        """Return the statuses that have units."""
        return [segment for segment in self.segments if segment.count]

    @property
    def words(self) -> str:
        """Return the bar as text, for those who do not see it."""
        return ", ".join(f"{segment.label}: {segment.count}" for segment in self.shown)


@dataclass(frozen=True)
class Phase:
    """Where an activity stands today in its office's zone. days_left: to the last day, or None."""

    name: str
    label: Any
    style: str
    days_left: int | None = None


@dataclass(frozen=True)
class Activity:
    """An activity of an office with its figures."""

    place: KegiatanSatker
    phase: Phase
    counts: Mapping[str, int]
    bar: StatusBar

    @property
    def kegiatan(self) -> KegiatanStatistik:
        """Return the activity itself."""
        return self.place.kegiatan_statistik

    @property
    def last_day(self) -> date:
        """Return the last day of the field period."""
        return self.kegiatan.extended_end_date or self.kegiatan.end_date


def status_bar(
    counts: Mapping[str, int], link: Callable[[str], str] = lambda status: ""
) -> StatusBar:
    """Return the bar of {status: units}. link: gives the address of one status."""
    segments = tuple(
        Segment(status, status.label, counts.get(status, 0), style, link(status))
        for status, style in _STYLES.items()
    )
    return StatusBar(segments, sum(counts.values()), counts.get(ResponseStatus.APPROVED_ADMIN, 0))


def phase_of(kegiatan: KegiatanStatistik, satker: Satker) -> Phase:
    """Return whether the field period is ahead, running or over."""
    period = field_period(kegiatan, satker)
    today = timezone.now().astimezone(period.zone).date()
    if today < period.first:
        return Phase("ahead", _("not begun"), "ahead")
    if today > period.last:
        return Phase("over", _("over"), "over")
    return Phase("running", _("running"), "running", (period.last - today).days)


def assignments_link(site: str, kegiatan_id: Any = None, status: str = "", **more: Any) -> str:
    """Return the address of the office's units of an activity, in one status; "" without page."""
    query = dict(more)
    if kegiatan_id is not None:
        query["kegiatan"] = kegiatan_id
    if status:
        query["status"] = status
    return admin_link("assignments_assignment_changelist", site=site, **query)


def activities(places: Iterable[KegiatanSatker], satker: Satker, site: str) -> list[Activity]:
    """Return figures of an office's activities, in one query for all counts.

    places: with their activity loaded. Links lead to the lists of the admin site.
    """
    rows = list(places)
    ids = [place.kegiatan_statistik_id for place in rows]
    counts = office_counts(satker=satker, kegiatan_ids=ids) if ids else {}
    made = []
    for place in rows:
        own = counts.get(place.kegiatan_statistik_id, {})
        bar = status_bar(own, _link_of(site, place.kegiatan_statistik_id))
        made.append(Activity(place, phase_of(place.kegiatan_statistik, satker), own, bar))
    return made


def _link_of(site: str, kegiatan_id: Any) -> Callable[[str], str]:
    return lambda status: assignments_link(site, kegiatan_id, status)
