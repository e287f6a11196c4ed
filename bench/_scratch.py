"""A scratch database on the configured server: made by the owner, migrated, dropped afterwards."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def scratch_database(name: str) -> Iterator[dict[str, str]]:
    """Create the database and yield the environment that points into it.

    The server is that of DATABASE_URL and DATABASE_OWNER_URL, else the embedded one. A database of
    the name that an earlier run left is dropped first. Settings are those of the demo (DEBUG off).
    """
    app, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if not app or not owner:
        from cerdas.embedded_postgres import database_urls

        urls = database_urls()
        app, owner = urls.app, urls.owner
    inside = {"DATABASE_URL": app, "DATABASE_OWNER_URL": owner}
    inside = {key: urlsplit(url)._replace(path=f"/{name}").geturl() for key, url in inside.items()}
    settings = {"DJANGO_SETTINGS_MODULE": "cerdas.settings.dev", "LOG_LEVEL": "WARNING"}
    environment = settings | os.environ | inside
    _as_owner(owner, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    try:
        manage(environment, "migrate", "--verbosity", "0")
        yield environment
    finally:
        _as_owner(owner, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def manage(environment: dict[str, str], *words: str) -> None:
    """Run a command of manage.py in the environment."""
    subprocess.run([sys.executable, "manage.py", *words], env=environment, cwd=ROOT, check=True)


def _as_owner(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]
