"""The designer of questionnaires in Chromium, on a small phone and at a desk.

CERDAS_SCREENSHOTS=<folder> keeps a picture of every screen, in light and dark.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from kegiatan.models import FormDraft, FormVersion, KegiatanStatistik
from kegiatan.services.drafting import draft_save
from tests import factories
from tests.e2e.pages.designing import PATIENCE_MS, Designer
from tests.e2e.pages.looking import DESK, SIZE_NAMES, SIZES, new_context, watch
from tests.e2e.pages.previewing import Preview

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]
TAKES_KEYS_MS = 150  # a list of proposals takes no key in its first 75 ms
# As its author likes it: keys in an order of their own, four spaces, short objects in one line.
TEXT = """{
    "form_name": "Uji",
    "locale": "id",
    "pages": [
        {
            "name": "rumah", "title": "Rumah",
            "elements": [
                { "type": "text", "name": "nama", "title": "Nama" },
                { "type": "text",  "name": "umur", "title": "Umur", "inputType": "number" },
                { "type": "comment", "name": "alamat", "title": "Alamat" }
            ]
        }
    ]
}
"""


@pytest.fixture(params=SIZES, ids=SIZE_NAMES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Width and height of the screen."""
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def open_as(browser: Browser, size: tuple[int, int], live_server: Any) -> Iterator[Any]:
    """`open_as(user, kegiatan)` gives that person's designer; a faulty page fails the test."""
    contexts, faults = [], []

    def designer(user: Any, kegiatan: Any) -> Designer:
        context = new_context(browser, size)
        contexts.append(context)
        client = Client()
        client.force_login(user, backend="satker.auth_backends.PasswordBackend")
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_navigation_timeout(30_000)
        made = Designer(page, live_server.url, kegiatan)
        made.faults = watch(page)
        faults.append(made.faults)
        return made

    yield designer
    for context in contexts:
        context.close()
    # What the designer goes on from: somebody else's saving, an engine that is busy just then.
    awaited = ("/save/: 409", "/lint/: 503", "/check/: 503")
    assert [words for found in faults for words in found if not words.endswith(awaited)] == []


@pytest.fixture
def empty(super_admin: Any) -> KegiatanStatistik:
    """An activity without any questionnaire."""
    made: KegiatanStatistik = factories.KegiatanFactory(name="Survei Baru")
    return made


@pytest.fixture
def drafted(empty: KegiatanStatistik, super_admin: Any) -> KegiatanStatistik:
    """An activity with a small draft."""
    draft_save(actor=super_admin, kegiatan=empty, text=TEXT, revision=0)
    return empty


