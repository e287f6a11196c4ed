"""The log of looking people up by email, with its limit per hour.

What an admin is told about an email may concern another office, so every look-up is written down
on the `direct` connection, where it outlives a refused request. Source: spec, "Roles".
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from satker.errors import TooManyRequests
from satker.models import RecruitLookup, User

DIRECT = "direct"
WINDOW = timedelta(hours=1)
STARTED, LIMITED = "started", "limited"


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
        counted = earlier.exclude(outcome=LIMITED).order_by("at")
        if counted.count() >= settings.RECRUIT_LOOKUPS_PER_HOUR:
            rows.filter(pk=row.pk).update(outcome=LIMITED)
            oldest = counted.values_list("at", flat=True).first()
            wait = (oldest - since).total_seconds() if oldest else WINDOW.total_seconds()
            raise TooManyRequests(
                _("You have looked up too many people in an hour. Continue later."),
                retry_after_seconds=max(1, round(wait)),
            )
        return cls(row.pk)

    def finish(self, outcome: str) -> None:
        """Write down what the admin was told (a code)."""
        RecruitLookup.objects.using(DIRECT).filter(pk=self.row_id).update(outcome=outcome)
