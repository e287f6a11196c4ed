"""The life of a response as one table, used by every door. Source: spec, "Life of a response"."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from assignments.models import OperationType, ResponseStatus
from satker.permissions import ADMIN_KEGIATAN, PML, PPL

S = ResponseStatus
A = OperationType


class Reason(Enum):
    """Whether an action needs words."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class Period(Enum):
    """When an action is possible: in the field period (with grace), after it, or always."""

    FIELD = "field"
    AFTER = "after"
    ALWAYS = "always"


class Check(Enum):
    """What the engine's verdict asks of an action: nothing, or words."""

    NONE = "none"
    REASON_IF_FAILED = "reason_if_failed"
    REASON_UNLESS_PASSED = "reason_unless_passed"


@dataclass(frozen=True)
class Transition:
    """One row of the table. `role` acts on its own units (PPL, PML) or on all of the kegiatan."""

    action: str
    role: str
    sources: frozenset[str]
    target: str | None
    reason: Reason = Reason.OPTIONAL
    period: Period = Period.ALWAYS
    check: Check = Check.NONE


def _row(action: str, role: str, sources: set[str], target: str | None, **rules: Any) -> Transition:
    return Transition(action, role, frozenset(sources), target, **rules)


TRANSITIONS: tuple[Transition, ...] = (
    _row(A.OPEN, PPL, {S.ASSIGNED}, S.OPENED, period=Period.FIELD),
    _row(
        A.SUBMIT,
        PPL,
        {S.ASSIGNED, S.OPENED, S.REJECTED_PML, S.REJECTED_ADMIN},
        S.SUBMITTED_PPL,
        period=Period.FIELD,
    ),
    _row(A.APPROVE, PML, {S.SUBMITTED_PPL}, S.APPROVED_PML, check=Check.REASON_IF_FAILED),
    _row(A.EDIT, PML, {S.SUBMITTED_PPL}, None),
    _row(A.REJECT, PML, {S.SUBMITTED_PPL}, S.REJECTED_PML, reason=Reason.REQUIRED),
    _row(A.REVERT_APPROVAL, PML, {S.APPROVED_PML}, S.SUBMITTED_PPL),
    _row(
        A.APPROVE,
        ADMIN_KEGIATAN,
        {S.APPROVED_PML},
        S.APPROVED_ADMIN,
        check=Check.REASON_UNLESS_PASSED,
    ),
    _row(A.REJECT, ADMIN_KEGIATAN, {S.APPROVED_PML}, S.REJECTED_ADMIN, reason=Reason.REQUIRED),
    _row(
        A.REVERT_APPROVAL,
        ADMIN_KEGIATAN,
        {S.APPROVED_ADMIN},
        S.APPROVED_PML,
        reason=Reason.REQUIRED,
    ),
    _row(
        A.EDIT,
        ADMIN_KEGIATAN,
        {S.SUBMITTED_PPL, S.APPROVED_PML, S.APPROVED_ADMIN},
        None,
        period=Period.AFTER,
    ),
)


def transitions_of(action: str, roles: frozenset[str]) -> list[Transition]:
    """Return the rows for an action that somebody in these roles could take in some status."""
    return [row for row in TRANSITIONS if row.action == action and row.role in roles]


def transition_for(action: str, status: str, roles: frozenset[str]) -> Transition | None:
    """Return the row for an action in a status, or None. roles: those held on this very unit."""
    for row in transitions_of(action, roles):
        if status in row.sources:
            return row
    return None
