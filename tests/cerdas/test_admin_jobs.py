"""Pages of jobs: who sees which, live progress, report, files, cancel and again."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cerdas.admin_refusal_words import _CODES
from cerdas.jobs.files import job_file_store
from cerdas.models import Job, JobState
from cerdas.tenancy import super_scope, tenant_scope
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
LIST = "/satker/6104/admin/cerdas/job/"


def browser(user: Any, language: str = "id") -> Client:
    """A browser in which somebody has signed in."""
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def job(satker: Any, actor: Any, **fields: Any) -> Job:
    """A job in some state, not in the queue."""
    values = {"kind": "uji.jenis", "title": "Impor unit", **fields}
    if values.get("state") in (JobState.DONE, JobState.FAILED, JobState.CANCELLED):
        values.setdefault("finished_at", timezone.now())
    with tenant_scope(satker) if satker else super_scope():
        return Job.objects.create(satker=satker, actor=actor, **values)


def with_file(made: Job, name: str = "hasil.csv", content: bytes = b"a;b\n") -> Any:
    """A file that a job made."""
    with tenant_scope(made.satker):
        return job_file_store(job=made, content=BytesIO(content), name=name, role="result")


@pytest.fixture
def secret(other_satker: Any) -> Job:
    """A job of the other office."""
    actor = factories.person(other_satker, name="Rahasia Admin")
    return job(other_satker, actor, title="Rahasia pekerjaan", message="Rahasia")


def test_admin_satker_sees_all_jobs_of_the_office_and_none_of_another(
    satker: Any, satker_admin: Any, kegiatan_admin: Any, secret: Job
) -> None:
    job(satker, satker_admin, title="Impor orang")
    job(satker, kegiatan_admin, title="Impor unit")
    page = browser(satker_admin).get(LIST).content.decode()
    assert "Impor orang" in page
    assert "Impor unit" in page
    assert "Rahasia" not in page


def test_admin_kegiatan_sees_only_their_own(
    satker: Any, satker_admin: Any, kegiatan_admin: Any
) -> None:
    own = job(satker, kegiatan_admin, title="Impor unit")
    other = job(satker, satker_admin, title="Impor orang")
    client = browser(kegiatan_admin)
    page = client.get(LIST).content.decode()
    assert "Impor unit" in page
    assert "Impor orang" not in page
    assert client.get(f"{LIST}{own.pk}/change/").status_code == 200
    for rest in ("change/", "progress/", "cancel/", "retry/", "history/", "delete/"):
        assert client.get(f"{LIST}{other.pk}/{rest}").status_code in (403, 404), rest


def test_every_address_of_another_offices_job_is_absent(satker_admin: Any, secret: Job) -> None:
    client = browser(satker_admin)
    file = with_file(secret, "rahasia.csv", b"Rahasia")
    for rest in (
        "change/", "progress/", "cancel/", "retry/", "history/", f"files/{file.pk}/",
    ):  # fmt: skip
        theirs = client.get(f"{LIST}{secret.pk}/{rest}")
        nobodys = client.get(f"{LIST}{uuid4()}/{rest}")
        assert theirs.status_code == nobodys.status_code == 404, rest
        assert b"Rahasia" not in theirs.content
    for rest in ("cancel/", "retry/"):
        assert client.post(f"{LIST}{secret.pk}/{rest}").status_code == 404
    with super_scope():
        assert Job.objects.get(pk=secret.pk).state == JobState.QUEUED


def test_a_file_of_another_job_is_not_given_through_ones_own(
    satker: Any, satker_admin: Any, secret: Job
) -> None:
    own = job(satker, satker_admin)
    file = with_file(secret, "rahasia.csv", b"Rahasia")
    assert browser(satker_admin).get(f"{LIST}{own.pk}/files/{file.pk}/").status_code == 404


def test_the_page_asks_again_until_the_job_ends(satker: Any, satker_admin: Any) -> None:
    running = job(satker, satker_admin, state="running", done=30, total=120, message="Baris 30")
    client = browser(satker_admin)
    page = client.get(f"{LIST}{running.pk}/change/").content.decode()
    address = f"{LIST}{running.pk}/progress/"
    assert f'hx-get="{address}"' in page
    assert "<noscript>" in page
    live = client.get(address)
    text = live.content.decode()
    assert 'value="25"' in text
    assert "30 dari 120" in text
    assert "hx-get" in text
    assert "HX-Refresh" not in live

    with tenant_scope(satker):
        Job.objects.filter(pk=running.pk).update(
            state="done", done=120, finished_at=timezone.now(), message="Selesai"
        )
    ended = client.get(address)
    assert ended["HX-Refresh"] == "true"
    assert "hx-get" not in ended.content.decode()
    in_list = client.get(f"{address}?in=list")
    assert "HX-Refresh" not in in_list
    assert "hx-get" not in in_list.content.decode()
    assert "hx-get" not in client.get(f"{LIST}{running.pk}/change/").content.decode()


def test_the_report_is_a_table_with_the_first_refusals(satker: Any, satker_admin: Any) -> None:
    refused = [
        {"row": n, "column": "email", "value": "<b>x</b>", "code": "invalid", "message": "Salah"}
        for n in range(1, 81)
    ]
    report = {"added": 12, "changed": 3, "dry_run": True, "refused": refused}
    made = job(satker, satker_admin, state="failed", report=report, message="80 baris ditolak")
    page = browser(satker_admin).get(f"{LIST}{made.pk}/change/").content.decode()
    assert "<dt>Ditambahkan</dt><dd>12</dd>" in page
    assert "Ditolak (80)" in page
    assert page.count("&lt;b&gt;x&lt;/b&gt;") == 50
    assert "30 baris lagi" in page
    heads = page[page.index("<thead>") : page.index("</thead>")]
    assert heads.index("Baris") < heads.index("Nilai") < heads.index("Pesan") < heads.index("Kode")
    assert "<b>x</b>" not in page


def test_the_report_says_codes_in_words_of_both_languages(satker: Any, satker_admin: Any) -> None:
    refused = [{"row": 2, "column": "x", "value": "61", "code": "lost_zero", "message": "Salah"}]
    report = {
        "refused_count": 1, "refused_codes": {"lost_zero": 1}, "refused": refused,
        "action": "approve", "reason": "not_csv", "loaded": False, "pending_to_passed": 3,
    }  # fmt: skip
    made = job(satker, satker_admin, state="failed", report=report)
    address = f"{LIST}{made.pk}/change/"
    page = browser(satker_admin).get(address).content.decode()
    for words in (
        "<td>nol di depan hilang</td>", "<dt>Alasan ditolak: nol di depan hilang</dt><dd>1</dd>",
        "<dt>Alasan</dt><dd>bukan berkas CSV</dd>", "<dt>Tersimpan</dt><dd>tidak</dd>",
        "<dt>Tadinya menunggu, kini lolos</dt><dd>3</dd>",
    ):  # fmt: skip
        assert words in page
    assert "lost_zero" not in page
    english = browser(satker_admin, "en").get(address).content.decode()
    assert "<td>leading zero lost</td>" in english
    assert "<dt>Refused because: leading zero lost</dt>" in english


def test_every_code_of_rows_and_files_has_words() -> None:
    text = (settings.BASE_DIR / "docs" / "errors.md").read_text()
    sections = {part.partition("\n")[0]: part for part in text.split("\n## ")}
    rows = "".join(
        part for title, part in sections.items()
        if title.startswith(("Rows of a file", "Files that cannot"))
    )  # fmt: skip
    codes = {
        code
        for line in rows.splitlines()
        if line.startswith(("| `", "(`", "Besides"))
        for code in re.findall(r"`([a-z_0-9]+)`", line.split("|")[1] if "|" in line else line)
    }
    assert len(codes) > 40
    assert codes <= set(_CODES)


@pytest.mark.parametrize("report", [None, [], "teks", {"a": {"b": [1, 2]}, "c": [], "d": None}])
def test_any_report_can_be_shown(satker: Any, satker_admin: Any, report: Any) -> None:
    made = job(satker, satker_admin, state="failed", report=report)
    assert browser(satker_admin).get(f"{LIST}{made.pk}/change/").status_code == 200


def test_files_are_downloads_that_no_browser_opens(satker: Any, satker_admin: Any) -> None:
    made = job(satker, satker_admin, state="done")
    file = with_file(made, "hasil.html", b"<script>alert(1)</script>")
    client = browser(satker_admin)
    assert f"files/{file.pk}/" in client.get(f"{LIST}{made.pk}/change/").content.decode()
    answer = client.get(f"{LIST}{made.pk}/files/{file.pk}/")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"] == 'attachment; filename="hasil.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert "no-store" in answer["Cache-Control"]


def test_a_file_that_the_clean_up_took_is_told_so(satker: Any, satker_admin: Any) -> None:
    made = job(satker, satker_admin, state="done")
    file = with_file(made)
    with tenant_scope(satker):
        file.removed_at = timezone.now()
        file.save()
    page = browser(satker_admin).get(f"{LIST}{made.pk}/files/{file.pk}/", follow=True)
    assert page.status_code == 200
    assert "sudah dihapus" in page.content.decode()


def test_cancelling_asks_first(satker: Any, satker_admin: Any) -> None:
    made = job(satker, satker_admin)
    client = browser(satker_admin)
    asked = client.get(f"{LIST}{made.pk}/cancel/")
    assert "Ya, batalkan" in asked.content.decode()
    with tenant_scope(satker):
        assert Job.objects.get(pk=made.pk).state == "queued"
    answer = client.post(f"{LIST}{made.pk}/cancel/")
    assert answer["Location"] == f"{LIST}{made.pk}/change/"
    with tenant_scope(satker):
        assert Job.objects.get(pk=made.pk).state == "cancelled"


def test_only_who_asked_for_it_starts_a_job_again(
    satker: Any, satker_admin: Any, kegiatan_admin: Any
) -> None:
    # it runs with the rights of that person, whoever presses the button
    made = job(satker, kegiatan_admin, state="failed")
    assert browser(satker_admin).post(f"{LIST}{made.pk}/retry/").status_code == 404
    answer = browser(kegiatan_admin).post(f"{LIST}{made.pk}/retry/")
    assert answer.status_code == 302
    with tenant_scope(satker):
        assert Job.objects.get(pk=made.pk).state == "queued"


def test_a_job_that_is_done_is_not_started_again(satker: Any, satker_admin: Any) -> None:
    made = job(satker, satker_admin, state="done")
    client = browser(satker_admin)
    assert client.post(f"{LIST}{made.pk}/retry/").status_code == 404
    assert "Mulai lagi" not in client.get(f"{LIST}{made.pk}/change/").content.decode()


def test_nobody_adds_changes_or_deletes_a_job(satker: Any, satker_admin: Any) -> None:
    made = job(satker, satker_admin)
    client = browser(satker_admin)
    assert client.get(f"{LIST}add/").status_code in (403, 404)
    assert client.post(f"{LIST}add/").status_code in (403, 404)
    assert client.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{LIST}{made.pk}/change/", {"title": "Lain"})
    with tenant_scope(satker):
        assert Job.objects.get(pk=made.pk).title == "Impor unit"


@pytest.mark.parametrize("role", ["enumerator", "supervisor"])
def test_field_workers_do_not_get_in(
    satker: Any, satker_admin: Any, role: str, request: pytest.FixtureRequest
) -> None:
    made = job(satker, satker_admin)
    client = browser(request.getfixturevalue(role))
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{made.pk}/change/").status_code == 403


def test_super_admin_sees_their_jobs_and_those_of_offices(
    satker: Any, satker_admin: Any, super_admin: Any, secret: Job
) -> None:
    own = job(None, super_admin, title="Muat master SLS", state="running", done=1, total=2)
    client = browser(super_admin)
    page = client.get("/admin/cerdas/job/").content.decode()
    assert "Muat master SLS" in page
    assert "Rahasia pekerjaan" in page
    assert client.get(f"/admin/cerdas/job/{own.pk}/change/").status_code == 200
    assert browser(satker_admin).get(f"/admin/cerdas/job/{own.pk}/change/").status_code == 404
    assert browser(satker_admin).get(f"{LIST}{own.pk}/change/").status_code == 404


def test_the_list_asks_as_many_queries_for_many_jobs_as_for_few(
    satker: Any, satker_admin: Any, django_assert_max_num_queries: Any
) -> None:
    for n in range(40):
        job(satker, satker_admin, title=f"Impor {n}", state="running", done=n, total=40)
    client = browser(satker_admin)
    with django_assert_max_num_queries(14):
        assert client.get(LIST).content.decode().count("hx-get=") == 40
    with tenant_scope(satker):
        one = Job.objects.first()
    assert one is not None
    with django_assert_max_num_queries(10):
        client.get(f"{LIST}{one.pk}/progress/")
