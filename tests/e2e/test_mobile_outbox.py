"""The outbox and the sync journal of Cerdas Mobile: every state, why, and what a person can do.

CERDAS_SCREENSHOTS=<folder> keeps a picture of both screens in both themes.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from assignments.models import Assignment
from cerdas.tenancy import tenant_scope
from satker.models import User
from tests import factories
from tests.e2e.pages.mobile import Mobile
from tests.e2e.pages.mobile_world import MobileWorld, mobile_world

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]
# What the phone's database holds after a day on which everything went wrong.
PUT_OPERATIONS = """
async ([person, kegiatan, unit, rows]) => {
  const open = indexedDB.open("cerdas");
  const db = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
  const step = db.transaction("operations", "readwrite");
  rows.forEach((row, n) => step.objectStore("operations").add({
    person, kegiatan, assignment: unit, id: `00000000-0000-4000-8000-00000000000${n}`,
    label: `Keluarga Contoh ${n}`, base_version: 1, after: null, at: "2026-06-01T00:00:00Z",
    data: {}, base_answers: null, is_typed: true, size_bytes: 100, queued_at: 1764000000000,
    attempts: 1, ...row,
    ...(row.state === "queued" && { next_attempt_at: Date.now() + row.next_attempt_at }),
  }));
  await new Promise((resolve) => { step.oncomplete = resolve; });
  db.close();
}
"""
# Nothing of it is sent while the test looks. A time further ahead than any wait of the app would
# count as come: the phone's clock was set back.
LATER_MS = 45 * 60_000
STATES: list[dict[str, Any]] = [
    {"type": "submit", "state": "conflict", "message": "", "server_version": 4, "conflict_at": 1},
    {"type": "approve", "state": "conflict", "message": "", "server_version": 4, "conflict_at": 1},
    {
        "type": "submit", "state": "refused", "code": "discarded", "message": "",
        "details": {"reason": "Sudah dicacah petugas lain."}, "refused_at": 1,
    },
    {
        "type": "create", "state": "refused", "code": "outside_wilayah", "message": "",
        "details": {}, "refused_at": 1, "data": {"assignment": {"level_1_code": "64"}},
    },
    {
        "type": "submit", "state": "refused", "code": "kode_baru", "message": "Kata dari server.",
        "details": {}, "refused_at": 1,
    },
    {
        "type": "submit", "state": "queued", "next_attempt_at": LATER_MS, "code": "server_fault",
        "message": "",
    },
    {
        "type": "submit", "state": "queued", "next_attempt_at": LATER_MS, "code": None,
        "message": None, "attempts": 0,
    },
]  # fmt: skip


@pytest.fixture
def world(live_server: Any, settings: Any, tmp_path: Any) -> MobileWorld:
    """What the phones find behind the server."""
    settings.MEDIA_ROOT = tmp_path
    return mobile_world()


def signed_in(phone: Mobile, user: User) -> Page:
    """Sign in on a fresh phone and wait until everything has come."""
    phone.open()
    phone.sign_in(user.email, factories.PASSWORD)
    phone.synced()
    return phone.page


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_outbox_shows_every_state_with_its_reason_and_what_to_do(
    browser: Browser, live_server: Any, world: MobileWorld, colours: str
) -> None:
    with tenant_scope(world.satker):
        unit = Assignment.objects.filter(kegiatan_statistik=world.listing).first()
    assert unit is not None
    with Mobile(browser, live_server.url, "outbox", colours) as phone:
        page = signed_in(phone, world.ppl)
        phone.open("outbox")
        phone.title("Kotak keluar")
        expect(page.get_by_text("Semua sudah terkirim")).to_be_visible()
        phone.look("empty")

        ids = [str(world.ppl.pk), str(world.listing.pk), str(unit.pk)]
        page.evaluate(PUT_OPERATIONS, [*ids, STATES])
        page.reload()
        phone.title("Kotak keluar")
        cards = page.locator(".operation")
        expect(cards).to_have_count(7)
        expect(cards.nth(0)).to_contain_text("bandingkan lalu pilih")
        expect(cards.nth(1).get_by_role("button", name="Ulangi tindakan")).to_be_visible()
        expect(cards.nth(2)).to_contain_text("Alasan kantor: Sudah dicacah petugas lain.")
        expect(cards.nth(4)).to_contain_text("Server menolak: Kata dari server.")
        expect(cards.nth(5)).to_contain_text("Sudah dicoba 1 kali")
        expect(cards.nth(6).get_by_role("button", name="Tarik kembali")).to_be_visible()
        phone.look("states")

        cards.nth(3).get_by_role("button", name="Betulkan kode wilayah").click()
        expect(page.get_by_label("Tingkat 1")).to_have_value("64")
        phone.look("mend")
        page.get_by_role("button", name="Batal").click()
        expect(page.get_by_label("Tingkat 1")).to_have_count(0)

        cards.nth(4).get_by_role("button", name="Hapus").click()
        page.locator(".sheet").get_by_role("button", name="Hapus").click()
        expect(page.get_by_role("heading", name="Benar-benar dihapus?")).to_be_visible()
        page.locator(".sheet").get_by_role("button", name="Hapus").click()
        expect(cards).to_have_count(6)


def test_the_journal_is_read_and_saved_for_the_help_desk(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "journal") as phone:
        page = signed_in(phone, world.ppl)
        phone.open("outbox")
        page.get_by_role("link", name="Catatan sinkron").click()
        phone.title("Catatan sinkron")
        expect(page.locator(".journal")).to_contain_text("24 unit berubah")
        expect(page.locator(".journal")).to_contain_text("Kuesioner versi 1 diunduh")
        phone.look("journal")
        page.evaluate("() => { navigator.canShare = undefined; }")
        with page.expect_download() as saved:
            page.get_by_role("button", name="Bagikan catatan").click()
        text = saved.value.path().read_text()
        assert re.search(r"pulled kegiatan=\S+ rows=24", text)
        assert "Siti" not in text


def test_what_the_server_does_not_answer_is_said_and_sent_later(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    with Mobile(browser, live_server.url, "portal") as phone:
        page = signed_in(phone, world.ppl)
        page.route(
            "**/api/v1/**",
            lambda route: route.fulfill(
                status=200, content_type="text/html", body="<h1>Wi-Fi</h1>"
            ),
        )
        phone.open("outbox")
        page.get_by_role("button", name="Kirim sekarang").click()
        expect(page.get_by_text("Jaringan ini menjawab sebelum server kita")).to_be_visible()
        phone.look("portal")
        page.unroute("**/api/v1/**")
        page.get_by_role("button", name="Kirim sekarang").click()
        phone.synced()
