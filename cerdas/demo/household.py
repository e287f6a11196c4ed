"""Invented answers of the household questionnaire: whole interviews without a fault.

Source: data/household.json. What is hidden by its skip logic is not answered, what it requires is.
"""

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

Answers = dict[str, Any]

_NAMES = ("Siti", "Ahmad", "Rina", "Doni", "Lestari", "Bayu", "Putri", "Rudi")
_INDUSTRIES = ("01111", "47112", "85111", "41011", "49421", "56101")
_WORK = ("Menanam padi", "Berjualan di warung", "Mengajar", "Tukang bangunan", "Pengemudi ojek")
_ASSETS = (
    "gas_besar", "kulkas", "ac", "tv", "komputer", "mesin_cuci", "emas", "sepeda", "perahu",
)  # fmt: skip
_FOOD = (
    "padi", "umbi", "ikan", "daging", "telur", "sayur", "kacang", "buah", "minyak", "minuman",
    "bumbu", "makanan_jadi", "rokok", "lain",
)  # fmt: skip
_SPENDING = (
    "sewa", "listrik", "pulsa", "sabun", "transport", "kesehatan", "pendidikan", "pakaian",
    "barang_tahan", "pajak", "pesta", "jasa_lain",
)  # fmt: skip
_AID = ("pkh", "sembako", "blt", "pip", "listrik", "pupuk", "kur")
_HUNGER = (
    "khawatir", "bergizi", "sedikit_jenis", "lewat", "kurang", "habis", "lapar", "sehari",
)  # fmt: skip


def household_interview(unit_id: UUID, known: Answers, label: str, today: date) -> Answers:
    """Return the answers of one household, the same for the same unit and day."""
    rng = random.Random(str(unit_id))
    head = str(known.get("nama_krt") or label)
    members = [_member(unit_id, index, rng) for index in range(rng.randint(1, 5))]
    members[0]["nama"] = head
    answers = {
        "hasil_kunjungan": "selesai",
        "tanggal_cacah": (today - timedelta(days=rng.randint(1, 7))).isoformat(),
        "jumlah_kunjungan": rng.randint(1, 2),
        "nama_krt": head,
        "alamat": str(known.get("alamat") or "Jalan Raya"),
        "jumlah_art": len(members),
        "jumlah_keluarga": 1,
        "nama_pemberi": head,
        "status_pemberi": "1",
        "nomor_hp": f"0812{rng.randint(10_000_000, 99_999_999)}",
        "bersedia_dihubungi": True,
        "bahasa": rng.choice("123"),
        "tinggal_sejak_lahir": True,
        "anggota": members,
    }
    for block in (_housing, _possessions, _spending, _support, _business):
        answers.update(block(unit_id, rng))
    return answers


def _member(unit_id: UUID, index: int, rng: random.Random) -> Answers:
    age = rng.randint(25, 60) if index < 2 else rng.randint(0, 20)
    member: Answers = {
        "_id": str(uuid5(unit_id, f"anggota {index}")),
        "nama": rng.choice(_NAMES),
        "hubungan": str(min(index + 1, 3)),
        "jenis_kelamin": str(index + 1) if index < 2 else rng.choice("12"),
        "umur": age,
        "tempat_lahir": "1",
        "keluhan": False,
        "jaminan": [rng.choice(["pbi", "nonpbi", "none"])],
    }
    if age >= 10:
        member["status_kawin"] = "2" if index < 2 else "1"
    if age < 18:
        member["akta_lahir"] = True
    if age >= 2:
        member["kesulitan"] = ["none"]
    if age >= 5:
        member.update(_five_and_older(age, rng))
    if age >= 10:
        member.update(_ten_and_older(unit_id, index, age, rng))
    return member


def _five_and_older(age: int, rng: random.Random) -> Answers:
    online = rng.random() < 0.5
    person: Answers = {
        "pindah_5_tahun": False,
        "baca_tulis": age >= 7,
        "pakai_hp": online or age >= 18,
        "pakai_internet": online,
        "merokok": "3",
        "sekolah": "1" if age < 7 else "2" if age < 18 else "3",
    }
    if online:
        person["guna_internet"] = rng.sample(["berita", "belajar", "sosial", "hiburan"], 2)
    if age >= 7:
        level = "1" if age < 13 else "2" if age < 16 else "3"
        finished = str(int(level) - 1) if person["sekolah"] == "2" else level
        person |= {"jenjang": level, "kelas": rng.randint(1, 3), "ijazah": finished}
    return person


