"""Steps: how a job that is not one transaction goes on where a killed worker left it.

A step is a transaction in the job's scope. What it did and where the next one begins is written in
it, so every step is done once, whoever does it and however often the job is started.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cerdas.jobs.errors import JobCancelled
from cerdas.models import ENDED, Job, JobStep


@dataclass
class Step:
    """An open step. before: facts of the step before it, None for the first."""

    job: Job
    number: int
    before: Mapping[str, Any] | None

    def keep(self, facts: Mapping[str, Any]) -> None:
        """Write what this step did; it counts when the transaction commits."""
        JobStep.objects.create(
            job=self.job, satker=self.job.satker, number=self.number, facts=dict(facts)
        )


def job_hold(job: Job) -> None:
    """Keep a job to one worker until the open transaction ends.

    A worker that was taken for dead may still be alive: the other one waits here, and stops when
    the first has ended the job. Raises JobCancelled, which leaves what the job's row says.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [f"job {job.pk}"])
    if Job.objects.filter(pk=job.pk, state__in=ENDED).exists():
        raise JobCancelled


def step_open(job: Job) -> Step:
    """Return the step that comes next. Runs in the job's scope. Raises JobCancelled."""
    job_hold(job)
    last = JobStep.objects.filter(job=job).order_by("-number").first()
    if last is None:
        return Step(job, 0, None)
    return Step(job, last.number + 1, last.facts)


def step_facts(job: Job) -> Iterator[Mapping[str, Any]]:
    """Yield what the steps did, in their order. Runs in the job's scope."""
    rows = JobStep.objects.filter(job=job).order_by("number")
    yield from rows.values_list("facts", flat=True)


def steps_forget(job: Job) -> None:
    """Let the job begin anew when it is started again."""
    JobStep.objects.filter(job=job).delete()
