"""The host of the engine: limits, discards, forks, a clean end."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kegiatan.form.engine import BUILD, Engine, engine, read_bundle
from kegiatan.form.engine_results import (
    ERROR_LENGTH,
    EngineError,
    EngineNotBuilt,
    EngineOutOfMemory,
    EngineTimeout,
)

ROOT = Path(__file__).parents[2]
ROW = "6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10"


def form(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"form_name": "Uji", **more, "pages": [{"name": "p", "elements": list(elements)}]}


SOUND = form({"type": "text", "name": "nama", "isRequired": True})
REGEX_BOMB = form(
    {
        "type": "text",
        "name": "nama",
        "validators": [{"type": "regex", "regex": "^(a+)+$"}],
    }
)


@pytest.fixture
def own() -> Iterator[Engine]:
    found = Engine(timeout_seconds=1.0)
    yield found
    found.close()


def works(found: Engine) -> bool:
    verdict = found.evaluate(SOUND, {}, key="sound")
    return [finding.path for finding in verdict.errors] == ["nama"]


def test_a_regex_bomb_ends_in_a_timeout_and_the_engine_goes_on(own: Engine) -> None:
    assert works(own)
    begin = time.monotonic()
    with pytest.raises(EngineTimeout) as caught:
        own.evaluate(REGEX_BOMB, {"nama": "a" * 60 + "!"}, key="bomb")
    assert caught.value.code == "timeout"
    assert time.monotonic() - begin < 20
    assert own.heap_bytes_used() == 0
    assert works(own)


def test_too_much_memory_discards_the_isolate_and_the_engine_goes_on() -> None:
    small = Engine(timeout_seconds=60, heap_bytes=48 * 1024 * 1024)
    try:
        assert works(small)
        template = [{"type": "text", "name": f"q{number}"} for number in range(20)]
        roster = {"type": "paneldynamic", "name": "r", "maxPanelCount": 5000}
        with pytest.raises(EngineOutOfMemory) as caught:
            small.evaluate(form({**roster, "templateElements": template}), {"r": [{}] * 2000})
        assert caught.value.code == "out_of_memory"
        assert small.heap_bytes_used() == 0
        assert works(small)
    finally:
        small.close()


def test_an_error_of_the_engine_is_short_and_leaves_it_usable(own: Engine) -> None:
    with pytest.raises(EngineError) as caught:
        own.run("evaluate", "x" * 10_000, "{}", "{}", "{}")
    assert caught.value.code == "broken"
    assert 0 < len(str(caught.value)) <= ERROR_LENGTH
    with pytest.raises(EngineError, match="no function"):
        own.run("constructor.constructor")
    with pytest.raises(EngineError, match="not JSON"):
        own.evaluate(SOUND, {"nama": float("nan")})
    assert works(own)


@pytest.mark.parametrize("name", ["__proto__", "constructor", "toString", "hasOwnProperty"])
def test_prototype_names_reach_no_prototype(own: Engine, name: str) -> None:
    hostile = form({"type": "text", "name": name, "isRequired": True})
    with contextlib.suppress(EngineError):  # such a form is never published: reserved_name
        own.evaluate(hostile, {name: {"isRequired": True, "polluted": "ya"}})
    own.evaluate(SOUND, {name: {"polluted": "ya"}, "_archived": {name: {"polluted": "ya"}}})
    probe = form({"type": "expression", "name": "e", "expression": "{polluted}"})
    assert own.evaluate(probe, {}).answers == {}
    assert works(own)


def test_deep_answers_are_refused_or_judged_and_never_fatal(own: Engine) -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    verdict = own.evaluate(SOUND, {"nama": "A", "lama": deep})
    assert "_archived" in verdict.answers
    with pytest.raises(EngineError):
        own.run("evaluate", SOUND, '{"a":' + "[" * 200_000 + "]" * 200_000 + "}", "{}", "{}")
    assert works(own)


def test_markup_in_texts_and_answers_stays_text(own: Engine) -> None:
    script = "<script>alert(1)</script>"
    titled = form(
        {"type": "text", "name": "nama"},
        {"type": "text", "name": "b", "title": "Umur {nama} <b>", "isRequired": True},
    )
    verdict = own.evaluate(titled, {"nama": script})
    assert [finding.title for finding in verdict.errors] == [f"Umur {script} <b>"]


def test_no_address_is_ever_asked(own: Engine) -> None:
    remote = form(
        {"type": "dropdown", "name": "a", "choicesByUrl": {"url": "http://127.0.0.1:9/x"}},
        surveyPostId="x",
        cookieName="x",
    )
    assert own.evaluate(remote, {"a": "1"}).errors == ()
    prepared = own.run("prepare", remote, "PPL")
    assert "choicesByUrl" not in prepared["pages"][0]["elements"][0]
    assert not {"surveyPostId", "cookieName"} & set(prepared)


def test_many_forms_do_not_pile_up(own: Engine) -> None:
    for number in range(40):
        assert own.evaluate(SOUND, {"nama": "A"}, key=str(number)).passed
    assert not own.run("isLoaded", "0")
    assert own.evaluate(SOUND, {"nama": "A"}, key="0").passed


def test_a_verdict_leaves_no_answer_behind(own: Engine) -> None:
    roster = form(
        {"type": "text", "name": "a"},
        {
            "type": "paneldynamic",
            "name": "r",
            "visibleIf": "{a} = '1'",
            "templateElements": [{"type": "text", "name": "x", "isRequired": True}],
        },
    )
    rows = [{"_id": ROW, "x": "rahasia"}]
    assert own.evaluate(roster, {"a": "1", "r": rows}, key="r").answers["r"] == rows
    assert own.evaluate(roster, {"a": "1"}, key="r").answers == {"a": "1"}
    assert own.evaluate(roster, {"a": "1"}, key="r").visible == ("a", "r")


def test_the_bundle_is_named_by_its_content() -> None:
    bundle = read_bundle()
    assert (BUILD / f"engine-{bundle.hash}.js").exists()
    assert engine().hash == bundle.hash
    assert bundle.survey_core == "2.5.43"


def test_a_missing_bundle_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineNotBuilt, match=r"scripts/node\.sh"):
        read_bundle(tmp_path)


def test_a_fork_gets_an_engine_of_its_own() -> None:
    parent = engine()
    assert works(parent)
    child = os.fork()
    if child == 0:  # no assertion may unwind into pytest here
        status = 1
        try:
            status = 0 if engine() is not parent and works(engine()) else 2
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert works(parent)


@pytest.mark.parametrize("fork", [False, True])
def test_a_process_that_used_the_engine_ends(fork: bool) -> None:
    script = (
        "import os, sys\n"
        "from kegiatan.form.engine import engine\n"
        "form = {'pages': [{'elements': [{'type': 'text', 'name': 'a'}]}]}\n"
        "engine().evaluate(form, {})\n"
        f"child = os.fork() if {fork} else None\n"
        "if child:\n"
        "    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "engine().evaluate(form, {})\n"
        "print('done')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (0, "done\n"), ended.stderr
