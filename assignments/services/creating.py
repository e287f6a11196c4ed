"""Make one unit: assignment, response and first row of history, in the caller's transaction."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from assignments.coverage import NO_LEVELS, Levels, check_region
from assignments.errors import IdTaken
from assignments.models import (
    LEVELS,
    Assignment,
    AssignmentResponse,
    ResponseHistory,
    ResponseStatus,
)
from assignments.services.crew import check_crew, check_takes_part
from cerdas.database_errors import constraint_name
from cerdas.errors import Invalid
from cerdas.ids import new_id
from kegiatan.form.json_value import clean_foreign, clean_json, clean_text, json_depth
from kegiatan.models import KegiatanStatistik
from satker.models import EVERYWHERE, Satker, User
from satker.selectors import satker_prefixes

LABEL_LENGTH = 255
PREFILLED_BYTES = 64 * 1024
PREFILLED_DEPTH = 16
_PRIMARY_KEY = "assignments_pkey"


@dataclass(frozen=True)
class AssignmentSpec:
    """A unit to be. id: chosen by a phone or a file, else None; prefilled_data: JSON object."""

    label: str
    levels: Levels = NO_LEVELS
    prefilled_data: dict[str, Any] | None = None
    id: UUID | None = None


def assignment_create(
    *,
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    spec: AssignmentSpec,
    ppl_id: UUID,
    pml_id: UUID,
) -> Assignment:
    """Make one unit in status Assigned, version 1, form version the newest.

    Runs inside the scope of `satker` and the caller's transaction. Whether the actor may create is
    the caller's matter; coverage is that of the actor's office (a PPL's own), super_admin has none.
    A repeat with the same id is `id_taken`: who repeats operations remembers them.

    Raises RegionFormat, OutsideWilayah, UnknownRegion, NotInCrew, SatkerHasLeft, IdTaken, Invalid.
    Source: spec, "Wilayah coverage", "Life of a response".
    """
    label = check_label(spec.label)
    prefilled = check_prefilled(spec.prefilled_data)
    check_takes_part(satker=satker, kegiatan=kegiatan)
    prefixes = coverage_of(actor=actor, satker=satker)
    check_region(levels=spec.levels, kegiatan=kegiatan, prefixes=prefixes)
    check_crew(satker=satker, kegiatan=kegiatan, ppl_ids=[ppl_id], pml_ids=[pml_id])
    assignment = Assignment(
        id=spec.id or new_id(),
        satker=satker,
        kegiatan_statistik=kegiatan,
        ppl_id=ppl_id,
        pml_id=pml_id,
        assignment_label=label,
        prefilled_data=prefilled,
        **dict(zip(LEVELS, spec.levels, strict=True)),
    )
    _insert(assignment, is_new_id=spec.id is None)
    response = AssignmentResponse.objects.create(
        assignment=assignment, satker=satker, form_version_used=kegiatan.form_version
    )
    ResponseHistory.objects.create(
        assignment_response=response,
        satker=satker,
        user=None,  # the system: creating is no one's change of status
        to_status=ResponseStatus.ASSIGNED,
        version=1,
    )
    # the derived codes
    assignment.refresh_from_db(
        fields=["level_4_code_full", "level_6_code_full", "region_code", "created_at"]
    )
    return assignment


def coverage_of(*, actor: User, satker: Satker) -> tuple[str, ...]:
    """Return the prefixes that bind the actor in this office; super_admin is bound by none."""
    return (EVERYWHERE,) if actor.is_superuser else satker_prefixes(satker.pk)


def assignment_id_exists(assignment_id: UUID) -> bool:
    """Return whether a unit with this id exists in any office: only yes or no."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT assignment_exists(%s)", [assignment_id])
        return bool(cursor.fetchone()[0])


def _insert(assignment: Assignment, *, is_new_id: bool) -> None:
    """Insert under a savepoint; an id that exists anywhere is IdTaken, also in a race."""
    if not is_new_id and assignment_id_exists(assignment.pk):
        raise IdTaken
    try:
        with transaction.atomic():
            assignment.save(force_insert=True)
    except IntegrityError as error:
        if constraint_name(error) == _PRIMARY_KEY:
            raise IdTaken from error
        raise


def check_label(text: str) -> str:
    """Return the label without NUL and outer white space. Raises Invalid."""
    label = clean_text(text).strip()
    if not label or len(label) > LABEL_LENGTH:
        message = _("A label has 1 to %(limit)s characters.") % {"limit": LABEL_LENGTH}
        raise Invalid(message, details={"field": "label"})
    return label


def check_prefilled(value: object) -> dict[str, Any] | None:
    """Return prefilled data that the database takes: clean text, bounded. Raises Invalid."""
    if value is None:
        return None
    if not isinstance(value, dict) or json_depth(value, cap=PREFILLED_DEPTH) > PREFILLED_DEPTH:
        raise _bad_prefilled()
    cleaned = clean_foreign(clean_json(value))
    try:
        size = len(orjson.dumps(cleaned))
    except TypeError as error:
        raise _bad_prefilled() from error
    if size > PREFILLED_BYTES or not isinstance(cleaned, dict):
        raise _bad_prefilled()
    return cleaned


def _bad_prefilled() -> Invalid:
    message = _("Prefilled data has to be one JSON object of at most %(limit)s KiB.") % {
        "limit": PREFILLED_BYTES // 1024
    }
    return Invalid(message, details={"field": "prefilled_data"})
