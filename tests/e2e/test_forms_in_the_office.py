"""Questionnaires and answers in the office, in Chromium on a small phone and a desk.

CERDAS_SCREENSHOTS=<folder> keeps a picture of every page.
"""

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from assignments.models import AnswerChange, AssignmentResponse
from cerdas.demo.household import household_interview
from cerdas.tenancy import tenant_scope
from kegiatan.models import FormDraft, FormVersion
from masterdata.choices import choices_forget
from masterdata.services import masterdata_load
from tests import factories
from tests.assignments.test_admin_editing import ANSWERS, FORM, MARKUP, ONE
from tests.assignments.test_editing_more_kinds import ANSWERS as PARTS_ANSWERS
from tests.assignments.test_editing_more_kinds import FORM as PARTS_FORM
from tests.e2e.pages.looking import SIZE_NAMES, SIZES, barriers_of, faults_of, picture
from tests.kegiatan.conftest import DEMO_DATA

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]


@pytest.fixture(params=SIZES, ids=SIZE_NAMES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Width and height of the screen."""
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def open_as(browser: Browser, size: tuple[int, int], live_server: Any) -> Iterator[Any]:
    """`open_as(user)` gives that person's tab; a faulty or blocked page fails the test."""
    contexts, faults = [], []

    def tab(user: Any) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="id-ID",
            timezone_id="Asia/Jayapura", base_url=live_server.url,
        )  # fmt: skip
        contexts.append(context)
        client = Client()
        client.force_login(user, backend="satker.auth_backends.PasswordBackend")
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.accept()))
        page.on(
            "console",
            lambda message: faults.append(message.text) if message.type == "error" else None,
        )
        return page

    yield tab
    for context in contexts:
        context.close()
    assert faults == []


def seen(page: Page, name: str) -> None:
    """Check that everybody can use the page, and keep a picture of it."""
    assert faults_of(page) == [], name
    for colours in ("dark", "light"):
        page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)",
                      colours == "dark")  # fmt: skip
        assert barriers_of(page) == [], (name, colours)
    picture(page, f"forms-{name}")


def test_a_draft_is_written_faulted_mended_and_published(
    open_as: Any, satker: Any, kegiatan: Any, super_admin: Any
) -> None:
    page: Page = open_as(super_admin)
    page.goto(f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/")
    seen(page, "versions")
    begin = page.get_by_role("link", name="Mulai draf").get_attribute("href")
    page.goto(f"{begin}?editor=plain")  # the designer has tests of its own
    box = page.get_by_label("Kuesioner (JSON)")
    form = json.loads(box.input_value())
    form["pages"][0]["elements"][0]["visibleIf"] = "{tidak_ada} = 1"
    form["pages"][0]["elements"][1]["title"] = f"Judul {MARKUP}"
    box.fill(json.dumps(form, indent=2))
    page.get_by_role("button", name="Periksa").click()
    expect(page.locator("#faults")).to_be_focused()
    seen(page, "faults")
    page.locator(".f-error a[data-path*='elements[0].visibleIf']").first.click()
    chosen = "box => box.value.slice(box.selectionStart, box.selectionEnd)"
    assert box.evaluate(chosen) == '"{tidak_ada} = 1"'
    page.get_by_role("button", name="Terbitkan …").click()
    expect(page.locator("#faults .f-error").first).to_be_visible()

    del form["pages"][0]["elements"][0]["visibleIf"]
    box.fill(json.dumps(form, indent=2))
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("heading", name="Tanpa kesalahan")).to_be_visible()
    page.get_by_role("button", name="Terbitkan …").click()
    expect(page.get_by_role("heading", name="Terbitkan sebagai versi 2?")).to_be_visible()
    page.get_by_label("Yang baru").fill("Judul diperjelas")
    seen(page, "publish")
    page.get_by_role("button", name="Ya, terbitkan").click()
    expect(page.get_by_text("Versi 2 sudah terbit", exact=False).first).to_be_visible()
    seen(page, "published")
    assert FormVersion.objects.get(kegiatan=kegiatan, version=2).notes == "Judul diperjelas"
    assert not FormDraft.objects.exists()
    page.get_by_role("link", name="Yang berubah").click()
    expect(page.get_by_text(MARKUP, exact=False).first).to_be_visible()
    seen(page, "compare")


