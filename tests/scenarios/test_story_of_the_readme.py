"""What the README tells people to type works when it is typed, line by line, from nothing."""

import csv
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench._scratch import scratch_database
from tests.contracts.printed_commands import ROOT, code_blocks

pytestmark = [pytest.mark.slow]
FIXTURES = ROOT / "tests" / "fixtures"


def story() -> list[str]:
    """Return the lines of the block under "The main job over commands"."""
    [block] = code_blocks(ROOT / "README.md", "## The main job over commands")
    return block


def typed(line: str, environment: dict[str, str], directory: Path) -> str:
    """Run one line in a shell, as a person would; return what it printed."""
    python = f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'manage.py'))}"
    done = subprocess.run(
        ["bash", "-c", f'manage.py() {{ {python} "$@"; }}\n{line}'],
        env=environment, cwd=directory, capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_main_job_of_the_readme_runs_as_it_is_written(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "sls" / "6104.csv", tmp_path / "master_sls.csv")
    shutil.copy(FIXTURES / "forms" / "listing.json", tmp_path)
    name = f"story_{os.environ.get('TEST_DATABASE_SUFFIX', '')}{os.getpid()}"
    with scratch_database(name) as scratch:
        environment = {
            **scratch,
            "DJANGO_SETTINGS_MODULE": "cerdas.settings.dev",
            "CERDAS_PASSWORD": "kata-sandi-kuat-77",
            "LANGUAGE": "id",
        }
        printed = {line: typed(line, environment, tmp_path) for line in story()}
    [tried, imported] = [t for line, t in printed.items() if "import_assignments" in line]
    assert "ditambah 1" in tried
    assert "ditambah 1" in imported
    [file] = [path for path in (tmp_path / "export").iterdir() if path.suffix == ".csv"]
    [row] = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    assert (row["assignment_label"], row["status"]) == ("Budi", "Assigned")
