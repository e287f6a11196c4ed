"""What the office does with many units at once: one batch in one transaction.

Units that cannot be acted on are left as they are and told, each with its reason; the others are
done by the rules and with the traces of one unit, in a few statements for all of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.admin_acting import (
    BULK_ACTIONS,
    CANCEL,
    OFFICE_ROLES,
    REASON_NEEDED,
    REASSIGN,
    REVIEWS,
    Wish,
    status_words,
)
from assignments.errors import ReasonRequired, WrongStatus
from assignments.models import Assignment, CheckState
from assignments.services.cancelling import reason_given, uncancellable, units_hide
from assignments.services.crew import check_manages_units, check_takes_part
from assignments.services.reassigning import (
    check_takers,
    lock_units_there,
    units_give,
    unmovable,
)
from assignments.services.reviewing import Refusals, responses_review
from cerdas.errors import CerdasError, Invalid
from kegiatan.form.json_value import said
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User


@dataclass(frozen=True)
class RefusedUnit:
    """A unit that was left as it is, and why. id: UUID as text."""

    id: str
    region_code: str
    label: str
    ppl: str
    status: str
    why: str

    def as_json(self) -> dict[str, str]:
        """Return the JSON object, from which `RefusedUnit(**value)` makes it again."""
        return asdict(self)


@dataclass
class BulkOutcome:
    """How many units were changed or were so already, and those that could not be."""

    done: int = 0
    refused: list[RefusedUnit] = field(default_factory=list)


@dataclass(frozen=True)
class BulkTask:
    """What an admin_kegiatan wants done. as_of: when they looked at the units."""

    actor: User
    satker: Satker
    kegiatan: KegiatanStatistik
    wish: Wish
    as_of: datetime

    def facts(self) -> dict[str, Any]:
        """Return who acts and where, as the services ask for it."""
        return {"actor": self.actor, "satker": self.satker}


def check_task(task: BulkTask) -> None:
    """Refuse what stands against all units. Runs in the office's scope.

    Raises NotAllowed, NotFound, ReasonRequired, SatkerHasLeft, Invalid.
    """
    wish = task.wish
    check_manages_units(kegiatan=task.kegiatan, **task.facts())
    if wish.action not in BULK_ACTIONS:
        raise Invalid(details={"field": "action"})
    if wish.action in REASON_NEEDED and not said(wish.reason):
        raise ReasonRequired(details={"field": "reason"})
    if wish.action == REASSIGN:
        if wish.ppl is None and wish.pml is None:
            raise Invalid(_("Name the PPL or the PML who is to have the units."))
        check_takes_part(satker=task.satker, kegiatan=task.kegiatan)


def units_act(*, task: BulkTask, ids: Sequence[UUID]) -> BulkOutcome:
    """Do the task with some units, in the open transaction; those that are gone are passed over.

    Units whose status or answers changed after `as_of` were not what the admin saw: refused too.
    Raises what `check_task` raises; NotInCrew, when somebody may not have the units (any more).
    """
    check_task(task)
    units = lock_units_there(
        kegiatan=task.kegiatan, assignment_ids=ids, with_answers=task.wish.action == CANCEL
    )
    seen = [unit for unit in units if unit.response.updated_at <= task.as_of]
    refusals = _ACTS.get(task.wish.action, _review)(task, seen)
    words = {unit.pk: _words(unit, task.wish, error) for unit, error in refusals}
    changed = _("changed after you looked; look at it again")
    words |= {unit.pk: changed for unit in units if unit.response.updated_at > task.as_of}
    refused = [_refused(unit, words[unit.pk]) for unit in units if unit.pk in words]
    return BulkOutcome(len(units) - len(refused), refused)


def _review(task: BulkTask, units: Sequence[Assignment]) -> Refusals:
    assert task.wish.action in REVIEWS
    return responses_review(
        kegiatan=task.kegiatan,
        roles=OFFICE_ROLES,
        units=units,
        action=task.wish.action,
        notes=task.wish.reason,
        now=timezone.now(),
        **task.facts(),
    )


def _reassign(task: BulkTask, units: Sequence[Assignment]) -> Refusals:
    wish = task.wish
    check_takers(satker=task.satker, kegiatan=task.kegiatan, ppl=wish.ppl, pml=wish.pml)
    refusals: Refusals = list(unmovable(units, kegiatan=task.kegiatan, **task.facts()))
    good = _without(units, refusals)
    units_give(good, ppl=wish.ppl, pml=wish.pml, reason=wish.reason, **task.facts())
    return refusals


def _cancel(task: BulkTask, units: Sequence[Assignment]) -> Refusals:
    refusals: Refusals = list(uncancellable(units))
    good = _without(units, refusals)
    units_hide(good, actor=task.actor, reason=reason_given(task.wish.reason))
    return refusals


_ACTS: dict[str, Callable[[BulkTask, Sequence[Assignment]], Refusals]] = {
    REASSIGN: _reassign,
    CANCEL: _cancel,
}


def _without(units: Iterable[Assignment], refusals: Refusals) -> list[Assignment]:
    refused = {unit.pk for unit, _error in refusals}
    return [unit for unit in units if unit.pk not in refused]


def _words(unit: Assignment, wish: Wish, error: CerdasError) -> str:
    if wish.action in REVIEWS and isinstance(error, WrongStatus):
        return _("not possible in status “%(status)s”") % {"status": status_words(unit)}
    if isinstance(error, ReasonRequired):
        if error.details.get("check") == CheckState.PENDING:
            return _("its answers still wait for their check; try later, or give a reason")
        return _("its answers did not pass the check; approving them needs a reason")
    return error.message


def _refused(unit: Assignment, why: str) -> RefusedUnit:
    return RefusedUnit(
        str(unit.pk), unit.region_code or "", unit.assignment_label, unit.ppl.email,
        status_words(unit), why,
    )  # fmt: skip
