"""The office's pages and bulk actions with 100,000 units of one activity.

    python bench/admin.py [--units 100000] [--many 10000] [--rounds 7]

Units are rt100 households: of each ten, four Assigned without answers, two Submitted by PPL and
four Approved by PML with 300 answers of 6.5 KB that passed their check; of 50 enumerators under
one supervisor.

1. Pages through Django's test client, in this process, as admin_kegiatan: the list (first page,
   by status, by region, a search that finds few units and one that finds none, the last page that
   can be reached), the page that asks before many are approved, and a unit with its answers. With
   each the number of queries. Baseline in the same rounds: psycopg reads the same 50 units (or
   counts, or the unit, its answers and history) with one SELECT and makes nothing of them.
   Targets: queries as written in PAGES; p50 under 1 s.
2. Bulk actions on 10,000 units: final approval and reassigning, as jobs that the real worker takes
   from the queue, with its own threads and connections; seconds from start to end of the job.
   Baseline, in the same run on 10,000 other units: the same rows written by bare SQL in one
   transaction, with the same triggers: no rights, locks, rules, progress. Target: the approval
   under 20 s.

Runs in the scratch database cerdas_bench_admin on the configured server (or the embedded one) and
drops it afterwards.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._rt100 import with_row_ids, workload
from bench._scratch import manage, scratch_database

DATABASE = "cerdas_bench_admin"
CODE = "6104"
BASE = f"/satker/{CODE}/admin/assignments/assignment/"
HOUSEHOLDS = 200
ENUMERATORS = 50
PAGE_ROWS = 50
PAGE_TARGET_MS, APPROVE_TARGET_SECONDS = 1_000.0, 20.0
NEW, SENT, CHECKED = "Assigned", "Submitted by PPL", "Approved by PML"
_SHARES = {NEW: 4, SENT: 2, CHECKED: 4}  # of ten
# name: (query, most queries, condition of the baseline, does it find units)
PAGES: dict[str, tuple[str, int, str, bool]] = {
    "first page": ("", 14, "true", True),
    "by status": ("?status=Approved+by+PML", 14, "r.status = 'Approved by PML'", True),
    "by region": ("?region=61040800010007", 14, "a.region_code >= '61040800010007'"
                  " AND a.region_code < '61040800010007:'", True),
    "search, few": ("?q=Keluarga+77", 14, "a.assignment_label ILIKE '%%77%%'", True),
    "search, none": ("?q=tidakada", 14, "a.assignment_label ILIKE '%%tidakada%%'", False),
    "last page": ("?p=200", 14, "true", True),
}  # fmt: skip
_LIST = """
    SELECT a.*, r.status, r.version, r.visit_outcome, r.updated_at, ppl.name, pml.name
    FROM assignments a JOIN assignment_responses r ON r.assignment_id = a.id
    JOIN users ppl ON ppl.id = a.ppl_id JOIN users pml ON pml.id = a.pml_id
    WHERE a.satker_id = %(satker)s AND a.kegiatan_statistik_id = %(kegiatan)s
      AND a.cancelled_at IS NULL AND {condition}
    ORDER BY a.kegiatan_statistik_id DESC, a.id DESC LIMIT {rows} OFFSET {offset}
"""
_COUNTS = """
    SELECT r.status, a.cancelled_at IS NULL, count(*)
    FROM assignments a JOIN assignment_responses r ON r.assignment_id = a.id
    WHERE a.satker_id = %(satker)s AND a.kegiatan_statistik_id = %(kegiatan)s
      AND r.status = 'Approved by PML' GROUP BY 1, 2
"""
_UNIT = """
    SELECT a.*, r.*, (SELECT json_agg(h) FROM response_histories h
                      WHERE h.assignment_response_id = a.id)
    FROM assignments a JOIN assignment_responses r ON r.assignment_id = a.id WHERE a.id = %s
