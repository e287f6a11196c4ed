"""The activities of an office, with progress, and the doors to their work."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_base import OfficeAdmin
from cerdas.admin_figures import Activity, activities, assignments_link
from cerdas.admin_pages import OwnPages, admin_link, joined
from cerdas.admin_rights import OfficeRights
from cerdas.admin_sites import satker_site
from cerdas.admin_theme import display
from kegiatan.admin_versions import VersionPages, VersionPlace
from kegiatan.models import KegiatanSatker, KegiatanSatkerUserRole
from satker.permissions import ADMIN_KEGIATAN, PML, PPL


class ActivityList(ChangeList):
    """The list with figures of its page: two queries for all rows together."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then the figures of its rows."""
        super().get_results(request)
        rows = list(self.result_list)
        page: Any = self.model_admin
        office = page.rights(request).satker
        figures = activities(rows, office, page.admin_site.name)
        admins = admins_of(rows)
        for row, figure in zip(rows, figures, strict=True):
            row.figures = figure
            row.admins = admins.get(row.pk, [])
        self.result_list = rows


def admins_of(places: list[KegiatanSatker]) -> dict[int, list[str]]:
    """Return {place: names of its active admin_kegiatan}, in one query."""
    held = KegiatanSatkerUserRole.objects.filter(
        content_object__in=places, permission__codename=ADMIN_KEGIATAN, user__is_active=True
    ).order_by("user__name")
    names: dict[int, list[str]] = {}
    for place_id, name in held.values_list("content_object_id", "user__name"):
        names.setdefault(place_id, []).append(name)
    return names


@admin.register(KegiatanSatker, site=satker_site)
class ActivityAdmin(VersionPages, OwnPages, OfficeAdmin):
    """Activities of the office: all for admin_satker, those administered for admin_kegiatan."""

    kegiatan_path = "kegiatan_statistik"
    list_display = ["name", "period", "phase", "progress", "admin_names"]
    list_display_links = ["name"]
    search_fields = ["kegiatan_statistik__name"]
    search_help_text = gettext_lazy("Name of the activity")
    empty_words = gettext_lazy("The head office adds your office to an activity.")
    list_select_related = ["kegiatan_statistik", "satker"]
    ordering = ["-kegiatan_statistik__start_date", "kegiatan_statistik__name"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that knows figures."""
        return ActivityList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return activities that the office takes part in now, without their questionnaires."""
        rows = super().get_queryset(request).filter(left_at__isnull=True)
        return rows.defer("kegiatan_statistik__form_schema")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list under its name."""
        context = {"title": _("Activities"), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def row_title(self, row: Any) -> str:
        """Return the name of the activity."""
        return str(row.kegiatan_statistik)

    @display(description=gettext_lazy("Activity"), ordering="kegiatan_statistik__name")
    def name(self, place: KegiatanSatker) -> str:
        """Return name and year."""
        return str(place.kegiatan_statistik)

    @display(description=gettext_lazy("Period"), ordering="kegiatan_statistik__start_date")
    def period(self, place: Any) -> str:
        """Return first and last day."""
        first, last = place.kegiatan_statistik.start_date, place.figures.last_day
        return f"{date_format(first, 'j M Y')} – {date_format(last, 'j M Y')}"

    @display(description=gettext_lazy("Phase"))
    def phase(self, place: Any) -> SafeString:
        """Return whether it runs."""
        return render_to_string("cerdas/parts/phase.html", {"phase": place.figures.phase})

    @display(description=gettext_lazy("Progress"))
    def progress(self, place: Any) -> SafeString:
        """Return the bar of its units by status."""
        return render_to_string("cerdas/parts/status_bar.html", {"bar": place.figures.bar})

    @display(description=gettext_lazy("Activity admins"))
    def admin_names(self, place: Any) -> str:
        """Return who administers it."""
        return joined(place.admins, _("nobody yet"))

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show one activity with the doors to its work."""
        place: KegiatanSatker = self.fetch(request, object_id)
        rights = self.rights(request)
        figure = activities([place], rights.satker, self.admin_site.name)[0]
        return self.page(
            request, "kegiatan/admin/activity.html", str(place.kegiatan_statistik),
            activity=figure, admins=admins_of([place]).get(place.pk, []), crew=_crew(place),
            doors=self._doors(figure, rights, place), history_url=self.history_url(place),
        )  # fmt: skip

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody changes an activity here: super_admin does."""
        raise Http404

    def get_urls(self) -> list[Any]:
        """Add the versions of the questionnaire."""

        def own(route: str, view: Callable[..., HttpResponse], name: str) -> Any:
            route = f"<int:place_id>/form/{route}"
            return path(route, self.admin_site.admin_view(view), name=f"kegiatan_{name}")

        return [
            own("", self.versions_view, "form_versions"),
            own("compare/", self.form_compare_view, "form_compare"),
            own("<int:version>/", self.form_view, "form_version"),
            own("<int:version>/download/", self.form_download_view, "form_download"),
            own("<int:version>/as/<str:form>/", self.form_export_view, "form_export"),
            *super().get_urls(),
        ]

    def version_place(self, request: HttpRequest, key: Any) -> VersionPlace:
        """Return an activity of the office, with the office's own responses."""
        place: KegiatanSatker = self.fetch(request, key)
        site = self.admin_site.name
        back = admin_link("kegiatan_kegiatansatker_change", place.pk, site=site)
        satker = self.rights(request).satker
        return VersionPlace(place.kegiatan_statistik, place.pk, site, satker, back)

    def _doors(
        self, figure: Activity, rights: OfficeRights, place: KegiatanSatker
    ) -> list[dict[str, Any]]:
        """Return (title, icon, address) of the pages about this activity that exist."""
        site, kegiatan = self.admin_site.name, figure.kegiatan
        crew = "kegiatan_kegiatanmember_changelist"
        doors = [
            (_("Assignments"), "assignment", assignments_link(site, kegiatan.pk)),
            (
                _("Crew"),
                "groups",
                admin_link(crew, site=site, kegiatan=kegiatan.pk),
            ),
            (
                _("Questionnaire"),
                "list_alt",
                admin_link("kegiatan_form_versions", place.pk, site=site),
            ),
        ]
        if rights.administers(kegiatan.pk):
            doors += self._doors_of_admin(kegiatan.pk)
        return [{"title": title, "icon": icon, "link": link} for title, icon, link in doors if link]

    def _doors_of_admin(self, kegiatan_id: UUID) -> list[tuple[str, str, str]]:
        site = self.admin_site.name
        place = {"kegiatan": kegiatan_id}
        return [
            (
                _("Import assignments"),
                "upload_file",
                admin_link("assignments_assignment_import", site=site, **place),
            ),
            (
                _("Export answers"),
                "download",
                admin_link("assignments_assignment_export", site=site, **place),
            ),
            (
                _("Check all answers again"),
                "fact_check",
                admin_link("assignments_assignment_recheck", site=site, **place),
            ),
            (
                _("Waiting field work"),
                "inbox",
                admin_link(
                    "assignments_parkedoperation_changelist",
                    site=site,
                    kegiatan=kegiatan_id,
                ),
            ),
        ]


def _crew(place: KegiatanSatker) -> dict[str, int]:
    """Return how many people hold each role of field work."""
    held = KegiatanSatkerUserRole.objects.filter(
        content_object=place,
        permission__codename__in=(PML, PPL),
        user__is_active=True,
        user__satker_id=place.satker_id,
    )
    counted = held.values_list("permission__codename").annotate(n=Count("user", distinct=True))
    return dict(counted.order_by())
