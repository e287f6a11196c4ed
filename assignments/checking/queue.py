"""The queue of answers to be judged: `check_queue`, filled by a trigger on `assignment_responses`.

A worker takes rows for a while instead of holding a lock, so that no long transaction makes phones
fetch their changes again, and a person who edits meanwhile does not wait. What a killed worker had
taken is free again after that while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from assignments.checking.verdicts import SECONDS, Answers, Judged, verdicts_write
from cerdas.prepared import execute, fetch_all, fetch_one
from cerdas.tenancy import tenant_scope
from kegiatan.form.caps import PATIENCE
from kegiatan.form.engine_process import START_SECONDS

TAKEN_SECONDS = 120  # a worker that needs longer says so in between
BATCH = 4
ATTEMPTS = len(SECONDS)

# Skip scan: one probe of the index per office, however many rows an office has waiting.
_OFFICES = """
    WITH RECURSIVE office AS (
        (SELECT satker_id FROM check_queue ORDER BY satker_id LIMIT 1)
        UNION ALL
        SELECT (SELECT q.satker_id FROM check_queue q WHERE q.satker_id > office.satker_id
                ORDER BY q.satker_id LIMIT 1)
        FROM office WHERE office.satker_id IS NOT NULL
    )
    SELECT satker_id FROM office WHERE satker_id IS NOT NULL
"""
_TAKE = """
    WITH due AS (
        SELECT assignment_id FROM check_queue
        WHERE satker_id = %(satker)s AND (taken_until IS NULL OR taken_until < now())
        ORDER BY queued_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE check_queue q SET taken_until = now() + %(seconds)s * interval '1 second'
    FROM due WHERE q.assignment_id = due.assignment_id
    RETURNING q.assignment_id, q.version, q.attempts
"""
_READ = """
    SELECT r.assignment_id, r.version, a.kegiatan_statistik_id, r.form_version_used,
           r.responses::text,
           CASE WHEN jsonb_typeof(a.prefilled_data) = 'object' THEN a.prefilled_data::text END,
           s.time_zone
    FROM assignment_responses r
    JOIN assignments a ON a.id = r.assignment_id
    JOIN satkers s ON s.id = a.satker_id
    WHERE r.assignment_id = ANY (%s::uuid[])
"""
_DROP = "DELETE FROM check_queue WHERE assignment_id = %s AND version = %s"
_HOLD = """
    UPDATE check_queue SET taken_until = now() + %s * interval '1 second'
    WHERE assignment_id = ANY (%s::uuid[]) AND taken_until IS NOT NULL
"""
_GIVE_BACK = """
    UPDATE check_queue SET taken_until = NULL
    WHERE assignment_id = ANY (%s::uuid[]) AND taken_until IS NOT NULL
"""
_FAILED_ONCE_MORE = """
    UPDATE check_queue SET attempts = attempts + 1, taken_until = NULL, queued_at = now()
    WHERE assignment_id = %s AND version = %s RETURNING attempts
"""
# The unit first, then its response, as every other door.
_LOCK = """
    SELECT r.version FROM assignments a JOIN assignment_responses r ON r.assignment_id = a.id
    WHERE a.id = %s FOR NO KEY UPDATE OF a, r
"""


@dataclass(frozen=True)
class Taken:
    """Answers that this worker has taken. failures: how often the engine failed on them."""

    satker_id: UUID
    answers: Answers
    failures: int = 0


def offices_waiting() -> list[UUID]:
    """Return the offices with rows in the queue, by id. No scope is needed."""
    return [row[0] for row in fetch_all(_OFFICES, [])]


def queue_length() -> int:
    """Return how many answers wait or are being judged."""
    return int(fetch_all("SELECT count(*) FROM check_queue", [])[0][0])


def answers_take(satker_id: UUID, *, limit: int = BATCH) -> list[Taken]:
    """Take the oldest free rows of one office, in a transaction of their own."""
    with tenant_scope(satker_id):
        values = {"satker": satker_id, "limit": limit, "seconds": TAKEN_SECONDS}
        rows = fetch_all(_TAKE, values)
        taken = {key: version for key, version, _failures in rows}
        found = {one.assignment_id: one for one in answers_read(list(taken))} if taken else {}
        ready = [key for key, version in taken.items() if _is(found.get(key), version)]
        for key in taken.keys() - set(ready):
            # gone, or never in step with the queue: there is nothing here to be judged
            execute(_DROP, [key, taken[key]])
    failures = {key: number for key, _version, number in rows}
    return [Taken(satker_id, found[key], failures[key]) for key in ready]


def _is(answers: Answers | None, version: int) -> bool:
    return answers is not None and answers.version == version


def answers_read(ids: Sequence[UUID]) -> list[Answers]:
    """Return the answers of units as the engine takes them. Runs in the office's scope.

    The answers stay text: nothing here parses them.
    """
    now = timezone.now()
    return [
        Answers(
            assignment_id, version, kegiatan_id, form_version, responses or "{}", prefilled or "{}",
            timezone.localtime(now, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"),
        )
        for assignment_id, version, kegiatan_id, form_version, responses, prefilled, zone
        in fetch_all(_READ, [[str(key) for key in ids]])
    ]  # fmt: skip


def verdict_keep(satker_id: UUID, judged: Judged) -> bool:
    """Keep a verdict and take its row out of the queue, in one transaction.

    Return False, having written nothing, when the answers have changed meanwhile (they are in the
    queue again) or another worker has kept its verdict before.
    """
    with tenant_scope(satker_id):
        locked = fetch_one(_LOCK, [judged.assignment_id])
        if locked is None or locked[0] != judged.version:
            return False
        if not execute(_DROP, [judged.assignment_id, judged.version]):
            return False
        verdicts_write([judged], satker_id)
    return True


def attempt_failed(satker_id: UUID, answers: Answers) -> int:
    """Put a row at the end of the queue; return how often the engine has failed on it."""
    with tenant_scope(satker_id):
        row = fetch_one(_FAILED_ONCE_MORE, [answers.assignment_id, answers.version])
    return int(row[0]) if row else 0


def answers_hold(taken: Sequence[Taken], failures: int) -> None:
    """Keep rows for as long as judging one that failed so often can take, and some more."""
    longest = START_SECONDS + SECONDS[min(failures, ATTEMPTS - 1)] * PATIENCE
    execute(_HOLD, [longest + TAKEN_SECONDS, [str(one.answers.assignment_id) for one in taken]])


def answers_give_back(taken: Sequence[Taken]) -> None:
    """Free rows that this worker has taken and will not judge."""
    if taken:
        execute(_GIVE_BACK, [[str(one.answers.assignment_id) for one in taken]])
