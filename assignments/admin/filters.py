"""Filters of the list of units. Jobs apply the same conditions (`assignments.admin_selection`)."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assignments.admin_selection import (
    CANCELLED,
    kegiatan_condition,
    known_statuses,
    outcome_condition,
    person_condition,
    region_condition,
    status_condition,
)
from assignments.models import ResponseStatus
from cerdas.admin_theme import DropdownFilter, MultipleDropdownFilter, TextFilter
from kegiatan.form.json_value import clean_text
from kegiatan.forms import form_get
from kegiatan.models import KegiatanStatistik

ACTIVITIES_ASKED = 20  # whose outcomes the filter offers, newest first


def outcome_labels(kegiatan_id: UUID, form_version: int) -> dict[str, str]:
    """Return {value: text} of the visit outcomes that a questionnaire knows; cached forms."""
    form = form_get(kegiatan_id, form_version)
    labels: dict[str, str] = {}
    for question in form.shape.scope.questions.values() if form is not None else ():
        if question.visit_outcome:
            labels.update(question.labels)
    return labels


class _ChoiceFilter(DropdownFilter):
    """A dropdown that is applied whenever it is in the address, also without a choice to offer.

    Otherwise the list would show more than jobs on the same filter act on.
    """

    def has_output(self) -> bool:
        """Return True where there is something to choose, or something was chosen."""
        return bool(self.lookup_choices) or bool(self.value())


class KegiatanFilter(_ChoiceFilter):
    """One of the activities that the admin sees."""

    title = _("activity")
    parameter_name = "kegiatan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the activities."""
        rows = model_admin.activities(request)
        return [(str(row.pk), str(row)) for row in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the units of one activity."""
        return queryset.filter(kegiatan_condition(self.value() or ""))


class StatusFilter(MultipleDropdownFilter):
    """Statuses; without one, all but cancelled units."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the client's statuses, and cancelled."""
        return [*ResponseStatus.choices, (CANCELLED, _("Cancelled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the units in these statuses."""
        chosen = known_statuses(request.GET.getlist("status"))
        return queryset.filter(status_condition(chosen))


class OutcomeFilter(_ChoiceFilter):
    """The PPL's finding, from the choices of the newest questionnaires."""

    title = _("visit outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the outcomes of the activities that the admin sees."""
        labels: dict[str, str] = {}
        for kegiatan in model_admin.activities(request)[:ACTIVITIES_ASKED]:
            labels.update(_labels(kegiatan))
        return list(labels.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the units with one outcome."""
        return queryset.filter(outcome_condition(clean_text(self.value() or "")))


def _labels(kegiatan: KegiatanStatistik) -> dict[str, str]:
    return outcome_labels(kegiatan.pk, kegiatan.form_version)


class _WordsFilter(TextFilter):
    """A filter with a text field."""

    def condition(self, words: str) -> Q:
        """Return what the words mean."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the units that the words describe."""
        return queryset.filter(self.condition(clean_text(self.value() or "").strip()))


class RegionFilter(_WordsFilter):
    """A region code, or its beginning."""

    title = _("region code (or its beginning)")
    parameter_name = "region"

    def condition(self, words: str) -> Q:
        """Return the range of codes below it."""
        return region_condition(words)


class PplFilter(_WordsFilter):
    """The PPL by part of name or email."""

    title = _("PPL (name or email)")
    parameter_name = "ppl"

    def condition(self, words: str) -> Q:
        """Return the condition on the PPL."""
        return person_condition("ppl", words)


class PmlFilter(_WordsFilter):
    """The PML by part of name or email."""

    title = _("PML (name or email)")
    parameter_name = "pml"

    def condition(self, words: str) -> Q:
        """Return the condition on the PML."""
        return person_condition("pml", words)


UNIT_FILTERS = (
    KegiatanFilter,
    StatusFilter,
    RegionFilter,
    PplFilter,
    PmlFilter,
    OutcomeFilter,
)
