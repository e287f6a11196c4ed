"""The preview of a questionnaire in Chromium, on a small phone and at a desk.

It is the page of the office with the engine and the server as they are; the editor around it is
played by the tests. CERDAS_SCREENSHOTS=<folder> keeps a picture of every screen.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from kegiatan.services.drafting import draft_save
from masterdata.choices import choices_forget
from masterdata.services import masterdata_load
from tests.e2e.pages.looking import (
    DESK,
    SIZE_NAMES,
    SIZES,
    barriers_of,
    faults_of,
    new_context,
    picture,
    watch,
)  # fmt: skip
from tests.e2e.pages.previewing import Preview
from tests.kegiatan.conftest import DEMO_DATA

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]


def text(indonesian: str, english: str) -> dict[str, str]:
    """A text in both languages."""
    return {"default": indonesian, "en": english}


FORM: dict[str, Any] = {
    "form_name": "Uji pratinjau",
    "locale": "id",
    "masters_used": [{"type": "KBLI", "version": 2020}],
    "assignment_label_template": "{nama} (No. {prefilled.nomor})",
    "pages": [
        {"name": "kunjungan", "title": text("Kunjungan", "Visit"), "elements": [
            {"type": "prefilled", "name": "alamat", "title": text("Alamat listing", "Address")},
            {"type": "radiogroup", "name": "hasil", "title": text("Hasil kunjungan", "Outcome"),
             "visitOutcome": True, "isRequired": True, "choices": [
                 {"value": "selesai", "text": text("Selesai", "Done")},
                 {"value": "menolak", "text": text("Menolak", "Refused")}]},
            {"type": "text", "name": "nama", "title": text("Nama", "Name"), "isRequired": True},
            {"type": "text", "name": "umur", "title": text("Umur", "Age"), "inputType": "number",
             "validators": [
                 {"type": "numeric", "maxValue": 120, "text": "Paling banyak 120"},
                 {"type": "expression", "expression": "{umur} < 90",
                  "notificationType": "warning", "text": "Benar setua itu?"}]},
            {"type": "comment", "name": "catatan_pml", "editableBy": ["PML"],
             "title": text("Catatan pengawas", "Supervisor's remark")}]},
        {"name": "anggota_rt", "title": text("Anggota", "Members"), "elements": [
            {"type": "paneldynamic", "name": "anggota", "title": text("Daftar anggota", "Members"),
             "addPanelText": "Tambah anggota", "templateTabTitle": "{panel.nama_art}",
             "templateElements": [
                 {"type": "text", "name": "nama_art", "title": "Nama anggota", "isRequired": True},
                 {"type": "dropdown", "name": "kbli", "title": "Lapangan usaha",
                  "master": "KBLI"}]}]},
        {"name": "bukti", "title": text("Bukti", "Evidence"), "elements": [
            {"type": "photo", "name": "foto", "title": "Foto rumah", "maxCount": 2},
            {"type": "geotag", "name": "titik", "title": "Titik rumah", "minAccuracy": 20},
            {"type": "barcode", "name": "stiker", "title": "Stiker"},
            {"type": "signature", "name": "paraf", "title": "Paraf"},
            {"type": "text", "name": "rahasia", "title": "Hanya kalau menolak",
             "visibleIf": "{hasil} = 'menolak'"}]},
    ],
}  # fmt: skip


@pytest.fixture(params=SIZES, ids=SIZE_NAMES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Width and height of the screen."""
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def window(browser: Browser, live_server: Any, super_admin: Any) -> Iterator[Any]:
    """`window(size)` gives super_admin's tab; a faulty or blocked page fails the test."""
    contexts, faults = [], []

    def tab(size: tuple[int, int]) -> Page:
        context = new_context(browser, size)
        contexts.append(context)
        client = Client()
        client.force_login(super_admin, backend="satker.auth_backends.PasswordBackend")
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        faults.append(watch(page))
        return page

    yield tab
    for context in contexts:
        context.close()
    assert [words for found in faults for words in found] == []


@pytest.fixture
def draft(kegiatan: Any, super_admin: Any) -> Iterator[Any]:
    """An activity whose draft is FORM, with the master data that it looks up."""
    masterdata_load(kind="KBLI", version=2020, path=DEMO_DATA / "lapangan_usaha.csv", activate=True)
    draft_save(actor=super_admin, kegiatan=kegiatan, text=json.dumps(FORM), revision=0)
    yield kegiatan
    choices_forget()


