"""Long work with units as jobs: checking and importing files, exporting; and `background_bulk`.

None is one transaction from its beginning, since a long writing transaction would make every phone
fetch its changes again (design, section 8): files are read before the transaction that imports,
exports read in a snapshot. What a repeat must not do again is written with the rows.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.admin_selection import UnitFilter, filter_from_json
from assignments.background_bulk import BULK as BULK  # its kind is registered on import
from assignments.background_recheck import RECHECK as RECHECK  # and so is this
from assignments.exporting.running import export_responses
from assignments.exporting.units import Selection
from assignments.importing.running import ImportReport, import_assignments
from assignments.job_arguments import activity_of, office_of
from assignments.models import Assignment
from assignments.selectors import assignments_of_kegiatan
from cerdas.errors import Invalid
from cerdas.jobs.files import job_files_drop
from cerdas.jobs.kinds import JobResult, JobRun, job_kind
from cerdas.jobs.steps import Step
from cerdas.tenancy import tenant_scope
from kegiatan.form.json_value import clean_text
from kegiatan.models import KegiatanStatistik
from masterdata.reading import FileUnreadable
from satker.models import Satker

CHECK, IMPORT = "assignments.import_check", "assignments.import"
EXPORT = "assignments.export"
REFUSALS_SHOWN = 100
BAD_ROWS, RESULT = "bad_rows", "result"


@job_kind(CHECK, title=gettext_lazy("Check of a file of units"), is_atomic=False)
def import_check(run: JobRun) -> JobResult:
    """Judge every row of the file and write nothing. arguments: kegiatan."""
    report = _import(run, dry_run=True)
    message = _("%(added)d new units, %(unchanged)d known, %(refused)d faults") % _counts(report)
    return JobResult(message, _facts(report))


@job_kind(IMPORT, title=gettext_lazy("Import of units"), is_atomic=False)
def import_units(run: JobRun) -> JobResult:
    """Add the units of the file: all or none, without the bad rows when `skip_bad` is set.

    arguments: kegiatan, skip_bad. What was imported is written in the transaction that imports, so
    a job that was killed after it tells what it did and imports nothing again.
    """
    try:
        with run.step() as step:
            _check_first(step)
        report = _import(run, dry_run=False)
    except _ImportedBefore as before:
        return before.result
    if not report.loaded:
        message = _("Nothing was imported: %(refused)d faults. Correct the file and try again.")
        return JobResult(message % _counts(report), _facts(report), is_refused=True)
    return _imported(report)


class _ImportedBefore(Exception):
    """Another attempt of this job has imported the file. result: what came of it."""

    def __init__(self, result: JobResult) -> None:
        self.result = result
        super().__init__()


def _check_first(step: Step) -> None:
    if step.before is not None:
        raise _ImportedBefore(JobResult(step.before["message"], step.before["report"]))


def _imported(report: ImportReport) -> JobResult:
    message = _("%(added)d units imported, %(unchanged)d were there, %(refused)d faults left out")
    return JobResult(message % _counts(report), _facts(report))


def _counts(report: ImportReport) -> dict[str, int]:
    return {
        "added": report.added,
        "unchanged": report.unchanged,
        "refused": report.refused_count,
    }


def _import(run: JobRun, *, dry_run: bool) -> ImportReport:
    satker = office_of(run)
    with tenant_scope(satker):
        kegiatan = activity_of(run)
    with run.input_file() as path, tempfile.TemporaryDirectory(prefix="cerdas-import-") as folder:
        bad_rows = Path(folder) / "bad_rows.csv"
        name = f"{path.stem[:80]}-salah.csv"

        def remember(report: ImportReport) -> None:
            """Write what was imported, in its transaction, unless somebody was faster."""
            with run.step() as step:
                _check_first(step)
                result = _imported(report)
                step.keep({"message": result.message, "report": result.report})
                _keep_bad_rows(run, report, bad_rows, name)

        try:
            report = import_assignments(
                actor=run.actor,
                satker=satker,
                kegiatan=kegiatan,
                file=path,
                dry_run=dry_run,
                skip_bad=dry_run or bool(run.arguments.get("skip_bad")),
                bad_rows=bad_rows,
                progress=run.progress,
                on_written=remember,
            )
        except FileUnreadable as error:
            raise _named(error, path) from error
        if not report.loaded:
            with run.step():
                _keep_bad_rows(run, report, bad_rows, name)
    return report


def _keep_bad_rows(run: JobRun, report: ImportReport, path: Path, name: str) -> None:
    """Keep the one file of refused rows, in place of an earlier attempt's."""
    job_files_drop(job=run.job, role=BAD_ROWS)
    if any(refusal.row is not None for refusal in report.refused):
        run.attach(path, name=name, role=BAD_ROWS)


def _named(error: FileUnreadable, path: Path) -> Invalid:
    """Return the refusal with the file's own name, in text that the database takes."""
    words = clean_text(error.message).replace(f"{path.parent}/", "")
    return Invalid(words, details={"file": path.name, "reason": error.details["reason"]})


def _facts(report: ImportReport) -> dict[str, Any]:
    facts = report.as_json()
    facts["refused"] = facts["refused"][:REFUSALS_SHOWN]
    return facts


@dataclass(frozen=True)
class FilteredUnits(Selection):
    """The units of an export: those that a filter of the list shows. Cancelled ones never."""

    chosen: UnitFilter = field(default_factory=UnitFilter)

    def units(self, *, satker: Satker, kegiatan: KegiatanStatistik) -> "QuerySet[Assignment]":
        """Return the units in the open scope."""
        everything = assignments_of_kegiatan(satker=satker, kegiatan_id=kegiatan.pk)
        return self.chosen.apply(everything)


@job_kind(EXPORT, title=gettext_lazy("Export of responses"), is_atomic=False)
def export_units(run: JobRun) -> JobResult:
    """Write the units of a filter as a zip of CSV files. arguments: kegiatan, filter, labels.

    Not atomic: the export reads in a snapshot of its own. A repeat replaces the earlier file.
    """
    satker = office_of(run)
    with tenant_scope(satker):
        kegiatan = activity_of(run)
    selection = FilteredUnits(chosen=filter_from_json(run.arguments.get("filter") or {}))
    name = f"{slugify(kegiatan.name)[:60] or 'ekspor'}-{timezone.localdate():%Y%m%d}.zip"
    with tempfile.TemporaryDirectory(prefix="cerdas-export-job-") as folder:
        out = Path(folder) / name
        report = export_responses(
            actor=run.actor,
            satker=satker,
            kegiatan=kegiatan,
            out=out,
            selection=selection,
            labels=bool(run.arguments.get("labels")),
            progress=run.progress,
        )
        with run.step():
            job_files_drop(job=run.job, role=RESULT)
            run.attach(out, name=name, role=RESULT)
    units = report.files.get("units.csv", 0)
    return JobResult(_("%(units)d units exported") % {"units": units}, {"files": report.files})
