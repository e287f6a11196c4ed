"""Which units of an office an admin means: the filters of the list, also carried into jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from assignments.models import Assignment, ResponseStatus
from assignments.selectors import prefix_range
from kegiatan.form.json_value import clean_text

CANCELLED = "cancelled"
STATUSES = (*ResponseStatus.values, CANCELLED)
WORDS_USED = 8
REGION_DIGITS = 2  # shorter numbers are searched in labels only


@dataclass(frozen=True)
class UnitFilter:
    """Conditions on units, all to be met; an empty one says nothing.

    Without statuses: every unit that is not cancelled. ppl, pml: part of a name or email. words:
    of the search box, each found in label, region code or a name. ids: only these units.
    """

    kegiatan: str = ""
    statuses: tuple[str, ...] = ()
    region: str = ""
    ppl: str = ""
    pml: str = ""
    outcome: str = ""
    words: str = ""
    ids: tuple[str, ...] = ()

    def apply(self, units: "QuerySet[Assignment]") -> "QuerySet[Assignment]":
        """Return the units that meet every condition, in the open scope."""
        units = units.filter(kegiatan_condition(self.kegiatan), status_condition(self.statuses))
        units = units.filter(region_condition(self.region), outcome_condition(self.outcome))
        units = units.filter(person_condition("ppl", self.ppl), person_condition("pml", self.pml))
        units = units.filter(words_condition(self.words))
        if self.ids:
            units = units.filter(pk__in=[wanted for text in self.ids if (wanted := as_uuid(text))])
        return units

    def as_json(self) -> dict[str, Any]:
        """Return the filter for a job's arguments."""
        return asdict(self)


def filter_from_json(value: Mapping[str, Any]) -> UnitFilter:
    """Return what `as_json` wrote."""
    fields = dict(value)
    for name in ("statuses", "ids"):
        fields[name] = tuple(fields.get(name) or ())
    return UnitFilter(**fields)


def filter_from_query(query: QueryDict) -> UnitFilter:
    """Return the filter that the address of the list describes."""

    def text(name: str) -> str:
        return clean_text(query.get(name, "")).strip()

    return UnitFilter(
        kegiatan=text("kegiatan"),
        statuses=known_statuses(query.getlist("status")),
        region=text("region"),
        ppl=text("ppl"),
        pml=text("pml"),
        outcome=text("outcome"),
        words=text("q"),
        ids=tuple(query.getlist("ids")),
    )


def known_statuses(values: Sequence[str]) -> tuple[str, ...]:
    """Return the statuses among the values of a parameter."""
    return tuple(value for value in values if value in STATUSES)


def kegiatan_condition(kegiatan: str) -> Q:
    """Return the condition for one activity; an id that is none matches nothing."""
    if not kegiatan:
        return Q()
    found = as_uuid(kegiatan)
    return Q(kegiatan_statistik_id=found) if found else Q(pk__in=[])


def status_condition(statuses: Sequence[str]) -> Q:
    """Return the condition for any of these statuses; none: everything but cancelled units."""
    if not statuses:
        return Q(cancelled_at__isnull=True)
    condition = Q(
        cancelled_at__isnull=True,
        response__status__in=[status for status in statuses if status != CANCELLED],
    )
    if CANCELLED in statuses:
        condition |= Q(cancelled_at__isnull=False)
    return condition


def region_condition(region: str) -> Q:
    """Return the condition for a region code or the beginning of one."""
    return prefix_range(region) if region else Q()


def outcome_condition(outcome: str) -> Q:
    """Return the condition for one visit outcome."""
    return Q(response__visit_outcome=outcome) if outcome else Q()


def person_condition(role: str, words: str) -> Q:
    """Return the condition for a PPL or PML by part of name or email. role: ppl, pml."""
    if not words:
        return Q()
    return Q(**{f"{role}__name__icontains": words}) | Q(**{f"{role}__email__icontains": words})


def words_condition(words: str) -> Q:
    """Return the condition of the search box."""
    condition = Q()
    for word in words.split()[:WORDS_USED]:
        found = Q(assignment_label__icontains=word)
        found |= person_condition("ppl", word) | person_condition("pml", word)
        if word.isascii() and word.isdigit() and len(word) >= REGION_DIGITS:
            found |= prefix_range(word)
        condition &= found
    return condition


def as_uuid(text: str) -> UUID | None:
    """Return a UUID given as text, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
