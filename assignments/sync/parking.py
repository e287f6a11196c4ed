"""Keeps field work that cannot be applied, whole, until the office decides.

Source: design, section 7, `parked`.
"""

from typing import Any
from uuid import UUID

from assignments.models import AppliedOperation, ParkedOperation
from assignments.sync.outcomes import Result
from assignments.sync.reading import Operation
from cerdas.errors import CerdasError
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User


def operation_park(
    *,
    user: User,
    kegiatan: KegiatanStatistik,
    satker: Satker,
    operation: Operation,
    payload: bytes,
    result: Result,
) -> Result:
    """Store an operation as it came, with why it waits; a repeat stores nothing again.

    payload: the operation's bytes in the request. Runs in the scope of the office, in the
    transaction that judged it.
    """
    _stored, is_new = AppliedOperation.objects.get_or_create(
        satker=satker,
        user=user,
        operation_id=operation.id,
        defaults={
            "kegiatan": kegiatan,
            "assignment_id": operation.assignment_id,
            "payload_sha256": operation.payload_sha256,
            "outcome": AppliedOperation.Outcome.PARKED,
            "code": result.code,
        },
    )
    if is_new:
        ParkedOperation.objects.create(
            satker=satker,
            kegiatan=kegiatan,
            user=user,
            kind=operation.type,
            operation_id=operation.id,
            assignment_id=operation.assignment_id,
            after=operation.after,
            payload=payload,
            payload_sha256=operation.payload_sha256,
            reason=result.code,
            details=_details(result),
            device_at=operation.at,
        )
    return result


def still_refused(parked: ParkedOperation, error: CerdasError) -> None:
    """Note why work that was tried again goes on waiting."""
    parked.reason = error.code
    parked.details = {"message": error.message, **error.details}
    parked.save(update_fields=["reason", "details"])


def _details(result: Result) -> dict[str, Any]:
    return {"message": result.message, **result.details}


def waiting_after(
    *, satker: Satker, user_id: UUID, operation_id: UUID, assignment_id: UUID
) -> list[ParkedOperation]:
    """Return the parked work that waits for an operation of the same person on the same unit.

    Oldest first. Work on another unit that names the operation has no predecessor.
    """
    return list(
        ParkedOperation.objects.filter(
            satker=satker,
            user_id=user_id,
            after=operation_id,
            assignment_id=assignment_id,
            state=ParkedOperation.State.WAITING,
            reason="predecessor_failed",
        ).order_by("received_at", "id")
    )
