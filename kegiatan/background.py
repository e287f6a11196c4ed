"""Jobs: check or import a file of people, change roles of many, print a long questionnaire."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.errors import NotFound
from cerdas.jobs.files import job_files_drop
from cerdas.jobs.kinds import JobResult, JobRun, job_kind
from cerdas.models import JobFile
from cerdas.tables import table_write
from kegiatan.form.questions import form_questions
from kegiatan.form_exports import FormSource, form_exported
from kegiatan.importing_people import PeopleReport, people_import
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from kegiatan.printing import FORM_PRINT, printed_schema
from kegiatan.services.crew_changing import crew_change
from satker.models import User

PEOPLE_CHECK, PEOPLE_IMPORT = "kegiatan.people_check", "kegiatan.people_import"
CREW_CHANGE = "kegiatan.crew_change"
REFUSALS_SHOWN = 20
_RESULT_HEADER = ("row", "email", "name", "role", "kegiatan", "outcome")


@job_kind(PEOPLE_CHECK, title=gettext_lazy("Check a file of people"))
def people_check(run: JobRun) -> JobResult:
    """Judge every row and write nothing but the look-ups."""
    return _people(run, dry_run=True)


@job_kind(PEOPLE_IMPORT, title=gettext_lazy("Import people"))
def people_import_job(run: JobRun) -> JobResult:
    """Import a file of people, all or nothing; with `skip_bad` the good rows."""
    return _people(run, dry_run=False)


def _people(run: JobRun, *, dry_run: bool) -> JobResult:
    """arguments: kegiatan (id or None), skip_bad."""
    if run.satker is None:
        raise NotFound
    named = run.arguments.get("kegiatan")
    kegiatan = KegiatanStatistik.objects.get(pk=named) if named else None
    with run.input_file() as file, TemporaryDirectory(prefix="cerdas-people-") as folder:
        bad_rows = Path(folder) / "bad_rows.csv"
        report = people_import(
            actor=run.actor,
            satker=run.satker,
            file=file,
            kegiatan=kegiatan,
            dry_run=dry_run,
            skip_bad=bool(run.arguments.get("skip_bad")),
            bad_rows=bad_rows,
            progress=run.progress,
        )
        if report.refused_count:
            run.attach(bad_rows, name=f"{file.stem}-{_('bad-rows')}.csv", role="bad_rows")
        if report.loaded:
            result = Path(folder) / "result.csv"
            _result_write(result, report.outcomes)
            run.attach(result, name=f"{file.stem}-{_('result')}.csv")
    is_refused = bool(report.refused_count) and not report.loaded
    return JobResult(_sentence(report), _counts(report), is_refused=is_refused)


def _result_write(path: Path, outcomes: Sequence[tuple[str, ...]]) -> None:
    table_write(path, [_RESULT_HEADER, *outcomes])


def _sentence(report: PeopleReport) -> str:
    counts = {
        "added": report.added,
        "granted": report.granted,
        "invited": report.invited,
        "refused": report.refused_count,
        "unchanged": report.unchanged,
    }
    if report.loaded:
        message = _(
            "Imported: %(added)s new accounts, %(granted)s roles given, %(invited)s invitations,"
            " %(unchanged)s rows unchanged, %(refused)s faults."
        )
    elif report.refused_count:
        message = _("%(refused)s faults found. Nothing was written; correct them and send again.")
    else:
        message = _(
            "The file is good. An import would make %(added)s new accounts, give %(granted)s"
            " roles and send %(invited)s invitations; %(unchanged)s rows change nothing."
        )
    return message % counts


def _counts(report: PeopleReport) -> dict[str, object]:
    """Return counts, and the first faults for the job's page."""
    counts: dict[str, object] = {
        "rows": report.rows,
        "added": report.added,
        "granted": report.granted,
        "invited": report.invited,
        "unchanged": report.unchanged,
        "refused": report.refused_count,
        "duplicates": report.duplicates,
    }
    if report.notes:
        counts["remarks"] = report.notes
    if report.ignored_columns:
        counts["columns_passed_over"] = report.ignored_columns
    if report.refused:
        counts["faults"] = [refusal.as_json() for refusal in report.refused[:REFUSALS_SHOWN]]
    return counts


@job_kind(CREW_CHANGE, title=gettext_lazy("Change roles of people"))
def crew_change_job(run: JobRun) -> JobResult:
    """arguments: place, what, role, pml (id or None), users (ids)."""
    if run.satker is None:
        raise NotFound
    given = run.arguments
    place = KegiatanSatker.objects.filter(pk=given["place"], satker=run.satker).first()
    people = {
        str(user.pk): user for user in User.objects.filter(satker=run.satker, pk__in=given["users"])
    }
    pml = User.objects.filter(satker=run.satker, pk=given["pml"]).first() if given["pml"] else None
    if place is None or len(people) != len(given["users"]) or (given["pml"] and pml is None):
        raise NotFound
    changed = crew_change(
        actor=run.actor,
        place=place,
        users=[people[user_id] for user_id in given["users"]],
        what=given["what"],
        role=given["role"],
        pml=pml,
        progress=run.progress,
    )
    return JobResult(_("Done for %(n)d people.") % {"n": changed}, {"changed": changed})


@job_kind(FORM_PRINT, title=gettext_lazy("Print a questionnaire"), is_atomic=False)
def form_print_job(run: JobRun) -> JobResult:
    """Print a long questionnaire. arguments: kegiatan, version (None: the draft), language.

    Not atomic: the paper is made outside of any transaction. A repeat replaces the earlier file.
    """
    given = run.arguments
    kegiatan = KegiatanStatistik.objects.defer("form_schema").get(pk=given["kegiatan"])
    schema = printed_schema(actor=run.actor, kegiatan=kegiatan, version=given["version"])
    office = run.satker.name if run.satker is not None else ""
    source = FormSource(schema, kegiatan.name, str(kegiatan.pk), given["version"], office)
    made = form_exported(
        source=source, format_="pdf", language=given["language"], progress=run.progress
    )
    with TemporaryDirectory(prefix="cerdas-print-") as folder:
        out = Path(folder) / made.name
        out.write_bytes(made.content)
        with run.step():
            job_files_drop(job=run.job, role=JobFile.Role.RESULT)
            run.attach(out, name=made.name)
    questions = len(form_questions(schema))
    return JobResult(_("%(n)d questions are printed.") % {"n": questions}, {"questions": questions})
