"""Invented answers for the demo's questionnaires, the same for the same unit."""

import random
from typing import Any
from uuid import UUID, uuid5

from assignments.models import Assignment

_NAMES = ("Siti", "Ahmad", "Rina", "Doni", "Lestari", "Bayu", "Putri", "Rudi")


def listing_answers(unit: Assignment) -> dict[str, Any]:
    """Return answers of the listing of families."""
    rng = random.Random(str(unit.pk))
    known = unit.prefilled_data or {}
    return {
        "nomor_urut_bangunan": known.get("nomor_urut_bangunan", 1),
        "nama_krt": known.get("nama_krt", unit.assignment_label),
        "alamat": known.get("alamat", ""),
        "jumlah_art": rng.randint(1, 7),
        "geotag_rumah": _place(rng),
    }


def household_answers(unit: Assignment) -> dict[str, Any]:
    """Return answers of the household questionnaire, with members and their jobs."""
    rng = random.Random(str(unit.pk))
    known = unit.prefilled_data or {}
    members = [_member(unit.pk, index, rng) for index in range(rng.randint(1, 5))]
    return {
        "hasil_kunjungan": "selesai",
        "tanggal_cacah": "2026-01-15",
        "nama_krt": known.get("nama_krt", unit.assignment_label),
        "jumlah_art": len(members),
        "anggota": members,
        "status_rumah": rng.choice(["1", "2", "3"]),
        "sumber_air": rng.sample(["ledeng", "sumur", "hujan", "kemasan"], 2),
        "geotag_rumah": _place(rng),
    }


def _member(unit_id: UUID, index: int, rng: random.Random) -> dict[str, Any]:
    age = rng.randint(18, 60) if index == 0 else rng.randint(0, 60)
    member: dict[str, Any] = {
        "_id": str(uuid5(unit_id, f"anggota {index}")),
        "nama": rng.choice(_NAMES),
        "jenis_kelamin": rng.choice(["1", "2"]),
        "umur": age,
    }
    if age >= 10:
        member["bekerja"] = age >= 18
    if age >= 18:
        member["pekerjaan"] = [
            {
                "_id": str(uuid5(unit_id, f"pekerjaan {index}")),
                "kbli": rng.choice(["01111", "47112", "85111"]),
                "upah": rng.randint(10, 50) * 100_000,
            }
        ]
    return member


def _place(rng: random.Random) -> dict[str, Any]:
    return {
        "lat": round(0.2 + rng.random() / 10, 6),
        "lon": round(109.0 + rng.random() / 10, 6),
        "accuracy_m": round(rng.uniform(4, 20), 1),
        "at": "2026-01-15T03:00:00Z",
    }