def seen(page: Page, name: str) -> None:
    """Check that everybody can use the page, and keep a picture of it."""
    picture(page, f"preview-{name}")
    assert faults_of(page) == [], name
    assert barriers_of(page) == [], name


def changed(path: str, **properties: Any) -> Any:
    """FORM with other properties of the element at `pages.0.elements.1`."""
    form: Any = copy.deepcopy(FORM)
    found = form
    for step in path.split("."):
        found = found[int(step) if step.isdigit() else step]
    found.update(properties)
    return form


def test_each_role_language_and_theme_is_shown_as_on_the_phone(
    window: Any, live_server: Any, draft: Any, size: tuple[int, int]
) -> None:
    page = window(size)
    preview = Preview(page, live_server.url, draft).open()
    name, remark = preview.question("nama"), preview.question("catatan_pml")
    expect(name.locator("input")).to_be_editable()
    expect(remark.locator("textarea.sd-input")).not_to_be_editable()
    expect(preview.question("alamat")).to_contain_text("Contoh alamat listing")
    seen(page, "ppl")
    preview.tool("Peran", "PML")
    expect(name.locator("input")).not_to_be_editable()
    expect(remark.locator("textarea.sd-input")).to_be_editable()
    preview.tool("Peran", "admin")
    expect(name.locator("input")).to_be_editable()
    preview.tool("Bahasa", "en")
    expect(name).to_contain_text("Name")
    expect(page.get_by_role("button", name="Next page")).to_be_visible()
    preview.tool("Tema", "dark")
    expect(page.locator("body.body--dark")).to_be_visible()
    seen(page, "admin-en-dark")
    preview.tool("Bahasa", "id")
    expect(name).to_contain_text("Nama")
    phone = page.locator("main").bounding_box()
    assert phone is not None
    assert phone["width"] == 360


def test_the_test_mode_tells_what_phone_and_server_say(
    window: Any, live_server: Any, draft: Any, size: tuple[int, int]
) -> None:
    page = window(size)
    preview = Preview(page, live_server.url, draft).open()
    preview.press("Uji")
    expect(preview.fact("standing")).to_have_text("Belum dapat dikirim")
    preview.unfold("missing")
    expect(preview.findings("missing")).to_have_count(2)
    preview.press("Halaman berikutnya")
    preview.findings("missing").filter(has_text="Nama").click()
    expect(preview.question("nama")).to_be_in_viewport()
    expect(preview.question("nama")).to_contain_text("Silahkan jawab")
    preview.question("hasil").get_by_text("Selesai", exact=True).click()
    preview.type("nama", "Siti")
    preview.type("umur", "130")
    expect(preview.findings("wrong")).to_contain_text(["Paling banyak 120"])
    preview.type("umur", "95")
    expect(preview.findings("warnings")).to_contain_text(["Benar setua itu?"])
    expect(preview.findings("wrong")).to_have_count(0)
    expect(preview.fact("label")).to_have_text("Siti (No. 12)")
    expect(preview.fact("outcome")).to_have_text("Selesai selesai")
    expect(preview.fact("standing")).to_have_text("Dapat dikirim")
    preview.unfold("blanks")
    expect(preview.findings("blanks").filter(has_text="Foto rumah")).to_be_visible()
    page.get_by_text("Jawaban yang dikirim (JSON)").click()
    sent = json.loads(page.locator("pre").inner_text())
    assert sent == {
        "alamat": "Contoh alamat listing",
        "hasil": "selesai",
        "nama": "Siti",
        "umur": 95,
    }
    preview.press("Periksa di server")
    verdict = page.locator("[data-check]")
    expect(verdict).to_contain_text("Server: lolos. 1 peringatan.")
    expect(verdict).to_contain_text("HP dan server sepakat.")
    seen(page, "test-mode")
    preview.type("nama", "")
    expect(page.get_by_text("Isian berubah sejak diperiksa")).to_be_visible()
    preview.press("Periksa di server")
    expect(verdict).to_contain_text("Server: 1 kesalahan.")
    expect(verdict).to_contain_text("HP dan server sepakat.")


