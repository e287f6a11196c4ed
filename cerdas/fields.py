"""Column types and expressions of PostgreSQL that Django lacks."""

from typing import Any

from django.db import models


class Xid8Field(models.Field):
    """A full transaction id (`xid8`); read as int, written by the database only."""

    def db_type(self, connection: Any) -> str:
        """Return the column type."""
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        """Return the id as a number."""
        return None if value is None else int(value)


class Concatenated(models.Func):
    """`a || b || c`: NULL when one part is NULL, where Django's Concat would skip it."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
