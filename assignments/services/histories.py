"""Rows of the history for many responses, by one statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from satker.models import Satker, User

# What `ResponseHistory.objects.bulk_create` writes, without an instance and eight texts per row.
_INSERT = """
    INSERT INTO response_histories
        (assignment_response_id, satker_id, user_id, from_status, to_status, notes, version,
         created_at)
    SELECT given.id, %s, %s, given.before, given.after, given.notes, given.version, %s
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[])
         WITH ORDINALITY AS given (id, before, after, notes, version, place)
    ORDER BY given.place
"""


@dataclass(frozen=True)
class Change:
    """One change of a response. version: that it produced; notes: None for no words."""

    unit_id: UUID
    before: str
    after: str
    notes: str | None
    version: int


def histories_write(
    *, actor: User, satker: Satker, changes: Iterable[Change], now: datetime
) -> None:
    """Write the changes, in their order. The caller has locked the units and made the changes."""
    rows = [(c.unit_id, c.before, c.after, c.notes, c.version) for c in changes]
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [satker.pk, actor.pk, now, *columns])
