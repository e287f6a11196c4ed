"""The units to export, page by page in one snapshot."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assignments.exporting.answer_columns import Cell, as_cell
from assignments.models import LEVELS, Assignment, ResponseStatus
from assignments.selectors import assignments_of_kegiatan, prefix_range
from cerdas.errors import Invalid
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanStatistik
from masterdata.selectors import wilayah_names
from satker.models import REGION_CODE_LENGTHS, Satker

PAGE = 500
PREFILLED_COLUMNS = 500

UNIT_HEADERS = (
    "assignment_id",
    "region_code",
    *LEVELS,
    *(level.replace("_code", "_name") for level in LEVELS),
    "assignment_label",
    "ppl",
    "pml",
    "status",
    "version",
    "form_version_used",
    "visit_outcome",
    "created_at",
    "submitted_by_ppl_at",
    "reviewed_by_pml_at",
    "reviewed_by_admin_at",
)
_FIELDS = (
    "pk",
    "region_code",
    *LEVELS,
    "assignment_label",
    "ppl__email",
    "pml__email",
    "response__status",
    "response__version",
    "response__form_version_used",
    "response__visit_outcome",
    "created_at",
    "response__submitted_by_ppl_at",
    "response__reviewed_by_pml_at",
    "response__reviewed_by_admin_at",
    "prefilled_data",
    "response__responses",
)


@dataclass(frozen=True)
class Selection:
    """Which units: statuses (none = all), prefix of the region code. Cancelled ones never."""

    statuses: Sequence[str] = field(default_factory=tuple)
    region: str = ""

    def check(self) -> None:
        """Refuse a status that does not exist. Raises Invalid."""
        unknown = sorted(set(self.statuses) - set(ResponseStatus.values))
        if unknown:
            message = _("Unknown status: %(status)s. Known: %(known)s.") % {
                "status": ", ".join(unknown),
                "known": ", ".join(ResponseStatus.values),
            }
            raise Invalid(message, details={"field": "status"})

    def units(self, *, satker: Satker, kegiatan: KegiatanStatistik) -> "QuerySet[Assignment]":
        """Return the units in the open scope."""
        found = assignments_of_kegiatan(satker=satker, kegiatan_id=kegiatan.pk)
        if self.statuses:
            found = found.filter(response__status__in=list(self.statuses))
        if self.region:
            found = found.filter(prefix_range(self.region))
        return found


@contextmanager
def snapshot(satker: Satker) -> Iterator[None]:
    """Open the office's scope so that all pages see the same moment.

    Inside another transaction each page sees what is committed by then.
    """
    if connection.in_atomic_block:
        with tenant_scope(satker):
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with tenant_scope(satker):
            yield


@dataclass(frozen=True)
class UnitRecord:
    """One unit. cells: in the order of UNIT_HEADERS."""

    id: UUID
    cells: tuple[Cell, ...]
    prefilled: dict[str, Any]
    answers: dict[str, Any]


def unit_pages(units: "QuerySet[Assignment]", *, named_levels: int) -> Iterator[list[UnitRecord]]:
    """Yield the units in the order of their ids, PAGE at a time; no cursor stays open.

    named_levels: how many levels are of the region master and have names there.
    """
    lengths = list(REGION_CODE_LENGTHS.values())[:named_levels]
    last: UUID | None = None
    while True:
        page = units if last is None else units.filter(pk__gt=last)
        rows = list(page.order_by("pk").values_list(*_FIELDS)[:PAGE])
        if not rows:
            return
        names = wilayah_names(row[1] for row in rows if row[1])
        yield [_record(row, names, lengths) for row in rows]
        last = rows[-1][0]


def _record(row: Sequence[Any], names: dict[str, str], lengths: Sequence[int]) -> UnitRecord:
    code = row[1] or ""
    named = [names.get(code[:digits]) if len(code) >= digits else None for digits in lengths]
    named += [None] * (len(LEVELS) - len(named))
    facts = [_moment(cell) for cell in row[8:-2]]
    return UnitRecord(
        id=row[0],
        cells=(str(row[0]), *row[1:8], *named, *facts),
        prefilled=row[-2] if isinstance(row[-2], dict) else {},
        answers=row[-1] if isinstance(row[-1], dict) else {},
    )


def _moment(value: Any) -> Any:
    """Return times in UTC, ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value


def prefilled_names(units: "QuerySet[Assignment]") -> list[str] | None:
    """Return the names of prefilled data in use, in order; None: too many for columns."""
    chosen = units.filter(prefilled_data__isnull=False).values("prefilled_data")
    statement, values = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT name FROM ("
            f" SELECT jsonb_object_keys(prefilled_data) AS name FROM ({statement}) AS units"
            " WHERE jsonb_typeof(prefilled_data) = 'object') AS names LIMIT %s",
            [*values, PREFILLED_COLUMNS + 1],
        )
        names = sorted(name for (name,) in cursor.fetchall())
    return names if len(names) <= PREFILLED_COLUMNS else None


def prefilled_cells(record: UnitRecord, names: Sequence[str] | None) -> list[Cell]:
    """Return the cells of the prefilled columns; one JSON cell when they are too many."""
    if names is None:
        return [as_cell(record.prefilled) if record.prefilled else None]
    return [as_cell(record.prefilled.get(name)) for name in names]
