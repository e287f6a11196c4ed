"""Rows per second and peak memory of `load_master_sls` against a raw COPY of the same rows.

    python bench/load_master_sls.py [--rows 1300000] [--rounds 3]

Baseline: one `COPY ... FROM STDIN (FORMAT csv)` of finished rows (all columns, codes and times
made beforehand) into an empty table made with `LIKE master_sls INCLUDING ALL`: same primary key,
unique index and checks. It reads no office file, checks no row and compares nothing.
Ours: the whole command as a process of its own, from start to exit, on the office's CSV: read,
check every row, compare with what is stored, write. Peak memory is VmHWM of that process.
Target: at least 0.5 of the baseline, under 600 MB (issue 2). Runs in the scratch database
cerdas_bench on the configured server (or the embedded one) and drops it afterwards.
"""

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.sls_rows import NATIONAL_ROWS, sls_rows, write_sls_csv  # noqa: E402

DATABASE = "cerdas_bench"
RATIO_TARGET, MEMORY_TARGET_MB = 0.5, 600
_COLUMNS = (
    "prov_id, kabkot_id, kec_id, desa_kel_id, sls_id, provinsi, kabkot, kecamatan, desa_kel,"
    " nama, jenis_sls, jumlah_keluarga, created_at, updated_at"
)
_PIECE_BYTES = 2**20


@dataclass(frozen=True)
class Load:
    """One run of the command."""

    seconds: float
    peak_mb: float
    report: dict[str, int]


def main() -> int:
    """Run the comparison; 0 when both targets are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=NATIONAL_ROWS)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    home, environment = _scratch_database()
    try:
        _manage(environment, "migrate", "--verbosity", "0")
        with tempfile.TemporaryDirectory(prefix="cerdas-bench-") as folder:
            return _compare(Path(folder), environment, options.rows, options.rounds)
    finally:
        with psycopg.connect(home, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _compare(folder: Path, environment: dict[str, str], rows: int, rounds: int) -> int:
    office, finished = folder / "office.csv", folder / "finished.csv"
    frame = sls_rows(rows)
    write_sls_csv(office, frame)
    _write_finished(finished, frame)
    del frame
    print(f"{rows:,} rows, {office.stat().st_size / 1e6:.0f} MB of CSV, {rounds} rounds, medians")
    owner_url = environment["DATABASE_OWNER_URL"]
    copies, loads = [], []
    for _round in range(rounds):
        copies.append(_copy(owner_url, finished))
        _empty(owner_url)
        loads.append(_load(environment, office))
        assert loads[-1].report["added"] == rows
    again = _load(environment, office)
    assert again.report["unchanged"] == rows
    _empty(owner_url)
    packed = folder / "office.csv.gz"
    with office.open("rb") as plain, gzip.open(packed, "wb", compresslevel=1) as zipped:
        shutil.copyfileobj(plain, zipped)
    zipped_load = _load(environment, packed)

    copy_rate = rows / statistics.median(copies)
    load_rate = rows / statistics.median(load.seconds for load in loads)
    peak = max(load.peak_mb for load in (*loads, again, zipped_load))
    ratio = load_rate / copy_rate
    print(f"raw COPY                 {copy_rate:>10,.0f} rows/s")
    print(f"load_master_sls          {load_rate:>10,.0f} rows/s")
    print(f"  the same file again    {rows / again.seconds:>10,.0f} rows/s (nothing changes)")
    print(f"  from .gz               {rows / zipped_load.seconds:>10,.0f} rows/s")
    print(f"ratio to raw COPY        {ratio:>10.2f} (target {RATIO_TARGET})")
    print(f"peak memory              {peak:>10.0f} MB (target {MEMORY_TARGET_MB})")
    return 0 if ratio >= RATIO_TARGET and peak < MEMORY_TARGET_MB else 1


def _scratch_database() -> tuple[str, dict[str, str]]:
    """Create the database; return the owner's home URL and the environment that points into it."""
    app, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if not app or not owner:
        from cerdas.embedded_postgres import database_urls

        urls = database_urls()
        app, owner = urls.app, urls.owner
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    inside = {"DATABASE_URL": app, "DATABASE_OWNER_URL": owner}
    inside = {
        name: urlsplit(url)._replace(path=f"/{DATABASE}").geturl() for name, url in inside.items()
    }
    return owner, os.environ | inside


def _write_finished(path: Path, frame: pl.DataFrame) -> None:
    """Write the rows as the table holds them."""
    codes = ["ID PROVINSI", "ID KABUPATEN", "ID Kecamatan", "ID Desa", "ID SLS"]
    names = ["Provinsi", "Kab/Kot", "Kecamatan", "Desa", "Nama SLS", "Jenis SLS"]
    now = pl.lit("2026-01-01 00:00:00+00")
    households = pl.col("Jumlah Keluarga").replace("", None)
    frame.select(*codes, *names, households, now.alias("created"), now.alias("updated")).write_csv(
        path, include_header=False
    )


def _copy(owner_url: str, finished: Path) -> float:
    """Return the seconds of one raw COPY, commit included."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE sls_copied (LIKE master_sls INCLUDING ALL)")
        started = time.perf_counter()
        with connection.cursor() as cursor, finished.open("rb") as source:
            statement = f"COPY sls_copied ({_COLUMNS}) FROM STDIN (FORMAT csv)"
            with cursor.copy(statement) as copy:  # type: ignore[arg-type]
                while piece := source.read(_PIECE_BYTES):
                    copy.write(piece)
        seconds = time.perf_counter() - started
        connection.execute("DROP TABLE sls_copied")
    return seconds


def _empty(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("TRUNCATE master_sls")


def _load(environment: dict[str, str], path: Path) -> Load:
    """Run the command and watch its memory."""
    words = [sys.executable, str(ROOT / "manage.py"), "load_master_sls", str(path), "--json"]
    started = time.perf_counter()
    peak_kb = 0
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, cwd=ROOT) as process:
        while process.poll() is None:
            peak_kb = max(peak_kb, _peak_kb(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        output = process.stdout.read() if process.stdout else b""
    if process.returncode:
        raise SystemExit(f"load_master_sls ended with {process.returncode}: {output[:500]!r}")
    return Load(seconds, peak_kb / 1024, json.loads(output))


def _peak_kb(pid: int) -> int:
    """Return the high-water mark of resident memory (VmHWM), 0 once the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line), 0)


def _manage(environment: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], env=environment, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
