"""Filters of the crew list."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import Assignment, ResponseStatus
from assignments.services.releasing import OPEN_FOR_PPL
from cerdas.admin_rights import office_choices
from kegiatan.models import (
    KegiatanSatkerUserRole,
    KegiatanStatistik,
)
from satker.models import User
from satker.permissions import KEGIATAN_ROLES

NEVER = "never"


def holding_role(members: QuerySet[Any], role: str) -> QuerySet[Any]:
    """Narrow memberships to those whose person holds a role in the activity and office."""
    held = KegiatanSatkerUserRole.objects.filter(
        user=OuterRef("user"),
        content_object__satker=OuterRef("satker"),
        content_object__kegiatan_statistik=OuterRef("kegiatan_statistik"),
        content_object__left_at__isnull=True,
        permission__codename=role,
    )
    return members.filter(Exists(held))


def never_had_unit(members: QuerySet[Any]) -> QuerySet[Any]:
    """Narrow memberships to active people without a single unit in the activity."""
    as_ppl, as_pml = _units()
    return members.filter(~Exists(as_ppl), ~Exists(as_pml), user__is_active=True)


def _units() -> tuple[QuerySet[Assignment], QuerySet[Assignment]]:
    """Return the units of a membership's person in its activity: as PPL, as PML."""
    units = Assignment.objects.filter(
        satker=OuterRef("satker"),
        kegiatan_statistik=OuterRef("kegiatan_statistik"),
        cancelled_at__isnull=True,
    )
    return units.filter(ppl=OuterRef("user")), units.filter(pml=OuterRef("user"))


class ActivityFilter(SimpleListFilter):
    """One activity of those the admin sees."""

    title = gettext_lazy("activity")
    parameter_name = "kegiatan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer activities."""
        rights = model_admin.rights(request)
        rows = office_choices(rights, KegiatanStatistik).defer("form_schema").distinct()
        self.allowed = {str(row.pk): str(row) for row in rows}
        return list(self.allowed.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow."""
        value = self.value()
        if not value:
            return queryset
        if value not in self.allowed:
            return queryset.none()
        return queryset.filter(kegiatan_statistik_id=value)


class RoleFilter(SimpleListFilter):
    """Members with a role."""

    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the roles in an activity."""
        return [(role, role) for role in KEGIATAN_ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow by role rows of the same activity and office."""
        if self.value() not in KEGIATAN_ROLES:
            return queryset
        return holding_role(queryset, str(self.value()))


class SupervisorFilter(SimpleListFilter):
    """PPL under one supervisor, or under none."""

    title = "PML"
    parameter_name = "pml"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the supervisors of the members whom the admin sees."""
        members = model_admin.get_queryset(request).filter(pml__isnull=False).order_by()
        people = User.objects.filter(pk__in=members.values("pml")).order_by("name")
        self.allowed = {str(user.pk): user.name for user in people}
        return [("none", _("no supervisor")), *self.allowed.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow."""
        value = self.value()
        if value == "none":
            return queryset.filter(pml__isnull=True)
        if not value:
            return queryset
        return queryset.filter(pml_id=value) if value in self.allowed else queryset.none()


class CurrentFilter(SimpleListFilter):
    """Members now, or those who have left; now when nothing is chosen."""

    title = gettext_lazy("membership")
    parameter_name = "member"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both."""
        return [("ended", _("ended")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow."""
        if self.value() == "all":
            return queryset
        return queryset.filter(left_at__isnull=self.value() != "ended")


class WorkFilter(SimpleListFilter):
    """Members by their units in the activity."""

    title = gettext_lazy("work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer three states."""
        return [
            ("some", _("with open work")),
            ("none", _("without open work")),
            (NEVER, _("never had a unit")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow."""
        if self.value() == NEVER:
            return never_had_unit(queryset)
        if self.value() not in ("some", "none"):
            return queryset
        as_ppl, as_pml = _units()
        has_work = Q(Exists(as_ppl.filter(response__status__in=OPEN_FOR_PPL))) | Q(
            Exists(as_pml.exclude(response__status=ResponseStatus.APPROVED_ADMIN))
        )
        return queryset.filter(has_work if self.value() == "some" else ~has_work)
