"""Long work with units through the office's admin and the worker: import, export, bulk actions."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from assignments.models import Assignment, AssignmentResponse, ResponseHistory
from cerdas.jobs.files import job_file_path
from cerdas.jobs.running import job_run
from cerdas.jobs.services import job_cancel
from cerdas.models import Job
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import LISTING
from tests.scenarios.live import database_url

pytestmark = pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True)
BASE = "/satker/6104/admin/assignments/assignment/"
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    """A place for files of its own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def browse() -> Any:
    """`browse(user)` gives a browser with that person's session."""

    def client(user: Any) -> Client:
        made = Client()
        made.force_login(user, backend="satker.auth_backends.PasswordBackend")
        return made

    return client


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


def work() -> None:
    """Let the worker do what is queued."""
    call_command("worker", "--until-empty")


def newest_job(satker: Any) -> Job:
    with tenant_scope(satker):
        return Job.objects.order_by("-created_at").first()


def statuses(satker: Any) -> dict[str, int]:
    with tenant_scope(satker):
        found: dict[str, int] = {}
        for status in AssignmentResponse.objects.values_list("status", flat=True):
            found[status] = found.get(status, 0) + 1
        return found


def refused_rows(satker: Any, job: Job) -> list[dict[str, str]]:
    with tenant_scope(satker), job_file_path(job.files.get(role="bad_rows")) as path:
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def file_of(*rows: str) -> SimpleUploadedFile:
    text = "ppl,pml,label,region_code\n" + "\n".join(rows)
    return SimpleUploadedFile("unit.csv", text.encode(), content_type="text/csv")


def follow_action(client: Client, action: str, query: str = "", **data: Any) -> str:
    """Choose an action in the list; return where it leads."""
    answer = client.post(f"{BASE}{query}", {"action": action, "index": "0", **data})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_file_is_checked_corrected_and_imported(
    browse: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any,
    kegiatan_admin: Any, other_satker: Any,
) -> None:  # fmt: skip
    client = browse(kegiatan_admin)
    good = f"{enumerator.email},{supervisor.email},Keluarga A,61040800010001"
    bad = f"tak.ada@uji.example,{supervisor.email},Keluarga B,61710100010001"
    data = {"kegiatan": str(kegiatan.pk), "file": file_of(good, bad)}
    answer = client.post(f"{BASE}import/", data)
    outcome = answer["Location"]
    assert client.get(outcome).status_code == 200
    work()

    page = client.get(outcome).content.decode()
    assert "tak.ada@uji.example" in page
    assert "di luar wilayah" in page
    assert "Impor baris yang benar saja" in page
    assert statuses(satker) == {}
    rows = refused_rows(satker, newest_job(satker))
    assert [row["label"] for row in rows] == ["Keluarga B"]
    assert "ppl:" in rows[0]["reason"]

    answer = client.post(outcome)  # all or nothing
    work()
    job = newest_job(satker)
    assert (job.kind, job.state) == ("assignments.import", "failed")
    assert statuses(satker) == {}
    assert "Tidak ada yang diimpor" in client.get(answer["Location"]).content.decode()

    client.post(outcome, {"skip_bad": "1"})
    client.post(outcome, {"skip_bad": "1"})  # impatience adds nothing
    work()
    work()  # an office's jobs run one after the other
    assert statuses(satker) == {"Assigned": 1}
    assert newest_job(satker).report["added"] == 0


