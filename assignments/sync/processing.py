"""Carries out a batch of operations: one transaction each, in the order sent.

Source: design, section 7, "One transaction per operation".
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, InterfaceError, connection
from django.utils import timezone

from assignments.errors import IdTaken
from assignments.models import OperationType
from assignments.sync import outcomes
from assignments.sync.documents import Document
from assignments.sync.judging import Attempt, operation_judge
from assignments.sync.offices import Office, OfficeFinder
from assignments.sync.outcomes import Result, Stop
from assignments.sync.parking import operation_park
from assignments.sync.reading import Operation, operation_bytes, operation_read
from assignments.sync.visible import visible_documents, visible_in_scope
from cerdas.database_errors import constraint_name, is_retryable
from cerdas.errors import CerdasError, Invalid, NotFound
from cerdas.tenancy import tenant_scope
from kegiatan.selectors import kegiatan_roles, kegiatan_with_roles
from satker.models import User

logger = logging.getLogger(__name__)


class Batch:
    """One request: what its operations share and what became of them.

    operations: parsed JSON; body: the request as it came, for the exact bytes of what is parked.
    """

    def __init__(self, *, user: User, kegiatan_id: UUID, operations: Sequence[Any], body: bytes):
        self.user = user
        self.kegiatan_id = kegiatan_id
        self.kegiatan, roles = kegiatan_with_roles(user, kegiatan_id)
        self.raw = operations
        self.body = body
        self.offices = OfficeFinder(user, kegiatan_id)
        self.results: dict[UUID, Result] = {}
        self._roles: frozenset[str] | None = roles
        self._along: dict[UUID, Document] | None = None

    def roles_in(self, office: Office) -> frozenset[str]:
        """Return the person's roles in the kegiatan at an office; none where they have left.

        They are read with the activity, and again for every operation but the first: a role that is
        taken while a batch runs counts from then on.
        """
        roles, self._roles = self._roles, None
        if office.left:
            return frozenset()
        if roles is None:
            roles = kegiatan_roles(self.user.pk, self.kegiatan_id, office.satker.pk)
        return roles

    def process(self) -> list[tuple[Any, Result]]:
        """Return (id as sent, result) for every operation, in order."""
        read = [self._read(raw, index) for index, raw in enumerate(self.raw)]
        known = {op.assignment_id for op in read if isinstance(op, Operation)}
        if known and self.kegiatan is not None:
            self.offices.load(known)
        answers = []
        for raw, op in zip(self.raw, read, strict=True):
            result = op if isinstance(op, Result) else self._process_one(op)
            if isinstance(op, Operation):
                self.results[op.id] = result
            answers.append((raw.get("id") if isinstance(raw, dict) else None, result))
        return answers

    def documents(self, results: Sequence[tuple[Any, Result]]) -> dict[UUID, Document]:
        """Return {id: current row} of the units that results show, as far as the person may see."""
        if self._along is not None:
            return self._along
        shown = [result.show for _id, result in results if result.show is not None]
        return visible_documents(user=self.user, kegiatan_id=self.kegiatan_id, ids=shown)

    def _read_along(self, result: Result, office: Office) -> None:
        """Read the row that a single operation shows before its transaction ends.

        That saves the phone with one operation, which is most of them, a second transaction.
        """
        if len(self.raw) == 1 and result.show is not None and not office.left:
            self._along = visible_in_scope(
                user=self.user, kegiatan_id=self.kegiatan_id, ids=[result.show]
            )

    def _read(self, raw: Any, index: int) -> Operation | Result:
        try:
            return operation_read(raw, index)
        except Invalid as error:
            return outcomes.refused(error)

    def _process_one(self, op: Operation) -> Result:
        if self.kegiatan is None:
            return outcomes.refused(NotFound())
        try:
            office = self._office(op)
            if office is None:
                return outcomes.refused(NotFound())
            return self._attempt(op, office)
        except (DatabaseError, InterfaceError) as error:
            if is_retryable(error):
                _close_if_broken()
                return outcomes.retry()
            logger.exception("operation %s failed in the database", op.id)
            return outcomes.retry("server_fault")
        except Exception:
            # One bad item never holds up the others, and what a person typed is not refused for a
            # fault of ours: the device keeps it and sends it again.
            logger.exception("operation %s failed", op.id)
            return outcomes.retry("server_fault")

    def _office(self, op: Operation) -> Office | None:
        """Return the office an operation belongs to.

        A submit may follow a create of this phone that never became a unit: it belongs where that
        create waits, or would have been made.
        """
        known = self.offices.of_unit(op.assignment_id)
        if known is not None and known.held:
            return known
        if op.type == OperationType.CREATE:
            return self.offices.of_membership(op.at)
        if op.type == OperationType.SUBMIT and op.after is not None:
            return self.offices.of_unsent_unit(op.assignment_id, op.at) or known
        return known

    def _attempt(self, op: Operation, office: Office, again: bool = True) -> Result:
        """Judge and apply, or keep, in one transaction. Judging comes before every write."""
        self._along = None
        now = timezone.now()
        try:
            with tenant_scope(office.satker, new_transaction=True):
                attempt = self._attempt_of(op, office, now, may_presume_new=again)
                try:
                    result = operation_judge(attempt)
                except Stop as stop:
                    if stop.result.outcome != outcomes.PARKED:
                        raise
                    result = self._park(attempt, stop.result)
                self._read_along(result, office)
                return result
        except Stop as stop:
            return stop.result
        except CerdasError as error:
            return outcomes.refused(error)
        except IntegrityError as error:
            # It was kept before, or somebody made the same row between our look and our write.
            if again:
                return self._attempt(op, office, again=False)
            if constraint_name(error) == "assignments_pkey":
                return outcomes.refused(IdTaken())
            raise

    def _attempt_of(
        self, op: Operation, office: Office, now: datetime, *, may_presume_new: bool
    ) -> Attempt:
        assert self.kegiatan is not None
        return Attempt(
            user=self.user,
            kegiatan=self.kegiatan,
            office=office,
            roles=self.roles_in(office),
            operation=op,
            earlier=self.results,
            now=now,
            offices=self.offices,
            may_presume_new=may_presume_new,
        )

    def _park(self, attempt: Attempt, result: Result) -> Result:
        return operation_park(
            user=self.user,
            kegiatan=attempt.kegiatan,
            satker=attempt.office.satker,
            operation=attempt.operation,
            payload=operation_bytes(self.body, attempt.operation.index),
            result=result,
        )


def _close_if_broken() -> None:
    connection.close_if_unusable_or_obsolete()
