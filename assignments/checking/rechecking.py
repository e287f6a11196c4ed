"""Judging the answers of an activity again: a batch at a time, and what changed its verdict.

Answers are judged outside of any transaction; a batch of verdicts is then written in one. Answers
that change meanwhile are left to the queue, which has them already.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from assignments.checking.queue import ATTEMPTS
from assignments.checking.verdicts import (
    Answers,
    Judged,
    answers_judge,
    gave_up,
    verdicts_write,
)
from assignments.models import (
    AssignmentResponse,
    CheckQueue,
    CheckState,
    ResponseCheck,
    ResponseStatus,
)
from assignments.services.crew import check_manages_units
from cerdas.jobs.services import job_start
from cerdas.models import Job, JobState
from cerdas.prepared import fetch_all
from cerdas.tenancy import super_scope
from kegiatan.form.engine import read_bundle
from kegiatan.form.engine_process import EngineGone, EngineProcess
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from satker.access import check_super_admin
from satker.models import Satker, User

RECHECK = "assignments.recheck"
UNSENT = (ResponseStatus.ASSIGNED, ResponseStatus.OPENED)
_LOCK = """
    SELECT r.assignment_id, r.version
    FROM assignments a JOIN assignment_responses r ON r.assignment_id = a.id
    WHERE a.id = ANY (%s::uuid[]) ORDER BY a.id FOR NO KEY UPDATE OF a, r
"""


@dataclass(frozen=True)
class Changed:
    """A unit whose verdict is another than before. before: pending when it had none."""

    id: str
    before: str
    after: str
    errors: int

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object, from which `Changed(**value)` makes it again."""
        return asdict(self)


@dataclass
class Batch:
    """What came of some units. left: their answers changed while they were judged."""

    passed: int = 0
    failed: int = 0
    left: int = 0
    changed: list[Changed] = field(default_factory=list)


def sent_units(kegiatan: KegiatanStatistik, satker: Satker, *, after: UUID) -> list[UUID]:
    """Return the units of an office whose answers have arrived, by id, behind one."""
    rows = AssignmentResponse.objects.filter(
        satker=satker, assignment__kegiatan_statistik=kegiatan, pk__gt=after
    ).exclude(status__in=UNSENT)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def answers_rejudge(process: EngineProcess, answers: Sequence[Answers]) -> list[Judged]:
    """Judge some answers; those on which the engine fails three times are given up."""
    return [_judged(process, one) for one in answers]


def _judged(process: EngineProcess, answers: Answers) -> Judged:
    reason = ""
    for failures in range(ATTEMPTS):
        try:
            return answers_judge(process, answers, failures=failures)
        except EngineGone as gone:
            reason = gone.reason
    return gave_up(answers, reason, read_bundle().hash)


def verdicts_renew(judged: Sequence[Judged], satker_id: UUID) -> Batch:
    """Keep verdicts and say what they changed. Runs in the office's scope and a transaction.

    One that says what was known, by the same engine, writes nothing.
    """
    ids = [one.assignment_id for one in judged]
    versions = dict(fetch_all(_LOCK, [[str(key) for key in ids]]))
    before = {row.pk: row for row in ResponseCheck.objects.filter(pk__in=ids)}
    batch, written = Batch(), []
    for one in judged:
        if versions.get(one.assignment_id) != one.version:
            batch.left += 1
            continue
        if one.state == "passed":
            batch.passed += 1
        else:
            batch.failed += 1
        known = _current(before.get(one.assignment_id), one.version)
        state = known.state if known is not None else CheckState.PENDING.value
        if state != one.state:
            key = str(one.assignment_id)
            batch.changed.append(Changed(key, str(state), one.state, len(one.errors)))
        if known is None or _says(known) != _says(one):
            written.append(one)
    verdicts_write(written, satker_id)
    CheckQueue.objects.filter(
        pk__in=[
            one.assignment_id for one in judged if versions.get(one.assignment_id) == one.version
        ]
    ).delete()
    return batch


def _current(check: ResponseCheck | None, version: int) -> ResponseCheck | None:
    return check if check is not None and check.version == version else None


def _says(verdict: ResponseCheck | Judged) -> tuple[Any, ...]:
    return verdict.state, verdict.engine, list(verdict.errors), list(verdict.warnings)


def recheck_start(*, actor: User, satker: Satker, kegiatan: KegiatanStatistik) -> Job:
    """Start judging all answers of an activity in an office again; one that waits is enough.

    For admin_kegiatan there, and super_admin. Runs in the office's scope, or super_admin's.
    Raises NotAllowed, NotFound.
    """
    check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan, allow_super_admin=True)
    waiting = _waiting(kegiatan).filter(satker=satker).first()
    return waiting or _job_start(actor, satker, kegiatan)


def recheck_start_everywhere(*, actor: User, kegiatan: KegiatanStatistik) -> list[Job]:
    """Start it in every office where answers have arrived. super_admin only. Raises NotAllowed."""
    check_super_admin(actor)
    with super_scope():
        places = KegiatanSatker.objects.filter(
            Exists(offices_with_answers(kegiatan)),
            kegiatan_statistik=kegiatan,
            left_at__isnull=True,
        )
        waiting = {job.satker_id: job for job in _waiting(kegiatan)}
        return [
            waiting.get(place.satker_id) or _job_start(actor, place.satker, kegiatan)
            for place in places.select_related("satker").order_by("satker__code")
        ]


def offices_with_answers(kegiatan: KegiatanStatistik) -> QuerySet[AssignmentResponse]:
    """Return answers that have arrived, of the office of an outer `KegiatanSatker`."""
    rows = AssignmentResponse.objects.filter(
        satker=OuterRef("satker"), assignment__kegiatan_statistik=kegiatan
    )
    return rows.exclude(status__in=UNSENT)


def _waiting(kegiatan: KegiatanStatistik) -> QuerySet[Job]:
    return Job.objects.filter(
        kind=RECHECK, state=JobState.QUEUED, arguments__kegiatan=str(kegiatan.pk)
    )


def _job_start(actor: User, satker: Satker, kegiatan: KegiatanStatistik) -> Job:
    return job_start(
        actor=actor,
        satker=satker,
        kind=RECHECK,
        title=str(kegiatan),
        arguments={"kegiatan": str(kegiatan.pk)},
    )
