"""The people of an office: list with last contact, roles and open work."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import Assignment, ResponseStatus
from assignments.services.releasing import OPEN_FOR_PPL
from cerdas.admin_base import OfficeAdmin
from cerdas.admin_rights import OfficeRights, office_choices, office_rights
from cerdas.admin_sites import satker_site
from cerdas.admin_theme import display
from kegiatan.admin_crew import FactsChangeList, PersonFacts, people_facts
from kegiatan.models import KegiatanMember, KegiatanSatkerUserRole, KegiatanStatistik
from satker.admin_people_many import ManyPages
from satker.admin_people_pages import PersonPages
from satker.models import DeviceToken, SatkerUserRole, User
from satker.permissions import ADMIN_SATKER, INVITATION_ROLES

_ROLE_COLOURS = {"PPL": "", "PML": "c-job-running"}


def with_last_contact(people: QuerySet[User]) -> QuerySet[User]:
    """Add `last_contact`: the newest sign-in or request of a device (UTC), None for none."""
    seen = DeviceToken.objects.filter(user=OuterRef("pk")).order_by().values("user")
    newest = seen.annotate(at=Max("last_seen_at")).values("at")
    # GREATEST passes over NULL in PostgreSQL
    return people.annotate(last_contact=Greatest("last_login", Subquery(newest)))


def people_seen(rights: OfficeRights, people: QuerySet[User]) -> QuerySet[User]:
    """Narrow people to those whom an admin sees: all of the office, or of their activities."""
    people = people.filter(satker=rights.satker)
    if rights.sees_all:
        return people
    taking_part = KegiatanMember.objects.filter(
        user=OuterRef("pk"),
        satker=rights.satker,
        kegiatan_statistik_id__in=rights.kegiatan_ids,
        left_at__isnull=True,
    )
    return people.filter(Exists(taking_part))


class ActivityFilter(SimpleListFilter):
    """People who take part in an activity now."""

    title = gettext_lazy("activity")
    parameter_name = "kegiatan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the activities that the admin sees."""
        rights = model_admin.rights(request)
        rows = office_choices(rights, KegiatanStatistik).defer("form_schema").distinct()
        self.allowed = {str(row.pk) for row in rows}
        return [(str(row.pk), str(row)) for row in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow; an activity that is not offered gives nobody."""
        value = self.value()
        if not value:
            return queryset
        if value not in self.allowed:
            return queryset.none()
        members = KegiatanMember.objects.filter(
            user=OuterRef("pk"), kegiatan_statistik_id=UUID(value), left_at__isnull=True
        )
        return queryset.filter(Exists(members))


class RoleFilter(SimpleListFilter):
    """People who hold a role; of the activity that is filtered by, when one is."""

    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the roles."""
        return [*((role, role) for role in INVITATION_ROLES), ("none", _("no role"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow by role rows."""
        value = self.value()
        rights = office_rights(request)
        if not value or rights is None:
            return queryset
        in_office = SatkerUserRole.objects.filter(user=OuterRef("pk"), content_object=rights.satker)
        held = KegiatanSatkerUserRole.objects.filter(
            user=OuterRef("pk"),
            content_object__satker=rights.satker,
            content_object__left_at__isnull=True,
        )
        if not rights.sees_all:
            held = held.filter(content_object__kegiatan_statistik_id__in=rights.kegiatan_ids)
        activity = _uuid(request.GET.get("kegiatan"))
        if activity is not None:
            held = held.filter(content_object__kegiatan_statistik_id=activity)
        if value == "none":
            return queryset.exclude(Exists(held)).exclude(Exists(in_office))
        if value == ADMIN_SATKER:
            return queryset.filter(Exists(in_office)) if rights.sees_all else queryset.none()
        return queryset.filter(Exists(held.filter(permission__codename=value)))


class ActiveFilter(SimpleListFilter):
    """Accounts that can sign in, or not."""

    title = gettext_lazy("account")
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the states of an account."""
        return [
            ("active", _("active")),
            ("inactive", _("deactivated")),
            ("never", _("never signed in")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow."""
        value = self.value()
        if value == "never":
            return queryset.filter(last_contact__isnull=True, is_active=True)
        if value in ("active", "inactive"):
            return queryset.filter(is_active=value == "active")
        return queryset


class WorkFilter(SimpleListFilter):
    """People with units to do, or without."""

    title = gettext_lazy("work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both."""
        return [("none", _("without open work")), ("some", _("with open work"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow by open units."""
        rights = office_rights(request)
        if self.value() not in ("none", "some") or rights is None:
            return queryset
        units = Assignment.objects.filter(satker=rights.satker, cancelled_at__isnull=True)
        if not rights.sees_all:
            units = units.filter(kegiatan_statistik_id__in=rights.kegiatan_ids)
        activity = _uuid(request.GET.get("kegiatan"))
        if activity is not None:
            units = units.filter(kegiatan_statistik_id=activity)
        as_ppl = units.filter(ppl=OuterRef("pk"), response__status__in=OPEN_FOR_PPL)
        as_pml = units.filter(pml=OuterRef("pk")).exclude(
            response__status=ResponseStatus.APPROVED_ADMIN
        )
        has_work = Q(Exists(as_ppl)) | Q(Exists(as_pml))
        return queryset.filter(has_work if self.value() == "some" else ~has_work)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@admin.register(User, site=satker_site)
class PeopleAdmin(PersonPages, ManyPages, OfficeAdmin):
    """People of the office; an admin_kegiatan sees those of their activities."""

    list_display = ["person", "roles", "contact", "work", "account"]
    list_filter = [ActivityFilter, RoleFilter, ActiveFilter, WorkFilter]
    search_fields = ["name", "email"]
    search_help_text = gettext_lazy("Name or email")
    ordering = ["name", "email"]
    actions = ["give_role_action", "print_cards_action", "mail_links_action"]
    list_before_template = "satker/admin/people_doors.html"
    show_add_link = False  # stands among the doors, with words

    def can_view(self, rights: OfficeRights) -> bool:
        """Return True for every admin; an admin_kegiatan sees the people of their activities."""
        return rights.any

    def can_add(self, rights: OfficeRights) -> bool:
        """Return True for those who make accounts."""
        return rights.sees_all

    def can_change(self, rights: OfficeRights, obj: Any = None) -> bool:
        """Return True for those who change accounts."""
        return rights.sees_all

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return the people whom this admin sees."""
        people = User._default_manager.select_related("satker")
        ordered = people.order_by(*self.ordering)
        return with_last_contact(people_seen(self.rights(request), ordered))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Fetch roles and open work per page."""
        return FactsChangeList

    def get_actions(self, request: HttpRequest) -> Any:
        """Offer only what the admin may."""
        actions = super().get_actions(request)
        if not self.rights(request).sees_all:
            actions.pop("print_cards_action", None)
            actions.pop("mail_links_action", None)
        return actions

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list with its doors: recruit, import."""
        doors = {
            "recruit_url": self.link("recruit"),
            "import_url": self.link("import"),
            "new_url": self.link("add") if self.rights(request).sees_all else "",
            "title": _("People of the office"),
        }
        response: HttpResponse = super().changelist_view(
            request, {**doors, **(extra_context or {})}
        )
        return response

    def add_facts(self, request: HttpRequest, people: list[User]) -> None:
        """Add what the columns show to the people of one page."""
        rights = self.rights(request)
        only = None if rights.sees_all else rights.kegiatan_ids
        facts = people_facts(rights.satker, [user.pk for user in people], only)
        for user in people:
            user.facts = facts.get(user.pk, PersonFacts())  # type: ignore[attr-defined]

    @display(description=gettext_lazy("Person"), ordering="name")
    def person(self, user: User) -> SafeString:
        """Name and email."""
        return render_to_string("satker/admin/cell_person.html", {"person": user})

    @display(description=gettext_lazy("Roles"))
    def roles(self, user: Any) -> SafeString:
        """Roles with their activities."""
        grouped: dict[str, list[str]] = {}
        for held in user.facts.roles:
            grouped.setdefault(held.kegiatan, []).append(held.role)
        return render_to_string("satker/admin/cell_roles.html", {"grouped": grouped.items()})

    @display(description=gettext_lazy("Last contact"), ordering="last_contact")
    def contact(self, user: Any) -> SafeString:
        """When they were last seen."""
        return render_to_string("satker/admin/cell_contact.html", {"person": user})

    @display(description=gettext_lazy("Open work"))
    def work(self, user: Any) -> int:
        """Units that are not done."""
        n: int = user.facts.open_units
        return n

    @display(description=gettext_lazy("Account"), ordering="is_active")
    def account(self, user: User) -> SafeString:
        """Active or not."""
        return render_to_string("satker/admin/cell_account.html", {"person": user})

    def link(self, name: str, *args: Any) -> str:
        """Return the address of one of the pages about people."""
        return reverse(f"admin:satker_user_{name}", args=args, current_app=self.admin_site.name)