def test_an_import_is_for_admin_kegiatan_of_that_activity(
    browse: Any, satker: Any, kegiatan: Any, kegiatan_admin: Any, satker_admin: Any,
    super_admin: Any, other_satker: Any,
) -> None:  # fmt: skip
    elsewhere = factories.kegiatan(satkers=[satker])
    client = browse(kegiatan_admin)
    answer = client.post(f"{BASE}import/", {"kegiatan": str(elsewhere.pk), "file": file_of("x")})
    assert answer.status_code == 200
    assert client.get(f"{BASE}import/template/{elsewhere.pk}/").status_code == 404
    template = client.get(f"{BASE}import/template/{kegiatan.pk}/")
    assert template.content.decode("utf-8-sig").startswith("ppl,pml,label,level_1_code")
    wrong = SimpleUploadedFile("unit.exe", b"MZ")
    answer = client.post(f"{BASE}import/", {"kegiatan": str(kegiatan.pk), "file": wrong})
    assert answer.status_code == 200
    with tenant_scope(satker):
        assert not Job.objects.exists()
    for user in (satker_admin, super_admin):
        assert browse(user).get(f"{BASE}import/").status_code == 403
    answer = client.post(f"{BASE}import/", {"kegiatan": str(kegiatan.pk), "file": file_of("x")})
    theirs = factories.person(satker, name="Admin Dua")
    factories.member(theirs, kegiatan, satker, "admin_kegiatan")
    assert browse(theirs).get(answer["Location"]).status_code == 404
    assert browse(satker_admin).post(answer["Location"]).status_code == 403
    assert client.get(f"{BASE}import/{uuid4()}/").status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", b"\xff\xfe\x00", b"PK\x03\x04rusak", b'ppl,pml,label,"', b"a;b;c\n1;2"],
)
def test_a_file_that_is_no_table_ends_with_words(
    browse: Any, satker: Any, kegiatan: Any, kegiatan_admin: Any, content: bytes
) -> None:
    client = browse(kegiatan_admin)
    upload = SimpleUploadedFile("unit.csv", content)
    answer = client.post(f"{BASE}import/", {"kegiatan": str(kegiatan.pk), "file": upload})
    if answer.status_code == 200:  # an empty file is refused by the form
        assert not content
        return
    work()
    job = newest_job(satker)
    assert (job.state, job.error) == ("failed", "")
    assert job.message.startswith("unit.csv: ")
    assert client.get(answer["Location"]).status_code == 200


def test_the_filtered_set_is_exported_without_other_offices(
    browse: Any, satker: Any, kegiatan: Any, units: Any, satker_admin: Any, other_satker: Any
) -> None:
    units("Approved by Admin", 2, label="Selesai")
    units("Assigned", 1, label="Belum")
    client = browse(satker_admin)
    address = follow_action(
        client, "export", "?status=Approved+by+Admin", select_across="1",
        _selected_action=[str(uuid4())],
    )  # fmt: skip
    assert "status=Approved+by+Admin" in address
    assert 'class="a-count">2<' in client.get(address).content.decode()
    answer = client.post(address, {"kegiatan": str(kegiatan.pk), "labels": "on"})
    work()
    job = newest_job(satker)
    assert answer["Location"].endswith(f"/{job.pk}/change/")
    assert (job.state, job.kind) == ("done", "assignments.export")
    with tenant_scope(satker), job_file_path(job.files.get(role="result")) as path:
        with zipfile.ZipFile(path) as archive:
            table = archive.read("units.csv").decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["assignment_label"] for row in rows] == ["Selesai", "Selesai"]
    assert "Rahasia" not in table


def test_a_repeated_export_leaves_one_file(
    browse: Any, satker: Any, kegiatan: Any, units: Any, satker_admin: Any
) -> None:
    units("Assigned", 1)
    browse(satker_admin).post(f"{BASE}export/", {"kegiatan": str(kegiatan.pk)})
    work()
    job = newest_job(satker)
    with tenant_scope(satker):  # as if the worker was killed between the file and the last word
        Job.objects.filter(pk=job.pk).update(state="running", finished_at=None)
    job_run(job_id=job.pk, satker_id=satker.pk)
    with tenant_scope(satker):
        assert Job.objects.get(pk=job.pk).state == "done"
        assert job.files.filter(role="result").count() == 1


