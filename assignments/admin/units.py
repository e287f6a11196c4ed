"""The list of units of an office, and the addresses of the pages beside it."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.admin.adding import AddPages
from assignments.admin.bulk_pages import BulkPages
from assignments.admin.edit_pages import EditPages
from assignments.admin.filters import UNIT_FILTERS, outcome_labels
from assignments.admin.import_pages import ImportPages
from assignments.admin.paging import TitledPages, UnitPaginator
from assignments.admin.recheck_pages import RecheckPages
from assignments.admin.showing import area_words, status_style, time_lines, two_lines
from assignments.admin.unit_pages import UnitPages
from assignments.admin_acting import APPROVE, CANCEL, REASSIGN, REJECT, REVERT, status_words
from assignments.admin_selection import words_condition
from assignments.models import Assignment
from cerdas.admin_base import OfficeAdmin
from cerdas.admin_rights import OfficeRights
from cerdas.admin_sites import satker_site
from cerdas.admin_theme import ChangeList, display
from kegiatan.form.json_value import clean_text
from kegiatan.models import KegiatanStatistik
from masterdata.selectors import wilayah_names

_NOT_FILTERS = ("p", "o", "e", "all")


class UnitList(ChangeList):
    """One page of units with the names of their areas, found in one query."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then the names."""
        super().get_results(request)
        self.full_result_count = self.result_count  # there is no second count to show beside it
        names = wilayah_names(row.region_code for row in self.result_list if row.region_code)
        zone = ZoneInfo(self.model_admin.rights(request).satker.time_zone)
        is_one = len(self.model_admin.activities(request)) < 2
        for row in self.result_list:
            row.area = area_words(row.region_code, names)
            row.zone, row.activity = zone, "" if is_one else row.kegiatan_statistik.name


