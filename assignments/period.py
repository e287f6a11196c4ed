"""The field period of a kegiatan in a satker's time zone, with its grace for late syncs.

Source: design, section 7, "Period".
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kegiatan.models import KegiatanStatistik
from satker.models import Satker


@dataclass(frozen=True)
class FieldPeriod:
    """First and last day in a zone, and the days of grace for what was done within them."""

    first: date
    last: date
    grace_days: int
    zone: ZoneInfo

    def contains(self, moment: datetime) -> bool:
        """Return True when the moment falls on a day of the period."""
        return self.first <= moment.astimezone(self.zone).date() <= self.last

    def is_over(self, now: datetime) -> bool:
        """Return True from the day after the last one."""
        return now.astimezone(self.zone).date() > self.last

    def accepts(self, *, device_at: datetime | None, received_at: datetime) -> bool:
        """Return True for work of the period that arrives in time.

        A clock that is wrong harms nobody while the period runs: what arrives within it was done
        within it. Later, the device's time decides, up to the end of the grace.
        """
        if self.contains(received_at):
            return True
        deadline = self.last + timedelta(days=self.grace_days)
        if received_at.astimezone(self.zone).date() > deadline or device_at is None:
            return False
        return self.contains(min(device_at, received_at))


def field_period(kegiatan: KegiatanStatistik, satker: Satker) -> FieldPeriod:
    """Return the period; it ends with the day `coalesce(extended_end_date, end_date)`."""
    return FieldPeriod(
        first=kegiatan.start_date,
        last=kegiatan.extended_end_date or kegiatan.end_date,
        grace_days=kegiatan.sync_grace_days,
        zone=ZoneInfo(satker.time_zone),
    )
