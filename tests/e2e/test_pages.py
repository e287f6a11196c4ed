"""The public pages and an office's sign-in in Chromium, on a small phone and on a desk."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import factories

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]
SIZES = [(360, 800), (1280, 800)]


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def screen(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab that fails its test when the page is faulty or blocked by the CSP."""
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="id-ID", timezone_id="Asia/Jayapura"
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if message.type == "error"
            and "the server responded with a status of" not in message.text
            else None
        ),
    )
    # what the browser itself gives up when a page is left is no fault
    page.on(
        "requestfailed",
        lambda failed: (
            None
            if "ERR_ABORTED" in str(failed.failure)
            else faults.append(f"{failed.url} {failed.failure}")
        ),
    )
    yield page
    context.close()
    assert faults == []


def fits(page: Page) -> bool:
    """Return True when nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def small_targets(page: Page) -> Any:
    """Return what a thumb would miss: links and buttons under 40 px high that are shown."""
    return page.evaluate(
        """() => [...document.querySelectorAll('a, button, input')]
            .map(e => [e.textContent.trim() || e.name, e.getBoundingClientRect()])
            .filter(([_, r]) => r.width > 0 && r.right > 0 && r.height < 40)
            .map(([name]) => name)"""
    )


def test_the_landing_page_leads_to_the_office(live_server: Any, screen: Page, satker: Any) -> None:
    screen.goto(live_server.url)
    expect(screen.get_by_role("heading", level=1)).to_be_visible()
    assert fits(screen)
    if screen.viewport_size == {"width": 360, "height": 800}:
        assert [name for name in small_targets(screen) if name != "remember"] == []
    screen.get_by_label("Kode kantor (satker)").fill("6104")
    screen.get_by_role("button", name="Ke satker").click()
    expect(screen.get_by_text("Masuk ke satker 6104")).to_be_visible()
    assert screen.url.startswith(f"{live_server.url}/satker/6104/admin/")


def test_the_language_switch_stays_chosen(live_server: Any, screen: Page) -> None:
    screen.goto(live_server.url)
    screen.get_by_role("button", name="EN").click()
    expect(screen.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    screen.reload()
    expect(screen.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    screen.get_by_role("button", name="ID", exact=True).click()
    expect(screen.get_by_role("heading", name="Masuk", exact=True)).to_be_visible()


def test_an_admin_signs_in_and_out(live_server: Any, screen: Page, satker_admin: Any) -> None:
    screen.goto(f"{live_server.url}/satker/6104/admin/")
    assert fits(screen)
    screen.get_by_label("Email").fill(satker_admin.email)
    screen.get_by_label("Kata sandi").fill("salah")
    screen.get_by_role("button", name="Masuk").click()
    expect(screen.get_by_text("Email atau kata sandi tidak benar.")).to_be_visible()
    assert fits(screen)
    screen.get_by_label("Kata sandi").fill(factories.PASSWORD)
    screen.get_by_role("button", name="Masuk").click()
    expect(screen.get_by_text("Tidak ada yang menunggu Anda")).to_be_visible()
    assert fits(screen)
    assert screen.get_by_text("Anda tidak memiliki izin").count() == 0
    sign_out_from_the_menu(screen, satker_admin.email)
    expect(screen.get_by_text("Masuk ke satker 6104")).to_be_visible()


def sign_out_from_the_menu(page: Page, email: str) -> None:
    """The menu is at the foot of the sidebar; a phone opens the sidebar first."""
    person = page.get_by_text(email).first
    if not person.is_visible():
        page.locator('[x-on\\:click="sidebarMobileOpen = !sidebarMobileOpen"]:visible').click()
    person.click()
    page.get_by_role("button", name="Keluar").click()


def test_who_has_no_access_can_change_account(
    live_server: Any, screen: Page, satker_admin: Any
) -> None:
    screen.goto(f"{live_server.url}/satker/6104/admin/")
    screen.get_by_label("Email").fill(satker_admin.email)
    screen.get_by_label("Kata sandi").fill(factories.PASSWORD)
    screen.get_by_role("button", name="Masuk").click()
    expect(screen.get_by_text("Tidak ada yang menunggu Anda")).to_be_visible()
    screen.goto(f"{live_server.url}/satker/6171/admin/")
    assert fits(screen)
    screen.get_by_role("button", name="Keluar dan pakai akun lain").click()
    expect(screen.get_by_text("Masuk ke satker 6171")).to_be_visible()


def test_the_api_documentation_shows_every_call(live_server: Any, screen: Page) -> None:
    screen.goto(f"{live_server.url}/api/v1/docs/")
    expect(screen.locator(".opblock").first).to_be_visible(timeout=20_000)
    assert screen.locator(".opblock").count() >= 10
    assert fits(screen)


def test_an_unknown_page_leads_back(live_server: Any, screen: Page) -> None:
    screen.goto(f"{live_server.url}/tidak-ada/")
    assert fits(screen)
    screen.get_by_role("link", name="Ke halaman awal").click()
    expect(screen.get_by_role("heading", name="Masuk", exact=True)).to_be_visible()
