"""A season of field work through the real pages, each role in its turn: on a phone and on a desk.

One story: what a step leaves behind is what the next person finds. Phones of PPL and PML speak the
API. CERDAS_SCREENSHOTS=<folder> keeps a picture of every page.
"""

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, expect

from tests import factories
from tests.e2e.pages import head_office, people, units
from tests.e2e.pages.field_phone import ANSWERS, FieldPhone, submitted
from tests.e2e.pages.gallery_world import work
from tests.e2e.pages.looking import SIZE_NAMES, SIZES, Size
from tests.e2e.pages.tab import PASSWORD, Tab
from tests.masterdata.conftest import BUNDLED

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]
CODE, OFFICE = "6104", "BPS Kabupaten Mempawah"
ACTIVITY = "Listing Keluarga Musim Ini"
SLS = "61040800010001"
CHIEF, ADMIN = "kepala@uji.example", "kegiatan@uji.example"
PML = "pengawas@uji.example"
PPL1, PPL2, FLOATING = "satu@uji.example", "dua@uji.example", "tiga@uji.example"
ACCOUNTS = f"""email,name,role
{ADMIN},Ratna Dewi,admin_kegiatan
{PML},Hendra Wijaya,
{PPL1},Sari Puspita,
{PPL2},Yusuf Hidayat,
"""
FAULTY_ACCOUNTS = ACCOUNTS + f"bukan-surel,Salah Tulis,\n{PPL1},Sari Lagi,Raja\n"
CREW = f"email,role,pml\n{PML},PML,\n{PPL1},PPL,{PML}\n{PPL2},PPL,\n"


@dataclass
class Season:
    """The story so far. place: for files."""

    browser: Browser
    base: str
    size: Size
    place: Path

    def tab(self, who: str) -> Tab:
        """Open somebody's browser."""
        return Tab(self.browser, self.base, self.size, f"season-{who}")

    def file(self, name: str, text: str) -> Path:
        """Write a file as an office would have it."""
        path = self.place / name
        path.write_text(text, encoding="utf-8")
        return path

    def phone(self, email: str) -> FieldPhone:
        """Sign in on a phone."""
        return FieldPhone(self.base, email)


@pytest.fixture(params=SIZES, ids=SIZE_NAMES)
def season(
    request: pytest.FixtureRequest, browser: Browser, live_server: Any, tmp_path: Path
) -> Season:
    """An installation with one super_admin, and somebody who signed up without an office."""
    factories.person(
        None, name="Kepala Pusat", email="pusat@uji.example", is_superuser=True, password=PASSWORD
    )
    factories.person(None, name="Tika Maharani", email=FLOATING, password=PASSWORD)
    settings.MEDIA_ROOT = tmp_path / "media"
    return Season(browser, live_server.url, request.param, tmp_path)


def test_a_season_from_the_first_office_to_the_release_of_a_person(season: Season) -> None:
    super_admin_prepares_office_and_activity(season)
    admin_satker_brings_in_people(season)
    people_come_in_by_link_and_by_invitation(season)
    admin_kegiatan_gives_out_the_work(season)
    the_field_works_and_the_office_reviews(season)
    what_came_too_late_is_compared_and_applied(season)
    the_answers_are_exported(season)
    a_person_is_released(season)


def super_admin_prepares_office_and_activity(season: Season) -> None:
    """Region master, office with its area and first admin, activity with questionnaire."""
    form = factories.FIXTURES / "forms" / "listing.json"
    broken = json.loads(form.read_text())
    del broken["pages"][0]["elements"][0]["name"]
    today = timezone.localdate()
    with season.tab("super_admin") as tab:
        tab.sign_in("pusat@uji.example")
        head_office.region_master_load(tab, BUNDLED / "6104.csv", work)
        head_office.office_make(tab, code=CODE, name=OFFICE, area=CODE)
        head_office.first_admin_make(tab, email=CHIEF, name="Budi Kepala")
        head_office.activity_make(
            tab, name=ACTIVITY, first=today - timedelta(days=1), last=today + timedelta(days=30)
        )
        faulty = season.file("rusak.json", json.dumps(broken))
        head_office.questionnaire_publish(tab, form, faulty)
        head_office.offices_take_part(tab, OFFICE)
        tab.menu("Jejak audit")


