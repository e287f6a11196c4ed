"""Forms that went out as XLSForms and came in, held against what they were without their losses."""

import json
import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from kegiatan.form.engine import Engine, checksum
from kegiatan.form.exporting.xlsform_writing import Exported, export_xlsform
from kegiatan.form.importing.report import ImportedForm
from kegiatan.form.importing.sheets import Row, Sheet
from kegiatan.form.importing.xlsform import import_sheets

Json = dict[str, Any]
NOW = "2026-11-20T19:00"
GONE: Json = {}  # stands for what was taken out of a list
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
CHOICES = frozenset({"radiogroup", "dropdown", "checkbox", "tagbox", "ranking"})
SEVERAL = frozenset({"checkbox", "tagbox", "ranking"})


def sheets_of(exported: Exported) -> list[Sheet]:
    """Return an export as the sheets that are read from its workbook."""
    tables = {
        "survey": exported.survey, "choices": exported.choices, "settings": [exported.settings],
    }  # fmt: skip
    found = []
    for name, rows in tables.items():
        headers = list(dict.fromkeys(key for row in rows for key in row))
        places = {header: number for number, header in enumerate(headers, start=1)}
        cells = [{key: text.strip() for key, text in row.items() if text.strip()} for row in rows]
        made = [Row(number, one, places) for number, one in enumerate(cells, start=2) if one]
        found.append(Sheet(name, tuple(headers), tuple(made)))
    return found


def there_and_back(form: Json) -> tuple[ImportedForm, Json]:
    """Return a form after going out and coming in, and what it was without what is listed."""
    exported = export_xlsform(form)
    left = json.loads(json.dumps(form))
    for fault in exported.faults:
        take_out(left, fault.path)
    return import_sheets(sheets_of(exported)), without_gaps(left)


def take_out(form: Json, path: str) -> None:
    """Take out the element or property at a path, leaving the numbers of the others as they are."""
    steps = [name or int(number) for name, number in _STEP.findall(path)]
    at: Any = form
    for step in steps[:-1]:
        at = at[step]
        if at is GONE:
            return
    if isinstance(at, list):
        at[steps[-1]] = GONE
    else:
        at.pop(steps[-1], None)


def without_gaps(value: Any) -> Any:
    """Return a form without what was taken out."""
    if isinstance(value, dict):
        return {key: without_gaps(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_gaps(inner) for inner in value if inner is not GONE]
    return value


def questions(elements: list[Json]) -> Iterator[Json]:
    """Yield the questions of one scope, those of panels too; rosters as themselves."""
    for element in elements:
        if element.get("type") == "panel":
            yield from questions(element["elements"])
        else:
            yield element


def of_pages(form: Mapping[str, Any]) -> list[Json]:
    """Return the elements of all pages."""
    return [element for page in form["pages"] for element in page["elements"]]


def answers_to(elements: list[Json], chance: Random, share: float = 0.7) -> Json:
    """Return answers to one scope, of the types that the questions have."""
    found: Json = {}
    for element in questions(elements):
        if chance.random() > share:
            continue
        if element["type"] == "paneldynamic":
            inner, count = element["templateElements"], chance.randint(0, 3)
            found[element["name"]] = [
                {"_id": identity(chance), **answers_to(inner, chance, share)} for _n in range(count)
            ]
        elif (value := answer_to(element, chance)) is not None:
            found[element["name"]] = value
    return found


def identity(chance: Random) -> str:
    """Return a UUID for a row."""
    return f"00000000-0000-4000-8000-{chance.getrandbits(48):012x}"


def answer_to(element: Json, chance: Random) -> Any:
    """Return an answer to one question; None where none is played."""
    kind, input_type = element["type"], element.get("inputType", "")
    if kind == "boolean":
        return chance.choice([True, False])
    if kind in CHOICES:
        choices = element.get("choices", [])
        values = [one["value"] if isinstance(one, dict) else one for one in choices]
        if not values or kind == "ranking":
            return values or None
        some = chance.sample(values, chance.randint(1, len(values)))
        return some if kind in SEVERAL else some[0]
    if kind == "text" and input_type in ("number", "range"):
        return chance.choice([0, 1, 2, 3, 5, 9, 12, 17, 25, 60, 100, 1960, 2020, 10_000, 3_000_000])
    given: dict[str, list[Any]] = {
        "date": ["2010-06-15", "1960-01-31", "2026-11-20", "2027-01-01"], "time": ["08:00"],
        "datetime-local": ["2026-11-20T08:00"], "email": ["a@b.id"], "url": ["https://b.id"],
    }  # fmt: skip
    if kind in ("text", "comment", "barcode"):
        words = ["a", "Budi", "Siti Aminah", "081234567890", "6104080001000101", "12"]
        return chance.choice(given.get(input_type, words))
    if kind == "geotag":
        place = {"lat": -0.5, "lon": 109.25, "at": "2026-11-20T01:02:03Z"}
        return {**place, "accuracy_m": chance.choice([3, 500])}
    if kind == "photo":
        return ["6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10"]
    return None


def as_choices(elements: list[Json], answers: Json) -> Json:
    """Return answers as the form that came in stores them: codes are texts, also yes and no."""
    found = dict(answers)
    for element in questions(elements):
        value = found.get(element["name"])
        if element["type"] == "boolean" and isinstance(value, bool):
            found[element["name"]] = str(value).lower()
        elif element["type"] in CHOICES and value is not None:
            is_list = isinstance(value, list)
            found[element["name"]] = [str(one) for one in value] if is_list else str(value)
        elif element["type"] == "paneldynamic" and value:
            inner = element["templateElements"]
            found[element["name"]] = [as_choices(inner, row) for row in value]
    return found


def said(
    engine: Engine, form: Json, answers: Json
) -> tuple[set[str], set[tuple[str, str]], dict[str, str]]:
    """Return which questions a verdict shows, what it finds wrong, and what it calculated.

    Faults are required, unknown_choice, or rule for all else: an XLSForm has one rule a question.
    """
    verdict = engine.evaluate(form, answers, key=checksum(form), now=NOW)
    own = {"required", "unknown_choice"}
    wrong = {(error.path, error.code if error.code in own else "rule") for error in verdict.errors}
    made = {one["name"] for one in form.get("calculatedValues", ())}
    made |= {one["name"] for one in questions(of_pages(form)) if one["type"] == "expression"}
    values = {key: str(value).lower() for key, value in verdict.answers.items() if key in made}
    return set(verdict.visible), wrong, values
