"""Workers that are killed with -9 and started again, and the whole state that they leave.

A state is every row of every table, every file and every letter, with ids and times taken out:
two runs of one job that end alike leave equal states, and whatever was done twice is in one of
them once more.
"""

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from cerdas.models import Job
from cerdas.tenancy import super_scope
from tests.cerdas.dying_worker import ANY
from tests.scenarios.live import PROJECT_DIR, database_url

State = dict[str, Counter[str]]
KILLED = -signal.SIGKILL
FILES, STRAY = "content of files", "files without row"
_TRIES = 5  # a worker goes home while jobs wait for the one it has started again
_LEFT_OUT = {
    "django_migrations", "django_content_type", "django_session", "auth_permission",
    "cache_entries", "feed_epoch",
}  # fmt: skip
# How often it was tried, salted secrets, stamps of transactions, sizes of packed files, the engine
# (which somebody may build anew while the tests run).
_COLUMNS_LEFT_OUT = {"attempts", "password", "changed_xid", "size_bytes", "engine"}
_NAMES = {
    "users": "email", "assignments": "assignment_label", "kegiatan_statistiks": "name",
    "satkers": "code", "invitations": "email", "jobs": "kind",
}  # fmt: skip
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_NUMBER = re.compile(r"((?:content_object_id|place|row_id)\W+(?:null, )?\W*)\d+(?=\W)")
_LINK = re.compile(r"/akun/\S+")


@dataclass
class Ending:
    """How a worker ended. points: those of its job, when it was not killed."""

    is_killed: bool
    points: list[str] = field(default_factory=list)


