"""Verdicts on answers that have arrived: one check worker, its memory, and submits beside it.

    python bench/checks.py [--checks 2000] [--submits 800]

Household interviews of the demo (a form of about 160 questions, one to eight members) lie in the
queue as phones would leave them. One worker judges them all, with its V8 in a child: verdicts per
second, and the memory of worker and child every tenth of the way. Then submits of rt100 over HTTP,
4 clients, one per request, without and with a check worker beside them, which has the machine's 2
cores to share with server, PostgreSQL and clients. Targets: the memory of the child after all
checks at most 1.25 times that after a fifth of them; every verdict is `passed`. Runs in the scratch
database cerdas_bench_checks and drops it afterwards.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._rt100 import workload
from bench._scratch import ROOT, scratch_database
from bench._submitting import Job, Place, Run, run_phones

DATABASE = "cerdas_bench_checks"
INTERVIEWS = 200
CLIENTS = 4
DATA = ROOT / "cerdas" / "demo" / "data"
FLAT = 1.25
MIB = 2**20


def main() -> int:
    """Measure; 0 when the targets are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checks", type=int, default=2_000)
    parser.add_argument("--submits", type=int, default=800)
    options = parser.parse_args()
    outside = dict(os.environ)
    with scratch_database(DATABASE) as environment:
        os.environ.update(environment)
        good = check_many(options.checks)
    os.environ.clear()
    os.environ.update(outside)  # the second database is made from the outside too
    with scratch_database(DATABASE) as environment:
        submit_beside(environment, options.submits)
    return 0 if good else 1


def check_many(count: int) -> bool:
    """Judge households, one worker; return whether memory stayed flat and all passed."""
    import bench._world  # noqa: F401 - first: it sets Django up
    from assignments.checking.queue import queue_length
    from assignments.checking.worker import CheckWorker
    from assignments.models import ResponseCheck
    from bench._world import settle, units_make, world_make
    from cerdas.tenancy import tenant_scope
    from masterdata.services import masterdata_load

    masterdata_load(kind="KBLI", version=2020, path=DATA / "lapangan_usaha.csv", activate=True)
    form, answers = _households()
    world = world_make(form, enumerators=1)
    units_make(world, world.enumerators[0], count, answers=answers)
    settle()
    worker = CheckWorker()
    memory: list[float] = []
    done, began = 0, time.perf_counter()
    try:
        while queue_length():
            done += worker.round().kept
            if done * 10 // count > len(memory):
                memory.append(worker.process.rss_bytes() / MIB)
                rate = done / (time.perf_counter() - began)
                print(
                    f"{done:>6} checks  {rate:>6.1f}/s  child {memory[-1]:>5.0f} MiB"
                    f"  worker {_own_memory() / MIB:>5.0f} MiB",
                    flush=True,
                )
    finally:
        worker.close()
    with tenant_scope(world.satker_id):
        passed = ResponseCheck.objects.filter(state="passed").count()
    growth = memory[-1] / memory[1] if len(memory) > 2 else 1.0
    print(
        f"{passed} of {count} passed; memory of the child grew {growth:.2f} times (at most {FLAT})"
    )
    return passed == count and growth <= FLAT


def _households() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    import json
    from uuid import UUID, uuid5

    from django.utils import timezone

    from cerdas.demo.household import household_interview

    form = json.loads((DATA / "household.json").read_text())
    known = {"nama_krt": "Agus Setiawan", "alamat": "Sungai Bakau", "nomor_urut_bangunan": 3}
    ids = [uuid5(UUID(int=1), str(number)) for number in range(INTERVIEWS)]
    return form, [household_interview(key, known, "x", timezone.localdate()) for key in ids]


def _own_memory() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def submit_beside(environment: dict[str, str], submits: int) -> None:
    """Submit without a check worker, then with one that has work all the time."""
    os.environ.update(environment)
    from django.db import connections

    connections.close_all()
    from bench._server import running_server
    from bench._world import settle, world_make

    world = world_make(workload().form(), enumerators=CLIENTS)
    with running_server() as port:
        place = Place(port, environment["DATABASE_URL"], world.satker_id, world.kegiatan_id)
        run_phones(place, _jobs(world, 80))
        settle()
        _say("without checks", run_phones(place, _jobs(world, submits)))
        with _check_worker():
            time.sleep(3)
            _say("with one check worker", run_phones(place, _jobs(world, submits)))


def _jobs(world: Any, submits: int) -> list[Job]:
    from bench._world import units_make

    return [
        Job(person.id, person.token, tuple(units_make(world, person, submits // CLIENTS)), 1)
        for person in world.enumerators
    ]


@contextmanager
def _check_worker() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "manage.py", "check_worker"], cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _say(words: str, run: Run) -> None:
    print(
        f"{words}: {run.rate:,.0f} submits/s, p50 {run.percentile(0.5) * 1000:.1f} ms,"
        f" p95 {run.percentile(0.95) * 1000:.1f} ms",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
