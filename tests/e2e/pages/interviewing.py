"""Filling in and reviewing on a phone: pages of the form, members, sheets, what the phone holds."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages.mobile import PATIENCE_MS

STORED = """async ({ table, key }) => {
  const open = indexedDB.open('cerdas');
  const db = await new Promise((done, fail) => {
    open.onsuccess = () => done(open.result); open.onerror = () => fail(open.error);
  });
  const rows = await new Promise(done => {
    const ask = db.transaction(table).objectStore(table).getAll();
    ask.onsuccess = () => done(ask.result);
  });
  db.close();
  return rows.filter(row => Object.entries(key).every(([name, value]) => row[name] === value));
}"""


class Form:
    """The form of one unit on a phone."""

    def __init__(self, page: Page) -> None:
        """Speak of the form that `page` shows, or will show."""
        self.page = page

    def question(self, path: str) -> Locator:
        """Return the frame of a question by the end of its path."""
        return self.page.locator(f'.cerdas-frame[data-path$="{path}"]')

    def type(self, path: str, text: str) -> None:
        """Type into a field without leaving it."""
        self.question(path).locator("input, textarea").first.fill(text)

    def choose(self, path: str, text: str) -> None:
        """Choose one of the choices that are all shown."""
        self.question(path).get_by_text(text, exact=True).click()

    def pick(self, path: str, text: str, words: str = "") -> None:
        """Choose from a list that opens; words: typed into it first."""
        self.question(path).locator(".sd-dropdown").click()
        if words:
            self.page.keyboard.type(words)
        self.page.get_by_role("option", name=text).click()

    def next(self) -> None:
        """Turn to the next page."""
        self.page.get_by_role("button", name="Halaman berikutnya").click()

    def go_to_page(self, title: str) -> None:
        """Choose a page from the list of pages."""
        self.page.get_by_role("button", name="Daftar halaman").click()
        self.page.locator(".pages-sheet").get_by_role("button", name=title).click()
        expect(self.page.locator(".pages-sheet")).to_be_hidden()

    def subtitle(self, text: str) -> None:
        """Wait for the page of this title."""
        expect(self.page.locator(".subtitle")).to_contain_text(text, timeout=PATIENCE_MS)

    def saved(self) -> None:
        """Wait until what was typed is on the phone."""
        expect(self.page.locator(".saved.saved, .saved:not(.pending)")).to_be_visible()

    def send(self) -> None:
        """Check, look a last time, send."""
        self.page.get_by_role("button", name="Periksa & kirim").click()
        expect(self.page.get_by_text("Kirim kuesioner ini?")).to_be_visible(timeout=PATIENCE_MS)
        self.page.get_by_role("button", name="Kirim", exact=True).click()

    def stored(self, table: str, **key: Any) -> list[dict[str, Any]]:
        """Return rows of the phone's database."""
        rows: list[dict[str, Any]] = self.page.evaluate(STORED, {"table": table, "key": key})
        return rows
