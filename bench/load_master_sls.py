"""Rows per second and peak memory of `load_master_sls` against a raw COPY of the same rows.

    python bench/load_master_sls.py [--rows 1300000] [--rounds 3] [--through-job]

Baseline: one `COPY ... FROM STDIN (FORMAT csv)` of finished rows (all columns, codes and times
made beforehand) into an empty table made with `LIKE master_sls INCLUDING ALL`: same primary key,
unique index and checks. It reads no office file, checks no row and compares nothing.
Ours: the whole command as a process of its own, from start to exit, on the office's CSV: read,
check every row, compare with what is stored, write. Peak memory is VmHWM of that process.
Target: at least 0.5 of the baseline, under 600 MB (issue 2).
--through-job: instead, what the page starts: a dry-run job and a load job of the same file, carried
out by `manage.py worker` as a process of its own; target: under 600 MB (issue 3).
Runs in a scratch database on the configured server (or the embedded one) and drops it afterwards.
"""

import argparse
import gzip
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._scratch import manage, scratch_database  # noqa: E402
from bench.sls_rows import NATIONAL_ROWS, sls_rows, write_sls_csv  # noqa: E402

DATABASE = "cerdas_bench_sls"
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
    parser.add_argument("--through-job", action="store_true")
    options = parser.parse_args()
    with (
        scratch_database(DATABASE) as environment,
        tempfile.TemporaryDirectory(prefix="cerdas-bench-") as folder,
    ):
        if options.through_job:
            return _through_jobs(Path(folder), environment, options.rows)
        return _compare(Path(folder), environment, options.rows, options.rounds)


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


# Run in the bench's environment: a super_admin starts a job of a kind with a file.
_START_JOB = """
from django.contrib.auth import get_user_model
from cerdas.jobs.services import job_start
from cerdas.tenancy import super_scope
with super_scope(), open({path!r}, "rb") as content:
    people = get_user_model().objects
    actor = people.filter(is_superuser=True).first() or people.create(
        email="bench@example.org", name="Bench", is_superuser=True)
    job_start(actor=actor, satker=None, kind={kind!r}, title="bench", arguments={{}},
              file=content, file_name="office.csv")
"""
_TELL_JOB = """
import json
from cerdas.models import Job
from cerdas.tenancy import super_scope
with super_scope():
    job = Job.objects.order_by("-created_at").first()
    print(json.dumps([job.state, job.message, job.report]))
"""

# As autovacuum does soon after a load: the tree counts with index-only scans.
_VACUUM = """
from django.db import connections
connections["owner"].cursor().execute("VACUUM ANALYZE master_sls")
"""
_TIME_PAGES = """
import time
from masterdata.browsing import areas_below, areas_named, sls_below
for title, read in {
    "country with counts": lambda: areas_below(""),
    "country again": lambda: areas_below(""),
    "province with counts": lambda: areas_below("35"),
    "kecamatan with counts": lambda: areas_below(areas_below(areas_below("35")[0].code)[0].code),
    "SLS by code": lambda: sls_below("3501"),
    "areas by name, country": lambda: areas_named("kecamatan 4000"),
    "areas by name, province": lambda: areas_named("sukamaju 4000", inside="35"),
    "SLS by name, province": lambda: sls_below("35", name="no such name"),
}.items():
    started = time.perf_counter()
    read()
    print(f"  {title:<24} {(time.perf_counter() - started) * 1000:>6.0f} ms")
"""


def _through_jobs(folder: Path, environment: dict[str, str], rows: int) -> int:
    office = folder / "office.csv"
    write_sls_csv(office, sls_rows(rows))
    environment = environment | {"MEDIA_ROOT": str(folder / "media")}
    manage(environment, "createcachetable", "--database", "owner", "--verbosity", "0")
    worst = 0.0
    for kind, title in (("masterdata.sls_check", "dry run"), ("masterdata.sls_load", "load")):
        _shell(environment, _START_JOB.format(path=str(office), kind=kind))
        worker = [sys.executable, "manage.py", "worker", "--until-empty"]
        seconds, peak_mb, _output = _watched(worker, environment)
        state, message, report = json.loads(_shell(environment, _TELL_JOB).splitlines()[-1])
        if state != "done" or report["added"] != rows:
            raise SystemExit(f"{kind} ended as {state}: {message}")
        print(f"{title:<10} {seconds:>6.1f} s, {rows / seconds:>9,.0f} rows/s, {peak_mb:>4.0f} MB")
        worst = max(worst, peak_mb)
    _shell(environment, _VACUUM)
    print(_shell(environment, _TIME_PAGES), end="")
    print(f"peak memory of the worker {worst:.0f} MB (target {MEMORY_TARGET_MB})")
    return 0 if worst < MEMORY_TARGET_MB else 1


def _shell(environment: dict[str, str], code: str) -> str:
    words = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code]
    done = subprocess.run(
        words, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


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
    words = [sys.executable, "manage.py", "load_master_sls", str(path), "--json"]
    seconds, peak_mb, output = _watched(words, environment)
    return Load(seconds, peak_mb, json.loads(output))


def _watched(words: list[str], environment: dict[str, str]) -> tuple[float, float, bytes]:
    """Run a process; return seconds, peak memory in MB and what it printed."""
    started = time.perf_counter()
    peak_kb = 0
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, cwd=ROOT) as process:
        while process.poll() is None:
            peak_kb = max(peak_kb, _peak_kb(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        output = process.stdout.read() if process.stdout else b""
    if process.returncode:
        raise SystemExit(f"{words} ended with {process.returncode}: {output[:500]!r}")
    return seconds, peak_kb / 1024, output


def _peak_kb(pid: int) -> int:
    """Return the high-water mark of resident memory (VmHWM), 0 once the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line), 0)


if __name__ == "__main__":
    sys.exit(main())
