"""Cerdas Mobile at /app/: what browsers may keep and may run, and every address of the app."""

import gzip
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as settings_project
from django.test import Client

PAGE = "<!doctype html><title>Cerdas Mobile</title>"
SCRIPT = "export const words = 'masuk';" * 50
HASHED = "assets/index-Ab12Cd34.js"


@pytest.fixture
def built(settings: Any, tmp_path: Path) -> Path:
    """A build of the app with a few files."""
    settings.MOBILE_APP_DIR = tmp_path
    (tmp_path / "assets").mkdir()
    (tmp_path / "icons").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "sw.js").write_text("self;")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / "icons" / "icon-192.png").write_bytes(b"\x89PNG")
    (tmp_path / HASHED).write_text(SCRIPT)
    (tmp_path / f"{HASHED}.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / f"{HASHED}.br").write_bytes(b"br")
    (tmp_path / ".inputs.sha256").write_text("secret of the build")
    return tmp_path


@pytest.mark.parametrize(
    "address",
    ["", "sign-in", "k/01a1f98f-57a0-702e-8a97-699b45da2df0/units", "k/x/groups/6104/-"],
)
def test_every_address_of_the_app_is_its_one_page(
    client: Client, built: Path, address: str
) -> None:
    answer = client.get(f"/app/{address}")
    assert (answer.status_code, answer.content.decode()) == (200, PAGE)
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"


def test_the_address_without_slash_leads_to_the_app(client: Client, built: Path) -> None:
    assert client.get("/app")["Location"] == "/app/"


@pytest.mark.parametrize(
    "address",
    [
        "assets/index-00000000.js", "assets/none", "robots.txt", ".inputs.sha256",
        f"{HASHED}.gz", "../manage.py", "%2e%2e/manage.py", "assets/../../manage.py",
    ],
)  # fmt: skip
def test_what_this_build_lacks_is_not_answered_with_the_page(
    client: Client, built: Path, address: str
) -> None:
    answer = client.get(f"/app/{address}")
    assert answer.status_code == 404
    assert PAGE not in answer.content.decode()
    assert "secret of the build" not in answer.content.decode()


def test_hashed_files_are_kept_for_ever_and_the_others_asked_for_again(
    client: Client, built: Path
) -> None:
    assert client.get(f"/app/{HASHED}")["Cache-Control"] == "public, max-age=31536000, immutable"
    for name in ("sw.js", "manifest.webmanifest", "icons/icon-192.png", "index.html", ""):
        assert client.get(f"/app/{name}")["Cache-Control"] == "no-cache", name


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("gzip;q=1.0", "gzip"), ("", None)],
)
def test_files_go_out_in_the_encoding_that_the_browser_takes(
    client: Client, built: Path, accepted: str, encoding: str | None
) -> None:
    answer = client.get(f"/app/{HASHED}", headers={"accept-encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer["Vary"]
    content = answer.content if encoding != "gzip" else gzip.decompress(answer.content)
    assert content == (b"br" if encoding == "br" else SCRIPT.encode())
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br;q=0, gzip", "gzip"), ("br; q=0.0, identity", None), ("br;q=0.001", "br"),
        ("BR;Q=0, GZIP", "gzip"),
    ],
)  # fmt: skip
def test_an_encoding_that_the_browser_refuses_is_not_used(
    client: Client, built: Path, accepted: str, encoding: str | None
) -> None:
    answer = client.get(f"/app/{HASHED}", headers={"accept-encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding


def test_a_file_that_another_build_takes_away_is_not_found(client: Client, built: Path) -> None:
    assert client.get(f"/app/{HASHED}").status_code == 200
    (built / HASHED).unlink()
    assert client.get(f"/app/{HASHED}", headers={"accept-encoding": ""}).status_code == 404
    assert client.get("/app/").status_code == 200


def test_a_file_that_goes_while_the_build_is_looked_at_is_not_found(
    client: Client, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def gone(path: Path) -> bytes:
        if path.name == "sw.js":
            raise FileNotFoundError
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", gone)
        assert client.get("/app/").status_code == 404
    assert client.get("/app/sw.js").status_code == 200, "what was half seen is not kept"


def test_a_build_takes_its_place_only_when_it_is_whole(tmp_path: Path) -> None:
    for name in ("dist", "dist.new", "dist.old"):
        (tmp_path / name / "assets").mkdir(parents=True)
        (tmp_path / name / "index.html").write_text(name)
    (tmp_path / "dist" / "assets" / "old.js").write_text(SCRIPT)
    (tmp_path / "dist.new" / "assets" / "new.js").write_text(SCRIPT)
    pack = shutil.copy(settings_project.BASE_DIR / "pwa" / "compress.mjs", tmp_path)
    node = settings_project.BASE_DIR / "scripts" / "node.sh"
    subprocess.run([node, "run", "node", pack], check=True, timeout=60)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["compress.mjs", "dist"]
    assert (tmp_path / "dist" / "index.html").read_text() == "dist.new"
    names = sorted(path.name for path in (tmp_path / "dist" / "assets").iterdir())
    assert names == ["new.js", "new.js.br", "new.js.gz"]
    configured = (settings_project.BASE_DIR / "pwa" / "vite.config.ts").read_text()
    assert 'outDir: here("./dist.new")' in configured, "Vite writes beside what is served"


def test_what_the_browser_has_is_not_sent_again(client: Client, built: Path) -> None:
    tag = client.get("/app/sw.js")["ETag"]
    again = client.get("/app/sw.js", headers={"if-none-match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    (built / "sw.js").write_text("self; // newer")
    (built / "index.html").write_text(PAGE + "<p>")
    assert client.get("/app/sw.js", headers={"if-none-match": tag}).status_code == 200


def test_the_app_runs_nothing_but_its_own_scripts(client: Client, built: Path) -> None:
    for address in ("", "settings", "sw.js", HASHED):
        answer = client.get(f"/app/{address}")
        policy = dict(
            part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert "unsafe-eval" not in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Permissions-Policy"].startswith("camera=(self), geolocation=(self)")


def test_a_server_without_the_app_says_so(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.MOBILE_APP_DIR = tmp_path
    answer = client.get("/app/")
    assert answer.status_code == 503
    assert "scripts/node.sh" in answer.content.decode()


def test_nobody_is_asked_who_they_are(
    client: Client, built: Path, django_assert_num_queries: Any, db: None
) -> None:
    client.cookies["sessionid"] = "0123456789abcdef0123456789abcdef"
    with django_assert_num_queries(0):
        assert client.get("/app/settings").status_code == 200


def test_only_reading_is_possible(client: Client, built: Path) -> None:
    assert client.post("/app/").status_code == 405
