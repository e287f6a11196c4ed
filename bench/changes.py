"""Reading over HTTP against raw SQL and JSON: `changes`, the empty delta, pages of 100.

    python bench/changes.py [--rounds 7] [--stored 5000 50000]

Units are rt100 households, submitted: 300 answers, 6.5 KB of compact JSON each.

1. A PPL pulls 1,000 units with `changes?limit=1000`. Baseline, in this process and the same
   rounds: psycopg on one connection reads the same 1,000 units with one SELECT over the feed,
   assignments, responses and the names of PPL and PML (29 columns), and makes the same document
   with orjson; answers and prelists are read as text and embedded as they are, which is the
   cheapest way known. Second baseline, as scripts are usually written: jsonb parsed by psycopg,
   written by json.dumps. No HTTP, no sign-in, no scope in either. Target: 0.3 of the first.
2. The empty delta: `changes` with the cursor of the last reply. Target: p50 under 10 ms.
3. Pages of 100 units, admin's list and `changes`, at 5,000 and at 50,000 stored units. Target: ten
   times faster than ODK Central's 125 ms for 100 submissions, and no slower at 50,000. Other work
   on the machine is told from a slower page by `GET /me/` between the pages: "no slower" compares
   pages per `/me/`.

Runs in the scratch database cerdas_bench_changes on the configured server (or the embedded one)
and drops it afterwards.
"""

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._client import Connection, get
from bench._rt100 import with_row_ids, workload
from bench._scratch import scratch_database

DATABASE = "cerdas_bench_changes"
PULLED = 1_000
PAGE = 100
HOUSEHOLDS = 200
RATIO_TARGET, DELTA_TARGET_MS, PAGE_TARGET_MS = 0.3, 10.0, 12.5
NO_SLOWER = 1.15  # what repeated measurements of the same differ by on a busy machine
_COLUMNS = """
    a.id, f.changed_xid::text, a.kegiatan_statistik_id, a.satker_id, a.assignment_label,
    a.level_1_code, a.level_2_code, a.level_3_code, a.level_4_code, a.level_5_code, a.level_6_code,
    a.level_4_code_full, a.level_6_code_full, a.region_code, a.prefilled_data{text},
    a.ppl_id, ppl.name AS ppl_name, a.pml_id, pml.name AS pml_name, r.status, r.version,
    r.form_version_used, r.responses{text}, r.visit_outcome, r.notes, r.attachment_ids{text},
    r.submitted_by_ppl_at, r.reviewed_by_pml_at, r.reviewed_by_admin_at
"""
_BARE = """
    SELECT {columns} FROM assignment_feed f
    JOIN assignments a ON a.id = f.assignment_id
    JOIN assignment_responses r ON r.assignment_id = a.id
    JOIN users ppl ON ppl.id = a.ppl_id JOIN users pml ON pml.id = a.pml_id
    WHERE f.user_id = %s AND f.kegiatan_id = %s AND NOT f.gone
    ORDER BY f.changed_xid, f.assignment_id LIMIT %s
"""
_CURSOR = re.compile(rb'"cursor":(?:"([^"]*)"|null)')
_AS_TEXT = _BARE.format(columns=_COLUMNS.format(text="::text"))
_PARSED = _BARE.format(columns=_COLUMNS.format(text=""))


Pages = dict[str, tuple[float, float]]  # by kind: p50 of a page and of /me/, in ms


class Reader:
    """A phone, or an admin, with a keep-alive connection and a token."""

    def __init__(self, port: int, kegiatan_id: Any, token: str) -> None:
        self._connection = Connection(port)
        self._path = f"/api/v1/kegiatan/{kegiatan_id}/"
        self._token = token

    def read(self, query: str) -> bytes:
        """Return the body of `changes` or `assignments` with a query."""
        return self._connection.send(get(self._path + query, self._token))

    def read_me(self) -> bytes:
        """Return the person, which takes the same however many units are stored."""
        return self._connection.send(get("/api/v1/me/", self._token))


