"""Questionnaires: the verdict by size of the interview, the linter, the shape check.

    python bench/forms.py [--rounds 9] [--verdicts 60]

Needs no database. Verdicts of the demo's household form in V8, as check workers give them, for
interviews of about 150 and 430 question instances, and of its first pages alone with about 20;
baseline: the household form with no answers, which is what building it costs. Linter: the household
form of 167 questions is read from its text and linted with the engine in an isolate of its own, as
at publishing; then without the engine; then a hostile form of 3,000 questions in a chain of
conditions and 40 regular expressions of 500 characters. Shape: rt100 in the request; baseline:
json.loads of the same answers. Targets: linter under 2 s, shape under 0.2 ms. Ends with 1 when one
is missed.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import django  # noqa: E402
from django.conf import settings  # noqa: E402

settings.configure(USE_I18N=True, LANGUAGE_CODE="id")
django.setup()

from bench._rt100 import with_row_ids, workload  # noqa: E402
from cerdas.demo.household import household_interview  # noqa: E402
from kegiatan.form.engine import Engine  # noqa: E402
from kegiatan.form.form_text import parse_form  # noqa: E402
from kegiatan.form.linting import LintReport, lint_form  # noqa: E402
from kegiatan.form.linting_engine import EngineInspector  # noqa: E402
from kegiatan.form.shape import compile_shape  # noqa: E402

HOUSEHOLD = ROOT / "cerdas" / "demo" / "data" / "household.json"
MASTERS = {"KBLI": {2020}}
KNOWN = {"nama_krt": "Agus Setiawan", "alamat": "Sungai Bakau", "nomor_urut_bangunan": 3}
INSTANCES = (150, 430)
FIRST_PAGES = 2  # of the household form: about 20 questions
TARGET_SECONDS = 2.0
TARGET_SHAPE_SECONDS = 0.000_2


def hostile() -> dict[str, Any]:
    """Return a form that is as dear to judge as the caps let it be."""
    chain: list[dict[str, Any]] = [
        {"type": "text", "name": f"q{n}", "visibleIf": f"{{q{n + 1}}} = {{q{n + 2}}}"}
        for n in range(3_000)
    ]
    for n in range(40):
        regex = f"(?:[ab]*{n}?)" * 30
        chain[n]["validators"] = [{"type": "regex", "regex": regex[:500]}]
    return {"form_name": "Uji", "pages": [{"name": "p", "elements": chain}]}


def timed(rounds: int, work: Callable[[], LintReport]) -> tuple[float, float, LintReport]:
    """Return median and longest seconds of a round, and the last report."""
    seconds = []
    for _round in range(rounds):
        started = time.perf_counter()
        report = work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), max(seconds), report


def interviews() -> list[dict[str, Any]]:
    """Return invented households of one to fifteen members."""
    found: list[dict[str, Any]] = []
    for number in range(12):
        one = household_interview(uuid5(UUID(int=1), str(number)), KNOWN, "x", date(2026, 11, 20))
        found.append(one)
        members = [
            {**member, "_id": str(uuid5(UUID(member["_id"]), str(copy)))}
            for copy in range(3)
            for member in one["anggota"]
        ]
        found.append({**one, "jumlah_art": len(members), "anggota": members})
    return found


def verdicts(count: int) -> None:
    """Print median and p95 of a verdict for the interviews nearest to each size."""
    whole = json.loads(HOUSEHOLD.read_text())
    small = {**whole, "pages": whole["pages"][:FIRST_PAGES]}
    engine = Engine(timeout_seconds=30)

    def judge(form: dict[str, Any], answers: dict[str, Any]) -> int:
        key = "whole" if form is whole else "small"
        return len(engine.evaluate(form, answers, KNOWN, key=key).visible)

    made = interviews()
    sizes = [(judge(whole, answers), whole, answers) for answers in made]
    chosen = [min(sizes, key=lambda one: abs(one[0] - wanted)) for wanted in INSTANCES]
    chosen.insert(0, (judge(small, made[0]), small, made[0]))
    empty: list[float] = []
    taken: dict[int, list[float]] = {size: [] for size, *_rest in chosen}
    for _n in range(count):
        for size, form, answers in chosen:
            taken[size].append(_seconds(lambda form=form, answers=answers: judge(form, answers)))
        empty.append(_seconds(lambda: judge(whole, {})))
    base = statistics.median(empty)
    print(f"verdict, no answers (baseline): median {base * 1000:.0f} ms")
    for size, seconds in taken.items():
        median, p95 = statistics.median(seconds), sorted(seconds)[int(count * 0.95)]
        print(
            f"verdict, {size} question instances: median {median * 1000:.0f} ms,"
            f" p95 {p95 * 1000:.0f} ms, {median / base:.1f} times the baseline"
        )
    print(f"heap of the isolate afterwards: {engine.heap_bytes_used() / 2**20:.1f} MiB")
    engine.close()


def shape(rounds: int) -> bool:
    """Print what the shape check of rt100 takes; return whether the target is met."""
    source = workload()
    answers = with_row_ids(source.answers(1), 1)
    text, compiled = json.dumps(answers), compile_shape(source.form())
    checked = statistics.median(_seconds(lambda: compiled.check(answers)) for _n in range(rounds))
    base = statistics.median(_seconds(lambda: json.loads(text)) for _n in range(rounds))
    print(
        f"shape of rt100: median {checked * 1000:.3f} ms,"
        f" {checked / base:.1f} times json.loads (baseline)"
    )
    return checked < TARGET_SHAPE_SECONDS


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> int:
    """Measure and print; return 1 when the target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--verdicts", type=int, default=60)
    options = parser.parse_args()
    rounds = options.rounds
    verdicts(options.verdicts)
    text = HOUSEHOLD.read_bytes()
    kinds: dict[str, Callable[[], LintReport]] = {
        "household, with engine": lambda: lint_form(
            parse_form(text)[0], masters=MASTERS, engine=EngineInspector()
        ),
        "household, linter alone": lambda: lint_form(parse_form(text)[0], masters=MASTERS),
        "hostile, linter alone": lambda: lint_form(hostile()),
    }
    longest = 0.0
    for name, work in kinds.items():
        median, worst, report = timed(rounds if "hostile" not in name else 1, work)
        print(
            f"{name}: median {median * 1000:.0f} ms, longest {worst * 1000:.0f} ms,"
            f" {report.questions} questions, {len(report.faults)} faults"
        )
        if name == "household, with engine":
            longest = median
    met = longest < TARGET_SECONDS
    print(f"target: median under {TARGET_SECONDS:.0f} s: {'met' if met else 'MISSED'}")
    met &= shape(200)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