def test_two_people_do_not_overwrite_each_others_draft(
    open_as: Any, satker: Any, kegiatan: Any, super_admin: Any
) -> None:
    other = factories.person(None, name="Perancang Lain", is_superuser=True)
    first, second = open_as(super_admin), open_as(other)
    for page in (first, second):
        page.goto(f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/?editor=plain")
    first.get_by_label("Kuesioner (JSON)").fill('{"milik": "pertama"}')
    first.get_by_role("button", name="Simpan draf").click()
    expect(first.get_by_text("Draf sudah disimpan")).to_be_visible()
    second.get_by_label("Kuesioner (JSON)").fill('{"milik": "kedua"}')
    second.get_by_role("button", name="Simpan draf").click()
    expect(second.get_by_role("alert")).to_contain_text("Super Admin")
    assert second.get_by_label("Kuesioner (JSON)").input_value() == '{"milik": "kedua"}'
    seen(second, "draft-conflict")
    second.get_by_role("button", name="Simpan ketikan saya di atasnya").click()
    expect(second.get_by_text("Draf sudah disimpan")).to_be_visible()
    assert FormDraft.objects.get(kegiatan=kegiatan).text == '{"milik": "kedua"}'


@pytest.fixture
def ended(satker: Any) -> Any:
    """An activity that is over, with a questionnaire that looks up master data."""
    masterdata_load(kind="KBLI", version=2020, path=DEMO_DATA / "lapangan_usaha.csv", activate=True)
    today = timezone.localdate()
    yield factories.kegiatan(
        [satker], schema=copy.deepcopy(FORM), start_date=today - timedelta(days=40),
        end_date=today - timedelta(days=2),
    )  # fmt: skip
    choices_forget()


@pytest.fixture
def unit(satker: Any, ended: Any) -> Any:
    """A unit that waits for the office; an answer holds markup."""
    pml, ppl = factories.person(satker, name="Pengawas"), factories.person(satker, name="Pencacah")
    factories.member(pml, ended, satker, "PML")
    factories.member(ppl, ended, satker, "PPL", pml=pml)
    return factories.assignment(
        satker, ended, ppl, pml, status="Approved by PML", label="Keluarga Siti",
        responses={**copy.deepcopy(ANSWERS), "nama": f"Siti {MARKUP}", "upah": 100.0},
    )  # fmt: skip


def test_answers_are_edited_with_the_verdict_while_typing(
    open_as: Any, satker: Any, ended: Any, unit: Any
) -> None:
    admin = factories.person(satker, name="Admin Kegiatan")
    factories.member(admin, ended, satker, "admin_kegiatan")
    page: Page = open_as(admin)
    page.goto(f"/satker/6104/admin/assignments/assignment/{unit.pk}/change/")
    page.get_by_role("link", name="Ubah jawaban").click()
    expect(page.locator("#e-errors")).to_have_text("Tidak ada kesalahan.")
    assert page.locator("img[src='x']").count() == 0
    seen(page, "edit")

    age = page.get_by_label("Umur")
    age.fill("500")
    expect(page.locator("#e-errors")).to_have_text("1 kesalahan")
    expect(page.locator('[data-q="umur"] .e-messages')).to_contain_text("120")
    expect(page.locator('[data-q="tahun"] [data-fixed]')).to_have_text("1000")
    page.locator("#e-list-fold summary").click()
    page.locator("#e-list a").first.click()
    expect(age).to_be_focused()
    seen(page, "edit-error")
    age.fill("41")
    expect(page.locator("#e-errors")).to_have_text("Tidak ada kesalahan.")

    expect(page.locator('[data-q="upah"]')).to_be_visible()
    page.locator('[data-q="kerja"]').get_by_text("Tidak").click()
    expect(page.locator('[data-q="upah"]')).to_be_hidden()
    search = page.locator('[data-q="kbli"] input[type=search]')
    search.fill("sayuran")
    page.get_by_role("button", name="01139").click()
    expect(page.locator('[data-q="kbli"] [data-chosen]')).to_contain_text("Menanam sayuran")

    page.locator("summary", has_text="1. Budi").click()
    page.locator(f'[data-q="anggota[{ONE}].nama_art"] input').fill("")
    expect(page.locator(f"#row-{ONE} .e-row-count")).to_have_text("1")
    page.locator(f'[data-q="anggota[{ONE}].nama_art"] input').fill(f"Budi {MARKUP}")
    expect(page.locator("#e-errors")).to_have_text("Tidak ada kesalahan.")
    page.get_by_role("button", name="Tambah baris").click()
    fresh = page.locator(".e-row[open] .e-question[data-q$='nama_art'] input").last
    expect(fresh).to_be_visible()
    expect(page.locator("#e-errors")).to_have_text("1 kesalahan")
    fresh.fill("Dewi")
    expect(page.locator("#e-errors")).to_have_text("Tidak ada kesalahan.")

    page.get_by_role("button", name="Lihat yang berubah").first.click()
    expect(page.get_by_role("heading", name="Anda mengubah 5 jawaban")).to_be_visible()
    expect(page.get_by_role("heading", name="2 lagi ikut berubah")).to_be_visible()
    assert page.locator("img[src='x']").count() == 0
    seen(page, "edit-review")
    page.get_by_role("button", name="Kembali ke jawaban").click()
    expect(page.get_by_label("Umur")).to_have_value("41")
    page.get_by_role("button", name="Lihat yang berubah").first.click()
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.get_by_text("7 jawaban diubah")).to_be_visible()
    seen(page, "edited")
    with tenant_scope(satker):
        row = AssignmentResponse.objects.get(pk=unit.pk)
        assert AnswerChange.objects.filter(assignment_response=row).count() == 7
    assert (row.responses["umur"], row.responses["kbli"]) == (41, "01139")
    assert "upah" not in row.responses
    assert [item["nama_art"] for item in row.responses["anggota"]] == [
        f"Budi {MARKUP}", "Ani", "Dewi",
    ]  # fmt: skip


