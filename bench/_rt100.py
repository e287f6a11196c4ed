"""The workload rt100: a household of 100 questions and 300 answers, 6.5 KB as compact JSON.

`workload()` gives the project's shared file where it is at hand, so that figures compare with those
of other servers; else questionnaires and answers of the same shape and size, made here.
"""

import importlib.util
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

SHARED = Path(__file__).resolve().parents[2] / "shared" / "bench" / "rt100.py"
MEMBERS = 6
_HOUSEHOLD = (
    ["text"] * 10 + ["choice"] * 20 + ["whole"] * 15 + ["decimal"] * 5 + ["date"] * 4
    + ["several"] * 4 + ["time", "place"]
)  # fmt: skip
_MEMBER = ["text"] * 2 + ["choice"] * 22 + ["whole"] * 10 + ["date"] * 2 + ["several"] * 4
_CHOICES = [{"value": str(n), "text": f"Pilihan {n}"} for n in range(1, 10)]
_ELEMENTS: dict[str, dict[str, Any]] = {
    "text": {"type": "text"},
    "choice": {"type": "radiogroup", "choices": _CHOICES},
    "several": {"type": "checkbox", "choices": _CHOICES},
    "whole": {"type": "text", "inputType": "number"},
    "decimal": {"type": "text", "inputType": "number"},
    "date": {"type": "text", "inputType": "date"},
    "time": {"type": "text", "inputType": "time"},
    "place": {"type": "geotag"},
}
_WORDS = ("sawah", "kebun", "rumah", "warung", "jalan", "desa", "kali", "bukit", "pasar", "melati")


@dataclass(frozen=True)
class Workload:
    """source: which one it is; form(): a form_schema; answers(serial): {question: answer}."""

    source: str
    form: Callable[[], dict[str, Any]]
    answers: Callable[[int], dict[str, Any]]


def workload() -> Workload:
    """Return the shared workload, or the equal one."""
    if not SHARED.is_file():
        return Workload(f"own, of the same shape ({SHARED} is not here)", _form, _answers)
    spec = importlib.util.spec_from_file_location("rt100", SHARED)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Workload("the shared rt100.py", module.form, module.answers)


def with_row_ids(answers: dict[str, Any], serial: int) -> dict[str, Any]:
    """Return the answers as a phone holds them: every row of a roster with its `_id`."""
    return {
        name: [
            {"_id": str(uuid5(NAMESPACE_OID, f"{serial} {name} {n}")), **row}
            for n, row in enumerate(value)
        ]
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else value
        for name, value in answers.items()
    }


def _questions(prefix: str, kinds: list[str]) -> list[dict[str, Any]]:
    names = [f"{prefix}_q{n:03d}_isi" for n in range(1, len(kinds) + 1)]
    return [
        {"name": name, "title": name, **_ELEMENTS[kind]}
        for name, kind in zip(names, kinds, strict=True)
    ]


def _form() -> dict[str, Any]:
    household = _questions("hh", _HOUSEHOLD)
    pages = [
        {"name": f"block_{n + 1}", "elements": household[n * 10 : n * 10 + 10]} for n in range(6)
    ]
    roster = {
        "type": "paneldynamic",
        "name": "member",
        "templateElements": _questions("mb", _MEMBER),
        "maxPanelCount": 30,
    }
    names = ["Provinsi", "Kabupaten/Kota", "Kecamatan", "Desa/Kelurahan", "SLS", "Sub-SLS"]
    status = {"key": "status", "label": "Status", "type": "status_lookup"}
    return {
        "form_name": "RT100",
        "masters_used": [],
        "level_definitions": {f"level_{n}_code": name for n, name in enumerate(names, start=1)},
        "assignment_label_template": "{hh_q001_isi}",
        "assignment_table_grouping_levels": ["level_4_code", "level_5_code"],
        "assignment_table_columns": [
            {**status, "default": True, "sortable": True, "filterable": True}
        ],
        "pages": [*pages, {"name": "block_7", "elements": [roster]}],
    }


def _answers(serial: int) -> dict[str, Any]:
    rng = random.Random(serial)
    member = _questions("mb", _MEMBER)
    household = _answered(rng, _questions("hh", _HOUSEHOLD), _HOUSEHOLD)
    household["member"] = [_answered(rng, member, _MEMBER) for _n in range(MEMBERS)]
    return household


def _answered(
    rng: random.Random, questions: list[dict[str, Any]], kinds: list[str]
) -> dict[str, Any]:
    return {
        question["name"]: _value(rng, kind) for question, kind in zip(questions, kinds, strict=True)
    }


def _value(rng: random.Random, kind: str) -> Any:
    date = f"20{rng.randint(10, 25)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    values: dict[str, Callable[[], Any]] = {
        "text": lambda: " ".join(rng.choices(_WORDS, k=3)),
        "choice": lambda: str(rng.randint(1, 9)),
        "several": lambda: [str(n) for n in sorted(rng.sample(range(1, 10), 3))],
        "whole": lambda: rng.randint(0, 99_999),
        "decimal": lambda: round(rng.uniform(0, 5_000), 2),
        "date": lambda: date,
        "time": lambda: f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}",
        "place": lambda: {
            "lat": -round(rng.uniform(1, 8), 7),
            "lon": round(rng.uniform(105, 125), 7),
            "accuracy_m": round(rng.uniform(3, 20), 1),
            "at": "2025-08-01T02:00:00Z",
        },
    }
    return values[kind]()
