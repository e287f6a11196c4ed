"""The processes behind `manage.py demo`: workers of jobs and of checks, and the web server.

Each runs in a session of its own, so that a Ctrl-C in the terminal reaches only the demo command,
which then ends them in order.
"""

import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

PROJECT_DIR = Path(__file__).resolve().parent.parent.parent
WEB_WORKERS = 2
# Two connections per thread (aliases default and direct) in each worker: 16 of 200.
THREADS_PER_WEB_WORKER = 4
STOP_TIMEOUT_SECONDS = 20
_PR_SET_PDEATHSIG = 1


class DemoFailed(Exception):
    """The demo cannot go on; the message names the process or the port and what to do."""


@dataclass(frozen=True)
class Child:
    """One process that the demo started; `name` is what messages call it."""

    name: str
    process: subprocess.Popen[bytes]


def check_port_is_free(host: str, port: int) -> None:
    """Raise DemoFailed when nothing can listen at the address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = _(
                    "Port %(port)s on %(host)s is in use, perhaps by another demo. Stop that,"
                    " or choose another port: make demo PORT=%(other)s"
                )
                values = {"port": port, "host": host, "other": port + 1}
                raise DemoFailed(message % values) from error
            message = _("Cannot listen on %(host)s, port %(port)s: %(reason)s.")
            values = {"port": port, "host": host, "reason": error.strerror or str(error)}
            raise DemoFailed(message % values) from error
        except OverflowError as error:
            message = _("%(port)s is not a port: use 1 to 65535.")
            raise DemoFailed(message % {"port": port}) from error


def start_worker() -> Child:
    """Start the worker of background jobs."""
    return _start("worker", [sys.executable, str(PROJECT_DIR / "manage.py"), "worker"])


def start_check_worker() -> Child:
    """Start the worker that judges answers."""
    command = [sys.executable, str(PROJECT_DIR / "manage.py"), "check_worker"]
    return _start("check worker", command)


def start_web_server(host: str, port: int) -> Child:
    """Start granian with the WSGI application on the address."""
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", host, "--port", str(port), "--workers", str(WEB_WORKERS)),
        *("--blocking-threads", str(THREADS_PER_WEB_WORKER), "--respawn-failed-workers"),
        *("--workers-kill-timeout", "10", "--log-level", "warning"),
        "cerdas.wsgi:application",
    ]
    return _start("web server", command)


def _start(name: str, command: list[str]) -> Child:
    process = subprocess.Popen(
        command,
        cwd=PROJECT_DIR,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,
    )
    return Child(name=name, process=process)


def _end_with_parent() -> None:
    """Have the kernel end this process when the demo is killed and cannot do it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def check_children(children: list[Child]) -> None:
    """Raise DemoFailed naming the first process that has ended."""
    for child in children:
        code = child.process.poll()
        if code is not None:
            message = _("The %(name)s has ended (exit code %(code)s). Its messages are above.")
            raise DemoFailed(message % {"name": child.name, "code": code})


def await_readiness(host: str, port: int, children: list[Child], timeout_seconds: float) -> None:
    """Wait until /readyz answers 200. Raises DemoFailed with the last answer."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        check_children(children)
        answer = readiness(host, port)
        if answer == "200":
            return
        if time.monotonic() > deadline:
            message = _("The web server was not ready in time: /readyz answered %(answer)s.")
            raise DemoFailed(message % {"answer": answer})
        time.sleep(0.1)


def readiness(host: str, port: int) -> str:
    """Return the status of GET /readyz, or why there was no answer. Asks this machine directly."""
    wildcard = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    # Not urllib: a proxy in the environment must not be asked for this machine.
    connection = http.client.HTTPConnection(wildcard.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        body = response.read(500).decode(errors="replace")
        return "200" if response.status == 200 else f"{response.status} {body}"
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def stop_children(children: list[Child]) -> None:
    """End the processes in the order given, with what they started.

    They are asked first; what has not ended after 20 s is killed. A leader that died may have left
    its own children, which still hold the port: they are of the same process group.
    """
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(STOP_TIMEOUT_SECONDS)
        elif _signal_group(child, signal.SIGTERM):
            time.sleep(1)
        _signal_group(child, signal.SIGKILL)
        child.process.wait()


def _signal_group(child: Child, number: signal.Signals) -> bool:
    """Send a signal to the whole group; return whether anything of it was left."""
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        return False
    return True
