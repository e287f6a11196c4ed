"""The page that has all answers of an activity judged again in every office, with how far it is."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from assignments.checking.rechecking import RECHECK, offices_with_answers, recheck_start_everywhere
from cerdas.admin_jobs import state_words
from cerdas.admin_pages import admin_link
from cerdas.models import Job
from kegiatan.models import KegiatanSatker, KegiatanStatistik


@dataclass(frozen=True)
class OfficeRow:
    """An office with answers, and its latest such job."""

    office: str
    job: Job | None
    state: str
    link: str


class RecheckEverywhere:
    """For the admin of activities of super_admin."""

    page: Any
    fetch: Any
    admin_site: Any
    _change: Any
    _link: Any

    def recheck_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """List the offices with answers; ask, then start one job in each. `?part=` the list."""
        kegiatan: KegiatanStatistik = self.fetch(request, kegiatan_id)
        address = self._link("recheck", kegiatan.pk)
        if request.method == "POST":
            actor: Any = request.user
            jobs = recheck_start_everywhere(actor=actor, kegiatan=kegiatan)
            words = _("%(n)d offices check their answers again.")
            messages.success(request, words % {"n": len(jobs)})
            return HttpResponseRedirect(address)
        rows = self._rows(kegiatan)
        context = {
            "rows": rows,
            "ended": sum(row.job is not None and row.job.is_ended for row in rows),
            "goes_on": any(row.job is not None and not row.job.is_ended for row in rows),
            "part_url": f"{address}?part=offices",
        }
        if request.GET.get("part"):
            return render(request, "kegiatan/admin/recheck_offices.html", context)
        response: HttpResponse = self.page(
            request, "kegiatan/admin/recheck.html", _("Check all answers again"),
            kegiatan=kegiatan, back=self._change(kegiatan), **context,
        )  # fmt: skip
        return response

    def _rows(self, kegiatan: KegiatanStatistik) -> list[OfficeRow]:
        """Return the offices by code. Two queries."""
        places = KegiatanSatker.objects.filter(
            Exists(offices_with_answers(kegiatan)), kegiatan_statistik=kegiatan,
            left_at__isnull=True,
        ).select_related("satker")  # fmt: skip
        jobs = Job.objects.filter(kind=RECHECK, arguments__kegiatan=str(kegiatan.pk))
        newest = jobs.order_by("satker_id", "-created_at").distinct("satker_id")
        found = {job.satker_id: job for job in newest}
        return [
            self._row(str(place.satker), found.get(place.satker_id))
            for place in places.order_by("satker__code")
        ]

    def _row(self, office: str, job: Job | None) -> OfficeRow:
        if job is None:
            return OfficeRow(office, None, "", "")
        link = admin_link("cerdas_job_change", job.pk, site=self.admin_site.name)
        return OfficeRow(office, job, state_words(job), link)