def test_a_household_of_real_size_is_judged_and_computed_values_are_shown(
    open_as: Any, satker: Any
) -> None:
    masterdata_load(kind="KBLI", version=2020, path=DEMO_DATA / "lapangan_usaha.csv", activate=True)
    today = timezone.localdate()
    kegiatan = factories.kegiatan(
        [satker], schema=json.loads((DEMO_DATA / "household.json").read_text()),
        start_date=today - timedelta(days=40), end_date=today - timedelta(days=2),
    )  # fmt: skip
    pml, ppl = factories.person(satker, name="Pengawas"), factories.person(satker, name="Pencacah")
    factories.member(pml, kegiatan, satker, "PML", "admin_kegiatan")
    factories.member(ppl, kegiatan, satker, "PPL", pml=pml)
    unit = factories.assignment(
        satker, kegiatan, ppl, pml, status="Submitted by PPL", prefilled_data={"nama_krt": "Siti"}
    )
    answers = household_interview(unit.pk, {}, "Siti", today)
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=unit.pk).update(responses=answers)
    page: Page = open_as(pml)
    page.goto(f"/satker/6104/admin/assignments/assignment/{unit.pk}/edit/")
    expect(page.locator("#e-errors")).to_have_text("Tidak ada kesalahan.")
    expect(page.locator('[data-q="nama_listing"] [data-fixed]')).to_have_text("Siti")
    assert faults_of(page) == []
    page.locator(".e-row > summary").first.click()
    name = page.locator(f'[data-q="anggota[{answers["anggota"][0]["_id"]}].nama"] input')
    name.fill("Siti Aminah")
    page.get_by_role("button", name="Lihat yang berubah").first.click()
    expect(page.get_by_role("heading", name="Anda mengubah 1 jawaban")).to_be_visible()
    expect(page.get_by_text("Tidak ada kesalahan.")).to_be_visible()
    choices_forget()


def test_without_the_engine_editing_goes_on_and_says_so(
    open_as: Any, satker: Any, ended: Any, unit: Any
) -> None:
    admin = factories.person(satker, name="Admin Kegiatan")
    factories.member(admin, ended, satker, "admin_kegiatan")
    page: Page = open_as(admin)
    page.context.route("**/engine/*.js", lambda route: route.fulfill(
        content_type="text/javascript", body=""))  # fmt: skip
    page.goto(f"/satker/6104/admin/assignments/assignment/{unit.pk}/edit/")
    expect(page.locator("#e-errors")).to_contain_text("tidak berjalan di sini")
    page.get_by_label("Umur").fill("41")
    page.get_by_role("button", name="Lihat yang berubah").first.click()
    expect(page.get_by_role("heading", name="Anda mengubah 1 jawaban")).to_be_visible()