def test_a_server_that_says_otherwise_is_shown_part_by_part(
    window: Any, live_server: Any, draft: Any
) -> None:
    page = window(DESK)
    other = {"errors": [], "warnings": [], "blanks": [], "label": "lain", "answers": {}}
    page.route("**/check/", lambda route: route.fulfill(json={"state": "passed", **other}))
    preview = Preview(page, live_server.url, draft).open()
    preview.press("Uji")
    preview.press("Periksa di server")
    verdict = page.locator("[data-check]")
    expect(verdict).to_contain_text("TIDAK sepakat")
    expect(verdict).to_contain_text("hanya di HP: nama (required)")
    expect(verdict).to_contain_text("hanya di server: lain")
    page.unroute("**/check/")
    preview.tool("Peran", "PML")
    preview.type("catatan_pml", "Lihat lagi")
    preview.press("Periksa di server")
    expect(verdict).to_contain_text("HP dan server sepakat.")
    preview.tool("Peran", "PPL")
    expect(page.get_by_text("Isian berubah sejak diperiksa")).to_be_visible()
    preview.press("Periksa di server")
    expect(page.get_by_text("Isian berubah sejak diperiksa")).to_have_count(0)
    expect(verdict).to_contain_text("HP dan server sepakat.")
    page.route("**/check/", lambda route: route.fulfill(body="<p>gateway</p>"))
    preview.press("Periksa di server")
    expect(page.get_by_text("Server tidak menjawab.")).to_be_visible()


def test_in_a_small_frame_form_and_findings_take_turns(
    window: Any, live_server: Any, draft: Any
) -> None:
    page = window((360, 600))
    preview = Preview(page, live_server.url, draft).open()
    preview.press("Uji")
    expect(page.get_by_role("tab", name="Hasil uji")).to_have_attribute("aria-selected", "true")
    expect(preview.form).to_be_hidden()
    preview.unfold("missing")
    seen(page, "small")
    preview.findings("missing").filter(has_text="Nama").click()
    expect(page.get_by_role("tab", name="Formulir")).to_have_attribute("aria-selected", "true")
    expect(preview.question("nama")).to_be_in_viewport()
    page.get_by_role("tab", name="Hasil uji").click()
    expect(preview.fact("label")).to_be_visible()


def test_changes_in_the_editor_keep_answers_page_and_open_row(
    window: Any, live_server: Any, draft: Any, size: tuple[int, int]
) -> None:
    page = window(size)
    preview = Preview(page, live_server.url, draft).embed()
    preview.send(FORM)
    preview.type("nama", "Siti")
    preview.question("nama").locator("input").click()
    preview.told("pages[0].elements[2]")
    preview.press("Halaman berikutnya")
    preview.press("Tambah anggota")
    preview.type("anggota[*].nama_art", "Budi")
    preview.press("Tambah anggota")
    preview.type("anggota[*].nama_art", "Ani")
    row = preview.question("anggota[*].nama_art")
    renamed = changed("pages.1.elements.0.templateElements.0", title="Nama lengkap")
    preview.send(renamed, "pages[1].elements[0].templateElements[0]")
    expect(row).to_contain_text("Nama lengkap")
    expect(row.locator("input")).to_have_value("Ani")
    expect(row).to_have_attribute("data-preview-selected", "")
    row.get_by_text("Nama lengkap").click()
    preview.told("pages[1].elements[0].templateElements[0]")
    without = copy.deepcopy(renamed)
    del without["pages"][0]["elements"][2]
    preview.send(without, "pages[0]")
    expect(preview.question("nama")).to_have_count(0)
    preview.send(renamed, "pages[0].elements[2]")
    expect(preview.question("nama").locator("input")).to_have_value("Siti")
    preview.send(renamed, "pages[2].elements[4]")
    expect(preview.at.get_by_text("Pertanyaan yang dipilih sedang tersembunyi")).to_be_visible()
    preview.press("Mulai ulang")
    expect(preview.question("nama").locator("input")).to_have_value("")
    picture(page, "preview-framed")