def admin_satker_brings_in_people(season: Season) -> None:
    """A faulty file, then a good one; somebody without office is invited."""
    with season.tab("admin_satker") as tab:
        tab.sign_in(CHIEF)
        expect(tab.page).to_have_url(f"{season.base}/satker/{CODE}/admin/")
        faulty = season.file("petugas-salah.csv", FAULTY_ACCOUNTS)
        people.import_people(tab, faulty, what="Periksa saja", kegiatan=ACTIVITY, work=work)
        tab.says("bukan-surel", "Raja")
        good = season.file("petugas.csv", ACCOUNTS)
        people.import_people(tab, good, what="bila tidak ada", kegiatan=ACTIVITY, work=work)
        tab.menu("Orang di satker")
        tab.says("Sari Puspita", "Yusuf Hidayat", "Hendra Wijaya", "Ratna Dewi")
        links = {
            name: people.one_time_link(tab, name)
            for name in ("Ratna Dewi", "Hendra Wijaya", "Sari Puspita", "Yusuf Hidayat")
        }
    for name, link in links.items():
        with season.tab(f"link-{name.split()[0].lower()}") as tab:
            people.password_choose(tab, link)
            tab.open(link)
            tab.says("Tautan ini tidak berlaku")


def people_come_in_by_link_and_by_invitation(season: Season) -> None:
    """Whoever has no office sees so, and joins by accepting; admin_kegiatan pairs PPL and PML."""
    with season.tab("floating") as tab:
        tab.sign_in(FLOATING)
        tab.says("Anda belum menjadi bagian", "Belum ada undangan")
    with season.tab("admin_kegiatan-crew") as tab:
        tab.sign_in(ADMIN)
        crew = season.file("peran.csv", CREW)
        people.import_people(tab, crew, what="bila tidak ada", kegiatan=ACTIVITY, work=work)
        people.recruit(tab, email=FLOATING, kegiatan=ACTIVITY, role="PPL")
        tab.says(f"{FLOATING} sudah diundang")
        tab.menu("Undangan")
        tab.says(FLOATING, "Menunggu")
        people.pair(tab, "Yusuf Hidayat", "Hendra Wijaya")
    assert FLOATING in mail.outbox[-1].to
    with season.tab("invited") as tab:
        tab.sign_in(FLOATING)
        tab.says(OFFICE, "PPL")
        tab.press("Terima")
        tab.says(f"Selamat bergabung di {OFFICE}.", ACTIVITY)
        tab.seen()


def _units(*rows: tuple[str, str, str]) -> str:
    lines = [f"{ppl},{PML},{label},{region}" for ppl, label, region in rows]
    return "\n".join(["ppl,pml,label,region_code", *lines]) + "\n"


def admin_kegiatan_gives_out_the_work(season: Season) -> None:
    """Import with faults, then corrected; one by form; one to another PPL; one cancelled."""
    good = [(PPL1, f"Rumah {n}", SLS) for n in ("Satu", "Dua", "Tiga")]
    good.append((PPL2, "Rumah Empat", SLS))
    bad = [(PPL1, "Rumah Jauh", "61710100010001"), ("tak.ada@uji.example", "Rumah Siapa", SLS)]
    with season.tab("admin_kegiatan-units") as tab:
        tab.sign_in(ADMIN)
        tab.menu(units.LIST)
        tab.follow("Impor")
        template = tab.download(ACTIVITY).decode("utf-8-sig")
        assert template.startswith("ppl,pml,label,level_1_code")
        units.import_check(tab, season.file("unit-salah.csv", _units(*good, *bad)), work)
        tab.says("61710100010001", "tak.ada@uji.example")
        rows = tab.download("Unduh baris yang salah").decode("utf-8-sig")
        assert len(list(csv.DictReader(rows.splitlines()))) == 2
        units.import_check(tab, season.file("unit.csv", _units(*good)), work)
        units.import_run(tab, 4, work)
        units.unit_make(
            tab, label="Rumah Lima", region=SLS, ppl="Sari Puspita", pml="Hendra Wijaya"
        )
        units.reassign(tab, "Rumah Lima", ppl="Yusuf Hidayat", reason="Pembagian ulang")
        units.cancel(tab, "Rumah Empat", reason="Rumah sudah dibongkar")


