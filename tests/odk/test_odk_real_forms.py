"""Real XLSForms judge chance answers as ODK's own engine does; what both refuse is the same."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kegiatan.form.engine import Engine
from kegiatan.form.importing.sheets import Sheet, read_sheets
from kegiatan.form.importing.xlsform import import_sheets
from kegiatan.form.importing.xlsform_rows import Item
from tests.odk.agreement import ASKED, Playable, differences, plain_path, playable
from tests.odk.odk_engine import NotAnXForm, Set, Told, ask_odk, needs_odk, xform_of

DATA = Path(__file__).parents[3] / "shared" / "data" / "xlsforms"
SETS = int(os.environ.get("ODK_SETS", "1"))
ROWS = 2
FORMS = [
    "odk-socio-economic-survey.xlsx",
    "ona-grain-trade-establishment.xlsx",
    "odk-all-question-types.xlsx",
    "pyxform-widgets-legacy.xls",
    "pma2020-uganda-household-questionnaire.xlsx",
    "liberia-village-listing.xlsx",
]
# What both refuse, and a text for the cell with which both take the form: sheet, row, column, text.
BROKEN = {
    "pma2020-uganda-household-questionnaire.xlsx": ("survey", 9, "choice_filter", ""),
    "liberia-village-listing.xlsx": ("choices", 6, "name", "4b"),
}
# What ODK's engine in browsers has not got: lists in other files, what was given first, old words.
WITHOUT_EQUAL = ("pulldata(", "once(")
TRUTH = re.compile(r"(\$\{(?:consent_obtained|eligible)\})(?!\s*[=!])")  # a bare text is true there
OLD_TYPES = dict.fromkeys(("hidden string", "hidden int", "hidden geopoint"), "hidden")
# Rows of a repeat that is not shown count in ODK Web Forms, as in neither Collect nor Cerdas.
HIDDEN_ROWS = {("value", f"/data/{name}") for name in ("num_HH_members", "heads", "names")}
GIVEN: dict[str, Sequence[Any]] = {
    "integer": ("0", "1", "2", "5", "9", "12", "20", "100"), "decimal": ("0.5", "12.5", "18.35"),
    "range": ("3", "4"), "text": ("a", "Budi", "12"), "barcode": ("899",),
    "date": ("2010-06-15", "2026-11-20", "2099-01-01"), "time": ("08:00:00.000Z",),
    "dateTime": ("2020-05-05T08:00:00.000Z",), "acknowledge": (True,),
    "geopoint": ({"latitude": 1.5, "longitude": 109, "altitude": None, "accuracy": 5},),
}  # fmt: skip

pytestmark = [
    needs_odk,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real XLSForms are not here"),
]


def mended(sheets: Sequence[Sheet], name: str) -> list[Sheet]:
    """Return a workbook without what makes both refuse it, or what browsers have not got."""
    sheet, row, column, text = BROKEN.get(name, ("", 0, "", ""))
    found = []
    for one in sheets:
        rows = []
        for each in one.rows:
            cells = {key: playable_cell(key, cell) for key, cell in each.cells.items()}
            if (one.name, each.number) == (sheet, row):
                cells = {key: cell for key, cell in {**cells, column: text}.items() if cell}
            rows.append(replace(each, cells=cells))
        found.append(replace(one, rows=tuple(rows)))
    return found


def playable_cell(column: str, cell: str) -> str:
    """Return a cell in words that ODK's engine in browsers has."""
    if any(call in cell for call in WITHOUT_EQUAL):
        return "''"
    if column == "relevant":
        return TRUTH.sub(r"(\1 = 'true')", cell)
    return OLD_TYPES.get(cell, cell).replace("trim(", "normalize-space(")


def answer_to(item: Item, chance: Random) -> Any:
    """Return an answer as ODK's engine takes it, None for none."""
    assert item.target is not None
    values = sorted(item.target.values)
    if item.type in GIVEN:
        return chance.choice(GIVEN[item.type])
    if not values:
        return None
    if item.type.startswith("select_one"):
        return chance.choice(values)
    count = 1 if item.cell("choice_filter") else chance.randint(1, min(len(values), 4))
    return values if item.type == "rank" else chance.sample(values, count)


def answers_to(form: Playable, chance: Random) -> Set:
    """Return answers to most questions, in two rows of each repeat."""
    rows: dict[str, list[str]] = {"": [""]}
    given = Set({})
    for path, item in form.items.items():
        around = max(
            (one for one in form.repeats if path.startswith(f"{one}/")), key=len, default=""
        )
        places = [row + path.removeprefix(around) for row in rows[around]]
        if item.kind == "repeat":
            given.counts.update(dict.fromkeys(places, ROWS))
            rows[path] = [f"{one}[{number}]" for one in places for number in range(1, ROWS + 1)]
            continue
        for place in places:
            if item.type in ASKED and chance.random() < 0.7:
                given.answers[place] = answer_to(item, chance)
    return given


@dataclass(frozen=True, slots=True)
class Played:
    """A form, sets of answers, and what ODK's engine says to them."""

    form: Playable
    sets: list[Set]
    told: list[Told] | str


@pytest.fixture(scope="module")
def played() -> dict[str, Played]:
    forms = {
        name: playable(mended(read_sheets((DATA / name).read_bytes()), name)) for name in FORMS
    }
    chance = Random(7)
    sets = {
        name: [answers_to(form, chance) for _turn in range(SETS)] for name, form in forms.items()
    }
    told = ask_odk([(forms[name].xform, sets[name]) for name in FORMS])
    return {
        name: Played(forms[name], sets[name], one) for name, one in zip(FORMS, told, strict=True)
    }


@pytest.mark.parametrize("name", FORMS)
def test_a_real_form_judges_as_odk_does(name: str, played: dict[str, Played], v8: Engine) -> None:
    form, told = played[name].form, played[name].told
    assert not isinstance(told, str), told
    wrong = [
        (each, form.items[plain_path(each.reference)].row.cells)
        for given, one in zip(played[name].sets, told, strict=True)
        for each in differences(form, given, one, v8)
        if (each.what, plain_path(each.reference)) not in HIDDEN_ROWS
    ]
    assert not wrong, "\n".join(map(str, wrong[:20]))


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_refused_at_the_same_cell_by_both(name: str) -> None:
    content = (DATA / name).read_bytes()
    sheet, row, _column, _text = BROKEN[name]
    broken = import_sheets(read_sheets(content)).broken
    assert [(fault.sheet, fault.row) for fault in broken] == [(sheet, row)]
    with pytest.raises(NotAnXForm, match=f"row : {row}]"):
        xform_of(content, Path(name).suffix)
