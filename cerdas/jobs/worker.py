"""The worker of background jobs. Jobs are functions in the `tasks.py` of each app.

The queue is in our PostgreSQL: a job is deferred in the transaction of the work that needs it.
Source: design, section 10.
"""

import asyncio
import logging
import time
from dataclasses import dataclass

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

logger = logging.getLogger(__name__)
DATABASE_AWAY = (ConnectorException, OperationalError, PoolTimeout)
RECONNECT_AFTER_SECONDS = 3.0


@dataclass(frozen=True)
class WorkerOptions:
    """How a worker runs.

    concurrency: jobs at the same time, each in a thread with connections of its own.
    grace_seconds: how long running jobs get after SIGTERM or Ctrl-C before they are abandoned;
        an abandoned job is started again by `jobs_restart_stalled`.
    until_empty: end when no job is due, instead of waiting for more.
    """

    concurrency: int = 2
    grace_seconds: float = 15.0
    until_empty: bool = False


def worker_run(options: WorkerOptions) -> None:
    """Work until SIGTERM or SIGINT; wait for the database when it is away.

    With until_empty a database that is away raises instead.
    """
    due: frozenset[int] = frozenset()
    while True:
        try:
            asyncio.run(_work(options))
            before, due = due, _due_jobs() if options.until_empty else frozenset()
            # the last job may have put others in the queue; one that cannot start is left there
            if not due or due == before:
                return
        except DATABASE_AWAY as error:
            if options.until_empty:
                raise
            logger.warning("the database is away: %s", type(error).__name__)
            time.sleep(RECONNECT_AFTER_SECONDS)


def _due_jobs() -> frozenset[int]:
    """Return the ids of the jobs that could start now."""
    waiting = ProcrastinateJob.objects.filter(status="todo").exclude(
        scheduled_at__gt=timezone.now()
    )
    return frozenset(waiting.values_list("id", flat=True))


async def _work(options: WorkerOptions) -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as worker_app:
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                concurrency=options.concurrency,
                wait=not options.until_empty,
                shutdown_graceful_timeout=options.grace_seconds,
                install_signal_handlers=True,
                listen_notify=not options.until_empty,
            )
