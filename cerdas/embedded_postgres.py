"""PostgreSQL for the demo and the tests, started from the wheel's binaries.

    python -m cerdas.embedded_postgres start|stop|status|urls|remove

Used when DATABASE_URL and DATABASE_OWNER_URL are not set. The server listens on a Unix socket
only, outlives the process that started it, and is shared by everything that runs in this clone.
Imports no Django: settings call `database_urls`. Source: docs/operations.md, "Embedded PostgreSQL".
"""

import argparse
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from cerdas import embedded_postgres_place as places
from cerdas import embedded_postgres_server as servers
from cerdas.embedded_postgres_place import EmbeddedPostgresError, Place
from cerdas.embedded_postgres_server import Server

__all__ = [
    "DatabaseUrls",
    "EmbeddedPostgresError",
    "Status",
    "database_urls",
    "ensure_running",
    "remove",
    "started_here",
    "status",
    "stop",
]

# Names are fixed: policies and grants of the migrations name them.
OWNER_ROLE = "cerdas_owner"
APP_ROLE = "cerdas_app"
_ROLES = {
    OWNER_ROLE: "LOGIN CREATEROLE CREATEDB INHERIT NOSUPERUSER NOBYPASSRLS NOREPLICATION",
    APP_ROLE: "LOGIN NOCREATEROLE NOCREATEDB INHERIT NOSUPERUSER NOBYPASSRLS NOREPLICATION",
}

_started_here = False


@dataclass(frozen=True)
class DatabaseUrls:
    """Connection URLs: `app` for the login role (row-level security applies), `owner` for DDL."""

    app: str
    owner: str


@dataclass(frozen=True)
class Status:
    """What is known about the embedded server; pid is None when it does not run."""

    pid: int | None
    data: Path
    socket_dir: Path
    log: Path


def database_urls(name: str = "cerdas") -> DatabaseUrls:
    """Return URLs of a database on the embedded server.

    Starts the server when it does not run, and creates the roles and the database where missing.
    A repeat call, also from another process, attaches to what runs (some milliseconds).

    Raises EmbeddedPostgresError.
    """
    place = places.find_place()
    server = _attach(place)
    if server is None or not _is_complete(server, name):
        with places.exclusive(place):
            server = _ensure_running(place)
            _create_missing(server, name)
    host = quote(str(server.socket_dir), safe="")
    return DatabaseUrls(
        app=f"postgresql://{APP_ROLE}@/{quote(name, safe='')}?host={host}",
        owner=f"postgresql://{OWNER_ROLE}@/{quote(name, safe='')}?host={host}",
    )


def ensure_running() -> Server:
    """Return the running server, started when needed. Raises EmbeddedPostgresError."""
    place = places.find_place()
    with places.exclusive(place):
        return _ensure_running(place)


def started_here() -> bool:
    """Tell whether this very process started the server, and so may stop it at its end."""
    return _started_here


def status() -> Status:
    """Look without starting anything."""
    place = places.find_place()
    server = _mine(place)
    return Status(
        pid=server.pid if server else None,
        data=place.data,
        socket_dir=server.socket_dir if server else place.socket_dir,
        log=place.log,
    )


def stop() -> bool:
    """Stop the server; return whether it ran. Raises EmbeddedPostgresError."""
    place = places.find_place()
    with places.exclusive(place):
        return _stop(place)


def remove() -> None:
    """Stop the server and delete its data, binaries and log. Other files in `.local/` stay."""
    place = places.find_place()
    with places.exclusive(place):
        _stop(place)
        shutil.rmtree(place.home, ignore_errors=True)
        if place.socket_dir.parent != place.home:
            shutil.rmtree(place.socket_dir, ignore_errors=True)
        if place.account:
            (place.local / "postgres-place").unlink(missing_ok=True)
            shutil.rmtree(place.base)


