"""Correct the label and the region of a unit on which nobody has begun to work."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.coverage import Levels, check_region
from assignments.models import LEVELS, Assignment, ResponseHistory, ResponseStatus
from assignments.services.creating import check_label, coverage_of
from assignments.services.crew import check_manages_units, check_takes_part
from assignments.services.reassigning import lock_units, wrong_status
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User


def assignment_amend(
    *,
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    assignment_id: UUID,
    label: str,
    levels: Levels,
) -> Assignment:
    """Give a unit in status Assigned another label or region, as admin_kegiatan.

    The old and the new region have to lie in the coverage of the office. The history gets a row
    without change of status that names what changed; the version stays. Repeating the call
    changes nothing.

    Raises NotFound, NotAllowed, SatkerHasLeft, WrongStatus, Invalid (label), RegionFormat,
    OutsideWilayah, UnknownRegion. Source: spec, "Wilayah coverage".
    """
    label = check_label(label)
    with tenant_scope(satker):
        check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan)
        check_takes_part(satker=satker, kegiatan=kegiatan)
        unit = lock_units(kegiatan=kegiatan, assignment_ids=[assignment_id])[0]
        _check_not_begun(unit)
        prefixes = coverage_of(actor=actor, satker=satker)
        region = check_region(levels=levels, kegiatan=kegiatan, prefixes=prefixes)
        words = _words(unit, label, region)
        if words:
            _write(unit, label=label, levels=levels)
            _write_history(unit, actor=actor, satker=satker, words=words)
    return unit


def _check_not_begun(unit: Assignment) -> None:
    if unit.cancelled_at is not None:
        message = _("“%(label)s” was cancelled; it cannot be changed.")
        raise wrong_status(unit, message)
    if unit.response.status != ResponseStatus.ASSIGNED:
        message = _("Work on “%(label)s” has begun; label and region stay as they are.")
        raise wrong_status(unit, message)


def _words(unit: Assignment, label: str, region: str | None) -> str:
    parts = []
    if label != unit.assignment_label:
        parts.append(f"Label: {unit.assignment_label} → {label}")
    if region != unit.region_code:
        parts.append(f"Wilayah: {unit.region_code or '—'} → {region or '—'}")
    return "; ".join(parts)


def _write(unit: Assignment, *, label: str, levels: Levels) -> None:
    for name, code in zip(LEVELS, levels, strict=True):
        setattr(unit, name, code)
    unit.assignment_label = label
    unit.updated_at = timezone.now()
    unit.save(update_fields=["assignment_label", *LEVELS, "updated_at"])
    unit.refresh_from_db(fields=["level_4_code_full", "level_6_code_full", "region_code"])


def _write_history(unit: Assignment, *, actor: User, satker: Satker, words: str) -> None:
    ResponseHistory.objects.create(
        assignment_response=unit.response,
        satker=satker,
        user=actor,
        from_status=unit.response.status,
        to_status=unit.response.status,
        notes=words,
        version=unit.response.version,
    )
