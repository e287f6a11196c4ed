"""The process beside a server in which V8 runs: its own reply or none, no long wait, no orphan."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kegiatan.form import engine_process
from kegiatan.form.engine_child import PROJECT_DIR
from kegiatan.form.engine_process import EngineGone, EngineProcess, shared_process

FORM = {"pages": [{"elements": [{"type": "text", "name": "x", "maxLength": 3, "validators": [
    {"type": "text", "maxLength": 3, "text": "terlalu panjang"}]}]}]}  # fmt: skip


def request(answer: str) -> dict[str, Any]:
    """What is asked of the child: FORM finds fault with answers of more than three letters."""
    return {
        "key": "form", "answers": {"x": answer}, "prefilled": {}, "locale": "id",
        "now": "2026-11-20T19:00", "assignment_id": None,
    }  # fmt: skip


def faults(process: EngineProcess, answer: str) -> list[str]:
    """Return what the engine finds wrong with an answer."""
    return [found.path for found in process.verdict(request(answer), FORM).errors]


@pytest.fixture
def process() -> Iterator[EngineProcess]:
    """A child of one's own."""
    made = EngineProcess()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def lent() -> Iterator[None]:
    """No child is left of those that are lent."""
    yield
    engine_process._close_shared()


def until(is_so: Callable[[], bool], seconds: float = 8.0) -> bool:
    """Wait until something is so; return whether it is."""
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


def is_running(pid: int) -> bool:
    """Return whether a process computes or waits: one that ended and is not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("fault", [MemoryError, KeyboardInterrupt, RuntimeError])
def test_a_reply_that_nobody_fetched_is_never_the_next_ones(
    process: EngineProcess, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    assert faults(process, "ab") == []
    real, calls = engine_process.select.select, []

    def breaks(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) > 1:  # the question is sent
            raise fault
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(engine_process.select, "select", breaks)
        with pytest.raises(fault):
            process.verdict(request("much too long"), FORM)
    assert len(calls) == 2
    assert faults(process, "ab") == []
    assert faults(process, "much too long") == ["x"]


def test_a_reply_to_another_question_counts_as_a_crash(
    process: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, numbers = process._exchange, iter([-1, None])

    def exchange(*arguments: Any) -> bytes:
        reply, number = json.loads(real(*arguments)), next(numbers, None)
        return json.dumps({**reply, "number": number or reply["number"]}).encode()

    monkeypatch.setattr(process, "_exchange", exchange)
    with pytest.raises(EngineGone, match="crashed"):
        process.judge(request("ab"), FORM)
    assert process.pid is None
    numbers = iter([-1])
    assert faults(process, "much too long") == ["x"], "asked again of a new child"


def test_who_finds_the_child_taken_is_told_so_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine_process.SHARED_WAIT_SECONDS, "edit", 0.2)
    with shared_process("edit") as process:
        assert faults(process, "ab") == []
        began = time.monotonic()
        with pytest.raises(EngineGone, match="busy"), shared_process("edit"):
            pass
        assert time.monotonic() - began < 2.0
    with shared_process("edit") as process:
        assert faults(process, "ab") == []


def test_a_page_does_not_wait_for_a_child_that_gets_nothing_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with shared_process("edit") as process:
        assert faults(process, "ab") == []
    seconds = engine_process.SHARED_SECONDS
    in_transactions = sum(seconds[purpose] for purpose in seconds if purpose != "design")
    assert in_transactions < 60, "the database waits no longer"
    monkeypatch.setitem(engine_process.SHARED_SECONDS, "edit", 1.0)
    with shared_process("edit") as process:
        os.kill(process.pid or 0, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(EngineGone, match="busy"):
            process.verdict(request("ab"), FORM)
        assert time.monotonic() - began < 10.0, "its own limit would be 15"
    monkeypatch.undo()
    with shared_process("edit") as process:
        assert faults(process, "much too long") == ["x"]


def test_the_child_outlives_the_thread_that_started_it(process: EngineProcess) -> None:
    thread = threading.Thread(target=lambda: process.verdict(request("ab"), FORM))
    thread.start()
    thread.join()
    first = process.pid
    assert not until(lambda: not is_running(first or 0), 1.0)
    assert faults(process, "ab") == []
    assert process.pid == first


@pytest.mark.parametrize("sibling", ["", "os.fork() or time.sleep(60)"])
def test_a_child_ends_with_its_parent_even_while_it_computes(sibling: str) -> None:
    script = f"""
import os, sys, threading, time
sys.path.insert(0, {str(PROJECT_DIR)!r})
from kegiatan.form.engine_process import EngineProcess
bomb = {{"pages": [{{"elements": [{{"type": "text", "name": "x", "validators": [
    {{"type": "regex", "regex": "^(a+)+$"}}]}}]}}]}}
process, asked = EngineProcess(), {request("a")!r}
process.judge(asked, bomb)
{sibling}
print(process.pid, flush=True)
process.judge({{**asked, "answers": {{"x": "a" * 60 + "!"}}}}, bomb, seconds=60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            time.sleep(0.3)
            assert is_running(child)
            parent.kill()
            assert until(lambda: not is_running(child))
        finally:
            os.killpg(parent.pid, signal.SIGKILL)


def test_a_server_keeps_no_child_that_it_does_not_need(monkeypatch: pytest.MonkeyPatch) -> None:
    with shared_process("lint") as process:
        assert process.inspect(FORM)
        assert process.pid is not None
    assert process.pid is None
    monkeypatch.setattr(engine_process, "IDLE_SECONDS", 0.3)
    with shared_process("edit") as process:
        assert faults(process, "ab") == []
    assert process.pid is not None
    assert until(lambda: process.pid is None)
    monkeypatch.setattr(engine_process, "IDLE_SECONDS", 60.0)
    with shared_process("edit") as process:
        assert faults(process, "ab") == []
        assert process.rss_renew_bytes <= process.rss_bytes() + 220 * 2**20
