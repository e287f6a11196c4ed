"""Which tables hold region codes that a removal from the region master must not orphan.

Apps above this one register theirs when they start; this app never imports them.
"""

from dataclasses import dataclass

from django.db import connection
from psycopg import sql


@dataclass(frozen=True)
class RegionCodeColumn:
    """A text column with region codes of 2, 4, 7, 10, 14 or 16 digits, or NULL."""

    table: str
    column: str


_COLUMNS: list[RegionCodeColumn] = []


def register_region_code_column(table: str, column: str) -> None:
    """Name a column whose codes are in use. Call it from AppConfig.ready; repeating is harmless."""
    entry = RegionCodeColumn(table, column)
    if entry not in _COLUMNS:
        _COLUMNS.append(entry)


def registered_columns() -> tuple[RegionCodeColumn, ...]:
    """Return what was registered."""
    return tuple(_COLUMNS)


def areas_in_use(areas_table: str) -> list[tuple[str, int]]:
    """Return (code, number of uses) of the codes in `areas_table` (column code) that are in use.

    Runs in the caller's scope: only under `cerdas.tenancy.super_scope()` every office is seen.
    """
    uses: dict[str, int] = {}
    with connection.cursor() as cursor:
        for entry in registered_columns():
            statement = sql.SQL(
                "SELECT area.code, count(*) FROM {areas} area"
                " JOIN {table} used ON used.{column} = area.code GROUP BY area.code"
            ).format(
                areas=sql.Identifier(areas_table),
                table=sql.Identifier(entry.table),
                column=sql.Identifier(entry.column),
            )
            cursor.execute(statement)
            for code, count in cursor.fetchall():
                uses[code] = uses.get(code, 0) + count
    return sorted(uses.items())
