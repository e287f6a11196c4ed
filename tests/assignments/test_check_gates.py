"""What the check of the answers asks of those who approve, over the API and in the office."""

from typing import Any

import pytest
from django.test import Client

from assignments.models import AssignmentResponse, ResponseCheck, ResponseHistory
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import LISTING, operation, outcomes, send

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
BASE = "/satker/6104/admin/assignments/assignment/"
FAULT = {
    "path": "alamat", "part": "", "code": "required", "message": "Jawab dulu <b>ini</b>",
    "title": "Alamat lengkap", "page": "p",
}  # fmt: skip


@pytest.fixture
def unit(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any) -> Any:
    """`unit(status, check)` makes a unit whose check is pending, passed or failed."""

    def made(status: str, check: str) -> Any:
        found = factories.assignment(
            satker, kegiatan, enumerator, supervisor, status=status, responses=LISTING, version=3
        )
        if check != "pending":
            factories.passed(found)
        if check == "failed":
            with tenant_scope(satker):
                rows = ResponseCheck.objects.filter(pk=found.pk)
                rows.update(state="failed", errors=[FAULT], warnings=[{**FAULT, "path": "x"}])
        return found

    return made


@pytest.fixture
def office(kegiatan_admin: Any) -> Client:
    """The browser of admin_kegiatan."""
    client = Client()
    client.force_login(kegiatan_admin)
    return client


APPROVALS = [
    ("pml", "pending", "", "applied"),
    ("pml", "passed", "", "applied"),
    ("pml", "failed", "", "reason_required"),
    ("pml", "failed", "Rumah adat, memang begitu", "applied"),
    ("admin", "pending", "", "reason_required"),
    ("admin", "pending", "Laporan ditunggu", "applied"),
    ("admin", "passed", "", "applied"),
    ("admin", "failed", " ", "reason_required"),
    ("admin", "failed", "Sudah ditanyakan", "applied"),
]


@pytest.mark.parametrize(("who", "check", "notes", "outcome"), APPROVALS)
def test_an_approval_needs_a_passed_check_or_a_reason(
    who: str, check: str, notes: str, outcome: str, unit: Any, api: Any, satker: Any,
    kegiatan: Any, supervisor: Any, kegiatan_admin: Any,
) -> None:  # fmt: skip
    is_pml = who == "pml"
    one = unit("Submitted by PPL" if is_pml else "Approved by PML", check)
    client = api(supervisor if is_pml else kegiatan_admin)
    results = send(
        client, kegiatan, operation("approve", one, base_version=3, data={"notes": notes})
    )
    [(found, code)] = outcomes(results)
    if outcome == "applied":
        assert (found, code) == ("applied", "")
    else:
        assert (found, code) == ("refused", outcome)
        assert results[0]["details"]["check"] == check
    with tenant_scope(satker):
        kept = list(
            ResponseHistory.objects.filter(assignment_response=one.pk, version=4).values_list(
                "notes", flat=True
            )
        )
    assert kept == ([notes.strip() or None] if outcome == "applied" else [])


def test_the_words_say_what_to_do(unit: Any, api: Any, kegiatan: Any, kegiatan_admin: Any) -> None:
    client = api(kegiatan_admin)
    for check, words in (("pending", "masih menunggu"), ("failed", "tidak lolos pemeriksaan")):
        one = unit("Approved by PML", check)
        response = client.post(
            f"/api/v1/kegiatan/{kegiatan.pk}/operations/",
            {"operations": [operation("approve", one, base_version=3)]},
            format="json", headers={"Accept-Language": "id"},
        )  # fmt: skip
        assert words in response.json()["results"][0]["message"]


def test_the_unit_page_shows_the_check_with_links_to_the_questions(
    unit: Any, office: Client
) -> None:
    one = unit("Approved by PML", "failed")
    for page in (f"{BASE}{one.pk}/change/", f"{BASE}{one.pk}/do/approve/"):
        text = office.get(page).content.decode()
        assert "Tidak lolos" in text
        assert "Alamat lengkap" in text
        assert "Jawab dulu &lt;b&gt;ini&lt;/b&gt;" in text
        assert "Persetujuan final perlu alasan" in text
        assert 'href="#q-alamat"' in text
        assert "uji" in text  # the engine
    assert 'id="q-alamat"' in office.get(f"{BASE}{one.pk}/change/").content.decode()
    waiting = unit("Approved by PML", "pending")
    text = office.get(f"{BASE}{waiting.pk}/change/").content.decode()
    assert "Menunggu pemeriksaan" in text
    sent = unit("Submitted by PPL", "passed")
    assert "Lolos" in office.get(f"{BASE}{sent.pk}/change/").content.decode()


def test_the_office_approves_one_only_with_a_reason_and_it_stands_in_the_history(
    unit: Any, office: Client, satker: Any
) -> None:
    one = unit("Approved by PML", "failed")
    address = f"{BASE}{one.pk}/do/approve/"
    refused = office.post(address, {"reason": "", "version": "3"})
    assert "tidak lolos pemeriksaan" in refused.content.decode()
    with tenant_scope(satker):
        assert AssignmentResponse.objects.get(pk=one.pk).status == "Approved by PML"
    done = office.post(address, {"reason": "Sudah dicek ke lapangan", "version": "3"}, follow=True)
    assert "Sudah dicek ke lapangan" in done.content.decode()
    with tenant_scope(satker):
        assert AssignmentResponse.objects.get(pk=one.pk).status == "Approved by Admin"


def test_the_page_of_many_says_how_many_have_not_passed(
    unit: Any, office: Client, kegiatan: Any
) -> None:
    for check in ("passed", "failed", "pending", "pending"):
        unit("Approved by PML", check)
    unit("Submitted by PPL", "failed")
    text = office.get(f"{BASE}bulk/approve/?kegiatan={kegiatan.pk}").content.decode()
    assert "3 unit belum lolos pemeriksaan" in text


def test_the_activity_page_leads_to_a_new_check_of_all_answers(
    unit: Any, office: Client, kegiatan: Any, satker: Any
) -> None:
    unit("Approved by PML", "passed")
    unit("Submitted by PPL", "pending")
    place = factories.take_part(kegiatan, satker)
    page = office.get(f"/satker/6104/admin/kegiatan/kegiatansatker/{place.pk}/change/")
    address = f"{BASE}recheck/?kegiatan={kegiatan.pk}"
    assert f'href="{address}"' in page.content.decode()
    asked = office.get(address)
    assert asked.status_code == 200
    assert "Periksa ulang semua isian" in asked.content.decode()
    started = office.post(address, {"kegiatan": str(kegiatan.pk)})
    assert started.status_code == 302
    assert "/cerdas/job/" in started["Location"]
