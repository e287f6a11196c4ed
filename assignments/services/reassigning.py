"""Give units to another PPL or PML."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.coverage import check_coverage, codes_outside
from assignments.errors import WrongStatus
from assignments.models import (
    Assignment,
    AssignmentResponse,
    ResponseHistory,
    ResponseStatus,
)
from assignments.selectors import assignments_of_kegiatan, prefix_range
from assignments.services.creating import coverage_of
from assignments.services.crew import check_crew, check_manages_units, check_takes_part
from cerdas.errors import Invalid, NotFound
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User

BATCH = 5_000


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
        check_crew(
            satker=satker,
            kegiatan=kegiatan,
            ppl_ids=[ppl.pk] if ppl else [],
            pml_ids=[pml.pk] if pml else [],
        )
        _check_open(units)
        _check_covered(units, actor=actor, satker=satker, kegiatan=kegiatan)
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
    wanted = sorted(set(assignment_ids))
    units = list(
        Assignment.objects.filter(pk__in=wanted, kegiatan_statistik=kegiatan)
        .select_related("ppl", "pml")
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    if len(units) != len(wanted):
        raise NotFound
    # Read after the lock: a submit that was under way has committed by now.
    responses = AssignmentResponse.objects.in_bulk(wanted)
    for unit in units:
        unit.response = responses[unit.pk]
    return units


def _check_open(units: list[Assignment]) -> None:
    for unit in units:
        if unit.cancelled_at is not None:
            raise wrong_status(unit, _("“%(label)s” was cancelled; it cannot be given to anybody."))
        if unit.response.status == ResponseStatus.APPROVED_ADMIN:
            raise wrong_status(
                unit, _("“%(label)s” is finally approved; it cannot be given to anybody else.")
            )


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


def _check_covered(
    units: list[Assignment], *, actor: User, satker: Satker, kegiatan: KegiatanStatistik
) -> None:
    prefixes = coverage_of(actor=actor, satker=satker)
    codes = {unit.region_code for unit in units}
    outside = sorted(codes_outside([code for code in codes if code], prefixes))
    suspects: list[str | None] = [*outside[:1], *([None] if None in codes else [])]
    for code in suspects:
        check_coverage(
            region_code=code,
            prefixes=prefixes,
            allow_without_region=kegiatan.allow_without_region,
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
    ResponseHistory.objects.bulk_create(
        (
            ResponseHistory(
                assignment_response=unit.response,
                satker=satker,
                user=actor,
                from_status=unit.response.status,
                to_status=unit.response.status,
                notes=_history_notes(unit, ppl, pml, reason),
                version=unit.response.version,
            )
            for unit in units
        ),
        batch_size=BATCH,
    )


def _history_notes(unit: Assignment, ppl: User | None, pml: User | None, reason: str) -> str:
    moves = [("PPL", unit.ppl, ppl), ("PML", unit.pml, pml)]
    parts = [
        f"{role}: {old.name} → {new.name}"
        for role, old, new in moves
        if new is not None and new.pk != old.pk
    ]
    return "; ".join([*parts, reason.strip()] if reason.strip() else parts)
