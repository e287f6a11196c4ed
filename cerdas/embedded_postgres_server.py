"""The processes of the embedded PostgreSQL: initialise, start, look up, stop.

Every function here except `running_server` expects the lock of the place to be held.
"""

import getpass
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from cerdas.embedded_postgres_place import (
    PORT,
    EmbeddedPostgresError,
    Place,
    binaries,
    socket_path,
)

START_TIMEOUT_SECONDS = 120  # recovery after a crash may have to replay a lot
STOP_TIMEOUT_SECONDS = 30
LOG_BYTES_MAX = 10 * 2**20

# Only over the Unix socket; who may connect is decided by the operating system's account.
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}


@dataclass(frozen=True)
class Server:
    """A running postmaster: its process id and the directory of its socket."""

    pid: int
    socket_dir: Path


def connect(server: Server, database: str = "postgres") -> psycopg.Connection[Any]:
    """Open a connection as the superuser, in autocommit. Raises psycopg.OperationalError."""
    return psycopg.connect(
        host=str(server.socket_dir),
        port=PORT,
        user="postgres",
        dbname=database,
        autocommit=True,
        connect_timeout=10,
        application_name="cerdas launcher",
    )


def running_server(place: Place) -> Server | None:
    """Return the server of the place when its postmaster is alive (it may still be starting)."""
    server = _noted_server(place)
    if server and _is_postmaster_of(place, server.pid):
        return server
    return None


def _noted_server(place: Place) -> Server | None:
    """Read postmaster.pid: line 1 is the process id, line 5 the directory of the socket."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (OSError, IndexError, ValueError):
        return None
    socket_dir = Path(lines[4]) if len(lines) > 4 and lines[4] else place.socket_dir
    return Server(pid=pid, socket_dir=socket_dir)


def _is_postmaster_of(place: Place, pid: int) -> bool:
    """Tell whether the process works in this data directory; a process id may be used again."""
    if not _is_alive(pid):
        return False
    if os.path.isdir("/proc/self"):
        return _working_directory(pid) == os.path.realpath(place.data)
    shown = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return str(place.data) in shown.stdout


def _working_directory(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended but was not collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return not os.path.isdir("/proc/self")


def start(place: Place) -> Server:
    """Start the server and wait until it answers. Raises EmbeddedPostgresError with its log.

    A data directory that does not exist is made first; a stale postmaster.pid is cleared.
    """
    programs = binaries(place)
    if not place.data.exists():
        _initialise(place, programs)
    _write_access_rules(place)
    _clear_stale_locks(place)
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES_MAX:
        place.log.unlink()
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        log_from = place.log.stat().st_size if place.log.exists() else 0
        pid = _launch(place, programs)
        server = _wait_until_ready(place, pid, deadline)
        if server:
            return server
        said = _log_tail(place, log_from)
        # After a kill -9 of the postmaster a busy child goes on for as long as its query takes.
        if "still in use" not in said or time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL did not start. Its log {place.log}:\n{said}")
        _end_orphans(place)
        time.sleep(0.2)


def _initialise(place: Place, programs: Path) -> None:
    """Make the data directory under another name, so that an interrupted run leaves none."""
    unfinished = place.home / "data-unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [
        *(str(programs / "initdb"), "-D", str(unfinished), "-U", "postgres"),
        *("-E", "UTF8", "--locale=C.UTF-8", "--auth=peer", "--no-instructions"),
    ]
    done = _run_as_account(place, command)
    if done.returncode:
        raise EmbeddedPostgresError(f"initdb failed:\n{done.stdout}{done.stderr}")
    unfinished.rename(place.data)


def _write_access_rules(place: Place) -> None:
    """Let the account of the server, and root, be any role; nobody else any."""
    accounts = {"root", "nobody" if place.account else getpass.getuser()}
    rules = {
        place.hba: "local all all peer map=cerdas\n",
        place.ident: "".join(f'cerdas "{name}" all\n' for name in sorted(accounts)),
    }
    for path, text in rules.items():
        path.write_text(text)
        path.chmod(0o644)


def _clear_stale_locks(place: Place) -> None:
    """Remove lock files whose process is not a postmaster of this data directory.

    PostgreSQL does so itself for a process that is gone, but refuses to start when the number is
    used again by another process of the same account, as it is after a restart of a container.
    """
    socket = socket_path(place.socket_dir)
    lock = Path(f"{socket}.lock")
    try:
        pid = int(lock.read_text().splitlines()[0])
    except (OSError, IndexError, ValueError):
        pid = 0
    # A clone was deleted with its server running, and made again.
    if pid and _working_directory(pid).endswith(f"{place.data.name} (deleted)"):
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: not _is_alive(pid), STOP_TIMEOUT_SECONDS)
    for path in (lock, socket, place.data / "postmaster.pid"):
        path.unlink(missing_ok=True)


def _end_orphans(place: Place) -> None:
    """Ask what still works in the data directory to quit at once; the next start recovers."""
    data = os.path.realpath(place.data)
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        if name.isdigit() and _working_directory(int(name)) == data:
            with suppress(ProcessLookupError):
                os.kill(int(name), signal.SIGQUIT)


def _launch(place: Place, programs: Path) -> int:
    """Start the postmaster in a session of its own and return its process id.

    A shell starts it in the background and ends, so that it is not a child of this process and a
    Ctrl-C or the end of the terminal does not reach it.
    """
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [
        *(str(programs / "postgres"), "-D", str(place.data), "-k", str(place.socket_dir)),
        *("-c", f"hba_file={place.hba}", "-c", f"ident_file={place.ident}"),
        *options,
    ]
    background = 'log="$1"; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'
    done = _run_as_account(place, ["/bin/sh", "-c", background, "sh", str(place.log), *command])
    if done.returncode:
        raise EmbeddedPostgresError(f"PostgreSQL could not be started:\n{done.stderr}")
    return int(done.stdout)


def _run_as_account(place: Place, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command as the account of the server, with a clean environment."""
    account: dict[str, Any] = {}
    if place.account:
        account = {"user": place.account[0], "group": place.account[1], "extra_groups": []}
    return subprocess.run(
        command,
        cwd="/",  # the current directory may be closed to the account
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        umask=0o077,
        start_new_session=True,
        **account,
    )


