"""The worker that judges answers: one process with V8 in a child of its own.

Several may run at once, on several machines. Killed at any point it leaves nothing half done: what
it had taken is judged by another, and a verdict counts once. What it logs names units by their ids
and never holds an answer.
"""

import logging
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, connections

from assignments.checking.queue import (
    ATTEMPTS,
    Taken,
    answers_give_back,
    answers_hold,
    answers_read,
    answers_take,
    attempt_failed,
    offices_waiting,
    queue_length,
    verdict_keep,
)
from assignments.checking.verdicts import answers_judge, gave_up
from assignments.models import CheckQueue
from cerdas.audit import audit_context
from cerdas.tenancy import tenant_scope
from kegiatan.form.engine import read_bundle
from kegiatan.form.engine_process import EngineGone, EngineProcess

logger = logging.getLogger(__name__)
IDLE_SECONDS = 0.5
HOLD_AGAIN_SECONDS = 30.0
RECONNECT_AFTER_SECONDS = 3.0
DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass
class Done:
    """What one round over the offices came to."""

    kept: int = 0
    failures: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to take."""
        return not self.kept and not self.failures


class CheckWorker:
    """Takes answers, office by office, a few of each in turn: a flood of one starves no other."""

    def __init__(self, process: EngineProcess | None = None) -> None:
        self.process = process or EngineProcess()
        self.is_stopping = False
        self._engine_hash = read_bundle().hash

    def stop(self) -> None:
        """End after the answers that are being judged."""
        self.is_stopping = True

    def close(self) -> None:
        """End the child."""
        self.process.close()

    def round(self) -> Done:
        """Judge one batch of every office that waits."""
        done = Done()
        for satker_id in offices_waiting():
            if self.is_stopping:
                break
            self._batch(satker_id, done)
        return done

    def _batch(self, satker_id: UUID, done: Done) -> None:
        taken = answers_take(satker_id)
        left, held_at = list(taken), time.monotonic()
        try:
            for one in taken:
                if self.is_stopping:
                    break
                if one.failures or time.monotonic() - held_at > HOLD_AGAIN_SECONDS:
                    answers_hold(left, one.failures)
                    held_at = time.monotonic()
                self._one(one, done)
                left.remove(one)
        finally:
            if left:
                with suppress(DatabaseError):  # else they are free again after a while
                    answers_give_back(left)

    def _one(self, taken: Taken, done: Done) -> None:
        answers = taken.answers
        try:
            judged = answers_judge(self.process, answers, failures=taken.failures)
        except EngineGone as gone:
            done.failures += 1
            attempts = attempt_failed(taken.satker_id, answers)
            logger.warning(
                "no verdict on %s version %d: %s, attempt %d",
                answers.assignment_id, answers.version, gone.reason, attempts,
            )  # fmt: skip
            if attempts < ATTEMPTS:
                return
            judged = gave_up(answers, gone.reason, self._engine_hash)
        done.kept += verdict_keep(taken.satker_id, judged)


def worker_run(*, until_empty: bool = False, once: bool = False) -> int:
    """Judge answers until SIGTERM or SIGINT; return how many verdicts were kept.

    until_empty: end when the queue is empty; what another worker holds is waited for. once: one
    round over the offices. A database that is away is waited for, unless one of these is given.
    """
    worker = CheckWorker()
    before = {
        number: signal.signal(number, lambda _number, _frame: worker.stop())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        with audit_context(None, "system", request="check_worker"):
            return _rounds(worker, until_empty, once)
    finally:
        worker.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def _rounds(worker: CheckWorker, until_empty: bool, once: bool) -> int:
    kept = 0
    while not worker.is_stopping:
        try:
            done = worker.round()
            kept += done.kept
            if once or (until_empty and done.is_idle and not queue_length()):
                break
        except DATABASE_AWAY as error:
            if once or until_empty:
                raise
            logger.warning("the database is away: %s", type(error).__name__)
            connections.close_all()
            _pause(worker, RECONNECT_AFTER_SECONDS)
            continue
        if done.is_idle:
            _pause(worker, IDLE_SECONDS)
    return kept


def _pause(worker: CheckWorker, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not worker.is_stopping and time.monotonic() < deadline:
        time.sleep(0.1)


def units_check(satker_id: UUID, unit_ids: Sequence[UUID]) -> int:
    """Judge some units of an office that wait, before all others; return how many were kept.

    Answers on which the engine fails go on waiting for a worker.
    """
    with tenant_scope(satker_id):
        waiting = CheckQueue.objects.filter(satker_id=satker_id, pk__in=unit_ids)
        answers = answers_read(list(waiting.values_list("pk", flat=True)))
    process, kept = EngineProcess(), 0
    try:
        for one in answers:
            with suppress(EngineGone):
                kept += verdict_keep(satker_id, answers_judge(process, one))
    finally:
        process.close()
    return kept


def checks_run() -> int:
    """Judge everything that waits, here and now, without signals; return how many were kept."""
    worker, kept = CheckWorker(), 0
    try:
        while queue_length():
            done = worker.round()
            kept += done.kept
            if done.is_idle:
                break
    finally:
        worker.close()
    return kept