def the_field_works_and_the_office_reviews(season: Season) -> None:
    """Sent, approved by the PML, rejected, sent again, approved, taken back, approved for good."""
    ppl, pml = season.phone(PPL1), season.phone(PML)
    ppl.interview("Rumah Satu", nama_krt="Joko Susilo", jumlah_art=9)
    pml.pull()
    first = "Joko Susilo - (No. Urut: 7)"
    pml.do("approve", first, notes="Sudah dicocokkan")
    with season.tab("admin_kegiatan-rejects") as tab:
        tab.sign_in(ADMIN)
        tab.says("Menunggu persetujuan")
        units.reject(
            tab, "Joko Susilo", reason="Jumlah anggota tidak cocok",
            question="3. Berapa orang", remark="Hitung lagi",
        )  # fmt: skip
    ppl.pull()
    seen = ppl.units[first]["response"]
    assert (seen["status"], seen["notes"]) == ("Rejected by Admin", "Jumlah anggota tidak cocok")
    assert seen["comments"][0]["text"] == "Hitung lagi"
    ppl.interview(first, nama_krt="Joko Susilo", jumlah_art=4)
    pml.pull()
    pml.do("approve", first, notes="Sudah dicocokkan")
    with season.tab("admin_kegiatan-approves") as tab:
        tab.sign_in(ADMIN)
        units.approve(tab, "Joko Susilo", reason="Sudah diperiksa")
        tab.cannot("Setujui final", "Alihkan petugas", "Tolak")
        units.take_back(tab, "Joko Susilo", reason="Foto perlu dilihat lagi")
        units.approve(tab, "Joko Susilo", reason="Sudah dilihat")


def what_came_too_late_is_compared_and_applied(season: Season) -> None:
    """A unit went to another PPL while the first still had answers on the phone."""
    late = season.phone(PPL1)
    with season.tab("admin_kegiatan-parked") as tab:
        tab.sign_in(ADMIN)
        units.reassign(tab, "Rumah Dua", ppl="Yusuf Hidayat", reason="Sari sakit")
        result = late.act("submit", "Rumah Dua", **submitted(nama_krt="Wati Terlambat"))
        assert result["outcome"] == "parked", result
        tab.menu("Hasil lapangan yang menunggu")
        units.parked_apply(tab, differs="Wati Terlambat", reason="Wawancaranya lengkap")
        units.unit_open(tab, "Wati Terlambat")
        tab.status("Dikirim PPL")


def the_answers_are_exported(season: Season) -> None:
    """The file has every unit that was not cancelled, with its answers."""
    with season.tab("admin_kegiatan-export") as tab:
        tab.sign_in(ADMIN)
        file = units.export(tab, work)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        name = next(name for name in archive.namelist() if name.endswith("units.csv"))
        rows = list(csv.DictReader(archive.read(name).decode("utf-8-sig").splitlines()))
    assert len(rows) == 4
    heads = {row["nama_krt"] for row in rows}
    assert {"Joko Susilo", "Wati Terlambat"} <= heads
    assert ANSWERS["nama_krt"] not in heads


def a_person_is_released(season: Season) -> None:
    """Open work is listed first; then the person is without office, and the history stays."""
    with season.tab("admin_satker-releases") as tab:
        tab.sign_in(CHIEF)
        people.release(tab, "Sari Puspita", open_units=1)
        expect(tab.row("Sari Puspita")).to_have_count(0)
        units.unit_open(tab, "Joko Susilo")
        tab.says("Sari Puspita", "Foto perlu dilihat lagi", "Jumlah anggota tidak cocok")
        tab.menu("Jejak audit")
        tab.says("Budi Kepala")
    with season.tab("released") as tab:
        tab.sign_in(PPL1)
        tab.says("Anda belum menjadi bagian", "Belum ada undangan")
