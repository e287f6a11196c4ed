"""The command around the import: exit codes, JSON, files."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assignments.models import Assignment
from cerdas.tenancy import tenant_scope

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.fixture
def run(satker: Any, kegiatan: Any, kegiatan_admin: Any, capsys: pytest.CaptureFixture[str]) -> Any:
    """`run(*arguments)` gives (exit code, what was printed)."""

    def done(*arguments: str, actor: Any = None) -> tuple[int, str]:
        code = 0
        try:
            call_command(
                "import_assignments", kegiatan.name, *arguments,
                "--actor", (actor or kegiatan_admin).email, "--satker", satker.code,
            )  # fmt: skip
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, capsys.readouterr().out

    return done


@pytest.fixture
def file(tmp_path: Path, enumerator: Any, supervisor: Any) -> Path:
    """Two rows, the second outside the coverage."""
    path = tmp_path / "units.csv"
    with path.open("w", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(["ppl", "pml", "label", "region_code"])
        sheet.writerow([enumerator.email, supervisor.email, "Satu", "6104"])
        sheet.writerow([enumerator.email, supervisor.email, "Dua", "7104"])
    return path


def labels(satker: Any) -> list[str]:
    with tenant_scope(satker):
        return list(Assignment.objects.values_list("assignment_label", flat=True))


def test_refused_rows_end_with_1_and_nothing_is_imported(run: Any, file: Path, satker: Any) -> None:
    code, printed = run(str(file), "--json")
    told = json.loads(printed)
    assert code == 1
    assert told["added"] == 0
    assert {"added", "changed", "removed", "unchanged", "duplicates", "refused"} <= set(told)
    (refusal,) = told["refused"]
    assert refusal["row"] == 3
    assert refusal["column"] == "region_code"
    assert refusal["value"] == "7104"
    assert refusal["code"] == "outside_wilayah"
    assert "6104" in refusal["message"]
    assert labels(satker) == []


def test_skip_bad_imports_the_rest_and_writes_the_bad_rows(
    run: Any, file: Path, satker: Any, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    code, printed = run(str(file), "--skip-bad", "--bad-rows", str(bad))
    assert code == 1
    assert "7104" in printed
    assert labels(satker) == ["Satu"]
    bad.write_text(bad.read_text("utf-8-sig").replace(",7104,", ",6104,"))
    assert run(str(bad))[0] == 0
    assert sorted(labels(satker)) == ["Dua", "Satu"]


def test_an_unreadable_file_ends_with_2_and_the_same_json(run: Any, tmp_path: Path) -> None:
    code, printed = run(str(tmp_path / "none.csv"), "--json")
    told = json.loads(printed)
    assert (code, told["refused"][0]["code"], told["refused"][0]["row"]) == (2, "missing", None)


def test_the_template_has_the_columns_of_the_questionnaire(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    assert run("--template", str(path))[0] == 0
    header = path.read_text("utf-8-sig").strip().split(",")
    assert header == ["ppl", "pml", "label", *(f"level_{n}_code" for n in range(1, 6))]


def test_the_rights_of_the_actor_count(run: Any, file: Path, enumerator: Any) -> None:
    with pytest.raises(CommandError, match="not_allowed"):
        run(str(file), actor=enumerator)
