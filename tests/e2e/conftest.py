"""A Chromium for the end-to-end tests; pages are opened by the tests themselves."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[2]
# The browser must reach nothing but the server under test, and work inside containers.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the Chromium that scripts/chromium.sh finds or installs."""
    done = subprocess.run(
        [PROJECT / "scripts" / "chromium.sh"], stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One browser for a file of tests.

    Playwright keeps an event loop in this thread for as long: Django would take its queries for
    unsafe, and tests of other files that start a loop of their own must find none.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile in Indonesian, of the size of a small phone."""
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, locale="id-ID", timezone_id="Asia/Jayapura"
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab of the fresh profile."""
    return context.new_page()
