"""Cerdas Mobile on a phone of 360x800: opening, signing in, going from screen to screen."""

import os
import subprocess
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser, Locator, expect

from tests.e2e.pages.looking import PHONE, barriers_of, faults_of, new_context, picture, watch

PROJECT = Path(__file__).resolve().parents[3]
PATIENCE_MS = 60_000  # machines are busy when all tests run
# What the app says for itself where a phone has no room of its own to keep things for good.
_OFFLINE_WORDS = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED")


@cache
def app_built() -> None:
    """Build the app as `make demo` does, unless MOBILE_APP_DIR names one that is built."""
    if not os.environ.get("MOBILE_APP_DIR"):
        subprocess.run([PROJECT / "scripts" / "node.sh"], check=True)


class Mobile:
    """One phone with the app open. Leaving it without a fault of its own tells of the app's."""

    def __init__(self, browser: Browser, base: str, who: str, colours: str = "light") -> None:
        """Open the app in a fresh profile. who: names the pictures."""
        app_built()
        self.context = new_context(browser, PHONE, colours)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.base, self.who, self.colours = base, who, colours
        self.faults = watch(self.page)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            picture(self.page, f"mobile-{self.who}-failed")
        self.context.close()
        if kind is None:
            faults = [fault for fault in self.faults if not _is_offline(fault)]
            assert faults == [], "\n".join(faults)

    def open(self, path: str = "") -> None:
        """Open an address of the app; path: without a slash at its beginning."""
        self.page.goto(f"{self.base}/app/{path}")

    def sign_in(self, email: str, password: str) -> None:
        """Fill in the sign-in screen, which is open, and wait for the home screen."""
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Kata sandi", exact=True).fill(password)
        self.page.get_by_role("button", name="Masuk", exact=True).click()
        self.title("Kegiatan")

    def title(self, name: str) -> None:
        """Wait for the screen of this title."""
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible(
            timeout=PATIENCE_MS
        )

    def synced(self) -> None:
        """Wait until sync has come to its end."""
        bar = self.page.locator(".state")
        expect(bar).to_contain_text("Tersinkron", timeout=PATIENCE_MS)

    def button(self, name: Any, **options: Any) -> Locator:
        """Return a button or link that looks like one."""
        return self.page.get_by_role("button", name=name, **options).or_(
            self.page.get_by_role("link", name=name, **options)
        )

    def ready_offline(self) -> None:
        """Wait until the service worker has the whole app."""
        self.page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")

    def look(self, name: str) -> None:
        """Keep a picture; refuse what does not fit, is too small, or has barriers."""
        self.page.wait_for_load_state()
        self.page.wait_for_timeout(350)  # sheets slide in; a picture of half of one says nothing
        picture(self.page, f"mobile-{self.who}-{name}-{self.colours}")
        faults = faults_of(self.page) + barriers_of(self.page)
        assert faults == [], f"{name} {self.colours}:\n" + "\n".join(faults)


def _is_offline(fault: str) -> bool:
    return any(words in fault for words in _OFFLINE_WORDS)
