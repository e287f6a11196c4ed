"""Statements of the hot path: their SQL is made once per process and planned once per connection.

Django builds the SQL of a queryset anew at each use, and PostgreSQL then plans it anew; for one row
by its key that costs several times what the work itself does. An operation runs ten such
statements, so they are written out where they are used, with the columns taken from the models, and
their rows become model instances as ever. Lists, reports and the office stay with the ORM.

What it saves is in docs/performance.md. A connection pooler between must keep prepared statements
per client (PgBouncer from 1.21 with max_prepared_statements) or pool whole sessions.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.postgresql.base import (  # type: ignore[attr-defined]
    ServerBindingCursor,  # psycopg 3 only, which the stubs leave out
)
from django.db.models import DateTimeField, JSONField, Model
from psycopg.types.json import Jsonb

M = TypeVar("M", bound=Model)
Parameters = Sequence[Any] | Mapping[str, Any]
_KEPT_ROWS = 100  # a cursor with a larger result is not kept, since it would keep the result
_KEPT_CURSORS = 200  # of one connection; the hot path has about thirty statements


def fetch_all(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """Run a SELECT that is the same text each time and return its rows."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    with wrapper.wrap_database_errors:
        cursor = _executed(wrapper, statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if len(rows) > _KEPT_ROWS:
        cursor.close()
    return rows


def fetch_one(statement: str, parameters: Parameters) -> tuple[Any, ...] | None:
    """Run a SELECT that is the same text each time and return its first row, or None."""
    rows = fetch_all(statement, parameters)
    return rows[0] if rows else None


def execute(statement: str, parameters: Parameters, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Run a statement that is the same text each time and return how many rows it touched."""
    wrapper: Any = connections[using]
    with wrapper.wrap_database_errors:
        count: int = _executed(wrapper, statement, parameters).rowcount
    return count


def _executed(wrapper: Any, statement: str, parameters: Parameters) -> Any:
    """Run a statement on its own cursor of this connection, which knows the types from last time.

    Where somebody listens to queries (tests that count them, DEBUG, the audit of pages) it runs on
    `connection.cursor()`, which tells them.
    """
    if wrapper.queries_logged or wrapper.execute_wrappers:
        cursor = wrapper.cursor()
    else:
        wrapper.ensure_connection()
        wrapper.validate_no_broken_transaction()
        cursor = _kept_cursor(wrapper, statement)
    cursor.execute(statement, parameters)
    return cursor


def _kept_cursor(wrapper: Any, statement: str) -> Any:
    connection = wrapper.connection
    cursors: dict[str, Any]
    of, cursors = getattr(wrapper, "cerdas_prepared", (None, {}))
    if of is not connection or len(cursors) > _KEPT_CURSORS:
        connection.prepare_threshold = 0
        cursors = {}
        wrapper.cerdas_prepared = (connection, cursors)
    cursor = cursors.get(statement)
    if cursor is None or cursor.closed:
        cursor = cursors[statement] = ServerBindingCursor(connection)
    return cursor


class Columns(Generic[M]):
    """The columns of a model in a SELECT, and the instance that a row of them makes.

    alias: of the table in the statement. without: fields to leave deferred.
    """

    def __init__(self, model: type[M], alias: str, *, without: Sequence[str] = ()) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self.count = len(fields)
        self._names = [field.attname for field in fields]
        self._converters = [
            (position, field)
            for position, field in enumerate(fields)
            if hasattr(field, "from_db_value")
        ]

    def instance(self, row: Sequence[Any]) -> M:
        """Return the model instance of exactly these columns, as loaded from the database."""
        values = list(row)
        for position, field in self._converters:
            values[position] = field.from_db_value(
                values[position], None, connections[DEFAULT_DB_ALIAS]
            )
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, values)


@contextmanager
def writes_together() -> Iterator[None]:
    """Gather what `row_insert` and `row_update` write in the block, and send it as one statement.

    Each round trip to the database costs about as much as the write itself. Nothing that is read
    inside the block sees these writes. An error inside it writes nothing; an error of the database
    comes at the end of the block. Each table is written once.
    """
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    if getattr(wrapper, "cerdas_gathered", None) is not None:
        yield
        return
    gathered: list[_Write] = []
    wrapper.cerdas_gathered = gathered
    try:
        yield
    finally:
        wrapper.cerdas_gathered = None
    if gathered:
        _send(gathered)


def row_insert(row: Model) -> None:
    """Insert what `row.save(force_insert=True)` would; a serial key is not read back, no signals.

    Raises IntegrityError as that does.
    """
    statement, fields = _insert(type(row))
    _write(_Write(statement, [_value(row, field, adding=True) for field in fields]))
    row._state.adding = False


def row_update(row: Model, update_fields: Sequence[str]) -> None:
    """Write what `row.save(update_fields=...)` would, without signals.

    Raises DatabaseError when the row is not there.
    """
    statement, fields = _update(type(row), tuple(update_fields))
    values = [_value(row, field, adding=False) for field in fields]
    _write(_Write(statement, [*values, row.pk]))


class _Write(NamedTuple):
    statement: str
    values: list[Any]


def _write(write: _Write) -> None:
    gathered = getattr(connections[DEFAULT_DB_ALIAS], "cerdas_gathered", None)
    if gathered is None:
        _send([write])
    else:
        gathered.append(write)


def _send(writes: list[_Write]) -> None:
    statement = _together(tuple(write.statement for write in writes))
    counts = fetch_all(statement, [value for write in writes for value in write.values])[0]
    if any(count != 1 for count in counts):
        raise DatabaseError("Save with update_fields did not affect any rows.")


@cache
def _together(statements: tuple[str, ...]) -> str:
    """Return one statement that makes these writes and selects how many rows each touched."""
    parts = ", ".join(f"w{n} AS ({text} RETURNING 1)" for n, text in enumerate(statements))
    counts = ", ".join(f"(SELECT count(*) FROM w{n})" for n in range(len(statements)))
    return f"WITH {parts} SELECT {counts}"


@cache
def _insert(model: type[Model]) -> tuple[str, list[Any]]:
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and field is not model._meta.auto_field
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places})', fields


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    meta = model._meta
    fields = [meta.get_field(name) for name in names]
    assigned = ", ".join(f'"{field.column}" = %s' for field in fields)  # type: ignore[union-attr]
    assert meta.pk is not None
    return f'UPDATE "{meta.db_table}" SET {assigned} WHERE "{meta.pk.column}" = %s', fields


def _value(row: Model, field: Any, *, adding: bool) -> Any:
    """Return a field's value as psycopg takes it: JSON as jsonb, now() for automatic times.

    Other values are adapted by psycopg from their Python types, as Django lets it.
    """
    if isinstance(field, DateTimeField):
        return field.pre_save(row, adding)
    value = getattr(row, field.attname)
    if isinstance(field, JSONField) and value is not None:
        return Jsonb(value, dumps=_json)
    return value


def _json(value: Any) -> bytes | str:
    """Return JSON text, by the fast way where that can (64-bit numbers, depth to 254)."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value)
