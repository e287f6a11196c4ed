"""From a file to the master data: upload, dry run, a look at the outcome, then the load."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_pages import OwnPages, admin_link
from cerdas.errors import CerdasError
from cerdas.jobs.files import job_file_path
from cerdas.jobs.services import job_start
from cerdas.models import Job, JobFile, JobState
from masterdata.background import DATASET_LOAD, SLS_CHECK, SLS_LOAD

UPLOAD_LIMIT_BYTES = 512 * 2**20
_KINDS = (SLS_CHECK, SLS_LOAD, DATASET_LOAD)
_COUNTS = (
    ("rows", gettext_lazy("Rows read")),
    ("added", gettext_lazy("Added")),
    ("changed", gettext_lazy("Changed")),
    ("removed", gettext_lazy("Removed")),
    ("unchanged", gettext_lazy("Unchanged")),
    ("duplicates", gettext_lazy("Repeated in the file")),
    ("refused_count", gettext_lazy("Faults")),
)


@dataclass(frozen=True)
class Outcome:
    """A dry run or a load as the page shows it."""

    job: Job

    @property
    def is_dry_run(self) -> bool:
        """Return whether nothing was to be written."""
        return self.job.kind == SLS_CHECK or bool(self.job.arguments.get("dry_run"))

    @property
    def may_load(self) -> bool:
        """Return whether the file passed the dry run and would change something."""
        told = self.job.report or {}
        passed = self.is_dry_run and self.job.state == JobState.DONE
        return passed and any(told.get(name) for name in ("added", "changed", "removed"))

    @property
    def counts(self) -> list[tuple[Any, int]]:
        """Return (title, number)."""
        told = self.job.report or {}
        return [(title, told[name]) for name, title in _COUNTS if name in told]

    @property
    def refused(self) -> list[dict[str, Any]]:
        """Return the first refusals."""
        return list((self.job.report or {}).get("refused", []))

    @property
    def notes(self) -> list[str]:
        """Return how the file was read, when not as usual."""
        told = self.job.report or {}
        ignored = ", ".join(told.get("ignored_columns", []))
        more = [_("columns that were not read: %(names)s") % {"names": ignored}] if ignored else []
        return [*told.get("notes", []), *more]


class LoadPages(OwnPages):
    """Pages of one upload, mixed into the admin of the table that it fills.

    page_prefix: of the names of its addresses.
    """

    page_prefix = ""

    def start(
        self, request: HttpRequest, *, kind: str, title: str, arguments: Any, file: Any, name: str
    ) -> HttpResponse:
        """Start a job with the file and show its page."""
        actor: Any = request.user
        job = job_start(
            actor=actor, satker=None, kind=kind, title=title, arguments=arguments, file=file,
            file_name=name,
        )  # fmt: skip
        return HttpResponseRedirect(self.link("outcome", job.pk))

    def outcome_view(self, request: HttpRequest, job_id: UUID) -> HttpResponse:
        """Show how far the job is and what came of it; POST: load the file of a dry run."""
        job = self._job(job_id)
        outcome = Outcome(job)
        if request.method == "POST":
            if not outcome.may_load:
                raise Http404
            return self._load(request, job)
        site = self.admin_site.name
        context = {
            "outcome": outcome,
            "job": job,
            "state": job.get_state_display(),
            "progress_url": admin_link("cerdas_job_progress", job.pk, site=site),
            "cancel_url": admin_link("cerdas_job_cancel", job.pk, site=site),
            "job_url": admin_link("cerdas_job_change", job.pk, site=site),
            "files": [
                (file, admin_link("cerdas_job_file", job.pk, file.pk, site=site))
                for file in job.files.filter(role=JobFile.Role.BAD_ROWS, removed_at=None)
            ],
            "back": self.link("changelist"),
            "again": self.link("upload"),
        }
        return self.page(request, "masterdata/outcome.html", job.title, **context)

    def _load(self, request: HttpRequest, check: Job) -> HttpResponse:
        """Start the load once: pressing the button again leads to the same job."""
        Job.objects.select_for_update(of=("self",)).get(pk=check.pk)
        started = (
            Job.objects.filter(arguments__check=str(check.pk))
            .exclude(state__in=(JobState.FAILED, JobState.CANCELLED))
            .first()
        )
        if started is not None:
            return HttpResponseRedirect(self.link("outcome", started.pk))
        stored = check.files.get(role=JobFile.Role.INPUT)
        arguments = {**check.arguments, "check": str(check.pk)}
        kind, title = SLS_LOAD, _("Load %(name)s") % {"name": stored.name}
        if check.kind == DATASET_LOAD:
            kind, arguments["dry_run"] = DATASET_LOAD, False
            title = _("Publish %(type)s %(version)s") % check.arguments
        try:
            with job_file_path(stored) as path, path.open("rb") as content:
                return self.start(
                    request, kind=kind, title=title, arguments=arguments, file=content,
                    name=stored.name,
                )  # fmt: skip
        except CerdasError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(self.link("outcome", check.pk))

    def _job(self, job_id: UUID) -> Job:
        job = Job.objects.filter(pk=job_id, satker=None, kind__in=_KINDS).first()
        if job is None:
            raise Http404
        return job

    def link(self, name: str, *args: Any, **query: Any) -> str:
        """Return the address of a page of this admin."""
        return admin_link(f"{self.page_prefix}_{name}", *args, site=self.admin_site.name, **query)
