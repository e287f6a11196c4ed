"""Two windows, a full phone, a way out: nothing typed is lost without a word.

What the pure parts promise is in pwa/tests/features; here are the browser's own locks, storage and
navigation.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from assignments.models import Assignment, AssignmentResponse
from cerdas.tenancy import tenant_scope
from satker.models import User
from tests import factories
from tests.e2e.pages.field_phone import FieldPhone
from tests.e2e.pages.interviewing import Form
from tests.e2e.pages.mobile import PATIENCE_MS, Mobile
from tests.e2e.pages.mobile_world import MobileWorld, mobile_world

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]
# From now on the phone's storage is full for drafts, as Chromium says it.
FULL = """() => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...row) {
    const isRefused = window.isFull && this.name === 'drafts';
    if (isRefused) throw new DOMException('full', 'QuotaExceededError');
    return put.apply(this, row);
  };
  window.isFull = true;
}"""
ROOM = "() => { window.isFull = false; }"


@pytest.fixture
def world(live_server: Any, settings: Any, tmp_path: Any) -> MobileWorld:
    """What the phones find behind the server."""
    settings.MEDIA_ROOT = tmp_path
    return mobile_world()


def unit_of(world: MobileWorld, name: str) -> str:
    """Return the id of a unit of the listing."""
    with tenant_scope(world.satker):
        return str(Assignment.objects.get(assignment_label__startswith=name).pk)


def whole(world: MobileWorld, unit: str) -> None:
    """Give a unit the photo that its form asks for."""
    with tenant_scope(world.satker):
        response = AssignmentResponse.objects.get(pk=unit)
        response.responses = {**(response.responses or {}), "foto_rumah": [str(uuid4())]}
        response.save(update_fields=["responses"])


def response_of(world: MobileWorld, unit: str) -> AssignmentResponse:
    """Return what the office has of a unit."""
    with tenant_scope(world.satker):
        return AssignmentResponse.objects.get(pk=unit)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something is so that no element of a page tells."""
    deadline = time.monotonic() + PATIENCE_MS / 1_000
    while not holds():
        assert time.monotonic() < deadline, "it never came to be so"
        time.sleep(0.1)


def signed_in(phone: Mobile, user: User) -> Form:
    """Sign in on a fresh phone and wait until everything has come."""
    phone.open()
    phone.sign_in(user.email, factories.PASSWORD)
    phone.synced()
    return Form(phone.page)


def second_window(phone: Mobile, path: str) -> Page:
    """Open an address in another window of the same browser."""
    page = phone.context.new_page()
    page.on("pageerror", lambda error: phone.faults.append(str(error)))
    page.goto(f"{phone.base}/app/{path}")
    return page


def field(form: Form, name: str) -> Locator:
    """Return the field of a question."""
    return form.question(name).locator("input, textarea").first


