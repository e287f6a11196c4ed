"""Somebody who looks at every page of the gallery: one tab, both sizes, both colours.

CERDAS_SCREENSHOTS=<folder> keeps pictures of all of them (`make screenshots`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Browser, Error, Page

from tests.e2e.pages.gallery import Shot, Shots
from tests.e2e.pages.gallery_world import person, waiting_job, work, world_make
from tests.e2e.pages.looking import (
    DESK,
    PHONE,
    barriers_of,
    darkened,
    faint_text_of,
    faults_of,
    new_context,
    picture,
    watch,
)
from tests.e2e.pages.tab import PATIENCE_MS

# Addresses of the admin sites that show no page: files, data for scripts, redirects; and those
# that only take what another page sends, which is pictured with the step that sends it.
NO_PAGES = (
    "autocomplete", "jsi18n", "logout", "password_change", "password_change_done", "view_on_site",
    "search", "app_list", "_download", "_file", "_progress", "_template", "_photo",
    "_edit_choices", "form_export", "draft_export", "designer_save", "designer_lint",
    "designer_check", "designer_schema", "designer_masters", "auditentry_export",
    "parkedoperation_apply", "parkedoperation_discard",
    "invitation_mail", "invitation_withdraw", "user_admin_role", "_delete", "office_return",
    "member_crew", "user_roles", "user_cards", "user_mail_links", "login",
)  # fmt: skip
# Django's pages that these admins do not have: nothing is added or changed by them (404).
CLOSED = ("_add", "_change", "_history")


@dataclass
class Visitor:
    """Looks at pages. who: local part of a demo account, None for nobody."""

    browser: Browser
    base: str
    who: str | None

    def look(self, shots: Shots, name: str) -> list[str]:
        """Return every fault of every page. name: of the pictures."""
        context = new_context(self.browser, PHONE)
        context.set_default_timeout(PATIENCE_MS)
        if self.who is not None:
            context.add_cookies(self._cookies())
        page = context.new_page()
        faults = watch(page)
        for title, shot in shots.items():
            try:
                found = list(self._look(page, shot, f"{name}-{title}"))
            except (Error, AssertionError) as error:  # the other pages are looked at all the same
                found = [str(error)]
            faults.extend(f"{name}-{title}: {fault}" for fault in found)
        context.close()
        return faults

    def _look(self, page: Page, shot: Shot, name: str) -> Iterator[str]:
        _to(page, PHONE)
        answer = page.goto(self.base + shot.path)
        if answer is None or answer.status != shot.status:
            yield f"{shot.path}: {answer and answer.status}"
            return
        if shot.do is not None:
            shot.do(page)
        yield from faults_of(page)
        picture(page, name)
        if shot.is_judged:
            yield from barriers_of(page)
        _to(page, DESK)
        yield from faults_of(page)
        picture(page, name)
        if shot.is_judged:
            darkened(page)
            picture(page, f"{name}-dark")
            yield from faint_text_of(page)
            page.emulate_media(color_scheme="light")

    def _cookies(self) -> list[Any]:
        assert self.who is not None
        client = Client()
        client.force_login(person(self.who), backend="satker.auth_backends.PasswordBackend")
        value = client.cookies["sessionid"].value
        return [{"name": "sessionid", "value": value, "url": self.base}]


def _to(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.fixture
def visitor(browser: Browser, live_server: Any, tmp_path: Any, settings: Any) -> Any:
    """`visitor(who)` looks at the world of the gallery, whose jobs have run but for one."""
    settings.MEDIA_ROOT = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    work(jobs=world_make)
    waiting_job()

    def made(who: str | None) -> Visitor:
        return Visitor(browser, live_server.url, who)

    return made


def left_out(site: str, shots: Iterable[Shot]) -> list[str]:
    """Return the pages of an admin site that nobody looks at. site: its namespace."""
    urls = "cerdas.urls" if site == "global_admin" else "cerdas.urls_satker"
    seen = set()
    for shot in shots:
        path = shot.path.split("?")[0]
        if "/admin/" not in path:
            continue
        seen.add(resolve("/admin/" + path.split("/admin/", 1)[1], urlconf=urls).url_name)
    names = set(_names(get_resolver(urls).url_patterns, site))
    return sorted(name for name in names - seen if not name.endswith(NO_PAGES + CLOSED))


def _names(patterns: Iterable[Any], site: str, inside: bool = False) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            is_site = inside or pattern.namespace == site
            yield from _names(pattern.url_patterns, site, is_site)
        elif isinstance(pattern, URLPattern) and inside and pattern.name:
            yield pattern.name
