"""The history of one row in the admin: what the audit trail keeps of it.

Django's own log of the admin is not written here: the trail sees every door, not only these pages.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from cerdas.admin_pages import admin_link
from cerdas.audit_display import entries_changes, entry_time
from cerdas.models import AuditedTable, AuditEntry

SHOWN = 100  # the newest; the audit list has them all


class TrailHistory:
    """For a ModelAdmin: its history page. Rows that cannot be seen have none, nor has a table
    that the trail does not cover."""

    admin_site: Any
    model: Any

    @property
    def has_trail(self) -> bool:
        """Return whether the trail covers this table."""
        is_covered = self.model._meta.db_table in AuditedTable.values
        return is_covered and self.model is not AuditEntry

    def trail(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return the entries that this person may see; a base class of each site says which."""
        raise NotImplementedError

    def row_title(self, row: Any) -> str:
        """Return how the page names a row."""
        return str(row)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show who changed a row, when, through which door, and what."""
        row = self._row_of_history(request, object_id)
        found = self.trail(request).filter(table_name=self.model._meta.db_table, row_id=str(row.pk))
        entries = list(found[: SHOWN + 1])
        shown = entries[:SHOWN]
        lines = [
            {"entry": entry, "at": entry_time(entry), "changes": changes}
            for entry, changes in zip(shown, entries_changes(shown), strict=True)
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(name)s") % {"name": self.row_title(row)},
            "lines": lines,
            "has_more": len(entries) > SHOWN,
            "all_url": self._list_of_trail(request, row),
            "back": admin_link(self._name("change"), row.pk, site=self.admin_site.name),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "cerdas/history.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer the history only where there is one."""
        context["show_history"] = self.has_trail
        response: HttpResponse = super().render_change_form(  # type: ignore[misc]
            request, context, *args, **kwargs
        )
        return response

    def _row_of_history(self, request: HttpRequest, object_id: str) -> Any:
        if not self.has_trail or not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise Http404
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if row is None:
            raise Http404
        return row

    def _list_of_trail(self, request: HttpRequest, row: Any) -> str:
        """Return the address of the audit list of this row, for those who may see it."""
        audit = self.admin_site._registry.get(AuditEntry)
        if audit is None or not audit.has_view_permission(request):
            return ""
        table = self.model._meta.db_table
        site = self.admin_site.name
        return admin_link(
            "cerdas_auditentry_changelist", site=site, q=row.pk, table_name__exact=table
        )

    def _name(self, page: str) -> str:
        meta = self.model._meta
        return f"{meta.app_label}_{meta.model_name}_{page}"