def _ten_and_older(unit_id: UUID, index: int, age: int, rng: random.Random) -> Answers:
    if age < 18:
        return {"bekerja": False, "cari_kerja": "2"}
    days, kind = rng.randint(4, 6), rng.choice("134")
    job: Answers = {
        "_id": str(uuid5(unit_id, f"pekerjaan {index}")),
        "uraian_pekerjaan": rng.choice(_WORK),
        "kbli": rng.choice(_INDUSTRIES),
        "status_pekerjaan": kind,
        "hari_kerja": days,
        "jam_kerja": days * rng.randint(5, 8),
        "upah": rng.randint(10, 50) * 100_000,
        "lama_bekerja": rng.randint(0, min(15, age - 15)),
    }
    if kind == "3":
        job["kontrak"] = rng.choice("123")
    return {"bekerja": True, "pekerjaan": [job]}


def _housing(_unit_id: UUID, rng: random.Random) -> Answers:
    tenure, water = rng.choice("123"), rng.choice(["kemasan", "isi_ulang", "ledeng", "bor"])
    house: Answers = {
        "status_rumah": tenure,
        "luas_lantai": rng.randint(36, 120),
        "kamar_tidur": rng.randint(1, 4),
        "atap": rng.choice("123"),
        "dinding": rng.choice("123"),
        "lantai": rng.choice("2345"),
        "sumber_air": water,
        "air_mandi": rng.choice("123"),
        "fasilitas_bab": "1",
        "kloset": "1",
        "buang_tinja": "1",
        "penerangan": "1",
        "daya": rng.choice(["450", "900", "1300"]),
        "id_pelanggan": str(rng.randint(10**11, 10**12 - 1)),
        "bahan_bakar": "1",
        "tabung_gas": rng.randint(1, 4),
        "sampah": rng.choice("123"),
        "internet_rumah": rng.random() < 0.3,
        "geotag_rumah": place(rng),
    }
    if tenure == "1":
        house["bukti_milik"] = rng.choice("123")
    if tenure == "2":
        house["nilai_sewa"] = rng.randint(3, 12) * 100_000
    if water != "kemasan":
        house["olah_air"] = True
    if water == "bor":
        house["jarak_tinja"] = rng.choice("12")
    return house


def _possessions(_unit_id: UUID, rng: random.Random) -> Answers:
    has_motorcycle, has_land = rng.random() < 0.7, rng.random() < 0.4
    owned: Answers = {f"punya_{name}": rng.random() < 0.4 for name in _ASSETS}
    owned |= {"punya_motor": has_motorcycle, "punya_mobil": False, "punya_rumah_lain": False}
    owned["punya_lahan"] = has_land
    if has_motorcycle:
        owned["jumlah_motor"] = 1
    if has_land:
        owned["luas_lahan"] = rng.randint(2, 100) * 100
    cattle = {"ternak_sapi": 0, "ternak_kambing": 0, "ternak_babi": 0}
    return owned | cattle | {"ternak_unggas": rng.randint(0, 20)}


def _spending(_unit_id: UUID, rng: random.Random) -> Answers:
    food = {f"pangan_{name}": rng.randint(0, 15) * 10_000 for name in _FOOD}
    food["pangan_padi"] = rng.randint(5, 20) * 10_000
    other = {f"keluar_{name}": rng.randint(0, 20) * 10_000 for name in _SPENDING}
    return food | other | {"pendapatan_lain": rng.randint(0, 5) * 100_000}


def _support(_unit_id: UUID, rng: random.Random) -> Answers:
    received: Answers = {f"terima_{name}": rng.random() < 0.2 for name in _AID}
    hunger: Answers = {f"pangan_{name}": False for name in _HUNGER}
    if received["terima_pkh"] or received["terima_blt"] or received["terima_sembako"]:
        received["nilai_bantuan"] = rng.choice([200_000, 300_000, 600_000])
    return received | hunger


def _business(unit_id: UUID, rng: random.Random) -> Answers:
    if rng.random() < 0.7:
        return {"ada_usaha": False, "pinjaman": False}
    turnover = rng.randint(20, 90) * 100_000
    shop: Answers = {
        "_id": str(uuid5(unit_id, "usaha 0")),
        "nama_usaha": f"Warung {rng.choice(_NAMES)}",
        "kbli_usaha": "47112",
        "tahun_mulai": rng.randint(2005, 2024),
        "pekerja": rng.randint(1, 3),
        "omzet": turnover,
        "biaya": turnover // 2,
        "usaha_daring": False,
        "izin": rng.choice("13"),
    }
    return {"ada_usaha": True, "usaha": [shop], "pinjaman": True, "sumber_pinjaman": ["bank"]}


def place(rng: random.Random) -> Answers:
    """Return an invented position with an accuracy that every form accepts."""
    return {
        "lat": round(0.2 + rng.random() / 10, 6),
        "lon": round(109.0 + rng.random() / 10, 6),
        "accuracy_m": round(rng.uniform(4, 20), 1),
        "at": "2026-01-15T03:00:00Z",
    }
