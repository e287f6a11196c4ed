"""The log of looking people up by email, with its limit per hour.

What an admin is told about an email may concern another office, so every look-up is written down
on the `direct` connection, where it outlives a refused request. Source: spec, "Roles".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from satker.errors import TooManyRequests
from satker.models import RecruitLookup, User

DIRECT = "direct"
WINDOW = timedelta(hours=1)
STARTED, LIMITED = "started", "limited"
BATCH = "batch_"  # before the outcome of a look-up that told nothing about another office


@dataclass(frozen=True)
class Lookup:
    """One look-up; `finish` adds what the admin was told."""

    row_id: int

    @classmethod
    def start(cls, *, actor: User, satker_id: UUID, email: str) -> "Lookup":
        """Write down a look-up before it is made. Raises TooManyRequests above the hourly limit.

        The row comes first and is then counted, so parallel requests cannot pass together; those
        that were refused do not prolong the wait.
        """
        rows = RecruitLookup.objects.using(DIRECT)
        row = rows.create(
            actor_id=actor.pk, satker_id=satker_id, email=email[:254], outcome=STARTED
        )
        since = timezone.now() - WINDOW
        earlier = rows.filter(actor_id=actor.pk, at__gt=since, pk__lt=row.pk)
        counted = _counted(earlier)
        if counted.count() >= settings.RECRUIT_LOOKUPS_PER_HOUR:
            rows.filter(pk=row.pk).update(outcome=LIMITED)
            raise _too_many(counted, since)
        return cls(row.pk)

    def finish(self, outcome: str) -> None:
        """Write down what the admin was told (a code)."""
        RecruitLookup.objects.using(DIRECT).filter(pk=self.row_id).update(outcome=outcome)


def lookups_of_batch(
    *, actor: User, satker_id: UUID, told: Mapping[str, str], secret: frozenset[str]
) -> None:
    """Write down all look-ups of a file of people: one row per email and outcome in an hour.

    told: {email: outcome} of emails that are not of the office. secret: outcomes that tell about
    another office; only these count against the hourly limit, so that a file of thousands of new
    people is no trespass and a file of guesses is. Raises TooManyRequests before anything is told.
    """
    rows = RecruitLookup.objects.using(DIRECT)
    since = timezone.now() - WINDOW
    recent = rows.filter(actor_id=actor.pk, satker_id=satker_id, at__gt=since)
    known = set(recent.values_list("email", "outcome"))
    stored = {(e, o if o in secret else BATCH + o) for e, o in told.items()} - known
    counted = _counted(rows.filter(actor_id=actor.pk, at__gt=since))
    telling = sum(outcome in secret for _email, outcome in stored)
    is_limited = telling and counted.count() + telling > settings.RECRUIT_LOOKUPS_PER_HOUR
    rows.bulk_create(
        [
            RecruitLookup(
                actor_id=actor.pk,
                satker_id=satker_id,
                email=email[:254],
                outcome=LIMITED if is_limited else outcome,
            )
            for email, outcome in sorted(stored)
        ],
        batch_size=1000,
    )
    if is_limited:
        raise _too_many(counted, since)


def _counted(rows: QuerySet[RecruitLookup]) -> QuerySet[RecruitLookup]:
    return rows.exclude(outcome=LIMITED).exclude(outcome__startswith=BATCH).order_by("at")


def _too_many(counted: QuerySet[RecruitLookup], since: datetime) -> TooManyRequests:
    oldest = counted.values_list("at", flat=True).first()
    wait = (oldest - since).total_seconds() if oldest else WINDOW.total_seconds()
    return TooManyRequests(
        _("You have looked up too many people in an hour. Continue later."),
        retry_after_seconds=max(1, round(wait)),
    )
