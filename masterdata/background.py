"""Jobs of the master data, all of super_admin: check or load a file of SLS, publish a dataset.

A load of SLS is not one transaction: it stages in batches and ends in one. What came of it is
written on the job in that very transaction, so a job that is started again after a kill either
loads from the start or finds that it has loaded.
"""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.errors import NotAllowed
from cerdas.jobs.files import job_files_drop
from cerdas.jobs.kinds import JobResult, JobRun, job_kind
from cerdas.models import Job
from cerdas.tenancy import super_scope
from masterdata.reading import FileUnreadable
from masterdata.reports import LoadReport
from masterdata.services import master_sls_load, masterdata_load

SLS_CHECK, SLS_LOAD = "masterdata.sls_check", "masterdata.sls_load"
DATASET_LOAD = "masterdata.dataset_load"
BAD_ROWS = "bad_rows"
REFUSALS_SHOWN = 20
WAIT_SECONDS = 600  # a killed worker's last statement may still run in the database
_COMMITTED = "committed"  # in the report of a load whose rows are stored, until the job ends
_COUNTS = ("rows", "added", "changed", "removed", "unchanged", "duplicates", "refused_count")


@job_kind(SLS_CHECK, title=gettext_lazy("Check a file of the region master"), is_atomic=False)
def sls_check(run: JobRun) -> JobResult:
    """Say what a file would add, change and remove. arguments: replace."""
    return _sls(run, dry_run=True)


@job_kind(SLS_LOAD, title=gettext_lazy("Load the region master"), is_atomic=False)
def sls_load(run: JobRun) -> JobResult:
    """Load a file of SLS, all or nothing. arguments: replace."""
    _check_super_admin(run)
    return _loaded_before(run) or _sls(run, dry_run=False)


@job_kind(DATASET_LOAD, title=gettext_lazy("Publish a dataset"))
def dataset_load(run: JobRun) -> JobResult:
    """Publish a version of a dataset. arguments: type, version, description, activate, dry_run."""
    _check_super_admin(run)
    words = run.arguments
    with run.input_file() as path:
        try:
            report = masterdata_load(
                kind=str(words["type"]),
                version=int(words["version"]),
                path=path,
                description=words.get("description") or None,
                activate=words.get("activate"),
                dry_run=bool(words.get("dry_run")),
                progress=run.progress,
            )
        except FileUnreadable as error:
            raise error.named(path.name) from error
    return _result(report)


def _sls(run: JobRun, *, dry_run: bool) -> JobResult:
    _check_super_admin(run)
    with run.input_file() as path, TemporaryDirectory(prefix="cerdas-sls-") as folder:
        bad_rows = Path(folder) / "bad_rows.csv"
        try:
            report = master_sls_load(
                paths=[path],
                replace=bool(run.arguments.get("replace")),
                dry_run=dry_run,
                bad_rows=bad_rows,
                progress=run.progress,
                wait_seconds=WAIT_SECONDS,
                on_written=lambda report: _remember(run, report),
            )
        except FileUnreadable as error:
            raise error.named(path.name) from error
        if report.refused:
            with run.step():  # in place of an earlier attempt's
                job_files_drop(job=run.job, role=BAD_ROWS)
                run.attach(bad_rows, name=_bad_rows_name(path), role=BAD_ROWS)
    return _result(report)


def _check_super_admin(run: JobRun) -> None:
    """Refuse a person who lost the role while the job waited."""
    if not (run.actor.is_superuser and run.actor.is_active):
        raise NotAllowed


def _remember(run: JobRun, report: LoadReport) -> None:
    """Write on the job what it has loaded; runs in the transaction of the load."""
    with super_scope():
        told = report_of(report) | {_COMMITTED: True}
        Job.objects.filter(pk=run.job.pk).update(report=told)


def _loaded_before(run: JobRun) -> JobResult | None:
    """Return what an earlier attempt of this job loaded before it was killed."""
    report = dict(run.job.report or {})
    if not report.pop(_COMMITTED, False):
        return None
    return JobResult(_sentence(report), report)


def _result(report: LoadReport) -> JobResult:
    told = report_of(report)
    return JobResult(_sentence(told), told, is_refused=bool(report.refused_count))


def report_of(report: LoadReport) -> dict[str, Any]:
    """Return what a job keeps of a load: counts, how the file was read, the first refusals."""
    told: dict[str, Any] = {name: getattr(report, name) for name in _COUNTS}
    told |= {"dry_run": report.dry_run, "loaded": report.loaded}
    told |= {"notes": report.notes, "ignored_columns": report.ignored_columns[:50]}
    told["refused_codes"] = dict(Counter(refusal.code for refusal in report.refused))
    told["refused"] = [refusal.as_json() for refusal in report.refused[:REFUSALS_SHOWN]]
    return told


def _sentence(told: dict[str, Any]) -> str:
    if told["refused_count"]:
        return _("%(refused_count)s faults; nothing was loaded.") % told
    counts = _("%(added)s added, %(changed)s changed, %(removed)s removed, %(unchanged)s unchanged")
    prefix = _("Would be: ") if told["dry_run"] else ""
    return prefix + counts % told


def _bad_rows_name(path: Path) -> str:
    return f"{path.name.split('.')[0]}-{_('bad-rows')}.csv"
