"""Long work with assignments as background jobs: checking and importing files, exporting, bulk.

All but the export are atomic: what they wrote, their files and the word that they are done are one
transaction, so a killed worker leaves nothing half done and the repeat does nothing twice.
"""

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.admin_acting import (
    ACTION_NAMES,
    BulkOutcome,
    RefusedUnit,
    Wish,
    units_act,
)
from assignments.admin_selection import UnitFilter, filter_from_json
from assignments.exporting.cells import neutralised
from assignments.exporting.running import export_responses
from assignments.exporting.units import Selection
from assignments.importing.running import ImportReport, import_assignments
from assignments.models import Assignment
from assignments.selectors import assignments_of_kegiatan
from cerdas.errors import Invalid, NotFound
from cerdas.jobs.errors import JobCancelled
from cerdas.jobs.kinds import JobResult, JobRun, job_kind
from cerdas.models import ENDED, Job, JobFile
from cerdas.tenancy import tenant_scope
from kegiatan.form.json_value import clean_text
from kegiatan.models import KegiatanStatistik
from masterdata.reading import FileUnreadable
from satker.models import Satker, User

CHECK, IMPORT = "assignments.import_check", "assignments.import"
EXPORT, BULK = "assignments.export", "assignments.bulk"
REFUSALS_SHOWN = 100
BAD_ROWS, RESULT = "bad_rows", "result"


@job_kind(CHECK, title=gettext_lazy("Check of a file of units"))
def import_check(run: JobRun) -> JobResult:
    """Judge every row of the file and write nothing. arguments: kegiatan."""
    report = _import(run, dry_run=True)
    message = _("%(added)d new units, %(unchanged)d known, %(refused)d faults") % {
        "added": report.added,
        "unchanged": report.unchanged,
        "refused": report.refused_count,
    }
    return JobResult(message, _facts(report))


@job_kind(IMPORT, title=gettext_lazy("Import of units"))
def import_units(run: JobRun) -> JobResult:
    """Add the units of the file: all or none, without the bad rows when `skip_bad` is set.

    arguments: kegiatan, skip_bad.
    """
    report = _import(run, dry_run=False)
    if not report.loaded:
        message = _("Nothing was imported: %(refused)d faults. Correct the file and try again.")
        values = {"refused": report.refused_count}
        return JobResult(message % values, _facts(report), is_refused=True)
    message = _("%(added)d units imported, %(unchanged)d were there, %(refused)d faults left out")
    values = {
        "added": report.added,
        "unchanged": report.unchanged,
        "refused": report.refused_count,
    }
    return JobResult(message % values, _facts(report))


def _import(run: JobRun, *, dry_run: bool) -> ImportReport:
    _hold(run)
    satker, kegiatan = _place(run)
    run.progress(0, None, _("Reading and checking the rows"))
    with run.input_file() as path, tempfile.TemporaryDirectory(prefix="cerdas-import-") as folder:
        bad_rows = Path(folder) / "bad_rows.csv"
        try:
            report = import_assignments(
                actor=run.actor,
                satker=satker,
                kegiatan=kegiatan,
                file=path,
                dry_run=dry_run,
                skip_bad=dry_run or bool(run.arguments.get("skip_bad")),
                bad_rows=bad_rows,
            )
        except FileUnreadable as error:
            raise _named(error, path) from error
        if any(refusal.row is not None for refusal in report.refused):
            run.attach(bad_rows, name=f"{path.stem[:80]}-salah.csv", role=BAD_ROWS)
    run.progress(report.rows, report.rows)
    return report


def _named(error: FileUnreadable, path: Path) -> Invalid:
    """Return the refusal with the file's own name, in text that the database takes."""
    words = clean_text(error.message).replace(f"{path.parent}/", "")
    return Invalid(words, details={"file": path.name, "reason": error.details["reason"]})


def _facts(report: ImportReport) -> dict[str, Any]:
    facts = report.as_json()
    facts["refused"] = facts["refused"][:REFUSALS_SHOWN]
    return facts


def _hold(run: JobRun) -> None:
    """Keep this job to one worker until the transaction ends.

    A worker that was taken for dead may still be alive: the second one waits here, and stops when
    the first has done the job. Raises JobCancelled, which leaves what the job's row says.
    """
    job = cast(Any, run).job
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [f"job {job.pk}"])
    if Job.objects.filter(pk=job.pk, state__in=ENDED).exists():
        raise JobCancelled


