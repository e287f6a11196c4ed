"""The launcher of the embedded PostgreSQL, on servers of its own, as the current user."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cerdas import embedded_postgres_place as places

PROJECT = Path(__file__).resolve().parents[2]


class Launcher:
    """Runs the launcher's command line for one `.local` directory of a test."""

    def __init__(self, local: Path) -> None:
        self.local = local

    def start_process(self, *arguments: str) -> subprocess.Popen[str]:
        """Start one command line without waiting for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "cerdas.embedded_postgres", *arguments],
            cwd=PROJECT,
            env={**os.environ, "CERDAS_LOCAL_DIR": str(self.local)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run one command line and return what it printed."""
        process = self.start_process(*arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, out + err
        return out

    def urls(self, name: str = "cerdas") -> dict[str, str]:
        """Return DATABASE_URL and DATABASE_OWNER_URL; starts the server when needed."""
        lines = self.run("urls", "--name", name).splitlines()
        return dict(line.split("=", 1) for line in lines)

    def pid(self) -> int:
        """Return the process id of the running server."""
        return int(self.run("status").splitlines()[0].rpartition(" ")[2])

    def data(self) -> Path:
        """Return the data directory of the running server."""
        line = next(x for x in self.run("status").splitlines() if x.startswith("data: "))
        return Path(line.removeprefix("data: "))


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    launcher = Launcher(tmp_path / "local")
    yield launcher
    launcher.run("remove")


def write_marker(urls: dict[str, str]) -> None:
    with psycopg.connect(urls["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE marker AS SELECT 7 AS n")
        connection.execute("GRANT SELECT ON marker TO cerdas_app")


def marker(urls: dict[str, str]) -> int | None:
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT n FROM marker").fetchone()
        return row[0] if row else None


def test_first_use_starts_a_server_with_two_roles_and_one_database(launcher: Launcher) -> None:
    urls = launcher.urls()
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        settings = connection.execute(
            "SELECT current_user, current_setting('listen_addresses'), current_setting('fsync'),"
            " current_setting('server_encoding'), current_setting('max_connections')"
        ).fetchone()
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin"
            " FROM pg_roles WHERE rolname LIKE 'cerdas%' ORDER BY 1"
        ).fetchall()
        database = connection.execute(
            "SELECT pg_get_userbyid(datdba), datcollate, datctype FROM pg_database"
            " WHERE datname = 'cerdas'"
        ).fetchone()
        owned = connection.execute(
            "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'cerdas_app'::regrole"
            " AND deptype = 'o'"
        ).fetchone()
    assert settings == ("cerdas_app", "", "on", "UTF8", "200")
    assert roles == [
        ("cerdas_app", False, False, False, False, True),
        ("cerdas_owner", False, False, True, True, True),
    ]
    assert database == ("cerdas_owner", "C.UTF-8", "C.UTF-8")
    assert owned == (0,)


def test_the_login_role_may_not_create_tables(launcher: Launcher) -> None:
    with (
        psycopg.connect(launcher.urls()["DATABASE_URL"]) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine (n int)")


def test_a_second_use_attaches_to_the_running_server(launcher: Launcher) -> None:
    first = launcher.urls()
    pid = launcher.pid()
    write_marker(first)
    assert launcher.urls() == first
    assert launcher.pid() == pid
    assert marker(first) == 7


def test_a_new_database_name_is_created_on_the_running_server(launcher: Launcher) -> None:
    write_marker(launcher.urls())
    pid = launcher.pid()
    other = launcher.urls("other-name")
    assert launcher.pid() == pid
    with pytest.raises(psycopg.errors.UndefinedTable):
        marker(other)


def test_a_dropped_role_comes_back(launcher: Launcher) -> None:
    urls = launcher.urls()
    with psycopg.connect(urls["DATABASE_OWNER_URL"]) as connection:
        connection.execute("DROP ROLE cerdas_app")
    write_marker(launcher.urls())
    assert marker(urls) == 7


def test_the_owner_may_drop_a_database_with_a_session_of_the_login_role(
    launcher: Launcher,
) -> None:
    left = launcher.urls("left-over")
    with psycopg.connect(left["DATABASE_URL"]):
        owner = psycopg.connect(launcher.urls()["DATABASE_OWNER_URL"], autocommit=True)
        with owner:
            owner.execute('DROP DATABASE "left-over" WITH (FORCE)')
            found = owner.execute("SELECT FROM pg_database WHERE datname = 'left-over'")
            assert found.fetchone() is None


def test_the_server_starts_again_after_a_kill(launcher: Launcher) -> None:
    urls = launcher.urls()
    write_marker(urls)
    pid = launcher.pid()
    os.kill(pid, signal.SIGKILL)
    assert launcher.urls() == urls
    assert launcher.pid() != pid
    assert marker(urls) == 7


def test_a_pid_file_naming_a_foreign_process_is_stale(launcher: Launcher) -> None:
    urls = launcher.urls()
    write_marker(urls)
    data = launcher.data()
    pid_file = data / "postmaster.pid"
    left = pid_file.read_text()
    launcher.run("stop")
    owner = data.stat()
    # The number was used again by another process of the same account.
    stranger = subprocess.Popen(
        ["sleep", "300"],
        **({"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}),
    )
    try:
        pid_file.write_text(left.replace(left.split("\n")[0], str(stranger.pid), 1))
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        launcher.run("status", code=3)
        assert marker(launcher.urls()) == 7
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_starters_at_once_get_the_same_server(launcher: Launcher) -> None:
    starters = [launcher.start_process("urls") for _ in range(4)]
    results = [process.communicate(timeout=120) for process in starters]
    assert [process.returncode for process in starters] == [0] * 4, results
    assert len({out for out, _err in results}) == 1
    data = str(launcher.data())
    listed = subprocess.run(
        ["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True
    )
    servers = [x for x in listed.stdout.splitlines() if f"-D {data}" in x and "sh -c" not in x]
    assert len(servers) == 1


def test_a_path_over_100_bytes_works(tmp_path: Path) -> None:
    launcher = Launcher(tmp_path / ("long-" * 20) / "local")
    try:
        urls = launcher.urls()
        write_marker(urls)
        assert marker(urls) == 7
        assert marker(launcher.urls()) == 7
    finally:
        launcher.run("remove")


def test_the_socket_leaves_a_directory_whose_path_is_too_long(tmp_path: Path) -> None:
    short = places.Place(local=Path("/srv/x"), base=Path("/srv/x"), account=None)
    assert short.socket_dir == Path("/srv/x/postgres/run")
    deep = tmp_path / ("long-" * 20)
    long = places.Place(local=deep, base=deep, account=None)
    assert not long.socket_dir.is_relative_to(deep)
    assert len(os.fsencode(places.socket_path(long.socket_dir))) <= 100


def test_a_directory_open_to_others_is_refused_for_the_socket(tmp_path: Path) -> None:
    place = places.Place(local=tmp_path, base=tmp_path, account=None)
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(places.EmbeddedPostgresError, match="not a private directory"):
        places.private_directory(place, shared)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o777


def test_stop_and_status_agree(launcher: Launcher) -> None:
    launcher.run("status", code=3)
    assert launcher.run("stop") == "was not running\n"
    launcher.urls()
    assert launcher.pid() > 0
    assert launcher.run("stop") == "stopped\n"
    launcher.run("status", code=3)


def test_attaching_is_quick(launcher: Launcher) -> None:
    launcher.urls()
    code = (
        "import time, cerdas.embedded_postgres as e\n"
        "e.database_urls(); t = time.perf_counter(); e.database_urls()\n"
        "print(time.perf_counter() - t)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**os.environ, "CERDAS_LOCAL_DIR": str(launcher.local)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) < 0.3  # usually 0.02; two local connections


@pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps the data outside the clone")
def test_a_new_clone_at_the_path_of_a_deleted_one_starts_empty(launcher: Launcher) -> None:
    write_marker(launcher.urls())
    pid = launcher.pid()
    (launcher.local / "postgres-place").unlink()  # what deleting the clone takes with it
    with pytest.raises(psycopg.errors.UndefinedTable):
        marker(launcher.urls())
    assert launcher.pid() != pid
    former = launcher.data().parent.parent / "postgres.former"
    assert (former / launcher.data().name / "PG_VERSION").exists()


def test_a_kill_during_a_busy_query_does_not_let_two_servers_write(launcher: Launcher) -> None:
    urls = launcher.urls()
    write_marker(urls)
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        busy = subprocess.Popen(
            [sys.executable, "-c", _BUSY, urls["DATABASE_URL"]], stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not _busy_backend(connection):
            time.sleep(0.05)
        backend = _busy_backend(connection)
        os.kill(launcher.pid(), signal.SIGKILL)
    try:
        assert marker(launcher.urls()) == 7
        assert not _runs(backend)
    finally:
        busy.kill()
        busy.wait()


# Minutes without a place where a backend would notice the end of its postmaster.
_BUSY = """
import psycopg, sys
psycopg.connect(sys.argv[1]).execute(
    "SELECT count(*) FROM generate_series(1, 300000000) a WHERE md5(a::text) = 'x'")
"""


def _runs(pid: object) -> bool:
    shown = subprocess.run(
        ["ps", "-p", str(pid), "-o", "stat="], capture_output=True, text=True, check=False
    )
    return bool(shown.stdout) and not shown.stdout.startswith("Z")


def _busy_backend(connection: psycopg.Connection[tuple[object, ...]]) -> object:
    row = connection.execute(
        "SELECT max(pid) FROM pg_stat_activity WHERE query LIKE '%md5(a::text)%'"
        " AND state = 'active' AND pid <> pg_backend_pid()"
    ).fetchone()
    connection.rollback()
    return row[0] if row else None
