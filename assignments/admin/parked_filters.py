"""Filters of the list of parked field work."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from assignments.admin.filters import KegiatanFilter
from assignments.admin_parked import KIND_WORDS, STATE_WORDS
from assignments.admin_selection import as_uuid
from cerdas.admin_theme import DropdownFilter

ALL = "all"


class StateFilter(DropdownFilter):
    """What waits, unless something else is asked for."""

    title = gettext_lazy("decision")
    parameter_name = "state"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the states."""
        return [*STATE_WORDS.items(), (ALL, gettext_lazy("All"))]

    def value(self) -> str:
        """Return the state asked for; waiting by default."""
        found = super().value()
        return found if found in {*STATE_WORDS, ALL} else "waiting"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the work in this state."""
        return queryset if self.value() == ALL else queryset.filter(state=self.value())


class KindFilter(DropdownFilter):
    """Kind of work."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the kinds."""
        return list(KIND_WORDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the work of this kind."""
        return queryset.filter(kind=self.value()) if self.value() in KIND_WORDS else queryset


class ParkedActivityFilter(KegiatanFilter):
    """One of the activities that the admin sees."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the work of one activity."""
        if not self.value():
            return queryset
        wanted = as_uuid(str(self.value()))
        return queryset.filter(kegiatan_id=wanted) if wanted else queryset.none()
