"""The crew of activities: who takes part, with which roles, under which supervisor."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_base import OfficeAdmin, error_text
from cerdas.admin_pages import OwnPages, admin_link
from cerdas.admin_rights import OfficeRights
from cerdas.admin_sites import satker_site
from cerdas.admin_theme import display
from cerdas.errors import CerdasError
from kegiatan.admin_crew import (
    CrewForm,
    FactsChangeList,
    crew_change_start,
    open_units,
    posted,
    roles_given,
    supervisors,
)
from kegiatan.admin_member_filters import (
    ActivityFilter,
    CurrentFilter,
    RoleFilter,
    SupervisorFilter,
    WorkFilter,
)
from kegiatan.models import (
    KegiatanMember,
    KegiatanSatker,
    KegiatanSatkerUserRole,
)
from kegiatan.services.roles import role_grant, role_revoke
from satker.models import DeviceToken, User
from satker.permissions import PPL


class MemberForm(forms.Form):
    """Roles that the admin gives here, and the supervisor of a PPL."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"), required=False, widget=forms.CheckboxSelectMultiple
    )
    pml = forms.ChoiceField(
        label=gettext_lazy("Supervisor (PML)"),
        required=False,
        help_text=gettext_lazy("Only for a PPL."),
        widget=forms.Select(attrs={"class": "c-input"}),
    )

    def __init__(self, roles: list[str], people: list[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["roles"]
        chosen.choices = [(role, role) for role in roles]
        self.people = {str(user.pk): user for user in people}
        pml: Any = self.fields["pml"]
        pml.choices = [("", "–"), *((pk, str(user)) for pk, user in self.people.items())]
        if PPL not in roles:
            del self.fields["pml"]

    def clean(self) -> dict[str, Any]:
        """`pml` becomes the person."""
        given = self.cleaned_data
        given["pml"] = self.people.get(given.get("pml") or "")
        if given["pml"] is not None and PPL not in given.get("roles", []):
            self.add_error("pml", _("Only a PPL has a supervisor."))
        return given


@admin.register(KegiatanMember, site=satker_site)
class MemberAdmin(OwnPages, OfficeAdmin):
    """Memberships of the office; an admin_kegiatan sees those of their activities."""

    kegiatan_path = "kegiatan_statistik"
    list_display = ["person", "kegiatan", "roles", "supervisor", "work", "contact"]
    list_filter = [ActivityFilter, RoleFilter, SupervisorFilter, WorkFilter, CurrentFilter]
    search_fields = ["user__name", "user__email"]
    search_help_text = gettext_lazy("Name or email")
    empty_words = gettext_lazy("Recruit people by email, or import them from a file.")
    ordering = ["kegiatan_statistik__name", "user__name", "pk"]
    actions = ["crew_action"]
    list_before_template = "kegiatan/members/doors.html"

    def can_change(self, rights: OfficeRights, obj: Any = None) -> bool:
        """Return True: which roles, the form decides."""
        return rights.any

    def get_queryset(self, request: HttpRequest) -> QuerySet[KegiatanMember]:
        """Add the last contact of each person."""
        seen = DeviceToken.objects.filter(user=OuterRef("user")).order_by().values("user")
        newest = seen.annotate(at=Max("last_seen_at")).values("at")
        rows = super().get_queryset(request).select_related("user", "pml", "kegiatan_statistik")
        found: QuerySet[KegiatanMember] = rows.defer("kegiatan_statistik__form_schema").annotate(
            last_contact=Greatest("user__last_login", Subquery(newest))
        )
        return found

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Fetch roles and open work per page."""
        return FactsChangeList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list with its doors."""
        doors = {
            "title": _("Crew of activities"),
            "recruit_url": admin_link("satker_user_recruit", site=self.admin_site.name),
            "import_url": admin_link("satker_user_import", site=self.admin_site.name),
        }
        response: HttpResponse = super().changelist_view(
            request, {**doors, **(extra_context or {})}
        )
        return response

    def add_facts(self, request: HttpRequest, members: list[KegiatanMember]) -> None:
        """Add roles and open work to the members of one page."""
        rights = self.rights(request)
        ids = {member.user_id for member in members}
        activities = {member.kegiatan_statistik_id for member in members}
        units = open_units(rights.satker, ids, activities)
        held: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
        rows = KegiatanSatkerUserRole.objects.filter(
            user_id__in=ids, content_object__satker=rights.satker
        ).order_by("permission__codename")
        for user_id, kegiatan_id, role in rows.values_list(
            "user_id", "content_object__kegiatan_statistik_id", "permission__codename"
        ):
            held[user_id, kegiatan_id].append(role)
        for member in members:
            key = (member.user_id, member.kegiatan_statistik_id)
            member.held, member.open_units = held[key], units.get(key, 0)  # type: ignore[attr-defined]

    @display(description=gettext_lazy("Person"), ordering="user__name")
    def person(self, member: KegiatanMember) -> SafeString:
        """Name and email."""
        return render_to_string("satker/admin/cell_person.html", {"person": member.user})

    @display(description=gettext_lazy("Activity"), ordering="kegiatan_statistik__name")
    def kegiatan(self, member: KegiatanMember) -> str:
        """Which activity."""
        return str(member.kegiatan_statistik)

    @display(description=gettext_lazy("Roles"))
    def roles(self, member: Any) -> SafeString:
        """Roles here."""
        return render_to_string("kegiatan/members/cell_roles.html", {"roles": member.held})

    @display(description="PML", ordering="pml__name")
    def supervisor(self, member: KegiatanMember) -> str:
        """Who supervises."""
        return member.pml.name if member.pml else "–"

    @display(description=gettext_lazy("Open work"))
    def work(self, member: Any) -> int:
        """Units that are not done."""
        n: int = member.open_units
        return n

    @display(description=gettext_lazy("Last contact"), ordering="last_contact")
    def contact(self, member: KegiatanMember) -> SafeString:
        """When they were last seen."""
        return render_to_string("satker/admin/cell_contact.html", {"person": member})

    def row_title(self, row: Any) -> str:
        """Return the person and the activity."""
        return f"{row.user.name}, {row.kegiatan_statistik}"

    def get_urls(self) -> list[Any]:
        """Add the change of many."""
        view = self.admin_site.admin_view(self.crew_view)
        return [path("change/", view, name="kegiatan_kegiatanmember_crew"), *super().get_urls()]

    # --- one member

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a membership; take roles and supervisor."""
        member = self.fetch(request, object_id)
        rights = self.rights(request)
        place = KegiatanSatker.objects.select_related("satker").get(
            satker=rights.satker, kegiatan_statistik_id=member.kegiatan_statistik_id
        )
        self.add_facts(request, [member])
        given = roles_given(rights, place) if place.left_at is None else []
        form = MemberForm(
            given, supervisors([place])[place.pk], posted(request),
            initial={"roles": member.held, "pml": member.pml_id},
        )  # fmt: skip
        if request.method == "POST":
            if not given:
                raise PermissionDenied
            if form.is_valid():
                return self._saved(request, rights, place, member, form, given)
        return self.page(
            request, "kegiatan/members/member.html", member.user.name, member=member, form=form,
            given=given, fixed=[role for role in member.held if role not in given],
            person_url=admin_link(
                "satker_user_change", member.user_id, site=self.admin_site.name
            ),
            back=self._link("changelist"), history_url=self.history_url(member),
        )  # fmt: skip

    def _saved(
        self,
        request: HttpRequest,
        rights: OfficeRights,
        place: KegiatanSatker,
        member: Any,
        form: MemberForm,
        given: list[str],
    ) -> HttpResponse:
        wanted = set(form.cleaned_data["roles"])
        pml: User | None = form.cleaned_data["pml"]
        actor, user = rights.user, member.user
        try:
            with transaction.atomic():
                for role in given:
                    if role in wanted:
                        supervisor = pml if role == PPL else None
                        role_grant(actor=actor, kegiatan_satker=place, user=user, role=role,
                                   pml=supervisor)  # fmt: skip
                    elif role in member.held:
                        role_revoke(actor=actor, kegiatan_satker=place, user=user, role=role)
        except CerdasError as error:
            messages.error(request, error_text(error))
        else:
            messages.success(request, _("Roles and supervisor are saved."))
        return HttpResponseRedirect(self._link("change", member.pk))

    # --- many

    @admin.action(description=gettext_lazy("Change roles or supervisor"))
    def crew_action(
        self, request: HttpRequest, queryset: QuerySet[KegiatanMember]
    ) -> HttpResponse | None:
        """Ask what to change for the marked members of one activity."""
        members = list(queryset.order_by("user__name", "pk"))
        if len({member.kegiatan_statistik_id for member in members}) != 1:
            messages.error(request, _("Mark people of one activity: filter the list by it first."))
            return None
        return self._ask(request, members, None)

    def crew_view(self, request: HttpRequest) -> HttpResponse:
        """Carry it out."""
        members = self._named(request)
        rights = self.rights(request)
        form = CrewForm(rights, self._place(rights, members[0]), request.POST)
        if not form.is_valid():
            return self._ask(request, members, form)
        users = [member.user for member in members]
        try:
            with transaction.atomic():
                job = crew_change_start(request, rights, users, form.cleaned_data)
        except CerdasError as error:
            messages.error(request, error_text(error))
            job = None
        page = job and admin_link("cerdas_job_change", job.pk, site=self.admin_site.name)
        query = f"?kegiatan={members[0].kegiatan_statistik_id}"
        return HttpResponseRedirect(page or self._link("changelist") + query)

    def _ask(
        self, request: HttpRequest, members: list[KegiatanMember], form: CrewForm | None
    ) -> HttpResponse:
        rights = self.rights(request)
        form = form or CrewForm(rights, self._place(rights, members[0]))
        return self.page(
            request, "satker/admin/form.html", _("Change roles or supervisor"), form=form,
            people=[member.user for member in members[:20]], more=max(0, len(members) - 20),
            ids=",".join(str(member.pk) for member in members), submit=_("Change"),
            target=self._link("crew"), back=self._link("changelist"),
        )  # fmt: skip

    def _place(self, rights: OfficeRights, member: KegiatanMember) -> KegiatanSatker:
        places = KegiatanSatker.objects.select_related("kegiatan_statistik")
        return places.get(satker=rights.satker, kegiatan_statistik_id=member.kegiatan_statistik_id)

    def _named(self, request: HttpRequest) -> list[KegiatanMember]:
        """Return the members of a POST, of one activity; 404 for any that is not to be seen."""
        texts = [text for text in request.POST.get("ids", "").split(",") if text]
        ids = {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 18}
        members = list(self.get_queryset(request).filter(pk__in=ids).order_by("user__name", "pk"))
        activities = {member.kegiatan_statistik_id for member in members}
        if len(members) != len(set(texts)) or len(activities) != 1:
            raise Http404
        return members

    def _link(self, name: str, *args: Any) -> str:
        name = f"admin:kegiatan_kegiatanmember_{name}"
        return reverse(name, args=args, current_app=self.admin_site.name)
