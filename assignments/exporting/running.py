"""Export the responses of a kegiatan in an office: a file of units and one per roster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assignments.coverage import MASTER, level_sources
from assignments.exporting.answer_columns import ROW_ID, Cell, FilePlan, file_plan, is_rows
from assignments.exporting.files import CsvSheet, ExportFolder, export_folder
from assignments.exporting.units import (
    UNIT_HEADERS,
    Selection,
    UnitRecord,
    prefilled_cells,
    prefilled_names,
    snapshot,
    unit_pages,
)
from assignments.models import Assignment
from cerdas.errors import NotAllowed, NotFound
from cerdas.progress import Progress
from cerdas.tenancy import tenant_scope
from kegiatan.form.questions import Scope
from kegiatan.forms import form_get
from kegiatan.models import KegiatanStatistik
from kegiatan.selectors import office_roles
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN, ADMIN_SATKER

UNITS = "units"
ROSTER_HEADERS = ("assignment_id", "parent_id", ROW_ID, "index")


@dataclass
class ExportReport:
    """What was written. files: rows without header, by file name."""

    out: str
    files: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {"out": self.out, "files": self.files}


def export_responses(
    *,
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    out: Path,
    selection: Selection | None = None,
    labels: bool = False,
    progress: Progress | None = None,
) -> ExportReport:
    """Write the units of an office in a kegiatan as CSV (UTF-8) to a directory or a .zip.

    `units.csv` has one row per unit: who, where, status, times (UTC), `prefilled.*`, then the
    answers in the order of the newest questionnaire. Every roster is a file of its own, whose rows
    name their unit (assignment_id), the row or unit around them (parent_id), themselves (_id) and
    their place from 1 (index). Choices are values; labels: also their texts. Several choices: one
    column with spaces and one with 0 or 1 per choice. `_archived`: answers without a column, JSON.
    Text that a spreadsheet would calculate gets a leading `'`.

    All pages see one snapshot; memory does not grow with the number of units. On an error, and
    when `progress` raises, no file appears. Raises NotAllowed, NotFound, Invalid, OutputUnwritable.
    Source: spec, "Administration"; issue 2, point 7.
    """
    selection = selection or Selection()
    selection.check()
    with tenant_scope(satker):
        _check_exports(actor, satker, kegiatan)
    with export_folder(out) as folder, snapshot(satker):
        units = selection.units(satker=satker, kegiatan=kegiatan)
        writer = _Writer(
            folder,
            file_plan(_scopes(kegiatan, units), labels=labels),
            prefilled_names(units),
        )
        named_levels = level_sources(kegiatan.form_schema).count(MASTER)
        total = units.count() if progress is not None else None
        done = 0
        for page in unit_pages(units, named_levels=named_levels):
            for record in page:
                writer.write(record)
            done += len(page)
            if progress is not None:
                progress(done, total, _("Writing the files"))
    return ExportReport(str(out), {sheet.name: sheet.rows for sheet in folder.sheets})


def _check_exports(actor: User, satker: Satker, kegiatan: KegiatanStatistik) -> None:
    """Allow admin_kegiatan, admin_satker and super_admin, where the office took part."""
    if not kegiatan.kegiatan_satkers.filter(satker=satker).exists():
        raise NotFound
    roles = office_roles(actor.pk, kegiatan.pk, satker.pk)
    if not (actor.is_superuser or roles & {ADMIN_KEGIATAN, ADMIN_SATKER}):
        raise NotAllowed if roles else NotFound


def _scopes(kegiatan: KegiatanStatistik, units: "QuerySet[Assignment]") -> list[Scope]:
    """Return the compiled versions that answers were given in and the newest one, newest first."""
    answered = units.filter(response__responses__isnull=False)
    used = set(answered.values_list("response__form_version_used", flat=True).distinct())
    versions = sorted(used | {kegiatan.form_version}, reverse=True)
    forms = [form_get(kegiatan.pk, version) for version in versions]
    return [form.shape.scope for form in forms if form is not None]


class _Writer:
    """Writes one unit after the other to its files."""

    def __init__(
        self, folder: ExportFolder, plan: FilePlan, prefilled: Sequence[str] | None
    ) -> None:
        self._plan = plan
        self._prefilled = prefilled
        headers = ["prefilled_data"]
        if prefilled is not None:
            headers = [f"prefilled.{name}" for name in prefilled]
        self._units = folder.sheet(UNITS, [*UNIT_HEADERS, *headers, *plan.headers()])
        self._rosters: dict[tuple[str, ...], CsvSheet] = {
            roster.path: folder.sheet(".".join(roster.path), [*ROSTER_HEADERS, *roster.headers()])
            for roster in plan.all_plans()[1:]
        }

    def write(self, record: UnitRecord) -> None:
        """Write a unit and the rows of its rosters."""
        prefilled = prefilled_cells(record, self._prefilled)
        self._units.write([*record.cells, *prefilled, *self._plan.cells(record.answers)])
        unit = str(record.id)
        self._write_rosters(self._plan, record.answers, unit=unit, parent=unit)

    def _write_rosters(
        self, plan: FilePlan, answers: Mapping[str, Any], *, unit: str, parent: str
    ) -> None:
        for key, roster in plan.rosters.items():
            rows = answers.get(key)
            if not isinstance(rows, list) or not is_rows(rows):
                continue
            for index, row in enumerate(rows, start=1):
                row_id = str(row.get(ROW_ID) or f"{parent}/{key}/{index}")
                keys: list[Cell] = [unit, parent, row_id, index]
                self._rosters[roster.path].write([*keys, *roster.cells(row)])
                self._write_rosters(roster, row, unit=unit, parent=row_id)
