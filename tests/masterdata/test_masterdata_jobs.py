"""Jobs of the master data: what they report, and that a killed worker changes nothing of it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from bench.sls_rows import sls_rows, write_sls_csv
from cerdas.jobs import running
from cerdas.jobs.files import job_file_path
from cerdas.jobs.running import job_run
from cerdas.jobs.services import job_cancel, job_retry, job_start
from cerdas.models import ENDED, Job
from cerdas.tenancy import super_scope
from masterdata import background
from masterdata.background import DATASET_LOAD, SLS_CHECK, SLS_LOAD
from masterdata.models import MasterData, MasterSls
from masterdata.services import master_sls_load
from tests.masterdata.conftest import sls_row
from tests.masterdata.test_dialects import ROWS, table
from tests.scenarios.live import database_url

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
PROJECT = Path(__file__).resolve().parents[2]
BIG_ROWS = 60_000


def start(actor: Any, kind: str, path: Path, name: str = "sls.csv", **arguments: Any) -> Job:
    with super_scope(), path.open("rb") as content:
        return job_start(
            actor=actor, satker=None, kind=kind, title="Uji", arguments=arguments, file=content,
            file_name=name,
        )  # fmt: skip


def again(job: Job) -> Job:
    with super_scope():
        return Job.objects.get(pk=job.pk)


def work() -> None:
    """Work until every job has ended: a worker goes home while jobs wait for another one."""
    for _time in range(10):
        call_command("worker", "--until-empty")
        with super_scope():
            if not Job.objects.exclude(state__in=ENDED).exists():
                return
    raise AssertionError("jobs do not end")


def stored() -> list[tuple[Any, ...]]:
    names = ("sls_id", "nama", "desa_kel", "jenis_sls", "jumlah_keluarga")
    return list(MasterSls.objects.order_by("sls_id").values_list(*names))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small file of another dialect."""
    path = tmp_path / "sls.csv"
    path.write_text(table(delimiter=";"))
    return path


def test_the_check_reports_and_loads_nothing(super_admin: Any, file: Path) -> None:
    job = start(super_admin, SLS_CHECK, file)
    work()
    job = again(job)
    assert job.state == "done"
    assert {name: job.report[name] for name in ("rows", "added", "loaded", "dry_run")} == {
        "rows": 3, "added": 3, "loaded": False, "dry_run": True,
    }  # fmt: skip
    assert len(job.report["notes"]) == 1
    assert stored() == []


def test_the_load_reports_what_it_did(super_admin: Any, file: Path) -> None:
    changed = [ROWS[0] | {"Nama SLS": "RT LAMA"}, sls_row("6104080009000100")]
    file.write_text(table(changed))
    master_sls_load(paths=[file])
    file.write_text(table([*ROWS, ROWS[2]]))
    job = start(super_admin, SLS_LOAD, file, replace=True)
    work()
    job = again(job)
    counts = ("added", "changed", "removed", "unchanged", "duplicates", "refused_count")
    assert [job.report[name] for name in counts] == [2, 1, 1, 0, 1, 0]
    assert (job.state, job.done, job.total) == ("done", 4, 4)  # rows, not bytes
    assert MasterSls.objects.count() == 3


