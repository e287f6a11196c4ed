"""A server as it is deployed, granian with two processes, against the test database."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.db import connections

PROJECT_DIR = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
PROCESSES = 2
START_TIMEOUT_SECONDS = 60


class Unanswered(Exception):
    """The connection ended before the reply: what became of the request is not known."""


def database_url(alias: str) -> str:
    """Return the URL of a database of this test process."""
    entry = connections.settings[alias]
    user, password = quote(entry["USER"]), quote(entry["PASSWORD"] or "")
    query = {k: v for k, v in (("host", entry["HOST"]), ("port", str(entry["PORT"]))) if v}
    login = f"{user}:{password}" if password else user
    return f"postgresql://{login}@/{quote(entry['NAME'])}?{urlencode(query)}"


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class LiveServer:
    """Starts, kills and stops the server; every start has the same port.

    settings: module of the server's settings; environment: added to this process's own.
    """

    def __init__(
        self, directory: Path, settings: str = "tests.scenarios.server_settings", **environment: str
    ) -> None:
        self.port = free_port()
        self.log = directory / "server.log"
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": settings,
            "CERDAS_SERVER_DIR": str(directory),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start both processes and wait until they serve."""
        environment = {
            **self._environment,
            "DATABASE_URL": database_url("default"),
            "DATABASE_OWNER_URL": database_url("owner"),
        }
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST),
            *("--port", str(self.port), "--workers", str(PROCESSES), "--blocking-threads", "4"),
            *("--log-level", "warning", "cerdas.wsgi:application"),
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=PROJECT_DIR, env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.await_ready()

    def await_ready(self) -> None:
        """Wait until /readyz answers 200. Fails with the end of the log."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, self.log.read_text()[-4_000:]
            with suppress(Unanswered):
                if self.call("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the server is not ready: {self.log.read_text()[-4_000:]}")

    def kill(self) -> None:
        """End all processes at once, as the kernel does when memory runs out."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop the server, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait()

    def call(
        self, method: str, path: str, token: str | None = None, body: Any = None
    ) -> tuple[int, dict[str, str], Any]:
        """Send one request on a connection of its own; return (status, headers, JSON).

        Raises Unanswered.
        """
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        try:
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, path, body=data, headers=headers)
            response = connection.getresponse()
            text = response.read()
            found = {name.lower(): value for name, value in response.getheaders()}
            return response.status, found, json.loads(text) if text else None
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered from error
        finally:
            connection.close()