def test_many_are_approved_and_the_others_listed(
    browse: Any, satker: Any, kegiatan: Any, units: Any, kegiatan_admin: Any, other_satker: Any
) -> None:
    units("Approved by PML", 3)
    units("Submitted by PPL", 2, label="=Belum")
    client = browse(kegiatan_admin)
    address = follow_action(client, "approve", select_across="1", _selected_action=[str(uuid4())])
    page = client.get(address).content.decode()
    assert '"a-count">3<' in page
    as_of = page.split('name="as_of" value="')[1].split('"')[0]
    client.post(address, {"reason": "", "as_of": as_of})
    assert statuses(satker) == {"Approved by PML": 3, "Submitted by PPL": 2}
    work()
    assert statuses(satker) == {"Approved by Admin": 3, "Submitted by PPL": 2}
    job = newest_job(satker)
    assert (job.state, job.done, job.total) == ("done", 5, 5)
    assert job.report == {"action": "approve", "done": 3, "refused_count": 2}
    rows = refused_rows(satker, job)
    assert [row["label"] for row in rows] == ["'=Belum"] * 2
    assert "Dikirim" in rows[0]["reason"] or "Terkirim" in rows[0]["reason"] or rows[0]["reason"]
    assert set(statuses(other_satker)) == {"Assigned"}


def test_only_the_chosen_rows_are_taken(
    browse: Any, satker: Any, units: Any, kegiatan_admin: Any, other_satker: Any
) -> None:
    mine = units("Approved by PML", 3)
    with tenant_scope(other_satker):
        foreign = Assignment.objects.first()
        AssignmentResponse.objects.update(status="Approved by PML")
    chosen = [str(mine[0].pk), str(foreign.pk)]
    client = browse(kegiatan_admin)
    address = follow_action(client, "approve", select_across="0", _selected_action=chosen)
    client.post(address, {"reason": ""})
    work()
    assert statuses(satker) == {"Approved by Admin": 1, "Approved by PML": 2}
    assert statuses(other_satker) == {"Approved by PML": 3}


def test_the_kegiatan_decides_who_acts_on_many(
    browse: Any, satker: Any, kegiatan: Any, units: Any, kegiatan_admin: Any, satker_admin: Any,
    enumerator: Any, supervisor: Any,
) -> None:  # fmt: skip
    units("Approved by PML", 1)
    elsewhere = factories.kegiatan(satkers=[satker])
    factories.assignment(satker, elsewhere, enumerator, supervisor, status="Approved by PML",
                         responses=LISTING)  # fmt: skip
    client = browse(kegiatan_admin)
    hidden = f"{BASE}bulk/approve/?kegiatan={elsewhere.pk}"
    assert client.get(hidden).status_code == 404
    assert client.post(hidden).status_code == 404
    assert client.get(f"{BASE}bulk/delete/").status_code == 404
    assert (
        browse(satker_admin).post(f"{BASE}bulk/approve/?kegiatan={kegiatan.pk}").status_code == 403
    )
    client.post(f"{BASE}bulk/approve/", {"reason": ""})
    work()
    assert statuses(satker) == {"Approved by Admin": 1, "Approved by PML": 1}

    factories.member(kegiatan_admin, elsewhere, satker, "admin_kegiatan")
    page = client.get(f"{BASE}bulk/approve/").content.decode()
    assert f"kegiatan={elsewhere.pk}" in page or "Kegiatan" in page


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("reject", "Approved by PML", "Rejected by Admin"),
        ("revert_approval", "Approved by Admin", "Approved by PML"),
    ],
)
def test_many_are_sent_back_with_a_reason(
    browse: Any, satker: Any, units: Any, kegiatan_admin: Any, action: str, before: str, after: str
) -> None:
    units(before, 2)
    client = browse(kegiatan_admin)
    assert client.post(f"{BASE}bulk/{action}/", {"reason": ""}).status_code == 200
    with tenant_scope(satker):
        assert not Job.objects.exists()
    client.post(f"{BASE}bulk/{action}/", {"reason": "Periksa ulang"})
    work()
    assert statuses(satker) == {after: 2}
    with tenant_scope(satker):
        notes = set(ResponseHistory.objects.exclude(notes=None).values_list("notes", flat=True))
    assert notes == {"Periksa ulang"}


