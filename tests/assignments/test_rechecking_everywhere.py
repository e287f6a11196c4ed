"""The page of super_admin that has all answers of an activity judged again, a job per office."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assignments.checking.rechecking import RECHECK
from cerdas.jobs.running import job_run
from cerdas.models import Job
from cerdas.tenancy import super_scope
from tests import factories
from tests.assignments.sending import WHOLE_LISTING

pytestmark = pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True)


def browser(user: Any) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user, backend="satker.auth_backends.PasswordBackend")
    return client


def address(kegiatan: Any) -> str:
    """The page."""
    return f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/recheck/"


def sent(satker: Any, kegiatan: Any, **fields: Any) -> Any:
    """A unit of an office with answers, and its crew."""
    ppl, pml = (factories.person(satker, name=name) for name in ("Pencacah", "Pengawas"))
    factories.member(pml, kegiatan, satker, "PML")
    factories.member(ppl, kegiatan, satker, "PPL", pml=pml)
    fields = {"status": "Submitted by PPL", "version": 2, "responses": WHOLE_LISTING, **fields}
    return factories.assignment(satker, kegiatan, ppl, pml, **fields)


def jobs() -> list[Job]:
    """All jobs, oldest first."""
    with super_scope():
        return list(Job.objects.filter(kind=RECHECK).order_by("created_at"))


def test_one_job_per_office_with_answers_and_its_progress_on_the_page(
    satker: Any, other_satker: Any, kegiatan: Any, super_admin: Any
) -> None:
    third = factories.office(code="6112", prefixes=["6112"])
    factories.take_part(kegiatan, third)
    sent(satker, kegiatan)
    sent(other_satker, kegiatan, region=f"{other_satker.code}0800010001")
    sent(third, kegiatan, region="61120800010001", status="Opened", responses=None)
    client = browser(super_admin)
    versions = client.get(f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/")
    change = client.get(f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/change/")
    for page in (versions, change):
        assert address(kegiatan) in page.content.decode()
    asked = client.get(address(kegiatan)).content.decode()
    assert not jobs(), "it asks first"
    assert str(satker) in asked
    assert str(other_satker) in asked
    assert str(third) not in asked, "nothing has arrived there"

    assert client.post(address(kegiatan))["Location"] == address(kegiatan)
    first = jobs()
    assert {job.satker_id for job in first} == {satker.pk, other_satker.pk}
    assert client.post(address(kegiatan)).status_code == 302
    assert jobs() == first, "what waits is enough"

    part = f"{address(kegiatan)}?part=offices"
    waiting = client.get(part).content.decode()
    assert 'hx-trigger="every 3s"' in waiting
    assert "0 dari 2 satker" in waiting
    assert "<html" not in waiting
    for job in first:
        job_run(job_id=job.pk, satker_id=job.satker_id)
    ended = client.get(part).content.decode()
    assert "hx-trigger" not in ended, "a page that has ended asks no more"
    assert ended.count("1 isian diperiksa") == 2


def test_the_page_takes_as_many_queries_for_two_offices_as_for_one(
    satker: Any, other_satker: Any, kegiatan: Any, super_admin: Any
) -> None:
    client = browser(super_admin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{address(kegiatan)}?part=offices").status_code == 200
        return len(captured)

    sent(satker, kegiatan)
    queries()
    few = queries()
    sent(other_satker, kegiatan, region=f"{other_satker.code}0800010001")
    assert queries() == few


def test_nobody_else_has_the_page(
    kegiatan: Any, kegiatan_admin: Any, satker_admin: Any, supervisor: Any
) -> None:
    for user in (kegiatan_admin, satker_admin, supervisor):
        client = browser(user)
        for method in (client.get, client.post):
            assert method(address(kegiatan)).status_code in (302, 403, 404), user
    assert not jobs()
