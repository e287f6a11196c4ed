"""What the office does with a unit, as the workflow judges. Many at once: `admin_acting_many`.

Everything is carried out by the services; this module asks them, and words what they refuse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import Assignment, OperationType, ResponseStatus
from assignments.services.cancelling import assignment_cancel
from assignments.services.crew import check_manages_units
from assignments.services.reassigning import assignment_reassign, lock_units
from assignments.services.responses import ActionData, Comment, Unit, response_act
from assignments.workflow import Reason, transition_for
from cerdas.errors import CerdasError, Invalid
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN

APPROVE, REJECT = OperationType.APPROVE.value, OperationType.REJECT.value
REVERT = OperationType.REVERT_APPROVAL.value
REASSIGN, CANCEL, AMEND = "reassign", "cancel", "amend"
REVIEWS = (APPROVE, REJECT, REVERT)
BULK_ACTIONS = (*REVIEWS, REASSIGN, CANCEL)
REASON_NEEDED = (REJECT, REVERT, CANCEL)
OFFICE_ROLES = frozenset({ADMIN_KEGIATAN})

ACTION_NAMES = {
    APPROVE: gettext_lazy("Approve finally"),
    REJECT: gettext_lazy("Reject"),
    REVERT: gettext_lazy("Take approval back"),
    REASSIGN: gettext_lazy("Give to others"),
    CANCEL: gettext_lazy("Cancel units"),
}


class ChangedMeanwhile(CerdasError):
    """The unit is not as it was when the admin looked at it."""

    code = "changed_meanwhile"
    status = 409
    default_message = gettext_lazy(
        "The unit has changed since you opened it. Look at it again, then decide."
    )


@dataclass(frozen=True)
class Wish:
    """What is to be done. ppl, pml: for reassigning; comments: for rejecting one unit."""

    action: str
    reason: str = ""
    ppl: User | None = None
    pml: User | None = None
    comments: Sequence[Comment] = ()


def actions_of(unit: Assignment) -> tuple[str, ...]:
    """Return what an admin_kegiatan can do with a unit in its present status."""
    if unit.cancelled_at is not None:
        return ()
    status = unit.response.status
    found = [action for action in REVIEWS if transition_for(action, status, OFFICE_ROLES)]
    if status != ResponseStatus.APPROVED_ADMIN:
        found.append(REASSIGN)
    if status == ResponseStatus.ASSIGNED:
        found.append(AMEND)
    if status == ResponseStatus.ASSIGNED or (
        status == ResponseStatus.OPENED and not unit.response.responses
    ):
        found.append(CANCEL)
    return tuple(found)


def unit_act(
    *, actor: User, satker: Satker, unit: Assignment, version: int | None, wish: Wish
) -> None:
    """Do one thing with one unit, as admin_kegiatan.

    version: of the response when the admin looked; a newer one raises ChangedMeanwhile.
    Raises what the services raise: NotAllowed, NotFound, WrongStatus, ReasonRequired, NotInCrew ...
    """
    kegiatan = unit.kegiatan_statistik
    with transaction.atomic():
        check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan)
        locked = lock_units(kegiatan=kegiatan, assignment_ids=[unit.pk])[0]
        if version is not None and locked.response.version != version:
            raise ChangedMeanwhile(details={"version": locked.response.version})
        if wish.action in REVIEWS:
            _review(actor, satker, kegiatan, locked, wish)
        else:
            _manage(actor, satker, kegiatan, [unit.pk], wish)


def _review(
    actor: User, satker: Satker, kegiatan: KegiatanStatistik, locked: Assignment, wish: Wish
) -> None:
    response_act(
        unit=Unit(actor, satker, kegiatan, locked, locked.response, OFFICE_ROLES),
        action=wish.action,
        data=ActionData(notes=wish.reason, comments=wish.comments),
        device_at=None,
        now=timezone.now(),
    )


def _manage(
    actor: User, satker: Satker, kegiatan: KegiatanStatistik, ids: Sequence[UUID], wish: Wish
) -> None:
    if wish.action == CANCEL:
        assignment_cancel(
            actor=actor, satker=satker, kegiatan=kegiatan, assignment_ids=ids, reason=wish.reason
        )
    elif wish.action == REASSIGN:
        assignment_reassign(
            actor=actor,
            satker=satker,
            kegiatan=kegiatan,
            assignment_ids=ids,
            ppl=wish.ppl,
            pml=wish.pml,
            reason=wish.reason,
        )
    else:
        raise Invalid(details={"field": "action"})


def status_words(unit: Assignment) -> str:
    """Return a unit's status as people read it."""
    if unit.cancelled_at is not None:
        return _("Cancelled")
    return str(ResponseStatus(unit.response.status).label)


def reason_needed(action: str, status: str) -> bool:
    """Return whether an action on one unit always needs a reason."""
    row = transition_for(action, status, OFFICE_ROLES)
    return action == CANCEL or (row is not None and row.reason is Reason.REQUIRED)