class Nursery:
    """A process in which workers are ready to be forked, on the database of this test."""

    def __init__(self, folder: Path) -> None:
        self.media, self.letters = folder / "media", folder / "letters"
        self._points, self._log = folder / "points", folder / "workers.log"
        self.letters.touch()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cerdas.settings.test",
            "DATABASE_URL": database_url("default"),
            "DATABASE_OWNER_URL": database_url("owner"),
        }
        code = "from tests.cerdas.dying_worker import main; main()"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code], cwd=PROJECT_DIR, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def work(
        self, parts: Mapping[str, Any], *, deadly: int = 0, counted: Sequence[str] = ANY
    ) -> Ending:
        """Let a worker work until the queue is empty, or dies at its n-th of the counted points."""
        order = {
            "media": str(self.media), "letters": str(self.letters), "points": str(self._points),
            "parts": {"cerdas.jobs.running.PROGRESS_EVERY_SECONDS": 0, **parts},
            "deadly": deadly, "counted": counted,
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline() or "1")
        if code == KILLED:
            return Ending(True)
        assert code == 0, self._log.read_text()[-4_000:]
        return Ending(False, json.loads(self._points.read_text()))

    def finish(self, job: Job, parts: Mapping[str, Any]) -> list[str]:
        """Let workers work until the job has ended; return its points."""
        points: list[str] = []
        for _time in range(_TRIES):
            points += self.work(parts).points
            if reread(job).is_ended:
                return points
        raise AssertionError(self._log.read_text()[-4_000:])

    def forget(self) -> None:
        """Make room for another world: no files, no letters."""
        for path in sorted(self.media.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        self.letters.write_text("")

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def received(self) -> list[dict[str, str]]:
        """Return the letters that the mail server took, in their order."""
        return [json.loads(line) for line in self.letters.read_text().splitlines()]


def reread(job: Job) -> Job:
    """Return a job as it is now."""
    with super_scope():
        return Job.objects.get(pk=job.pk)


def restart_stalled() -> None:
    """Let two minutes pass: the heartbeat of a killed worker is lost."""
    with psycopg.connect(database_url("owner"), autocommit=True) as owner:
        owner.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    with suppress(AlreadyEnqueued):  # by the clock of a worker
        app.configure_task("cerdas.jobs_restart_stalled").defer(timestamp=0)


def state_of(nursery: Nursery) -> State:
    """Return every row and file, without ids and times."""
    with psycopg.connect(database_url("owner"), autocommit=True) as owner:
        rows = {table: _rows(owner, table) for table in _tables(owner)}
        keys = _keys(owner)
    known = {str(row["id"]): f"<{row[_NAMES[table]]}>" for table in _NAMES for row in rows[table]}
    state: State = {}
    for table, found in rows.items():
        left_out = _COLUMNS_LEFT_OUT | keys.get(table, set())
        plain = (
            {k: v for k, v in row.items() if not _is_left_out(k, v, left_out)} for row in found
        )
        state[table] = Counter(_masked(json.dumps(row, sort_keys=True), known) for row in plain)
    stored = {row["stored_path"]: row for row in rows["job_files"]}
    state[FILES] = Counter(
        f"{row['role']} {row['name']}: {_masked(_content(nursery.media / path), known)}"
        for path, row in stored.items()
    )
    files = (path for path in nursery.media.rglob("*") if path.is_file())
    paths = {str(path.relative_to(nursery.media)) for path in files}
    state[STRAY] = Counter(_masked(path, known) for path in paths - stored.keys())
    return state


def letters_of(nursery: Nursery) -> Counter[str]:
    """Return the letters that came, without their links."""
    return Counter(
        _LINK.sub("/akun/", json.dumps(letter, sort_keys=True)) for letter in nursery.received()
    )


def differences(wanted: State, found: State) -> dict[str, list[str]]:
    """Return by table what is missing (-) and what is too much (+)."""
    said: dict[str, list[str]] = {}
    for table in sorted(wanted.keys() | found.keys()):
        one, other = wanted.get(table, Counter()), found.get(table, Counter())
        lines = [f"-{n} {row}" for row, n in (one - other).items()]
        lines += [f"+{n} {row}" for row, n in (other - one).items()]
        if lines:
            said[table] = [line[:600] for line in lines]
    return said


def counts_between(before: State, after: State) -> dict[str, int]:
    """Return by table how many rows there are more, or fewer."""
    more = {table: rows.total() - before[table].total() for table, rows in after.items()}
    return {table: n for table, n in more.items() if n}


def _tables(owner: psycopg.Connection[Any]) -> Iterator[str]:
    names = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    for (name,) in names:
        if name not in _LEFT_OUT and not name.startswith("procrastinate_"):
            yield name


def _rows(owner: psycopg.Connection[Any], table: str) -> list[dict[str, Any]]:
    return [row for (row,) in owner.execute(f'SELECT to_jsonb(t) FROM "{table}" t').fetchall()]


def _keys(owner: psycopg.Connection[Any]) -> dict[str, set[str]]:
    """Return by table the columns that hold keys of rows which every run makes anew."""
    rows = owner.execute(
        "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)"
        " WHERE c.contype = 'p' OR c.contype = 'f' AND c.confrelid::regclass::text <> ALL (%s)",
        [sorted(_LEFT_OUT)],
    ).fetchall()
    keys: dict[str, set[str]] = {}
    for table, column in rows:
        keys.setdefault(table, set()).add(column)
    return keys


def _is_left_out(column: str, value: Any, left_out: set[str]) -> bool:
    """Numbers as keys differ from run to run; UUIDs stay, as names."""
    if column in _COLUMNS_LEFT_OUT:
        return True
    return column in left_out and isinstance(value, int)


def _masked(text: str, known: Mapping[str, str]) -> str:
    text = _ID.sub(lambda found: known.get(found[0], "<id>"), text)
    return _NUMBER.sub(r"\1<number>", _TIME.sub("<time>", text))


def _content(path: Path) -> str:
    """Return the lines of a file in alphabetical order; of a zip, of all its files."""
    if path.suffix != ".zip":
        return _sorted(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        return "\n".join(f"{name}: {_sorted(archive.read(name))}" for name in archive.namelist())


def _sorted(content: bytes) -> str:
    return "\n".join(sorted(content.decode("utf-8-sig", "replace").splitlines()))