def main() -> int:
    """Run all three; 0 when every target is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--stored", type=int, nargs=2, default=[5_000, 50_000])
    options = parser.parse_args()
    source = workload()
    print(f"workload: {source.source}", flush=True)
    with scratch_database(DATABASE) as environment:
        os.environ.update(environment)
        from bench._server import running_server
        from bench._world import settle, units_make, world_make

        world = world_make(source.form(), enumerators=51)
        answers = [with_row_ids(source.answers(n), n) for n in range(HOUSEHOLDS)]
        with running_server() as port:

            def fill(stored: int) -> None:
                _fill(
                    lambda person: units_make(world, person, PULLED, answers=answers), world, stored
                )
                settle()

            few, many = options.stored
            fill(few)
            good = pull(world, port, environment["DATABASE_OWNER_URL"], options.rounds)
            good &= delta(world, port)
            before = pages(world, port, few)
            fill(many)
            after = pages(world, port, many)
    return 0 if good & no_slower(before, after) else 1


_filled = 0


def _fill(make: Callable[[Any], Any], world: Any, stored: int) -> None:
    """Store up to `stored` units, 1,000 of each enumerator."""
    global _filled
    while _filled < stored:
        make(world.enumerators[_filled // PULLED])
        _filled += PULLED


def pull(world: Any, port: int, owner_url: str, rounds: int) -> bool:
    """Compare a pull of 1,000 units with the two baselines; return whether the target is met."""
    person = world.enumerators[0]
    phone = Reader(port, world.kegiatan_id, person.token)
    kinds: dict[str, Callable[[], bytes]] = {}
    with psycopg.connect(owner_url) as bare:
        keys = [person.id, world.kegiatan_id, PULLED]
        kinds["raw SQL, orjson"] = lambda: _bare_text(bare, keys)
        kinds["raw SQL, json"] = lambda: _bare_parsed(bare, keys)
        kinds["changes"] = lambda: phone.read(f"changes/?limit={PULLED}")
        _check_same(kinds)
        taken: dict[str, list[float]] = {name: [] for name in kinds}
        for _round in range(rounds):
            for name, read in kinds.items():
                taken[name].append(_milliseconds(read))
    size = len(kinds["changes"]()) / 1e6
    print(f"\n{PULLED:,} units, {size:.1f} MB of JSON, {rounds} rounds, medians")
    for name, each in taken.items():
        print(f"  {name:<20}{statistics.median(each):>8.1f} ms")
    ratios = {
        name: statistics.median(b / o for b, o in zip(taken[name], taken["changes"], strict=True))
        for name in list(kinds)[:2]
    }
    for name, ratio in ratios.items():
        print(f"  ratio to {name:<16}{ratio:>6.2f} (target {RATIO_TARGET})")
    return ratios["raw SQL, orjson"] >= RATIO_TARGET


def _bare_text(connection: psycopg.Connection[Any], keys: list[Any]) -> bytes:
    cursor = connection.execute(_AS_TEXT, keys)
    names = [column.name for column in cursor.description or ()]
    texts = ("prefilled_data", "responses", "attachment_ids")
    rows = []
    for row in cursor:
        document = dict(zip(names, row, strict=True))
        for name in texts:
            if document[name] is not None:
                document[name] = orjson.Fragment(document[name])
        rows.append(document)
    connection.commit()
    return orjson.dumps({"assignments": rows})


def _bare_parsed(connection: psycopg.Connection[Any], keys: list[Any]) -> bytes:
    cursor = connection.execute(_PARSED, keys)
    names = [column.name for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    connection.commit()
    return json.dumps({"assignments": rows}, default=str).encode()


def _check_same(kinds: dict[str, Callable[[], bytes]]) -> None:
    """All sides must read the same units with the same answers."""
    read = {name: json.loads(body())["assignments"] for name, body in kinds.items()}
    bare = {unit["id"]: unit["responses"] for unit in read["raw SQL, orjson"]}
    ours = {unit["id"]: unit["response"]["responses"] for unit in read["changes"]}
    if len(ours) != PULLED or ours != bare or len(read["raw SQL, json"]) != PULLED:
        raise SystemExit("the sides read different units")


def delta(world: Any, port: int, requests: int = 300) -> bool:
    """Measure the empty delta; return whether the target is met."""
    phone = Reader(port, world.kegiatan_id, world.enumerators[0].token)
    cursor = json.loads(phone.read(f"changes/?limit={PULLED}"))["cursor"]
    reply = json.loads(phone.read(f"changes/?cursor={cursor}"))
    if reply["assignments"] or reply["removed"] or reply["more"]:
        raise SystemExit("the delta is not empty")
    taken = [
        _milliseconds(lambda: phone.read(f"changes/?cursor={cursor}")) for _n in range(requests)
    ]
    p50, p95 = _percentiles(taken)
    print(f"\nempty delta: p50 {p50:.1f} ms, p95 {p95:.1f} ms (target p50 {DELTA_TARGET_MS:.0f})")
    return p50 < DELTA_TARGET_MS


def pages(world: Any, port: int, stored: int) -> Pages:
    """Measure pages of 100 through what one person sees; return p50 and p50 of `/me/` by kind."""
    kinds = {
        "the office's list": (world.admin.token, f"assignments/?limit={PAGE}", "results"),
        "changes": (world.enumerators[0].token, f"changes/?limit={PAGE}", "assignments"),
    }
    found = {}
    print(f"\npages of {PAGE}, {stored:,} stored (target p50 {PAGE_TARGET_MS} ms)")
    for name, (token, query, key) in kinds.items():
        taken, idle = _page_times(Reader(port, world.kegiatan_id, token), query, key)
        (p50, p95), (me, _p95) = _percentiles(taken), _percentiles(idle)
        found[name] = (p50, me)
        print(f"  {name:<18} p50 {p50:>6.1f} ms, p95 {p95:>6.1f} ms; /me/ p50 {me:>5.1f} ms")
    return found


def _page_times(
    reader: Reader, query: str, key: str, wanted: int = 100
) -> tuple[list[float], list[float]]:
    """Follow the cursor, from the beginning again when it ends; `/me/` between the pages."""
    taken: list[float] = []
    idle: list[float] = []
    bodies: list[bytes] = []
    cursor = ""
    for n in range(wanted + 10):
        started = time.perf_counter()
        body = reader.read(query + (f"&cursor={cursor}" if cursor else ""))
        milliseconds = 1_000 * (time.perf_counter() - started)
        bodies.append(body)
        cursor = _next_cursor(body)
        if n >= 10:  # every thread of the server has planned its statements by then
            taken.append(milliseconds)
            idle.append(_milliseconds(reader.read_me))
    for body in bodies:
        if len(json.loads(body)[key]) != PAGE:
            raise SystemExit("a page is not whole")
    return taken, idle


def _next_cursor(body: bytes) -> str:
    """Return the cursor of the next page, "" after the last.

    Found in the text: reading whole pages in between would let the server's processors fall asleep.
    """
    found = _CURSOR.search(body)
    if found is None:
        raise SystemExit(f"a page without cursor: {body[-300:]!r}")
    has_more = b'"more":false' not in body[-300:] + body[:300]
    return found[1].decode() if found[1] and has_more else ""


def no_slower(before: Pages, after: Pages) -> bool:
    """Return whether pages meet the target and do not slow down with ten times the rows."""
    good = True
    for name in before:
        (few, few_me), (many, many_me) = before[name], after[name]
        ratio = (many / many_me) / (few / few_me)
        good &= max(few, many) <= PAGE_TARGET_MS and ratio <= NO_SLOWER
        print(f"{name}: with ten times the rows {ratio:.2f} times the time")
    return good


def _milliseconds(read: Callable[[], bytes]) -> float:
    started = time.perf_counter()
    read()
    return 1_000 * (time.perf_counter() - started)


def _percentiles(taken: list[float]) -> tuple[float, float]:
    ordered = sorted(taken)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]


if __name__ == "__main__":
    sys.exit(main())
