"""The history of a row in the admin: what the audit trail keeps, of one's own office only."""

from typing import Any

import pytest
from django.test import Client

from cerdas.audit import audit_context
from cerdas.models import Job
from cerdas.tenancy import tenant_scope
from satker.models import User
from satker.services.person_editing import user_rename
from satker.services.roles import satker_role_give
from tests import factories
from tests.cerdas.test_audit import wilayah

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
OFFICE = "/satker/6104/admin/"


def browser(user: Any) -> Client:
    client = Client(headers={"accept-language": "id"})
    client.force_login(user)
    return client


def history(user: Any, page: str, row: Any, base: str = OFFICE) -> Any:
    return browser(user).get(f"{base}{page}/{row.pk}/history/")


def test_the_history_says_who_changed_what(satker: Any, satker_admin: Any) -> None:
    person = factories.person(satker, name="Nama Lama")
    with audit_context(satker_admin, "admin", "203.0.113.9", "POST /x/"), tenant_scope(satker):
        user_rename(actor=satker_admin, satker=satker, user=person, name="Nama Baru")
    shown = history(satker_admin, "satker/user", person)
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "Nama Lama → Nama Baru" in text
    assert satker_admin.name in text
    assert "WIB" in text
    assert "203.0.113.9" not in text, "addresses are for the audit list"
    assert "argon2" not in text


def test_the_page_of_a_person_leads_to_it(satker: Any, satker_admin: Any) -> None:
    person = factories.person(satker)
    page = browser(satker_admin).get(f"{OFFICE}satker/user/{person.pk}/change/")
    assert f"{OFFICE}satker/user/{person.pk}/history/" in page.content.decode()


def test_another_office_sees_neither_the_row_nor_what_came_before(
    satker: Any, other_satker: Any, satker_admin: Any
) -> None:
    stranger = User.objects.get(name="Rahasia Pencacah")
    nobody = factories.person(None)
    for row in (stranger, nobody):
        assert history(satker_admin, "satker/user", row).status_code == 404

    person = factories.person(other_satker, name="Dulu Rahasia")
    User.objects.filter(pk=person.pk).update(name="Masih Rahasia")
    with tenant_scope(other_satker):
        wilayah(other_satker, "6171010")
    User.objects.filter(pk=person.pk).update(satker=satker)
    User.objects.filter(pk=person.pk).update(name="Sekarang Di Sini")
    text = history(satker_admin, "satker/user", person).content.decode()
    assert "Masih Rahasia → Sekarang Di Sini" in text, "changed in this office"
    assert "Dulu Rahasia" not in text, "changed in the other office"


def test_admin_kegiatan_sees_only_people_of_their_activities(
    satker: Any, kegiatan_admin: Any, enumerator: Any
) -> None:
    outsider = factories.person(satker, name="Bukan Petugas")
    assert history(kegiatan_admin, "satker/user", enumerator).status_code == 200
    assert history(kegiatan_admin, "satker/user", outsider).status_code == 404


def test_what_the_trail_does_not_cover_has_no_history(satker: Any, satker_admin: Any) -> None:
    with tenant_scope(satker):
        from cerdas.selectors import audit_entries

        wilayah(satker, "6104080")
        entry = audit_entries(satker=satker)[0]
    client = browser(satker_admin)
    page = client.get(f"{OFFICE}cerdas/auditentry/{entry.pk}/change/").content.decode()
    assert "/history/" not in page
    assert history(satker_admin, "cerdas/auditentry", entry).status_code == 404


def test_super_admin_sees_the_history_of_an_office(satker: Any, super_admin: Any) -> None:
    with audit_context(super_admin, "admin", "", "POST /x/"), tenant_scope(satker):
        satker.name = "BPS Baru"
        satker.save(update_fields=["name", "updated_at"])
    shown = history(super_admin, "satker/satker", satker, base="/admin/")
    assert "BPS Baru" in shown.content.decode()
    page = browser(super_admin).get(f"/admin/satker/satker/{satker.pk}/change/")
    assert f"/admin/satker/satker/{satker.pk}/history/" in page.content.decode()


def test_a_long_history_is_cut_and_costs_few_queries(
    satker: Any, satker_admin: Any, django_assert_max_num_queries: Any
) -> None:
    person = factories.person(satker)
    for n in range(110):
        User.objects.filter(pk=person.pk).update(name=f"Nama {n:03}")
    client = browser(satker_admin)
    with django_assert_max_num_queries(16):
        text = client.get(f"{OFFICE}satker/user/{person.pk}/history/").content.decode()
    assert "Nama 109" in text
    assert "Nama 005 " not in text
    assert "Hanya perubahan terbaru" in text


def test_a_job_of_a_colleague_has_no_history_for_admin_kegiatan(
    satker: Any, satker_admin: Any, kegiatan_admin: Any
) -> None:
    with tenant_scope(satker):
        satker_role_give(satker=satker, user=satker_admin, role="admin_satker")
        job = Job.objects.create(satker=satker, actor=satker_admin, kind="uji", title="Rahasia")
    assert history(kegiatan_admin, "cerdas/job", job).status_code == 404
    assert history(satker_admin, "cerdas/job", job).status_code == 200
