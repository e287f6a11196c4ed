"""The page that asks before all answers of an activity are judged again."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.admin_selection import as_uuid
from assignments.checking.rechecking import UNSENT, recheck_start
from assignments.models import AssignmentResponse, CheckState
from cerdas.admin_rights import OfficeRights
from kegiatan.models import KegiatanStatistik


class RecheckPages:
    """The new check of all answers, for AssignmentAdmin."""

    rights: Any
    page: Any
    activities: Any
    administered: Any

    def recheck_view(self, request: HttpRequest) -> HttpResponse:
        """Say what is known of the answers and ask; start the job."""
        kegiatan = self._recheck_activity(request)
        rights: OfficeRights = self.rights(request)
        if request.method == "POST":
            job = recheck_start(actor=rights.user, satker=rights.satker, kegiatan=kegiatan)
            return HttpResponseRedirect(reverse("admin:cerdas_job_change", args=[job.pk]))
        answer: HttpResponse = self.page(
            request,
            "assignments/admin/recheck.html",
            _("Check all answers again"),
            kegiatan=kegiatan,
            states=_states(kegiatan, rights),
            back=reverse("admin:assignments_assignment_changelist") + f"?kegiatan={kegiatan.pk}",
        )
        return answer

    def _recheck_activity(self, request: HttpRequest) -> KegiatanStatistik:
        """Return the activity that is named. Raises Http404, PermissionDenied."""
        named = request.POST.get("kegiatan") or request.GET.get("kegiatan") or ""
        wanted = as_uuid(named)
        allowed: list[KegiatanStatistik] = self.administered(request)
        if not allowed:
            raise PermissionDenied
        if not named and len(allowed) == 1:
            return allowed[0]
        if wanted not in {row.pk for row in self.activities(request)}:
            raise Http404
        found = next((row for row in allowed if row.pk == wanted), None)
        if found is None:
            raise PermissionDenied
        return found


def _states(kegiatan: KegiatanStatistik, rights: OfficeRights) -> list[tuple[str, int]]:
    """Return (words, how many) of the verdicts as they stand, in one query."""
    sent = AssignmentResponse.objects.filter(
        satker=rights.satker, assignment__kegiatan_statistik=kegiatan
    ).exclude(status__in=UNSENT)
    counts = sent.aggregate(
        total=Count("pk"),
        **{
            state.value: Count("pk", filter=is_current(state))
            for state in (CheckState.PASSED, CheckState.FAILED)
        },
    )
    waiting = counts["total"] - counts["passed"] - counts["failed"]
    return [
        (str(CheckState.PASSED.label), counts["passed"]),
        (str(CheckState.FAILED.label), counts["failed"]),
        (str(CheckState.PENDING.label), waiting),
    ]


def is_current(state: CheckState) -> Q:
    """Return the condition that a response's verdict on its present version is this."""
    check = "assignment__check_result"
    return Q(**{f"{check}__state": state, f"{check}__version": F("version")})
