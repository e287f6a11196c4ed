"""The audit trail in words: names of tables and columns, and people instead of their ids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import ParkedOperation
from cerdas.models import AuditEntry, JobState
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from satker.models import InvitationState, Satker, User

COLUMNS: dict[str, Any] = {
    "actor_id": gettext_lazy("Asked for by"),
    "allow_new_assignments": gettext_lazy("New units allowed"),
    "allow_without_region": gettext_lazy("Units without area allowed"),
    "assignment_label": gettext_lazy("Label"),
    "before": gettext_lazy("First day that is kept"),
    "cancel_reason": gettext_lazy("Reason of the cancellation"),
    "cancelled_at": gettext_lazy("Cancelled at"),
    "cancelled_by_id": gettext_lazy("Cancelled by"),
    "checksum": gettext_lazy("Checksum"),
    "code": gettext_lazy("Code"),
    "content_object_id": gettext_lazy("Place of the role"),
    "count": gettext_lazy("Number of units"),
    "decided_by_id": gettext_lazy("Decided by"),
    "decision_reason": gettext_lazy("Reason of the decision"),
    "description": gettext_lazy("Description"),
    "email": gettext_lazy("Email"),
    "end_date": gettext_lazy("Last day"),
    "entries": gettext_lazy("Number of entries"),
    "extended_end_date": gettext_lazy("Extended until"),
    "first_ids": gettext_lazy("First units"),
    "form_schema": gettext_lazy("Questionnaire"),
    "form_version": gettext_lazy("Version of the questionnaire"),
    "google_id": gettext_lazy("Google account"),
    "invited_by_id": gettext_lazy("Invited by"),
    "is_active": gettext_lazy("Active"),
    "is_staff": gettext_lazy("Staff"),
    "is_superuser": gettext_lazy("Super admin"),
    "kegiatan_id": gettext_lazy("Activity"),
    "kegiatan_statistik_id": gettext_lazy("Activity"),
    "kind": gettext_lazy("Kind"),
    "left_at": gettext_lazy("Ended at"),
    "name": gettext_lazy("Name"),
    "notes": gettext_lazy("Notes"),
    "password": gettext_lazy("Password"),
    "permission_id": gettext_lazy("Role"),
    "pml_id": gettext_lazy("PML"),
    "ppl_id": gettext_lazy("PPL"),
    "published_by_id": gettext_lazy("Published by"),
    "region_code": gettext_lazy("Region code"),
    "role": gettext_lazy("Role"),
    "row_count": gettext_lazy("Rows"),
    "satker_id": gettext_lazy("Office"),
    "schema": gettext_lazy("Questionnaire"),
    "source_id": gettext_lazy("Source activity"),
    "start_date": gettext_lazy("First day"),
    "state": gettext_lazy("State"),
    "sync_grace_days": gettext_lazy("Days of grace"),
    "time_zone": gettext_lazy("Time zone"),
    "title": gettext_lazy("Title"),
    "type": gettext_lazy("Type"),
    "user_id": gettext_lazy("Person"),
    "version": gettext_lazy("Version"),
    "wilayah_code_prefix": gettext_lazy("Region code"),
    "wilayah_level": gettext_lazy("Level"),
    "year": gettext_lazy("Year"),
}
_PEOPLE = (
    "actor_id",
    "cancelled_by_id",
    "decided_by_id",
    "invited_by_id",
    "pml_id",
    "ppl_id",
    "published_by_id",
    "user_id",
)
# What the ids in a column point to.
_POINTS_TO: dict[str, type[Model]] = {
    **dict.fromkeys(_PEOPLE, User),
    "satker_id": Satker,
    "kegiatan_id": KegiatanStatistik,
    "kegiatan_statistik_id": KegiatanStatistik,
    "source_id": KegiatanStatistik,
    "permission_id": Permission,
}
_DAYS = ("before", "end_date", "extended_end_date", "start_date")
_MOMENTS = ("cancelled_at", "left_at")
_STATES: dict[str, Any] = dict(
    [*InvitationState.choices, *JobState.choices, *ParkedOperation.State.choices]
)
# Columns of which the trail keeps only that they changed.
_MARKED = ("form_schema", "schema")


@dataclass(frozen=True)
class Change:
    """One column of an entry, in words."""

    column: str
    old: str
    new: str


def column_title(column: str) -> str:
    """Return what people call a column."""
    if column.startswith("level_") and column.endswith("_code"):
        return _("Code of level %(level)s") % {"level": column[6:-5]}
    return str(COLUMNS.get(column, column))


def entry_time(entry: AuditEntry) -> str:
    """Return when it was, in the zone of the entry's office, with the name of the zone."""
    zone: tzinfo = timezone.get_current_timezone()
    if entry.satker is not None:
        zone = ZoneInfo(entry.satker.time_zone)
    return date_format(entry.at.astimezone(zone), "SHORT_DATETIME_FORMAT")


def entry_changes(entry: AuditEntry) -> list[Change]:
    """Return the columns of an entry in words; ids that point to nothing any more stay ids."""
    return entries_changes([entry])[0]


def entries_changes(entries: Sequence[AuditEntry]) -> list[list[Change]]:
    """Return `entry_changes` of each; the names of all are fetched together."""
    names = _names(entries)
    return [_in_words(entry, names) for entry in entries]


def _in_words(entry: AuditEntry, names: dict[tuple[type[Model], str], str]) -> list[Change]:
    return [
        Change(column_title(column), *(_shown(column, value, names) for value in pair))
        for column, pair in sorted(entry.changes.items(), key=lambda item: column_title(item[0]))
    ]


def _shown(column: str, value: Any, names: dict[tuple[type[Model], str], str]) -> str:
    if value is None or value == "":
        return "–"
    if column in _MARKED:
        return _("(contents are not kept here)")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if column in _DAYS and (day := _day(str(value))) is not None:
        return date_format(day, "j M Y")
    if column in _MOMENTS and (moment := _moment(str(value))) is not None:
        return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    if column == "state":
        return str(_STATES.get(str(value), value))
    model = _model_of(column, value)
    return names.get((model, str(value)), str(value)) if model is not None else str(value)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None


def _model_of(column: str, value: Any) -> type[Model] | None:
    if column == "content_object_id":  # of a role: an office, or an office in an activity
        return KegiatanSatker if isinstance(value, int) else Satker
    return _POINTS_TO.get(column)


def _names(entries: Iterable[AuditEntry]) -> dict[tuple[type[Model], str], str]:
    """Return {(model, id): name} of everything that entries point to: one query per model."""
    wanted: dict[type[Model], set[str]] = {}
    for column, pair in (item for entry in entries for item in entry.changes.items()):
        for value in pair:
            model = _model_of(column, value)
            if model is not None and value is not None and not isinstance(value, list):
                wanted.setdefault(model, set()).add(str(value))
    return {
        (model, str(row.pk)): _name(row)
        for model, ids in wanted.items()
        for row in _rows(model, ids)
    }


def _rows(model: type[Model], ids: set[str]) -> Iterable[Model]:
    field = model._meta.pk
    assert field is not None
    try:
        values: list[UUID | int] = [field.to_python(value) for value in ids]
    except ValidationError:
        return []
    rows = model._default_manager.filter(pk__in=values)
    return rows.select_related("kegiatan_statistik") if model is KegiatanSatker else rows


def _name(row: Model) -> str:
    if isinstance(row, Permission):
        return row.codename
    if isinstance(row, KegiatanSatker):
        return str(row.kegiatan_statistik)
    return str(row)
