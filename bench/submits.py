"""Submits per second over HTTP against a bare psycopg script that commits the same rows.

    python bench/submits.py [--rounds 3] [--clients 1 4 16] [--scale 1.0]

Workload rt100: 300 answers, 6.5 KB as compact JSON, shape checked; replies hold the current row.
Ours: granian with 2 workers as the demo starts it, phones over keep-alive connections, one and 50
submits per request. Baseline: psycopg connections, as many as there are clients, each with one
transaction per submit: UPDATE of the response with the same answers as jsonb, INSERT of the history
row, UPDATE of the label, INSERT of the applied operation, feed stamps through the same triggers. It
reads nothing, checks nothing, knows no sign-in and takes no lock first.
Clients, server and PostgreSQL share the machine; rounds are interleaved; medians are printed, and
ratios are medians of the ratios within a round. Afterwards every submit is looked up in the
database. Targets (issue 2): 0.25 of the baseline with one per request, 0.5 with 50; at least twice
ODK Central's 75/s at 1 client and 184/s at 16. Runs in the scratch database cerdas_bench_submits
on the configured server (or the embedded one) and drops it afterwards.
"""

import argparse
import os
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._rt100 import Workload, with_row_ids, workload
from bench._scratch import scratch_database
from bench._submitting import Job, Place, Run, household_of, run_bare, run_phones

DATABASE = "cerdas_bench_submits"
SUBMITS = {1: 400, 4: 1_200, 16: 3_200}  # in each measured run, by clients
BATCH = 50
RATIO_TARGETS = {1: 0.25, BATCH: 0.5}
ODK_CENTRAL = {1: 75, 16: 184}  # submits per second, one per request, no answer checked
BARE = 0  # key of the baseline beside the submits per request


@dataclass
class Figures:
    """Runs of one number of clients: {submits per request, or BARE: runs}."""

    runs: dict[int, list[Run]] = field(default_factory=lambda: {BARE: [], 1: [], BATCH: []})

    def rate(self, kind: int) -> float:
        """Return the median rate."""
        return statistics.median(run.rate for run in self.runs[kind])

    def ratio(self, kind: int) -> float:
        """Return the median of the ratios to the baseline of the same round."""
        pairs = zip(self.runs[kind], self.runs[BARE], strict=True)
        return statistics.median(ours.rate / bare.rate for ours, bare in pairs)

    def milliseconds(self, kind: int, share: float) -> float:
        """Return the median over the rounds of a percentile of the latency."""
        return 1_000 * statistics.median(run.percentile(share) for run in self.runs[kind])


def main() -> int:
    """Run the comparison; 0 when every target is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=list(SUBMITS))
    parser.add_argument("--scale", type=float, default=1.0, help="submits per run, times this")
    options = parser.parse_args()
    source = workload()
    print(f"workload: {source.source}", flush=True)
    with scratch_database(DATABASE) as environment:
        os.environ.update(environment)
        from bench._server import running_server
        from bench._world import settle, world_make

        world = world_make(source.form(), enumerators=max(options.clients))
        with running_server() as port:
            place = Place(port, environment["DATABASE_URL"], world.satker_id, world.kegiatan_id)
            bench = Bench(place, world, options.scale)
            bench.warm_up()
            settle()
            figures = bench.measure(options.clients, options.rounds)
        check_stored(source, place, bench.sent)
    return report(figures)


class Bench:
    """Makes units, lets clients submit them, and remembers what was sent."""

    def __init__(self, place: Place, world: Any, scale: float) -> None:
        self.place = place
        self.world = world
        self.scale = scale
        self.sent: list[UUID] = []

    def jobs(self, clients: int, submits: int, per_request: int) -> list[Job]:
        """Return one job per client, on new units."""
        from bench._world import units_make

        jobs = []
        for person in self.world.enumerators[:clients]:
            units = units_make(self.world, person, max(submits // clients, per_request))
            jobs.append(Job(person.id, person.token, tuple(units), per_request))
            self.sent.extend(units)
        return jobs

    def warm_up(self) -> None:
        """Let every thread of the server open its connections and compile the form."""
        clients = len(self.world.enumerators)
        run_phones(self.place, self.jobs(clients, 20 * clients, 1))

    def measure(self, clients: list[int], rounds: int) -> dict[int, Figures]:
        """Measure, one kind after the other, round by round."""
        figures = {n: Figures() for n in clients}
        for number in range(1, rounds + 1):
            for n in clients:
                submits = int(SUBMITS.get(n, 200 * n) * self.scale)
                runs = figures[n].runs
                runs[BARE].append(run_bare(self.place, self.jobs(n, submits, 1)))
                runs[1].append(run_phones(self.place, self.jobs(n, submits, 1)))
                runs[BATCH].append(run_phones(self.place, self.jobs(n, submits, BATCH)))
                rates = ", ".join(f"{runs[kind][-1].rate:,.0f}/s" for kind in (BARE, 1, BATCH))
                print(f"round {number}, {n} clients: {rates}", flush=True)
        return figures


def check_stored(source: Workload, place: Place, units: list[UUID]) -> None:
    """Look every submit up: status, version, one history row, one operation, the very answers."""
    from django.db import connection

    from assignments.models import AssignmentResponse
    from cerdas.tenancy import tenant_scope

    expected = len(units)
    submitted = "status = 'Submitted by PPL' AND version = 2"
    with tenant_scope(place.satker_id), connection.cursor() as cursor:
        for question in (
            f"SELECT count(*) FROM assignment_responses WHERE {submitted}",
            "SELECT count(DISTINCT assignment_response_id) FROM response_histories"
            " WHERE to_status = 'Submitted by PPL' AND version = 2",
            "SELECT count(*) FROM response_histories",
            "SELECT count(DISTINCT assignment_id) FROM applied_operations"
            " WHERE outcome = 'applied' AND version = 2",
            "SELECT count(*) FROM applied_operations",
        ):
            cursor.execute(question)
            found = cursor.fetchone()[0]
            if found != expected:
                raise SystemExit(f"{found} instead of {expected}: {question}")
        stored = AssignmentResponse.objects.values_list("pk", "responses").iterator(500)
        for unit, answers in stored:
            household = household_of(unit)
            if answers != with_row_ids(source.answers(household), household):
                raise SystemExit(f"other answers than were sent: {unit}")
    print(f"every one of {expected:,} submits is stored once, with its answers")


def report(figures: dict[int, Figures]) -> int:
    """Print the medians; return 0 when every target is met."""
    print("\nclients  per request   submits/s   ratio  target    p50 ms    p95 ms")
    good = True
    for clients, found in figures.items():
        print(f"{clients:>7}  bare psycopg  {found.rate(BARE):>9,.0f}{_latency(found, BARE):>35}")
        for kind, target in RATIO_TARGETS.items():
            ratio = found.ratio(kind)
            good &= ratio >= target
            words = f"{found.rate(kind):>9,.0f}   {ratio:>5.2f}  {target:>6.2f}"
            print(f"{clients:>7}  {kind:>12}  {words}{_latency(found, kind):>18}")
    for clients, theirs in ODK_CENTRAL.items():
        if clients in figures:
            times = figures[clients].rate(1) / theirs
            good &= times >= 2
            print(f"{clients} clients: {times:.1f} times ODK Central's {theirs}/s (target 2)")
    return 0 if good else 1


def _latency(found: Figures, kind: int) -> str:
    return f"{found.milliseconds(kind, 0.5):>8.1f}  {found.milliseconds(kind, 0.95):>8.1f}"


if __name__ == "__main__":
    sys.exit(main())
