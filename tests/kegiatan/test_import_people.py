"""A file of people: accounts, roles, supervisors and invitations; messy files; all or nothing."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from cerdas.errors import NotAllowed, NotFound
from cerdas.jobs.files import job_file_path
from cerdas.jobs.services import job_start
from cerdas.models import Job
from cerdas.tenancy import tenant_scope
from kegiatan.importing_people import PeopleReport, people_import
from kegiatan.models import KegiatanMember, KegiatanSatkerUserRole
from kegiatan.people_files import PEOPLE_ROWS
from masterdata.reading import FileUnreadable
from satker.errors import TooManyRequests
from satker.models import Invitation, RecruitLookup, SatkerUserRole, User
from tests import factories
from tests.cerdas.test_worker import PROJECT, eventually, url

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)


@pytest.fixture
def boss(satker: Any, kegiatan: Any) -> Any:
    """Both admin_satker and admin_kegiatan: may everything in the office."""
    user = factories.person(satker, name="Kepala Seksi")
    factories.satker_role(user, satker, "admin_satker")
    factories.member(user, kegiatan, satker, "admin_kegiatan")
    return user


def sheet(folder: Path, *rows: list[str], header: str = "email,name,role,pml,kegiatan") -> Path:
    """Write a CSV file."""
    path = folder / "orang.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


def run(actor: Any, satker: Any, path: Path, **options: Any) -> PeopleReport:
    return people_import(actor=actor, satker=satker, file=path, **options)


def faults(report: PeopleReport) -> list[tuple[int | None, str | None, str]]:
    return [(fault.row, fault.column, fault.code) for fault in report.refused]


def crew(satker: Any) -> set[tuple[str, str, str | None]]:
    """(email, role, supervisor) of everybody in the office's activities."""
    with tenant_scope(satker):
        supervisors = dict(KegiatanMember.objects.values_list("user__email", "pml__email"))
        held = KegiatanSatkerUserRole.objects.filter(content_object__satker=satker)
        return {
            (email, role, supervisors[email])
            for email, role in held.values_list("user__email", "permission__codename")
        }


def state(satker: Any) -> tuple[Any, ...]:
    """Everything that an import could change."""
    with tenant_scope(satker):
        return (
            set(User.objects.values_list("email", "name", "satker__code")),
            crew(satker),
            set(SatkerUserRole.objects.values_list("user__email", "permission__codename")),
            set(Invitation.objects.values_list("email", "role", "state")),
        )


def test_a_file_makes_accounts_gives_roles_and_pairs_ppl_with_pml(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any, other_satker: Any
) -> None:
    old = factories.person(satker, name="Lama", email="lama@uji.example")
    floating = factories.person(None, email="bebas@uji.example")
    path = sheet(
        tmp_path,
        ["ppl.baru@uji.example", "Pencacah Baru", "PPL", "pml.baru@uji.example", kegiatan.name],
        ["PML.Baru@uji.example", "Pengawas Baru", "pml", "", str(kegiatan.pk)],
        ["lama@uji.example", "", "Pencacah", "pml.baru@uji.example", kegiatan.name.upper()],
        ["bebas@uji.example", "", "PPL", "", kegiatan.name],
        ["hanya.akun@uji.example", "Hanya Akun", "", "", ""],
        ["bos.baru@uji.example", "Bos Baru", "admin_satker", "", ""],
    )
    report = run(boss, satker, path)

    assert faults(report) == []
    assert (report.added, report.granted, report.invited, report.unchanged) == (4, 4, 1, 0)
    assert {
        ("ppl.baru@uji.example", "PPL", "pml.baru@uji.example"),
        ("pml.baru@uji.example", "PML", None),
        ("lama@uji.example", "PPL", "pml.baru@uji.example"),
    } <= crew(satker)
    new = User.objects.get(email="hanya.akun@uji.example")
    assert (new.satker_id, new.password, new.name) == (satker.pk, None, "Hanya Akun")
    assert SatkerUserRole.objects.filter(user__email="bos.baru@uji.example").exists()
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.satker_id) == (
        floating.email, "PPL", satker.pk,
    )  # fmt: skip
    floating.refresh_from_db()
    assert floating.satker_id is None
    assert old.pk == User.objects.get(email="lama@uji.example").pk


