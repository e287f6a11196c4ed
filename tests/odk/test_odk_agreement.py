"""Imported XLSForms judge answers as ODK's own engine does: relevance, required, constraints.

Needs `@getodk/xforms-engine` and `jsdom` in pwa/node_modules, and `pyxform`; skipped without them.
"""

import json
import random
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from kegiatan.form.engine import Engine
from kegiatan.form.importing.report import Report
from kegiatan.form.importing.sheets import read_sheets
from kegiatan.form.importing.xlsform import import_xlsform
from kegiatan.form.importing.xlsform_names import name_everything
from kegiatan.form.importing.xlsform_rows import Item, read_book

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "xlsforms"
MODULES = ROOT / "pwa" / "node_modules"
NODE = shutil.which("node")
FORMS = [
    "odk-socio-economic-survey.xlsx",
    "ona-grain-trade-establishment.xlsx",
    "odk-all-question-types.xlsx",
    "pyxform-widgets-legacy.xls",
]
ASKED = {"integer", "decimal", "text", "date", "select_one", "select_multiple"}
SETS = 8

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason="the real XLSForms are not here"),
    pytest.mark.skipif(
        NODE is None or not (MODULES / "@getodk" / "xforms-engine").is_dir(),
        reason="@getodk/xforms-engine is not installed",
    ),
]


def questions(content: bytes, root: str) -> dict[str, Item]:
    """Return the rows that ask for an answer by their path in the XForm."""
    book = read_book(read_sheets(content), Report())
    name_everything(book, Report())
    found = {}
    for item in book.root.walk():
        if item.type in ASKED and item.name and not item.cell("calculation"):
            names = [item.name, *(above.name for above in item.above if above.name)]
            found[f"/{root}/" + "/".join(reversed(names))] = item
    return found


def answer(item: Item, chance: random.Random) -> Any:
    """Return an answer, None for none. Defaults and filters would have to be played as well."""
    assert item.target is not None
    values = sorted(item.target.values)
    if item.cell("choice_filter") or chance.random() < 0.3:
        return None
    if item.type == "select_one":
        return chance.choice(values) if values else None
    if item.type == "select_multiple":
        return chance.sample(values, min(len(values), chance.randint(1, 4))) or None
    given = {
        "integer": [0, 1, 2, 5, 9, 12, 20, 100], "decimal": [0.5, 12.5, 18.35],
        "text": ["a", "Budi", "12"], "date": ["2010-06-15", "2099-01-01"],
    }  # fmt: skip
    return chance.choice(given[item.type])


def played(asked: dict[str, Item], chance: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a set of answers by path, and as ours: one row in each roster."""
    by_path: dict[str, Any] = {}
    ours: dict[str, Any] = {}
    for path, item in asked.items():
        assert item.target is not None
        place = ours
        for roster in item.target.rosters:
            place = place.setdefault(roster, [{}])[0]
        value = answer(item, chance)
        if value is not None:
            place[item.target.key] = value
            by_path[path] = value if isinstance(value, list) else str(value)
    return by_path, ours


def told_by_odk(xform: str, sets: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    (folder / "form.xml").write_text(xform)
    (folder / "sets.json").write_text(json.dumps(sets))
    script = Path(__file__).with_name("answers_of_odk.mjs")
    files = [folder / name for name in ("form.xml", "sets.json", "out.json")]
    command = [str(NODE), str(script), str(MODULES), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    found: list[dict[str, Any]] = json.loads((folder / "out.json").read_text())
    return found


@pytest.mark.parametrize("name", FORMS)
def test_an_imported_form_judges_as_odk_does(name: str, tmp_path: Path) -> None:
    pyxform = pytest.importorskip("pyxform.xls2xform")
    content = (DATA / name).read_bytes()
    xform = pyxform.convert(str(DATA / name), warnings=[]).xform
    root = re.search(r"<instance>\s*<([\w-]+)", xform)
    assert root is not None
    asked = questions(content, root[1])
    chance = random.Random(7)
    sets = [played(asked, chance) for _number in range(SETS)]
    odk = told_by_odk(xform, [by_path for by_path, _ours in sets], tmp_path)
    form = import_xlsform(content).form
    engine = Engine(timeout_seconds=60)
    wrong = []
    try:
        for (by_path, ours), told in zip(sets, odk, strict=True):
            verdict = engine.evaluate(form, ours, now="2026-11-20T19:00")
            codes = defaultdict(set)
            for error in verdict.errors:
                codes[error.path.rpartition(".")[2]].add(error.code)
            shown = {path.rpartition(".")[2] for path in verdict.visible}
            for path, item in asked.items():
                if item.cell("default") and path not in by_path:
                    continue  # ODK's engine fills it in; a verdict judges what is stored
                assert item.target is not None
                key = item.target.key
                own = (
                    key in shown, "required" in codes[key],
                    bool(codes[key] & {"rule", "pattern"}),
                )  # fmt: skip
                violation = told[path]["violation"] if told[path]["relevant"] else None
                theirs = (
                    told[path]["relevant"], violation == "required", violation == "constraint",
                )  # fmt: skip
                if own != theirs:
                    wrong.append((path, by_path.get(path), own, theirs))
    finally:
        engine.close()
    assert not wrong, wrong[:10]
