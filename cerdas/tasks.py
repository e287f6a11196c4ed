"""The task that carries out jobs, and the housekeeping of the queue."""

import logging
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from cerdas.jobs.files import job_folders_sweep
from cerdas.jobs.running import job_run
from cerdas.jobs.services import jobs_clean_up
from cerdas.tenancy import super_scope

logger = logging.getLogger(__name__)
FINISHED_JOBS_KEPT_HOURS = 72
HEARTBEAT_LOST_SECONDS = 120


@app.task(name="cerdas.job_run", pass_context=False)
def job_run_task(job_id: str, satker_id: str | None) -> None:
    """Carry out one job; its row tells people how it goes."""
    job_run(job_id=UUID(job_id), satker_id=UUID(satker_id) if satker_id else None)


@app.periodic(cron="37 2 * * *")
@app.task(name="cerdas.job_files_clean_up", queueing_lock="job_files_clean_up")
def job_files_clean_up(timestamp: int) -> None:
    """Remove the files of jobs that ended two weeks ago, and those of jobs that never were."""
    with super_scope():
        logger.info("removed %d files of old jobs", jobs_clean_up())
        a_day_ago = timezone.now() - timedelta(days=1)
        logger.info("swept %d files without job", job_folders_sweep(before=a_day_ago))


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="cerdas.jobs_restart_stalled", queueing_lock="jobs_restart_stalled", pass_context=True
)
async def jobs_restart_stalled(context: JobContext, timestamp: int) -> None:
    """Start again what a killed worker left in the middle."""
    manager = context.app.job_manager
    stalled = await manager.get_stalled_jobs(seconds_since_heartbeat=HEARTBEAT_LOST_SECONDS)
    for job in stalled:
        logger.warning("job %s (%s) was abandoned; it starts again", job.id, job.task_name)
        await manager.retry_job(job)


@app.periodic(cron="7 2 * * *")
@app.task(name="cerdas.jobs_forget", queueing_lock="jobs_forget", pass_context=True)
async def jobs_forget(context: JobContext, timestamp: int) -> None:
    """Delete jobs that ended well days ago; failed ones stay for somebody to look at."""
    await context.app.job_manager.delete_old_jobs(nb_hours=FINISHED_JOBS_KEPT_HOURS)
