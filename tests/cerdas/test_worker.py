"""`manage.py worker`: carries out jobs as the login role, and ends cleanly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
PROJECT = Path(__file__).resolve().parents[2]


def url(alias: str) -> str:
    """The address of the test database."""
    entry = connections.settings[alias]
    secret = f":{quote(entry['PASSWORD'])}" if entry["PASSWORD"] else ""
    return (
        f"postgresql://{entry['USER']}{secret}@/{entry['NAME']}"
        f"?host={quote(entry['HOST'], safe='')}&port={entry['PORT'] or 5432}"
    )


def eventually(holds: Callable[[], bool], seconds: float = 30) -> bool:
    """Ask until it holds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return holds()


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[str]]:
    """A worker process on the test database."""
    process = subprocess.Popen(
        [sys.executable, str(PROJECT / "manage.py"), "worker", "--concurrency", "1"],
        env={
            **os.environ,
            "DATABASE_URL": url("default"),
            "DATABASE_OWNER_URL": url("owner"),
            "DJANGO_SETTINGS_MODULE": "cerdas.settings.test",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    with suppress(ProcessLookupError):
        process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def status_of(job: int) -> str:
    return str(ProcrastinateJob.objects.get(pk=job).status)


def defer(name: str) -> int:
    return app.configure_task(name).defer(timestamp=0)


def test_periodic_tasks_of_all_apps_are_known() -> None:
    names = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {
        "assignments.attachments_sweep_all",
        "assignments.operations_prune_all",
        "cerdas.jobs_restart_stalled",
        "cerdas.jobs_forget",
    } <= names


@pytest.mark.slow
def test_the_worker_carries_out_jobs_and_ends_on_sigterm(
    worker: subprocess.Popen[str], satker: Any
) -> None:
    jobs = [defer("assignments.attachments_sweep_all"), defer("cerdas.jobs_forget")]
    assert eventually(lambda: all(status_of(job) == "succeeded" for job in jobs))
    late = defer("assignments.operations_prune_all")
    assert eventually(lambda: status_of(late) == "succeeded", 10)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert worker.stdout is not None
    assert "Traceback" not in worker.stdout.read()


@pytest.mark.slow
def test_the_worker_outlives_a_database_that_goes_away(
    worker: subprocess.Popen[str], satker: Any
) -> None:
    first = defer("cerdas.jobs_forget")
    assert eventually(lambda: status_of(first) == "succeeded")
    with psycopg.connect(url("owner"), autocommit=True) as owner:
        ended = owner.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = 'cerdas_app'"
        ).fetchone()
    assert ended is not None
    assert ended[0] > 0
    connections.close_all()
    second = defer("cerdas.jobs_forget")
    assert eventually(lambda: status_of(second) == "succeeded")
    assert worker.poll() is None


def test_a_job_left_by_a_killed_worker_starts_again(satker: Any) -> None:
    job = defer("cerdas.jobs_forget")
    with psycopg.connect(url("owner"), autocommit=True) as owner:
        (worker_id,) = owner.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 hour') RETURNING id"
        ).fetchone()
        owner.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [worker_id, job],
        )
    defer("cerdas.jobs_restart_stalled")
    call_command("worker", "--until-empty")
    assert status_of(job) == "succeeded"
