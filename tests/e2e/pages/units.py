"""What admin_kegiatan does with units in an office's admin."""

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.pages.tab import PATIENCE_MS, Tab, Work

LIST = "Tugas"


def unit_open(tab: Tab, label: str) -> None:
    """Open the page of a unit."""
    tab.menu(LIST)
    tab.find(label)
    tab.says("Riwayat")


def import_check(tab: Tab, file: Path, work: Work) -> None:
    """Send a file of units to be checked."""
    tab.menu(LIST)
    tab.follow("Impor")
    tab.upload(file)
    tab.press("Periksa berkas")
    tab.says("Batalkan pekerjaan")
    work()
    tab.says("Yang akan dilakukan impor")
    tab.seen()


def import_run(tab: Tab, n: int, work: Work) -> None:
    """Import the file that was checked."""
    tab.press(f"Impor {n} unit")
    tab.says("Batalkan pekerjaan")
    work()
    tab.says("Yang sudah dilakukan")
    tab.seen()


def unit_make(tab: Tab, *, label: str, region: str, ppl: str, pml: str) -> None:
    """Make one unit by the form."""
    tab.menu(LIST)
    tab.follow("Unit baru")
    tab.fill("Label", label)
    tab.fill("Kode wilayah", region)
    tab.pick("ppl", ppl)
    tab.pick("pml", pml)
    tab.seen()
    tab.press("Buat unit")
    tab.says(f"“{label}” sudah dibuat.")
    tab.seen()


def reassign(tab: Tab, label: str, *, ppl: str, reason: str) -> None:
    """Give a unit to another PPL."""
    unit_open(tab, label)
    tab.follow("Alihkan petugas")
    tab.pick("ppl", ppl)
    tab.fill("Alasan", reason)
    tab.press("Alihkan petugas")
    tab.says(ppl)
    tab.seen()


def cancel(tab: Tab, label: str, *, reason: str) -> None:
    """Cancel a unit; without a reason it is refused."""
    unit_open(tab, label)
    tab.follow("Batalkan unit")
    tab.fill("Alasan", reason)
    tab.press("Batalkan unit")
    tab.status("Dibatalkan")
    tab.seen()


def reject(tab: Tab, label: str, *, reason: str, question: str, remark: str) -> None:
    """Reject a unit with a remark on a question."""
    unit_open(tab, label)
    tab.follow("Tolak")
    tab.fill("Alasan", reason)
    item = tab.page.locator(".a-answers > div").filter(has_text=question)
    item.get_by_text("Tulis catatan untuk pertanyaan ini").click()
    item.locator("textarea").fill(remark)
    tab.seen()
    tab.press("Tolak")
    tab.status("Ditolak Admin")
    tab.says(reason, remark)
    tab.seen()


def approve(tab: Tab, label: str, *, reason: str = "") -> None:
    """Approve a unit finally."""
    unit_open(tab, label)
    tab.follow("Setujui final")
    tab.fill("Alasan", reason)
    tab.press("Setujui final")
    tab.status("Disetujui Admin")
    tab.seen()


def take_back(tab: Tab, label: str, *, reason: str) -> None:
    """Take a final approval back."""
    unit_open(tab, label)
    tab.follow("Tarik persetujuan")
    tab.fill("Alasan", reason)
    tab.press("Tarik persetujuan")
    tab.status("Disetujui PML")
    tab.seen()


def export(tab: Tab, work: Work) -> bytes:
    """Export every unit and download the file."""
    tab.menu(LIST)
    tab.follow("Ekspor")
    tab.press("Mulai ekspor")
    tab.says("Tentang pekerjaan ini")
    work()
    link = tab.page.get_by_role("link", name=".zip")
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    tab.seen()
    return tab.download(".zip")


def parked_apply(tab: Tab, *, differs: str, reason: str) -> None:
    """Compare the one piece of work that waits, and apply it."""
    tab.menu("Hasil lapangan yang menunggu")
    tab.follow("", within=tab.page.locator("#result_list tbody"))
    tab.says("Bandingkan", differs)
    tab.seen()
    tab.page.get_by_label("Alasan").first.fill(reason)
    tab.press("Terapkan hasil ini")
    tab.says("Hasil lapangan diterapkan.")
    tab.seen()
