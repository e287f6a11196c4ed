"""Carries out one job in the worker.

The rows of an atomic job and the word that it is done are one transaction, so a worker that is
killed leaves either nothing or everything, and a job that is done is not done again. Others work
in steps (`steps.py`), each of which is one transaction with the word that it is done. Progress and
failure are written on the `direct` connection, which outlives a rollback.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, close_old_connections
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from cerdas.audit import audit_context
from cerdas.errors import CerdasError
from cerdas.jobs.errors import JobCancelled, JobFileGone
from cerdas.jobs.files import job_file_path, job_file_store, job_files_tidy
from cerdas.jobs.kinds import JobResult, Kind, kind_get
from cerdas.jobs.steps import Step, job_hold, step_open
from cerdas.models import ENDED, Job, JobFile, JobState, JobStep
from cerdas.tenancy import super_scope, tenant_scope
from satker.models import Satker, User

logger = logging.getLogger(__name__)
DIRECT = "direct"
PROGRESS_EVERY_SECONDS = 0.5


def job_scope(satker_id: UUID | None, *, using: str = DEFAULT_DB_ALIAS) -> Any:
    """Open the scope in which a job's rows are seen: its office's, or super_admin's."""
    if satker_id is None:
        return super_scope(using=using)
    return tenant_scope(satker_id, using=using)


class Run:
    """A job at work; what its handler sees (`cerdas.jobs.kinds.JobRun`)."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.actor: User = job.actor
        self.satker: Satker | None = job.satker
        self.arguments: Mapping[str, Any] = job.arguments
        self._shown_at = 0.0

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Show how far it is, at most twice a second. Raises JobCancelled."""
        now = time.monotonic()
        if now - self._shown_at < PROGRESS_EVERY_SECONDS and done != total:
            return
        self._shown_at = now
        values = {"done": done, "message": message[:500]}
        if total is not None:
            values["total"] = max(total, done)
        with job_scope(self.job.satker_id, using=DIRECT):
            rows = Job.objects.using(DIRECT).filter(pk=self.job.pk)
            rows.update(**values)
            is_cancelled = rows.filter(cancel_requested_at__isnull=False).exists()
        if is_cancelled:
            raise JobCancelled

    def input_file(self) -> AbstractContextManager[Path]:
        """Give the uploaded file as a path. Raises JobFileGone."""
        return self._input_file()

    @contextmanager
    def _input_file(self) -> Iterator[Path]:
        with job_scope(self.job.satker_id):
            file = self.job.files.filter(role=JobFile.Role.INPUT).first()
        if file is None:
            raise JobFileGone
        with job_file_path(file) as path:
            yield path

    def attach(self, path: Path, *, name: str, role: str = JobFile.Role.RESULT) -> None:
        """Keep a file that the job made; with an atomic job its row comes with the job's rows."""
        with job_scope(self.job.satker_id), path.open("rb") as content:
            job_file_store(job=self.job, content=content, name=name, role=role)

    def step(self) -> AbstractContextManager[Step]:
        """Open the next step, in a transaction of its own. Raises JobCancelled."""
        return self._step()

    @contextmanager
    def _step(self) -> Iterator[Step]:
        with job_scope(self.job.satker_id):
            yield step_open(self.job)


def job_run(*, job_id: UUID, satker_id: UUID | None) -> None:
    """Carry out a job unless it has ended. Refusals and faults are written on its row."""
    close_old_connections()
    try:
        job = _begin(job_id, satker_id)
        if job is not None:
            _work(job)
    finally:
        _tidy(job_id, satker_id)


def _work(job: Job) -> None:
    run = Run(job)
    with override("id"), audit_context(job.actor_id, "job", request=f"{job.kind} {job.pk}"):
        try:
            _carry_out(kind_get(job.kind), run)
        except JobCancelled as error:
            _end(job, JobState.CANCELLED, message=error.message, report=error.details)
        except CerdasError as error:
            _end(job, JobState.FAILED, message=error.message, report=error.details)
        except KeyError:
            logger.exception("job %s has an unknown kind", job.pk)
            _end(job, JobState.FAILED, message=_("This kind of job does not exist any more."))
        except Exception as error:
            logger.exception("job %s failed", job.pk)
            words = _("The job failed by a fault of ours. Try again, or tell the help desk.")
            if _has_steps(job):
                words += " " + _("What it had done stays; started again it does the rest.")
            _end(job, JobState.FAILED, message=words, error=type(error).__name__)
            raise


def _tidy(job_id: UUID, satker_id: UUID | None) -> None:
    """Leave no content of files behind that killed or refused attempts have begun."""
    try:
        with job_scope(satker_id):
            job = Job.objects.filter(pk=job_id, state__in=ENDED).first()
            if job is not None:
                job_files_tidy(job=job)
    except Exception:  # the job has ended all the same
        logger.exception("the files of job %s could not be tidied", job_id)


def _begin(job_id: UUID, satker_id: UUID | None) -> Job | None:
    with job_scope(satker_id, using=DIRECT):
        rows = Job.objects.using(DIRECT)
        found = rows.select_for_update(of=("self",)).filter(pk=job_id).first()
        if found is None or found.state in ENDED:
            return None
        found.state = JobState.RUNNING
        found.started_at = timezone.now()
        found.attempts += 1
        found.save(update_fields=["state", "started_at", "attempts"])
    with job_scope(satker_id):
        return Job.objects.select_related("actor__satker", "satker").get(pk=job_id)


def _carry_out(kind: Kind, run: Run) -> None:
    if not kind.is_atomic:
        result = kind.handler(run)
        with job_scope(run.job.satker_id):
            _finish(run.job, result)
        return
    with job_scope(run.job.satker_id):
        job_hold(run.job)
        _finish(run.job, kind.handler(run))


def _finish(job: Job, result: JobResult) -> None:
    """Write what came of the job, in the transaction of its rows."""
    state = JobState.FAILED if result.is_refused else JobState.DONE
    locked = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if locked.state in ENDED:  # another worker was faster: its rows stand, ours are taken back
        raise JobCancelled
    locked.state = state
    locked.finished_at = timezone.now()
    locked.message = result.message[:500]
    locked.report = dict(result.report)
    if state == JobState.DONE and locked.total is not None:
        locked.done = locked.total
    locked.save(update_fields=["state", "finished_at", "message", "report", "done"])


def _has_steps(job: Job) -> bool:
    with job_scope(job.satker_id, using=DIRECT):
        return JobStep.objects.using(DIRECT).filter(job=job).exists()


def _end(
    job: Job, state: str, *, message: str, report: Mapping[str, Any] | None = None, error: str = ""
) -> None:
    """Write that a job ended without its rows, on the connection that outlives them."""
    with job_scope(job.satker_id, using=DIRECT):
        Job.objects.using(DIRECT).filter(pk=job.pk).exclude(state__in=ENDED).update(
            state=state,
            finished_at=timezone.now(),
            message=message.replace("\x00", "")[:500],
            report=dict(report) if report else None,
            error=error,
        )
