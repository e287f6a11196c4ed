"""What a survey designer does on the page of a draft, on a phone and at a desk."""

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages.looking import PHONE, barriers_of, faults_of, picture, width_of

PATIENCE_MS = 15_000
# CodeMirror's view, from its element as the library itself finds it.
VIEW = "document.querySelector('.d-editor .cm-content').cmTile.root.view"


class Designer:
    """The designer in one tab of a browser, in Indonesian."""

    def __init__(self, page: Page, server: str, kegiatan: Any) -> None:
        self.page = page
        self.faults: list[str] = []  # of the console and of answers, as `watch` finds them
        self.address = f"{server}/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/"

    def open(self) -> "Designer":
        """Open the page of the draft."""
        self.page.goto(self.address)
        self.stands()
        return self

    def stands(self) -> None:
        """Wait until the designer stands."""
        expect(self.page.get_by_role("region", name="Perancang kuesioner")).to_be_visible()
        expect(self.page.locator(".d-editor .cm-content")).to_be_attached()

    def pane(self, name: str) -> None:
        """Show a pane, where panes are tabs."""
        tab = self.page.get_by_role("tab", name=name, exact=True)
        if tab.count():
            tab.click()

    @property
    def tree(self) -> Locator:
        """The outline."""
        return self.page.get_by_role("tree")

    def row(self, name: str) -> Locator:
        """Return the line of the outline of a page or question."""
        return self.tree.locator(f"[data-name='{name}']")

    def choose(self, name: str) -> None:
        """Select a line of the outline."""
        self.pane("Susunan")
        self.row(name).click()
        expect(self.row(name)).to_have_attribute("aria-selected", "true")

    def add(self, kind: str, place: str = "") -> None:
        """Add an element from the list of kinds, at `place` where there is a choice."""
        self.pane("Susunan")
        self.page.get_by_role("button", name="Tambah", exact=True).click()
        dialog = self.page.get_by_role("dialog", name="Tambah")
        if place:
            dialog.get_by_label(place).check()
        dialog.get_by_role("button", name=kind, exact=True).click()
        expect(dialog).to_be_hidden()

    def fill(self, label: str, value: str) -> None:
        """Fill a field of what is selected."""
        self.pane("Susunan")
        field = self.page.locator(".d-properties").get_by_label(label, exact=True)
        field.fill(value)
        field.blur()

    def press(self, name: str) -> None:
        """Press a button of the outline or the bar."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def text(self) -> str:
        """Return the whole text of the editor, also what is scrolled away."""
        found: str = self.page.evaluate(f"() => {VIEW}.state.doc.toString()")
        return found

    def form(self) -> Any:
        """Return the questionnaire in the editor."""
        return json.loads(self.text())

    def type_json(self, text: str) -> None:
        """Replace the text of the editor as a person who pastes does."""
        self.pane("JSON")
        content = self.page.locator(".d-editor .cm-content")
        content.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def place_cursor(self, words: str, *, after: bool) -> None:
        """Put the cursor before or after words of the text."""
        offset = self.text().index(words) + (len(words) if after else 0)
        select = f"at => {{ {VIEW}.dispatch({{ selection: {{ anchor: at }} }}); {VIEW}.focus(); }}"
        self.page.evaluate(select, offset)

    def saved(self) -> None:
        """Wait until the office has what was typed."""
        status = self.page.locator(".d-bar .d-status")
        expect(status).to_have_attribute("data-state", "saved", timeout=PATIENCE_MS)

    def names(self) -> list[str]:
        """Return the names of pages and questions, top to bottom."""
        found: list[str] = []

        def visit(element: Any) -> None:
            found.append(element["name"])
            for key in ("elements", "templateElements"):
                for child in element.get(key, []):
                    visit(child)

        for page in self.form()["pages"]:
            visit(page)
        return found

    def seen(self, name: str) -> None:
        """Check that everybody can use the page in light and dark, and keep pictures of it."""
        assert faults_of(self.page) == [], name
        for colours in ("dark", "light"):
            self.page.evaluate(
                "dark => document.documentElement.classList.toggle('dark', dark)",
                colours == "dark",
            )
            picture(self.page, f"designer-{name}-{colours}")
            barriers = barriers_of(self.page)
            assert not barriers, (name, colours, barriers)

    @property
    def is_phone(self) -> bool:
        """Whether panes are tabs."""
        return width_of(self.page) == PHONE[0]