def _place(run: JobRun) -> tuple[Satker, KegiatanStatistik]:
    """Return office and activity of a job. Raises NotFound."""
    if run.satker is None:
        raise NotFound
    wanted = UUID(str(run.arguments["kegiatan"]))
    found = KegiatanStatistik.objects.filter(pk=wanted, kegiatan_satkers__satker=run.satker).first()
    if found is None:
        raise NotFound
    return run.satker, found


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
    satker, kegiatan = _place_in_scope(run)
    selection = FilteredUnits(chosen=filter_from_json(run.arguments.get("filter") or {}))
    with tenant_scope(satker):
        total = selection.units(satker=satker, kegiatan=kegiatan).count()
    run.progress(0, total or None, _("Writing the files"))
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
        )
        with tenant_scope(satker):
            JobFile.objects.filter(job=cast(Any, run).job, role=RESULT).delete()
            run.attach(out, name=name, role=RESULT)
    units = report.files.get("units.csv", 0)
    run.progress(total, total or None)
    return JobResult(_("%(units)d units exported") % {"units": units}, {"files": report.files})


def _place_in_scope(run: JobRun) -> tuple[Satker, KegiatanStatistik]:
    if run.satker is None:
        raise NotFound
    with tenant_scope(run.satker):
        return _place(run)


@job_kind(BULK, title=gettext_lazy("Action on many units"))
def bulk_act(run: JobRun) -> JobResult:
    """Do one thing with every unit of a filter that allows it; list the others with reasons.

    arguments: kegiatan, filter, action, reason, ppl, pml (ids), as_of (ISO 8601). Units whose
    answers or status changed after as_of were not what the admin saw: they are left and listed.
    """
    _hold(run)
    satker, kegiatan = _place(run)
    arguments = run.arguments
    wish = Wish(
        action=str(arguments["action"]),
        reason=str(arguments.get("reason") or ""),
        ppl=_person(satker, arguments.get("ppl")),
        pml=_person(satker, arguments.get("pml")),
    )
    units = Assignment.objects.filter(satker=satker, kegiatan_statistik=kegiatan)
    units = filter_from_json(arguments.get("filter") or {}).apply(units)
    as_of = datetime.fromisoformat(str(arguments["as_of"]))
    ids = list(
        units.filter(response__updated_at__lte=as_of).order_by("pk").values_list("pk", flat=True)
    )
    changed = _changed_units(units.filter(response__updated_at__gt=as_of))
    total = len(ids)
    run.progress(0, total or None)
    outcome = units_act(
        actor=run.actor,
        satker=satker,
        kegiatan=kegiatan,
        ids=ids,
        wish=wish,
        progress=lambda done: run.progress(done, total),
    )
    return _bulk_result(run, wish, outcome, [*outcome.refused, *changed])


def _changed_units(units: "QuerySet[Assignment]") -> list[RefusedUnit]:
    """List units that changed after the admin looked."""
    rows = units.select_related("ppl", "response").defer("prefilled_data", "response__responses")
    words = _("changed after you looked; look at it again")
    return [
        RefusedUnit(
            unit.pk, unit.region_code or "", unit.assignment_label, unit.ppl.email,
            unit.response.get_status_display(), words,
        )
        for unit in rows.order_by("pk")
    ]  # fmt: skip


def _bulk_result(
    run: JobRun, wish: Wish, outcome: BulkOutcome, refused: Sequence[RefusedUnit]
) -> JobResult:
    if refused:
        with tempfile.TemporaryDirectory(prefix="cerdas-bulk-") as folder:
            path = Path(folder) / "refused.csv"
            _write_refused(path, refused)
            run.attach(path, name="unit-tidak-diproses.csv", role=BAD_ROWS)
    message = _("%(action)s: %(done)d units done, %(refused)d could not be") % {
        "action": ACTION_NAMES[wish.action],
        "done": outcome.done,
        "refused": len(refused),
    }
    report = {"action": wish.action, "done": outcome.done, "refused_count": len(refused)}
    return JobResult(message, report, is_refused=bool(refused) and not outcome.done)


def _write_refused(path: Path, refused: Sequence[RefusedUnit]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(["assignment_id", "region_code", "label", "ppl", "status", "reason"])
        for unit in refused:
            texts = (unit.region_code, unit.label, unit.ppl, unit.status, unit.why)
            sheet.writerow([str(unit.id), *map(neutralised, texts)])


def _person(satker: Satker, person_id: Any) -> User | None:
    """Return a person of the office by id. Raises NotFound."""
    if not person_id:
        return None
    found = User.objects.filter(pk=UUID(str(person_id)), satker=satker).first()
    if found is None:
        raise NotFound(_("The person chosen does not work for your office any more."))
    return found
