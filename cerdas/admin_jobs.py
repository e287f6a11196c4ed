"""Pages of background jobs on both sites: list, live progress, report, files, cancel, again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_base import GlobalAdmin, OfficeAdmin
from cerdas.admin_job_report import report_parts
from cerdas.admin_pages import OwnPages, admin_link
from cerdas.admin_rights import OfficeRights, office_rights
from cerdas.admin_sites import global_site, satker_site
from cerdas.admin_theme import ChoicesDropdownFilter, display
from cerdas.errors import CerdasError
from cerdas.jobs.errors import JobFileGone
from cerdas.jobs.selectors import kind_title
from cerdas.jobs.services import job_cancel, job_retry
from cerdas.models import Job, JobFile, JobState
from satker.models import TimeZone

DEFAULT_ZONE = ZoneInfo(TimeZone.WIB)  # of the head office
_STATES = {
    JobState.QUEUED: gettext_lazy("Queued"),
    JobState.RUNNING: gettext_lazy("Running"),
    JobState.DONE: gettext_lazy("Finished"),
    JobState.FAILED: gettext_lazy("Went wrong"),
    JobState.CANCELLED: gettext_lazy("Cancelled"),
}
_AS_BYTES = "application/octet-stream"  # never shown by a browser as what it pretends to be


def zone_of(job: Job) -> ZoneInfo:
    """Return the zone of the job's office."""
    return ZoneInfo(job.satker.time_zone) if job.satker else DEFAULT_ZONE


def state_words(job: Job) -> str:
    """Return the state of a job in words."""
    return str(_STATES[JobState(job.state)])


