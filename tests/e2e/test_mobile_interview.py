"""Cerdas Mobile in the field: an interview without signal, a killed browser, rejection, review.

CERDAS_SCREENSHOTS=<folder> keeps a picture of every screen in both themes.
"""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from assignments.checking.worker import checks_run
from tests.e2e.pages.gallery_world import work
from tests.e2e.pages.interviewing import Form
from tests.e2e.pages.mobile import PATIENCE_MS, Mobile
from tests.e2e.pages.mobile_demo import (
    PML,
    PPL,
    World,
    demo_world,
    killed_and_opened,
    signed_in,
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]
SCRIPT = "<img src=x onerror='window.ran=true'>"


@pytest.fixture
def world(live_server: Any, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """One office with its people and units, and a newer version of the questionnaire."""
    return demo_world(live_server.url, settings, tmp_path, monkeypatch)


def test_an_interview_without_signal_outlives_a_killed_browser_and_is_sent_later(
    browser: Browser, world: World
) -> None:
    unit = world.unit("Assigned")
    path = f"k/{world.kegiatan}/units/{unit}"
    with Mobile(browser, world.base, "interview") as phone:
        form = signed_in(phone, PPL)
        phone.ready_offline()
        phone.context.set_offline(True)

        phone.open(path)
        form.choose("hasil_kunjungan", "Selesai dicacah")
        form.type("tanggal_cacah", "2026-01-15")
        form.type("jumlah_kunjungan", "1")
        form.next()
        form.type("nama_krt", SCRIPT)
        form.go_to_page("Blok III")
        form.type(".nama", "Siti")
        phone.page.get_by_role("button", name="Tambah anggota").click()
        form.type(".nama", "Budi")
        form.type(".umur", "17")
        phone.page.wait_for_timeout(300)  # what the app promises, without leaving the field
        draft = form.stored("drafts", assignment=unit)[0]
        members = draft["answers"]["anggota"]
        assert [(row.get("nama"), row.get("umur")) for row in members] == [
            ("Siti", None),
            ("Budi", 17),
        ]

        form = killed_and_opened(phone, path)
        form.subtitle("3/9")
        expect(phone.page.get_by_role("tab", name="2. Budi")).to_have_attribute(
            "aria-selected", "true", timeout=PATIENCE_MS
        )
        expect(form.question(".umur").locator("input")).to_have_value("17")
        expect(phone.page.get_by_role("heading", level=1)).to_contain_text("<img src=x")

        form.go_to_page("Blok IX")
        expect(phone.page.get_by_text("Terima kasih kepada")).to_be_visible()
        assert phone.page.evaluate("window.ran") is None
        assert phone.page.locator(".cerdas-form [onerror]").count() == 0

        form.go_to_page("Blok I. ")
        form.choose("hasil_kunjungan", "Menolak diwawancarai")
        form.type("alasan_tidak_selesai", "Tidak bersedia.")
        form.go_to_page("Blok IX")
        form.send()
        expect(phone.page.get_by_text("Menunggu terkirim. Isian terkunci.")).to_be_visible(
            timeout=PATIENCE_MS
        )
        assert world.response(unit).status == "Assigned"

        phone.context.set_offline(False)
        expect(phone.page.locator(".chip", has_text="Dikirim PPL")).to_be_visible(
            timeout=PATIENCE_MS
        )
        sent = world.response(unit)
        assert (sent.status, sent.visit_outcome) == ("Submitted by PPL", "menolak")
        assert sent.responses["alasan_tidak_selesai"] == "Tidak bersedia."
        assert phone.page.evaluate("window.ran") is None


def _rejected_with_comments(pml: Mobile, world: World, unit: str) -> None:
    page = pml.page
    pml.open(f"k/{world.kegiatan}/review")
    page.locator(f'a[href*="{unit}"]').click()
    page.get_by_role("button", name="Tulis komentar untuk 201").click()
    page.get_by_label("Apa yang harus diperbaiki?").fill("Nama harus sesuai KK.")
    page.get_by_role("button", name="Simpan komentar").click()
    page.get_by_role("button", name="Tolak (1 komentar)").click()
    page.get_by_label("Alasan (wajib)").fill("Periksa lagi nama.")
    page.get_by_role("button", name="Tolak dan kembalikan").click()
    expect(page.locator(".chip", has_text="Ditolak PML")).to_be_visible(timeout=PATIENCE_MS)


def _approved(pml: Mobile) -> None:
    page = pml.page
    page.get_by_role("button", name="Setujui", exact=True).click()
    page.locator(".sheet textarea").fill("Sudah sesuai.")
    page.locator(".sheet").get_by_role("button", name="Setujui", exact=True).click()


def _synced_anew(phone: Mobile) -> None:
    phone.open()
    phone.title("Kegiatan")
    phone.synced()


def test_rejected_work_is_mended_sent_again_approved_and_taken_back(
    browser: Browser, world: World
) -> None:
    unit = world.unit("Submitted by PPL")
    path = f"k/{world.kegiatan}/units/{unit}"
    with Mobile(browser, world.base, "pml") as pml, Mobile(browser, world.base, "ppl") as ppl:
        signed_in(pml, PML)
        _rejected_with_comments(pml, world, unit)

        form = signed_in(ppl, PPL)
        ppl.open(path)
        banner = ppl.page.get_by_role("region", name="Dikembalikan untuk diperbaiki")
        expect(banner).to_contain_text("Periksa lagi nama.", timeout=PATIENCE_MS)
        expect(ppl.page.get_by_text("Kuesioner berubah ke versi 2")).to_be_visible()
        banner.get_by_role("button", name="Nama harus sesuai KK.").click()
        form.subtitle("2/9")
        expect(form.question("nama_krt")).to_contain_text("Nama harus sesuai KK.")
        form.type("nama_krt", "Nama Sesuai KK")
        form.go_to_page("Blok IX")
        form.send()
        expect(ppl.page.locator(".chip", has_text="Dikirim PPL")).to_be_visible(timeout=PATIENCE_MS)
        assert world.response(unit).form_version_used == 2

        work(jobs=checks_run)
        _synced_anew(pml)
        pml.open(f"{path}/review")
        changed = pml.page.locator(".line.changed", has_text="Nama Sesuai KK")
        expect(changed).to_be_visible(timeout=PATIENCE_MS)
        pml.context.set_offline(True)
        _approved(pml)
        expect(pml.page.get_by_text("Menunggu server", exact=True)).to_be_visible()
        assert world.response(unit).status == "Submitted by PPL"
        pml.context.set_offline(False)
        expect(pml.page.locator(".chip", has_text="Disetujui PML")).to_be_visible(
            timeout=PATIENCE_MS
        )
        pml.page.get_by_role("button", name="Tarik persetujuan").click()
        pml.page.locator(".sheet").get_by_role("button", name="Tarik persetujuan").click()
        expect(pml.page.locator(".chip", has_text="Dikirim PPL")).to_be_visible(timeout=PATIENCE_MS)
        assert world.response(unit).status == "Submitted by PPL"


def _mended(phone: Mobile, path: str, answer: str) -> None:
    """Change one answer of rejected work and send it."""
    phone.open(path)
    form = Form(phone.page)
    form.go_to_page("Blok II.")
    form.type("nama_pemberi", answer)
    form.go_to_page("Blok IX")
    form.send()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_two_versions_of_a_unit_are_both_kept_and_chosen_between(
    browser: Browser, world: World, colours: str
) -> None:
    unit = world.unit("Rejected by Admin")
    path = f"k/{world.kegiatan}/units/{unit}"
    with (
        Mobile(browser, world.base, "one", colours) as one,
        Mobile(browser, world.base, "two") as two,
    ):
        for phone in (one, two):
            signed_in(phone, PPL)
        one.ready_offline()
        one.context.set_offline(True)
        _mended(one, path, "Dari HP pertama")
        expect(one.page.get_by_text("Menunggu terkirim. Isian terkunci.")).to_be_visible(
            timeout=PATIENCE_MS
        )
        _mended(two, path, "Dari HP kedua")
        expect(two.page.locator(".chip", has_text="Dikirim PPL")).to_be_visible(timeout=PATIENCE_MS)

        one.context.set_offline(False)
        one.page.get_by_role("link", name="Bandingkan dan pilih").click(timeout=PATIENCE_MS)
        one.title("Dua isian berbeda")
        expect(one.page.get_by_text("Dari HP pertama")).to_be_visible()
        expect(one.page.get_by_text("Dari HP kedua")).to_be_visible()
        one.look("conflict")
        one.page.get_by_role("button", name="Semua dari kantor").click()
        one.page.get_by_role("button", name="Pakai isian kantor").click()
        one.page.get_by_role("button", name="Buang isian saya").click()
        one.page.get_by_role("button", name="Ya, buang").click()
        expect(one.page.get_by_text("Isian terkunci.", exact=True)).to_be_visible(
            timeout=PATIENCE_MS
        )
        assert world.response(unit).responses["nama_pemberi"] == "Dari HP kedua"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_form_and_review_fit_a_thumb_and_have_no_barriers(
    browser: Browser, world: World, colours: str
) -> None:
    with Mobile(browser, world.base, "form", colours) as phone:
        form = signed_in(phone, PPL)
        phone.open(f"k/{world.kegiatan}/units/{world.unit('Rejected by PML')}")
        expect(phone.page.locator(".count, .saved.saved").first).to_be_visible(timeout=PATIENCE_MS)
        phone.look("rejected")
        phone.page.locator(".standing").click()
        phone.look("summary")
        phone.page.keyboard.press("Escape")
        for number, block in enumerate(("II.", "III.", "IV.", "V.", "VIII.", "IX."), 1):
            form.go_to_page(f"Blok {block}")
            phone.look(f"page-{number}")
        phone.page.get_by_role("button", name="Riwayat").click()
        phone.title("Riwayat")
        phone.look("history")
        phone.open(f"k/{world.kegiatan}/units/{world.unit('Assigned')}")
        form.choose("hasil_kunjungan", "Menolak diwawancarai")
        form.type("tanggal_cacah", "2026-01-15")
        form.type("jumlah_kunjungan", "1")
        form.type("alasan_tidak_selesai", "Tidak bersedia.")
        form.go_to_page("Blok IX")
        phone.page.get_by_role("button", name="Periksa & kirim").click()
        expect(phone.page.get_by_text("Kirim kuesioner ini?")).to_be_visible(timeout=PATIENCE_MS)
        phone.look("last-look")
        phone.page.get_by_role("button", name="Kirim", exact=True).click()
        expect(phone.page.locator(".chip", has_text="Dikirim PPL")).to_be_visible(
            timeout=PATIENCE_MS
        )
        phone.look("sent")
    with Mobile(browser, world.base, "review", colours) as phone:
        signed_in(phone, PML)
        phone.open(f"k/{world.kegiatan}/review")
        expect(phone.page.locator(".unit").first).to_be_visible(timeout=PATIENCE_MS)
        phone.look("list")
        phone.page.locator(".unit .link").first.click()
        expect(phone.page.locator("[data-answer]").first).to_be_visible(timeout=PATIENCE_MS)
        phone.look("unit")
        phone.page.get_by_role("button", name="Tolak", exact=True).click()
        phone.look("reject")
        phone.page.get_by_role("button", name="Batal").click()
        phone.page.get_by_role("button", name="Tulis komentar untuk 201").click()
        phone.look("comment")
        phone.page.get_by_role("button", name="Batal").click()
        phone.page.get_by_role("button", name="Setujui", exact=True).click()
        phone.look("approve")
        phone.page.locator(".sheet").get_by_role("button", name="Batal").click()
        phone.page.get_by_role("button", name="Ubah jawaban").click()
        phone.title("Ubah jawaban")
        phone.look("edit")
