"""A questionnaire of over 500 questions is printed by a job, after a question."""

import io
import threading
from typing import Any

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from cerdas.errors import Invalid, NotFound
from cerdas.jobs.errors import JobCancelled
from cerdas.jobs.files import job_file_path
from cerdas.jobs.services import job_cancel
from cerdas.models import Job, JobState
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.form_exports import QUESTIONS_PRINTED_AT_ONCE, FormSource, form_exported
from kegiatan.printing import FORM_PRINT, print_start, printed_schema
from kegiatan.services.drafting import draft_discard, draft_save, form_text
from tests import factories
from tests.kegiatan.test_admin_forms import browser, office_pages, pages_of

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
LONG = QUESTIONS_PRINTED_AT_ONCE + 1


def long_form(questions: int = LONG) -> dict[str, Any]:
    """A form of so many questions on pages of fifty."""
    elements = [
        {"type": "text", "name": f"q{n}", "title": {"id": f"Pertanyaan {n}", "en": f"Question {n}"}}
        for n in range(questions)
    ]
    pages = [
        {"name": f"p{n}", "elements": elements[n : n + 50]} for n in range(0, questions, 50)
    ]  # fmt: skip
    return {"form_name": "Panjang", "pages": pages}


@pytest.fixture
def kegiatan(satker: Any) -> Any:
    """An activity with a long questionnaire."""
    return factories.kegiatan([satker], schema=long_form(), name="Sensus Panjang")


def work() -> None:
    call_command("worker", "--until-empty")


def paper_of(job: Job, scope: Any) -> PdfReader:
    with scope, job_file_path(job.files.get(role="result")) as path:
        assert path.name.endswith(".pdf")
        return PdfReader(io.BytesIO(path.read_bytes()))


def test_a_long_form_is_printed_by_a_job_of_super_admin(kegiatan: Any, super_admin: Any) -> None:
    client, address = browser(super_admin), f"{pages_of(kegiatan)}1/as/pdf/?language=en"
    page = client.get(address)
    assert page["Content-Type"].startswith("text/html")
    assert "501" in page.content.decode()
    assert not Job.objects.exists(), "looking starts nothing"
    answer = client.post(address)
    with super_scope():
        job = Job.objects.get()
    assert answer["Location"] == f"/admin/cerdas/job/{job.pk}/change/"
    assert client.post(address)["Location"] == answer["Location"], "one that waits is enough"
    work()
    with super_scope():
        done = Job.objects.get()
    assert (done.state, done.report) == (JobState.DONE, {"questions": LONG})
    assert done.done == done.total
    text = "".join(page.extract_text() for page in paper_of(done, super_scope()).pages)
    assert "Question 0" in text
    assert f"Question {LONG - 1}" in text
    assert "Pertanyaan" not in text


def test_an_office_prints_as_its_own_job(
    kegiatan: Any, satker: Any, other_satker: Any, satker_admin: Any, kegiatan_admin: Any,
    enumerator: Any,
) -> None:  # fmt: skip
    address = f"{office_pages(kegiatan, satker)}1/as/pdf/"
    assert browser(enumerator).post(address).status_code in (302, 403, 404)
    foreign = f"{office_pages(kegiatan, other_satker).replace('6171', '6104')}1/as/pdf/"
    assert browser(satker_admin).post(foreign).status_code == 404
    assert browser(satker_admin).post(address).status_code == 302
    with tenant_scope(other_satker):
        assert not Job.objects.exists()
    work()
    with tenant_scope(satker):
        job = Job.objects.get()
    assert (job.kind, job.satker_id, job.state) == (FORM_PRINT, satker.pk, JobState.DONE)
    first = paper_of(job, tenant_scope(satker)).pages[0].extract_text()
    assert satker.name in first
    assert "Pertanyaan 0" in first


