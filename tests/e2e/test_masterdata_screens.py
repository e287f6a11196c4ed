"""super_admin brings in a region master and a dataset in Chromium, on a small phone and a desk.

CERDAS_SCREENSHOTS=<folder> keeps a picture of every page.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from masterdata.models import MasterSls
from masterdata.services import masterdata_load
from tests.e2e.pages.gallery_world import work
from tests.masterdata.conftest import BUNDLED, sls_row
from tests.masterdata.test_dialects import table

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]
SIZES = [(360, 800), (1280, 800)]
PICTURES = os.environ.get("CERDAS_SCREENSHOTS")


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def screen(
    browser: Browser, request: pytest.FixtureRequest, live_server: Any, super_admin: Any
) -> Iterator[Page]:
    """super_admin's tab; its test fails when the page is faulty or blocked by the CSP."""
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="id-ID", timezone_id="Asia/Jayapura"
    )
    client = Client()
    client.force_login(super_admin)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if message.type == "error" else None,
    )
    yield page
    context.close()
    assert faults == []


def seen(page: Page, name: str) -> None:
    """Check that the page fits, and keep a picture of it."""
    page.wait_for_load_state()
    fits = "root => root.scrollWidth <= window.innerWidth"
    assert page.locator("html").evaluate(fits), name
    if PICTURES:
        width = (page.viewport_size or {})["width"]
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/masterdata-{name}-{width}.png", full_page=True)


def test_a_region_master_is_uploaded_checked_loaded_and_opened(
    screen: Page, live_server: Any, tmp_path: Path
) -> None:
    address = f"{live_server.url}/admin/masterdata/mastersls/"
    screen.goto(address)
    expect(screen.get_by_text("Master wilayah masih kosong")).to_be_visible()
    screen.get_by_role("link", name="Unggah berkas").click()
    expect(screen.get_by_role("button", name="Periksa berkas")).to_be_visible()
    seen(screen, "upload")
    bad = tmp_path / "sls-6104.csv"
    bad.write_text(table([sls_row(), sls_row("610408000100200"), sls_row(nama="")], delimiter=";"))
    screen.locator("input[type=file]").set_input_files(bad)
    screen.get_by_role("button", name="Periksa berkas").click()
    expect(screen.get_by_role("link", name="Batalkan pekerjaan")).to_be_visible()
    seen(screen, "waiting")
    work()
    expect(screen.get_by_text("Kesalahan pertama")).to_be_visible(timeout=10_000)
    seen(screen, "faults")

    screen.goto(f"{address}upload/")
    screen.locator("input[type=file]").set_input_files(BUNDLED / "6104.csv")
    screen.get_by_role("button", name="Periksa berkas").click()
    screen.wait_for_url("**/upload/*-*/")
    work()
    expect(screen.get_by_role("button", name="Muat sekarang")).to_be_visible(timeout=10_000)
    seen(screen, "checked")
    assert not MasterSls.objects.exists()
    screen.get_by_role("button", name="Muat sekarang").click()
    expect(screen.get_by_role("button", name="Muat sekarang")).not_to_be_visible()
    work()
    expect(screen.get_by_text("Yang sudah dilakukan")).to_be_visible(timeout=10_000)
    seen(screen, "loaded")

    screen.goto(address)
    seen(screen, "country")
    for _level in range(4):
        with screen.expect_navigation():
            screen.locator("table a.c-link").first.click()
    seen(screen, "desa")
    screen.goto(f"{address}?code=61&q=rt+001")
    seen(screen, "search")


def test_a_dataset_is_listed_searched_compared_and_changed(
    screen: Page, live_server: Any, tmp_path: Path
) -> None:
    for year, title in ((2020, "Pertanian Padi"), (2025, "Pertanian Padi Sawah")):
        path = tmp_path / f"{year}.json"
        rows = [{"kode": f"{n:05}", "judul": f"Kegiatan usaha nomor {n}"} for n in range(130)]
        path.write_text(json.dumps([*rows, {"kode": "A", "judul": title}]))
        masterdata_load(kind="KBLI", version=year, path=path, description="Klasifikasi baku")
    screen.goto(f"{live_server.url}/admin/masterdata/masterdata/")
    seen(screen, "datasets")
    screen.get_by_role("link", name="2020", exact=True).click()
    seen(screen, "dataset")
    screen.get_by_role("link", name="Halaman berikutnya").click()
    screen.get_by_role("link", name="2025", exact=True).click()
    expect(screen.get_by_text("Pertanian Padi Sawah")).to_be_visible()
    seen(screen, "compare")
    screen.get_by_role("link", name="Kembali").click()
    screen.get_by_role("link", name="Gunakan versi ini").click()
    seen(screen, "activate")
    screen.get_by_role("button", name="Ya, gunakan versi ini").click()
    expect(screen.get_by_text("Versi 2020 sedang digunakan.")).to_be_visible()
    screen.get_by_role("link", name="Unggah versi baru").click()
    seen(screen, "dataset-upload")
