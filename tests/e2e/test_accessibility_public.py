"""axe-core, width and targets on the pages before an office: public ones, accounts, beginnings."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.pages.gallery import Shot, account_pages, public_pages, secured_pages
from tests.e2e.pages.gallery_office import empty_office_pages
from tests.e2e.pages.gallery_world import CODE, EMPTY_CODE
from tests.e2e.pages.looking import PHONE, barriers_of, faults_of, new_context
from tests.e2e.pages.visiting import visitor  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]


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


def test_public_and_account_pages_have_no_barriers_and_fit(visitor: Any) -> None:  # noqa: F811
    faults = visitor(None).look(public_pages(), "public")
    faults += visitor(f"ppl1.{CODE}").look(account_pages(), "account")
    faults += visitor(f"pml1.{CODE}").look(secured_pages(), "secured")
    faults += visitor("mengambang").look({"place": Shot("/home/")}, "floating")
    faults += visitor(f"satker.{EMPTY_CODE}").look(empty_office_pages(), "empty")
    assert faults == [], "\n".join(faults)
