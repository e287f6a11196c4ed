"""The page of a draft where the designer does not come, and printing a long questionnaire."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cerdas.models import Job
from cerdas.tenancy import super_scope
from kegiatan.models import FormDraft
from tests import factories
from tests.e2e.pages.looking import PHONE, SIZE_NAMES, SIZES, barriers_of, faults_of, picture
from tests.e2e.pages.mobile import app_built
from tests.kegiatan.test_printing_long_forms import long_form

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]
PATIENCE_MS = 20_000


@pytest.fixture
def context_of(browser: Browser, live_server: Any, super_admin: Any) -> Iterator[Any]:
    """`context_of(size, **options)` gives a profile of super_admin's."""
    app_built()
    made: list[BrowserContext] = []

    def context(size: tuple[int, int], **options: Any) -> BrowserContext:
        fresh = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="id-ID",
            base_url=live_server.url, **options,
        )  # fmt: skip
        fresh.set_default_timeout(PATIENCE_MS)
        made.append(fresh)
        client = Client()
        client.force_login(super_admin, backend="satker.auth_backends.PasswordBackend")
        cookie = client.cookies["sessionid"].value
        fresh.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return fresh

    yield context
    for one in made:
        one.close()


def save_by_form(page: Page, kegiatan: Any) -> None:
    """Type into the plain editor and save with its button."""
    box = page.get_by_label("Kuesioner (JSON)", exact=True)
    box.fill('{"dari": "editor polos"}')
    page.get_by_role("button", name="Simpan draf").click()
    expect(page.get_by_text("Draf sudah disimpan")).to_be_visible()
    assert FormDraft.objects.get(kegiatan=kegiatan).text == '{"dari": "editor polos"}'


def test_without_javascript_the_form_on_the_page_saves(context_of: Any, kegiatan: Any) -> None:
    page = context_of(PHONE, java_script_enabled=False).new_page()
    page.goto(f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/")
    expect(page.locator("#draft")).to_be_visible()
    save_by_form(page, kegiatan)


def test_where_the_designer_does_not_load_the_form_takes_its_place(
    context_of: Any, kegiatan: Any
) -> None:
    page = context_of(PHONE).new_page()
    page.route("**/office/assets/*.js", lambda route: route.abort())
    page.goto(f"/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/")
    expect(page.locator("#draft")).to_be_visible()
    expect(
        page.get_by_text("Perancang tidak berjalan di peramban ini", exact=False)
    ).to_be_visible()
    assert faults_of(page) == []
    picture(page, "designer-absent")
    save_by_form(page, kegiatan)


@pytest.mark.parametrize("size", SIZES, ids=SIZE_NAMES)
def test_a_long_questionnaire_is_printed_after_a_question(
    context_of: Any, satker: Any, size: tuple[int, int]
) -> None:
    long = factories.kegiatan([satker], schema=long_form(), name="Sensus Panjang")
    page = context_of(size).new_page()
    page.goto(f"/admin/kegiatan/kegiatanstatistik/{long.pk}/form/1/")
    page.locator("a[href*='as/pdf/']").first.click()
    expect(page.get_by_text("501 pertanyaan", exact=False)).to_be_visible()
    assert faults_of(page) == []
    picture(page, "print-long")
    assert barriers_of(page) == []
    page.get_by_role("button", name="Cetak", exact=True).click()
    expect(page.get_by_text("dicetak sebagai tugas", exact=False).first).to_be_visible()
    with super_scope():
        job = Job.objects.get()
    assert page.url.endswith(f"/admin/cerdas/job/{job.pk}/change/")
