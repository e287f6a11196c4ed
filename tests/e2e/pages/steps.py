"""What is done on a page before it is looked at: press, mark rows, send a form with faults."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.test import RequestFactory
from playwright.sync_api import Page, expect

from tests.e2e.pages.tab import PATIENCE_MS

Step = Callable[[Page], None]

_FORM = ":is(main, #main) form[method=post]"
# Bypasses what the browser itself would refuse, to see the page that the server answers with.
_SEND = """(form, [values, presses]) => {
  const sent = [...document.querySelectorAll('form')].filter(f => f.matches(form)).pop();
  sent.noValidate = true;
  for (const [name, value] of Object.entries(values))
    sent.querySelectorAll(`[name="${name}"]`).forEach(e => { e.removeAttribute('maxlength'); e.value = value; });
  const button = presses ? [...sent.querySelectorAll('button, input[type=submit]')]
    .find(b => (b.textContent || b.value).includes(presses)) : null;
  window.onbeforeunload = null;
  button ? sent.requestSubmit(button) : HTMLFormElement.prototype.submit.call(sent);
}"""  # noqa: E501
_MARK = """([action, most]) => {
  const form = document.querySelector('#changelist-form');
  [...form.querySelectorAll('input[name=_selected_action]')].slice(0, most)
    .forEach(box => { box.checked = true; });
  form.querySelector('select[name=action]').value = action;
  HTMLFormElement.prototype.submit.call(form);
}"""


def send(form: str = _FORM, *, button: str = "", **values: str) -> Step:
    """Send the last form that the selector finds, with these values, past the browser's checks.

    button: words of the button that is pressed; without, the form is sent as it is.
    """

    def step(page: Page) -> None:
        with page.expect_navigation():
            page.evaluate(f"([form, rest]) => ({_SEND})(form, rest)", [form, [values, button]])

    return step


def mark(action: str, most: int = 3) -> Step:
    """Mark the first rows of a list and run an action on them."""

    def step(page: Page) -> None:
        with page.expect_navigation():
            page.evaluate(_MARK, [action, most])

    return step


def marked(page: Page) -> None:
    """Mark a row, so that the bar of actions shows."""
    page.locator("#result_list input[name=_selected_action]").first.check()
    page.locator("#changelist-actions select[name=action]").select_option(index=1)


def press(name: str, *more: str, waits_for: str = "") -> Step:
    """Press buttons or links by their words, one page after the other."""

    def step(page: Page) -> None:
        for words in (name, *more):
            found = page.get_by_role("button", name=words).or_(page.get_by_role("link", name=words))
            found.locator("visible=true").first.click()
            page.wait_for_load_state()
        if waits_for:
            expect(page.locator(waits_for).first).to_be_visible(timeout=PATIENCE_MS)

    return step


def then(*steps: Step) -> Step:
    """Do one thing after the other."""

    def step(page: Page) -> None:
        for each in steps:
            each(page)
            page.wait_for_load_state()

    return step


def forget_token(page: Page) -> None:
    """Send a form without its token against forgery."""
    page.locator("input[name=csrfmiddlewaretoken]").evaluate_all(
        "all => all.forEach(e => e.remove())"
    )
    send("form[method=post]")(page)


def shown_instead(view: Callable[[HttpRequest], Any]) -> Step:
    """Show what a view answers in place of the page: errors that no address leads to."""

    def step(page: Page) -> None:
        request = RequestFactory().get("/", headers={"accept": "text/html"})
        body = view(request).content.decode()
        page.evaluate("html => { document.open(); document.write(html); document.close(); }", body)
        page.wait_for_load_state()

    return step


def checked(page: Page) -> None:
    """Wait until the form engine has judged the answers."""
    expect(page.locator("#e-errors")).not_to_have_text("…", timeout=PATIENCE_MS)


def typed(path: str, value: str) -> Step:
    """Write an answer in the editor of answers."""

    def step(page: Page) -> None:
        checked(page)
        place = page.locator(f"[data-q={json.dumps(path)}]")
        place.locator("input, textarea").first.fill(value)
        expect(page.locator("#e-changed")).not_to_be_empty(timeout=PATIENCE_MS)
        expect(page.locator("#e-edit[data-judged]")).to_be_attached(timeout=PATIENCE_MS)

    return step
