"""What super_admin does in /admin/."""

from datetime import date
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.pages.tab import PASSWORD, Tab, Work


def region_master_load(tab: Tab, file: Path, work: Work) -> None:
    """Upload the region master: checked first, then loaded."""
    tab.menu("Master wilayah")
    tab.says("Master wilayah masih kosong")
    tab.follow("Unggah berkas")
    tab.upload(file)
    tab.press("Periksa berkas")
    tab.says("Batalkan pekerjaan")
    work()
    tab.says("Muat sekarang")
    tab.seen()
    tab.press("Muat sekarang")
    expect(tab.page.get_by_role("button", name="Muat sekarang")).not_to_be_visible()
    work()
    tab.says("Yang sudah dilakukan")


def office_make(tab: Tab, *, code: str, name: str, area: str) -> None:
    """Make an office with its area."""
    tab.menu("Satker")
    tab.follow("Tambahkan")
    tab.fill("Kode", code)
    tab.fill("Nama", name)
    tab.fill("Wilayah tugas", area)
    tab.press("Simpan dan terus mengedit")
    tab.says("Belum ada yang mengurus satker ini")
    tab.seen()


def first_admin_make(tab: Tab, *, email: str, name: str) -> None:
    """Make the first admin of the office that is open."""
    tab.follow("Jadikan seseorang admin")
    tab.fill("Email", email)
    tab.fill("Nama", name)
    tab.fill("Kata sandi pertama", PASSWORD)
    tab.press("Jadikan admin")
    tab.says("Akun dibuat, dengan peran admin.", email)
    tab.seen()


def activity_make(tab: Tab, *, name: str, first: date, last: date) -> None:
    """Make an activity in which the field may add units."""
    tab.menu("Kegiatan")
    tab.follow("Tambahkan")
    tab.fill("Nama", name)
    tab.fill("Tahun", str(first.year))
    tab.fill("Hari pertama", f"{first:%d-%m-%Y}")
    tab.fill("Hari terakhir", f"{last:%d-%m-%Y}")
    tab.page.get_by_label("Unit baru boleh ditambah di lapangan").check(force=True)
    tab.press("Simpan dan terus mengedit")
    tab.says("Belum ada kuesioner")
    tab.seen()


def questionnaire_publish(tab: Tab, file: Path, faulty: Path) -> None:
    """Publish a questionnaire for the activity that is open; a faulty file is refused first."""
    tab.follow("Terbitkan kuesioner")
    tab.upload(faulty)
    tab.press("Periksa dan terbitkan")
    tab.says("Tidak ada yang diterbitkan")
    tab.seen()
    tab.upload(file)
    tab.fill("Yang baru", "Versi pertama")
    tab.press("Periksa dan terbitkan")
    tab.says("Versi 1 sudah terbit.")
    tab.seen()
    tab.follow("Kembali ke kegiatan")


def offices_take_part(tab: Tab, name: str) -> None:
    """Let an office carry out the activity that is open."""
    tab.follow("Tambah satker")
    tab.page.get_by_label(name).check()
    tab.press("Ikutkan")
    tab.says("1 satker sekarang ikut.")
    tab.seen()