def test_importing_the_same_file_again_changes_nothing(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any
) -> None:
    path = sheet(
        tmp_path,
        ["pml@uji.example", "Pengawas", "PML", "", kegiatan.name],
        ["ppl@uji.example", "Pencacah", "PPL", "pml@uji.example", kegiatan.name],
    )
    run(boss, satker, path)
    before = state(satker)
    with tenant_scope(satker):
        generations = dict(KegiatanMember.objects.values_list("user_id", "access_generation"))
    report = run(boss, satker, path)

    assert (report.added, report.granted, report.unchanged) == (0, 0, 2)
    assert state(satker) == before
    with tenant_scope(satker):
        now = dict(KegiatanMember.objects.values_list("user_id", "access_generation"))
    assert now == generations


def test_every_fault_of_every_row_is_told_at_once_and_nothing_is_written(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any, other_satker: Any
) -> None:
    theirs = User.objects.filter(satker=other_satker).first()
    idle = factories.person(satker, email="nonaktif@uji.example", is_active=False)
    path = sheet(
        tmp_path,
        ["baik@uji.example", "Orang Baik", "PPL", "", kegiatan.name],
        ["bukan-surel", "=HYPERLINK()", "RAJA", "", "Sensus Bulan"],
        ["", "Tanpa Surel", "PPL", "", kegiatan.name],
        ["x@uji.example", "", "PPL", "tidak.ada@uji.example", kegiatan.name],
        [theirs.email, "Curian", "PPL", "", kegiatan.name],
        [idle.email, "", "PML", "", kegiatan.name],
        ["BAIK@uji.example", "Nama Lain", "PML", "", kegiatan.name],
        ["baik@uji.example", "Orang Baik", "PPL", "", kegiatan.name],
        ["y@uji.example", "Ye", "PML", "baik@uji.example", kegiatan.name],
        ["z@uji.example", "Zet", "PPL", "", ""],
        ["w@uji.example", "We", "", "", kegiatan.name],
        ["v@uji.example", "Ve", "admin_satker", "", kegiatan.name],
        ["u@uji.example", "U" * 201, "", "", ""],
    )  # fmt: skip
    before = state(satker)
    bad = tmp_path / "salah.csv"
    report = run(boss, satker, path, bad_rows=bad)

    assert set(faults(report)) == {
        (3, "email", "email_format"),
        (3, "name", "formula"),
        (3, "role", "role_unknown"),
        (3, "kegiatan", "unknown_kegiatan"),
        (4, "email", "email_missing"),
        (5, "name", "name_missing"),
        (5, "pml", "unknown_pml"),
        (6, "email", "belongs_to_other_satker"),
        (7, "email", "not_in_office"),
        (8, "name", "name_differs"),
        (9, "email", "duplicate_row"),
        (10, "pml", "pml_without_ppl"),
        (11, "kegiatan", "kegiatan_missing"),
        (12, "role", "role_missing"),
        (13, "kegiatan", "kegiatan_not_needed"),
        (14, "name", "name_format"),
    }
    told = {fault.row: fault for fault in report.refused}
    assert other_satker.name in told[6].message
    assert told[6].value == theirs.email
    assert not report.loaded
    assert state(satker) == before

    rows = list(csv.DictReader(io.StringIO(bad.read_text("utf-8-sig"))))
    assert len(rows) == 12
    assert all(row["reason"] for row in rows)
    assert "baik@uji.example" in {row["email"] for row in rows}
    assert rows[0]["name"] == "'=HYPERLINK()"


def test_good_rows_go_in_only_when_it_is_asked(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any
) -> None:
    path = sheet(
        tmp_path,
        ["baik@uji.example", "Baik", "PPL", "", kegiatan.name],
        ["buruk", "Buruk", "PPL", "", kegiatan.name],
    )
    report = run(boss, satker, path, skip_bad=True)
    assert (report.loaded, report.added, report.refused_count) == (True, 1, 1)
    assert ("baik@uji.example", "PPL", None) in crew(satker)


def test_a_dry_run_tells_the_same_and_writes_only_the_look_ups(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any
) -> None:
    path = sheet(tmp_path, ["baru@uji.example", "Baru", "PPL", "", kegiatan.name])
    before = state(satker)
    report = run(boss, satker, path, dry_run=True)
    assert (report.added, report.granted, report.loaded) == (1, 1, False)
    assert state(satker) == before
    looked = RecruitLookup.objects.using("direct").get()
    assert (looked.email, looked.outcome) == ("baru@uji.example", "batch_created")
    run(boss, satker, path)
    assert RecruitLookup.objects.using("direct").count() == 1


