"""What the office does with units: one after the other as the workflow judges, or many at once.

Everything is carried out by the services; this module asks them, and words what they refuse.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.coverage import OutsideWilayah
from assignments.errors import ReasonRequired, WrongStatus
from assignments.models import Assignment, OperationType, ResponseStatus
from assignments.services.cancelling import assignment_cancel
from assignments.services.crew import check_crew, check_manages_units, check_takes_part
from assignments.services.reassigning import assignment_reassign, lock_units
from assignments.services.responses import ActionData, Comment, Unit, response_act
from assignments.workflow import Reason, transition_for
from cerdas.errors import CerdasError, Invalid, NotFound
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN

APPROVE, REJECT = OperationType.APPROVE.value, OperationType.REJECT.value
REVERT = OperationType.REVERT_APPROVAL.value
REASSIGN, CANCEL, AMEND = "reassign", "cancel", "amend"
REVIEWS = (APPROVE, REJECT, REVERT)
BULK_ACTIONS = (*REVIEWS, REASSIGN, CANCEL)
REASON_NEEDED = (REJECT, REVERT, CANCEL)
CHUNK = 200
_OFFICE = frozenset({ADMIN_KEGIATAN})
# What stands against one unit and not against the whole task.
_OF_ONE_UNIT = (WrongStatus, OutsideWilayah, NotFound)

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


@dataclass(frozen=True)
class RefusedUnit:
    """A unit that was left as it is, and why."""

    id: UUID
    region_code: str
    label: str
    ppl: str
    status: str
    why: str


@dataclass
class BulkOutcome:
    """How many units were changed or were so already, and those that could not be."""

    done: int = 0
    refused: list[RefusedUnit] = field(default_factory=list)


def actions_of(unit: Assignment) -> tuple[str, ...]:
    """Return what an admin_kegiatan can do with a unit in its present status."""
    if unit.cancelled_at is not None:
        return ()
    status = unit.response.status
    found = [action for action in REVIEWS if transition_for(action, status, _OFFICE)]
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


def units_act(
    *,
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    ids: Sequence[UUID],
    wish: Wish,
    progress: Callable[[int], None],
) -> BulkOutcome:
    """Do one thing with many units of an activity, as admin_kegiatan, in the open transaction.

    ids: in ascending order, in which they are locked. Units that cannot be acted on are left and
    reported; the others are done. progress: told the units done with, chunk by chunk.
    Raises what stands against all of them: NotAllowed, NotFound, NotInCrew, SatkerHasLeft,
    ReasonRequired, Invalid.
    """
    check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan)
    _check_wish(satker, kegiatan, wish)
    outcome = BulkOutcome()
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        if wish.action in REVIEWS:
            _review_all(actor, satker, kegiatan, chunk, wish, outcome)
        else:
            _manage_all(actor, satker, kegiatan, chunk, wish, outcome)
        progress(start + len(chunk))
    return outcome


def _check_wish(satker: Satker, kegiatan: KegiatanStatistik, wish: Wish) -> None:
    if wish.action not in BULK_ACTIONS:
        raise Invalid(details={"field": "action"})
    if wish.action in REASON_NEEDED and not wish.reason.strip():
        raise ReasonRequired(details={"field": "reason"})
    if wish.action == REASSIGN:
        if wish.ppl is None and wish.pml is None:
            raise Invalid(_("Name the PPL or the PML who is to have the units."))
        check_takes_part(satker=satker, kegiatan=kegiatan)
        check_crew(
            satker=satker,
            kegiatan=kegiatan,
            ppl_ids=[wish.ppl.pk] if wish.ppl else [],
            pml_ids=[wish.pml.pk] if wish.pml else [],
        )


def _review(
    actor: User, satker: Satker, kegiatan: KegiatanStatistik, locked: Assignment, wish: Wish
) -> None:
    response_act(
        unit=Unit(actor, satker, kegiatan, locked, locked.response, _OFFICE),
        action=wish.action,
        data=ActionData(notes=wish.reason, comments=wish.comments),
        device_at=None,
        now=timezone.now(),
    )


def _review_all(
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    ids: Sequence[UUID],
    wish: Wish,
    outcome: BulkOutcome,
) -> None:
    """The service checks before it writes, so a refused unit leaves nothing behind."""
    for unit in lock_units(kegiatan=kegiatan, assignment_ids=ids):
        try:
            _review(actor, satker, kegiatan, unit, wish)
            outcome.done += 1
        except (WrongStatus, ReasonRequired) as error:
            outcome.refused.append(_refused(unit, wish, error))


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


def _manage_all(
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    ids: Sequence[UUID],
    wish: Wish,
    outcome: BulkOutcome,
) -> None:
    """These services do all or nothing: a refused lot is halved until the units stand out."""
    try:
        with transaction.atomic():
            _manage(actor, satker, kegiatan, ids, wish)
        outcome.done += len(ids)
    except _OF_ONE_UNIT as error:
        if len(ids) == 1:
            unit = lock_units(kegiatan=kegiatan, assignment_ids=ids)[0]
            outcome.refused.append(_refused(unit, wish, error))
            return
        middle = len(ids) // 2
        _manage_all(actor, satker, kegiatan, ids[:middle], wish, outcome)
        _manage_all(actor, satker, kegiatan, ids[middle:], wish, outcome)


def _refused(unit: Assignment, wish: Wish, error: CerdasError) -> RefusedUnit:
    status = status_words(unit)
    why = error.message
    if wish.action in REVIEWS and isinstance(error, WrongStatus):
        why = _("not possible in status “%(status)s”") % {"status": status}
    elif isinstance(error, ReasonRequired):
        why = _("its answers did not pass the check; approving them needs a reason")
    return RefusedUnit(
        unit.pk, unit.region_code or "", unit.assignment_label, unit.ppl.email, status, why
    )


def status_words(unit: Assignment) -> str:
    """Return a unit's status as people read it."""
    if unit.cancelled_at is not None:
        return _("Cancelled")
    return str(ResponseStatus(unit.response.status).label)


def reason_needed(action: str, status: str) -> bool:
    """Return whether an action on one unit always needs a reason."""
    row = transition_for(action, status, _OFFICE)
    return action == CANCEL or (row is not None and row.reason is Reason.REQUIRED)
