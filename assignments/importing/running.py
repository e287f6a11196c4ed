"""Import assignments from a file: all faults of all rows, nothing stored if there is one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from assignments.coverage import level_sources, unknown_region
from assignments.errors import IdTaken
from assignments.importing.bad_rows import BadRows
from assignments.importing.columns import Columns, read_columns
from assignments.importing.rows import RowJudge
from assignments.importing.staging import Stage, staged
from assignments.importing.tables import Table, opened_table
from assignments.services.creating import coverage_of
from assignments.services.crew import (
    check_crew,
    check_manages_units,
    check_takes_part,
    crew_of,
)
from cerdas.database_errors import constraint_name
from cerdas.progress import Progress, no_progress
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanStatistik
from masterdata.reports import LoadReport, Refusal
from masterdata.selectors import region_codes_unknown
from masterdata.services import master_sls_hold
from satker.models import Satker, User

_JUDGED_AT_ONCE = 500


@dataclass
class ImportReport(LoadReport):
    """Counts of rows. With a refusal nothing was imported, unless bad rows were to be skipped.

    unchanged: rows whose unit exists already; duplicates: rows that repeat an earlier one (they are
    refused too). changed and removed are always 0: an import only adds.
    """


def import_assignments(
    *,
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    file: Path,
    dry_run: bool = False,
    skip_bad: bool = False,
    bad_rows: Path | None = None,
    progress: Progress = no_progress,
    on_written: Callable[[ImportReport], None] | None = None,
) -> ImportReport:
    """Add the units of a CSV or XLSX file to a kegiatan of an office, in one transaction.

    Every row is judged first. With one refusal nothing is imported; with skip_bad the good rows
    are. Importing the same file again adds nothing. dry_run: tell only.
    bad_rows: write the refused rows and the reasons there, to be corrected and imported.
    progress: told the rows judged, then the rows stored; may raise, and nothing is imported.
    on_written: called in the transaction that imports, with the bad rows written.

    Raises NotAllowed, NotFound, SatkerHasLeft, FileUnreadable; NotInCrew when a role was taken away
    meanwhile, IdTaken when an id was (nothing is imported, try again).
    Source: spec, "Administration"; issue 2, point 7.
    """
    report = ImportReport(dry_run=dry_run)
    with opened_table(file) as table, staged() as stage:
        judge = _prepared(actor, satker, kegiatan, table)
        _judge_rows(judge, table, stage, report, progress)
        with tenant_scope(satker):
            _decide(
                actor, satker, kegiatan, judge.columns, stage, report, skip_bad=skip_bad,
                progress=progress,
            )  # fmt: skip
            report.refused.sort(key=lambda refusal: refusal.row or 0)
            if bad_rows is not None:
                BadRows(bad_rows).write(table, report.refused)
            if report.loaded and on_written is not None:
                on_written(report)
    return report


def _judge_rows(
    judge: RowJudge, table: Table, stage: Stage, report: ImportReport, progress: Progress
) -> None:
    """Judge each row by itself and stage it."""
    # counting reads the file once more, which only somebody who watches needs
    total = None if progress is no_progress else table.count_rows()
    for row in table.rows():
        if report.rows % _JUDGED_AT_ONCE == 0:
            progress(report.rows, total, _("Reading and checking the rows"))
        report.rows += 1
        unit, refusals = judge.judge(row)
        report.refuse_all(refusals)
        if unit is not None:
            stage.add(unit)
    stage.flush()
    stage.analyse()
    progress(report.rows, total, _("comparing with what is stored"))


def _prepared(actor: User, satker: Satker, kegiatan: KegiatanStatistik, table: Table) -> RowJudge:
    """Check rights before the file is read, and fetch what rows are judged by."""
    with tenant_scope(satker):
        check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan, allow_super_admin=True)
        check_takes_part(satker=satker, kegiatan=kegiatan)
        columns = read_columns(
            table.name, table.header, region_optional=kegiatan.allow_without_region
        )
        return RowJudge(
            columns=columns,
            sources=level_sources(kegiatan.form_schema),
            prefixes=coverage_of(actor=actor, satker=satker),
            allow_without_region=kegiatan.allow_without_region,
            crew={member.email: member for member in crew_of(satker=satker, kegiatan=kegiatan)},
            lost=table.lost,
        )


def _decide(
    actor: User,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    columns: Columns,
    stage: Stage,
    report: ImportReport,
    *,
    skip_bad: bool,
    progress: Progress,
) -> None:
    """Judge the rows against each other and the database; insert the good ones."""
    _one_at_a_time(satker, kegiatan)
    # Rights may have been taken away while the file was read.
    check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan, allow_super_admin=True)
    check_takes_part(satker=satker, kegiatan=kegiatan)
    master_sls_hold()
    report.refuse_all(_refused_duplicates(stage, columns, report))
    report.refuse_all(_refused_codes(stage, columns))
    unchanged = stage.mark_unchanged(satker=satker, kegiatan=kegiatan)
    report.refuse_all(_refused_ids(stage, columns))
    if report.refused_count and not skip_bad:
        return
    report.unchanged = unchanged
    if report.dry_run:
        report.added = stage.count_new()
        return
    ppl_ids, pml_ids = stage.crew()
    check_crew(satker=satker, kegiatan=kegiatan, ppl_ids=ppl_ids, pml_ids=pml_ids)
    report.added = _insert(stage, satker, kegiatan, progress)
    report.loaded = True


def _one_at_a_time(satker: Satker, kegiatan: KegiatanStatistik) -> None:
    """Let two imports into the same kegiatan of an office pass one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"import_assignments {satker.pk} {kegiatan.pk}"],
        )


def _insert(stage: Stage, satker: Satker, kegiatan: KegiatanStatistik, progress: Progress) -> int:
    try:
        return stage.insert(satker=satker, kegiatan=kegiatan, progress=progress)
    except IntegrityError as error:
        if constraint_name(error) == "assignments_pkey":
            raise IdTaken from error
        raise


def _refused_duplicates(stage: Stage, columns: Columns, report: ImportReport) -> Iterable[Refusal]:
    pairs = stage.duplicates()
    report.duplicates = len(pairs)
    for row, first in pairs:
        message = _("is the same as row %(first)s") % {"first": first}
        yield Refusal(row, None, None, "duplicate_row", message)
    for row, first in stage.duplicate_ids():
        message = _("row %(first)s has the same id") % {"first": first}
        yield Refusal(row, columns.header[columns.id or 0], None, "duplicate_id", message)


def _refused_codes(stage: Stage, columns: Columns) -> Iterable[Refusal]:
    unknown = region_codes_unknown(stage.master_codes())
    place = columns.region_code
    if place is None:
        place = max((p for p in columns.levels if p is not None), default=0)
    column = columns.header[place]
    for row, code in stage.refuse_codes(unknown):
        error = unknown_region(code)
        yield Refusal(row, column, code, error.code, error.message)


def _refused_ids(stage: Stage, columns: Columns) -> Iterable[Refusal]:
    for row, text in stage.refuse_taken_ids():
        message = _("this id is taken; leave the cell empty to get a new one")
        yield Refusal(row, columns.header[columns.id or 0], text, IdTaken.code, message)