def test_many_are_cancelled_or_given_to_others(
    browse: Any, satker: Any, kegiatan: Any, units: Any, supervisor: Any, kegiatan_admin: Any
) -> None:
    fresh = units("Assigned", 5)
    begun = units("Submitted by PPL", 1)
    final = units("Approved by Admin", 1)
    other = factories.person(satker, name="Pencacah Dua")
    factories.member(other, kegiatan, satker, "PPL", pml=supervisor)
    client = browse(kegiatan_admin)
    client.post(f"{BASE}bulk/reassign/", {"ppl": str(other.pk), "pml": "", "reason": "Sakit"})
    work()
    with tenant_scope(satker):
        moved = set(Assignment.objects.filter(ppl=other).values_list("pk", flat=True))
    assert moved == {unit.pk for unit in [*fresh, *begun]}
    assert refused_rows(satker, newest_job(satker))[0]["assignment_id"] == str(final[0].pk)

    client.post(f"{BASE}bulk/cancel/", {"reason": "Ganda"})
    work()
    with tenant_scope(satker):
        gone = set(
            Assignment.objects.filter(cancelled_at__isnull=False).values_list("pk", flat=True)
        )
    assert gone == {unit.pk for unit in fresh}
    job = newest_job(satker)
    assert job.report == {"action": "cancel", "done": 5, "refused_count": 2}


def test_what_changed_after_the_look_is_left(
    browse: Any, satker: Any, units: Any, kegiatan_admin: Any
) -> None:
    seen = units("Approved by PML", 1)[0]
    looked = timezone.now()
    units("Approved by PML", 1, label="Baru Disetujui PML")
    browse(kegiatan_admin).post(f"{BASE}bulk/approve/", {"reason": "", "as_of": looked.isoformat()})
    work()
    with tenant_scope(satker):
        done = AssignmentResponse.objects.get(status="Approved by Admin")
    assert done.pk == seen.pk
    rows = refused_rows(satker, newest_job(satker))
    assert [row["label"] for row in rows] == ["Baru Disetujui PML"]


@pytest.mark.parametrize("as_of", ["", "x", "2001-01-01", "2999-01-01T00:00:00+00:00"])
def test_a_look_that_cannot_be_is_now(
    browse: Any, satker: Any, units: Any, kegiatan_admin: Any, as_of: str
) -> None:
    units("Approved by PML", 1)
    browse(kegiatan_admin).post(f"{BASE}bulk/approve/", {"reason": "", "as_of": as_of})
    arguments = newest_job(satker).arguments
    moment = timezone.datetime.fromisoformat(arguments["as_of"])
    assert abs(timezone.now() - moment) < timedelta(minutes=1)


