"""Pages about one person of the office."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from assignments.services.releasing import HasOpenWork, open_work_of, user_release
from cerdas.admin_base import error_text
from cerdas.admin_pages import admin_link
from cerdas.admin_rights import OfficeRights
from cerdas.errors import CerdasError
from kegiatan.admin_crew import (
    members_here,
    open_units,
    people_facts,
    posted,
)
from satker.admin_cards import card_of
from satker.admin_forms import MAIL, PersonForm, RenameForm
from satker.admin_people_frame import Page, PeopleFrame
from satker.models import User
from satker.permissions import ADMIN_SATKER
from satker.services.account_links import account_links_issue
from satker.services.people import user_activate, user_create, user_deactivate
from satker.services.people_mail import link_mail
from satker.services.person_editing import user_rename
from satker.services.roles import satker_role_grant, satker_role_revoke


class PersonPages(PeopleFrame):
    """One person: shown, renamed, made, released, deactivated, given a link."""

    def get_urls(self) -> list[Any]:
        """Add the pages."""

        def own(route: str, view: Page, name: str) -> Any:
            view = self.admin_site.admin_view(view)
            return path(f"<uuid:user_id>/{route}", view, name=f"satker_user_{name}")

        return [
            own("release/", self.release_view, "release"),
            own("active/", self.active_view, "active"),
            own("link/", self.link_view, "link"),
            own("admin/", self.admin_role_view, "admin_role"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def row_title(self, row: Any) -> str:
        """Return the name."""
        return str(row.name)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a person: roles, work, devices, what can be done; take a new name."""
        person = self.fetch(request, object_id)
        rights = self.rights(request)
        form = RenameForm(posted(request), initial={"name": person.name})
        if request.method == "POST":
            rights = self.office_rights_only(request)
            if form.is_valid():
                return self._renamed(request, rights, person, form.cleaned_data["name"])
        return self.page(
            request, "satker/admin/person.html", person.name, **self._shown(rights, person),
            form=form, person=person, rights=rights, back=self.link("changelist"),
            history_url=self.history_url(person),
        )  # fmt: skip

    def _renamed(
        self, request: HttpRequest, rights: OfficeRights, person: User, name: str
    ) -> HttpResponse:
        def work() -> HttpResponse:
            user_rename(actor=rights.user, satker=rights.satker, user=person, name=name)
            messages.success(request, _("The name is changed. Links given out before have ended."))
            return HttpResponseRedirect(self.link("change", person.pk))

        return self.tried(request, work, self.link("change", person.pk))

    def _shown(self, rights: OfficeRights, person: User) -> dict[str, Any]:
        only = None if rights.sees_all else rights.kegiatan_ids
        facts = people_facts(rights.satker, [person.pk], only)[person.pk]
        units = open_units(rights.satker, [person.pk], only)
        held: dict[UUID, list[str]] = {}
        for role in facts.roles:
            if role.kegiatan_id is not None:
                held.setdefault(role.kegiatan_id, []).append(role.role)
        members = (
            members_here(rights).filter(user=person).select_related("kegiatan_statistik", "pml")
        )
        rows = [
            {
                "member": member,
                "roles": held.get(member.kegiatan_statistik_id, []),
                "open": units.get((person.pk, member.kegiatan_statistik_id), 0),
                "url": admin_link(
                    "kegiatan_kegiatanmember_change", member.pk, site=self.admin_site.name
                ),
            }
            for member in members.order_by("left_at", "-kegiatan_statistik__year")
        ]
        return {
            "memberships": rows,
            "open_units": facts.open_units,
            "is_admin_satker": any(role.role == ADMIN_SATKER for role in facts.roles),
            "is_self": rights.user.pk == person.pk,
            "urls": {
                name: self.link(name, person.pk)
                for name in ("release", "active", "link", "admin_role")
            },
            "roles_url": self.link("roles"),
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Make an account of the office."""
        rights = self.office_rights_only(request)
        form = PersonForm(posted(request))
        if request.method == "POST" and form.is_valid():
            try:
                return self._created(request, rights, form.cleaned_data)
            except CerdasError as error:
                form.add_error(None, error_text(error))
        return self.page(
            request, "satker/admin/form.html", _("New person"), form=form, submit=_("Create"),
            intro=_("Somebody who has an account already is recruited by email instead."),
            back=self.link("changelist"),
        )  # fmt: skip

    def _created(
        self, request: HttpRequest, rights: OfficeRights, given: dict[str, Any]
    ) -> HttpResponse:
        user = user_create(
            actor=rights.user,
            satker=rights.satker,
            email=given["email"],
            name=given["name"],
            password=given["password"],
        )
        messages.success(request, _("The account of %(name)s is made.") % {"name": user.name})
        if given["how"] == MAIL:
            self._mail_link(request, rights, user)
        if given["password"] is None and given["how"] != MAIL:
            return HttpResponseRedirect(self.link("link", user.pk))
        return HttpResponseRedirect(self.link("change", user.pk))

    def _mail_link(self, request: HttpRequest, rights: OfficeRights, user: User) -> None:
        made = account_links_issue(
            actor=rights.user, satker=rights.satker, users=[user], is_mailed=True
        )[0]
        link_mail(user=user, satker=rights.satker, url=request.build_absolute_uri(made.path))
        messages.success(
            request, _("A one-time link was sent to %(email)s.") % {"email": user.email}
        )

    def release_view(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """List the open work, ask, then release a person from the office."""
        rights = self.office_rights_only(request)
        person = self.fetch(request, user_id)
        leave_open = request.POST.get("leave_open") == "on"
        if request.method == "POST":
            try:
                return self._released(request, rights, person, leave_open=leave_open)
            except HasOpenWork as error:
                messages.error(request, error.message)
            except CerdasError as error:
                messages.error(request, error_text(error))
        work = open_work_of(user=person)
        return self.page(
            request, "satker/admin/release.html",
            _("Release %(name)s from the office") % {"name": person.name},
            person=person, work=work, total=sum(part.total for part in work),
            back=self.link("change", person.pk),
        )  # fmt: skip

    def _released(
        self, request: HttpRequest, rights: OfficeRights, person: User, *, leave_open: bool
    ) -> HttpResponse:
        done = user_release(
            actor=rights.user, satker=rights.satker, user=person, leave_open=leave_open
        )
        words = _("%(name)s is released: %(n)d activities ended.")
        messages.success(request, words % {"name": person.name, "n": done.memberships_ended})
        return HttpResponseRedirect(self.link("changelist"))

    def active_view(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Ask, then deactivate or activate an account."""
        rights = self.office_rights_only(request)
        person = self.fetch(request, user_id)
        if request.method == "POST":
            change = user_deactivate if request.POST.get("active") == "no" else user_activate

            def work() -> HttpResponse:
                change(actor=rights.user, satker=rights.satker, user=person)
                messages.success(request, _("The account of %(name)s is changed.")
                                 % {"name": person.name})  # fmt: skip
                return HttpResponseRedirect(self.link("change", person.pk))

            return self.tried(request, work, self.link("change", person.pk))
        return self.page(
            request, "satker/admin/active.html", person.name, person=person,
            back=self.link("change", person.pk),
        )  # fmt: skip

    def link_view(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Ask, then make a one-time link and show it once, or send it by mail."""
        rights = self.office_rights_only(request)
        person = self.fetch(request, user_id)
        back = self.link("change", person.pk)
        card = None
        if request.method == "POST":
            try:
                if request.POST.get("how") == MAIL:
                    self._mail_link(request, rights, person)
                    return HttpResponseRedirect(back)
                card = card_of(request, rights, person)
            except CerdasError as error:
                messages.error(request, error_text(error))
        response = self.page(
            request, "satker/admin/link.html",
            _("One-time link for %(name)s") % {"name": person.name},
            person=person, card=card, back=back,
        )  # fmt: skip
        response["Cache-Control"] = "no-store"
        return response

    def admin_role_view(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Make a person admin_satker, or end that."""
        rights = self.office_rights_only(request)
        person = self.fetch(request, user_id)
        if request.method != "POST":
            raise Http404
        change = satker_role_revoke if request.POST.get("take") == "yes" else satker_role_grant

        def work() -> HttpResponse:
            change(actor=rights.user, satker=rights.satker, user=person)
            messages.success(request, _("The role is changed."))
            return HttpResponseRedirect(self.link("change", person.pk))

        return self.tried(request, work, self.link("change", person.pk))
