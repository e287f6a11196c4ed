"""The loading commands: one JSON object, exit codes, and words for people."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from masterdata.models import MasterData, MasterSls
from tests.masterdata.conftest import sls_row

Writer = Callable[..., Path]
pytestmark = pytest.mark.django_db
COUNTS = ["added", "changed", "removed", "unchanged", "duplicates"]


def run(capsys: pytest.CaptureFixture[str], *words: Any) -> tuple[int, str, str]:
    """Run a command; return exit code, standard output, standard error."""
    code = 0
    try:
        call_command(*map(str, words))
    except SystemExit as ending:
        code = int(ending.code or 0)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_all_well_is_exit_0_and_one_json_object(
    capsys: pytest.CaptureFixture[str], bundled: Callable[[str], Path]
) -> None:
    code, out, err = run(capsys, "load_master_sls", bundled("6104"), bundled("6171"), "--json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert [report[name] for name in COUNTS] == [38, 0, 0, 0, 2]
    assert (report["refused"], report["dry_run"], report["loaded"]) == ([], False, True)
    assert MasterSls.objects.count() == 38


def test_refused_rows_are_exit_1_and_listed_with_row_column_value_code_message(
    capsys: pytest.CaptureFixture[str], sls_file: Writer
) -> None:
    path = sls_file([sls_row(), sls_row("6104080001000200", ""), sls_row("61040800010003")])
    code, out, err = run(capsys, "load_master_sls", path, "--json", "--dry-run")
    refused = json.loads(out)["refused"]
    assert (code, err) == (1, "")
    assert [(r["row"], r["column"], r["value"], r["code"]) for r in refused] == [
        (3, "Nama SLS", "", "name_missing"),
        (4, "ID SLS", "61040800010003", "code_format"),
    ]
    assert all(r["message"] for r in refused)
    assert MasterSls.objects.count() == 0


@pytest.mark.parametrize("as_json", [True, False])
def test_an_unreadable_file_is_exit_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, as_json: bool
) -> None:
    options = ["--json"] if as_json else []
    for words in (["load_master_sls"], ["load_masterdata", "KBLI", "2020"]):
        code, out, err = run(capsys, *words, tmp_path / "absent.csv", *options)
        assert code == 2
        if as_json:
            (refusal,) = json.loads(out)["refused"]
            assert refusal["code"] == "missing"
            assert refusal["file"] == str(tmp_path / "absent.csv")
            assert err == ""
        else:
            assert "absent.csv" in err
            assert out == ""


def test_people_read_counts_and_the_first_twenty_refusals(
    capsys: pytest.CaptureFixture[str], sls_file: Writer
) -> None:
    bad = [sls_row(f"6104080001{n:04}00", "") for n in range(1, 31)]
    code, out, _err = run(capsys, "load_master_sls", sls_file(bad))
    assert code == 1
    assert out.count("[name_missing]") == 20
    assert "10" in out.splitlines()[20]
    assert "30" in out.splitlines()[21]


def test_control_characters_of_a_value_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str], sls_file: Writer
) -> None:
    _code, out, _err = run(capsys, "load_master_sls", sls_file([sls_row(nama="\x1b[2Jx")]))
    assert "\x1b" not in out
    assert "control_character" in out


def test_a_dry_run_says_what_replacing_would_remove(
    capsys: pytest.CaptureFixture[str],
    bundled: Callable[[str], Path],
    sls_file: Writer,
    uses_by_assignments: None,
) -> None:
    run(capsys, "load_master_sls", bundled("6171"))
    path = sls_file([sls_row("6171010001000100"), sls_row("6171010001009900")])
    words = ["load_master_sls", path, "--replace", "--json"]
    code, out, _err = run(capsys, *words, "--dry-run")
    dry = json.loads(out)
    assert (code, [dry[name] for name in COUNTS]) == (0, [1, 1, 8, 0, 0])
    assert MasterSls.objects.count() == 9
    _code, out, _err = run(capsys, *words)
    assert [json.loads(out)[name] for name in COUNTS] == [dry[name] for name in COUNTS]
    assert MasterSls.objects.count() == 2


def test_a_dataset_is_published_and_its_other_content_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "kbli.csv"
    path.write_text("kode,judul\n01,Padi\n")
    words = ["load_masterdata", "KBLI", "2020", path, "--json"]
    code, out, _err = run(capsys, *words, "--description", "Klasifikasi", "--no-activate")
    assert (code, json.loads(out)["added"]) == (0, 1)
    stored = MasterData.objects.get()
    assert (stored.description, stored.is_active, stored.row_count) == ("Klasifikasi", False, 1)
    path.write_text("kode,judul\n01,Jagung\n")
    code, out, _err = run(capsys, *words)
    assert (code, json.loads(out)["refused"][0]["code"]) == (1, "version_exists")
