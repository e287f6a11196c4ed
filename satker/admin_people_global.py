"""All people, for super_admin: of every office, floating, and super_admins themselves."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_base import GlobalAdmin, error_text
from cerdas.admin_pages import OwnPages
from cerdas.admin_sites import global_site
from cerdas.admin_theme import display
from cerdas.errors import CerdasError
from kegiatan.admin_crew import posted
from kegiatan.models import KegiatanSatkerUserRole
from satker.admin_forms import MAIL, PersonForm
from satker.admin_people import ActiveFilter, with_last_contact
from satker.models import Satker, SatkerUserRole, User
from satker.services.account_links import AccountLink, account_links_issue
from satker.services.people import super_admin_create, user_create
from satker.services.people_mail import link_mail

FLOATING, SUPER = "floating", "super_admin"


class KindFilter(SimpleListFilter):
    """People of an office, without one, or super_admins."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the kinds."""
        return [
            ("office", _("of an office")),
            (FLOATING, _("without office (floating)")),
            (SUPER, "super_admin"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow."""
        value = self.value()
        if value == "office":
            return queryset.filter(satker__isnull=False)
        if value in (FLOATING, SUPER):
            return queryset.filter(satker__isnull=True, is_superuser=value == SUPER)
        return queryset


class GlobalPersonForm(PersonForm):
    """A new account: super_admin, floating, or of an office."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            ("office", gettext_lazy("Person of an office")),
            (FLOATING, gettext_lazy("Without office (floating)")),
            (SUPER, "super_admin"),
        ],
        widget=forms.Select(attrs={"class": "c-input"}),
    )
    satker = forms.ModelChoiceField(
        Satker.objects.order_by("code"),
        label=gettext_lazy("Office"),
        required=False,
        empty_label="–",
        widget=forms.Select(attrs={"class": "c-input"}),
    )
    field_order = ("kind", "satker", "name", "email", "how", "password")

    def clean(self) -> dict[str, Any]:
        """An office is needed for people of one, and for nobody else."""
        given = super().clean()
        if given.get("kind") == "office" and not given.get("satker"):
            self.add_error("satker", _("Choose the office."))
        if given.get("kind") != "office":
            given["satker"] = None
        return given


@admin.register(User, site=global_site)
class GlobalPeopleAdmin(OwnPages, GlobalAdmin):
    """Everybody with an account."""

    list_display = ["person", "office", "contact", "account"]
    list_filter = [KindFilter, ActiveFilter]
    search_fields = ["name", "email", "satker__code", "satker__name"]
    search_help_text = gettext_lazy("Name, email or office")
    ordering = ["name", "email"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return True for super_admin."""
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return everybody."""
        rows = User._default_manager.select_related("satker").order_by(*self.ordering)
        return with_last_contact(rows)

    @display(description=gettext_lazy("Person"), ordering="name")
    def person(self, user: User) -> SafeString:
        """Name and email."""
        return render_to_string("satker/admin/cell_person.html", {"person": user})

    @display(description=gettext_lazy("Office"), ordering="satker__code")
    def office(self, user: User) -> str:
        """Where they work."""
        if user.is_superuser:
            return "super_admin"
        return str(user.satker) if user.satker else _("without office (floating)")

    @display(description=gettext_lazy("Last contact"), ordering="last_contact")
    def contact(self, user: Any) -> SafeString:
        """When they were last seen."""
        return render_to_string("satker/admin/cell_contact.html", {"person": user})

    @display(description=gettext_lazy("Account"), ordering="is_active")
    def account(self, user: User) -> SafeString:
        """Active or not."""
        return render_to_string("satker/admin/cell_account.html", {"person": user})

    def row_title(self, row: Any) -> str:
        """Return the name."""
        return str(row.name)

    def get_urls(self) -> list[Any]:
        """Add the one-time link."""
        view = self.admin_site.admin_view(self.link_view)
        return [path("<uuid:user_id>/link/", view, name="satker_user_link"), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Make an account."""
        form = GlobalPersonForm(posted(request))
        if request.method == "POST" and form.is_valid():
            try:
                return self._created(request, form.cleaned_data)
            except CerdasError as error:
                form.add_error(None, error_text(error))
        return self.page(
            request, "satker/admin/form.html", _("New person"), form=form, submit=_("Create"),
            back=self._link("changelist"),
        )  # fmt: skip

    def _created(self, request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
        actor: Any = request.user
        who = {"email": given["email"], "name": given["name"], "password": given["password"]}
        if given["kind"] == SUPER:
            user = super_admin_create(actor=actor, **who)
        else:
            user = user_create(actor=actor, satker=given["satker"], **who)
        messages.success(request, _("The account of %(name)s is made.") % {"name": user.name})
        if given["how"] == MAIL:
            made = self._issue(request, user, is_mailed=True)
            link_mail(user=user, satker=user.satker, url=request.build_absolute_uri(made.path))
        return HttpResponseRedirect(self._link("change", user.pk))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a person: office, roles, last contact."""
        person = self.fetch(request, object_id)
        held = KegiatanSatkerUserRole.objects.filter(user=person).select_related(
            "permission", "content_object__kegiatan_statistik", "content_object__satker"
        )
        in_office = SatkerUserRole.objects.filter(user=person).select_related(
            "permission", "content_object"
        )
        return self.page(
            request, "satker/admin/person_global.html", person.name, person=person,
            held=held.order_by("content_object__kegiatan_statistik__name", "permission"),
            in_office=in_office, link_url=self._link("link", person.pk),
            history_url=self.history_url(person),
            back=self._link("changelist"),
        )  # fmt: skip

    def link_view(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Make a one-time link and show it once."""
        person = self.fetch(request, user_id)
        url = None
        if request.method == "POST":
            try:
                url = request.build_absolute_uri(self._issue(request, person).path)
            except CerdasError as error:
                messages.error(request, error_text(error))
        response = self.page(
            request, "satker/admin/link.html",
            _("One-time link for %(name)s") % {"name": person.name},
            person=person, url=url, back=self._link("change", person.pk),
        )  # fmt: skip
        response["Cache-Control"] = "no-store"
        return response

    def _issue(self, request: HttpRequest, person: User, *, is_mailed: bool = False) -> AccountLink:
        actor: Any = request.user
        return account_links_issue(
            actor=actor, satker=person.satker, users=[person], is_mailed=is_mailed
        )[0]

    def _link(self, name: str, *args: Any) -> str:
        return reverse(f"admin:satker_user_{name}", args=args, current_app=self.admin_site.name)
