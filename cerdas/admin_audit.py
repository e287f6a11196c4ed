"""Pages of the audit trail, to be read only."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms import DateField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cerdas.admin_base import GlobalAdmin, OfficeAdmin, ServiceModelAdmin, error_text
from cerdas.admin_sites import global_site, satker_site
from cerdas.admin_theme import ChoicesDropdownFilter, RangeDateFilter, TextFilter, display
from cerdas.audit_display import entry_changes, entry_time
from cerdas.audit_export import AuditFilter, audit_export_start
from cerdas.errors import CerdasError
from cerdas.models import AuditEntry
from cerdas.selectors import audit_entries, audit_of_person, audit_search
from satker.models import Satker

_BREAKS = 'style="overflow-wrap: anywhere"'  # ids and addresses fit a phone
_HEAD = '<th scope="col" class="px-3 py-2 text-left font-semibold">{}</th>'
_ROW = (
    '<tr class="border-t border-base-200 dark:border-base-800">'
    '<th scope="row" class="px-3 py-2 text-left font-medium">{}</th>'
    f'<td class="px-3 py-2" {_BREAKS}>{{}}</td><td class="px-3 py-2" {_BREAKS}>{{}}</td></tr>'
)


class PersonFilter(TextFilter):
    """Who did it, by part of the name or email."""

    title = gettext_lazy("person")
    parameter_name = "who"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what these people did."""
        return audit_of_person(queryset, self.value() or "")


class DayFilter(RangeDateFilter):
    """Whole days in the zone of the office."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the days from the first to the last, both included."""
        since, until = days_between(request)
        if since is not None:
            queryset = queryset.filter(at__gte=since)
        return queryset.filter(at__lt=until) if until is not None else queryset


def days_between(request: HttpRequest) -> tuple[datetime | None, datetime | None]:
    """Return the first moment of the first day asked for and the first after the last, in UTC."""
    satker: Satker | None = getattr(request, "satker", None)
    zone: tzinfo = ZoneInfo(satker.time_zone) if satker else timezone.get_current_timezone()
    return (
        _start_of_day(request.GET.get("at_from", ""), zone, 0),
        _start_of_day(request.GET.get("at_to", ""), zone, 1),
    )


def _start_of_day(text: str, zone: tzinfo, days_later: int) -> datetime | None:
    try:
        day = DateField(required=False).clean(text)
        if day is None:
            return None
        start = datetime.combine(day + timedelta(days=days_later), time.min, tzinfo=zone)
        return start.astimezone(UTC)
    except (ValidationError, OverflowError):  # no such day
        return None


def filter_asked_for(request: HttpRequest) -> AuditFilter:
    """Return the filters in the address of the list."""
    asked = request.GET
    since, until = days_between(request)
    return AuditFilter(
        search=asked.get("q", ""),
        actor=asked.get("who", ""),
        table=asked.get("table_name__exact", ""),
        action=asked.get("action__exact", ""),
        origin=asked.get("origin__exact", ""),
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
    )