def test_an_admin_kegiatan_invites_and_gives_field_roles_of_their_activity_only(
    tmp_path: Path, satker: Any, kegiatan: Any, kegiatan_admin: Any, satker_admin: Any
) -> None:
    second = factories.kegiatan(satkers=[satker])
    colleague = factories.person(satker, email="rekan@uji.example")
    good = [
        ["baru@uji.example", "Baru", "PPL", "", kegiatan.name],
        [colleague.email, "", "PML", "", kegiatan.name],
    ]
    bad = [
        ["a@uji.example", "A", "admin_kegiatan", "", kegiatan.name],
        ["b@uji.example", "B", "admin_satker", "", ""],
        ["c@uji.example", "C", "PPL", "", second.name],
        ["d@uji.example", "D", "", "", ""],
    ]
    report = run(kegiatan_admin, satker, sheet(tmp_path, *good, *bad))
    assert faults(report) == [
        (4, "role", "not_allowed"),
        (5, "role", "not_allowed"),
        (6, "kegiatan", "unknown_kegiatan"),
        (7, "role", "role_missing"),
    ]
    report = run(kegiatan_admin, satker, sheet(tmp_path, *good), kegiatan=kegiatan)
    assert (report.added, report.granted, report.invited) == (0, 1, 1)
    assert not User.objects.filter(email="baru@uji.example").exists()

    report = run(
        satker_admin, satker, sheet(tmp_path, ["e@uji.example", "E", "PPL", "", kegiatan.name])
    )
    assert faults(report) == [(2, "role", "not_allowed")]


@pytest.mark.parametrize("who", ["enumerator", "supervisor"])
def test_others_may_not_import(tmp_path: Path, who: str, satker: Any, request: Any) -> None:
    path = sheet(tmp_path, ["a@uji.example", "A", "", "", ""])
    with pytest.raises(NotAllowed):
        run(request.getfixturevalue(who), satker, path)


def test_another_office_may_not_import_here(
    tmp_path: Path, satker: Any, other_satker: Any, kegiatan: Any
) -> None:
    admin = factories.person(other_satker)
    factories.satker_role(admin, other_satker, "admin_satker")
    path = sheet(tmp_path, ["a@uji.example", "A", "", "", ""])
    with pytest.raises(NotFound):
        run(admin, satker, path)


def test_a_supervisor_of_another_office_is_as_unknown_as_one_who_is_nobody(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any, other_satker: Any
) -> None:
    theirs = User.objects.get(satker=other_satker, name="Rahasia Pengawas")
    told = []
    for pml in (theirs.email, "siapa@uji.example"):
        path = sheet(tmp_path, ["a@uji.example", "A", "PPL", pml, kegiatan.name])
        told.append([(f.code, f.message) for f in run(boss, satker, path, dry_run=True).refused])
    assert told[0] == told[1] == [("unknown_pml", told[0][0][1])]


def test_guessing_people_of_other_offices_by_file_is_logged_and_limited(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any, other_satker: Any, settings: Any
) -> None:
    settings.RECRUIT_LOOKUPS_PER_HOUR = 3
    theirs = [factories.person(other_satker).email for _ in range(3)]
    free = [[f"baru{n}@uji.example", f"Baru {n}", "PPL", "", kegiatan.name] for n in range(10)]
    assert run(boss, satker, sheet(tmp_path, *free)).added == 10

    rows = [[email, "", "PPL", "", kegiatan.name] for email in theirs[:2]]
    report = run(boss, satker, sheet(tmp_path, *rows), dry_run=True)
    assert [fault.code for fault in report.refused] == ["belongs_to_other_satker"] * 2
    more = [[email, "", "PPL", "", kegiatan.name] for email in [theirs[2], "rahasia@x.id"]]
    more.append([User.objects.get(name="Rahasia Pengawas").email, "", "PPL", "", kegiatan.name])
    with pytest.raises(TooManyRequests):
        run(boss, satker, sheet(tmp_path, *more), dry_run=True)
    log = RecruitLookup.objects.using("direct")
    assert log.filter(email=theirs[2], outcome="limited").exists()
    assert log.filter(outcome="belongs_to_other_satker").count() == 2


# --- messy files


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Orang")
    for number, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            page.write(number, place, cell)
    book.close()
    return path


GOOD = "email;nama;peran;kegiatan\r\nani@uji.example;Ani Añez;PPL;{kegiatan}\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encodings_and_dialects_of_offices_are_read(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any, encoding: str
) -> None:
    path = tmp_path / "orang.csv"
    path.write_bytes(GOOD.format(kegiatan=kegiatan.name).encode(encoding))
    report = run(boss, satker, path)
    assert faults(report) == []
    assert User.objects.get(email="ani@uji.example").name == "Ani Añez"
    assert bool(report.notes) == (encoding in ("cp1252", "utf-16"))


