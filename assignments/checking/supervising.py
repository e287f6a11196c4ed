"""Several check workers on one machine: each a process of its own, started again when it dies."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = 30.0
_RESTART_SECONDS = 1.0


def workers_supervise(count: int, options: Sequence[str]) -> int:
    """Run `count` workers until SIGTERM or SIGINT; return how many failed (with options that end).

    options: passed on to `manage.py check_worker`. Workers that should go on are started again.
    """
    is_stopping = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal is_stopping
        is_stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    running = [_start(options) for _ in range(count)]
    failures = 0
    while not is_stopping and running:
        time.sleep(0.2)
        ended = [worker for worker in running if worker.poll() is not None]
        for worker in ended:
            running.remove(worker)
            failures += worker.returncode != 0
            if not options:
                time.sleep(_RESTART_SECONDS)
                running.append(_start(options))
    _end(running)
    return failures if options else 0


def _start(options: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(PROJECT_DIR / "manage.py"), "check_worker", *options]
    return subprocess.Popen(command, cwd=PROJECT_DIR, stdin=subprocess.DEVNULL)


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for worker in running:
        worker.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for worker in running:
        with suppress(subprocess.TimeoutExpired):
            worker.wait(max(0.0, deadline - time.monotonic()))
        if worker.poll() is None:
            worker.kill()
            worker.wait()
