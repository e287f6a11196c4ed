"""Decides about one operation inside its transaction: repeat, conflict, parked, refused, applied.

Source: design, section 7, the list of outcomes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from assignments.errors import (
    Discarded,
    IdTaken,
    OperationIdReused,
    PeriodClosed,
    PredecessorFailed,
    UnknownFormVersion,
    WrongShape,
    WrongStatus,
)
from assignments.models import (
    AppliedOperation,
    Assignment,
    AssignmentResponse,
    OperationType,
    ParkedOperation,
)
from assignments.services.responses import Unit, response_act, unit_roles
from assignments.sync import outcomes
from assignments.sync.creating import create_apply
from assignments.sync.followers import LEADERS, followers_apply
from assignments.sync.offices import Office, OfficeFinder
from assignments.sync.outcomes import Result, Stop
from assignments.sync.reading import Operation, action_data
from assignments.workflow import transitions_of
from cerdas.errors import CerdasError, Invalid, NotAllowed, NotFound
from cerdas.prepared import Columns, fetch_all, fetch_one, row_insert, writes_together
from kegiatan.models import KegiatanStatistik
from satker.models import User
from satker.permissions import ADMIN_SATKER, PPL
from satker.selectors import satker_roles

# What keeps a submit from being applied without being the sender's to mend at once.
PARKING_ERRORS = (Invalid, PeriodClosed, WrongStatus, WrongShape, UnknownFormVersion, NotAllowed)

_ASSIGNMENT = Columns(Assignment, "a", without=["created_at", "updated_at"])
_RESPONSE = Columns(AssignmentResponse, "r", without=["created_at", "updated_at"])
_APPLIED = Columns(AppliedOperation, "o")
# The assignment is locked first, then its response: a row that was waited for comes as it is once
# the lock is held, so both are read after the writer before us has committed.
_LOCK = f"""
    SELECT {_ASSIGNMENT.sql}, {_RESPONSE.sql}
    FROM assignments a JOIN assignment_responses r ON r.assignment_id = a.id
    WHERE a.id = %s AND a.satker_id = %s AND a.kegiatan_statistik_id = %s
    FOR NO KEY UPDATE OF a, r
"""
_STORED = f"""
    SELECT {_APPLIED.sql} FROM applied_operations o
    WHERE o.satker_id = %s AND o.user_id = %s AND o.operation_id IN (%s, %s)
"""


@dataclass(frozen=True)
class Attempt:
    """One operation with what is known about its sender.

    earlier: results of this request so far, by operation id; now: time of receipt.
    may_presume_new: the look-up of repeats may wait until the unique key of the operation says so.
    """

    user: User
    kegiatan: KegiatanStatistik
    office: Office
    roles: frozenset[str]
    operation: Operation
    earlier: Mapping[UUID, Result]
    now: datetime
    offices: OfficeFinder
    may_presume_new: bool = True

    @property
    def show(self) -> UUID | None:
        """Return the unit to show in the answer, unless the person has left the office."""
        return None if self.office.left else self.operation.assignment_id


def operation_judge(attempt: Attempt) -> Result:
    """Judge one operation and apply it if nothing stands against it.

    Raises Stop with any other outcome, CerdasError for a refusal, IntegrityError when it was kept
    before although it looked new.
    """
    unit = _lock(attempt)
    if unit is not None and attempt.office.presumed:
        office = attempt.offices.of_found_unit(unit.assignment.pk, attempt.office)
        attempt = replace(attempt, office=office)
    if attempt.may_presume_new and _looks_new(attempt.operation, unit):
        try:
            return _judge(attempt, unit, {})
        except (Stop, CerdasError):
            # Not applied; whether it is waiting or was discarded decides the answer.
            repeat = _repeat(attempt, _stored(attempt).get(attempt.operation.id))
            if repeat is None:
                raise
            return repeat
    stored = _stored(attempt)
    repeat = _repeat(attempt, stored.get(attempt.operation.id))
    return repeat or _judge(attempt, unit, stored)


def _looks_new(op: Operation, unit: Unit | None) -> bool:
    """Return whether this is hardly a repeat: what was applied has made a newer version.

    What was kept without one (parked, discarded, an edit that changed nothing) is met again at the
    unique key of the stored operations.
    """
    return unit is not None and op.after is None and op.base_version == unit.response.version


def _judge(attempt: Attempt, unit: Unit | None, stored: dict[UUID, AppliedOperation]) -> Result:
    op = attempt.operation
    if unit is not None and op.type == OperationType.CREATE:
        raise IdTaken
    if unit is None or not _is_visible(attempt, unit):
        if unit is not None and _sees_all(attempt):
            raise NotAllowed
        return _judge_unknown_unit(attempt, stored)
    base_version = _base_version(attempt, stored, unit)
    if op.is_field_work:
        _check_still_theirs(attempt, unit)
    with writes_together():
        version = _apply(attempt, unit, base_version)
        _record(attempt, version)
    if op.type in LEADERS:
        followers_apply(unit=unit, operation_id=op.id, version=version)
    return Result(outcomes.APPLIED, show=attempt.show)


def _lock(attempt: Attempt) -> Unit | None:
    """Lock the unit, first of all rows; a unit that does not exist yet, by its id."""
    unit = _locked_unit(attempt)
    if unit is not None:
        return unit
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [str(attempt.operation.assignment_id)],
        )
    return _locked_unit(attempt)  # made while this one waited


def _locked_unit(attempt: Attempt) -> Unit | None:
    keys = [attempt.operation.assignment_id, attempt.office.satker.pk, attempt.kegiatan.pk]
    row = fetch_one(_LOCK, keys)
    if row is None:
        return None
    assignment = _ASSIGNMENT.instance(row[: _ASSIGNMENT.count])
    return _unit(attempt, assignment, _RESPONSE.instance(row[_ASSIGNMENT.count :]))


def _stored(attempt: Attempt) -> dict[UUID, AppliedOperation]:
    """Return this person's stored operations among this one and its predecessor."""
    op = attempt.operation
    keys = [attempt.office.satker.pk, attempt.user.pk, op.id, op.after or op.id]
    rows = [_APPLIED.instance(row) for row in fetch_all(_STORED, keys)]
    # a predecessor is an operation on the same unit
    return {
        row.operation_id: row
        for row in rows
        if row.operation_id == op.id or row.assignment_id == op.assignment_id
    }


