"""Housekeeping of the queue itself."""

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)
FINISHED_JOBS_KEPT_HOURS = 72
HEARTBEAT_LOST_SECONDS = 120


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
