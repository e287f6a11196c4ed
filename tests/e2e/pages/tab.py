"""One tab of somebody's browser, on a desk or on a phone."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser, Locator, expect

from tests.e2e.pages.looking import DESK, Size, faults_of, new_context, picture, watch

Work = Callable[[], None]  # runs the worker until the queue is empty
PATIENCE_MS = 60_000  # machines are busy when all tests run
PASSWORD = "kata-sandi-musim-ini"


class Tab:
    """Signs in, opens what the menu offers, fills in forms. Leaving it tells of every fault."""

    def __init__(self, browser: Browser, base: str, size: Size, who: str) -> None:
        """Open an empty tab in a fresh profile. who: names the pictures."""
        self.context = new_context(browser, size)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.base, self.size, self.who = base, size, who
        self.faults = watch(self.page)
        self._pictures = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            picture(self.page, f"{self.who}-failed")
        self.context.close()
        if kind is None:
            assert self.faults == [], self.faults

    # --- going somewhere

    def open(self, path: str) -> None:
        """Write an address, as somebody does who was given a link."""
        self.page.goto(path if "://" in path else self.base + path)
        self.seen()

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Use the landing page."""
        self.open("/")
        self.fill("Email", email)
        self.page.get_by_label("Kata sandi", exact=True).fill(password)
        self.press("Masuk")
        expect(self.page.get_by_label("Kata sandi", exact=True)).to_have_count(0)
        self.seen()

    def menu(self, name: str) -> None:
        """Choose an entry of the menu, which a phone opens first."""
        entry = self.page.locator("#nav-sidebar, nav, aside").get_by_role("link", name=name)
        if self.size != DESK:
            self.page.get_by_role("button", name="Menu").locator("visible=true").click()
            expect(entry.locator("visible=true").first).to_be_visible()
            found = faults_of(self.page)
            assert found == [], ("the menu", found)
        self._go(entry)

    def follow(self, name: str, *, within: Locator | None = None) -> None:
        """Click a link by its words."""
        place = self.page if within is None else within
        self._go(place.get_by_role("link", name=name, exact=False))

    def _go(self, link: Locator) -> None:
        with self.page.expect_navigation():
            link.locator("visible=true").first.click()
        self.seen()

    def row(self, words: str) -> Locator:
        """Return the row of a list that has these words."""
        return self.page.locator("#result_list tbody, .c-table tbody tr").filter(has_text=words)

    def find(self, words: str) -> None:
        """Search in a list, and open what is found."""
        self.page.locator("#searchbar").fill(words)
        with self.page.expect_navigation():
            self.page.locator("#searchbar").press("Enter")
        self.seen()
        self._go(self.row(words).first.get_by_role("link"))

    # --- forms

    def fill(self, label: str, value: str) -> None:
        """Write into a field."""
        self.page.get_by_label(label).locator("visible=true").first.fill(value)

    def choose(self, label: str, words: str) -> None:
        """Choose an entry of a plain list by a part of its words."""
        field = self.page.get_by_label(label).locator("visible=true").first
        option = field.locator("option").filter(has_text=words).first
        field.select_option(value=option.get_attribute("value") or "")

    def pick(self, name: str, words: str) -> None:
        """Choose in a list that can be searched. name: of the field."""
        box = self.page.locator(f"#id_{name} + .select2-container")
        box.click()
        self.page.locator(".select2-search__field").fill(words)
        option = self.page.locator(".select2-results__option").filter(has_text=words).first
        option.click()
        expect(box).to_contain_text(words)

    def upload(self, file: Path) -> None:
        """Name the file of the one field for files."""
        self.page.locator("input[type=file]").set_input_files(file)

    def press(self, name: str) -> None:
        """Press a button by its words."""
        button = self.page.get_by_role("button", name=name, exact=False).locator("visible=true")
        button.first.click()

    def download(self, name: str) -> bytes:
        """Follow a link to a file and return what is in it."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name=name).first.click()
        return Path(waiting.value.path()).read_bytes()

    # --- looking

    def says(self, *texts: str) -> None:
        """Wait until the page shows these words."""
        for text in texts:
            expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(
                timeout=PATIENCE_MS
            )

    def never(self, *texts: str) -> None:
        """Refuse a page that shows these words."""
        for text in texts:
            expect(self.page.get_by_text(text).locator("visible=true")).to_have_count(0)

    def cannot(self, *names: str) -> None:
        """Refuse a page that offers to do this."""
        for name in names:
            expect(self.page.get_by_role("link", name=name)).to_have_count(0)

    def seen(self) -> None:
        """Check what every page must be, and keep a picture."""
        self._pictures += 1
        found = faults_of(self.page)
        picture(self.page, f"{self.who}-{self._pictures:02}")
        assert found == [], (self.page.url, found)

    def status(self, words: str) -> None:
        """Wait until the unit that is open has this status."""
        badge = self.page.locator(".a-head .c-badge").first
        expect(badge).to_have_text(words)


def link_of(tab: Tab) -> str:
    """Return the one-time link that a page shows."""
    value: Any = tab.page.locator("#one-time-link").input_value()
    return str(value).strip()
