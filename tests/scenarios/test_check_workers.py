"""Check workers as they are deployed: processes that are killed, stopped and run side by side."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from assignments.models import AssignmentResponse, CheckQueue, ResponseCheck
from cerdas.tenancy import tenant_scope
from kegiatan.form.engine_child import PROJECT_DIR
from tests import factories
from tests.assignments.sending import LISTING, WHOLE_LISTING, submit
from tests.scenarios.live import LiveServer, database_url

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True),
]
Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def worker() -> Iterator[Started]:
    """`worker(*options)` starts one on the test database."""
    made: list[subprocess.Popen[str]] = []

    def start(*options: str) -> "subprocess.Popen[str]":
        environment = {
            **os.environ,
            "DATABASE_URL": database_url("default"),
            "DATABASE_OWNER_URL": database_url("owner"),
            "DJANGO_SETTINGS_MODULE": "cerdas.settings.test",
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", "check_worker", *options],
            cwd=PROJECT_DIR, env=environment, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        made.append(process)
        return process

    yield start
    for process in made:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def sent(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any) -> Any:
    """`sent(n)` makes n units whose answers have arrived; every second breaks a rule."""

    def made(n: int) -> list[Any]:
        return [
            factories.assignment(
                satker, kegiatan, enumerator, supervisor, status="Submitted by PPL", version=2,
                responses=LISTING if number % 2 else WHOLE_LISTING,
            )
            for number in range(n)
        ]  # fmt: skip

    return made


def verdicts(satker: Any) -> dict[Any, tuple[str, int]]:
    """What has been kept so far."""
    with tenant_scope(satker):
        rows = ResponseCheck.objects.values_list("pk", "state", "version")
        return {pk: (state, version) for pk, state, version in rows}


def await_verdicts(satker: Any, n: int, seconds: float = 60) -> None:
    """Wait until some are there."""
    deadline = time.monotonic() + seconds
    while len(verdicts(satker)) < n:
        assert time.monotonic() < deadline, f"{len(verdicts(satker))} of {n} verdicts"
        time.sleep(0.05)


def expected(units: list[Any]) -> dict[Any, tuple[str, int]]:
    """The verdict on every unit of `sent`."""
    return {unit.pk: ("failed" if number % 2 else "passed", 2) for number, unit in enumerate(units)}


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError, IndexError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
    return found


def test_a_worker_killed_at_any_point_loses_nothing_and_does_nothing_twice(
    worker: Started, sent: Any, satker: Any
) -> None:
    units = sent(40)
    chance = random.Random(4)
    for number in range(4):
        process = worker()
        await_verdicts(satker, min(len(verdicts(satker)) + 2, 40))
        time.sleep(chance.uniform(0, 0.2))
        [child] = children_of(process.pid)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while Path(f"/proc/{child}").exists():
            assert time.monotonic() < deadline, "the child outlived its worker"
            time.sleep(0.05)
        kept, waiting = set(verdicts(satker)), set(CheckQueue.objects.values_list("pk", flat=True))
        assert kept | waiting == {unit.pk for unit in units}, number
        assert not kept & waiting
        # the time for which the dead worker had taken its rows is over
        CheckQueue.objects.filter(taken_until__isnull=False).update(taken_until=timezone.now())
    assert CheckQueue.objects.exists(), "there was nothing left to kill a worker in"
    assert worker("--until-empty").wait(120) == 0
    assert verdicts(satker) == expected(units)
    assert not CheckQueue.objects.exists()


def test_two_workers_share_the_queue(worker: Started, sent: Any, satker: Any) -> None:
    units = sent(24)
    process = worker("--until-empty", "--processes", "2")
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 0, output
    assert verdicts(satker) == expected(units)
    counts = [int(line.split()[0]) for line in output.splitlines() if line[:1].isdigit()]
    assert sum(counts) == 24, output


def test_a_worker_told_to_stop_ends_soon_and_holds_nothing(
    worker: Started, sent: Any, satker: Any
) -> None:
    sent(60)
    process = worker()
    await_verdicts(satker, 3)
    [child] = children_of(process.pid)
    process.terminate()
    output = process.communicate(timeout=15)[0]
    assert process.returncode == 0
    assert not Path(f"/proc/{child}").exists()
    assert not CheckQueue.objects.filter(taken_until__isnull=False).exists()
    assert "Siti" not in output


def test_answers_without_a_questionnaire_are_given_up_and_the_others_judged(
    worker: Started, sent: Any, satker: Any, kegiatan: Any
) -> None:
    [bad, good] = sent(2)
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=bad.pk).update(form_version_used=99, version=3)
    process = worker("--until-empty")
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 0, output
    found = verdicts(satker)
    assert found[bad.pk] == ("failed", 3)
    assert found[good.pk] == ("failed", 2)
    with tenant_scope(satker):
        [fault] = ResponseCheck.objects.get(pk=bad.pk).errors
    assert (fault["code"], fault["reason"]) == ("engine_gave_up", "no_form")


def test_a_phone_sees_the_verdict_soon_after_its_submit(
    worker: Started, live_server_process: LiveServer, kegiatan: Any, enumerator: Any,
    assignment: Any,
) -> None:  # fmt: skip
    worker()
    token = factories.token(enumerator)
    path = f"/api/v1/kegiatan/{kegiatan.pk}"
    body = {"operations": [submit(assignment, WHOLE_LISTING)]}
    _status, _headers, reply = live_server_process.call("POST", f"{path}/operations/", token, body)
    assert reply["results"][0]["assignment"]["response"]["check"]["state"] == "pending"
    _status, _headers, page = live_server_process.call("GET", f"{path}/changes/", token)
    deadline = time.monotonic() + 30
    while True:
        query = f"{path}/changes/?cursor={page['cursor']}"
        _status, _headers, page = live_server_process.call("GET", query, token)
        states = [unit["response"]["check"]["state"] for unit in page["assignments"]]
        if "passed" in states:
            return
        assert time.monotonic() < deadline, states
        time.sleep(0.2)
