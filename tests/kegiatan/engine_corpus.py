"""The cases of tests/cases, which Vitest runs in Node too (pwa/tests/engine/cases.test.ts)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `expect` as pwa/tests/engine/corpus.ts says."""

    file: str
    name: str
    form: dict[str, Any]
    answers: dict[str, Any]
    expect: dict[str, Any]
    role: str = ""
    prefilled: dict[str, Any] | None = None
    before: dict[str, Any] | None = None
    options: dict[str, Any] | None = None


def read_cases() -> list[Case]:
    """Return every case of every file, the form filled in."""
    cases = []
    for path in sorted(FOLDER.glob("*.json")):
        content = json.loads(path.read_text())
        for item in content["cases"]:
            form = content["forms"][item["form"]] if isinstance(item["form"], str) else item["form"]
            cases.append(Case(file=path.stem, **{**item, "form": form}))
    return cases