def _wait_until_ready(place: Place, pid: int, deadline: float) -> Server | None:
    """Return the server once it answers, None when the process ends or the time is over."""
    server = Server(pid=pid, socket_dir=place.socket_dir)
    while _is_alive(pid) and time.monotonic() < deadline:
        try:
            connect(server).close()
            return server
        except psycopg.OperationalError:
            time.sleep(0.05)
    return None


def await_ready(place: Place, server: Server) -> Server | None:
    """Wait for a postmaster that another process started; None when it ends instead."""
    return _wait_until_ready(place, server.pid, time.monotonic() + START_TIMEOUT_SECONDS)


def stop(place: Place, server: Server) -> None:
    """Stop the server: connections are closed first; after 30 s at once, with recovery next time.

    Raises EmbeddedPostgresError when it is still there after that.
    """
    for sign in (signal.SIGINT, signal.SIGQUIT):
        os.kill(server.pid, sign)
        if wait_until(lambda: not _is_postmaster_of(place, server.pid), STOP_TIMEOUT_SECONDS):
            return
    raise EmbeddedPostgresError(f"PostgreSQL (process {server.pid}) does not stop.")


def wait_until(condition: Callable[[], bool], timeout_seconds: float) -> bool:
    """Poll a condition and return whether it came true in time."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _log_tail(place: Place, log_from: int) -> str:
    try:
        with place.log.open("rb") as file:
            file.seek(log_from)
            return file.read()[-4000:].decode(errors="replace")
    except OSError as error:
        return str(error)
