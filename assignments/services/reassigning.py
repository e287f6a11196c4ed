"""Give units to another PPL or PML."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.coverage import check_coverage, codes_outside
from assignments.errors import WrongStatus
from assignments.models import (
    Assignment,
    AssignmentResponse,
    ResponseStatus,
)
from assignments.selectors import assignments_of_kegiatan, prefix_range
from assignments.services.creating import coverage_of
from assignments.services.crew import check_crew, check_manages_units, check_takes_part
from assignments.services.histories import Change, histories_write
from cerdas.errors import CerdasError, Invalid, NotFound
from cerdas.tenancy import tenant_scope
from kegiatan.form.json_value import said
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User

BATCH = 5_000
# What is asked of a unit that changes hands or is reviewed.
_UNIT_FIELDS = ("region_code", "assignment_label", "ppl", "pml", "cancelled_at")


def assignment_reassign(
    *,
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    assignment_ids: Collection[UUID],
    ppl: User | None = None,
    pml: User | None = None,
    reason: str = "",
) -> int:
    """Move units to another PPL, PML or both; return how many really changed hands.

    All or nothing. In any status but Approved by Admin; the answers and the version stay. The
    history of each unit gets a row without change of status that names who gave it to whom.
    Repeating the call changes nothing.

    Raises NotFound (a unit is absent or not of this office), NotAllowed, WrongStatus naming the
    first unit, NotInCrew, OutsideWilayah, SatkerHasLeft, Invalid (nobody to give them to).
    Source: spec, "Roles" and "Wilayah coverage".
    """
    if ppl is None and pml is None:
        raise Invalid(_("Name the PPL or the PML who is to have the units."))
    with tenant_scope(satker):
        check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan)
        check_takes_part(satker=satker, kegiatan=kegiatan)
        units = lock_units(kegiatan=kegiatan, assignment_ids=assignment_ids)
        check_takers(satker=satker, kegiatan=kegiatan, ppl=ppl, pml=pml)
        for _unit, error in unmovable(units, actor=actor, satker=satker, kegiatan=kegiatan):
            raise error
        return units_give(units, actor=actor, satker=satker, ppl=ppl, pml=pml, reason=reason)


def check_takers(
    *, satker: Satker, kegiatan: KegiatanStatistik, ppl: User | None, pml: User | None
) -> None:
    """Refuse people who cannot be given units, and keep their roles until the commit.

    Called when the units are locked. Raises NotInCrew.
    """
    check_crew(
        satker=satker,
        kegiatan=kegiatan,
        ppl_ids=[ppl.pk] if ppl else [],
        pml_ids=[pml.pk] if pml else [],
    )


def units_give(
    units: Collection[Assignment],
    *,
    actor: User,
    satker: Satker,
    ppl: User | None,
    pml: User | None,
    reason: str,
) -> int:
    """Move locked units that `unmovable` did not name; return how many changed hands."""
    moved = [unit for unit in units if _changes_hands(unit, ppl, pml)]
    _move(moved, ppl=ppl, pml=pml)
    _write_history(moved, actor=actor, satker=satker, ppl=ppl, pml=pml, reason=reason)
    return len(moved)


def open_units(
    *,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    ppl: User | None = None,
    pml: User | None = None,
    region: str = "",
) -> list[UUID]:
    """Return the units that can change hands: of a PPL, of a PML, below a region code."""
    found = assignments_of_kegiatan(satker=satker, kegiatan_id=kegiatan.pk).exclude(
        response__status=ResponseStatus.APPROVED_ADMIN
    )
    if ppl is not None:
        found = found.filter(ppl=ppl)
    if pml is not None:
        found = found.filter(pml=pml)
    if region:
        found = found.filter(prefix_range(region))
    return list(found.order_by("pk").values_list("pk", flat=True))


def lock_units(
    *, kegiatan: KegiatanStatistik, assignment_ids: Collection[UUID]
) -> list[Assignment]:
    """Lock units of one kegiatan in the order of their ids and return them with their response.

    Raises NotFound when one is absent, of another kegiatan or of another office.
    """
    units = lock_units_there(kegiatan=kegiatan, assignment_ids=assignment_ids)
    if len(units) != len(set(assignment_ids)):
        raise NotFound
    return units


def lock_units_there(
    *, kegiatan: KegiatanStatistik, assignment_ids: Collection[UUID], with_answers: bool = True
) -> list[Assignment]:
    """Lock those of the units that there are, as `lock_units` does.

    with_answers: whole rows, with answers and prelist; else only what reviewing and reassigning
    ask for.
    """
    wanted = sorted(set(assignment_ids))
    found = Assignment.objects.filter(pk__in=wanted, kegiatan_statistik=kegiatan)
    if not with_answers:
        found = found.only(*_UNIT_FIELDS)
    units = list(found.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    # Many units are in the hands of few: joining would make two people for each of them.
    crew = User.objects.in_bulk({person for unit in units for person in (unit.ppl_id, unit.pml_id)})
    # Read after the lock: a submit that was under way has committed by now.
    rows = AssignmentResponse.objects.filter(pk__in=[unit.pk for unit in units])
    if not with_answers:
        rows = rows.only("status", "version", "updated_at")
    responses = {response.pk: response for response in rows}
    for unit in units:
        unit.response = responses[unit.pk]
        unit.ppl, unit.pml = crew[unit.ppl_id], crew[unit.pml_id]
    return units


def unmovable(
    units: Collection[Assignment], *, actor: User, satker: Satker, kegiatan: KegiatanStatistik
) -> Iterator[tuple[Assignment, CerdasError]]:
    """Yield the units that nobody can be given, each with the reason: WrongStatus, OutsideWilayah.

    Units in the wrong status come first.
    """
    fitting = []
    for unit in units:
        error = _status_fault(unit)
        if error is not None:
            yield unit, error
        else:
            fitting.append(unit)
    prefixes = coverage_of(actor=actor, satker=satker)
    codes = {unit.region_code for unit in fitting}
    outside = codes_outside([code for code in codes if code], prefixes)
    for unit in fitting:
        if unit.region_code is None or unit.region_code in outside:
            try:
                check_coverage(
                    region_code=unit.region_code,
                    prefixes=prefixes,
                    allow_without_region=kegiatan.allow_without_region,
                )
            except CerdasError as error:
                yield unit, error


def _status_fault(unit: Assignment) -> WrongStatus | None:
    if unit.cancelled_at is not None:
        return wrong_status(unit, _("“%(label)s” was cancelled; it cannot be given to anybody."))
    if unit.response.status == ResponseStatus.APPROVED_ADMIN:
        return wrong_status(
            unit, _("“%(label)s” is finally approved; it cannot be given to anybody else.")
        )
    return None


def wrong_status(unit: Assignment, message: str) -> WrongStatus:
    """Return the refusal that names one unit and its status."""
    return WrongStatus(
        message % {"label": unit.assignment_label, "status": unit.response.status},
        details={
            "assignment": str(unit.pk),
            "label": unit.assignment_label,
            "status": unit.response.status,
        },
    )


def _changes_hands(unit: Assignment, ppl: User | None, pml: User | None) -> bool:
    return (ppl is not None and unit.ppl_id != ppl.pk) or (
        pml is not None and unit.pml_id != pml.pk
    )


def _move(units: list[Assignment], *, ppl: User | None, pml: User | None) -> None:
    changes: dict[str, object] = {"updated_at": timezone.now()}
    if ppl is not None:
        changes["ppl"] = ppl
    if pml is not None:
        changes["pml"] = pml
    for start in range(0, len(units), BATCH):
        ids = [unit.pk for unit in units[start : start + BATCH]]
        chosen: QuerySet[Assignment] = Assignment.objects.filter(pk__in=ids)
        chosen.update(**changes)


def _write_history(
    units: list[Assignment],
    *,
    actor: User,
    satker: Satker,
    ppl: User | None,
    pml: User | None,
    reason: str,
) -> None:
    histories_write(
        actor=actor,
        satker=satker,
        changes=(
            Change(
                unit.pk,
                unit.response.status,
                unit.response.status,
                _history_notes(unit, ppl, pml, reason),
                unit.response.version,
            )
            for unit in units
        ),
        now=timezone.now(),
    )


def _history_notes(unit: Assignment, ppl: User | None, pml: User | None, reason: str) -> str:
    moves = [("PPL", unit.ppl, ppl), ("PML", unit.pml, pml)]
    parts = [
        f"{role}: {old.name} → {new.name}"
        for role, old, new in moves
        if new is not None and new.pk != old.pk
    ]
    words = said(reason)
    return "; ".join([*parts, words] if words else parts)
