"""Import of units from a file: template, upload, dry run as a job, then the import itself."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from assignments.admin.forms import ImportForm
from assignments.admin_selection import as_uuid
from assignments.background import BAD_ROWS, CHECK, IMPORT
from assignments.importing.bad_rows import template_write
from assignments.importing.columns import template_header
from cerdas.admin_pages import admin_link
from cerdas.errors import CerdasError
from cerdas.jobs.files import job_file_path
from cerdas.jobs.services import job_start
from cerdas.models import Job, JobFile, JobState
from cerdas.request_body import body_limit
from kegiatan.models import KegiatanStatistik

UPLOAD_LIMIT_BYTES = 128 * 2**20


class ImportPages:
    """Importing units, for AssignmentAdmin."""

    rights: Any
    page: Any
    message_user: Any
    administered: Any
    admin_site: Any

    @body_limit(UPLOAD_LIMIT_BYTES)
    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file and start its dry run."""
        activities: list[KegiatanStatistik] = self.administered(request)
        if not activities:
            raise PermissionDenied
        form = ImportForm(
            request.POST or None,
            request.FILES or None,
            activities=activities,
            initial={"kegiatan": request.GET.get("kegiatan", "")},
        )
        if request.method == "POST" and form.is_valid():
            return self._start_check(request, form)
        answer: HttpResponse = self.page(
            request,
            "assignments/admin/import.html",
            _("Import units"),
            form=form,
            activities=_with_headers(activities),
        )
        return answer

    def _start_check(self, request: HttpRequest, form: ImportForm) -> HttpResponse:
        rights, upload = self.rights(request), form.cleaned_data["file"]
        job = job_start(
            actor=rights.user,
            satker=rights.satker,
            kind=CHECK,
            title=_("Check of %(file)s") % {"file": upload.name},
            arguments={"kegiatan": str(form.kegiatan.pk)},
            file=upload,
            file_name=upload.name,
        )
        return HttpResponseRedirect(self._outcome_url(job.pk))

    def template_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Give an empty file with the columns that an import into this activity reads."""
        found = next((row for row in self.administered(request) if row.pk == kegiatan_id), None)
        if found is None:
            raise Http404
        with tempfile.TemporaryDirectory(prefix="cerdas-template-") as folder:
            path = Path(folder) / "template.csv"
            template_write(schema=found.form_schema, path=path)
            response = HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8")
        name = f"templat-{slugify(found.name)[:60] or 'unit'}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def import_outcome_view(self, request: HttpRequest, job_id: UUID) -> HttpResponse:
        """Show how far check or import is and what came of it; after a check, import on POST."""
        job = self._import_job(request, job_id)
        kegiatan = self._kegiatan_of(request, job)
        if request.method == "POST":
            return self._start_import(request, job)
        report = job.report or {}
        told = report.get("refused")
        faults = told if isinstance(told, list) else []
        site = self.admin_site.name
        answer: HttpResponse = self.page(
            request,
            "assignments/admin/import_outcome.html",
            job.title,
            job=job,
            state=job.get_state_display(),
            cancel_url=admin_link("cerdas_job_cancel", job.pk, site=site),
            is_check=job.kind == CHECK,
            kegiatan=kegiatan,
            report=report,
            faults=faults,
            more_faults=max(0, int(report.get("refused_count") or 0) - len(faults)),
            bad_rows=self._bad_rows(job, site),
            may_import=job.kind == CHECK and job.state == JobState.DONE,
            progress_url=admin_link("cerdas_job_progress", job.pk, site=site),
        )
        return answer

    def _bad_rows(self, job: Job, site: str) -> str:
        file = job.files.filter(role=BAD_ROWS, removed_at__isnull=True).first()
        return admin_link("cerdas_job_file", job.pk, file.pk, site=site) if file else ""

    def _import_job(self, request: HttpRequest, job_id: UUID) -> Job:
        """Return a job of ours that the admin may see: their own. Raises Http404."""
        rights = self.rights(request)
        rows = Job.objects.filter(satker=rights.satker, kind__in=[CHECK, IMPORT], pk=job_id)
        if not rights.sees_all:
            rows = rows.filter(actor=rights.user)
        found = rows.first()
        if found is None:
            raise Http404
        return found

    def _kegiatan_of(self, request: HttpRequest, job: Job) -> KegiatanStatistik | None:
        """Return the activity, None when the admin does not act there (any more)."""
        wanted = as_uuid(str(job.arguments.get("kegiatan", "")))
        return next((row for row in self.administered(request) if row.pk == wanted), None)

    def _start_import(self, request: HttpRequest, job: Job) -> HttpResponse:
        """Import the checked file, with the rights of who asks now."""
        rights = self.rights(request)
        if self._kegiatan_of(request, job) is None:
            raise PermissionDenied
        if job.kind != CHECK or job.state != JobState.DONE:
            raise Http404
        try:
            file = job.files.get(role=JobFile.Role.INPUT)
            with job_file_path(file) as path, path.open("rb") as content:
                started = job_start(
                    actor=rights.user,
                    satker=rights.satker,
                    kind=IMPORT,
                    title=_("Import of %(file)s") % {"file": file.name},
                    arguments={
                        "kegiatan": job.arguments["kegiatan"],
                        "skip_bad": request.POST.get("skip_bad") == "1",
                    },
                    file=content,
                    file_name=file.name,
                )
        except CerdasError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(self._outcome_url(job.pk))
        return HttpResponseRedirect(self._outcome_url(started.pk))

    def _outcome_url(self, job_id: UUID) -> str:
        return reverse("admin:assignments_assignment_import_outcome", args=[job_id])


def _with_headers(
    activities: list[KegiatanStatistik],
) -> list[tuple[KegiatanStatistik, tuple[str, ...]]]:
    """Return each activity with the columns of its template; the questionnaires in one query."""
    rows = KegiatanStatistik.objects.filter(pk__in=[row.pk for row in activities])
    return [(row, template_header(row.form_schema)) for row in rows]