def test_a_second_window_looks_on_until_it_takes_the_interview_over(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    path = f"k/{world.listing.pk}/units/{unit_of(world, 'Siti Aminah')}"
    with Mobile(browser, live_server.url, "windows") as phone:
        form = signed_in(phone, world.ppl)
        phone.open(path)
        form.type("jumlah_art", "1")
        form.saved()

        other = second_window(phone, path)
        there = Form(other)
        expect(other.get_by_text("terbuka di jendela lain")).to_be_visible(timeout=PATIENCE_MS)
        expect(field(there, "jumlah_art")).not_to_be_editable()
        form.type("jumlah_art", "2")  # not out of the field yet: taken along all the same
        other.get_by_role("button", name="Isi di jendela ini").click()
        expect(field(there, "jumlah_art")).to_be_editable(timeout=PATIENCE_MS)
        expect(field(there, "jumlah_art")).to_have_value("2")

        expect(phone.page.get_by_text("terbuka di jendela lain")).to_be_visible(timeout=PATIENCE_MS)
        phone.look("looks-on")
        there.type("jumlah_art", "3")
        there.saved()
        phone.page.get_by_role("button", name="Isi di jendela ini").click()
        expect(field(form, "jumlah_art")).to_be_editable(timeout=PATIENCE_MS)
        expect(field(form, "jumlah_art")).to_have_value("3")
        expect(other.get_by_text("terbuka di jendela lain")).to_be_visible(timeout=PATIENCE_MS)
        [draft] = form.stored("drafts")
        assert draft["answers"]["jumlah_art"] == 3


def test_a_second_window_looks_on_at_the_edit_of_a_pml_too(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    path = f"k/{world.listing.pk}/units/{unit_of(world, 'Sri Wahyuni')}/review"
    with Mobile(browser, live_server.url, "edit-windows") as phone:
        form = signed_in(phone, world.pml)
        phone.open(path)
        phone.page.get_by_role("button", name="Ubah jawaban").click(timeout=PATIENCE_MS)
        phone.title("Ubah jawaban")
        form.type("jumlah_art", "4")
        send = phone.page.get_by_role("button", name="Simpan 1 perubahan")
        expect(send).to_be_enabled(timeout=PATIENCE_MS)

        other = second_window(phone, path)
        other.get_by_role("button", name="Ubah jawaban").click(timeout=PATIENCE_MS)
        looks_on = "Perubahan ini terbuka di jendela lain"
        expect(other.get_by_text(looks_on)).to_be_visible(timeout=PATIENCE_MS)
        expect(field(Form(other), "jumlah_art")).to_have_value("4")
        other.get_by_role("button", name="Ubah di jendela ini").click()
        expect(other.get_by_role("button", name="Simpan 1 perubahan")).to_be_visible(
            timeout=PATIENCE_MS
        )
        expect(phone.page.get_by_text(looks_on)).to_be_visible(timeout=PATIENCE_MS)
        expect(send).to_have_count(0)
        phone.look("edit-looks-on")
        phone.page.get_by_role("button", name="Kembali").last.click()
        expect(phone.page.get_by_role("button", name="Ubah jawaban")).to_be_visible()
        other.get_by_role("button", name="Simpan 1 perubahan").click()
        phone.synced()
        expect(phone.page.get_by_text("Menunggu server", exact=True)).to_have_count(0)
        unit = path.split("/")[3]
        eventually(lambda: (response_of(world, unit).responses or {})["jumlah_art"] == 4)


def test_what_cannot_be_written_is_said_kept_and_written_once_there_is_room(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    path = f"k/{world.listing.pk}/units/{unit_of(world, 'Siti Aminah')}"
    with Mobile(browser, live_server.url, "full") as phone:
        form = signed_in(phone, world.ppl)
        phone.open(path)
        form.type("jumlah_art", "1")
        form.saved()
        eventually(lambda: form.stored("drafts")[0]["answers"].get("jumlah_art") == 1)
        phone.page.evaluate(FULL)
        form.type("jumlah_art", "2")
        said = phone.page.get_by_role("alert").filter(has_text="Isian terakhir belum tersimpan")
        expect(said).to_be_visible()
        phone.look("not-saved")

        phone.page.get_by_role("link", name="Kembali").click()
        sheet = phone.page.locator(".sheet").filter(has_text="Isian belum tersimpan")
        expect(sheet).to_be_visible()
        phone.look("leave-guard")
        sheet.get_by_role("button", name="Tetap di sini").click()
        expect(sheet).to_have_count(0)
        expect(field(form, "jumlah_art")).to_have_value("2")
        assert form.stored("drafts")[0]["answers"]["jumlah_art"] == 1

        phone.page.evaluate(ROOM)
        expect(said).to_have_count(0, timeout=PATIENCE_MS)  # by itself: the phone tries again
        assert form.stored("drafts")[0]["answers"]["jumlah_art"] == 2
        phone.page.get_by_role("link", name="Kembali").click()
        phone.title("Daftar unit")


def test_the_last_words_are_written_when_one_leaves_and_only_who_insists_loses_them(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    path = f"k/{world.listing.pk}/units/{unit_of(world, 'Siti Aminah')}"
    with Mobile(browser, live_server.url, "leave") as phone:
        form = signed_in(phone, world.ppl)
        phone.open(path)
        form.type("jumlah_art", "7")
        phone.page.get_by_role("link", name="Kembali").click()  # at once, from within the field
        phone.title("Daftar unit")
        assert form.stored("drafts")[0]["answers"]["jumlah_art"] == 7

        phone.open(path)
        expect(field(form, "jumlah_art")).to_have_value("7", timeout=PATIENCE_MS)
        phone.page.evaluate(FULL)
        field(form, "jumlah_art").click()
        form.type("jumlah_art", "8")
        expect(phone.page.get_by_role("alert").first).to_be_visible()
        asked: list[str] = []

        def stay(dialog: Any) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        phone.page.on("dialog", stay)
        phone.page.close(run_before_unload=True)
        expect(phone.page.get_by_role("alert").first).to_be_visible()
        phone.page.wait_for_timeout(500)
        assert asked == ["beforeunload"], "the browser asks before it closes the window"
        phone.page.get_by_role("link", name="Kembali").click()
        phone.page.locator(".sheet").get_by_role("button", name="Keluar").click()
        phone.title("Daftar unit")
        assert form.stored("drafts")[0]["answers"]["jumlah_art"] == 7


def test_a_note_stands_beside_its_question_outlives_a_kill_and_reaches_the_pml(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    unit = unit_of(world, "Nurhayati")
    whole(world, unit)
    path = f"k/{world.listing.pk}/units/{unit}"
    words = "Tetangga bilang pulang malam."
    with Mobile(browser, live_server.url, "note") as phone:
        form = signed_in(phone, world.ppl)
        phone.open(path)
        question = form.question("jumlah_art")
        question.get_by_role("button", name="Tulis catatan").click(timeout=PATIENCE_MS)
        note = question.get_by_role("textbox", name="Catatan")
        expect(note).to_be_focused()
        note.press_sequentially(words + " ")
        expect(note).to_have_value(words + " ")  # the space at the end may be before a word
        phone.page.wait_for_timeout(300)  # what the app promises, without leaving the field
        [draft] = form.stored("drafts")
        assert draft["answers"]["jumlah_art-Comment"] == words
        phone.look("note")

        phone.page.close(run_before_unload=False)
        phone.page = second_window(phone, path)
        form = Form(phone.page)
        note = form.question("jumlah_art").get_by_role("textbox", name="Catatan")
        expect(note).to_have_value(words, timeout=PATIENCE_MS)
        form.next()
        form.send()
        expect(phone.page.locator(".chip", has_text="Dikirim PPL")).to_be_visible(
            timeout=PATIENCE_MS
        )
    assert (response_of(world, unit).responses or {})["jumlah_art-Comment"] == words
    with Mobile(browser, live_server.url, "note-read") as phone:
        signed_in(phone, world.pml)
        phone.open(f"{path}/review")
        expect(phone.page.get_by_text(words)).to_be_visible(timeout=PATIENCE_MS)


def test_a_comparison_that_was_overtaken_is_made_anew_before_anything_is_sent(
    browser: Browser, live_server: Any, world: MobileWorld
) -> None:
    unit = unit_of(world, "Nurhayati")
    whole(world, unit)
    with Mobile(browser, live_server.url, "overtaken") as phone:
        form = signed_in(phone, world.ppl)
        phone.ready_offline()
        phone.context.set_offline(True)
        phone.open(f"k/{world.listing.pk}/units/{unit}")
        form.type("alamat", "Dari HP ini")
        form.next()
        form.send()
        expect(phone.page.get_by_text("Menunggu terkirim. Isian terkunci.")).to_be_visible(
            timeout=PATIENCE_MS
        )

        sent_by_another_phone(live_server.url, world, unit, "Dari HP lain")
        phone.context.set_offline(False)
        phone.page.get_by_role("link", name="Bandingkan dan pilih").click(timeout=PATIENCE_MS)
        phone.title("Dua isian berbeda")
        expect(phone.page.get_by_text("Dari HP lain")).to_be_visible(timeout=PATIENCE_MS)

        edited_at_the_office(live_server.url, world, unit, "Nama dari PML")
        version = response_of(world, unit).version
        with phone.page.expect_response("**/changes/**"):
            phone.page.evaluate("() => window.dispatchEvent(new Event('online'))")
        expect(phone.page.locator(".state")).not_to_contain_text("Mengambil", timeout=PATIENCE_MS)
        phone.page.get_by_role("button", name="Kirim pilihan ini").click()
        expect(phone.page.get_by_text("Isian di kantor berubah lagi.")).to_be_visible(
            timeout=PATIENCE_MS
        )
        expect(phone.page.get_by_text("Nama dari PML").first).to_be_visible(timeout=PATIENCE_MS)
        phone.look("compared-anew")
        assert response_of(world, unit).version == version, "nothing went by the older comparison"
        not_sent = [fault for fault in phone.faults if "/attachments/" in fault]  # the photo
        phone.faults[:] = [fault for fault in phone.faults if fault not in not_sent]


def sent_by_another_phone(base: str, world: MobileWorld, unit: str, address: str) -> None:
    """Send the same unit from elsewhere."""
    other = FieldPhone(base, world.ppl.email, factories.PASSWORD, kegiatan=str(world.listing.pk))
    label = next(label for label, one in other.units.items() if one["id"] == unit)
    answers = {**other.units[label]["response"]["responses"], "alamat": address}
    other.do("submit", label, responses=answers, form_version_used=1, visit_outcome="")


def edited_at_the_office(base: str, world: MobileWorld, unit: str, name: str) -> None:
    """Change an answer of a unit as its PML, from elsewhere."""
    office = FieldPhone(base, world.pml.email, factories.PASSWORD, kegiatan=str(world.listing.pk))
    label = next(label for label, one in office.units.items() if one["id"] == unit)
    office.do("edit", label, responses={"nama_krt": name})
