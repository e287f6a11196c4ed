"""What changed since a device's cursor. No committed change is missed. Source: design, section 8.

Stamps are transaction ids. A page is read by (stamp, assignment); the next pass begins at the
oldest transaction that was still running when this pass began: what commits late is seen then.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils.translation import gettext as _

from assignments.sync.documents import Document, assignment_documents
from cerdas.errors import Invalid
from cerdas.prepared import fetch_all

PAGE_DEFAULT = 500
PAGE_LIMIT = 1_000
NO_ASSIGNMENT = UUID(int=0)


@dataclass(frozen=True)
class Cursor:
    """Where a device stands. Opaque to it.

    epoch, access: what the pass is valid for; base: stamps from here on; next_base: where the next
    pass begins; position: (stamp, assignment) after which this pass goes on, None at its start;
    everything: this pass began from nothing, so tombstones are left out.
    """

    epoch: int
    access: str
    base: int
    next_base: int | None = None
    position: tuple[int, UUID] | None = None
    everything: bool = False

    def encode(self) -> str:
        """Return the cursor as URL-safe text."""
        position = None if self.position is None else [self.position[0], str(self.position[1])]
        fields = [
            self.epoch, self.access, self.base, self.next_base, position, self.everything,
        ]  # fmt: skip
        return base64.urlsafe_b64encode(orjson.dumps(fields)).decode().rstrip("=")


def cursor_decode(text: str) -> Cursor:
    """Return the cursor. Raises Invalid naming the parameter."""
    try:
        fields = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        epoch, access, base, next_base, position, everything = fields
        numbers = [epoch, base] if next_base is None else [epoch, base, next_base]
        if not all(type(n) is int and 0 <= n < 2**63 for n in numbers) or not isinstance(
            access, str
        ):
            raise ValueError
        place = None
        if position is not None:
            stamp, assignment = position
            if type(stamp) is not int or not 0 <= stamp < 2**63:
                raise ValueError
            place = (stamp, UUID(assignment))
        return Cursor(epoch, access, base, next_base, place, bool(everything))
    except (ValueError, TypeError, binascii.Error, AttributeError) as error:
        raise Invalid(
            _("The cursor is not one of ours. Fetch without a cursor."),
            details={"field": "cursor"},
        ) from error


@dataclass(frozen=True)
class Page:
    """One page of changes.

    reset: everything comes from the start with this page, and what does not come until `more` ends
    is to be dropped. Only on the first page of such a pass, so that a pass that begins anew in the
    middle of another is told from its going on.
    """

    cursor: str
    more: bool
    reset: bool
    documents: Sequence[Document]
    removed: Sequence[UUID]


# Two statements, so that each is one range of the index (user, kegiatan, changed_xid, assignment).
# The snapshot is that of the statement that reads.
_FIRST = """
    SELECT f.assignment_id, f.changed_xid::text, f.gone, s.xmin::text, s.xmax::text
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin,
                 pg_snapshot_xmax(pg_current_snapshot()) AS xmax) s
    LEFT JOIN LATERAL (
        SELECT assignment_id, changed_xid, gone FROM assignment_feed
        WHERE user_id = %(user)s AND kegiatan_id = %(kegiatan)s AND satker_id = %(satker)s
          AND changed_xid >= %(base)s::text::xid8 {tombstones}
        ORDER BY user_id, kegiatan_id, changed_xid, assignment_id LIMIT %(limit)s
    ) f ON true
    ORDER BY f.changed_xid, f.assignment_id
"""
_NEXT = """
    SELECT assignment_id, changed_xid::text, gone, NULL, NULL FROM assignment_feed
    WHERE user_id = %(user)s AND kegiatan_id = %(kegiatan)s AND satker_id = %(satker)s
      AND changed_xid >= %(stamp)s::text::xid8
      AND (changed_xid, assignment_id) > (%(stamp)s::text::xid8, %(assignment)s) {tombstones}
    ORDER BY user_id, kegiatan_id, changed_xid, assignment_id LIMIT %(limit)s
"""


def feed_page(
    *,
    user_id: UUID,
    kegiatan_id: UUID,
    satker_id: UUID,
    access: str,
    cursor: Cursor | None,
    limit: int,
) -> Page:
    """Return the next page after `cursor`; everything without one.

    access: the generation of the person's roles; a cursor made under another begins anew, `reset`.
    Runs in the scope of the satker.
    """
    [[epoch]] = fetch_all("SELECT epoch FROM feed_epoch", [])
    start = Cursor(epoch, access, 0, everything=True)
    is_reset = False
    if cursor is None or (cursor.epoch, cursor.access) != (epoch, access):
        is_reset = cursor is not None
        cursor = start
    keys = {"user": user_id, "kegiatan": kegiatan_id, "satker": satker_id, "limit": limit + 1}
    rows, xmin, xmax = _read(cursor, keys)
    if cursor.base > xmax > 0:  # the server was restored to a time before this cursor
        is_reset = True
        cursor = start
        rows, xmin, xmax = _read(cursor, keys)
    more = len(rows) > limit
    rows = rows[:limit]
    next_base = cursor.next_base if cursor.position is not None else xmin
    documents = assignment_documents(user_id=user_id, ids=[row[0] for row in rows if not row[2]])
    return Page(
        cursor=_following(cursor, rows, next_base, more).encode(),
        more=more,
        reset=is_reset,
        # without a rev it has left their hands since the rows were read; its tombstone comes next
        documents=[d for d in map(documents.get, (r[0] for r in rows)) if d and d["rev"]],
        removed=[row[0] for row in rows if row[2]],
    )


def _following(cursor: Cursor, rows: list[Any], next_base: int | None, more: bool) -> Cursor:
    """Return where the device stands after this page.

    The next pass begins after the last stamp that was read, not at the snapshot's xmin itself:
    numbers of transactions that wrote nothing durable are given out again after a crash.
    """
    if not more:
        seen = cursor.base if cursor.position is None else cursor.position[0] + 1
        after = int(rows[-1][1]) + 1 if rows else seen
        return Cursor(cursor.epoch, cursor.access, min(next_base or 0, after))
    last = rows[-1]
    return Cursor(
        cursor.epoch,
        cursor.access,
        cursor.base,
        next_base,
        (int(last[1]), last[0]),
        cursor.everything,
    )


def _read(cursor: Cursor, keys: dict[str, Any]) -> tuple[list[Any], int, int]:
    """Return (rows, xmin, xmax); the last two are 0 after the first page."""
    tombstones = "AND NOT gone" if cursor.everything else ""
    with connection.cursor() as db:
        if cursor.position is None:
            db.execute(_FIRST.format(tombstones=tombstones), {**keys, "base": str(cursor.base)})
            rows = db.fetchall()
            return [row for row in rows if row[0] is not None], int(rows[0][3]), int(rows[0][4])
        stamp, assignment = cursor.position
        db.execute(
            _NEXT.format(tombstones=tombstones),
            {**keys, "stamp": str(stamp), "assignment": assignment},
        )
        return db.fetchall(), 0, 0
