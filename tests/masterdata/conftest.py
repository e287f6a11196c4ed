"""Files for the loaders: the bundled ones, invented ones, and the office's own where present."""

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from masterdata.services import register_region_code_column, use_checks

BUNDLED = Path(__file__).parent.parent / "fixtures" / "sls"
SHARED = Path(settings.BASE_DIR).parent / "shared" / "data"
HEADER = [
    "ID Desa", "ID Kecamatan", "ID KABUPATEN", "ID PROVINSI", "ID SLS",
    "Provinsi", "Kab/Kot", "Kecamatan", "Desa", "Nama SLS",
]  # fmt: skip
EXTRA = ["Jenis SLS", "Jumlah Keluarga"]


def sls_row(sls_id: str = "6104080001000100", nama: str = "RT 001", **cells: str) -> dict[str, str]:
    """A good row of the region master by header; `cells` override."""
    row = {
        "ID Desa": sls_id[:10],
        "ID Kecamatan": sls_id[:7],
        "ID KABUPATEN": sls_id[:4],
        "ID PROVINSI": sls_id[:2],
        "ID SLS": sls_id,
        "Provinsi": "KALIMANTAN BARAT",
        "Kab/Kot": "KABUPATEN CONTOH",
        "Kecamatan": "KECAMATAN CONTOH",
        "Desa": "DESA CONTOH",
        "Nama SLS": nama,
    }
    return row | cells


@pytest.fixture
def sls_file(tmp_path: Path) -> Callable[..., Path]:
    """`sls_file(rows)` writes a file as an office would and returns its path."""

    def write(
        rows: list[dict[str, str]], name: str = "sls.csv", header: list[str] | None = None
    ) -> Path:
        text = io.StringIO()
        columns = header or [*HEADER, *(extra for extra in EXTRA if extra in (rows or [{}])[0])]
        writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        content = b"\xef\xbb\xbf" + text.getvalue().encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


@pytest.fixture
def bundled() -> Callable[[str], Path]:
    """`bundled("6104")` is the path of a bundled region master."""
    return lambda kabkot: BUNDLED / f"{kabkot}.csv"


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """`shared("sls/master_sls.csv")` is a file of the office; the test skips without it."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"the office's file {name} is not beside this repository")
        return path

    return find


@pytest.fixture
def uses_by_assignments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Region codes of assignments are in use, and those of nothing else."""
    monkeypatch.setattr(use_checks, "_COLUMNS", [])
    register_region_code_column("assignments", "region_code")


@pytest.fixture
def nothing_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """No app has said which regions it uses."""
    monkeypatch.setattr(use_checks, "_COLUMNS", [])


def refusals(report: Any) -> list[tuple[int | None, str | None, str]]:
    """Return (row, column, code) of each refusal."""
    return [(refusal.row, refusal.column, refusal.code) for refusal in report.refused]