def _stop(place: Place) -> bool:
    global _started_here
    server = servers.running_server(place)
    if server:
        servers.stop(place, server)
    _started_here = False
    return server is not None


def _mine(place: Place) -> Server | None:
    return servers.running_server(place) if places.belongs_to_this_clone(place) else None


def _attach(place: Place) -> Server | None:
    """Return the server when it runs and answers. Takes no lock: this is the usual case."""
    server = _mine(place)
    try:
        if server:
            servers.connect(server).close()
        return server
    except psycopg.OperationalError:
        return None


def _ensure_running(place: Place) -> Server:
    """Attach or start, with the lock held."""
    global _started_here
    if not places.belongs_to_this_clone(place):
        _stop(place)
        places.claim(place)
    places.prepare(place)
    server = servers.running_server(place)
    ready = servers.await_ready(place, server) if server else None
    if ready is None:
        ready = servers.start(place)
        _started_here = True
    return ready


def _is_complete(server: Server, name: str) -> bool:
    """Tell whether roles and database are as they should be."""
    query = """
        SELECT (SELECT count(*) FROM pg_roles WHERE rolcanlogin AND NOT rolsuper
                AND NOT rolbypassrls AND (rolname = %s AND rolcreaterole AND rolcreatedb
                     OR rolname = %s AND NOT rolcreaterole AND NOT rolcreatedb)) = 2
           AND EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
                       WHERE m.roleid = 'pg_signal_backend'::regrole AND r.rolname = %s)
           AND EXISTS (SELECT FROM pg_database WHERE datname = %s)
    """
    try:
        with servers.connect(server) as connection:
            row = connection.execute(query, [OWNER_ROLE, APP_ROLE, OWNER_ROLE, name]).fetchone()
    except psycopg.OperationalError:
        return False
    return bool(row and row[0])


def _create_missing(server: Server, name: str) -> None:
    """Create roles and database; what is there already is brought to the wanted attributes."""
    with servers.connect(server) as connection:
        for role, attributes in _ROLES.items():
            found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
            verb = "CREATE" if found.fetchone() is None else "ALTER"
            connection.execute(
                sql.SQL(f"{verb} ROLE {{}} {attributes}").format(sql.Identifier(role))
            )
        owner, app = sql.Identifier(OWNER_ROLE), sql.Identifier(APP_ROLE)
        # As if the owner had created the login role, as it does on a server of one's own.
        connection.execute(
            sql.SQL("GRANT {} TO {} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE").format(app, owner)
        )
        # Dropping a test database ends the sessions that a failed test left in it.
        connection.execute(sql.SQL("GRANT pg_signal_backend TO {}").format(owner))
        exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if exists.fetchone() is None:
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' "
                    "LOCALE 'C.UTF-8'"
                ).format(sql.Identifier(name), owner)
            )
    with servers.connect(server, name) as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def _print_status() -> int:
    now = status()
    print(f"{'running, process ' + str(now.pid) if now.pid else 'not running'}")
    for label, path in (("data", now.data), ("socket", now.socket_dir), ("log", now.log)):
        print(f"{label}: {path}")
    return 0 if now.pid else 3


def main(arguments: list[str] | None = None) -> int:
    """Command line; status exits with 3 when the server does not run, as init scripts do."""
    parser = argparse.ArgumentParser(prog="python -m cerdas.embedded_postgres")
    parser.add_argument("action", choices=["start", "stop", "status", "urls", "remove"])
    parser.add_argument("--name", default="cerdas", help="database for start and urls")
    options = parser.parse_args(arguments)
    try:
        if options.action == "status":
            return _print_status()
        if options.action == "stop":
            print("stopped" if stop() else "was not running")
        elif options.action == "remove":
            remove()
        else:
            urls = database_urls(options.name)
            print(f"DATABASE_URL={urls.app}\nDATABASE_OWNER_URL={urls.owner}")
    except EmbeddedPostgresError as error:
        print(error, file=sys.stderr)
        return 1
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