class AuditAdmin(ServiceModelAdmin):
    """List, search and one entry in full. Nothing can be added, changed or removed."""

    list_display: Any = ("what", "done", "who", "when", "door")
    list_display_links = ("what",)
    list_filter = (
        PersonFilter,
        ("table_name", ChoicesDropdownFilter),
        ("action", ChoicesDropdownFilter),
        ("origin", ChoicesDropdownFilter),
        ("at", DayFilter),
    )
    search_fields = ("label",)  # shows the box; `get_search_results` says what is searched
    search_help_text = gettext_lazy("Name or id of what was changed")
    ordering = ("-at", "-id")
    sortable_by = ()
    actions = None
    list_before_template = "cerdas/audit_export.html"
    fields = (
        "when",
        "who",
        "origin",
        "address",
        "request",
        "action",
        "table_name",
        "label",
        "row_id",
        "changed_columns",
    )
    readonly_fields = fields

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list under its name."""
        context = {"title": _("Audit trail"), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as the export does."""
        return audit_search(queryset, search_term), False

    def get_urls(self) -> list[Any]:
        """Add the export."""
        view = self.admin_site.admin_view(require_POST(self.export_view))
        return [path("export/", view, name="cerdas_auditentry_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Start a job that writes what the list shows with these filters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user: Any = request.user
        satker: Satker | None = getattr(request, "satker", None)
        try:
            with transaction.atomic():
                audit_export_start(actor=user, satker=satker, chosen=filter_asked_for(request))
        except CerdasError as error:
            self.message_user(request, error_text(error), messages.ERROR)
        else:
            text = _("The export has begun. Its file will be with your jobs.")
            self.message_user(request, text, messages.SUCCESS)
        back = reverse("admin:cerdas_auditentry_changelist", current_app=self.admin_site.name)
        return HttpResponseRedirect(f"{back}?{request.GET.urlencode()}")

    @display(description=gettext_lazy("What was changed"))
    def what(self, entry: AuditEntry) -> SafeString:
        """Return the row and the kind of thing that it is."""
        html = '<span class="c-cell">{}<br><span class="c-subtle">{}</span></span>'
        return format_html(html, entry.label or entry.row_id, entry.get_table_name_display())

    @display(description=gettext_lazy("Action"))
    def done(self, entry: AuditEntry) -> str:
        """Return what was done to it."""
        return entry.get_action_display()

    @display(description=gettext_lazy("Through"))
    def door(self, entry: AuditEntry) -> SafeString:
        """Return the door, and the address of the network."""
        html = '<span class="c-cell">{}<br><span class="c-subtle">{}</span></span>'
        return format_html(html, entry.get_origin_display(), entry.address or "–")

    @display(description=gettext_lazy("When"))
    def when(self, entry: AuditEntry) -> SafeString:
        """Return the time in the office's zone."""
        return format_html('<span class="whitespace-nowrap">{}</span>', entry_time(entry))

    @display(description=gettext_lazy("Who"))
    def who(self, entry: AuditEntry) -> SafeString:
        """Return the person, or that nobody was signed in."""
        if entry.actor is None:
            return format_html("{}", _("nobody signed in"))
        html = '<span class="c-cell">{}<br><span class="c-subtle">{}</span></span>'
        return format_html(html, entry.actor.name, entry.actor.email)

    @display(description=gettext_lazy("Changes"))
    def changed_columns(self, entry: AuditEntry) -> SafeString:
        """Return the columns with their old and new values as a table."""
        titles = (_("Column"), _("Before"), _("After"))
        return format_html(
            '<div class="overflow-x-auto"><table class="w-full"><thead><tr>{}</tr></thead>'
            "<tbody>{}</tbody></table></div>",
            format_html_join("", _HEAD, ((title,) for title in titles)),
            format_html_join("", _ROW, _cells(entry)),
        )


def _cells(entry: AuditEntry) -> Iterator[tuple[str, str, str]]:
    for change in entry_changes(entry):
        yield change.column, change.old, change.new


class OfficeAuditAdmin(AuditAdmin, OfficeAdmin):
    """The trail of an office, for its admin_satker."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return the office's entries."""
        return audit_entries(satker=self.rights(request).satker)


class GlobalAuditAdmin(AuditAdmin, GlobalAdmin):
    """The trail of everything, for super_admin."""

    list_display = ("what", "done", "who", "office", "when", "door")

    @display(description=gettext_lazy("Office"))
    def office(self, entry: AuditEntry) -> str:
        """Return whose entry it is."""
        return entry.satker.code if entry.satker else _("all offices")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return all entries."""
        return audit_entries(satker=None)


satker_site.register(AuditEntry, OfficeAuditAdmin)
global_site.register(AuditEntry, GlobalAuditAdmin)
