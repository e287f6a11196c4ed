"""What the office does with parked field work: apply it, or discard it with a reason.

Source: spec, "Life of a response"; design, section 7.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.errors import ReasonRequired, WrongStatus
from assignments.models import (
    AppliedOperation,
    Assignment,
    AssignmentFeed,
    AssignmentResponse,
    ParkedOperation,
    ResponseStatus,
)
from assignments.services.attachments import attachment_add_parked
from assignments.services.crew import check_manages_units
from assignments.services.responses import Unit, response_submit
from assignments.sync.creating import created_unit
from assignments.sync.parking import still_refused, waiting_after
from assignments.sync.reading import action_data, kept_operation
from cerdas.errors import CerdasError, NotFound
from kegiatan.form.json_value import said
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN

State = ParkedOperation.State


class AlreadyDecided(CerdasError):
    """The parked work was applied or discarded before; details: state."""

    code = "already_decided"
    status = 409


class PredecessorWaits(CerdasError):
    """The work that this one follows must be applied first; details: after."""

    code = "predecessor_failed"
    status = 409


class NeverTheirs(CerdasError):
    """The unit never was in the hands of the person who sent the work."""

    code = "never_theirs"
    status = 409
    default_message = gettext_lazy(
        "This unit was never given to the person who sent the work. It can only be discarded."
    )


@dataclass(frozen=True)
class Crew:
    """Who gets a unit that is made from parked work; None: the finder, and the finder's PML."""

    ppl_id: UUID | None = None
    pml_id: UUID | None = None


def parked_apply(
    *,
    actor: User,
    satker: Satker,
    parked_id: UUID,
    reason: str = "",
    crew: Crew | None = None,
    archive_faulty: bool = False,
) -> ParkedOperation:
    """Apply parked work as admin_kegiatan, then what of the same person waited for it.

    What waited and cannot be applied goes on waiting, for its own reason.

    A submit replaces the answers of the unit as it stands and moves it to Submitted by PPL, unless
    it is finally approved. archive_faulty: keep answers of the wrong shape apart.

    Raises NotFound, NotAllowed, NeverTheirs, AlreadyDecided, PredecessorWaits, WrongStatus,
    WrongShape and what making a unit raises; then nothing has changed.
    """
    with transaction.atomic():
        parked = _waiting(actor, satker, parked_id)
        _check_predecessor(parked)
        version = _apply(actor, satker, parked, reason, crew or Crew(), archive_faulty)
        _decide(actor, parked, State.APPLIED, reason, version)
        for follower in waiting_after(
            satker=satker,
            user_id=parked.user_id,
            operation_id=parked.operation_id,
            assignment_id=parked.assignment_id,
        ):
            try:
                parked_apply(
                    actor=actor,
                    satker=satker,
                    parked_id=follower.pk,
                    reason=reason,
                    archive_faulty=archive_faulty,
                )
            except CerdasError as error:
                still_refused(follower, error)
    return parked


def parked_discard(*, actor: User, satker: Satker, parked_id: UUID, reason: str) -> ParkedOperation:
    """Decide not to use parked work. It stays stored; the phone is told the reason."""
    reason = said(reason)
    if not reason:
        raise ReasonRequired(details={"field": "reason"})
    with transaction.atomic():
        parked = _waiting(actor, satker, parked_id)
        _decide(actor, parked, State.DISCARDED, reason, None)
    return parked


def _waiting(actor: User, satker: Satker, parked_id: UUID) -> ParkedOperation:
    """Return the parked row, locked after its unit (the order of all doors)."""
    found = ParkedOperation.objects.filter(pk=parked_id, satker=satker).first()
    if found is None:
        raise NotFound
    check_manages_units(actor=actor, satker=satker, kegiatan=found.kegiatan)
    _lock_unit(satker, found)
    parked = ParkedOperation.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if parked.state != State.WAITING:
        raise AlreadyDecided(
            _("This work was decided on before: %(state)s.")
            % {"state": parked.get_state_display()},
            details={"state": parked.state},
        )
    return parked


def _lock_unit(satker: Satker, parked: ParkedOperation) -> Assignment | None:
    return (
        Assignment.objects.filter(
            pk=parked.assignment_id, satker=satker, kegiatan_statistik=parked.kegiatan
        )
        .select_for_update(no_key=True, of=("self",))
        .first()
    )


