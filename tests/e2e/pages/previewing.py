"""The preview of a questionnaire, alone in a window or in the frame of an editor's page."""

from typing import Any

from playwright.sync_api import Frame, Locator, Page, expect

PATIENCE_MS = 20_000
# What an editor's page does: a frame beside it, messages both ways.
EMBED = """address => new Promise(done => {
  window.said = [];
  addEventListener('message', event => {
    window.said.push(event.data);
    if (event.data && event.data.type === 'ready') done();
  });
  document.body.replaceChildren();
  const frame = document.createElement('iframe');
  frame.style.cssText = 'position:fixed;top:0;right:0;border:0;height:100vh;width:min(100vw,440px)';
  frame.name = 'preview';
  frame.src = address;
  document.body.append(frame);
})"""
SEND = "said => window.frames.preview.postMessage({type: 'form', ...said}, location.origin)"


class Preview:
    """One preview; `at` is the window or the frame that it is in."""

    def __init__(self, page: Page, url: str, kegiatan: Any) -> None:
        self.page = page
        self.at: Page | Frame = page
        self.draft = f"{url}/admin/kegiatan/kegiatanstatistik/{kegiatan.pk}/form/draft/"
        page.set_default_timeout(PATIENCE_MS)

    def open(self) -> "Preview":
        """Open it alone: it shows the stored draft."""
        self.page.goto(f"{self.draft}preview/")
        expect(self.form).to_be_visible(timeout=PATIENCE_MS)
        return self

    def embed(self) -> "Preview":
        """Open it in a frame of an office page, and wait until it listens."""
        self.page.goto(f"{self.draft}?editor=plain")
        self.page.evaluate(EMBED, f"{self.draft}preview/")
        frame = self.page.frame(name="preview")
        assert frame is not None
        self.at = frame
        return self

    def send(self, form: Any, selected: str = "", **more: Any) -> None:
        """Say what an editor says after a change."""
        self.page.evaluate(SEND, {"form": form, "selected": selected, **more})

    def told(self, path: str) -> None:
        """Wait until the last that the preview said to the editor is that this was tapped."""
        self.page.wait_for_function(
            "path => { const last = window.said.at(-1);"
            " return last?.type === 'select' && last.path === path; }",
            arg=path,
        )

    @property
    def form(self) -> Locator:
        """The page of the form that is open."""
        return self.at.locator("main .cerdas-form .sd-page")

    def tool(self, label: str, choice: str) -> None:
        """Choose in one of the lists above the phone."""
        self.at.get_by_role("toolbar").get_by_label(label).select_option(choice)

    def press(self, name: str) -> None:
        """Press a button, of the tools or of the phone."""
        self.at.get_by_role("button", name=name, exact=True).first.click()

    def question(self, path: str) -> Locator:
        """Return the frame around the question at a path; rows by `[*]`."""
        start, _, end = path.partition("[*]")
        if end:
            return self.at.locator(f'.cerdas-frame[data-path^="{start}["][data-path$="{end}"]')
        return self.at.locator(f'.cerdas-frame[data-path="{path}"]')

    def type(self, path: str, text: str) -> None:
        """Type an answer and leave the field."""
        field = self.question(path).locator("input, textarea").first
        field.fill(text)
        field.blur()

    def fact(self, name: str) -> Locator:
        """Return one of the facts of the test mode: label, progress, outcome, standing."""
        return self.at.locator(f"[data-fact={name}]")

    def findings(self, kind: str) -> Locator:
        """Return the lines of a list of findings: wrong, missing, warnings, blanks."""
        return self.at.locator(f"[data-list={kind}] .line")

    def unfold(self, kind: str) -> None:
        """Open a list of findings that is folded at first."""
        self.at.locator(f"[data-list={kind}] > summary").click()
