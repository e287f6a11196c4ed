"""Pages that ask before many units are changed or exported, and start the job."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.admin.forms import CrewForm, ExportForm, ReasonForm
from assignments.admin_acting import (
    ACTION_NAMES,
    APPROVE,
    CANCEL,
    REASON_NEEDED,
    REASSIGN,
    REJECT,
    REVIEWS,
)
from assignments.admin_selection import UnitFilter, as_uuid, filter_from_query
from assignments.background import BULK, EXPORT
from assignments.models import Assignment, CheckState, ResponseStatus
from assignments.workflow import transition_for
from cerdas.jobs.services import job_start
from cerdas.models import Job
from kegiatan.models import KegiatanStatistik
from satker.permissions import ADMIN_KEGIATAN

LOOK_HOURS = 12  # how long a page may stay open before what it showed counts as old


class BulkPages:
    """Actions on the filtered set of any size, for AssignmentAdmin."""

    rights: Any
    page: Any
    message_user: Any
    administered: Any
    activities: Any
    admin_site: Any

    def bulk_view(self, request: HttpRequest, action: str) -> HttpResponse:
        """Say how many units are meant and what can be done with them; ask; start the job."""
        if action not in ACTION_NAMES:
            raise Http404
        allowed: list[KegiatanStatistik] = self.administered(request)
        if not allowed:
            raise PermissionDenied
        chosen = filter_from_query(request.GET)
        kegiatan, several = self._one_activity(request, chosen, allowed)
        if kegiatan is None:
            return self._choose(request, _action_title(action), several)
        chosen = replace(chosen, kegiatan=str(kegiatan.pk))
        form = self._bulk_form(request, action, kegiatan)
        if request.method == "POST" and form.is_valid():
            return self._start_bulk(request, action, kegiatan, chosen, form)
        answer: HttpResponse = self.page(
            request,
            "assignments/admin/bulk.html",
            _action_title(action),
            form=form,
            kegiatan=kegiatan,
            as_of=timezone.now().isoformat(),
            is_danger=action in (REJECT, CANCEL),
            is_approve=action == APPROVE,
            submit=_action_title(action),
            back=self._back(request),
            **self._counts(request, chosen, action),
        )
        return answer

    def _units(self, request: HttpRequest, chosen: UnitFilter) -> "QuerySet[Assignment]":
        return chosen.apply(Assignment.objects.filter(satker=self.rights(request).satker))

    def _one_activity(
        self, request: HttpRequest, chosen: UnitFilter, allowed: list[KegiatanStatistik]
    ) -> tuple[KegiatanStatistik | None, list[tuple[KegiatanStatistik, int, str]]]:
        """Return the activity that the units belong to, or each of several with its units.

        Raises Http404 for one that the admin does not see, PermissionDenied where they only view.
        """
        if chosen.kegiatan:
            wanted = as_uuid(chosen.kegiatan)
            if wanted not in {row.pk for row in self.activities(request)}:
                raise Http404
            found = next((row for row in allowed if row.pk == wanted), None)
            if found is None:
                raise PermissionDenied
            return found, []
        counted = dict(
            self._units(request, chosen)
            .filter(kegiatan_statistik__in=[row.pk for row in allowed])
            .order_by()
            .values_list("kegiatan_statistik_id")
            .annotate(n=Count("pk"))
        )
        held = [row for row in allowed if counted.get(row.pk)]
        if len(held) < 2:
            return (held or allowed)[0], []
        return None, [(row, counted[row.pk], self._narrowed(request, row.pk)) for row in held]

    def _narrowed(self, request: HttpRequest, kegiatan_id: UUID) -> str:
        query = request.GET.copy()
        query["kegiatan"] = str(kegiatan_id)
        return f"?{query.urlencode()}"

    def _choose(
        self, request: HttpRequest, title: str, several: list[tuple[KegiatanStatistik, int, str]]
    ) -> HttpResponse:
        answer: HttpResponse = self.page(
            request, "assignments/admin/choose.html", title, several=several
        )
        return answer

    def _bulk_form(self, request: HttpRequest, action: str, kegiatan: KegiatanStatistik) -> Any:
        data = request.POST if request.method == "POST" else None
        if action == REASSIGN:
            return CrewForm(data, satker=self.rights(request).satker, kegiatan=kegiatan)
        return ReasonForm(data, must_give=action in REASON_NEEDED)

    def _counts(self, request: HttpRequest, chosen: UnitFilter, action: str) -> dict[str, Any]:
        """Count the units by status, and those that the action can take."""
        rows = (
            self._units(request, chosen)
            .order_by()
            .annotate(is_alive=Q(cancelled_at__isnull=True))
            .values_list("response__status", "is_alive")
            .annotate(n=Count("pk"))
        )
        statuses = []
        total = possible = 0
        for status, is_alive, n in rows:
            can = is_alive and _can(action, status)
            total, possible = total + n, possible + (n if can else 0)
            label = ResponseStatus(status).label if is_alive else _("Cancelled")
            statuses.append((label, n, can))
        statuses.sort(key=lambda entry: (not entry[2], -entry[1]))
        counts = {"total": total, "possible": possible, "statuses": statuses}
        if action == APPROVE:
            counts["unpassed"] = self._unpassed(request, chosen)
        return counts

    def _unpassed(self, request: HttpRequest, chosen: UnitFilter) -> int:
        """Count the units that could be approved now and have not passed their check."""
        ready = self._units(request, chosen).filter(
            response__status=ResponseStatus.APPROVED_PML, cancelled_at__isnull=True
        )
        passed = Q(check_result__state=CheckState.PASSED)
        return ready.exclude(passed & Q(check_result__version=F("response__version"))).count()

    def _start_bulk(
        self,
        request: HttpRequest,
        action: str,
        kegiatan: KegiatanStatistik,
        chosen: UnitFilter,
        form: Any,
    ) -> HttpResponse:
        data = form.cleaned_data
        if action == REASSIGN and not (data["ppl"] or data["pml"]):
            words = _("Name the PPL or the PML who is to have the units.")
            self.message_user(request, words, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        rights = self.rights(request)
        job = job_start(
            actor=rights.user,
            satker=rights.satker,
            kind=BULK,
            title=f"{_action_title(action)}: {kegiatan}",
            arguments={
                "kegiatan": str(kegiatan.pk),
                "filter": chosen.as_json(),
                "action": action,
                "reason": data.get("reason", ""),
                "ppl": data.get("ppl", ""),
                "pml": data.get("pml", ""),
                "as_of": _looked_at(request).isoformat(),
            },
        )
        return self._to_job(job)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Ask what the files hold, then start the export of the filtered set."""
        activities: list[KegiatanStatistik] = self.activities(request)
        chosen = filter_from_query(request.GET)
        if chosen.kegiatan and as_uuid(chosen.kegiatan) not in {row.pk for row in activities}:
            raise Http404
        data = request.POST if request.method == "POST" else None
        form = ExportForm(data, activities=activities, initial={"kegiatan": chosen.kegiatan})
        if request.method == "POST" and form.is_valid():
            return self._start_export(request, form, chosen)
        answer: HttpResponse = self.page(
            request,
            "assignments/admin/export.html",
            _("Export"),
            form=form,
            total=self._units(request, chosen).count(),
            is_filtered=chosen != UnitFilter(kegiatan=chosen.kegiatan),
            back=self._back(request),
        )
        return answer

    def _start_export(
        self, request: HttpRequest, form: ExportForm, chosen: UnitFilter
    ) -> HttpResponse:
        rights, kegiatan = self.rights(request), form.kegiatan
        chosen = replace(chosen, kegiatan=str(kegiatan.pk))
        job = job_start(
            actor=rights.user,
            satker=rights.satker,
            kind=EXPORT,
            title=_("Export: %(kegiatan)s") % {"kegiatan": kegiatan},
            arguments={
                "kegiatan": str(kegiatan.pk),
                "filter": chosen.as_json(),
                "labels": form.cleaned_data["labels"],
            },
        )
        return self._to_job(job)

    def _to_job(self, job: Job) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:cerdas_job_change", args=[job.pk]))

    def _back(self, request: HttpRequest) -> str:
        """Return the list with the same filters."""
        query = request.GET.copy()
        query.pop("ids", None)
        return f"{reverse('admin:assignments_assignment_changelist')}?{query.urlencode()}"


def _can(action: str, status: str) -> bool:
    """Return whether a unit in a status can be acted on, as far as the status says."""
    if action in REVIEWS:
        return transition_for(action, status, frozenset({ADMIN_KEGIATAN})) is not None
    if action == CANCEL:
        return status in (ResponseStatus.ASSIGNED, ResponseStatus.OPENED)
    return status != ResponseStatus.APPROVED_ADMIN


def _action_title(action: str) -> str:
    return str(ACTION_NAMES[action])


def _looked_at(request: HttpRequest) -> datetime:
    """Return when the page was shown; what changed later is not what the admin decided on."""
    now = timezone.now()
    try:
        moment = datetime.fromisoformat(request.POST.get("as_of", ""))
    except ValueError:
        return now
    if moment.tzinfo is None or not now - timedelta(hours=LOOK_HOURS) <= moment <= now:
        return now
    return moment
