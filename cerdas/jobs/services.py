"""Start, cancel and repeat jobs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from cerdas.errors import NotFound
from cerdas.jobs.errors import JobNotEnded
from cerdas.jobs.files import job_file_remove, job_file_store, job_files_drop
from cerdas.jobs.kinds import kind_get
from cerdas.models import ENDED, Job, JobFile, JobState, JobStep
from satker.models import Satker, User

FILES_KEPT_DAYS = 14


def job_start(
    *,
    actor: User,
    satker: Satker | None,
    kind: str,
    title: str,
    arguments: Mapping[str, Any] | None = None,
    file: BinaryIO | Any = None,
    file_name: str = "",
) -> Job:
    """Write down a job and put it in the queue, in the caller's transaction.

    satker: whose scope it runs in; None for super_admin. file: what the job reads, kept until the
    clean-up. The worker sees it when the transaction commits.
    """
    kind_get(kind)
    job = Job.objects.create(
        actor=actor,
        satker=satker,
        kind=kind,
        title=title[:255],
        arguments=dict(arguments or {}),
    )
    if file is not None:
        job_file_store(job=job, content=file, name=file_name, role=JobFile.Role.INPUT)
    _defer(job)
    return job


def job_cancel(*, job: Job) -> Job:
    """Ask a job to stop: at once while it waits, at its next step while it runs."""
    with transaction.atomic():
        locked = _locked(job.pk)
        if locked.state == JobState.QUEUED:
            locked.state = JobState.CANCELLED
            locked.finished_at = timezone.now()
        if locked.state not in ENDED or locked.state == JobState.CANCELLED:
            locked.cancel_requested_at = locked.cancel_requested_at or timezone.now()
        locked.save(update_fields=["state", "finished_at", "cancel_requested_at"])
    return locked


def job_retry(*, job: Job) -> Job:
    """Put a failed or cancelled job in the queue again. Raises JobNotEnded."""
    with transaction.atomic():
        locked = _locked(job.pk)
        if locked.state not in (JobState.FAILED, JobState.CANCELLED):
            raise JobNotEnded
        locked.state = JobState.QUEUED
        locked.done, locked.total = 0, None
        locked.message = locked.error = ""
        locked.cancel_requested_at = locked.finished_at = locked.started_at = None
        locked.save()
        job_files_drop(job=locked)
        _defer(locked)
    return locked


def _locked(job_id: UUID) -> Job:
    # no_key: a running job that has attached a file holds its key until it commits
    found = Job.objects.select_for_update(of=("self",), no_key=True).filter(pk=job_id).first()
    if found is None:
        raise NotFound
    return found


def _defer(job: Job) -> None:
    """Queue in the same transaction. One office's jobs run one after another: a flood of one
    starves nobody else."""
    from cerdas.tasks import job_run_task

    office = str(job.satker_id) if job.satker_id else None
    job_run_task.configure(lock=f"jobs of {office or 'all offices'}").defer(
        job_id=str(job.pk), satker_id=office
    )


def jobs_clean_up(*, now: datetime | None = None) -> int:
    """Remove the files of jobs that ended two weeks ago, in the open scope; return how many.

    Their steps go too: like the files they name units and people. Content goes when that commits;
    a job that somebody starts again meanwhile keeps its own.
    """
    before = (now or timezone.now()) - timedelta(days=FILES_KEPT_DAYS)
    files = JobFile.objects.filter(removed_at__isnull=True)
    with transaction.atomic():
        jobs = list(
            Job.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
            .filter(
                Exists(files.filter(job=OuterRef("pk")))
                | Exists(JobStep.objects.filter(job=OuterRef("pk"))),
                finished_at__lt=before,
            )
            .values_list("pk", flat=True)
        )
        JobStep.objects.filter(job__in=jobs).delete()
        old = list(files.filter(job__in=jobs))
        for file in old:
            transaction.on_commit(partial(job_file_remove, file), robust=True)
        JobFile.objects.filter(pk__in=[file.pk for file in old]).update(removed_at=timezone.now())
    return len(old)
