"""`manage.py demo`: what it refuses, and how it ends the processes that it started."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cerdas.demo import processes

PROJECT = Path(__file__).resolve().parents[2]


def child(code: str) -> processes.Child:
    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    return processes.Child(name="worker", process=process)


def run_demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "demo", *arguments],
        cwd=PROJECT,
        env={**os.environ, "LANGUAGE": "en", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_port_in_use_is_named_with_another_to_choose() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(processes.DemoFailed, match=rf"{port}.*PORT={port + 1}"):
            processes.check_port_is_free("127.0.0.1", port)
    processes.check_port_is_free("127.0.0.1", port)


def test_a_number_that_is_no_port_is_refused() -> None:
    with pytest.raises(processes.DemoFailed, match="70000"):
        processes.check_port_is_free("127.0.0.1", 70000)


def test_a_process_that_ended_is_named_with_its_code() -> None:
    ended = child("raise SystemExit(7)")
    ended.process.wait()
    with pytest.raises(processes.DemoFailed, match=r"worker.*7"):
        processes.check_children([ended])


def test_readiness_tells_why_there_is_no_answer() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert "ConnectionRefusedError" in processes.readiness("127.0.0.1", closed.getsockname()[1])


def test_waiting_for_readiness_ends_with_the_process() -> None:
    ended = child("pass")
    ended.process.wait()
    with pytest.raises(processes.DemoFailed, match="worker"):
        processes.await_readiness("127.0.0.1", 9, [ended], timeout_seconds=30)


def test_stopping_asks_first_and_kills_what_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_TIMEOUT_SECONDS", 1)
    polite = child("import time; time.sleep(300)")
    stubborn = child(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(300)"
    )
    time.sleep(1)  # until the signal is ignored
    processes.stop_children([polite, stubborn])
    assert polite.process.returncode == -signal.SIGTERM
    assert stubborn.process.returncode == -signal.SIGKILL


def test_what_a_dead_process_left_is_ended_too() -> None:
    leader = child(
        "import subprocess, sys;"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)']).pid)"
    )
    leader.process.wait()
    os.killpg(leader.process.pid, 0)  # the group is still there
    processes.stop_children([leader])
    listed = subprocess.run(
        ["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in listed.splitlines()]
    assert [x for x in rows if x[0] == str(leader.process.pid) and x[1][0] != "Z"] == []


def test_production_settings_are_refused_before_anything_starts() -> None:
    done = run_demo(
        "--port",
        "1",
        DJANGO_SETTINGS_MODULE="cerdas.settings.prod",
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        SECRET_KEY="x" * 60,
    )
    assert done.returncode == 1
    assert "cerdas.settings.prod" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_stops_the_command_before_it_loads_anything() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run_demo("--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "make demo PORT=" in done.stderr
    assert done.stdout == ""
