"""The two sides of bench/submits.py, each in processes of their own: phones, and bare psycopg.

Both are given the same units and households, prepare everything, wait for each other, and only
then begin; both report seconds per request (of the bare script: per commit).
"""

import hashlib
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._client import Connection, post
from bench._rt100 import with_row_ids, workload

HOUSEHOLDS = 200
PROCESSES = 2  # clients share them as threads: more would only take turns on the machine's 2 cores
_BARE = (
    "UPDATE assignment_responses SET responses = %(answers)s::text::jsonb, attachment_ids = '[]',"
    " form_version_used = 1, visit_outcome = 'selesai', submitted_by_ppl_at = now(),"
    " status = 'Submitted by PPL', version = 2, updated_at = now() WHERE assignment_id = %(unit)s",
    "INSERT INTO response_histories (assignment_response_id, satker_id, user_id, from_status,"
    " to_status, version, device_at, created_at) VALUES (%(unit)s, %(satker)s, %(user)s,"
    " 'Assigned', 'Submitted by PPL', 2, now(), now())",
    "UPDATE assignments SET assignment_label = %(label)s, updated_at = now() WHERE id = %(unit)s",
    "INSERT INTO applied_operations (user_id, operation_id, satker_id, kegiatan_id, assignment_id,"
    " payload_sha256, outcome, code, version, created_at) VALUES (%(user)s, %(operation)s,"
    " %(satker)s, %(kegiatan)s, %(unit)s, %(digest)s, 'applied', '', 2, now())",
)


@dataclass(frozen=True)
class Job:
    """What one client sends: units of one enumerator, `per_request` at a time."""

    user_id: UUID
    token: str
    units: tuple[UUID, ...]
    per_request: int = 1


@dataclass(frozen=True)
class Place:
    """Where it is sent."""

    port: int
    database_url: str
    satker_id: UUID
    kegiatan_id: UUID


@dataclass(frozen=True)
class Run:
    """What was measured. latencies: seconds per request, sorted."""

    submits: int
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Return submits per second."""
        return self.submits / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency below which a share of the requests stay, in seconds."""
        return self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


def household_of(unit: UUID) -> int:
    """Return which household a unit is; so the stored answers can be checked afterwards."""
    return unit.int % HOUSEHOLDS


def run_phones(place: Place, jobs: list[Job]) -> Run:
    """Send the jobs over HTTP, one client each."""
    return _run(_phone, place, jobs)


def run_bare(place: Place, jobs: list[Job]) -> Run:
    """Commit the same rows one by one with psycopg, one connection per job."""
    return _run(_bare, place, jobs)


def _run(client: Callable[..., Any], place: Place, jobs: list[Job]) -> Run:
    context = multiprocessing.get_context("spawn")
    groups = [group for n in range(PROCESSES) if (group := jobs[n::PROCESSES])]
    barrier = context.Barrier(len(jobs))
    with context.Pool(len(groups), initializer=_initialise, initargs=(barrier,)) as pool:
        results = pool.starmap(_group, [(client, place, group) for group in groups], chunksize=1)
    finished = [result for group in results for result in group]
    started = min(first for first, _last, _latencies in finished)
    ended = max(last for _first, last, _latencies in finished)
    latencies = sorted(seconds for *_times, each in finished for seconds in each)
    return Run(sum(len(job.units) for job in jobs), ended - started, latencies)


_barrier: Any = None


def _initialise(barrier: Any) -> None:
    global _barrier
    _barrier = barrier


def _group(client: Callable[..., Any], place: Place, jobs: list[Job]) -> list[Any]:
    """Run some clients as threads of this process."""
    answers = workload().answers
    texts = {
        number: orjson.dumps(with_row_ids(answers(number), number))
        for number in {household_of(unit) for job in jobs for unit in job.units}
    }
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda job=job: results.append(client(place, job, texts)))
        for job in jobs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(results) != len(jobs):
        raise RuntimeError("a client failed; its error is above")
    return results


def _measure(send: Callable[[Any], None], items: list[Any]) -> tuple[float, float, list[float]]:
    """Wait for the other clients, send everything, return (started, ended, seconds each)."""
    try:
        _barrier.wait(timeout=120)
        started = before = time.monotonic()
        latencies = []
        for item in items:
            send(item)
            now = time.monotonic()
            latencies.append(now - before)
            before = now
        return started, before, latencies
    except BaseException:
        _barrier.abort()
        raise


def _phone(place: Place, job: Job, texts: dict[int, bytes]) -> tuple[float, float, list[float]]:
    path = f"/api/v1/kegiatan/{place.kegiatan_id}/operations/"
    operations = [_operation(unit, texts[household_of(unit)]) for unit in job.units]
    requests = []
    for n in range(0, len(operations), job.per_request):
        batch = operations[n : n + job.per_request]
        body = b'{"operations":[' + b",".join(batch) + b"]}"
        requests.append((post(path, job.token, body), len(batch)))
    connection = Connection(place.port)

    def send(request: tuple[bytes, int]) -> None:
        answer = connection.send(request[0])
        if answer.count(b'"outcome":"applied"') != request[1]:
            raise RuntimeError(f"not applied: {answer[:1000]!r}")

    measured = _measure(send, requests)
    connection.close()
    return measured


def _operation(unit: UUID, answers: bytes) -> bytes:
    return (
        b'{"id":"%s","type":"submit","assignment":"%s","base_version":1,"at":"%s","data":'
        b'{"form_version_used":1,"visit_outcome":"selesai","responses":%s}}'
    ) % (
        str(uuid4()).encode(),
        str(unit).encode(),
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode(),
        answers,
    )


def _bare(place: Place, job: Job, texts: dict[int, bytes]) -> tuple[float, float, list[float]]:
    """One transaction per unit: the four writes of a submit, through the same triggers."""
    rows = [_row(place, job, unit, texts[household_of(unit)]) for unit in job.units]
    with psycopg.connect(place.database_url) as connection:
        connection.execute("SELECT set_config('app.satker_id', %s, false)", [str(place.satker_id)])
        connection.commit()

        def send(row: dict[str, Any]) -> None:
            for statement in _BARE:
                connection.execute(statement, row)
            connection.commit()

        return _measure(send, rows)


def _row(place: Place, job: Job, unit: UUID, answers: bytes) -> dict[str, Any]:
    return {
        "unit": unit,
        "user": job.user_id,
        "satker": place.satker_id,
        "kegiatan": place.kegiatan_id,
        "operation": uuid4(),
        "digest": hashlib.sha256(answers).hexdigest(),
        "answers": answers.decode(),
        "label": orjson.loads(answers)["hh_q001_isi"],
    }
