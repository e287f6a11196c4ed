"""What every page must be: in width, in reach of a thumb, readable, quiet in the console."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

Size = tuple[int, int]
PHONE: Size = (360, 800)
DESK: Size = (1280, 800)
SIZES = [PHONE, DESK]
SIZE_NAMES = ["phone", "desk"]
PICTURES = os.environ.get("CERDAS_SCREENSHOTS")
THUMB_PX = 40
BLOCKING = ("serious", "critical")

# Links within a sentence are exempt, as in WCAG 2.5.8; of a checkbox its label counts too.
SMALL_TARGETS = """(least) => {
  const boxOf = e => {
    const boxes = [e, ...(e.labels || []), e.closest('label')].filter(Boolean)
      .map(part => part.getBoundingClientRect()).filter(r => r.width && r.height);
    const own = e.getBoundingClientRect();
    const before = getComputedStyle(e, '::before');
    const grown = before.content !== 'none' && before.position === 'absolute'
      ? [parseFloat(before.width) || 0, parseFloat(before.height) || 0] : [0, 0];
    return {
      width: Math.max(grown[0], ...boxes.map(r => r.width)),
      height: Math.max(grown[1], ...boxes.map(r => r.height)), own };
  };
  const inSentence = e => getComputedStyle(e).display === 'inline' &&
    [...e.parentElement.childNodes].some(n => n.nodeType === 3 && /[\\p{L}\\d]/u.test(n.textContent));
  const kinds = 'a[href], a[x-on\\\\:click], button, input:not([type=hidden]), select, textarea, summary';
  const found = [];
  for (const e of document.querySelectorAll(kinds)) {
    if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const { own, width, height } = boxOf(e);
    if (own.width < 2 || own.height < 2 || own.right <= 0 || own.left >= innerWidth) continue;
    if (e.disabled || inSentence(e)) continue;
    if (height < least - .5 || width < least - .5)
      found.push(`${e.tagName.toLowerCase()} ${Math.round(width)}x${Math.round(height)} ` +
        `${(e.textContent.trim() || e.name || e.className || '').slice(0, 40)}`);
  }
  return found;
}"""  # noqa: E501
TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => `${e.tagName.toLowerCase()}.${e.className}`.slice(0, 80)).slice(0, 5)
    .concat('the page is wider than the screen');
}"""
SEARCHABLE_LISTS_STAND = """() => !document.querySelector(
  'select.unfold-admin-autocomplete:not(.select2-hidden-accessible)')"""
AXE = """async (rules) => {
  const only = rules.length ? { runOnly: { type: 'rule', values: rules } } : {};
  const run = await axe.run(document, { resultTypes: ['violations'], ...only });
  return run.violations.map(v => ({ id: v.id, impact: v.impact, help: v.help,
    nodes: v.nodes.map(n => n.html.slice(0, 300) + ' ' + (n.any[0]?.message || '')) }));
}"""

# The theme asks for the colours of the system once, when it starts.
DARK = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync('* { transition: none !important; animation: none !important }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  document.documentElement.classList.add('dark');
}"""


def new_context(browser: Browser, size: Size, colours: Any = "light") -> BrowserContext:
    """Return a fresh profile in Indonesian, in a zone that is not UTC."""
    width, height = size
    return browser.new_context(
        viewport={"width": width, "height": height},
        locale="id-ID",
        timezone_id="Asia/Jayapura",
        color_scheme=colours,
        accept_downloads=True,
    )


def watch(page: Page) -> list[str]:
    """Return a list to which every fault of a page is added: errors, and what the CSP blocks."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda message: faults.extend(_words_of(page, message)))
    page.on("response", lambda answer: faults.extend(_refusals_of(answer)))
    return faults


def _words_of(page: Page, message: ConsoleMessage) -> list[str]:
    """Return what the console says of a fault; `_refusals_of` judges what was not loaded."""
    is_fault = message.type == "error" or "Content Security Policy" in message.text
    is_answer = "the server responded with a status of" in message.text
    return [f"{page.url}: {message.text}"] if is_fault and not is_answer else []


def _refusals_of(answer: Response) -> list[str]:
    """Return answers that no page may get; a page itself may say 404 or 410."""
    least = 500 if answer.request.resource_type == "document" else 400
    return [f"{answer.url}: {answer.status}"] if answer.status >= least else []


def width_of(page: Page) -> int:
    """Return how wide the screen is."""
    size = page.viewport_size
    assert size is not None
    return size["width"]


def faults_of(page: Page) -> list[str]:
    """Return what is too wide or, on a phone, too small for a thumb."""
    page.wait_for_load_state()
    faults = list(page.evaluate(TOO_WIDE))
    if width_of(page) == PHONE[0]:
        faults += page.evaluate(SMALL_TARGETS, THUMB_PX)
    return faults


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def darkened(page: Page) -> None:
    """Show a page in dark colours without loading it anew, and without waiting for transitions."""
    page.emulate_media(color_scheme="dark")
    page.evaluate(DARK)


def faint_text_of(page: Page) -> list[str]:
    """Return what axe-core finds too faint in the colours that a page shows now."""
    return barriers_of(page, "color-contrast")


def barriers_of(page: Page, *rules: str) -> list[str]:
    """Return what axe-core finds serious or critical. rules: only these of it, or all.

    Evaluated by the browser's own protocol: scripts of a page could not load it under the CSP.
    """
    page.wait_for_load_state()
    page.wait_for_function(SEARCHABLE_LISTS_STAND)
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    found = [entry for entry in page.evaluate(AXE, list(rules)) if entry["impact"] in BLOCKING]
    return [
        f"{entry['id']} ({entry['help']}): {node}" for entry in found for node in entry["nodes"]
    ]


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page where CERDAS_SCREENSHOTS says."""
    if not PICTURES:
        return
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    page.screenshot(path=f"{PICTURES}/{name}-{width_of(page)}.png", full_page=True)