def test_blank_lines_extra_columns_and_short_rows_are_taken_as_they_come(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any
) -> None:
    path = tmp_path / "orang.csv"
    path.write_text(
        "\n,,,\nNIK,Email,Nama,Peran,Reason\n\n123, ani@uji.example ,  Ani ,PPL,dulu salah\n"
        ",,,,\n124,budi@uji.example,Budi\n"
    )
    report = run(boss, satker, path, kegiatan=kegiatan)
    assert faults(report) == []
    assert (report.rows, report.added, report.ignored_columns) == (2, 2, ["NIK"])


def test_a_workbook_is_read_with_the_row_numbers_of_the_sheet(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any
) -> None:
    rows = [
        ["email", "name", "role", "kegiatan"],
        ["ani@uji.example", "Ani", "PPL", kegiatan.name],
        ["", "", "", ""],
        ["=1+1", "Budi", "PPL", kegiatan.name],
        [12345, "Citra", "PPL", kegiatan.name],
    ]
    report = run(boss, satker, workbook(tmp_path / "orang.xlsx", rows))
    assert [(row, code) for row, _column, code in faults(report)] == [
        (4, "email_format"), (5, "email_format"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "headers"),
        (b"\n\n \n", "headers"),
        (b"nama,peran\nAni,PPL\n", "headers"),
        (b"email,surel\na@uji.example,b@uji.example\n", "headers"),
        (b'email,name\n"a@uji.example,Ani\n', "not_csv"),
        (b"PK\x03\x04 not a zip at all", "corrupt_zip"),
        (b"\xd0\xcf\x11\xe0 old excel", "not_xlsx"),
        (b"\x1f\x8b broken gzip", "corrupt_gzip"),
        (b"email\n\xc3\xa9@x\n\xff\xfe\x00\n", "wrong_encoding"),
        (b"email\n" + b"a@uji.example\n" * (PEOPLE_ROWS + 1), "too_large"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any, content: bytes, reason: str
) -> None:
    path = tmp_path / "orang.csv"
    path.write_bytes(content)
    before = state(satker)
    with pytest.raises(FileUnreadable) as refused:
        run(boss, satker, path)
    assert refused.value.details["reason"] == reason
    assert state(satker) == before


# --- as a job


def started(actor: Any, satker: Any, path: Path, kind: str, **arguments: Any) -> Job:
    with tenant_scope(satker):
        return job_start(
            actor=actor, satker=satker, kind=kind, title="Uji", arguments=arguments,
            file=BytesIO(path.read_bytes()), file_name=path.name,
        )  # fmt: skip


def work() -> None:
    call_command("worker", "--until-empty")


def reread(job: Job, satker: Any) -> Job:
    with tenant_scope(satker):
        return Job.objects.get(pk=job.pk)


def test_checking_and_importing_run_as_jobs_with_their_files(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any
) -> None:
    path = sheet(
        tmp_path, ["baik@uji.example", "Baik", "PPL", "", ""], ["buruk", "Buruk", "PPL", "", ""]
    )
    arguments = {"kegiatan": str(kegiatan.pk)}
    check = started(boss, satker, path, "kegiatan.people_check", **arguments)
    work()
    refused = started(boss, satker, path, "kegiatan.people_import", **arguments)
    work()
    for job in (reread(check, satker), reread(refused, satker)):
        assert job.state == "failed"
        assert (job.report["refused"], job.report["faults"][0]["row"]) == (1, 3)
    assert not User.objects.filter(email="baik@uji.example").exists()

    taken = started(boss, satker, path, "kegiatan.people_import", skip_bad=True, **arguments)
    work()
    assert reread(taken, satker).state == "done"
    with tenant_scope(satker):
        files = {file.role: file for file in taken.files.all()}
        with job_file_path(files["result"]) as result:
            rows = list(csv.DictReader(io.StringIO(result.read_text("utf-8-sig"))))
    assert [(row["email"], row["outcome"]) for row in rows] == [("baik@uji.example", "created")]
    assert "bad_rows" in files
    assert User.objects.get(email="baik@uji.example").satker_id == satker.pk


def test_an_import_tells_its_rows_and_writes_nothing_when_it_is_cancelled(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cerdas.jobs import running

    known = [factories.person(satker).email for _n in range(20)]
    rows = [["baru@uji.example", "Baru", "PPL", "", ""], *([e, "", "PPL", "", ""] for e in known)]
    path, arguments = sheet(tmp_path, *rows), {"kegiatan": str(kegiatan.pk)}
    told: list[tuple[int, int | None]] = []
    real = running.Run.progress

    def progress(self: Any, done: int, total: int | None = None, message: str = "") -> None:
        told.append((done, total))
        if done == stop_at:
            with tenant_scope(satker, using="direct"):
                Job.objects.using("direct").update(cancel_requested_at=self.job.created_at)
        real(self, done, total, message)

    monkeypatch.setattr(running.Run, "progress", progress)
    monkeypatch.setattr(running, "PROGRESS_EVERY_SECONDS", 0)
    before = state(satker)
    stop_at = 10
    job = started(boss, satker, path, "kegiatan.people_import", **arguments)
    work()
    assert reread(job, satker).state == "cancelled"
    assert state(satker) == before

    stop_at = -1
    told.clear()
    job = started(boss, satker, path, "kegiatan.people_import", **arguments)
    work()
    ended = reread(job, satker)
    assert (ended.state, ended.done, ended.total) == ("done", 21, 21)
    assert told == [(0, 21), (0, 21), (1, 21), (10, 21), (20, 21), (21, 21)]


def test_an_unreadable_file_ends_the_job_with_the_reason(
    tmp_path: Path, satker: Any, boss: Any
) -> None:
    path = tmp_path / "rusak.xlsx"
    path.write_bytes(b"PK\x03\x04rusak")
    job = started(boss, satker, path, "kegiatan.people_import")
    work()
    ended = reread(job, satker)
    assert (ended.state, ended.error) == ("failed", "")
    assert "rusak.xlsx" in ended.message


def _worker_process() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(PROJECT / "manage.py"), "worker", "--concurrency", "1"],
        env={
            **os.environ,
            "DATABASE_URL": url("default"),
            "DATABASE_OWNER_URL": url("owner"),
            "DJANGO_SETTINGS_MODULE": "cerdas.settings.dev",
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_ends_as_an_undisturbed_run(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any
) -> None:
    rows = [["pml@uji.example", "Pengawas", "PML", "", kegiatan.name]]
    rows += [
        [f"ppl{n}@uji.example", f"Pencacah {n}", "PPL", "pml@uji.example", kegiatan.name]
        for n in range(20)
    ]
    rows += [
        [factories.person(satker).email, "", "PPL", "pml@uji.example", kegiatan.name]
        for _n in range(250)
    ]
    before = state(satker)
    job = started(boss, satker, sheet(tmp_path, *rows), "kegiatan.people_import")
    process = _worker_process()
    try:
        assert eventually(lambda: reread(job, satker).done > 21, 60)
        process.send_signal(signal.SIGKILL)
        process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    half = reread(job, satker)
    assert (half.state, half.attempts) == ("running", 1)
    assert 21 < half.done < 271
    time.sleep(0.2)
    assert state(satker) == before

    connections.close_all()
    from cerdas.jobs.running import job_run

    job_run(job_id=job.pk, satker_id=satker.pk)
    ended = reread(job, satker)
    assert (ended.state, ended.attempts, ended.report["added"]) == ("done", 2, 21)
    assert len(crew(satker)) == 272
    with tenant_scope(satker):
        assert job.files.filter(role="result").count() == 1
        generations = KegiatanMember.objects.exclude(user=boss)
        assert set(generations.values_list("access_generation", flat=True)) == {1}
    assert RecruitLookup.objects.using("direct").count() == 21


# --- the command


def test_the_command_imports_reports_as_json_and_ends_with_the_code_of_what_happened(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any, capsys: Any
) -> None:
    def command(*arguments: str) -> int:
        try:
            call_command("import_people", *arguments, "--actor", boss.email)
        except SystemExit as error:
            return int(error.code or 0)
        except CommandError as error:
            return error.returncode
        return 0

    good = sheet(tmp_path, ["ani@uji.example", "Ani", "PPL", "", ""])
    assert command(str(good), "--kegiatan", kegiatan.name, "--json") == 0
    assert json.loads(capsys.readouterr().out)["added"] == 1
    assert command(str(good)) == 1
    assert "kegiatan_missing" in capsys.readouterr().out
    assert command(str(tmp_path / "tidak-ada.csv")) == 2
    template = tmp_path / "kosong.csv"
    assert command("--template", str(template)) == 0
    assert template.read_text("utf-8-sig").strip() == "email,name,role,pml,kegiatan"


def test_the_number_of_queries_of_judging_does_not_grow_with_the_rows(
    tmp_path: Path, satker: Any, kegiatan: Any, boss: Any, django_assert_max_num_queries: Any
) -> None:
    def count(n: int) -> int:
        rows = [[f"a{i}@uji.example", f"A {i}", "PPL", "", kegiatan.name] for i in range(n)]
        path = sheet(tmp_path, *rows)
        connection.force_debug_cursor = True
        before = len(connection.queries_log)
        run(boss, satker, path, dry_run=True)
        return len(connection.queries_log) - before

    assert count(10) == count(500)
