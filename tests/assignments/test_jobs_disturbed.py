"""Jobs about units: how far they are, stopped and gone on with; nothing twice.

That workers may be killed with -9 is shown in tests/cerdas/test_every_job_kind_killed.py.
"""

import csv
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assignments.models import (
    Assignment,
    AssignmentResponse,
    CheckState,
    ResponseCheck,
    ResponseHistory,
)
from cerdas.jobs import running
from cerdas.jobs.files import job_file_path
from cerdas.jobs.running import job_run
from cerdas.jobs.services import job_retry, job_start
from cerdas.models import AuditEntry, Job
from cerdas.tenancy import super_scope, tenant_scope
from tests import factories
from tests.assignments.sending import LISTING

pytestmark = pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True)
PROJECT = Path(__file__).resolve().parents[2]
IMPORT, EXPORT, BULK = "assignments.import", "assignments.export", "assignments.bulk"
REGION = "61040800010001"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    """A place for files of its own, which the workers of a test share."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def units(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any) -> Any:
    """`units(status, n)` makes n units."""

    def made(status: str, n: int, **fields: Any) -> list[Assignment]:
        if status not in ("Assigned", "Opened"):
            fields.setdefault("responses", LISTING)
        found = [
            factories.assignment(satker, kegiatan, enumerator, supervisor, status=status, **fields)
            for _ in range(n)
        ]
        factories.passed(*found)
        return found

    return made


@pytest.fixture
def start(satker: Any, kegiatan: Any, kegiatan_admin: Any) -> Any:
    """`start(kind, ...)` puts a job of admin_kegiatan in the queue."""

    def begun(kind: str, rows: list[str] | None = None, **arguments: Any) -> Job:
        words = {"kegiatan": str(kegiatan.pk), "as_of": timezone.now().isoformat(), **arguments}
        file = None
        if rows is not None:
            file = BytesIO("\n".join(["ppl,pml,label,region_code", *rows]).encode())
        with tenant_scope(satker):
            return job_start(
                actor=kegiatan_admin, satker=satker, kind=kind, title="Uji", arguments=words,
                file=file, file_name="unit.csv",
            )  # fmt: skip

    return begun


@pytest.fixture
def rows(enumerator: Any, supervisor: Any) -> Callable[..., list[str]]:
    """`rows(n)` are lines of a file of n units."""

    def made(n: int) -> list[str]:
        crew = f"{enumerator.email},{supervisor.email}"
        return [f"{crew},Keluarga {number},{REGION}" for number in range(n)]

    return made


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int | None, str]]:
    """What jobs told of their progress."""
    seen: list[tuple[int, int | None, str]] = []
    real = running.Run.progress

    def progress(self: Any, done: int, total: int | None = None, message: str = "") -> None:
        seen.append((done, total, message))
        real(self, done, total, message)

    monkeypatch.setattr(running.Run, "progress", progress)
    monkeypatch.setattr(running, "PROGRESS_EVERY_SECONDS", 0)
    return seen


@pytest.fixture
def cancel_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int, str], bool]], None]:
    """`cancel_at(when)` asks the running job to stop as soon as when(done, message) holds."""
    real = running.Run.progress

    def arm(when: Callable[[int, str], bool]) -> None:
        def progress(self: Any, done: int, total: int | None = None, message: str = "") -> None:
            if when(done, message):
                with tenant_scope(self.satker, using="direct"):
                    rows = Job.objects.using("direct").filter(pk=self.job.pk)
                    rows.update(cancel_requested_at=timezone.now())
            real(self, done, total, message)

        monkeypatch.setattr(running.Run, "progress", progress)
        monkeypatch.setattr(running, "PROGRESS_EVERY_SECONDS", 0)

    return arm


def again(job: Job) -> Job:
    with super_scope():
        return Job.objects.get(pk=job.pk)


def run(job: Job) -> Job:
    job_run(job_id=job.pk, satker_id=job.satker_id)
    return again(job)


def retry(job: Job) -> Job:
    with tenant_scope(job.satker_id):
        job_retry(job=job)
    return run(job)


def statuses(satker: Any) -> dict[str, int]:
    with tenant_scope(satker):
        found: dict[str, int] = {}
        for status in AssignmentResponse.objects.values_list("status", flat=True):
            found[status] = found.get(status, 0) + 1
        return found


def table(job: Job, role: str) -> list[dict[str, str]]:
    """Return the rows of the one file of a job in a role."""
    with tenant_scope(job.satker_id), job_file_path(job.files.get(role=role)) as path:
        text = path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                text = archive.read("units.csv")
    return list(csv.DictReader(text.decode("utf-8-sig").splitlines()))


def test_an_import_tells_the_rows_it_has_judged_and_stored(
    start: Any, rows: Any, told: Any, satker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assignments.importing.running._JUDGED_AT_ONCE", 2)
    monkeypatch.setattr("assignments.importing.staging.INSERTED_AT_ONCE", 3)
    job = run(start(IMPORT, rows(7)))
    assert (job.state, job.done, job.total) == ("done", 7, 7)
    checked = [done for done, total, words in told if total == 7 and words.startswith("Membaca")]
    assert checked == [0, 2, 4, 6]
    assert [(done, total) for done, total, words in told if words == "menulis"] == [
        (1, 7), (4, 7), (7, 7),
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["Membaca", "membandingkan", "menulis"])
def test_a_cancelled_import_adds_nothing_and_can_be_started_again(
    start: Any, rows: Any, cancel_at: Any, satker: Any, words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    cancel_at(lambda done, message: message.startswith(words))
    job = run(start(IMPORT, rows(3)))
    assert (job.state, job.message) == (
        "cancelled", "Pekerjaan dibatalkan. Tidak ada yang berubah."
    )  # fmt: skip
    assert statuses(satker) == {}
    monkeypatch.undo()
    assert retry(job).report["added"] == 3
    assert statuses(satker) == {"Assigned": 3}


def test_an_export_tells_the_units_it_has_written_and_stops_without_a_file(
    start: Any, units: Any, told: Any, cancel_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assignments.exporting.units.PAGE", 2)
    units("Submitted by PPL", 5)
    job = run(start(EXPORT))
    assert (job.state, job.done, job.total) == ("done", 5, 5)
    assert [(done, total) for done, total, _words in told] == [(2, 5), (4, 5), (5, 5)]
    assert len(table(job, "result")) == 5
    cancel_at(lambda done, message: done == 4)
    stopped = run(start(EXPORT))
    with super_scope():
        assert (stopped.state, stopped.files.count()) == ("cancelled", 0)


def test_a_cancelled_action_keeps_what_it_has_done_and_does_the_rest_when_started_again(
    start: Any, units: Any, cancel_at: Any, satker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assignments.background_bulk.BATCH", 2)
    units("Approved by PML", 5)
    units("Submitted by PPL", 1)
    cancel_at(lambda done, message: done == 4)
    job = run(start(BULK, action="approve"))
    assert job.state == "cancelled"
    assert job.message.startswith("Pekerjaan dibatalkan. 4 unit")
    assert job.report == {"action": "approve", "done": 4, "refused_count": 0}
    assert statuses(satker) == {
        "Approved by Admin": 4, "Approved by PML": 1, "Submitted by PPL": 1,
    }  # fmt: skip
    monkeypatch.undo()
    job = retry(job)
    assert (job.state, job.report["done"], job.report["refused_count"]) == ("done", 5, 1)
    assert (job.done, job.total) == (6, 6)
    assert len(table(job, "bad_rows")) == 1
    with tenant_scope(satker):
        assert ResponseHistory.objects.filter(to_status="Approved by Admin").count() == 5


def test_who_loses_the_role_in_the_middle_is_told_what_was_done(
    start: Any, units: Any, satker: Any, kegiatan_admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kegiatan.models import KegiatanSatkerUserRole

    monkeypatch.setattr("assignments.background_bulk.BATCH", 2)
    units("Submitted by PPL", 1)
    units("Approved by PML", 4)
    real = running.Run.progress

    def progress(self: Any, done: int, *words: Any) -> None:
        if done == 2:
            KegiatanSatkerUserRole.objects.filter(user=kegiatan_admin).delete()
        real(self, done, *words)

    monkeypatch.setattr(running.Run, "progress", progress)
    job = run(start(BULK, action="approve"))
    assert job.state == "failed"
    assert job.message.endswith("1 unit sudah selesai sebelumnya dan tetap begitu.")
    assert job.report == {"action": "approve", "done": 1, "refused_count": 1}
    assert len(table(job, "bad_rows")) == 1
    assert statuses(satker) == {
        "Approved by Admin": 1, "Approved by PML": 3, "Submitted by PPL": 1,
    }  # fmt: skip


def test_a_fault_in_the_middle_says_that_what_was_done_stays(
    start: Any, units: Any, satker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assignments.background_bulk.BATCH", 2)
    units("Approved by PML", 5)
    real = running.Run.progress

    def progress(self: Any, done: int, *words: Any) -> None:
        if done == 4:
            raise RuntimeError("rusak")
        real(self, done, *words)

    monkeypatch.setattr(running.Run, "progress", progress)
    job = start(BULK, action="approve")
    with pytest.raises(RuntimeError):
        run(job)
    failed = again(job)
    assert (failed.state, failed.error) == ("failed", "RuntimeError")
    assert failed.message.endswith("bila dijalankan lagi, sisanya dikerjakan.")
    monkeypatch.undo()
    assert retry(failed).report["done"] == 5
    assert statuses(satker) == {"Approved by Admin": 5}


def test_an_action_that_none_allowed_looks_at_all_units_again_when_started_again(
    start: Any, units: Any, satker: Any
) -> None:
    [unit] = units("Submitted by PPL", 1)
    job = run(start(BULK, action="approve"))
    assert (job.state, job.report["refused_count"]) == ("failed", 1)
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=unit.pk).update(status="Approved by PML")
    job = retry(job)
    assert (job.state, job.report["done"], job.report["refused_count"]) == ("done", 1, 0)


def test_an_answer_whose_check_failed_is_approved_only_with_a_reason(
    start: Any, units: Any, satker: Any
) -> None:
    failed, old, passed = units("Approved by PML", 3, version=4)
    with tenant_scope(satker):
        for unit, version, state in (
            (failed, 4, CheckState.FAILED), (old, 3, CheckState.PASSED),
            (passed, 4, CheckState.PASSED),
        ):  # fmt: skip
            ResponseCheck.objects.filter(pk=unit.pk).update(version=version, state=state)
    job = run(start(BULK, action="approve"))
    assert {row["assignment_id"] for row in table(job, "bad_rows")} == {
        str(failed.pk), str(old.pk),
    }  # fmt: skip
    assert run(start(BULK, action="approve", reason="Sudah dicek")).report["done"] == 2
    assert statuses(satker) == {"Approved by Admin": 3}


@pytest.mark.parametrize(
    ("action", "before"),
    [
        ("approve", "Approved by PML"),
        ("reject", "Approved by PML"),
        ("revert_approval", "Approved by Admin"),
        ("reassign", "Submitted by PPL"),
        ("cancel", "Assigned"),
    ],
)
@pytest.mark.parametrize("reason", ["", "Alasan"])
def test_a_unit_among_many_gets_the_traces_of_one_alone(
    start: Any, units: Any, satker: Any, kegiatan: Any, supervisor: Any, kegiatan_admin: Any,
    action: str, before: str, reason: str,
) -> None:  # fmt: skip
    from assignments.admin_acting import REASON_NEEDED, Wish, unit_act

    if action in REASON_NEEDED and not reason:
        reason = "Wajib"
    taker = factories.person(satker, name="Pencacah Dua")
    factories.member(taker, kegiatan, satker, "PPL", pml=supervisor)
    alone, among = units(before, 2)
    with tenant_scope(satker):
        wish = Wish(action, reason, ppl=taker if action == "reassign" else None)
        unit_act(actor=kegiatan_admin, satker=satker, unit=alone, version=None, wish=wish)
    words = {"ppl": str(taker.pk)} if action == "reassign" else {}
    job = start(BULK, action=action, reason=reason, filter={"ids": [str(among.pk)]}, **words)
    assert run(job).report["done"] == 1
    one, other = traces(satker, alone), traces(satker, among)
    assert one == other
    assert one["histories"] or action == "cancel"


@pytest.mark.parametrize(
    ("action", "before"),
    [("approve", "Approved by PML"), ("reassign", "Submitted by PPL"), ("cancel", "Assigned")],
)
def test_a_step_takes_the_same_statements_for_few_units_and_for_many(
    start: Any, units: Any, satker: Any, kegiatan: Any, supervisor: Any, action: str, before: str
) -> None:
    taker = factories.person(satker, name="Pencacah Dua")
    factories.member(taker, kegiatan, satker, "PPL", pml=supervisor)
    words = {"ppl": str(taker.pk)} if action == "reassign" else {"reason": "Uji"}

    def statements(n: int) -> int:
        ids = [str(unit.pk) for unit in [*units(before, n), *units("Approved by Admin", n)]]
        job = start(BULK, action=action, filter={"ids": ids}, **words)
        with CaptureQueriesContext(connection) as captured:
            ended = run(job)
        assert (ended.report["done"], ended.report["refused_count"]) == (n, n)
        return len(captured)

    assert statements(2) == statements(30)


def traces(satker: Any, unit: Assignment) -> dict[str, Any]:
    """Return everything that an action leaves about a unit, without ids and with times as known."""

    def plain(values: dict[str, Any], *left_out: str) -> dict[str, Any]:
        return {
            name: value if not hasattr(value, "tzinfo") else "a time"
            for name, value in values.items()
            if name not in ("id", *left_out)
        }

    with tenant_scope(satker):
        histories = ResponseHistory.objects.filter(assignment_response_id=unit.pk)
        entries = AuditEntry.objects.filter(table_name="assignments", row_id=str(unit.pk))
        return {
            "unit": plain(Assignment.objects.filter(pk=unit.pk).values()[0], "assignment_label"),
            "response": plain(
                AssignmentResponse.objects.filter(pk=unit.pk).values()[0], "assignment_id"
            ),
            "histories": [plain(row, "assignment_response_id") for row in histories.values()],
            "audit": [
                {column: "a time" if column == "cancelled_at" else change
                 for column, change in entry.changes.items()}
                for entry in entries
            ],
        }  # fmt: skip
