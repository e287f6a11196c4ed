"""What admins do with people in an office's admin."""

from pathlib import Path

from tests.e2e.pages.tab import PASSWORD, Tab, Work, link_of


def import_people(tab: Tab, file: Path, *, what: str, kegiatan: str, work: Work) -> None:
    """Send a file of people and wait for its job."""
    tab.menu("Orang di satker")
    tab.follow("Impor dari berkas")
    tab.upload(file)
    tab.choose("Kegiatan untuk baris", kegiatan)
    tab.choose("Yang perlu dilakukan", what)
    tab.press("Mulai")
    tab.says("Tentang pekerjaan ini")
    work()
    tab.says("Laporan")
    tab.seen()


def person_open(tab: Tab, name: str) -> None:
    """Open the page of a person."""
    tab.menu("Orang di satker")
    tab.find(name)
    tab.says("Kontak terakhir")


def one_time_link(tab: Tab, name: str) -> str:
    """Make a one-time link for a person and return it."""
    person_open(tab, name)
    tab.follow("Tautan sekali pakai")
    tab.press("Buat tautan")
    tab.page.locator("#one-time-link").wait_for()
    tab.seen()
    return link_of(tab)


def password_choose(tab: Tab, link: str) -> None:
    """Open a one-time link and choose a password."""
    tab.open(link)
    tab.says("Pilih kata sandi Anda")
    for field in tab.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    tab.press("Simpan kata sandi")
    tab.says("Kata sandi Anda tersimpan")
    tab.seen()


def recruit(tab: Tab, *, email: str, kegiatan: str, role: str) -> None:
    """Recruit by exact email."""
    tab.menu("Orang di satker")
    tab.follow("Rekrut lewat email")
    tab.fill("Email", email)
    tab.choose("Kegiatan", kegiatan)
    tab.choose("Peran", role)
    tab.press("Rekrut")


def role_give(tab: Tab, name: str, *, kegiatan: str, role: str) -> None:
    """Give a person a role in an activity, from the person's page."""
    person_open(tab, name)
    tab.press("Beri peran di suatu kegiatan")
    tab.choose("Kegiatan", kegiatan)
    tab.choose("Peran", role)
    tab.seen()
    tab.press("Beri peran")
    tab.says("Selesai untuk 1 orang.")
    tab.seen()


def pair(tab: Tab, name: str, supervisor: str) -> None:
    """Put a PPL under a PML."""
    tab.menu("Petugas kegiatan")
    tab.find(name)
    tab.choose("Pengawas", supervisor)
    tab.press("Simpan")
    tab.says("Peran dan pengawas disimpan.")
    tab.seen()


def release(tab: Tab, name: str, *, open_units: int) -> None:
    """Release a person from the office; open units are listed first."""
    person_open(tab, name)
    tab.follow("Lepas dari satker")
    if open_units:
        tab.says(f"{open_units} unit belum selesai")
        tab.page.get_by_label("Lepas walaupun ada pekerjaan terbuka").check()
    else:
        tab.says("Tidak ada pekerjaan terbuka")
    tab.press("Lepas dari satker")
    tab.says(f"{name} sudah dilepas")
    tab.seen()
