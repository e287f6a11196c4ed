"""Jobs: started in a transaction, carried out once, cancelled, repeated, seen by one office."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from cerdas.errors import Invalid
from cerdas.jobs import kinds
from cerdas.jobs.errors import JobNotEnded
from cerdas.jobs.files import job_file_path, job_folders_sweep
from cerdas.jobs.kinds import JobResult, job_kind
from cerdas.jobs.running import job_run
from cerdas.jobs.services import job_cancel, job_retry, job_start, jobs_clean_up
from cerdas.models import Job, JobFile, JobStep
from cerdas.tenancy import super_scope, tenant_scope
from satker.models import SatkerWilayahTugas

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)


@pytest.fixture
def kind() -> Iterator[Any]:
    """Register kinds for one test: `kind("name", handler)`."""
    before = dict(kinds._KINDS)

    def register(handler: Any, *, is_atomic: bool = True) -> str:
        job_kind("tests.kind", title="Uji", is_atomic=is_atomic)(handler)
        return "tests.kind"

    yield register
    kinds._KINDS.clear()
    kinds._KINDS.update(before)


def area(run: Any, prefix: str) -> None:
    """Something that a job writes."""
    SatkerWilayahTugas.objects.create(
        satker=run.satker, wilayah_level=3, wilayah_code_prefix=prefix
    )


def started(actor: Any, satker: Any, kind: str, **fields: Any) -> Job:
    with tenant_scope(satker):
        return job_start(actor=actor, satker=satker, kind=kind, title="Uji", **fields)


def work() -> None:
    """Let the worker do what is queued."""
    call_command("worker", "--until-empty")


def test_the_worker_carries_out_a_job_with_its_file_in_the_scope_of_its_office(
    kind: Any, satker: Any, satker_admin: Any, other_satker: Any
) -> None:
    def handler(run: Any) -> JobResult:
        with run.input_file() as path:
            text = path.read_text()
            assert path.name == "isi.csv"
        run.progress(1, 2, "setengah")
        path = path.parent.parent / f"{run.job.pk}.txt"
        path.write_text(text.upper())
        run.attach(path, name="hasil.txt")
        path.unlink()
        return JobResult("Selesai", {"offices": Job.objects.values("satker").distinct().count()})

    job = started(satker_admin, satker, kind(handler), file=BytesIO(b"halo"), file_name="isi.csv")
    work()

    with tenant_scope(satker):
        job = Job.objects.get(pk=job.pk)
        assert (job.state, job.message, job.report) == ("done", "Selesai", {"offices": 1})
        with job_file_path(job.files.get(role="result")) as path:
            assert (path.name, path.read_text()) == ("hasil.txt", "HALO")
    with tenant_scope(other_satker):
        assert not Job.objects.exists()
        assert not JobFile.objects.exists()


def test_a_job_of_a_rolled_back_request_never_was(
    kind: Any, satker: Any, satker_admin: Any
) -> None:
    name = kind(lambda run: JobResult())
    with tenant_scope(satker):
        job_start(actor=satker_admin, satker=satker, kind=name, title="Uji")
        transaction.set_rollback(True)
    work()

    with tenant_scope(satker):
        assert not Job.objects.exists()


def test_a_job_that_is_done_is_not_done_again(kind: Any, satker: Any, satker_admin: Any) -> None:
    job = started(satker_admin, satker, kind(lambda run: area(run, "6104080") or JobResult()))
    for _ in range(2):
        job_run(job_id=job.pk, satker_id=satker.pk)

    assert SatkerWilayahTugas.objects.filter(wilayah_code_prefix="6104080").count() == 1
    with tenant_scope(satker):
        assert Job.objects.get(pk=job.pk).attempts == 1


@pytest.mark.parametrize("fault", [Invalid("Baris 3 salah"), RuntimeError("rusak")])
def test_a_fault_undoes_the_rows_and_is_written_on_the_job(
    kind: Any, satker: Any, satker_admin: Any, fault: Exception
) -> None:
    def handler(run: Any) -> JobResult:
        area(run, "6104080")
        raise fault

    job = started(satker_admin, satker, kind(handler))
    work()

    with tenant_scope(satker):
        job = Job.objects.get(pk=job.pk)
    assert job.state == "failed"
    assert job.message
    assert not SatkerWilayahTugas.objects.filter(wilayah_code_prefix="6104080").exists()


def test_a_running_job_stops_at_its_next_step_when_it_is_cancelled(
    kind: Any, satker: Any, satker_admin: Any
) -> None:
    def handler(run: Any) -> JobResult:
        area(run, "6104080")
        with tenant_scope(satker, using="direct"):
            Job.objects.using("direct").update(cancel_requested_at=run.job.created_at)
        run.progress(1, 10)
        raise AssertionError("not reached")

    job = started(satker_admin, satker, kind(handler))
    work()

    with tenant_scope(satker):
        assert Job.objects.get(pk=job.pk).state == "cancelled"
    assert not SatkerWilayahTugas.objects.filter(wilayah_code_prefix="6104080").exists()


def test_a_waiting_job_is_cancelled_at_once_and_can_be_started_again(
    kind: Any, satker: Any, satker_admin: Any
) -> None:
    job = started(satker_admin, satker, kind(lambda run: JobResult("Baik")))
    with tenant_scope(satker):
        assert job_cancel(job=job).state == "cancelled"
    work()
    with tenant_scope(satker):
        job_retry(job=job)
    work()

    with tenant_scope(satker):
        assert Job.objects.get(pk=job.pk).message == "Baik"
        with pytest.raises(JobNotEnded):
            job_retry(job=job)


def test_super_admins_jobs_run_across_offices(kind: Any, super_admin: Any, satker: Any) -> None:
    name = kind(lambda run: JobResult(report={"jobs": Job.objects.count()}))
    with super_scope():
        job = job_start(actor=super_admin, satker=None, kind=name, title="Uji")
    work()

    with super_scope():
        assert Job.objects.get(pk=job.pk).report == {"jobs": 1}
    with tenant_scope(satker):
        assert not Job.objects.exists()


def test_the_clean_up_takes_files_of_old_jobs_and_leaves_the_rows(
    kind: Any, satker: Any, satker_admin: Any
) -> None:
    def handler(run: Any) -> JobResult:
        with run.step() as step:
            step.keep({"last": 1})
        return JobResult()

    name = kind(handler, is_atomic=False)
    job = started(satker_admin, satker, name, file=BytesIO(b"x"), file_name="x.csv")
    work()
    with tenant_scope(satker):
        assert jobs_clean_up() == 0
        assert job.steps.count() == 1
        assert jobs_clean_up(now=timezone.now() + timedelta(days=15)) == 1
        file = job.files.get()
        assert file.removed_at is not None
        assert not job.steps.exists()


def stored(job: Job) -> int:
    """How many files of a job are on disk."""
    folder = Path(settings.MEDIA_ROOT) / "jobs" / str(job.pk)
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_a_clean_up_that_is_rolled_back_has_removed_nothing(
    kind: Any, satker: Any, satker_admin: Any
) -> None:
    name = kind(lambda run: JobResult())
    job = started(satker_admin, satker, name, file=BytesIO(b"x"), file_name="x.csv")
    work()
    later = timezone.now() + timedelta(days=15)
    with suppress(KeyboardInterrupt), tenant_scope(satker):
        assert jobs_clean_up(now=later) == 1
        raise KeyboardInterrupt
    assert stored(job) == 1
    with tenant_scope(satker):
        assert job.files.get().removed_at is None
        assert jobs_clean_up(now=later) == 1
    assert stored(job) == 0


def test_the_clean_up_leaves_a_job_alone_that_somebody_starts_again(
    kind: Any, satker: Any, satker_admin: Any
) -> None:
    def handler(run: Any) -> JobResult:
        raise RuntimeError("rusak")

    job = started(satker_admin, satker, kind(handler), file=BytesIO(b"x"), file_name="x.csv")
    work()
    later = timezone.now() + timedelta(days=15)
    with ThreadPoolExecutor(1) as other, tenant_scope(satker):
        job_retry(job=job)
        assert other.submit(cleaned_up, satker, later).result(timeout=20) == 0
    assert cleaned_up(satker, later) == 0
    assert stored(job) == 1
    work()
    assert cleaned_up(satker, later) == 1


def cleaned_up(satker: Any, now: datetime) -> int:
    """The clean-up on a connection of its own."""
    try:
        with tenant_scope(satker):
            return jobs_clean_up(now=now)
    finally:
        if threading.current_thread() is not threading.main_thread():
            connections.close_all()


@pytest.mark.parametrize("fault", [None, Invalid("salah"), RuntimeError("rusak")])
def test_content_that_no_row_names_goes_when_the_job_ends(
    kind: Any, satker: Any, satker_admin: Any, tmp_path: Path, fault: Exception | None
) -> None:
    path = tmp_path / "hasil.txt"
    path.write_text("x")

    def handler(run: Any) -> JobResult:
        run.attach(path, name="hasil.txt")
        folder = Path(settings.MEDIA_ROOT) / "jobs" / str(run.job.pk)
        (folder / "0.txt.1.part").write_text("of a killed attempt")
        if fault is not None:
            raise fault
        return JobResult()

    job = started(satker_admin, satker, kind(handler), file=BytesIO(b"a"), file_name="a.csv")
    assert stored(job) == 1
    with suppress(RuntimeError):
        job_run(job_id=job.pk, satker_id=satker.pk)
    with tenant_scope(satker):
        assert job.files.count() == (2 if fault is None else 1)
    assert stored(job) == (2 if fault is None else 1)


def test_files_of_a_job_that_never_was_are_swept_after_a_day(
    kind: Any, satker: Any, satker_admin: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path  # without what other tests left
    name = kind(lambda run: JobResult())
    kept = started(satker_admin, satker, name, file=BytesIO(b"a"), file_name="a.csv")
    with tenant_scope(satker):
        lost = job_start(
            actor=satker_admin, satker=satker, kind=name, title="Uji", file=BytesIO(b"a"),
            file_name="a.csv",
        )  # fmt: skip
        transaction.set_rollback(True)
    now = timezone.now()
    with super_scope():
        assert job_folders_sweep(before=now - timedelta(days=1)) == 0
        assert (stored(kept), stored(lost)) == (1, 1)
        assert job_folders_sweep(before=now + timedelta(minutes=1)) == 1
    assert (stored(kept), stored(lost)) == (1, 0)


def test_a_step_is_done_once_whoever_does_it(
    kind: Any, satker: Any, satker_admin: Any, other_satker: Any
) -> None:
    prefixes = ["6104080", "6104090", "6104100"]
    fails_at = {0}

    def handler(run: Any) -> JobResult:
        for _n in prefixes:
            with run.step() as step:
                if step.number == len(prefixes):
                    break
                area(run, prefixes[step.number])
                step.keep({"area": prefixes[step.number]})
                if step.number in fails_at:
                    raise RuntimeError("rusak")
        return JobResult("Selesai")

    job = started(satker_admin, satker, kind(handler, is_atomic=False))
    for faults in ({0}, {1}, {1}, set()):
        fails_at.clear()
        fails_at.update(faults)
        with suppress(RuntimeError):
            job_run(job_id=job.pk, satker_id=satker.pk)
        with tenant_scope(satker):
            if (found := Job.objects.get(pk=job.pk)).state == "failed":
                job_retry(job=found)
    with tenant_scope(satker):
        assert Job.objects.get(pk=job.pk).state == "done"
        assert [step.facts["area"] for step in job.steps.all()] == prefixes
    with tenant_scope(other_satker):
        assert not JobStep.objects.exists()
    areas = SatkerWilayahTugas.objects.filter(wilayah_code_prefix__in=prefixes)
    assert areas.count() == len(prefixes)