def test_a_form_that_cannot_run_says_why_above_the_one_before_it(
    window: Any, live_server: Any, draft: Any, size: tuple[int, int]
) -> None:
    page = window(size)
    preview = Preview(page, live_server.url, draft).embed()
    preview.send(FORM)
    preview.type("nama", "Siti")
    preview.send(changed("pages.0.elements.3", visibleIf="{nama} ="))
    said = preview.at.get_by_role("alert")
    expect(said).to_contain_text("umur: visibleIf = {nama} =")
    expect(said).to_contain_text("pages[0].elements[3].visibleIf")
    expect(preview.question("nama").locator("input")).to_have_value("Siti")
    picture(page, "preview-refused")
    preview.send(changed("pages.0.elements.3", type="tekst"))
    expect(said).to_contain_text("type")
    preview.send(changed("pages.0.elements.3", title="Usia"))
    expect(said).to_have_count(0)
    expect(preview.question("umur")).to_contain_text("Usia")
    expect(preview.question("nama").locator("input")).to_have_value("Siti")
    preview.at.evaluate("form => postMessage({type: 'form', form}, '*')", {"pages": []})
    expect(preview.question("nama")).to_be_visible()


def test_codes_photos_positions_and_signatures_are_tried_at_a_desk(
    window: Any, live_server: Any, draft: Any, tmp_path: Path
) -> None:
    page = window(DESK)
    preview = Preview(page, live_server.url, draft).open()
    preview.question("hasil").get_by_text("Selesai", exact=True).click()
    preview.type("nama", "Siti")
    preview.press("Halaman berikutnya")
    preview.press("Tambah anggota")
    preview.type("anggota[*].nama_art", "Budi")
    code = preview.question("anggota[*].kbli")
    code.locator(".sd-dropdown").click()
    page.keyboard.type("01111")
    page.get_by_role("option").filter(has_text="01111").first.click()
    expect(code).to_contain_text("01111 –")
    preview.press("Halaman berikutnya")
    photo = tmp_path / "rumah.png"
    page.locator("header").first.screenshot(path=photo)
    preview.question("foto").locator("input[type=file]").set_input_files(photo)
    expect(preview.question("foto").locator("img")).to_be_visible()
    position = preview.question("titik")
    position.get_by_text("Tanpa GPS: ketik koordinat").click()
    position.get_by_label("Lintang").fill("-3,3140")
    position.get_by_label("Bujur").fill("114.5921")
    position.get_by_role("button", name="Pakai koordinat").click()
    expect(position).to_contain_text("-3.31400, 114.59210 (±5 m)")
    preview.type("stiker", "A-12")
    preview.press("Tanda tangani")
    page.locator("canvas").hover()  # stands still
    pad = page.locator("canvas").bounding_box()
    assert pad is not None
    page.mouse.move(pad["x"] + 30, pad["y"] + 30)
    page.mouse.down()
    page.mouse.move(pad["x"] + 200, pad["y"] + 60, steps=4)
    page.mouse.up()
    picture(page, "preview-signing")
    preview.press("Simpan tanda tangan")
    expect(preview.question("paraf").locator("img")).to_be_visible()
    preview.press("Periksa & kirim")
    page.get_by_text("Jawaban yang dikirim (JSON)").click()
    expect(page.locator("pre")).to_contain_text("A-12")
    expect(page.locator("pre")).to_contain_text("01111")
    preview.press("Periksa di server")
    expect(page.locator("[data-check]")).to_contain_text("HP dan server sepakat.")
    picture(page, "preview-evidence")


def test_prelist_data_is_made_up_and_typed(window: Any, live_server: Any, draft: Any) -> None:
    page = window(DESK)
    preview = Preview(page, live_server.url, draft).open()
    preview.type("nama", "Siti")
    preview.press("Isi contoh")
    box = page.get_by_role("textbox", name="Data prelist contoh")
    assert json.loads(box.input_value()) == {"alamat": "Contoh alamat listing", "nomor": 12}
    box.fill('["bukan objek"]')
    expect(page.get_by_text("Bukan objek JSON")).to_be_visible()
    expect(page.get_by_role("button", name="Pakai data ini")).to_be_disabled()
    box.fill('{"alamat": "Jalan Merdeka 1", "nomor": 7}')
    picture(page, "preview-prelist")
    preview.press("Pakai data ini")
    expect(preview.question("alamat")).to_contain_text("Jalan Merdeka 1")
    expect(preview.question("nama").locator("input")).to_have_value("Siti")
    expect(page.locator("header h1")).to_have_text("Siti (No. 7)")
