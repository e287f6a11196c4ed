"""Work that came before the step it follows: applied by itself once that step is there.

Networks reorder requests; a submit that overtook its create is parked and needs no office when the
create arrives. Source: design, section 7, "parked with it and applied after it".
"""

from uuid import UUID

from django.utils import timezone

from assignments.models import AppliedOperation, OperationType, ParkedOperation
from assignments.services.responses import Unit, response_act
from assignments.sync.parking import still_refused, waiting_after
from assignments.sync.reading import action_data, kept_operation
from cerdas.errors import CerdasError

# Steps that a phone chains a submit to.
LEADERS = frozenset({OperationType.OPEN, OperationType.CREATE})


def followers_apply(*, unit: Unit, operation_id: UUID, version: int) -> None:
    """Apply the submit that waits for `operation_id`, if it still fits; else leave it waiting.

    version: what the leading operation produced. Runs in its transaction, under the unit's lock.
    """
    waiting = waiting_after(
        satker=unit.satker,
        user_id=unit.actor.pk,
        operation_id=operation_id,
        assignment_id=unit.assignment.pk,
    )
    for parked in waiting:
        if parked.kind != ParkedOperation.Kind.SUBMIT or unit.response.version != version:
            continue
        operation = kept_operation(parked.payload)
        try:
            response_act(
                unit=unit,
                action=OperationType.SUBMIT,
                data=action_data(operation),
                device_at=operation.at,
                now=parked.received_at,
            )
        except CerdasError as error:
            still_refused(parked, error)
            continue
        _mark_applied(parked, unit.response.version)


def _mark_applied(parked: ParkedOperation, version: int) -> None:
    parked.state = ParkedOperation.State.APPLIED
    parked.decided_at = timezone.now()
    parked.decision_reason = "predecessor arrived"
    parked.save(update_fields=["state", "decided_at", "decision_reason"])
    AppliedOperation.objects.filter(
        satker=parked.satker, user=parked.user, operation_id=parked.operation_id
    ).update(outcome=AppliedOperation.Outcome.APPLIED, version=version)
