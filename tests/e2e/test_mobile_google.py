"""Signing in with Google on the phone, against a provider on loopback.

Source: docs/sync.md, "Signing in".
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from satker.models import DeviceToken
from tests import factories
from tests.e2e.pages.mobile import Mobile
from tests.e2e.pages.mobile_world import MobileWorld, mobile_world
from tests.satker.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from tests.satker.second_factor import code, switch_on

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]
BUTTON = "Masuk dengan Google"


@pytest.fixture
def world(live_server: Any, settings: Any, tmp_path: Any) -> MobileWorld:
    """What the phones find behind the server."""
    settings.MEDIA_ROOT = tmp_path
    return mobile_world()


@pytest.fixture
def google(settings: Any, world: MobileWorld) -> Iterator[OpenIdProvider]:
    """A provider that knows the PPL."""
    person = {"sub": "1001", "email": world.ppl.email, "email_verified": True, "name": "Dewi"}
    provider = OpenIdProvider(person=person).start()
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.GOOGLE_ISSUER = provider.issuer
    yield provider
    provider.stop()


def sessions(phone: Mobile) -> list[str]:
    """Return the session cookies that the browser holds."""
    cookies = phone.context.cookies()
    return [cookie.get("value", "") for cookie in cookies if cookie.get("name") == "sessionid"]


def test_google_leads_back_to_where_one_wanted_with_everything_there(
    browser: Browser, live_server: Any, world: MobileWorld, google: OpenIdProvider
) -> None:
    with Mobile(browser, live_server.url, "google") as phone:
        phone.open(f"k/{world.listing.pk}")
        phone.title("Cerdas Mobile")
        phone.page.get_by_role("button", name=BUTTON).click()
        phone.title(world.listing.name)
        phone.synced()
        expect(phone.page.locator(".counts")).to_contain_text("Ditolak PML")
        assert "google" not in phone.page.url
        assert sessions(phone) == [], "nothing but the app is signed in"
        assert DeviceToken.objects.get().user == world.ppl

        phone.open("settings")
        phone.page.get_by_role("button", name="Keluar", exact=True).click()
        sure = phone.page.locator(".sheet").get_by_role("button", name="Keluar")
        with phone.page.expect_response("**/api/v1/auth/token/"):
            sure.click()
        phone.title("Cerdas Mobile")
        assert not DeviceToken.objects.exists()


def test_the_second_factor_is_asked_on_the_way(
    browser: Browser, live_server: Any, world: MobileWorld, google: OpenIdProvider
) -> None:
    switch_on(world.ppl)
    with Mobile(browser, live_server.url, "google-code") as phone:
        phone.open()
        phone.page.get_by_role("button", name=BUTTON).click()
        phone.page.wait_for_url("**/account/2fa/authenticate/")
        phone.page.locator("input[name=code]").fill(code())
        phone.page.locator("input[name=code]").press("Enter")
        phone.title("Kegiatan")
        phone.synced()
        assert DeviceToken.objects.get().user == world.ppl


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_why_google_did_not_work_is_said_in_the_app(
    browser: Browser, live_server: Any, google: OpenIdProvider, colours: str
) -> None:
    person = google.person
    with Mobile(browser, live_server.url, "google-refused", colours) as phone:
        phone.open()
        phone.title("Cerdas Mobile")
        expect(phone.page.get_by_role("button", name=BUTTON)).to_be_visible()
        phone.look("offered")
        for name, who, words in (
            ("cancelled", None, "Anda menghentikan proses masuk di Google."),
            ("unverified", {**(person or {}), "email_verified": False}, "belum memverifikasi"),
        ):
            google.person = who
            phone.page.get_by_role("button", name=BUTTON).click()
            expect(phone.page.get_by_role("alert")).to_contain_text(words)
            phone.look(name)
        google.person = person
        phone.page.get_by_role("button", name=BUTTON).click()
        phone.title("Kegiatan")


def test_a_code_of_another_phone_signs_nobody_in(
    browser: Browser, live_server: Any, world: MobileWorld, google: OpenIdProvider
) -> None:
    with Mobile(browser, live_server.url, "google-stolen") as phone:
        phone.open("sign-in#google_code=abc:def:ghi")
        expect(phone.page.get_by_role("alert")).to_contain_text("dimulai di tempat lain")
        assert "google_code" not in phone.page.url
        assert not DeviceToken.objects.exists()


def test_without_google_there_is_no_button(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "no-google") as phone:
        with phone.page.expect_response("**/api/v1/auth/google/"):
            phone.open()
        phone.title("Cerdas Mobile")
        expect(phone.page.get_by_role("button", name=BUTTON)).to_have_count(0)
        phone.sign_in(world.ppl.email, factories.PASSWORD)
