"""What the phones of a PPL and a PML find: an office, two activities, units in every status."""

from dataclasses import dataclass
from itertools import cycle
from typing import Any

from kegiatan.services.recruiting import recruit
from masterdata.models import MasterSls
from satker.models import Satker, User
from tests import factories

NAMES = [
    "Siti Aminah", "Budi Santoso", "Dewi Lestari", "Hendra Wijaya", "Sri Wahyuni", "Agus Salim",
    "Nurhayati", "Rudi Hartono", "Maria Ulfa", "Joko Susilo", "Kartini", "Yusuf Hidayat",
    "Lina Marlina", "Bambang Pamungkas", "Ratna Sari", "Eko Prasetyo", "Fatimah", "Andi Saputra",
    "Wulan Sari", "Dedi Kurniawan", "Rina Marlina", "Sutrisno", "Ani Suryani", "Tono Sugiarto",
]  # fmt: skip
DESA = [("6104080001", "SEI NIPAH"), ("6104080002", "JUNGKAT"), ("6104090003", "WAJOK HILIR")]
KECAMATAN = {"6104080": "SIANTAN", "6104090": "SEGEDONG"}
STATUSES = [
    "Assigned", "Assigned", "Assigned", "Opened", "Submitted by PPL", "Submitted by PPL",
    "Rejected by PML", "Approved by PML", "Approved by Admin", "Assigned",
]  # fmt: skip
DONE = ("Submitted by PPL", "Rejected by PML", "Approved by PML", "Approved by Admin")


@dataclass
class MobileWorld:
    """Who and what there is; everybody's password is factories.PASSWORD."""

    satker: Satker
    listing: Any
    household: Any
    ppl: User
    pml: User
    floating: User


def mobile_world() -> MobileWorld:
    """Make it: 24 units of one PPL under one PML in three desa, an invitation for somebody."""
    satker = factories.office(code="6104", prefixes=["6104"], name="BPS Kabupaten Mempawah")
    regions()
    listing = factories.kegiatan([satker], name="Listing Keluarga 2026")
    household = factories.kegiatan([satker], "household", name="Pendataan Rumah Tangga 2026")
    pml = factories.person(satker, name="Hendra Gunawan")
    ppl = factories.person(satker, name="Dewi Anggraini")
    admin = factories.person(satker, name="Ratna Dewi")
    factories.member(admin, listing, satker, "admin_kegiatan")
    for kegiatan in (listing, household):
        factories.member(pml, kegiatan, satker, "PML")
        factories.member(ppl, kegiatan, satker, "PPL", pml=pml)
    units(satker, listing, ppl, pml)
    factories.assignment(satker, household, ppl, pml, region=f"{DESA[0][0]}0001", label="Contoh")
    floating = factories.person(None, name="Sari Puspita")
    place = factories.take_part(listing, satker)
    recruit(actor=admin, satker=satker, email=floating.email, role="PPL", kegiatan_satker=place)
    return MobileWorld(satker, listing, household, ppl, pml, floating)


def regions() -> None:
    """Give the three desa and their SLS names."""
    for desa, name in DESA:
        for number in (1, 2):
            MasterSls.objects.create(
                prov_id="61", kabkot_id="6104", kec_id=desa[:7], desa_kel_id=desa,
                sls_id=f"{desa}{number:04}00", provinsi="KALIMANTAN BARAT",
                kabkot="KABUPATEN MEMPAWAH", kecamatan=KECAMATAN[desa[:7]], desa_kel=name,
                nama=f"RT {number:03} RW 001",
            )  # fmt: skip


def units(satker: Satker, kegiatan: Any, ppl: User, pml: User) -> None:
    """Give the PPL a unit for every name."""
    for number, (name, status, (desa, _)) in enumerate(
        zip(NAMES, cycle(STATUSES), cycle(DESA), strict=False), start=1
    ):
        where = {"lat": 0.12 + number * 0.0013, "lon": 109.11 + (number % 5) * 0.0021}
        factories.assignment(
            satker, kegiatan, ppl, pml,
            region=f"{desa}{1 + number % 2:04}",
            label=f"{name} - (No. Urut: {number})",
            status=status,
            version=2 if status in DONE else 1,
            responses=answers(name, number, where) if status in DONE else None,
            prefilled_data={"nama_krt": name, "nomor_urut_bangunan": number, "posisi": where},
        )  # fmt: skip


def answers(name: str, number: int, where: dict[str, float]) -> dict[str, Any]:
    """Return answers of the listing questionnaire."""
    return {
        "nomor_urut_bangunan": number,
        "nama_krt": name,
        "alamat": f"Jl. Raya Nipah No. {number}",
        "jumlah_art": 1 + number % 6,
        "geotag_rumah": {**where, "accuracy_m": 8, "at": "2026-01-15T03:00:00Z"},
    }