@pytest.mark.parametrize("kind", [SLS_CHECK, SLS_LOAD])
def test_refused_rows_fail_the_job_and_come_as_a_file(
    super_admin: Any, file: Path, kind: str
) -> None:
    file.write_text(table([*ROWS, sls_row("610408000100100"), sls_row(nama="")]))
    job = start(super_admin, kind, file)
    work()
    job = again(job)
    assert (job.state, job.report["refused_count"]) == ("failed", len(job.report["refused"]))
    assert job.report["refused_codes"] == {"lost_zero": 1, "name_missing": 1}
    with super_scope():
        bad = job.files.get(role="bad_rows")
    with job_file_path(bad) as path:
        lines = path.read_text("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("reason")
    assert stored() == []


@pytest.mark.parametrize("content", [b"", bytes(99), b"PK\x03\x04", b"ID SLS\n1\n"])
def test_an_unreadable_file_fails_with_its_own_name(
    super_admin: Any, file: Path, content: bytes
) -> None:
    file.write_bytes(content)
    job = start(super_admin, SLS_CHECK, file, name="dari kantor.csv")
    work()
    job = again(job)
    assert job.state == "failed"
    assert job.message.startswith("dari kantor.csv: ")
    assert job.report["file"] == "dari kantor.csv"
    assert job.error == ""


def test_who_is_no_longer_super_admin_loads_nothing(super_admin: Any, file: Path) -> None:
    jobs = [start(super_admin, kind, file, type="KBLI", version=1)
            for kind in (SLS_CHECK, SLS_LOAD, DATASET_LOAD)]  # fmt: skip
    super_admin.is_superuser = False
    super_admin.save(update_fields=["is_superuser"])
    work()
    assert {again(job).state for job in jobs} == {"failed"}
    assert stored() == []
    assert not MasterData.objects.exists()


def test_a_cancelled_load_changes_nothing(
    super_admin: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(super_admin, SLS_LOAD, file)

    def ask(self: Any, done: int, total: int | None = None, message: str = "") -> None:
        if message == "menulis":
            with super_scope(using="direct"):
                Job.objects.using("direct").update(cancel_requested_at=job.created_at)
        real(self, done, total, message)

    real = running.Run.progress
    monkeypatch.setattr(running.Run, "progress", ask)
    work()
    assert again(job).state == "cancelled"
    assert stored() == []
    monkeypatch.undo()
    with super_scope():
        job_retry(job=again(job))
    work()
    assert (again(job).state, len(stored())) == ("done", 3)


def test_a_waiting_load_is_cancelled_at_once(super_admin: Any, file: Path) -> None:
    job = start(super_admin, SLS_LOAD, file)
    with super_scope():
        job_cancel(job=job)
    work()
    assert (again(job).state, stored()) == ("cancelled", [])


def test_a_corrected_state_is_seen_when_a_failed_load_is_repeated(
    super_admin: Any, file: Path, uses_by_assignments: None, satker: Any, kegiatan: Any,
    enumerator: Any, supervisor: Any,
) -> None:  # fmt: skip
    from tests import factories

    file.write_text(table(ROWS))
    master_sls_load(paths=[file])
    unit = factories.assignment(satker, kegiatan, enumerator, supervisor, region="6104080002000100")
    file.write_text(table(ROWS[:2]))
    job = start(super_admin, SLS_LOAD, file, replace=True)
    work()
    assert (again(job).state, len(stored())) == ("failed", 3)
    assert again(job).report["refused"][0]["code"] == "in_use"
    with super_scope():
        type(unit).objects.filter(pk=unit.pk).update(level_4_code="001")
        job_retry(job=again(job))
    work()
    assert (again(job).state, again(job).report["removed"], len(stored())) == ("done", 1, 2)


def test_a_dataset_is_checked_and_published(super_admin: Any, tmp_path: Path) -> None:
    path = tmp_path / "kbli.csv"
    path.write_text("Judul atas\nkode;judul\n01;Padi\n", encoding="utf-16")
    words = {"type": "KBLI", "version": 2020, "description": "x", "activate": False}
    job = start(super_admin, DATASET_LOAD, path, "kbli.csv", dry_run=True, **words)
    work()
    assert (again(job).state, again(job).report["added"]) == ("done", 1)
    assert not MasterData.objects.exists()
    for _time in range(2):
        job = start(super_admin, DATASET_LOAD, path, "kbli.csv", **words)
        work()
        assert again(job).state == "done"
    dataset = MasterData.objects.get()
    assert (dataset.is_active, dataset.data) == (False, '[{"kode":"01","judul":"Padi"}]')


def test_a_load_killed_after_its_commit_tells_what_it_loaded(
    super_admin: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(super_admin, SLS_LOAD, file)

    class Killed(BaseException):
        pass

    def die(*_arguments: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(running, "_finish", die)
        with pytest.raises(Killed):
            job_run(job_id=job.pk, satker_id=None)
    assert (again(job).state, len(stored())) == ("running", 3)
    with monkeypatch.context() as patch:
        patch.setattr(background, "master_sls_load", die)  # it does not load twice
        job_run(job_id=job.pk, satker_id=None)
    killed = again(job)
    MasterSls.objects.all().delete()
    undisturbed = start(super_admin, SLS_LOAD, file)
    job_run(job_id=undisturbed.pk, satker_id=None)
    undisturbed = again(undisturbed)
    assert killed.state == "done"
    assert (killed.message, killed.report) == (undisturbed.message, undisturbed.report)


def worker(directory: Path) -> subprocess.Popen[bytes]:
    """A worker process on the database and the files of this test."""
    if not (directory / "media").exists():
        (directory / "media").symlink_to(settings.MEDIA_ROOT)
    environment = {
        **os.environ,
        "DATABASE_URL": database_url("default"),
        "DATABASE_OWNER_URL": database_url("owner"),
        "DJANGO_SETTINGS_MODULE": "tests.scenarios.server_settings",
        "CERDAS_SERVER_DIR": str(directory),
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--concurrency", "1"], cwd=PROJECT,
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def killed_when(tmp_path: Path) -> Iterator[Callable[[Job, Callable[[Job], bool]], None]]:
    """`killed_when(job, holds)` lets a live worker work and kills it with -9 once it holds."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(job: Job, holds: Callable[[Job], bool]) -> None:
        process = worker(tmp_path)
        processes.append(process)
        deadline = time.monotonic() + 60
        while not holds(again(job)):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.kill()
        process.wait()

    yield run
    for process in processes:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


def restart_stalled() -> None:
    """Let two minutes pass: the heartbeat of the killed worker is lost."""
    with psycopg.connect(database_url("owner"), autocommit=True) as owner:
        owner.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    with suppress(AlreadyEnqueued):  # by the clock of a live worker
        app.configure_task("cerdas.jobs_restart_stalled").defer(timestamp=0)


@pytest.mark.slow
def test_a_load_killed_at_any_point_ends_as_an_undisturbed_run(
    super_admin: Any, tmp_path: Path, killed_when: Any
) -> None:
    path = tmp_path / "big.csv"
    write_sls_csv(path, sls_rows(BIG_ROWS))
    before = [sls_row("1101010001000100", "RT LAMA")]
    old = tmp_path / "old.csv"
    old.write_text(table(before))
    master_sls_load(paths=[old])
    job = start(super_admin, SLS_LOAD, path, "big.csv")
    points: list[Callable[[Job], bool]] = [
        lambda job: job.state == "running",
        lambda job: job.done > 0,
        lambda job: job.message.startswith("membandingkan"),
        lambda job: job.message == "menulis",
    ]
    for attempt, point in enumerate(points, start=1):
        killed_when(job, lambda job, n=attempt, at=point: job.attempts == n and at(job))
        seen = again(job)
        assert seen.state == "running"
        assert MasterSls.objects.count() == 1  # nothing, not even half
        assert ProcrastinateJob.objects.filter(status="doing").exists()
        restart_stalled()
    work()
    killed = again(job)
    rows = stored()

    with psycopg.connect(database_url("owner"), autocommit=True) as owner:
        owner.execute("TRUNCATE master_sls")
    connection.close()
    master_sls_load(paths=[old])
    undisturbed = start(super_admin, SLS_LOAD, path, "big.csv")
    work()
    undisturbed = again(undisturbed)
    assert killed.state == undisturbed.state == "done"
    assert (killed.message, killed.report) == (undisturbed.message, undisturbed.report)
    assert killed.attempts == len(points) + 1
    assert rows == stored()
    assert len(rows) == BIG_ROWS