@admin.register(Assignment, site=satker_site)
class AssignmentAdmin(
    EditPages, UnitPages, AddPages, BulkPages, ImportPages, RecheckPages, TitledPages, OfficeAdmin
):
    """Units of the office's activities: admin_kegiatan acts, admin_satker views."""

    kegiatan_path = "kegiatan_statistik"
    change_list_template = "assignments/admin/list.html"
    list_filter = UNIT_FILTERS
    list_display = ["label", "region", "officers", "status", "outcome", "updated"]
    list_display_links = ["label"]
    list_select_related = ["response", "ppl", "pml", "kegiatan_statistik"]
    list_max_show_all = 50
    show_facets = admin.ShowFacets.NEVER  # a count per choice costs seconds in a census
    paginator = UnitPaginator
    search_fields = ["assignment_label"]
    search_help_text = gettext_lazy("Label, region code, or name or email of PPL and PML")
    # the index `assignments_list`; UUIDv7: the newest units of each activity first
    ordering = ["-kegiatan_statistik_id", "-id"]
    sortable_by = ["label", "region", "updated"]
    empty_words = gettext_lazy("Admins of an activity make units here one by one, or from a file.")
    actions = ["approve", "reject", "revert", "reassign", "cancel", "export"]

    def can_add(self, rights: OfficeRights) -> bool:
        """Let admin_kegiatan add units to their activities."""
        return bool(rights.kegiatan_ids)

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Return True for admin_kegiatan; what they may do with a unit is the services' matter."""
        return self.has_add_permission(request)

    def activities(self, request: HttpRequest) -> list[KegiatanStatistik]:
        """Return the activities that the admin sees, newest first, once per request."""
        known: list[KegiatanStatistik] | None = getattr(request, "_activities_seen", None)
        if known is None:
            rows = self.related_choices(request, KegiatanStatistik).defer("form_schema")
            known = list(rows.order_by("-year", "name", "pk").distinct())
            # kept on the request, which has no such attribute of its own
            request._activities_seen = known  # type: ignore[attr-defined]
        return known

    def administered(self, request: HttpRequest) -> list[KegiatanStatistik]:
        """Return the activities that the admin may act in."""
        rights = self.rights(request)
        return [row for row in self.activities(request) if rights.administers(row.pk)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the units without what lists do not show."""
        rows = super().get_queryset(request)
        return rows.defer("prefilled_data", "response__responses", "response__device_verdict",
                          "kegiatan_statistik__form_schema")  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[UnitList]:
        """Return the list that knows the names of areas."""
        return UnitList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find each word in label, region code, or a name."""
        return queryset.filter(words_condition(clean_text(search_term))), False

    @display(description=gettext_lazy("Unit"), ordering="assignment_label")
    def label(self, unit: Any) -> SafeString:
        """Return the label, and the activity for those who see several."""
        if not unit.activity:
            return format_html("{}", unit.assignment_label)
        return two_lines(unit.assignment_label, unit.activity)

    @display(description=gettext_lazy("Region"), ordering="region_code")
    def region(self, unit: Any) -> SafeString:
        """Return the code and the names of its areas."""
        return two_lines(unit.region_code or "–", unit.area)

    @display(description=gettext_lazy("PPL and PML"))
    def officers(self, unit: Assignment) -> SafeString:
        """Return who enumerates it, and who supervises."""
        return two_lines(unit.ppl.name, f"PML {unit.pml.name}")

    @display(description=gettext_lazy("Status"))
    def status(self, unit: Assignment) -> SafeString:
        """Return the status as a badge."""
        style = status_style(unit)
        return format_html('<span class="c-badge {}">{}</span>', style, status_words(unit))

    @display(description=gettext_lazy("Outcome"))
    def outcome(self, unit: Assignment) -> str:
        """Return the PPL's finding by its label."""
        value = unit.response.visit_outcome
        if not value:
            return "–"
        kegiatan = unit.kegiatan_statistik
        return outcome_labels(kegiatan.pk, kegiatan.form_version).get(value, value)

    @display(description=gettext_lazy("Updated"), ordering="response__updated_at")
    def updated(self, unit: Any) -> SafeString:
        """Return when status or answers last changed, in the office's zone."""
        return time_lines(unit.response.updated_at, unit.zone)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list with its buttons."""
        filters = self._filter_query(request)
        context = {
            "title": _("Assignments"),
            "module_name": _("units"),
            "may_act": self.has_act_permission(request),
            "export_query": filters.urlencode(),
            **(extra_context or {}),
        }
        response: HttpResponse = super().changelist_view(request, context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown and shown["cl"].paginator.has_more:
            shown["module_name"] = _("units or more")
            shown["selection_note_all"] = _("All units of the list are selected")
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the unit's own timeline."""
        unit = self.fetch(request, object_id)
        return HttpResponseRedirect(f"{self.unit_url(unit.pk)}#history")

    def _filter_query(self, request: HttpRequest) -> Any:
        query = request.GET.copy()
        for name in _NOT_FILTERS:
            query.pop(name, None)
        return query

    def _to_many(self, request: HttpRequest, name: str, *args: str) -> HttpResponse:
        """Lead to the page that asks: with the chosen rows, or with all of the filter."""
        query = self._filter_query(request)
        if request.POST.get("select_across") != "1":
            query.setlist("ids", request.POST.getlist(ACTION_CHECKBOX_NAME))
        address = reverse(f"admin:assignments_assignment_{name}", args=args)
        return HttpResponseRedirect(f"{address}?{query.urlencode()}")

    @admin.action(description=gettext_lazy("Approve finally"), permissions=["act"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Ask, then approve many."""
        return self._to_many(request, "bulk", APPROVE)

    @admin.action(description=gettext_lazy("Reject"), permissions=["act"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Ask the reason, then reject many."""
        return self._to_many(request, "bulk", REJECT)

    @admin.action(description=gettext_lazy("Take approval back"), permissions=["act"])
    def revert(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Ask the reason, then take approvals back."""
        return self._to_many(request, "bulk", REVERT)

    @admin.action(description=gettext_lazy("Give to others"), permissions=["act"])
    def reassign(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Ask to whom, then reassign many."""
        return self._to_many(request, "bulk", REASSIGN)

    @admin.action(description=gettext_lazy("Cancel units"), permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Ask the reason, then cancel many."""
        return self._to_many(request, "bulk", CANCEL)

    @admin.action(description=gettext_lazy("Export"))
    def export(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Lead to the export of the chosen units."""
        return self._to_many(request, "export")

    def get_urls(self) -> list[Any]:
        """Add the pages beside list and unit."""

        def own(route: str, view: Callable[..., Any], name: str) -> Any:
            return path(
                route, self.admin_site.admin_view(view), name=f"assignments_assignment_{name}"
            )

        return [
            own("import/", self.import_view, "import"),
            own("import/template/<uuid:kegiatan_id>/", self.template_view, "template"),
            own("import/<uuid:job_id>/", self.import_outcome_view, "import_outcome"),
            own("bulk/<slug:action>/", self.bulk_view, "bulk"),
            own("export/", self.export_view, "export"),
            own("recheck/", self.recheck_view, "recheck"),
            own("<uuid:unit_id>/do/<slug:action>/", self.act_view, "act"),
            own("<uuid:unit_id>/edit/", self.edit_view, "edit"),
            own("<uuid:unit_id>/edit/choices/", self.edit_choices_view, "edit_choices"),
            own("<uuid:unit_id>/amend/", self.amend_view, "amend"),
            own("<uuid:unit_id>/files/<uuid:file_id>/", self.attachment_view, "file"),
            *super().get_urls(),
        ]