def _repeat(attempt: Attempt, stored: AppliedOperation | None) -> Result | None:
    """Answer an operation that came before, whatever has happened to version, period and role."""
    if stored is None:
        return None
    op = attempt.operation
    if stored.payload_sha256 != op.payload_sha256:
        raise OperationIdReused
    if stored.outcome == AppliedOperation.Outcome.APPLIED:
        return Result(outcomes.DUPLICATE, show=attempt.show)
    if stored.outcome == AppliedOperation.Outcome.PARKED:
        return outcomes.parked(stored.code, show=attempt.show)
    waiting = ParkedOperation.objects.filter(
        satker_id=attempt.office.satker.pk,
        user_id=attempt.user.pk,
        operation_id=op.id,
    ).first()
    raise Discarded(details={"reason": waiting.decision_reason if waiting else ""})


def _unit(attempt: Attempt, assignment: Assignment, response: AssignmentResponse) -> Unit:
    return Unit(
        actor=attempt.user,
        satker=attempt.office.satker,
        kegiatan=attempt.kegiatan,
        assignment=assignment,
        response=response,
        roles=unit_roles(actor=attempt.user, assignment=assignment, roles=attempt.roles),
    )


def _judge_unknown_unit(attempt: Attempt, stored: dict[UUID, AppliedOperation]) -> Result:
    """A create makes its unit; a submit of a chain waits for it; anything else is not theirs."""
    op = attempt.operation
    if op.type == OperationType.CREATE:
        if attempt.office.left:
            raise Stop(outcomes.parked("left_satker"))
        created = create_apply(
            user=attempt.user,
            kegiatan=attempt.kegiatan,
            satker=attempt.office.satker,
            roles=attempt.roles,
            operation=op,
            now=attempt.now,
        )
        _record(attempt, version=1)
        attempt.offices.load([created.pk])
        response = AssignmentResponse.objects.get(pk=created.pk)
        unit = _unit(attempt, created, response)
        followers_apply(unit=unit, operation_id=op.id, version=1)
        return Result(outcomes.APPLIED, show=attempt.show)
    if op.is_field_work and attempt.office.was_ppl:
        _base_version(attempt, stored, None)
        raise Stop(outcomes.parked("predecessor_failed"))
    raise NotFound


def _is_visible(attempt: Attempt, unit: Unit) -> bool:
    """A unit that never was, or is no longer, in the sender's hands is as if absent.

    What was theirs to enumerate stays theirs for field work, which is kept.
    """
    if attempt.operation.is_field_work and attempt.office.was_ppl:
        return True
    if attempt.office.left:
        return False
    return bool(unit.roles) or (attempt.office.held and not attempt.office.gone)