def _check_predecessor(parked: ParkedOperation) -> None:
    if parked.after is None or parked.kind == ParkedOperation.Kind.ATTACHMENT:
        return
    waits = ParkedOperation.objects.filter(
        satker=parked.satker,
        user=parked.user,
        operation_id=parked.after,
        assignment_id=parked.assignment_id,
        state=State.WAITING,
    ).exists()
    if waits:
        raise PredecessorWaits(
            _("Apply the earlier work of this person on the same unit first."),
            details={"after": str(parked.after)},
        )


def _apply(
    actor: User,
    satker: Satker,
    parked: ParkedOperation,
    reason: str,
    crew: Crew,
    archive_faulty: bool,
) -> int | None:
    if parked.kind == ParkedOperation.Kind.CREATE:
        return _apply_create(satker, parked, crew)
    assignment = _lock_unit(satker, parked)
    if assignment is None:
        raise NotFound(_("The unit of this work does not exist. Apply its creation first."))
    _check_was_theirs(parked)
    if parked.kind == ParkedOperation.Kind.ATTACHMENT:
        attachment_add_parked(assignment=assignment, parked=parked)
        return None
    return _apply_submit(actor, parked, assignment, reason, archive_faulty)


def _check_was_theirs(parked: ParkedOperation) -> None:
    """Refuse work on a unit that the sender was never given and did not find.

    It was kept when the unit was not known yet, as if its creation were still to come.
    """
    was_given = AssignmentFeed.objects.filter(
        user=parked.user, satker=parked.satker, assignment_id=parked.assignment_id
    )
    was_found = ParkedOperation.objects.filter(
        satker=parked.satker,
        user=parked.user,
        kind=ParkedOperation.Kind.CREATE,
        assignment_id=parked.assignment_id,
    )
    if not was_given.exists() and not was_found.exists():
        raise NeverTheirs


def _apply_create(satker: Satker, parked: ParkedOperation, crew: Crew) -> int:
    created_unit(
        user=parked.user,
        kegiatan=parked.kegiatan,
        satker=satker,
        operation=kept_operation(parked.payload),
        ppl_id=crew.ppl_id,
        pml_id=crew.pml_id,
    )
    return 1


def _apply_submit(
    actor: User,
    parked: ParkedOperation,
    assignment: Assignment,
    reason: str,
    archive_faulty: bool,
) -> int:
    response = AssignmentResponse.objects.get(pk=assignment.pk)
    if response.status == ResponseStatus.APPROVED_ADMIN or assignment.cancelled_at is not None:
        raise WrongStatus(
            _("The unit is finally approved or cancelled. Take that back first."),
            details={"status": response.status, "action": "submit"},
        )
    unit = Unit(
        actor=actor,
        satker=parked.satker,
        kegiatan=parked.kegiatan,
        assignment=assignment,
        response=response,
        roles=frozenset({ADMIN_KEGIATAN}),
    )
    words = said(reason) or _("Applied by the office.")
    response_submit(
        unit=unit,
        data=action_data(kept_operation(parked.payload)),
        device_at=parked.device_at,
        now=timezone.now(),
        notes=_("Work of %(name)s: %(reason)s") % {"name": parked.user.name, "reason": words},
        archive_faulty=archive_faulty,
    )
    return response.version


def _decide(
    actor: User, parked: ParkedOperation, state: str, reason: str, version: int | None
) -> None:
    parked.state = state
    parked.decided_by = actor
    parked.decided_at = timezone.now()
    parked.decision_reason = reason
    parked.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    AppliedOperation.objects.filter(
        satker=parked.satker, user=parked.user, operation_id=parked.operation_id
    ).update(outcome=state, version=version)


def parked_list(
    *,
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik | None = None,
    state: str = "waiting",
) -> list[ParkedOperation]:
    """Return the parked work that this admin decides on, oldest first."""
    rows = ParkedOperation.objects.filter(satker=satker, state=state).select_related(
        "user", "kegiatan"
    )
    if kegiatan is not None:
        rows = rows.filter(kegiatan=kegiatan)
    found = list(rows.order_by("received_at", "id"))
    for activity in {row.kegiatan for row in found}:
        check_manages_units(actor=actor, satker=satker, kegiatan=activity)
    return found
