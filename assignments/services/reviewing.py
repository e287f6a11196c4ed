"""Review many responses at once: the rules of one, the rows of all in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from assignments.errors import ReasonRequired, WrongStatus
from assignments.models import Assignment, AssignmentResponse, ResponseCheck
from assignments.services.check_gates import check_reason_given
from assignments.services.histories import Change, histories_write
from assignments.services.responses import (
    Unit,
    check_action,
    check_notes_length,
    times_of,
)
from assignments.workflow import Transition
from cerdas.errors import CerdasError
from kegiatan.form.json_value import said
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User

Refusals = list[tuple[Assignment, CerdasError]]


@dataclass
class _Judged:
    """Units that may be reviewed, by the row of the workflow that lets them, and the others."""

    good: dict[Transition, list[Assignment]] = field(default_factory=dict)
    refused: Refusals = field(default_factory=list)


def responses_review(
    *,
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    roles: frozenset[str],
    units: Sequence[Assignment],
    action: str,
    notes: str,
    now: datetime,
) -> Refusals:
    """Approve, reject or take back locked units; return those that cannot be, with the reason.

    roles: those in which the actor holds every one of the units. Each unit is judged, dated and
    entered in its history as `response_act` would; one that is refused stays as it was.
    Raises NotAllowed, Invalid (the reason is too long).
    Source: spec, "Life of a response".
    """
    check_notes_length(notes)
    notes = said(notes)
    judged = _Judged()
    checks = ResponseCheck.objects.filter(pk__in=[unit.pk for unit in units])
    verdicts = {check.pk: check for check in checks.only("version", "state")}
    for unit in units:
        held = Unit(actor, satker, kegiatan, unit, unit.response, roles)
        try:
            row = check_action(unit=held, action=action, device_at=None, now=now)
            if not notes:
                check_reason_given(unit.response, row, verdicts.get(unit.pk))
        except (WrongStatus, ReasonRequired) as error:
            judged.refused.append((unit, error))
        else:
            judged.good.setdefault(row, []).append(unit)
    for row, good in judged.good.items():
        _write(actor, satker, row, good, notes, now)
    return judged.refused


def _write(
    actor: User,
    satker: Satker,
    row: Transition,
    units: Sequence[Assignment],
    notes: str,
    now: datetime,
) -> None:
    """Move the units as the row says: one UPDATE, one INSERT. They are locked by the caller."""
    assert row.target is not None, "only a move of the status can be made for many"
    said = {"notes": notes} if notes else {}
    AssignmentResponse.objects.filter(pk__in=[unit.pk for unit in units]).update(
        status=row.target,
        version=F("version") + 1,
        updated_at=now,
        **times_of(row, now),
        **said,
    )
    target = row.target
    histories_write(
        actor=actor,
        satker=satker,
        changes=(
            Change(unit.pk, unit.response.status, target, notes or None, unit.response.version + 1)
            for unit in units
        ),
        now=now,
    )
