"""Reads of jobs for pages."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from cerdas.jobs.kinds import kind_get
from cerdas.models import Job, JobState

RECENT_DAYS = 7


def recent_since() -> datetime:
    """Return the beginning (UTC) of the day a week ago: older failures bother nobody."""
    day = timezone.now() - timedelta(days=RECENT_DAYS)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def failed_recently(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return those that failed in the last week: what somebody should look at."""
    return jobs.filter(state=JobState.FAILED, created_at__gte=recent_since())


def kind_title(job: Job) -> str:
    """Return what a job does, in words; of a kind that is gone its name."""
    try:
        return str(kind_get(job.kind).title)
    except KeyError:
        return job.kind
