"""Forms and answers made to break the check: the worker lives, and the queue moves on."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignments.checking import verdicts
from assignments.checking.queue import queue_length
from assignments.checking.worker import checks_run
from assignments.models import ResponseCheck
from cerdas.tenancy import tenant_scope
from kegiatan.form.engine_child import PROJECT_DIR
from kegiatan.form.engine_process import EngineGone, EngineProcess
from tests import factories
from tests.assignments.sending import WHOLE_LISTING

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
SECRET = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"


def form(*elements: Any) -> dict[str, Any]:
    """A listing whose one page holds these questions. Nothing publishes it: it is in the rows."""
    return {**factories.form("listing"), "pages": [{"name": "p", "elements": list(elements)}]}


def deep(levels: int) -> Any:
    """Panels in panels."""
    inner: dict[str, Any] = {"type": "text", "name": "x"}
    for n in range(levels):
        inner = {"type": "panel", "name": f"p{n}", "elements": [inner]}
    return inner


def nested(levels: int) -> Any:
    """Lists in lists."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


BOMB = {
    "type": "text",
    "name": "x",
    "validators": [{"type": "regex", "regex": "^(a+)+$"}],
}
ROSTER = {
    "type": "paneldynamic",
    "name": "anggota",
    "templateElements": [
        {"type": "text", "name": "nama", "isRequired": True},
        {"type": "expression", "name": "banyak", "expression": "sumInArray({anggota}, 'umur')"},
    ],
}
CIRCLE = [
    {"type": "text", "name": "a", "setValueExpression": "{b} + 1", "setValueIf": "true"},
    {"type": "text", "name": "b", "setValueExpression": "{a} + 1", "setValueIf": "true"},
    {"type": "expression", "name": "c", "expression": "{d} + 1"},
    {"type": "expression", "name": "d", "expression": "{c} + 1"},
]
NAMES = [
    {"type": "text", "name": "__proto__"},
    {"type": "text", "name": "constructor", "isRequired": True},
    {"type": "text", "name": "toString"},
]
DOUBLING = [
    {"type": "expression", "name": f"e{n}", "expression": f"{{{name}}} + {{{name}}}"}
    for n, name in enumerate(["x", *(f"e{n}" for n in range(39))])
]
LOOP = [
    {"type": "text", "name": "a", "inputType": "number", "isRequired": True},
    {"type": "text", "name": "b", "inputType": "number", "max": 5},
]
TRIGGERS = [
    {
        "type": "runexpression",
        "expression": f"{{{a}}} > 0",
        "setToName": b,
        "runExpression": f"{{{a}}} + 1",
    }
    for a, b in ("ab", "ba")
]
# Each with what may become of it; none may stop what comes after.
HOSTILE: dict[str, tuple[dict[str, Any], Any]] = {
    "regex that backtracks": (form(BOMB), {"x": SECRET}),
    "20,000 rows": (form(ROSTER), {"anggota": [{"nama": "x", "umur": 1}] * 20_000}),
    "expressions in a circle": (form(*CIRCLE), {"a": 1, "b": 1}),
    "panels 400 deep": (form(deep(400)), {"x": 1}),
    "answers 500 deep": (form({"type": "text", "name": "x"}), {"x": nested(500)}),
    "names of the prototype": (form(*NAMES), {"__proto__": {"polluted": 1}, "constructor": "x"}),
    "strings that double": (form({"type": "text", "name": "x"}, *DOUBLING), {"x": "x" * 50}),
    "rows without end": (form({**ROSTER, "minPanelCount": 10**9, "maxPanelCount": 10**9}), {}),
    "triggers in a circle": ({**form(*LOOP), "triggers": TRIGGERS}, {"a": 1, "b": 9}),
    "50 MB": (form({"type": "text", "name": "x"}), {"x": "x" * 50_000_000}),
    "types that do not fit": (form(ROSTER), {"anggota": {"length": 1e9}}),
}

