"""Pages show times in the zone of their office, and say which; the API speaks UTC."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assignments.models import AssignmentResponse
from cerdas.models import Job
from cerdas.tenancy import super_scope, tenant_scope
from satker.models import Invitation, Satker
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
# 23:30 on the 19th in UTC: the 20th in all of Indonesia.
MOMENT = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)


def browser(user: Any, language: str = "id") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


@pytest.fixture
def invitation(satker: Any, satker_admin: Any) -> Any:
    """An invitation made at MOMENT."""
    made = Invitation.objects.create(
        satker=satker, email="baru@uji.example", role="admin_satker", invited_by=satker_admin
    )
    Invitation.objects.filter(pk=made.pk).update(created_at=MOMENT)
    return made


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Jakarta", "20 November 2026, 06.30 WIB"),
        ("Asia/Makassar", "20 November 2026, 07.30 WITA"),
        ("Asia/Jayapura", "20 November 2026, 08.30 WIT"),
    ],
)
def test_a_page_of_an_office_shows_the_zone_of_the_office(
    satker: Any, satker_admin: Any, super_admin: Any, invitation: Any, zone: str, shown: str
) -> None:
    Satker.objects.filter(pk=satker.pk).update(time_zone=zone)
    for user in (satker_admin, super_admin):
        page = browser(user).get(f"/satker/6104/admin/satker/invitation/{invitation.pk}/change/")
        assert shown in page.content.decode()


def test_english_pages_name_the_zone_too(satker_admin: Any, invitation: Any) -> None:
    page = browser(satker_admin, "en").get(
        f"/satker/6104/admin/satker/invitation/{invitation.pk}/change/"
    )
    assert "20 November 2026, 06:30 WIB" in page.content.decode()


def test_the_global_site_shows_the_zone_of_the_head_office(super_admin: Any) -> None:
    with super_scope():
        job = Job.objects.create(actor=super_admin, kind="uji.jenis", title="Muat SLS")
        Job.objects.filter(pk=job.pk).update(created_at=MOMENT)
    page = browser(super_admin).get(f"/admin/cerdas/job/{job.pk}/change/").content.decode()
    assert "06.30 WIB" in page


def test_jobs_of_an_office_name_their_zone(satker: Any, satker_admin: Any) -> None:
    Satker.objects.filter(pk=satker.pk).update(time_zone="Asia/Jayapura")
    with tenant_scope(satker):
        job = Job.objects.create(
            satker=satker, actor=satker_admin, kind="uji.jenis", title="Impor unit"
        )
        Job.objects.filter(pk=job.pk).update(created_at=MOMENT)
    page = browser(satker_admin).get("/satker/6104/admin/cerdas/job/").content.decode()
    assert "20 Nov 2026, 08:30 WIT" in page


def test_the_api_keeps_utc(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any) -> None:
    Satker.objects.filter(pk=satker.pk).update(time_zone="Asia/Jayapura")
    unit = factories.assignment(satker, kegiatan, enumerator, supervisor)
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=unit.pk).update(submitted_by_ppl_at=MOMENT)
    client = browser(enumerator)
    body = client.get(f"/api/v1/assignments/{unit.pk}/").content.decode()
    assert "2026-11-19T23:30:00Z" in body
    assert "+09:00" not in body


def test_no_zone_is_left_to_the_next_request(satker: Any, satker_admin: Any) -> None:
    Satker.objects.filter(pk=satker.pk).update(time_zone="Asia/Jayapura")
    browser(satker_admin).get("/satker/6104/admin/")
    assert timezone.get_current_timezone_name() == "UTC"
