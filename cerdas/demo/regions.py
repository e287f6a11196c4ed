"""Places of the demo: real kecamatan and desa, invented SLS below them."""

import csv
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assignments.coverage import Levels, split_region_code
from masterdata.services import master_sls_load

REGIONS = Path(__file__).parent / "data" / "regions.csv"
SLS_PER_DESA = 3
_HEADER = (
    "ID Desa", "ID Kecamatan", "ID KABUPATEN", "ID PROVINSI", "ID SLS",
    "Provinsi", "Kab/Kot", "Kecamatan", "Desa", "Nama SLS",
)  # fmt: skip


@dataclass(frozen=True)
class DemoRegion:
    """One SLS. levels: its code in parts; name: SLS and desa."""

    levels: Levels
    name: str


def _rows(kabupaten: str | None = None) -> list[dict[str, str]]:
    with REGIONS.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if kabupaten in (None, row["kabkot_id"])]


@cache
def demo_regions(kabupaten: str) -> tuple[DemoRegion, ...]:
    """Return the SLS of one kabupaten."""
    return tuple(
        DemoRegion(
            split_region_code(f"{row['desa_kel_id']}{n:04d}"),
            f"{_sls_name(n)}, {row['desa_kel'].title()}",
        )
        for row in _rows(kabupaten)
        for n in range(1, SLS_PER_DESA + 1)
    )


def _sls_name(number: int) -> str:
    return f"RT {number:03d} RW 001"


def region_master_load(kabupatens: Iterable[str]) -> None:
    """Load the demo's places as an office loads its file; what is there stays."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for kabupaten in kabupatens:
            for row in _rows(kabupaten):
                for number in range(1, SLS_PER_DESA + 1):
                    writer.writerow(_line(row, number))
        file.flush()
        master_sls_load(paths=[Path(file.name)])


def _line(row: dict[str, str], number: int) -> list[str]:
    return [
        row["desa_kel_id"], row["kec_id"], row["kabkot_id"], row["prov_id"],
        f"{row['desa_kel_id']}{number:04d}00",
        row["provinsi"], row["kabkot"], row["kecamatan"], row["desa_kel"], _sls_name(number),
    ]  # fmt: skip