def test_five_questions_with_a_roster_from_nothing_to_a_version(
    open_as: Any, empty: Any, super_admin: Any, live_server: Any
) -> None:
    designer: Designer = open_as(super_admin, empty).open()
    page: Page = designer.page
    expect(page.get_by_text("Kuesioner masih kosong.")).to_be_visible()
    designer.seen("empty")
    page.get_by_role("button", name="Mulai dengan halaman pertama").click()

    designer.add("Teks pendek")
    designer.fill("Pertanyaan", "Nama kepala rumah tangga")
    designer.fill("Kode jawaban", "nama_krt")
    page.get_by_label("Wajib diisi").check()
    designer.add("Pilih satu")
    designer.fill("Pertanyaan", "Status rumah")
    designer.fill("Kode jawaban", "status_rumah")
    designer.fill("Pilihan", "1 = Milik sendiri\n2 = Sewa\n9 = Lainnya")
    designer.add("Roster")
    designer.fill("Kode jawaban", "anggota")
    designer.add("Angka", "Di dalam Daftar anggota")
    designer.fill("Pertanyaan", "Umur")
    designer.fill("Kode jawaban", "umur")
    designer.fill("Paling besar", "120")
    designer.add("Titik lokasi")
    designer.fill("Kode jawaban", "lokasi")
    # Into the roster it went, behind the question that was selected: out again.
    designer.press("Keluarkan dari kelompok")
    assert designer.names() == [
        "halaman_1", "nama_krt", "status_rumah", "anggota", "nama", "umur", "lokasi",
    ]  # fmt: skip
    designer.seen("built")

    designer.choose("status_rumah")
    designer.fill("Ditanyakan bila", "{nama_kepala} notempty")
    bar = page.locator(".d-fault-bar")
    expect(bar).to_contain_text("1 kesalahan", timeout=PATIENCE_MS)
    expect(designer.row("status_rumah").locator(".d-count")).to_have_text("1")
    bar.click()
    page.locator(".d-fault-list button").first.click()
    marked = page.locator(".cm-lintRange-error")
    expect(marked.first).to_have_text('"{nama_kepala} notempty"')
    line = 1 + designer.text()[: designer.text().index("{nama_kepala}")].count("\n")
    expect(page.locator(".d-fault-list")).to_contain_text(f"baris {line}")
    designer.seen("fault")

    designer.choose("status_rumah")
    designer.fill("Ditanyakan bila", "{nama_krt} notempty")
    expect(bar).to_contain_text("Tidak ada masalah", timeout=PATIENCE_MS)
    designer.pane("Pratinjau")
    frame = page.frame_locator("iframe[title='Pratinjau di ponsel']")
    asked = frame.get_by_role("textbox", name="Nama kepala rumah tangga")
    expect(asked).to_be_visible(timeout=PATIENCE_MS)
    expect(frame.get_by_text("Milik sendiri")).to_be_hidden()
    asked.fill("Siti")
    asked.press("Tab")
    expect(frame.get_by_text("Milik sendiri")).to_be_visible(timeout=PATIENCE_MS)
    designer.seen("preview")

    designer.saved()
    designer.press("Terbitkan …")
    expect(page.get_by_role("heading", name="Terbitkan sebagai versi 1?")).to_be_visible(
        timeout=PATIENCE_MS
    )
    page.get_by_role("button", name="Ya, terbitkan").click()
    expect(page.get_by_text("Versi 1 sudah terbit", exact=False).first).to_be_visible()
    schema = FormVersion.objects.get(kegiatan=empty, version=1).schema
    roster = schema["pages"][0]["elements"][2]
    assert [one["name"] for one in roster["templateElements"]] == ["nama", "umur"]
    assert schema["pages"][0]["elements"][1]["choices"][2] == {"value": "9", "text": "Lainnya"}
    _filled_in(Preview(page, live_server.url, empty))


def _filled_in(preview: Preview) -> None:
    """Answer the five questions of the published form, with one row, as on a phone."""
    preview.open()
    preview.type("nama_krt", "Siti")
    preview.question("status_rumah").get_by_text("Sewa", exact=True).click()
    preview.type("anggota[*].nama", "Budi")
    preview.type("anggota[*].umur", "34")
    position = preview.question("lokasi")
    position.get_by_text("Tanpa GPS: ketik koordinat").click()
    position.get_by_label("Lintang").fill("-3,3140")
    position.get_by_label("Bujur").fill("114.5921")
    position.get_by_role("button", name="Pakai koordinat").click()
    preview.press("Uji")
    expect(preview.fact("standing")).to_have_text("Dapat dikirim")
    for kind in ("wrong", "missing"):
        expect(preview.findings(kind)).to_have_count(0)
    preview.press("Periksa di server")
    expect(preview.at.locator("[data-check]")).to_contain_text("Server: lolos.")


def test_moving_copying_and_deleting_is_undone_step_by_step(
    open_as: Any, drafted: Any, super_admin: Any
) -> None:
    designer: Designer = open_as(super_admin, drafted).open()
    designer.choose("umur")
    designer.press("Naikkan")
    assert designer.names() == ["rumah", "umur", "nama", "alamat"]
    designer.press("Gandakan")
    assert designer.names() == ["rumah", "umur", "umur_1", "nama", "alamat"]
    designer.press("Hapus")
    designer.press("Hapus")
    assert designer.names() == ["rumah", "umur", "alamat"]
    for expected in (
        ["rumah", "umur", "nama", "alamat"],
        ["rumah", "umur", "umur_1", "nama", "alamat"],
        ["rumah", "umur", "nama", "alamat"],
    ):
        designer.press("Urungkan")
        assert designer.names() == expected
    designer.press("Urungkan")
    assert designer.text() == TEXT
    expect(designer.page.get_by_role("button", name="Urungkan")).to_be_disabled()
    designer.press("Ulangi")
    assert designer.names() == ["rumah", "umur", "nama", "alamat"]
    designer.saved()
    assert '{ "type": "text",  "name": "umur"' in FormDraft.objects.get(kegiatan=drafted).text