"""
_BARE = {
    "approve": (
        "UPDATE assignment_responses SET status = 'Approved by Admin', version = version + 1,"
        " reviewed_by_admin_at = now(), updated_at = now() WHERE assignment_id = ANY (%(ids)s)",
        "INSERT INTO response_histories (assignment_response_id, satker_id, user_id, from_status,"
        " to_status, version, created_at) SELECT assignment_id, satker_id, %(actor)s,"
        " 'Approved by PML', status, version, now() FROM assignment_responses"
        " WHERE assignment_id = ANY (%(ids)s)",
    ),
    "reassign": (
        "UPDATE assignments SET ppl_id = %(ppl)s, updated_at = now() WHERE id = ANY (%(ids)s)",
        "INSERT INTO response_histories (assignment_response_id, satker_id, user_id, from_status,"
        " to_status, notes, version, created_at) SELECT assignment_id, satker_id, %(actor)s,"
        " status, status, 'PPL: lama → baru', version, now() FROM assignment_responses"
        " WHERE assignment_id = ANY (%(ids)s)",
    ),
}


def main() -> int:
    """Measure pages and bulk actions; 0 when every target is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    source = workload()
    print(f"workload: {source.source}", flush=True)
    with scratch_database(DATABASE) as environment:
        os.environ.update(environment)
        manage(environment, "createcachetable", "--database", "owner", "--verbosity", "0")
        from bench._world import settle, world_make

        world = world_make(source.form(), enumerators=ENUMERATORS + 2)
        answers = [with_row_ids(source.answers(n), n) for n in range(HOUSEHOLDS)]
        units = _fill(world, options.units, answers)
        settle()
        print(f"{options.units:,} units, list of {PAGE_ROWS}, {options.rounds} rounds, medians")
        good = pages(world, units[CHECKED][0], environment["DATABASE_OWNER_URL"], options.rounds)
        good &= bulk(world, units, environment["DATABASE_OWNER_URL"], options.many)
    return 0 if good else 1


def _fill(world: Any, count: int, answers: list[dict[str, Any]]) -> dict[str, list[UUID]]:
    """Store the units, mixed as a field period leaves them; return ids by status."""
    from bench._world import units_make

    made: dict[str, list[UUID]] = {status: [] for status in _SHARES}
    for person in world.enumerators[:ENUMERATORS]:
        for status, share in _SHARES.items():
            each = count * share // 10 // ENUMERATORS
            ids = units_make(world, person, each, answers=None if status == NEW else answers)
            made[status] += ids
    _let_pass(world, made[CHECKED])
    return made


def _let_pass(world: Any, ids: list[UUID]) -> None:
    """Let units be approved by the PML, and their answers have passed the check."""
    from django.db import connection

    from cerdas.tenancy import tenant_scope

    with tenant_scope(world.satker_id), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assignment_responses SET status = %s, version = 3,"
            " reviewed_by_pml_at = now() WHERE assignment_id = ANY (%s)",
            [CHECKED, ids],
        )
        cursor.execute(
            "INSERT INTO response_checks (assignment_id, satker_id, version, engine, state, errors,"
            " warnings, created_at, updated_at) SELECT assignment_id, satker_id, version, 'bench',"
            " 'passed', '[]', '[]', now(), now() FROM assignment_responses"
            " WHERE assignment_id = ANY (%s)",
            [ids],
        )


def _browser(world: Any) -> Any:
    """Return a browser with a session of admin_kegiatan."""
    from django.conf import settings
    from django.test import Client

    from satker.models import User

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    admin = User.objects.get(pk=world.admin.id)
    client.force_login(admin, backend="satker.auth_backends.PasswordBackend")
    return client


def pages(world: Any, unit: UUID, owner_url: str, rounds: int) -> bool:
    """Measure the pages; return whether the targets are met."""
    client = _browser(world)
    keys = {"satker": world.satker_id, "kegiatan": world.kegiatan_id}
    good = True
    print(f"  {'page':<16}{'queries':>8}{'ms':>9}{'raw SQL ms':>12}{'ratio':>8}")
    with psycopg.connect(owner_url, autocommit=True) as bare:
        for name, (query, most, condition, finds) in PAGES.items():
            offset = 199 * PAGE_ROWS if name == "last page" else 0
            sql: Any = _LIST.format(condition=condition, rows=PAGE_ROWS, offset=offset)
            page = _Page(client, BASE + query, lambda sql=sql: bare.execute(sql, keys).fetchall())
            good &= page.measured(name, rounds, most=most, rows=PAGE_ROWS if finds else 0)
        address = f"{BASE}bulk/approve/?status=Approved+by+PML"
        page = _Page(client, address, lambda: bare.execute(_COUNTS, keys).fetchall())
        good &= page.measured("asking", rounds, most=14, rows=None)
        address = f"{BASE}{unit}/change/"
        page = _Page(client, address, lambda: bare.execute(_UNIT, [unit]).fetchall())
        good &= page.measured("one unit", rounds, most=20, rows=None)
    return good


