"""Signing in, the second factor and the account pages in Chromium, on a phone and on a desk."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect

from kegiatan.services.recruiting import recruit
from tests import factories
from tests.e2e.test_pages import fits, screen, small_targets  # noqa: F401 (screen: a fixture)
from tests.satker.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from tests.satker.second_factor import code

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]
# Contrast of text on its background by WCAG 2; labels of fields; names of buttons and links.
FAULTS = """() => {
  const faults = [];
  const channel = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const light = c => .2126 * channel(c[0]) + .7152 * channel(c[1]) + .0722 * channel(c[2]);
  const numbers = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const back = e => {
    for (; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.backgroundImage !== 'none') return null;
      const c = numbers(style.backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  for (const e of document.querySelectorAll('main *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length) continue;
    const b = back(e);
    if (!b) continue;
    const pair = [light(numbers(getComputedStyle(e).color)), light(b)].sort((x, y) => y - x);
    const ratio = (pair[0] + .05) / (pair[1] + .05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${e.textContent.trim().slice(0, 40)}`);
  }
  for (const e of document.querySelectorAll('input:not([type=hidden]), textarea, select'))
    if (!e.labels?.length && !e.getAttribute('aria-label')) faults.push(`no label: ${e.name}`);
  for (const e of document.querySelectorAll('button, a'))
    if (!(e.getAttribute('aria-label') || e.textContent.trim())) faults.push(`no name: ${e.outerHTML}`);
  for (const e of document.querySelectorAll('[aria-describedby]'))
    for (const id of e.getAttribute('aria-describedby').split(' '))
      if (!document.getElementById(id)) faults.push(`describedby ${id} is absent`);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  ids.filter((id, n) => ids.indexOf(id) !== n).forEach(id => faults.push(`twice: #${id}`));
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  return faults;
}"""  # noqa: E501


def check(page: Page) -> None:
    """Refuse a page that is too wide, has faint or nameless parts, or targets too small."""
    assert fits(page), page.url
    assert page.evaluate(FAULTS) == [], page.url
    if page.viewport_size == {"width": 360, "height": 800}:
        assert small_targets_but_checks(page) == [], page.url


def small_targets_but_checks(page: Page) -> list[str]:
    """Leave out checkboxes: their label is the target."""
    return [name for name in small_targets(page) if name != "remember"]


def sign_in(page: Page, address: str, user: Any, password: str = factories.PASSWORD) -> None:
    """Fill in the form of the page at an address."""
    page.goto(address)
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Kata sandi", exact=True).fill(password)
    page.get_by_role("button", name="Masuk", exact=True).click()


def test_the_landing_page_signs_in_and_out(live_server: Any, screen: Page, enumerator: Any) -> None:  # noqa: F811
    screen.goto(live_server.url)
    check(screen)
    sign_in(screen, live_server.url, enumerator, "salah-salah")
    expect(screen.get_by_role("alert")).to_have_text("Email atau kata sandi tidak benar.")
    expect(screen.get_by_label("Email")).to_have_value(enumerator.email)
    check(screen)
    screen.get_by_label("Kata sandi", exact=True).fill(factories.PASSWORD)
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("heading", name="Cerdas Mobile")).to_be_visible()
    check(screen)
    screen.goto(live_server.url)
    expect(screen.get_by_text(enumerator.email)).to_be_visible()
    check(screen)
    screen.get_by_role("button", name="Keluar").click()
    expect(screen.get_by_label("Kata sandi", exact=True)).to_be_visible()


def test_an_invitation_is_accepted(
    live_server: Any,
    screen: Page,  # noqa: F811
    satker: Any,
    kegiatan: Any,
    kegiatan_admin: Any,
) -> None:
    person = factories.person(None, name="Siti Rahmawati")
    place = factories.take_part(kegiatan, satker)
    recruit(
        actor=kegiatan_admin, satker=satker, email=person.email, role="PPL", kegiatan_satker=place
    )
    sign_in(screen, live_server.url, person)
    expect(screen.get_by_role("heading", level=1)).to_contain_text("belum menjadi bagian")
    check(screen)
    screen.get_by_role("button", name="Terima").click()
    expect(screen.get_by_text(f"Selamat bergabung di {satker.name}.")).to_be_visible()
    check(screen)


def test_the_second_factor_is_set_up_and_asked(
    live_server: Any,
    screen: Page,  # noqa: F811
    satker_admin: Any,
) -> None:
    with override_settings(MFA_REQUIRED_FOR_ADMINS=True):
        sign_in(screen, live_server.url, satker_admin)
        expect(screen.get_by_role("heading", level=1)).to_have_text(
            "Aktifkan verifikasi dua langkah"
        )
        check(screen)
        secret = screen.locator("#authenticator_secret").inner_text()
        screen.get_by_label("Tulis enam angka").fill("000000")
        screen.get_by_role("button", name="Aktifkan").click()
        expect(screen.get_by_role("alert")).to_contain_text("Kodenya tidak benar")
        check(screen)
        secret = screen.locator("#authenticator_secret").inner_text()
        screen.get_by_label("Tulis enam angka").fill(code(secret))
        screen.get_by_role("button", name="Aktifkan").click()
        recovery = screen.locator(".code-list li").all_inner_texts()
        assert len(recovery) == 10
        check(screen)
        screen.get_by_role("link", name="Sudah saya simpan").click()
        expect(screen).to_have_url(re.compile(r"/satker/6104/admin/$"))
        screen.wait_for_load_state("networkidle")
    screen.context.clear_cookies()
    sign_in(screen, live_server.url, satker_admin)
    expect(screen.get_by_label("Kode")).to_be_focused()
    check(screen)
    screen.get_by_label("Kode").fill(recovery[0])
    screen.get_by_role("button", name="Masuk").click()
    expect(screen).to_have_url(re.compile(r"/satker/6104/admin/$"))
    screen.wait_for_load_state("networkidle")


def test_the_account_pages_are_fit_for_a_phone(
    live_server: Any,
    screen: Page,  # noqa: F811
    enumerator: Any,
) -> None:
    factories.token(enumerator)
    for path in ("/account/password/reset/", "/account/password/reset/done/", "/account/inactive/"):
        screen.goto(live_server.url + path)
        check(screen)
    sign_in(screen, live_server.url, enumerator)
    expect(screen.get_by_role("heading", name="Cerdas Mobile")).to_be_visible()
    pages = ("sessions/", "password/change/", "2fa/", "google/", "logout/", "2fa/totp/activate/")
    for path in pages:
        screen.goto(f"{live_server.url}/account/{path}")
        check(screen)
    screen.goto(f"{live_server.url}/account/sessions/")
    screen.get_by_role("button", name="Keluarkan Tanpa nama").click()
    expect(screen.get_by_role("status")).to_have_text("Sudah dikeluarkan.")
    expect(screen.get_by_text("Tanpa nama")).to_have_count(0)


@pytest.fixture
def google(settings: Any) -> Iterator[OpenIdProvider]:
    """A provider in place of Google, allowed by the policy of our pages."""
    person = {"sub": "77", "email": "siti@uji.example", "email_verified": True, "name": "Siti"}
    provider = OpenIdProvider(person=person).start()
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.GOOGLE_ISSUER = provider.issuer
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": directives | {"form-action": ["'self'", provider.issuer]}
    }
    yield provider
    provider.stop()


def test_google_signs_in_under_the_content_security_policy(
    live_server: Any,
    browser: Browser,
    screen: Page,  # noqa: F811
    google: OpenIdProvider,
) -> None:
    screen.goto(live_server.url)
    check(screen)
    screen.get_by_role("button", name="Masuk dengan Google").click()
    expect(screen.get_by_role("heading", level=1)).to_contain_text("belum menjadi bagian")
    expect(screen.get_by_text("siti@uji.example").first).to_be_visible()
    check(screen)