def test_a_text_that_is_no_json_keeps_the_outline_and_says_where(
    open_as: Any, drafted: Any, super_admin: Any
) -> None:
    designer: Designer = open_as(super_admin, drafted).open()
    designer.type_json(TEXT.replace('"title": "Nama" },', '"title": "Nama" }'))
    page = designer.page
    expect(page.locator(".d-fault-bar")).to_contain_text("1 kesalahan", timeout=PATIENCE_MS)
    expect(page.locator(".cm-lintRange-error").first).to_be_visible()
    designer.pane("Susunan")
    expect(page.get_by_text("JSON terputus di baris 9.", exact=False)).to_be_visible()
    expect(designer.row("alamat")).to_be_visible()
    expect(page.get_by_role("button", name="Tambah", exact=True)).to_be_disabled()
    designer.seen("broken")
    page.get_by_role("button", name="Tunjukkan").click()
    page.keyboard.press("Control+z")
    expect(page.locator(".d-fault-bar")).to_contain_text("Tidak ada masalah", timeout=PATIENCE_MS)
    designer.saved()


def test_what_is_typed_survives_a_reload_saved_or_not(
    open_as: Any, drafted: Any, super_admin: Any
) -> None:
    designer: Designer = open_as(super_admin, drafted).open()
    page = designer.page
    designer.choose("nama")
    designer.fill("Pertanyaan", "Nama lengkap")
    designer.saved()
    page.reload()
    designer.stands()
    assert designer.form()["pages"][0]["elements"][0]["title"] == "Nama lengkap"

    page.route("**/form/draft/save/", lambda route: route.abort())
    designer.choose("umur")
    designer.fill("Pertanyaan", "Umur dalam tahun")
    status = page.locator(".d-bar .d-status")
    expect(status).to_have_attribute("data-state", "waiting", timeout=PATIENCE_MS)
    designer.seen("offline")
    page.reload()
    designer.stands()
    expect(page.get_by_text("yang belum tersimpan", exact=False)).to_be_visible()
    designer.seen("kept")
    page.unroute("**/form/draft/save/")
    assert all(words.endswith("net::ERR_FAILED") for words in designer.faults)
    designer.faults.clear()
    page.get_by_role("button", name="Lanjutkan ketikan itu").click()
    designer.saved()
    stored = json.loads(FormDraft.objects.get(kegiatan=drafted).text)
    assert stored["pages"][0]["elements"][1]["title"] == "Umur dalam tahun"
    page.reload()
    designer.stands()
    expect(page.get_by_text("yang belum tersimpan", exact=False)).to_be_hidden()


def test_two_designers_merge_instead_of_overwriting(
    open_as: Any, drafted: Any, super_admin: Any
) -> None:
    other = factories.person(None, name="Perancang Lain", is_superuser=True)
    first: Designer = open_as(super_admin, drafted).open()
    second: Designer = open_as(other, drafted).open()
    first.choose("nama")
    first.fill("Pertanyaan", "Nama lengkap")
    first.choose("alamat")
    first.fill("Pertanyaan", "Alamat rumah")
    first.saved()

    second.choose("umur")
    second.fill("Pertanyaan", "Umur dalam tahun")
    second.choose("alamat")
    second.fill("Pertanyaan", "Alamat domisili")
    merge = second.page.get_by_role("dialog", name="Gabungkan dua draf")
    expect(merge).to_be_visible(timeout=PATIENCE_MS)
    expect(merge).to_contain_text("Super Admin menyimpan draf ini")
    assert "Umur dalam tahun" not in FormDraft.objects.get(kegiatan=drafted).text
    expect(merge.get_by_role("button", name="Simpan gabungan")).to_be_disabled()
    second.seen("merge")
    while merge.get_by_role("button", name="Pakai punya saya", exact=True).count():
        merge.get_by_role("button", name="Pakai punya saya", exact=True).first.click()
    expect(merge).to_contain_text("Semua sudah dipilih.")
    merge.get_by_role("button", name="Simpan gabungan").click()
    second.saved()

    elements = json.loads(FormDraft.objects.get(kegiatan=drafted).text)["pages"][0]["elements"]
    assert [one["title"] for one in elements] == [
        "Nama lengkap", "Umur dalam tahun", "Alamat domisili",
    ]  # fmt: skip
    first.choose("nama")
    first.fill("Keterangan", "Sesuai KTP")
    merge = first.page.get_by_role("dialog", name="Gabungkan dua draf")
    expect(merge).to_be_visible(timeout=PATIENCE_MS)
    merge.get_by_role("button", name="Simpan gabungan").click()
    first.saved()
    elements = json.loads(FormDraft.objects.get(kegiatan=drafted).text)["pages"][0]["elements"]
    assert elements[0]["description"] == "Sesuai KTP"
    assert elements[2]["title"] == "Alamat domisili"


