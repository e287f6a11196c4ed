"""Judging all answers of an activity again: as a job, what it reports, and who starts it."""

import csv
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from assignments.checking.rechecking import RECHECK, recheck_start
from assignments.checking.worker import checks_run
from assignments.models import AssignmentFeed, CheckQueue, ResponseCheck
from cerdas.errors import NotAllowed
from cerdas.jobs import running
from cerdas.jobs.files import job_file_path
from cerdas.jobs.running import job_run
from cerdas.jobs.services import job_retry
from cerdas.models import Job
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.services.publishing import form_publish
from tests import factories
from tests.assignments.sending import LISTING, WHOLE_LISTING

pytestmark = pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True)


@pytest.fixture
def sent(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any) -> Any:
    """`sent(n, answers)` makes n units whose answers have arrived."""

    def made(n: int, answers: Any = None) -> list[Any]:
        answers = WHOLE_LISTING if answers is None else answers
        return [
            factories.assignment(
                satker, kegiatan, enumerator, supervisor, status="Submitted by PPL", version=2,
                responses=answers,
            )
            for _ in range(n)
        ]  # fmt: skip

    return made


def run(job: Job) -> Job:
    job_run(job_id=job.pk, satker_id=job.satker_id)
    with super_scope():
        return Job.objects.get(pk=job.pk)


def begun(actor: Any, satker: Any, kegiatan: Any) -> Job:
    with tenant_scope(satker):
        return recheck_start(actor=actor, satker=satker, kegiatan=kegiatan)


def stamps(satker: Any) -> dict[Any, Any]:
    with tenant_scope(satker):
        rows = AssignmentFeed.objects.values_list("assignment_id", "user_id", "changed_xid")
        return {(unit, user): stamp for unit, user, stamp in rows}


def table(job: Job) -> list[dict[str, str]]:
    with tenant_scope(job.satker_id), job_file_path(job.files.get(role="result")) as path:
        return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def test_a_recheck_reports_which_verdicts_are_others_than_before(
    sent: Any, satker: Any, kegiatan: Any, kegiatan_admin: Any
) -> None:
    [same, mended, broken, fresh] = [*sent(2), *sent(1, LISTING), *sent(1)]
    checks_run()
    with tenant_scope(satker):
        rows = ResponseCheck.objects.all()
        rows.filter(pk=mended.pk).update(state="failed", errors=[{"path": "x"}])
        rows.filter(pk=broken.pk).update(state="passed", errors=[])
        rows.filter(pk=fresh.pk).update(version=1)
    before = stamps(satker)
    job = run(begun(kegiatan_admin, satker, kegiatan))
    assert (job.state, job.done, job.total) == ("done", 4, 4)
    assert job.report == {
        "responses": 4, "passed": 3, "failed": 1, "left": 0, "changed": 3,
        "failed_to_passed": 1, "passed_to_failed": 1, "pending_to_passed": 1,
    }  # fmt: skip
    listed = {row["assignment_id"]: (row["before"], row["after"]) for row in table(job)}
    assert listed == {
        str(mended.pk): ("Tidak lolos", "Lolos"), str(broken.pk): ("Lolos", "Tidak lolos"),
        str(fresh.pk): ("Menunggu pemeriksaan", "Lolos"),
    }  # fmt: skip
    moved = {unit for (unit, user), stamp in stamps(satker).items() if stamp != before[unit, user]}
    assert moved == {mended.pk, broken.pk, fresh.pk}, "phones fetch only what is another"
    assert same.pk not in moved


def test_a_recheck_judges_what_waits_too_and_takes_it_out_of_the_queue(
    sent: Any, satker: Any, kegiatan: Any, kegiatan_admin: Any
) -> None:
    sent(3)
    job = run(begun(kegiatan_admin, satker, kegiatan))
    assert job.report["pending_to_passed"] == 3
    assert not CheckQueue.objects.exists()


def test_a_cancelled_recheck_keeps_what_it_did_and_goes_on_behind_it(
    sent: Any, satker: Any, kegiatan: Any, kegiatan_admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(5)
    monkeypatch.setattr("assignments.background_recheck.BATCH", 2)
    monkeypatch.setattr(running, "PROGRESS_EVERY_SECONDS", 0)
    real = running.Run.progress

    def progress(self: Any, done: int, total: int | None = None, message: str = "") -> None:
        if done == 2:
            with tenant_scope(self.satker, using="direct"):
                rows = Job.objects.using("direct").filter(pk=self.job.pk)
                rows.update(cancel_requested_at=timezone.now())
        real(self, done, total, message)

    monkeypatch.setattr(running.Run, "progress", progress)
    job = run(begun(kegiatan_admin, satker, kegiatan))
    assert (job.state, job.report["responses"]) == ("cancelled", 2)
    monkeypatch.setattr(running.Run, "progress", real)
    with tenant_scope(satker):
        job_retry(job=job)
    job = run(job)
    assert (job.state, job.report["responses"], job.report["pending_to_passed"]) == ("done", 5, 5)


def test_publishing_a_new_version_starts_it_in_every_office_with_answers(
    sent: Any, satker: Any, other_satker: Any, kegiatan: Any, super_admin: Any
) -> None:
    sent(1)
    schema = {**factories.form("listing"), "form_name": "Listing, versi dua"}
    form_publish(actor=super_admin, kegiatan=kegiatan, schema=schema)
    with super_scope():
        jobs = list(Job.objects.values_list("satker_id", "kind", "actor_id"))
        job = Job.objects.get()
    assert jobs == [(satker.pk, RECHECK, super_admin.pk)], "the other office has no answers yet"
    assert run(job).report["responses"] == 1


def test_only_one_waits_at_a_time_and_only_who_may_starts_it(
    sent: Any, satker: Any, kegiatan: Any, kegiatan_admin: Any, supervisor: Any, capsys: Any,
    super_admin: Any,
) -> None:  # fmt: skip
    sent(1)
    first = begun(kegiatan_admin, satker, kegiatan)
    assert begun(kegiatan_admin, satker, kegiatan) == first
    with pytest.raises(NotAllowed):
        begun(supervisor, satker, kegiatan)
    for actor in (kegiatan_admin, super_admin):
        call_command("recheck", str(kegiatan.pk), "--actor", actor.email, "--json")
        [told] = json.loads(capsys.readouterr().out)
        assert told == {"satker": satker.code, "job": str(first.pk)}
