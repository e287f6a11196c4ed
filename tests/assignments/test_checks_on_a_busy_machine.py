"""A machine that has no time to compute: sound answers are judged all the same, never given up."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pytest

from assignments.checking.queue import ATTEMPTS, queue_length
from assignments.checking.verdicts import SECONDS
from assignments.checking.worker import CheckWorker
from assignments.models import ResponseCheck
from cerdas.demo.household import household_interview
from cerdas.tenancy import tenant_scope
from kegiatan.form import engine_process
from kegiatan.form.engine_child import PROJECT_DIR
from kegiatan.form.engine_process import EngineGone, EngineProcess
from tests import factories
from tests.assignments.sending import WHOLE_LISTING

HOUSEHOLD = PROJECT_DIR / "cerdas" / "demo" / "data" / "household.json"
KNOWN = {"nama_krt": "Agus Setiawan", "alamat": "Sungai Bakau", "nomor_urut_bangunan": 3}


def large_household() -> dict[str, Any]:
    """A household of more members than most: some seconds by the clock on a busy machine."""
    made = household_interview(uuid5(UUID(int=1), "3"), KNOWN, "x", date(2026, 11, 20))
    members: list[Any] = made["anggota"]  # type: ignore[assignment]
    many = [
        {**member, "_id": str(uuid5(UUID(member["_id"]), str(copy)))}
        for copy in range(12 // len(members) + 1)
        for member in members
    ][:12]
    return {**made, "jumlah_art": len(many), "anggota": many}


def request(**more: Any) -> dict[str, Any]:
    """What the worker asks the child."""
    return {
        "key": "household", "answers": {}, "prefilled": KNOWN, "locale": "id",
        "now": "2026-11-20T19:00", "assignment_id": None, **more,
    }  # fmt: skip


@contextmanager
def starved(pid: int, *, runs: float, waits: float) -> Iterator[None]:
    """Let a process run for a few milliseconds at a time, as a machine full of others would."""
    ended = threading.Event()

    def alternate() -> None:
        while not ended.is_set():
            os.kill(pid, signal.SIGSTOP)
            time.sleep(waits)
            os.kill(pid, signal.SIGCONT)
            time.sleep(runs)

    thread = threading.Thread(target=alternate)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_a_process_that_hardly_gets_to_compute_still_gives_its_verdict() -> None:
    form, process = json.loads(HOUSEHOLD.read_text()), EngineProcess()
    try:
        plain = process.judge(request(answers=large_household()), form, seconds=2.0)
        assert process.pid is not None
        began = time.monotonic()
        with starved(process.pid, runs=0.01, waits=0.09):
            found = process.judge(request(answers=large_household()), form, seconds=2.0)
        assert time.monotonic() - began > 2.0, "the machine was not busy enough to show anything"
        assert found == plain
    finally:
        process.close()


def test_a_child_that_reads_nothing_is_replaced_however_much_it_is_sent() -> None:
    form = {"pages": [{"elements": [{"type": "comment", "name": "x"}]}]}
    process = EngineProcess()
    try:
        small = {**request(), "key": "comment", "answers": {"x": "a"}}
        assert process.judge(small, form)["errors"] == []
        os.kill(process.pid or 0, signal.SIGSTOP)
        process.hang_seconds = 1.0
        with pytest.raises(EngineGone, match="hung"):
            process.judge({**small, "answers": {"x": "a" * 900_000}}, form)
        assert process.pid is None
        assert process.judge(small, form)["errors"] == []
    finally:
        process.close()


def test_a_child_that_computes_for_ever_ends_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = {
        "pages": [
            {"elements": [{"type": "text", "name": "x", "validators": [
                {"type": "regex", "regex": "^(a+)+$"}]}]}
        ]
    }  # fmt: skip
    process = EngineProcess()
    try:
        harmless = {**request(), "key": "bomb", "answers": {"x": "a"}}
        assert process.judge(harmless, bomb)["errors"] == []
        monkeypatch.setattr(engine_process, "START_SECONDS", 1.0)
        monkeypatch.setattr(engine_process, "PATIENCE", 0.0)
        with pytest.raises(EngineGone, match="hung"):
            process.judge({**harmless, "answers": {"x": "a" * 60 + "!"}}, bomb, seconds=60)
    finally:
        process.close()


class Overloaded:
    """A child that gives no verdict within so many seconds; what it was allowed is noted."""

    def __init__(self, needs: float) -> None:
        self.needs = needs
        self.allowed: list[float] = []

    def judge(self, asked: Any, form: Any, *, seconds: float) -> dict[str, Any]:
        """Take part in place of the real one."""
        self.allowed.append(seconds)
        if seconds < self.needs:
            raise EngineGone("timeout")
        return {"errors": [], "warnings": [], "lookups": [], "engine": "e"}

    def close(self) -> None:
        """End nothing."""


@pytest.fixture
def verdict_by(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any) -> Any:
    """`verdict_by(process)` judges a unit with it and returns what is kept."""

    def judged(process: Any) -> ResponseCheck:
        unit = factories.assignment(
            satker, kegiatan, enumerator, supervisor, status="Submitted by PPL", version=2,
            responses=WHOLE_LISTING,
        )  # fmt: skip
        worker = CheckWorker(process)
        while queue_length():
            worker.round()
        with tenant_scope(satker):
            return ResponseCheck.objects.get(pk=unit.pk)

    return judged


@pytest.mark.django_db(databases=["default", "direct"])
def test_each_attempt_may_take_longer_than_the_one_before(verdict_by: Any) -> None:
    slow, endless = Overloaded(needs=10.0), Overloaded(needs=1_000.0)
    assert verdict_by(slow).state == "passed"
    assert slow.allowed == list(SECONDS)
    check = verdict_by(endless)
    assert (check.state, check.errors[0]["code"]) == ("failed", "engine_gave_up")
    assert endless.allowed == list(SECONDS)
    assert sorted(SECONDS) == list(SECONDS)
    assert len(SECONDS) == ATTEMPTS
