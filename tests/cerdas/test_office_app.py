"""Scripts of office pages at /office/: found by Vite's manifest, kept for ever, nothing else."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cerdas.office_app import DESIGNER, PREVIEW, OfficeScript, office_script

SCRIPT = "export const words = 'rancang';" * 50
FILE = "assets/designer-Ab12Cd34.js"
MANIFEST = {
    "_vue-1.js": {"file": "assets/vue-1.js", "imports": ["_base-1.js"]},
    "_base-1.js": {
        "file": "assets/base-1.js", "css": ["assets/base-1.css"], "imports": ["_vue-1.js"],
    },
    DESIGNER: {
        "file": FILE, "isEntry": True, "css": ["assets/designer-1.css"], "imports": ["_vue-1.js"],
        "dynamicImports": ["src/late.ts"],
    },
    "src/late.ts": {"file": "assets/late-1.js", "css": ["assets/late-1.css"]},
}  # fmt: skip


@pytest.fixture
def built(settings: Any, tmp_path: Path) -> Path:
    """A build with one entry, what it imports, and its compressed twins."""
    settings.OFFICE_APP_DIR = tmp_path
    (tmp_path / "assets").mkdir()
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(MANIFEST))
    (tmp_path / ".inputs.sha256").write_text("secret of the build")
    (tmp_path / "loose.js").write_text("self;")
    (tmp_path / FILE).write_text(SCRIPT)
    (tmp_path / f"{FILE}.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    return tmp_path


def test_an_entry_is_named_with_its_styles_and_all_it_imports_at_once(built: Path) -> None:
    assert office_script(DESIGNER) == OfficeScript(
        f"/office/{FILE}",
        ("/office/assets/base-1.css", "/office/assets/designer-1.css"),
        ("/office/assets/vue-1.js", "/office/assets/base-1.js"),
    )
    assert office_script(PREVIEW) is None, "this build has none"


def test_a_newer_build_is_seen(built: Path) -> None:
    assert office_script(DESIGNER) is not None
    newer = {DESIGNER: {"file": "assets/designer-2.js"}}
    manifest = built / ".vite" / "manifest.json"
    manifest.write_text(json.dumps(newer))
    os.utime(manifest, ns=(1, 1))
    found = office_script(DESIGNER)
    assert found is not None
    assert found.script == "/office/assets/designer-2.js"


@pytest.mark.parametrize("content", [None, "", "{", '{"x": 1}'])
def test_what_is_no_build_is_none(built: Path, content: str | None) -> None:
    manifest = built / ".vite" / "manifest.json"
    if content is None:
        manifest.unlink()
    else:
        manifest.write_text(content)
        os.utime(manifest, ns=(2, 2))
    assert office_script(DESIGNER) is None


def test_files_are_kept_for_ever_and_packed(client: Client, built: Path) -> None:
    answer = client.get(f"/office/{FILE}", headers={"accept-encoding": "gzip"})
    assert gzip.decompress(answer.content) == SCRIPT.encode()
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    tag = answer["ETag"]
    again = client.get(f"/office/{FILE}", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.post(f"/office/{FILE}").status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "assets/designer-00000000.js", f"{FILE}.gz", ".vite/manifest.json", ".inputs.sha256",
        "loose.js", "", "../manage.py", "assets/../../manage.py", "assets/../.vite/manifest.json",
    ],
)  # fmt: skip
def test_nothing_else_is_given(client: Client, built: Path, address: str, db: None) -> None:
    answer = client.get(f"/office/{address}")
    assert answer.status_code == 404
    assert "secret of the build" not in answer.content.decode()


def test_a_file_that_another_build_takes_away_is_not_found(
    client: Client, built: Path, db: None
) -> None:
    assert client.get(f"/office/{FILE}").status_code == 200
    (built / FILE).unlink()
    assert client.get(f"/office/{FILE}", headers={"accept-encoding": ""}).status_code == 404
