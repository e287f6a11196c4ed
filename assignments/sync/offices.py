"""Which office an operation belongs to: the one that gave the person the unit.

People leave offices with work on their phones, so the answer comes from their own feed rows and
memberships through functions that look past row-level security. Source: design, section 7.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from cerdas.prepared import fetch_all
from satker.models import Satker, User


@dataclass(frozen=True)
class Office:
    """An office, and what the person holds of the unit there.

    left: the person no longer belongs to it; only keeping and repeats are possible.
    held: there is a feed row or a parked create: the unit is or was in the person's hands.
    gone: it is in their hands no more. was_ppl: it is or was theirs to enumerate.
    presumed: for a unit that they may have made on the phone; nothing is known of it yet.
    """

    satker: Satker
    left: bool
    held: bool = False
    gone: bool = False
    was_ppl: bool = False
    presumed: bool = False


class OfficeFinder:
    """Finds the offices of one request's operations, with few queries."""

    def __init__(self, user: User, kegiatan_id: UUID) -> None:
        self.user = user
        self.kegiatan_id = kegiatan_id
        self._satkers: dict[UUID, Satker] = {}
        if user.satker is not None:
            self._satkers[user.satker.pk] = user.satker
        self._found: dict[UUID, Office] = {}
        self._members: list[tuple[UUID, datetime, datetime | None]] | None = None

    def load(self, assignment_ids: Iterable[UUID]) -> None:
        """Look up the feed rows of these units."""
        rows = fetch_all(
            "SELECT assignment_id, satker_id, kegiatan_id, gone, was_ppl FROM feed_offices(%s, %s)",
            [self.user.pk, list(assignment_ids)],
        )
        for assignment_id, satker_id, kegiatan_id, gone, was_ppl in rows:
            if kegiatan_id == self.kegiatan_id:
                self._found[assignment_id] = self._office(
                    satker_id, held=True, gone=gone, was_ppl=was_ppl
                )

    def of_unit(self, assignment_id: UUID) -> Office | None:
        """Return the office of a unit that is or was in the person's hands, else their own.

        In their own office an admin may act on units that never were in their hands.
        """
        known = self._found.get(assignment_id)
        if known is not None:
            return known
        return self._office(self.user.satker_id) if self.user.satker_id else None

    def of_unsent_unit(self, assignment_id: UUID, at: datetime | None) -> Office | None:
        """Return where a unit made on the phone waits, or would have been made.

        The office of its parked create, else that of the membership that covers `at`.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT satker_id, kegiatan_id FROM parked_create_offices(%s, %s)",
                [self.user.pk, [assignment_id]],
            )
            row = cursor.fetchone()
        if row is not None and row[1] == self.kegiatan_id:
            return self._office(row[0], held=True, was_ppl=True)
        return self.of_membership(at)

    def of_membership(self, at: datetime | None) -> Office | None:
        """Return the office for a new unit: the present membership, else the one that covers `at`.

        A phone's clock may be wrong, so a membership that has ended still beats none.
        """
        members = self._load_members()
        current = [m for m in members if m[2] is None and m[0] == self.user.satker_id]
        covering = [
            m for m in members if at is not None and m[1] <= at and (m[2] is None or at <= m[2])
        ]
        chosen = covering or current or members
        if current and (not covering or current[0] in covering):
            chosen = current
        return self._office(chosen[0][0], was_ppl=True, presumed=True) if chosen else None

    def of_found_unit(self, assignment_id: UUID, presumed: Office) -> Office:
        """Return what the person holds of a unit that was presumed to be on the phone only."""
        self.load([assignment_id])
        found = self._found.get(assignment_id)
        if found is not None and found.satker == presumed.satker:
            return found
        if presumed.left:  # who has left learns nothing of the office's units: it is kept
            return presumed
        return replace(presumed, was_ppl=False, presumed=False)

    def _load_members(self) -> list[tuple[UUID, datetime, datetime | None]]:
        if self._members is None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT satker_id, joined_at, left_at FROM member_offices(%s, %s)"
                    " ORDER BY coalesce(left_at, 'infinity') DESC, joined_at DESC",
                    [self.user.pk, self.kegiatan_id],
                )
                self._members = cursor.fetchall()
        return self._members

    def _office(
        self,
        satker_id: UUID,
        *,
        held: bool = False,
        gone: bool = False,
        was_ppl: bool = False,
        presumed: bool = False,
    ) -> Office:
        satker = self._satkers.get(satker_id)
        if satker is None:
            satker = self._satkers[satker_id] = Satker.objects.get(pk=satker_id)
        left = satker_id != self.user.satker_id
        return Office(satker, left, held, gone, was_ppl, presumed)