def test_with_the_keyboard_alone(open_as: Any, drafted: Any, super_admin: Any) -> None:
    designer: Designer = open_as(super_admin, drafted).open()
    page, keys = designer.page, designer.page.keyboard
    designer.tree.locator("[tabindex='0']").focus()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(designer.row("umur")).to_be_focused()
    keys.press("Alt+ArrowDown")
    assert designer.names() == ["rumah", "nama", "alamat", "umur"]
    expect(designer.row("umur")).to_be_focused()
    keys.press("Insert")
    page.get_by_role("searchbox", name="Cari jenis pertanyaan").focus()
    keys.type("foto")
    keys.press("Enter")
    assert designer.names() == ["rumah", "nama", "alamat", "umur", "foto_1"]
    expect(designer.row("foto_1")).to_be_focused()
    keys.press("Delete")
    keys.press("Control+z")
    assert designer.names() == ["rumah", "nama", "alamat", "umur", "foto_1"]
    keys.press("Home")
    keys.press("ArrowLeft")
    expect(designer.row("nama")).to_have_count(0)
    keys.press("ArrowRight")
    keys.press("ArrowDown")
    keys.press("Enter")
    content = page.locator(".d-editor .cm-content")
    expect(content).to_be_focused()
    keys.press("Tab")
    expect(content).not_to_be_focused()
    keys.press("Control+s")
    designer.saved()


def test_keys_values_and_names_are_proposed(open_as: Any, drafted: Any, super_admin: Any) -> None:
    designer: Designer = open_as(super_admin, drafted).open()
    page, keys = designer.page, designer.page.keyboard
    page.wait_for_load_state("networkidle")  # the schema comes after the page stands
    designer.pane("JSON")
    designer.place_cursor('"number"', after=True)
    keys.type(', "visibleIf')
    proposals = page.locator(".cm-tooltip-autocomplete")
    expect(proposals).to_contain_text("visibleIf", timeout=PATIENCE_MS)
    page.wait_for_timeout(TAKES_KEYS_MS)
    keys.press("Enter")
    keys.type("{na")
    expect(proposals.locator("li").first).to_contain_text("nama")
    designer.seen("completion")
    page.wait_for_timeout(TAKES_KEYS_MS)
    keys.press("Enter")
    element = designer.form()["pages"][0]["elements"][1]
    assert element["visibleIf"] == "{nama}"
    designer.saved()


@pytest.mark.parametrize("size", [DESK], indirect=True, ids=["desk"])
def test_whatever_is_added_from_the_list_can_be_published(
    open_as: Any, empty: Any, super_admin: Any
) -> None:
    designer: Designer = open_as(super_admin, empty).open()
    page = designer.page
    page.get_by_role("button", name="Mulai dengan halaman pertama").click()
    page.get_by_role("button", name="Tambah", exact=True).click()
    kinds = page.locator("[data-kind]").evaluate_all("all => all.map(one => one.dataset.kind)")
    page.keyboard.press("Escape")
    assert {"paneldynamic", "geotag", "photo"} <= set(_types_added(designer, kinds))
    status = page.locator(".d-fault-bar")
    # Master data that is not loaded here is the one thing to be told.
    expect(status).to_contain_text("1 kesalahan", timeout=PATIENCE_MS)
    status.click()
    expect(page.locator(".d-fault-error")).to_contain_text("kode_1")
    designer.seen("all-kinds")
    designer.saved()


def _types_added(designer: Designer, kinds: list[str]) -> list[str]:
    page = designer.page
    for kind in kinds:
        designer.row("halaman_1").click()
        page.get_by_role("button", name="Tambah", exact=True).click()
        page.locator(f"[data-kind={kind}]").click()
    return [one["type"] for one in designer.form()["pages"][0]["elements"]]