def test_a_cancelled_bulk_job_changes_nothing(
    browse: Any, satker: Any, units: Any, kegiatan_admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    units("Approved by PML", 3)
    monkeypatch.setattr("assignments.background_bulk.BATCH", 1)
    monkeypatch.setattr("cerdas.jobs.running.PROGRESS_EVERY_SECONDS", 0)
    browse(kegiatan_admin).post(f"{BASE}bulk/approve/", {"reason": ""})
    job = newest_job(satker)
    with tenant_scope(satker):
        Job.objects.filter(pk=job.pk).update(cancel_requested_at=timezone.now())
    work()
    assert statuses(satker) == {"Approved by PML": 3}
    job = newest_job(satker)
    assert job.state == "cancelled"
    with tenant_scope(satker):
        assert job_cancel(job=job).state == "cancelled"


def test_who_lost_the_role_before_the_job_ran_changes_nothing(
    browse: Any, satker: Any, units: Any, kegiatan_admin: Any
) -> None:
    from kegiatan.models import KegiatanSatkerUserRole

    units("Approved by PML", 2)
    browse(kegiatan_admin).post(f"{BASE}bulk/approve/", {"reason": ""})
    KegiatanSatkerUserRole.objects.filter(user=kegiatan_admin).delete()
    work()
    assert statuses(satker) == {"Approved by PML": 2}
    assert newest_job(satker).state == "failed"


def test_two_workers_with_the_same_job_do_it_once(
    browse: Any, satker: Any, units: Any, kegiatan_admin: Any
) -> None:
    units("Approved by PML", 20)
    browse(kegiatan_admin).post(f"{BASE}bulk/approve/", {"reason": ""})
    job = newest_job(satker)
    first = _slow_worker(job, satker)
    assert first.stdout is not None
    assert first.stdout.readline() == "chunk\n"
    job_run(job_id=job.pk, satker_id=satker.pk)
    first.wait()
    first.stdout.close()
    with tenant_scope(satker):
        ended = Job.objects.get(pk=job.pk)
    assert (ended.state, ended.report["done"], ended.report["refused_count"]) == ("done", 20, 0)
    assert statuses(satker) == {"Approved by Admin": 20}


SLOW_JOB = """
import os, sys, time
import django
django.setup()
from uuid import UUID
import assignments.background_bulk as bulk
from cerdas.jobs.running import job_run
bulk.BATCH = 5
real = bulk._take
def slowly(*arguments):
    real(*arguments)
    print("chunk", flush=True)
    time.sleep(0.2)
bulk._take = slowly
job_run(job_id=UUID(sys.argv[1]), satker_id=UUID(sys.argv[2]))
"""


def test_a_bulk_job_killed_in_the_middle_ends_as_if_undisturbed(
    browse: Any, satker: Any, units: Any, kegiatan_admin: Any
) -> None:
    units("Approved by PML", 40)
    units("Submitted by PPL", 3)
    browse(kegiatan_admin).post(f"{BASE}bulk/approve/", {"reason": "Final"})
    job = newest_job(satker)
    approved = 0
    for chunks in (1, 3, 3):
        _kill_after(chunks, job, satker)  # within its last chunk
        found = statuses(satker)
        approved += 5 * (chunks - 1)
        assert found.get("Approved by Admin", 0) == approved
        assert sum(found.values()) == 43
        with tenant_scope(satker):
            assert Job.objects.get(pk=job.pk).state == "running"
    job_run(job_id=job.pk, satker_id=satker.pk)

    assert statuses(satker) == {"Approved by Admin": 40, "Submitted by PPL": 3}
    with tenant_scope(satker):
        ended = Job.objects.get(pk=job.pk)
        assert (ended.state, ended.attempts) == ("done", 4)
        assert ended.report == {"action": "approve", "done": 40, "refused_count": 3}
        assert ended.files.count() == 1
        finals = ResponseHistory.objects.filter(to_status="Approved by Admin")
        assert finals.count() == 40
        versions = AssignmentResponse.objects.filter(status="Approved by Admin")
        assert set(versions.values_list("version", flat=True)) == {2}


def _slow_worker(job: Job, satker: Any) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cerdas.settings.test",
        "DATABASE_URL": database_url("default"),
        "DATABASE_OWNER_URL": database_url("owner"),
    }
    return subprocess.Popen(
        [sys.executable, "-c", SLOW_JOB, str(job.pk), str(satker.pk)],
        cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _kill_after(chunks: int, job: Job, satker: Any) -> None:
    process = _slow_worker(job, satker)
    assert process.stdout is not None
    for _ in range(chunks):
        assert process.stdout.readline() == "chunk\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    time.sleep(0.2)  # until the server has seen the connection end