def _sees_all(attempt: Attempt) -> bool:
    """Return whether the person sees every unit of the office without acting on any."""
    office = attempt.office
    return not office.left and ADMIN_SATKER in satker_roles(attempt.user.pk, office.satker.pk)


def _base_version(
    attempt: Attempt, stored: dict[UUID, AppliedOperation], unit: Unit | None
) -> int | None:
    """Return the version the operation was based on; None when its fields are unusable.

    For `after` it is the version that the named operation produced. Raises Stop or
    PredecessorFailed when that one had no effect.
    """
    op = attempt.operation
    if op.fault is not None:
        if op.is_field_work and attempt.office.was_ppl:
            fault = op.fault
            raise Stop(outcomes.parked(fault.code, fault.message, attempt.show, fault.details))
        raise op.fault
    if op.after is None:
        return op.base_version
    before = stored.get(op.after)
    if before is not None and before.outcome == AppliedOperation.Outcome.APPLIED:
        return before.version
    earlier = attempt.earlier.get(op.after)
    if earlier is not None and earlier.outcome in (outcomes.CONFLICT, outcomes.RETRY):
        raise Stop(
            Result(earlier.outcome, earlier.code, earlier.message, earlier.details, attempt.show)
        )
    if op.is_field_work and attempt.office.was_ppl:
        raise Stop(outcomes.parked(_why_without_predecessor(attempt, unit), show=attempt.show))
    raise PredecessorFailed


def _why_without_predecessor(attempt: Attempt, unit: Unit | None) -> str:
    """What took a unit out of their hands is also why the step before came to nothing.

    Who has left the office learns nothing of a unit, also not whether it is there.
    """
    if unit is None or attempt.office.left or _is_still_theirs(attempt, unit):
        return "predecessor_failed"
    return _why_not_theirs(attempt, unit)


def _is_still_theirs(attempt: Attempt, unit: Unit) -> bool:
    is_held = PPL in unit.roles and not attempt.office.gone
    return is_held and unit.assignment.cancelled_at is None


def _check_still_theirs(attempt: Attempt, unit: Unit) -> None:
    """Keep the work of somebody whose unit it was; refuse that of somebody whose it never was."""
    if _is_still_theirs(attempt, unit):
        return
    if not (attempt.office.was_ppl or unit.assignment.ppl_id == attempt.user.pk):
        raise Stop(outcomes.refused(NotAllowed(), attempt.show))
    raise Stop(outcomes.parked(_why_not_theirs(attempt, unit), show=attempt.show))


def _why_not_theirs(attempt: Attempt, unit: Unit) -> str:
    if attempt.office.left:
        return "left_satker"
    if unit.assignment.cancelled_at is not None:
        return "cancelled"
    if unit.assignment.ppl_id != attempt.user.pk:
        return "reassigned"
    return "role_gone"


def _apply(attempt: Attempt, unit: Unit, base_version: int | None) -> int:
    """Compare versions, then act. Returns the version produced."""
    op = attempt.operation
    if not op.is_field_work:
        _check_some_right(unit, op.type)
    if base_version != unit.response.version:
        raise Stop(outcomes.conflict(unit.response.version, op.assignment_id))
    try:
        response_act(
            unit=unit, action=op.type, data=action_data(op), device_at=op.at, now=attempt.now
        )
    except PARKING_ERRORS as error:
        if op.is_field_work:
            kept = outcomes.parked(error.code, error.message, attempt.show, error.details)
            raise Stop(kept) from error
        raise Stop(outcomes.refused(error, attempt.show)) from error
    except CerdasError as error:
        raise Stop(outcomes.refused(error, attempt.show)) from error
    return unit.response.version


def _check_some_right(unit: Unit, action: str) -> None:
    """A right that is missing is said before a version that is old."""
    if not transitions_of(action, unit.roles):
        raise Stop(outcomes.refused(NotAllowed(), unit.assignment.pk))


def _record(attempt: Attempt, version: int) -> None:
    op = attempt.operation
    row_insert(
        AppliedOperation(
            user_id=attempt.user.pk,
            operation_id=op.id,
            satker_id=attempt.office.satker.pk,
            kegiatan_id=attempt.kegiatan.pk,
            assignment_id=op.assignment_id,
            payload_sha256=op.payload_sha256,
            outcome=AppliedOperation.Outcome.APPLIED,
            version=version,
        )
    )
