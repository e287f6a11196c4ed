"""Whether this process can serve: database, migrations, storage and queue, each asked cheaply."""

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

logger = logging.getLogger(__name__)
OK, FAILED, UNKNOWN = "ok", "failed", "unknown"
_QUEUE_USABLE = """
    SELECT has_table_privilege('procrastinate_jobs', 'SELECT')
       AND has_table_privilege('procrastinate_jobs', 'INSERT')
       AND has_table_privilege('procrastinate_jobs', 'UPDATE')
       AND has_sequence_privilege('procrastinate_jobs_id_seq', 'USAGE')
"""
_migrations_were_complete = False


def readiness_checks() -> dict[str, str]:
    """Return the state of each part: ok, failed, or unknown when the database does not answer.

    Says nothing about why; the reason is in the log.
    """
    checks = {"database": _state("database", _database_answers)}
    has_database = checks["database"] == OK
    for name, check in (("migrations", _migrations_are_complete), ("queue", _queue_is_usable)):
        checks[name] = _state(name, check) if has_database else UNKNOWN
    checks["storage"] = _state("storage", _storage_is_writable)
    return checks


def _state(name: str, check: Callable[[], bool]) -> str:
    try:
        if check():
            return OK
        logger.error("not ready: %s", name)
    except (DatabaseError, ImproperlyConfigured, OSError, ValueError) as error:
        logger.error("not ready: %s: %s", name, error)
    return FAILED


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _migrations_are_complete() -> bool:
    """Compare files and table until they agree once; a process never unlearns its own files."""
    global _migrations_were_complete
    if not _migrations_were_complete:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        _migrations_were_complete = not plan
    return _migrations_were_complete


def _queue_is_usable() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE_USABLE)
        return bool(cursor.fetchone()[0])


def _storage_is_writable() -> bool:
    """Write and forget a byte on disk; of an object store, ask for a name that does not exist."""
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.exists("readyz")
        return True
    place = Path(default_storage.location)
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=place) as file:
        file.write(b"1")
        file.flush()
    return True
