"""axe-core on every page of both sites, light and dark, with the demo world on them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.e2e.pages import gallery
from tests.e2e.pages.gallery import ACCOUNT, CODE, PUBLIC, global_pages, office_pages, work
from tests.e2e.pages.looking import DESK, PHONE, barriers_of, faults_of, new_context, picture, watch

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]
# Both colours on both sizes would show the same colours twice.
LOOKS = [(PHONE, "light"), (DESK, "dark")]
LIGHT_ONLY = [(PHONE, "light"), (DESK, "light")]
# What only an admin_kegiatan may do: the admin of the office is refused there.
ACTING = ("unit-add", "unit-amend", "unit-approve", "unit-reject", "unit-reassign", "unit-cancel",
          "bulk-", "import")  # fmt: skip


@dataclass
class Visit:
    """Somebody who looks at pages. who: local part of a demo account, None for nobody."""

    browser: Browser
    base: str
    who: str | None

    def look(self, pages: dict[str, str], looks: list[Any], name: str) -> list[str]:
        """Return every fault of every page, in every look."""
        return [
            fault for size, colours in looks for fault in self._look(pages, size, colours, name)
        ]

    def _look(self, pages: dict[str, str], size: Any, colours: str, name: str) -> Iterator[str]:
        context = new_context(self.browser, size, colours)
        if self.who is not None:
            context.add_cookies(self._cookies())
        page = context.new_page()
        faults = watch(page)
        for title, path in pages.items():
            answer = page.goto(self.base + path)
            expected = 404 if title == "absent" else 200
            if answer is None or answer.status != expected:
                yield f"{path}: {answer and answer.status}"
            picture(page, f"{name}-{title}-{colours}")
            yield from (f"{title} {size[0]} {colours}: {fault}" for fault in self._faults(page))
        context.close()
        yield from faults

    def _faults(self, page: Page) -> list[str]:
        return faults_of(page) + barriers_of(page)

    def _cookies(self) -> list[Any]:
        assert self.who is not None
        client = Client()
        client.force_login(gallery.person(self.who), backend="satker.auth_backends.PasswordBackend")
        value = client.cookies["sessionid"].value
        return [{"name": "sessionid", "value": value, "url": self.base}]


@pytest.fixture
def visit(
    browser: Browser, live_server: Any, tmp_path: Any, settings: Any
) -> Callable[[str | None], Visit]:
    """`visit(who)` looks at the demo world, whose jobs have run."""
    settings.MEDIA_ROOT = tmp_path
    work(jobs=gallery.world_make)

    def made(who: str | None) -> Visit:
        return Visit(browser, live_server.url, who)

    return made


def test_axe_is_really_asked(browser: Browser) -> None:
    context = new_context(browser, PHONE)
    page = context.new_page()
    page.set_content("<main><h1>Judul</h1><input><p style='color:#ccc;background:#fff'>Pudar</p>")
    found = barriers_of(page)
    context.close()
    assert any(fault.startswith("label ") for fault in found), found
    assert any(fault.startswith("color-contrast ") for fault in found), found


def test_small_targets_and_wide_pages_are_noticed(browser: Browser) -> None:
    context = new_context(browser, PHONE)
    page = context.new_page()
    page.set_content("<p>Teks <a href='#'>dalam kalimat</a>.</p><a href='#'>lepas</a>")
    assert [fault.split()[-1] for fault in faults_of(page)] == ["lepas"]
    page.set_content("<div style='width:900px'>lebar</div>")
    assert faults_of(page)[-1] == "the page is wider than the screen"
    context.close()


def test_no_page_has_barriers_or_does_not_fit(visit: Callable[[str | None], Visit]) -> None:
    office = office_pages()
    seen = {name: path for name, path in office.items() if not name.startswith(ACTING)}
    acting = {name: path for name, path in office.items() if name.startswith(("unit", *ACTING))}
    faults = visit(None).look(PUBLIC, LIGHT_ONLY, "public")
    faults += visit(None).look({"sign-in": PUBLIC["office-sign-in"]}, LOOKS, "public")
    faults += visit(f"ppl1.{CODE}").look(ACCOUNT, LIGHT_ONLY, "account")
    faults += visit("mengambang").look({"place": "/home/"}, LIGHT_ONLY, "floating")
    faults += visit(f"satker.{CODE}").look(seen, LOOKS, "office")
    faults += visit(f"kegiatan.{CODE}").look(acting, LOOKS, "kegiatan")
    faults += visit("superadmin").look(global_pages(), LOOKS, "global")
    assert faults == [], "\n".join(faults)