class JobPages(OwnPages):
    """What both sites show of jobs. Rows come from the queryset of the site's base class."""

    list_display: Any = ["named", "progress_cell", "actor_name", "asked_at"]
    list_display_links: Any = ["named"]
    list_filter: Any = [("state", ChoicesDropdownFilter)]
    search_fields: Any = ["title", "message", "actor__name", "actor__email"]
    search_help_text = gettext_lazy("Job, what came of it, or who started it")
    empty_words = gettext_lazy(
        "What takes longer than a moment runs here: imports, exports, checks."
    )
    link_lookups = frozenset({"created_at__gte"})  # "failed jobs" of the home page
    list_select_related: Any = ["actor", "satker"]
    date_hierarchy = None
    ordering: Any = ["-created_at"]

    @display(description=gettext_lazy("Job"), ordering="title")
    def named(self, job: Job) -> str:
        """Return the title."""
        return job.title

    @display(description=gettext_lazy("Started by"), ordering="actor__name")
    def actor_name(self, job: Job) -> str:
        """Return who asked for it."""
        return job.actor.name

    @display(description=gettext_lazy("Asked for"), ordering="created_at")
    def asked_at(self, job: Job) -> str:
        """Return when, in the zone of the job's office."""
        return date_format(timezone.localtime(job.created_at, zone_of(job)), "j M Y, H:i T")

    @display(description=gettext_lazy("Progress"), ordering="state")
    def progress_cell(self, job: Job) -> SafeString:
        """Return state and bar, which renew themselves until the job ends."""
        return render_to_string("cerdas/jobs/cell.html", self._progress(job))

    def get_urls(self) -> list[Any]:
        """Add progress, files, cancel and again."""

        def own(route: str, view: Callable[..., HttpResponse], name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"cerdas_job_{name}")

        return [
            own("<uuid:job_id>/progress/", self.progress_view, "progress"),
            own("<uuid:job_id>/files/<uuid:file_id>/", self.file_view, "file"),
            own("<uuid:job_id>/cancel/", self.cancel_view, "cancel"),
            own("<uuid:job_id>/retry/", self.retry_view, "retry"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list under its name."""
        context = {"title": _("Jobs"), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)  # type: ignore[misc]
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show one job: how far it is, what came of it, what it made."""
        job: Job = self.fetch(request, object_id)
        files = list(job.files.all())
        context = {
            **self._progress(job),
            "kind": kind_title(job),
            "report": report_parts(job.report),
            "files": [(file, self._link("file", job.pk, file.pk)) for file in files],
            "may_retry": self.may_retry(request, job),
            "cancel_url": self._link("cancel", job.pk),
            "retry_url": self._link("retry", job.pk),
        }
        return self.page(request, "cerdas/jobs/detail.html", job.title, **context)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody adds a job by a form."""
        raise Http404

    def progress_view(self, request: HttpRequest, job_id: UUID) -> HttpResponse:
        """Return the progress alone, for the page that asks again until the job ends."""
        job: Job = self.fetch(request, job_id)
        in_list = request.GET.get("in") == "list"
        template = "cerdas/jobs/cell.html" if in_list else "cerdas/jobs/progress.html"
        response = render(request, template, self._progress(job))
        if job.is_ended and not in_list:
            response["HX-Refresh"] = "true"  # report, files and buttons are new
        return response

    def file_view(self, request: HttpRequest, job_id: UUID, file_id: UUID) -> Any:
        """Give a file of a job to whoever may see the job, as a download."""
        job: Job = self.fetch(request, job_id)
        file = job.files.filter(pk=file_id).first()
        if file is None:
            raise Http404
        return self.refusals_shown_at(request, job, lambda: _download(file))

    def cancel_view(self, request: HttpRequest, job_id: UUID) -> HttpResponse:
        """Ask, then stop a job that waits or runs."""
        job: Job = self.fetch(request, job_id)
        if request.method != "POST":
            return self._ask(request, job, "cancel", _("Cancel this job?"))
        return self._done(request, job, job_cancel, _("The job was asked to stop."))

    def retry_view(self, request: HttpRequest, job_id: UUID) -> HttpResponse:
        """Ask, then put a failed or cancelled job in the queue again."""
        job: Job = self.fetch(request, job_id)
        if not self.may_retry(request, job):
            raise Http404
        if request.method != "POST":
            return self._ask(request, job, "retry", _("Start this job again?"))
        return self._done(request, job, job_retry, _("The job waits in the queue again."))

    def may_retry(self, request: HttpRequest, job: Job) -> bool:
        """Say who may repeat it: it runs with the rights of who asked for it first."""
        user: Any = request.user
        again = job.state in (JobState.FAILED, JobState.CANCELLED)
        return again and (user.is_superuser or job.actor_id == user.pk)

    def refusals_shown_at(self, request: HttpRequest, job: Job, work: Callable[[], Any]) -> Any:
        """Run `work`; a refusal becomes a message on the page of the job."""
        try:
            return work()
        except CerdasError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(self._link("change", job.pk))

    def _ask(self, request: HttpRequest, job: Job, asks: str, title: str) -> HttpResponse:
        context = {**self._progress(job), "asks": asks, "back": self._link("change", job.pk)}
        return self.page(request, "cerdas/jobs/confirm.html", title, **context)

    def _done(
        self, request: HttpRequest, job: Job, service: Callable[..., Job], message: str
    ) -> HttpResponse:
        def work() -> HttpResponse:
            service(job=job)
            messages.success(request, message)
            return HttpResponseRedirect(self._link("change", job.pk))

        answer: HttpResponse = self.refusals_shown_at(request, job, work)
        return answer

    def _progress(self, job: Job) -> dict[str, Any]:
        return {
            "job": job,
            "zone": zone_of(job),
            "state": state_words(job),
            "progress_url": self._link("progress", job.pk),
        }

    def _link(self, name: str, *args: Any) -> str:
        return admin_link(f"cerdas_job_{name}", *args, site=self.admin_site.name)


def _download(file: JobFile) -> FileResponse:
    if file.removed_at is not None or not default_storage.exists(file.stored_path):
        raise JobFileGone
    response = FileResponse(
        default_storage.open(file.stored_path),
        as_attachment=True,
        filename=file.name,
        content_type=_AS_BYTES,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@admin.register(Job, site=satker_site)
class OfficeJobAdmin(JobPages, OfficeAdmin):
    """Jobs of the office: all for admin_satker, their own for admin_kegiatan."""

    def can_view(self, rights: OfficeRights) -> bool:
        """Let every admin of the office in; rows differ."""
        return rights.any

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the office's jobs, or the person's own."""
        rows = super().get_queryset(request).select_related("actor", "satker")
        rights = self.rights(request)
        return rows if rights.sees_all else rows.filter(actor=rights.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return True for admins; a single job only when it is theirs to see."""
        rights = office_rights(request)
        if rights is None or not rights.any:
            return False
        return obj is None or rights.sees_all or obj.actor_id == rights.user.pk


@admin.register(Job, site=global_site)
class GlobalJobAdmin(JobPages, GlobalAdmin):
    """Jobs of super_admin and, to help, those of the offices."""

    list_display = ["named", "progress_cell", "office", "actor_name", "asked_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all jobs with whom they belong to."""
        return super().get_queryset(request).select_related("actor", "satker")

    @display(description=gettext_lazy("Office"), ordering="satker__code")
    def office(self, job: Job) -> str:
        """Return whose job it is."""
        return job.satker.code if job.satker else _("all offices")
