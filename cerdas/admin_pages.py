"""Pages of the admin beside Django's list and form: rendering, addresses, absent rows."""

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy


class OwnPages:
    """For a ModelAdmin with pages of its own. Absent rows and other offices' answer 404."""

    admin_site: Any
    model: Any

    def page(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        """Return a page in the frame of the site, under its own title."""
        frame = self.admin_site.each_context(request)
        request.current_app = self.admin_site.name
        shown = {**frame, "title": title, **context}
        return TemplateResponse(request, template, shown)

    def history_url(self, row: Any) -> str:
        """Return the address of what the audit trail keeps of a row."""
        meta = self.model._meta
        name = f"{meta.app_label}_{meta.model_name}_history"
        return admin_link(name, row.pk, site=self.admin_site.name)

    def fetch(self, request: HttpRequest, object_id: Any) -> Any:
        """Return a row of the scoped queryset. Raises Http404, for no id at all too."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise Http404
        found = self.get_object(request, str(object_id))  # type: ignore[attr-defined]
        if found is None:
            raise Http404
        return found

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Answer 404 instead of leading to the home page with a message."""
        raise Http404


def admin_link(name: str, *args: Any, site: str, **query: Any) -> str:
    """Return the address of an admin page, or "" while it does not exist.

    query: filters of a list, `{lookup: value}`.
    """
    try:
        address = reverse(f"admin:{name}", args=args, current_app=site)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address


def joined(parts: Iterable[object], empty: str = "–") -> str:
    """Return texts with commas, or a dash for none."""
    return ", ".join(str(part) for part in parts) or empty


class LacksFilter(admin.SimpleListFilter):
    """Shows rows that lack something needed: a subclass says what, as `{value: (title, Q)}`."""

    title = gettext_lazy("What is missing")
    parameter_name = "lacks"
    lacks: ClassVar[dict[str, tuple[Any, Any]]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [(value, title) for value, (title, _condition) in self.lacks.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the rows that lack it."""
        chosen = self.lacks.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset
