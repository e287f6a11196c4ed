"""The field period in the office's zone, with grace and wrong clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assignments.period import FieldPeriod

PERIOD = FieldPeriod(
    first=date(2026, 3, 1), last=date(2026, 3, 31), grace_days=7, zone=ZoneInfo("Asia/Jayapura")
)


def jayapura(day: int, hour: int = 12, month: int = 3) -> datetime:
    """A moment by the clock of the office."""
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Jayapura"))


@pytest.mark.parametrize(
    ("device_at", "received_at", "in_time"),
    [
        (jayapura(10), jayapura(10), True),
        (jayapura(1, 0), jayapura(1, 0), True),
        (jayapura(31, 23), jayapura(31, 23), True),
        # the day begins in the office's zone, two hours before Jakarta's
        (jayapura(28, 23, 2), jayapura(28, 23, 2), False),
        (datetime(2026, 2, 28, 15, tzinfo=UTC), datetime(2026, 2, 28, 15, tzinfo=UTC), True),
        # done in time, arrived within the grace; and after it
        (jayapura(30), jayapura(7, month=4), True),
        (jayapura(30), jayapura(8, month=4), False),
        # done after the end
        (jayapura(1, month=4), jayapura(2, month=4), False),
        (None, jayapura(2, month=4), False),
        # clocks three days off, or reset, harm nobody while the period runs
        (jayapura(3, month=4), jayapura(31), True),
        (datetime(1970, 1, 2, tzinfo=UTC), jayapura(15), True),
        (None, jayapura(15), True),
        # a clock that is ahead counts as the moment of receipt
        (jayapura(1, month=6), jayapura(3, month=4), False),
    ],
)  # fmt: skip
def test_work_of_the_period_counts_when_it_arrives_in_time(device_at, received_at, in_time):
    assert PERIOD.accepts(device_at=device_at, received_at=received_at) is in_time


def test_the_office_may_edit_from_the_day_after_the_last():
    assert not PERIOD.is_over(jayapura(31, 23))
    assert PERIOD.is_over(jayapura(31, 23) + timedelta(hours=1))