class _Page:
    """A page and the bare reading of what it shows."""

    def __init__(self, client: Any, address: str, bare: Callable[[], Any]) -> None:
        self._client = client
        self._address = address
        self._bare = bare

    def measured(self, name: str, rounds: int, *, most: int, rows: int | None) -> bool:
        """Print queries and medians; return whether the targets are met."""
        from django.db import connections
        from django.test.utils import CaptureQueriesContext

        body = self._read()
        shown = body.count(b"_selected_action") - body.count(b"action-select-all")
        if rows is not None and (shown > 0) != (rows > 0):
            raise SystemExit(f"{name}: {shown} rows where {rows} should be")
        with (
            CaptureQueriesContext(connections["default"]) as first,
            CaptureQueriesContext(connections["direct"]) as second,
        ):
            self._read()
        queries = len(first) + len(second)
        ours, theirs = [], []
        for _round in range(rounds):
            ours.append(_milliseconds(self._read))
            theirs.append(_milliseconds(self._bare))
        page, raw = statistics.median(ours), statistics.median(theirs)
        print(f"  {name:<16}{queries:>8}{page:>9.0f}{raw:>12.1f}{raw / page:>8.2f}", flush=True)
        return queries <= most and page <= PAGE_TARGET_MS

    def _read(self) -> bytes:
        answer = self._client.get(self._address)
        if answer.status_code != 200:
            raise SystemExit(f"{self._address}: {answer.status_code}")
        body: bytes = answer.content
        return body


def bulk(world: Any, units: dict[str, list[UUID]], owner_url: str, many: int) -> bool:
    """Measure the bulk actions and their baselines; return whether the target is met."""
    ours, theirs = units[CHECKED][:many], units[CHECKED][many : 2 * many]
    fresh, others = units[NEW][:many], units[NEW][many : 2 * many]
    newcomers = [person.id for person in world.enumerators[ENUMERATORS:]]
    print(f"\nbulk actions on {many:,} units")
    print(f"  {'action':<12}{'seconds':>9}{'queries':>9}{'raw SQL s':>11}{'ratio':>8}")
    approved = _compared(world, owner_url, "approve", ours, theirs, {"reason": ""})
    wish = {"ppl": str(newcomers[0]), "pml": "", "reason": "Sakit"}
    _compared(world, owner_url, "reassign", fresh, others, wish, ppl=newcomers[1])
    return approved <= APPROVE_TARGET_SECONDS


def _compared(
    world: Any, owner_url: str, action: str, ours: list[UUID], theirs: list[UUID],
    wish: dict[str, str], **parameters: Any,
) -> float:  # fmt: skip
    """Run an action as job, and its rows as bare SQL; print both; return the job's seconds."""
    with psycopg.connect(owner_url) as bare:
        started = time.perf_counter()
        for statement in _BARE[action]:
            values = {"ids": theirs, "actor": world.admin.id, **parameters}
            bare.execute(statement, values)  # type: ignore[call-overload]
        bare.commit()
        raw = time.perf_counter() - started
    with _queries_counted() as counted:
        seconds = _job(world, action, ours, wish)
    print(
        f"  {action:<12}{seconds:>9.1f}{counted[0]:>9}{raw:>11.1f}{raw / seconds:>8.2f}", flush=True
    )
    return seconds


def _job(world: Any, action: str, ids: list[UUID], wish: dict[str, str]) -> float:
    """Put the job in the queue, let the worker do it; return its seconds."""
    from django.utils import timezone

    from cerdas.jobs.services import job_start
    from cerdas.jobs.worker import WorkerOptions, worker_run
    from cerdas.models import Job
    from cerdas.tenancy import tenant_scope
    from satker.models import Satker, User

    with tenant_scope(world.satker_id):
        job = job_start(
            actor=User.objects.get(pk=world.admin.id),
            satker=Satker.objects.get(pk=world.satker_id),
            kind="assignments.bulk",
            title=action,
            arguments={
                "kegiatan": str(world.kegiatan_id),
                "filter": {"ids": [str(unit) for unit in ids]},
                "action": action,
                "as_of": timezone.now().isoformat(),
                **wish,
            },
        )
    worker_run(WorkerOptions(until_empty=True))
    with tenant_scope(world.satker_id):
        ended = Job.objects.get(pk=job.pk)
    if ended.state != "done" or ended.report["done"] != len(ids):
        raise SystemExit(f"{action}: {ended.state} {ended.message} {ended.report}")
    seconds: float = (ended.finished_at - ended.started_at).total_seconds()
    return seconds


@contextmanager
def _queries_counted() -> Iterator[list[int]]:
    """Count the statements of every connection that opens inside, whichever thread has it."""
    from django.db.backends.signals import connection_created

    counted = [0]

    def wrapper(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        counted[0] += 1
        return execute(sql, params, many, context)

    def opened(connection: Any, **_given: Any) -> None:
        connection.execute_wrappers.append(wrapper)

    connection_created.connect(opened, weak=False)
    try:
        yield counted
    finally:
        connection_created.disconnect(opened)


def _milliseconds(read: Callable[[], Any]) -> float:
    started = time.perf_counter()
    read()
    return 1_000 * (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
