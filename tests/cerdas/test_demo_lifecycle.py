"""The whole demo as a person runs it, in a place of its own: start, use, stop, start again."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
START_TIMEOUT_SECONDS = 300


class Demo:
    """Runs `manage.py demo` with a `.local` directory of the test."""

    def __init__(self, local: Path) -> None:
        self.local = local
        self.log = local / "demo.log"
        self.started: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "CERDAS_LOCAL_DIR": str(local),
            "DJANGO_SETTINGS_MODULE": "cerdas.settings.dev",
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self) -> subprocess.Popen[bytes]:
        """Start the demo and wait until /readyz answers 200."""
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(self.port)],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(process)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while self.get("/readyz")[0] != 200:
            assert process.poll() is None, self.output()
            assert time.monotonic() < deadline, self.output()
            time.sleep(0.2)
        return process

    def output(self) -> str:
        return self.log.read_text()

    def get(self, path: str, token: str = "") -> tuple[int, str]:
        return self.request("GET", path, None, token)

    def request(self, method: str, path: str, body: Any, token: str = "") -> tuple[int, str]:
        """Return status and body; 0 when nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def launcher(self, action: str) -> int:
        """Run the launcher of the embedded PostgreSQL; return its exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "cerdas.embedded_postgres", action],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            check=False,
        )
        return done.returncode


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Demo]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    demo = Demo(tmp_path)
    yield demo
    for process in demo.started:
        if process.poll() is None:  # the test failed on its way
            process.terminate()
            process.wait(60)
    demo.launcher("remove")


def accounts(output: str) -> dict[str, str]:
    """Return {email: password} of the printed accounts: role, email, password, note."""
    rows = [line.split() for line in output.splitlines() if "@demo.cerdas.id" in line]
    found = [(row.index(next(word for word in row if "@" in word)), row) for row in rows]
    return {row[at]: row[at + 1] for at, row in found}


def judged(demo: Demo, token: str, activities: list[str]) -> set[tuple[str, str]]:
    """Wait for the checks, which go on behind the server; return (status, verdict) of all units."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        units = [
            unit["response"]
            for activity in activities
            for unit in json.loads(demo.get(f"/api/v1/kegiatan/{activity}/changes/", token)[1])[
                "assignments"
            ]
        ]
        found = {(unit["status"], unit["check"]["state"]) for unit in units}
        if "pending" not in {state for _status, state in found}:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(1)


@pytest.mark.slow
def test_the_demo_starts_stops_cleanly_and_goes_on_with_its_data(demo: Demo) -> None:
    process = demo.start()
    try:
        printed = accounts(demo.output())
        assert "superadmin@demo.cerdas.id" in printed
        assert set(printed.values()) == {"cerdas-demo"}
        for person in ("satker.6104", "kegiatan.6104", "pml1.6104", "ppl1.6104", "ppl2.6104"):
            assert f"{person}@demo.cerdas.id" in printed
        sign_in = {
            "email": "ppl1.6104@demo.cerdas.id",
            "password": "cerdas-demo",
            "device_name": "test",
        }
        status, body = demo.request("POST", "/api/v1/auth/token/", sign_in)
        assert status in (200, 201), body
        token = json.loads(body)["token"]
        before = json.loads(demo.get("/api/v1/kegiatan/", token)[1])["results"]
        assert before
        checks = judged(demo, token, [activity["id"] for activity in before])
        assert ("Approved by Admin", "passed") in checks
        failed = {status for status, state in checks if state == "failed"}
        assert failed == {"Rejected by PML"}, "only a miscounted household breaks a rule"
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
    assert code == 0, demo.output()
    assert demo.get("/readyz")[0] == 0
    assert demo.launcher("status") == 3  # it had started PostgreSQL, so it stopped it

    process = demo.start()
    try:
        assert json.loads(demo.get("/api/v1/kegiatan/", token)[1])["results"] == before
        assert accounts(demo.output()) == printed
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
    assert code == 0, demo.output()
    assert "Traceback" not in demo.output()


@pytest.mark.slow
def test_the_demo_names_a_process_that_dies_and_ends_the_others(demo: Demo) -> None:
    process = demo.start()
    listed = subprocess.run(
        ["ps", "-eww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    worker = next(
        int(pid)
        for pid, parent, command in rows
        if parent == str(process.pid) and command.endswith("worker")
    )
    os.kill(worker, signal.SIGKILL)
    assert process.wait(60) == 1
    assert "worker" in demo.output().splitlines()[-1]
    assert demo.get("/readyz")[0] == 0
    assert demo.launcher("status") == 3