def test_a_short_form_is_printed_at_once_also_by_post(
    satker: Any, super_admin: Any, other_satker: Any
) -> None:
    short = factories.kegiatan([satker], schema=long_form(QUESTIONS_PRINTED_AT_ONCE))
    address = f"{pages_of(short)}1/as/pdf/"
    client = browser(super_admin)
    assert client.get(address).content.startswith(b"%PDF")
    assert client.post(address).content.startswith(b"%PDF")
    assert not Job.objects.exists()


def test_a_language_that_the_form_lacks_starts_no_job(kegiatan: Any, super_admin: Any) -> None:
    address = f"{pages_of(kegiatan)}1/as/pdf/?language=zz"
    for answer in (browser(super_admin).get(address), browser(super_admin).post(address)):
        assert answer.status_code == 400
    with super_scope():
        assert not Job.objects.exists()


def test_a_long_draft_is_printed_as_it_is_stored_when_the_job_runs(
    kegiatan: Any, super_admin: Any
) -> None:
    form = long_form()
    form["pages"][0]["elements"][0]["title"] = "Draf pertama"
    draft_save(actor=super_admin, kegiatan=kegiatan, text=form_text(form), revision=0)
    client, address = browser(super_admin), f"{pages_of(kegiatan)}draft/as/pdf/?language=id"
    assert client.post(address).status_code == 302
    form["pages"][0]["elements"][0]["title"] = "Draf kedua"
    draft_save(actor=super_admin, kegiatan=kegiatan, text=form_text(form), revision=1)
    work()
    with super_scope():
        job = Job.objects.get()
    assert "Draf kedua" in paper_of(job, super_scope()).pages[0].extract_text()


def test_a_draft_that_became_faulty_ends_the_job_with_words(
    kegiatan: Any, super_admin: Any
) -> None:
    draft_save(actor=super_admin, kegiatan=kegiatan, text=form_text(long_form()), revision=0)
    client, address = browser(super_admin), f"{pages_of(kegiatan)}draft/as/pdf/"
    client.post(address)
    draft_save(actor=super_admin, kegiatan=kegiatan, text='{"pages": [', revision=1)
    work()
    with super_scope():
        job = Job.objects.get()
        assert (job.state, job.files.count()) == (JobState.FAILED, 0)
    assert "JSON" in job.message
    draft_discard(actor=super_admin, kegiatan=kegiatan, revision=2)
    with pytest.raises(NotFound):
        printed_schema(actor=super_admin, kegiatan=kegiatan, version=9)


def test_printing_tells_how_far_it_is_and_stops_when_asked(kegiatan: Any, super_admin: Any) -> None:
    source = FormSource(long_form(), "Sensus", str(kegiatan.pk), 1)
    told: list[tuple[int, int]] = []
    form_exported(
        source=source, format_="pdf", progress=lambda done, total: told.append((done, total))
    )
    assert [done for done, _total in told] == sorted(done for done, _total in told)
    assert told[0][0] == 0
    assert told[-1][0] > 0.9 * told[-1][1]
    assert len({total for _done, total in told}) == 1

    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        form_exported(source=source, format_="pdf", progress=stop)
    with super_scope():
        job = print_start(actor=super_admin, satker=None, source=source, language="")
        job_cancel(job=job)
    work()
    with super_scope():
        job.refresh_from_db()
        assert (job.state, job.files.count()) == (JobState.CANCELLED, 0)
        with pytest.raises(Invalid):
            print_start(actor=super_admin, satker=None, source=source, language="zz")


def test_two_who_print_at_once_get_their_own_paper(kegiatan: Any, super_admin: Any) -> None:
    source = FormSource(long_form(60), "Sensus", str(kegiatan.pk), 1)
    alone = form_exported(source=source, format_="pdf").content
    made: list[bytes] = []

    def printed() -> None:
        made.append(form_exported(source=source, format_="pdf").content)

    threads = [threading.Thread(target=printed) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [alone, alone]
