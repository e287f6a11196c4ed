"""A cheap phone for bench/pwa.py: Chromium at 360x800, its CPU and network slowed through CDP.

What the app does is timed inside the page, from the touch to the frame after it has been drawn, so
that the way to Chromium and back does not count.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from bench._pwa_world import PASSWORD
from bench._scratch import ROOT

CPU_RATE = 4
# "Slow 3G" of Chromium's developer tools, in bytes per second and milliseconds.
SLOW_3G = {
    "offline": False,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
    "latency": 2_000,
}
FREE = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1, "latency": 0}
PATIENCE_MS = 600_000
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SCRIPTS = Path(__file__).with_name("_pwa_page.js")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the Chromium that the end-to-end tests use."""
    found = subprocess.run(
        [ROOT / "scripts" / "chromium.sh"], stdout=subprocess.PIPE, text=True, check=True
    )
    path = found.stdout.strip().splitlines()[-1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


class Phone:
    """One phone with a fresh profile."""

    def __init__(self, browser: Browser, base: str) -> None:
        """Open nothing yet."""
        self.context = browser.new_context(
            viewport={"width": 360, "height": 800},
            locale="id-ID",
            timezone_id="Asia/Jayapura",
            has_touch=True,
            is_mobile=True,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.base = base
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.cdp: CDPSession = self.context.new_cdp_session(self.page)
        self.cdp.send("Network.enable")

    def slow(self, *, cpu: bool = True, network: bool = False) -> None:
        """Be a cheap phone, and on a slow network, from now on."""
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": CPU_RATE if cpu else 1})
        self.cdp.send("Network.emulateNetworkConditions", SLOW_3G if network else FREE)

    def open(self, path: str = "") -> None:
        """Open an address of the app anew."""
        self.page.goto(f"{self.base}/app/{path}", wait_until="commit")

    def signed_in(self, email: str, path: str = "") -> None:
        """Sign in and wait until everything has come."""
        self.open(path)
        self.sign_in(email)
        self.synced()

    def sign_in(self, email: str) -> None:
        """Fill in the sign-in screen, which is open or about to be."""
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Masuk", exact=True).click()

    def kept(self) -> None:
        """Wait until the service worker has the whole app; its own network is not slowed."""
        self.page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        self.calm(2)

    def synced(self) -> None:
        """Wait until sync has come to its end."""
        expect(self.page.locator(".state")).to_contain_text("Tersinkron", timeout=PATIENCE_MS)

    def calm(self, seconds: float = 0.5) -> None:
        """Wait until the page has nothing left to do."""
        self.page.wait_for_timeout(1_000 * seconds)
        self.page.evaluate("() => new Promise(done => requestIdleCallback(done))")

    def do(self, name: str, *arguments: Any) -> Any:
        """Call a function of _pwa_page.js in the page."""
        self.page.evaluate(SCRIPTS.read_text(encoding="utf-8"))
        call = "([name, given]) => cerdasWatch[name](...given)"
        return self.page.evaluate(call, [name, list(arguments)])

    def page_turned(self, title: str) -> float:
        """Choose a page of the open form; return the milliseconds until its questions show."""
        self.page.get_by_role("button", name="Daftar halaman").click()
        self.page.locator(".pages-sheet").get_by_role("button", name=title).wait_for()
        self.calm()
        return float(self.do("turned", title))

    def code_list_open(self) -> tuple[str, str]:
        """Open the list of codes on the page of members; return its search field and its rows."""
        self.page_turned("Blok III")
        self.calm()
        self.do("memberWith", ".kbli")
        self.page.locator('.cerdas-frame[data-path$=".kbli"] .sd-dropdown').first.click()
        self.page.locator("[role=option]:visible").first.wait_for()
        self.calm()
        return str(self.do("searchField")), "[role=option]"

    def back_online(self, count: int) -> float:
        """Be in reach of the network again; return milliseconds until the outbox is empty."""
        began = time.perf_counter()
        self.context.set_offline(False)
        self.synced()
        taken = 1_000 * (time.perf_counter() - began)
        states = self.do("operationStates")
        if states != {"accepted": 2 * count}:  # `open` and `submit`
            raise RuntimeError(f"not everything was taken: {states}")
        return taken

    def close(self) -> None:
        """End it. Raises RuntimeError when the app has had a fault."""
        self.context.close()
        if self.faults:
            raise RuntimeError("\n".join(self.faults))


@contextmanager
def phone(browser: Browser, base: str) -> Iterator[Phone]:
    """Open a phone and end it afterwards."""
    made = Phone(browser, base)
    try:
        yield made
    finally:
        made.close()