def test_what_was_typed_survives_a_change_of_somebody_else(
    open_as: Any, satker: Any, ended: Any, unit: Any
) -> None:
    pages = []
    for name in ("Admin Satu", "Admin Dua"):
        admin = factories.person(satker, name=name)
        factories.member(admin, ended, satker, "admin_kegiatan")
        page = open_as(admin)
        page.goto(f"/satker/6104/admin/assignments/assignment/{unit.pk}/edit/")
        expect(page.locator("#e-errors")).to_have_text("Tidak ada kesalahan.")
        pages.append(page)
    first, second = pages
    first.get_by_label("Umur").fill("41")
    first.get_by_role("button", name="Lihat yang berubah").first.click()
    first.get_by_role("button", name="Simpan perubahan").click()
    expect(first.get_by_text("2 jawaban diubah")).to_be_visible()
    second.get_by_label("Umur").fill("42")
    second.get_by_role("button", name="Lihat yang berubah").first.click()
    expect(second.get_by_role("alert")).to_contain_text("Tidak ada yang disimpan")
    expect(second.get_by_text("disimpan sementara itu")).to_be_visible()
    seen(second, "edit-conflict")
    second.get_by_role("button", name="Lanjutkan dengan isian saya").click()
    expect(second.get_by_label("Umur")).to_have_value("42")
    second.get_by_role("button", name="Lihat yang berubah").first.click()
    second.get_by_role("button", name="Simpan perubahan").click()
    expect(second.get_by_text("2 jawaban diubah")).to_be_visible()
    with tenant_scope(satker):
        assert AssignmentResponse.objects.get(pk=unit.pk).responses["umur"] == 42


def test_parts_that_nobody_touched_stay_as_they_were_stored(open_as: Any, satker: Any) -> None:
    today = timezone.localdate()
    kegiatan = factories.kegiatan(
        [satker], schema=copy.deepcopy(PARTS_FORM), start_date=today - timedelta(days=40),
        end_date=today - timedelta(days=2),
    )  # fmt: skip
    pml, ppl = factories.person(satker, name="Pengawas"), factories.person(satker, name="Pencacah")
    factories.member(pml, kegiatan, satker, "PML", "admin_kegiatan")
    factories.member(ppl, kegiatan, satker, "PPL", pml=pml)
    odd = {**PARTS_ANSWERS, "luas": {"tanah": "12a", "ket": 12, "lama": "dari versi lama"}}
    unit = factories.assignment(
        satker, kegiatan, ppl, pml, status="Approved by PML", responses=copy.deepcopy(odd)
    )
    page: Page = open_as(pml)
    page.goto(f"/satker/6104/admin/assignments/assignment/{unit.pk}/edit/")
    page.wait_for_load_state("networkidle")
    land, remark = (page.locator(f'[data-part="{name}"]') for name in ("tanah", "ket"))
    seen_by_form = """() => {
        const form = document.getElementById("e-edit");
        form.addEventListener("submit", event => event.preventDefault(), { once: true });
        form.dispatchEvent(new Event("submit", { cancelable: true }));
        return JSON.parse(form.elements.wanted.value).luas;
    }"""
    remark.fill("miring")
    assert page.evaluate(seen_by_form) == {**odd["luas"], "ket": "miring"}
    remark.fill("12")
    assert page.evaluate(seen_by_form) == odd["luas"], "a number stays one"
    expect(land).to_have_value("12a")
    land.fill("12.5")
    assert page.evaluate(seen_by_form) == {**odd["luas"], "tanah": 12.5}
    land.fill("")
    assert page.evaluate(seen_by_form) == {"ket": 12, "lama": "dari versi lama"}
    page.locator('[data-part="atap"]').select_option(label="Buruk")
    wanted = "() => JSON.parse(document.getElementById('e-edit').elements.wanted.value).mutu"
    page.evaluate(seen_by_form)
    assert page.evaluate(wanted) == {"atap": 2, "lantai": 2}
