"""docs/forms.md says what became of real files: the import says the same."""

import re
from pathlib import Path

import pytest

from kegiatan.form.importing.files import import_form

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
TABLE = re.findall(
    r"^\| ([\w.-]+\.(?:xlsx?|json))(?: \(original\))? \| (\d+) \| (\d+) \| (\d+) \| (.+) \|$",
    (ROOT / "docs" / "forms.md").read_text(),
    re.MULTILINE,
)
FILES = {path.name: path for folder in ("xlsforms", "forms") for path in (DATA / folder).glob("*")}

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not here")


@needs_data
def test_every_real_file_stands_in_the_table_once() -> None:
    forms = {name for name in FILES if name.endswith((".xlsx", ".xls", ".json"))}
    assert sorted(row[0] for row in TABLE) == sorted(forms)


@needs_data
@pytest.mark.parametrize(("name", "questions", "mapped", "listed", "why"), TABLE)
def test_the_table_says_what_the_import_says(
    name: str, questions: str, mapped: str, listed: str, why: str
) -> None:
    imported = import_form(FILES[name].read_bytes(), name=name)
    counts = (imported.questions, imported.mapped, imported.listed)
    assert counts == (int(questions), int(mapped), int(listed))
    assert bool(imported.broken) == why.startswith("refused:")
    assert bool(imported.losses) == ("losses:" in why.lower())
    assert (not imported.broken and not imported.losses) == why.startswith("whole")