GIVEN_UP = {
    "regex that backtracks": "timeout",
    "20,000 rows": "timeout",
    "panels 400 deep": "timeout",
    "names of the prototype": "broken",
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts that are shorter than in an office: these answers have no end anyway."""
    monkeypatch.setattr(verdicts, "SECONDS", (1.0, 1.0, 1.5))


@pytest.mark.parametrize("name", HOSTILE)
def test_the_queue_moves_on(
    name: str, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, caplog: Any,
    impatient: None,
) -> None:  # fmt: skip
    schema, answers = HOSTILE[name]
    hostile = factories.kegiatan([satker], schema=schema)
    fields = {"status": "Submitted by PPL", "version": 2}
    people = (enumerator, supervisor)
    bad = factories.assignment(satker, hostile, *people, responses=answers, **fields)
    good = factories.assignment(satker, kegiatan, *people, responses=WHOLE_LISTING, **fields)
    checks_run()
    assert queue_length() == 0
    with tenant_scope(satker):
        kept = {row.pk: row for row in ResponseCheck.objects.all()}
    assert kept[good.pk].state == "passed"
    assert (kept[bad.pk].state, kept[bad.pk].version) == ("failed", 2)
    assert SECRET not in caplog.text
    if name in GIVEN_UP:
        [fault] = kept[bad.pk].errors
        assert (fault["code"], fault["reason"]) == ("engine_gave_up", GIVEN_UP[name])
        assert SECRET not in str(fault)


def bomb() -> tuple[dict[str, Any], dict[str, Any]]:
    """A request that keeps the engine busy until its limit, and its form."""
    request = {
        "key": "bomb", "answers": {"x": SECRET}, "prefilled": {}, "locale": "id",
        "now": "2026-11-20T19:00", "assignment_id": None,
    }  # fmt: skip
    return request, form(BOMB)


def after(seconds: float, act: Callable[[], Any]) -> threading.Thread:
    """Do something while the test waits for the engine."""
    timer = threading.Timer(seconds, act)
    timer.start()
    return timer


def fate(process: EngineProcess) -> str:
    """Why a process gave no verdict."""
    request, schema = bomb()
    with pytest.raises(EngineGone) as gone:
        process.judge(request, schema)
    return gone.value.reason


def test_a_child_that_is_killed_hangs_or_grows_is_replaced() -> None:
    process = EngineProcess()
    request, schema = bomb()
    harmless = {**request, "answers": {"x": "a"}}
    try:
        assert process.judge(harmless, schema)["errors"] == []
        first = process.pid
        killed = after(0.5, lambda: os.kill(first or 0, signal.SIGKILL))
        assert fate(process) == "crashed"
        killed.join()

        assert process.judge(harmless, schema)["errors"] == []
        second = process.pid
        assert second != first
        process.hang_seconds = 1.5
        stopped = after(0.3, lambda: os.kill(second or 0, signal.SIGSTOP))
        assert fate(process) == "hung"
        stopped.join()
        process.hang_seconds = 20

        assert process.judge(harmless, schema)["errors"] == []
        process.rss_limit_bytes = 1
        assert fate(process) == "out_of_memory"
        process.rss_limit_bytes = 900 * 2**20

        process.rss_renew_bytes = 1
        assert process.judge(harmless, schema)["errors"] == []
        assert process.pid is None, "grown too large, it is replaced before the next"
    finally:
        process.close()


def test_memory_that_v8_does_not_count_is_bounded_too(tmp_path: Path) -> None:
    script = tmp_path / "typed_arrays.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(PROJECT_DIR)!r})\n"
        "from kegiatan.form.engine_child import _limit_self\n"
        "_limit_self()\n"
        "from py_mini_racer import MiniRacer, JSEvalException\n"
        "import os\n"
        "try:\n"
        "    script = '[...Array(4000)].map(() => new Uint8Array(1 << 20).fill(1)).length'\n"
        "    MiniRacer().eval(script)\n"
        "except JSEvalException as error:\n"
        "    os._exit(7 if 'allocation failed' in str(error) else 1)\n"
        "os._exit(0)\n"
    )
    ended = subprocess.run([sys.executable, script], timeout=60, check=False)
    assert ended.returncode == 7
