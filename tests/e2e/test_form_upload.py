"""An XLSForm comes in through the page of a draft, in Chromium on a small phone and a desk.

CERDAS_SCREENSHOTS=<folder> keeps a picture of every step.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from kegiatan.models import FormDraft, FormVersion
from tests.e2e.pages.looking import (
    SIZE_NAMES,
    SIZES,
    barriers_of,
    faults_of,
    new_context,
    picture,
    watch,
)
from tests.e2e.pages.mobile import app_built
from tests.kegiatan.xlsform_books import xlsform

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]
PATIENCE_MS = 20_000
SURVEY = """
type | name | label | required | relevant | constraint | constraint_message | appearance
begin group | rumah | Rumah | | | | |
text | nama_krt | Nama kepala rumah tangga | yes | | | |
integer | jumlah_art | Jumlah anggota | yes | | . > 0 and . < 30 | Antara 1 dan 29 |
select_one lantai | lantai | Lantai terluas | | ${jumlah_art} > 0 | | |
end group | | | | | | |
begin repeat | anggota | Anggota | | | | |
text | nama | Nama anggota | yes | | | |
end repeat | | | | | | |
"""
CHOICES = """
list_name | name | label
lantai | 1 | Keramik
lantai | 2 | Tanah
"""
LOSING = xlsform(SURVEY + "geotrace | jalur | Jalur ke rumah | | | | |\n", CHOICES)
BROKEN = xlsform(SURVEY.replace("${jumlah_art} > 0", "${tidak_ada} > 0"), CHOICES)


@pytest.fixture(params=SIZES, ids=SIZE_NAMES)
def page(
    request: pytest.FixtureRequest, browser: Browser, live_server: Any, super_admin: Any
) -> Iterator[Page]:
    """super_admin's tab; a faulty or blocked page fails the test."""
    app_built()
    context = new_context(browser, request.param)
    context.set_default_timeout(PATIENCE_MS)
    client = Client()
    client.force_login(super_admin, backend="satker.auth_backends.PasswordBackend")
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    tab = context.new_page()
    faults = watch(tab)
    yield tab
    context.close()
    assert faults == []


def seen(page: Page, name: str) -> None:
    """Check that everybody can use the page, and keep a picture of it."""
    assert faults_of(page) == [], name
    for colours in ("dark", "light"):
        page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)",
                      colours == "dark")  # fmt: skip
        picture(page, f"upload-{name}-{colours}")
        assert barriers_of(page) == [], (name, colours)


def take_in(page: Page, path: Path, *, accept: bool = False) -> None:
    """Choose a file and take it in."""
    fold = page.locator(".f-files details").first
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    page.get_by_label("Kuesioner (JSON, XLSForm, atau format asal)").set_input_files(path)
    if accept:
        page.get_by_label("Juga bila ada bagian XLSForm", exact=False).check()
    page.get_by_role("button", name="Masukkan berkas", exact=True).click()
    page.wait_for_load_state("load")


def text_in(page: Page) -> str:
    """Return what the page has put into its editor, whichever it shows."""
    found: str = page.locator("#draft-text").evaluate("box => box.value")
    return found


def test_an_xlsform_is_taken_in_with_its_losses_saved_and_published(
    page: Page, live_server: Any, kegiatan: Any, tmp_path: Path
) -> None:
    file = tmp_path / "rumah.xlsx"
    file.write_bytes(LOSING)
    page.goto(f"{live_server.url}/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/")
    expect(page.locator("#designer > *").first).to_be_visible()
    expect(page.locator("#draft")).to_be_hidden()
    before = text_in(page)

    take_in(page, file)
    listed = page.locator("#faults")
    expect(page.get_by_role("alert").first).to_contain_text("1 bagian berkas akan tertinggal")
    expect(listed).to_contain_text("geotrace")
    expect(listed).to_contain_text("lembar survey, baris 10")
    assert text_in(page) == before, "nothing is taken in unasked"
    seen(page, "losses")

    take_in(page, file, accept=True)
    expect(listed).to_contain_text("geotrace")
    expect(page.locator("#designer > *").first).to_be_visible()
    assert '"nama_krt"' in text_in(page)
    assert "jalur" not in text_in(page)
    assert not FormDraft.objects.exists(), "taking in saves nothing"
    seen(page, "taken-in")
    page.locator("#designer").get_by_role("button", name="Simpan", exact=True).click()
    expect(page.locator("#designer [data-state='saved']").first).to_be_attached()
    assert FormDraft.objects.get(kegiatan=kegiatan).text == text_in(page)

    page.goto(
        f"{live_server.url}/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/publish/"
    )
    expect(page.get_by_role("heading", name="Terbitkan sebagai versi 2?")).to_be_visible()
    page.get_by_role("button", name="Ya, terbitkan").click()
    expect(page.get_by_text("Versi 2 sudah terbit", exact=False).first).to_be_visible()
    schema = FormVersion.objects.get(kegiatan=kegiatan, version=2).schema
    names = [element["name"] for one in schema["pages"] for element in one["elements"]]
    assert names == ["nama_krt", "jumlah_art", "lantai", "anggota"]


def test_a_broken_file_gives_its_faults_and_changes_nothing(
    page: Page, live_server: Any, kegiatan: Any, tmp_path: Path
) -> None:
    file, no_book = tmp_path / "rusak.xlsx", tmp_path / "palsu.xlsx"
    file.write_bytes(BROKEN)
    no_book.write_bytes(b"PK\x03\x04 bukan buku kerja")
    page.goto(f"{live_server.url}/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/")
    expect(page.locator("#designer > *").first).to_be_visible()
    before = text_in(page)
    take_in(page, file, accept=True)
    expect(page.locator("#faults .f-error").first).to_contain_text("tidak_ada")
    expect(page.locator("#faults .f-error").first).to_contain_text("lembar survey, baris 5")
    assert text_in(page) == before
    seen(page, "faults")
    take_in(page, no_book)
    expect(page.locator("#faults .f-error").first).to_be_visible()
    assert text_in(page) == before
    assert not FormDraft.objects.exists()


def test_the_plain_editor_takes_the_same_file_in(
    page: Page, live_server: Any, kegiatan: Any, tmp_path: Path
) -> None:
    file = tmp_path / "rumah.xlsx"
    file.write_bytes(LOSING)
    address = f"{live_server.url}/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/"
    page.goto(f"{address}?editor=plain")
    box = page.get_by_label("Kuesioner (JSON)", exact=True)
    typed = box.input_value().replace('"form_name": "', '"form_name": "Diketik ')
    box.fill(typed)
    take_in(page, file)
    expect(page.locator("#faults")).to_contain_text("geotrace")
    expect(box).to_have_value(typed)
    take_in(page, file, accept=True)
    assert '"nama_krt"' in box.input_value()
    seen(page, "plain")
    page.get_by_role("button", name="Simpan draf").click()
    expect(page.get_by_text("Draf sudah disimpan")).to_be_visible()
    expect(page).to_have_url(f"{address}?editor=plain")
    assert '"nama_krt"' in FormDraft.objects.get(kegiatan=kegiatan).text
