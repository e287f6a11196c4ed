"""Invitations of an office: who was asked, what became of it, and taking one back."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_base import OfficeAdmin, error_text
from cerdas.admin_pages import OwnPages, admin_link
from cerdas.admin_sites import satker_site
from cerdas.admin_theme import display
from cerdas.errors import CerdasError
from cerdas.jobs.services import job_start
from kegiatan.models import KegiatanStatistik
from kegiatan.services.recruiting import invitation_withdraw
from satker.admin_people_frame import letters_arguments
from satker.admin_people_many import PEOPLE_SHOWN
from satker.background import INVITATIONS_MAIL
from satker.models import Invitation, InvitationState
from satker.services.people_mail import invitation_mail

_STYLES = {
    InvitationState.WAITING: "c-warn",
    InvitationState.ACCEPTED: "c-job-done",
    InvitationState.DECLINED: "c-bad",
    InvitationState.WITHDRAWN: "",
}


@admin.register(Invitation, site=satker_site)
class InvitationAdmin(OwnPages, OfficeAdmin):
    """The office's invitations; an admin_kegiatan sees those into their activities."""

    kegiatan_path = "kegiatan_id"
    list_display = ["email", "role_shown", "activity", "invited_by_name", "state_shown", "asked_on"]
    list_filter = ["state", "role"]
    search_fields = ["email"]
    search_help_text = gettext_lazy("Email")
    empty_words = gettext_lazy("Whom you recruit and is not in your office yet is invited.")
    ordering = ["-created_at"]
    actions = ["mail_action", "withdraw_action"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        """Add the name of the activity in the same query."""
        named = KegiatanStatistik.objects.filter(pk=OuterRef("kegiatan_id")).values("name")
        rows = super().get_queryset(request).select_related("invited_by", "satker")
        found: QuerySet[Invitation] = rows.annotate(kegiatan_name=Subquery(named[:1]))
        return found

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list."""
        context = {"title": _("Invitations"), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    @display(description=gettext_lazy("Role"), ordering="role")
    def role_shown(self, invitation: Invitation) -> str:
        """What as."""
        return invitation.role

    @display(description=gettext_lazy("Activity"))
    def activity(self, invitation: Any) -> str:
        """What for."""
        return invitation.kegiatan_name or _("The office itself")

    @display(description=gettext_lazy("Invited by"), ordering="invited_by__name")
    def invited_by_name(self, invitation: Invitation) -> str:
        """Who asked."""
        return invitation.invited_by.name

    @display(description=gettext_lazy("State"), ordering="state")
    def state_shown(self, invitation: Invitation) -> SafeString:
        """What became of it."""
        style = _STYLES[InvitationState(invitation.state)]
        html = '<span class="c-badge {}">{}</span>'
        return format_html(html, style, invitation.get_state_display())

    @display(description=gettext_lazy("Invited on"), ordering="created_at")
    def asked_on(self, invitation: Invitation) -> str:
        """When."""
        moment = timezone.localtime(invitation.created_at, ZoneInfo(invitation.satker.time_zone))
        return date_format(moment, "j M Y")

    def get_urls(self) -> list[Any]:
        """Add withdrawing and sending again."""

        def own(route: str, view: Any, name: str) -> Any:
            view = self.admin_site.admin_view(view)
            return path(f"<uuid:invitation_id>/{route}", view, name=f"satker_invitation_{name}")

        return [
            own("withdraw/", self.withdraw_view, "withdraw"),
            own("mail/", self.mail_view, "mail"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show an invitation with what can be done about it."""
        invitation = self.fetch(request, object_id)
        return self.page(
            request, "satker/admin/invitation.html", invitation.email, invitation=invitation,
            is_waiting=invitation.state == InvitationState.WAITING,
            withdraw_url=self._link("withdraw", invitation.pk),
            mail_url=self._link("mail", invitation.pk), back=self._link("changelist"),
            history_url=self.history_url(invitation),
        )  # fmt: skip

    def withdraw_view(self, request: HttpRequest, invitation_id: UUID) -> HttpResponse:
        """Take one back."""
        invitation = self._posted(request, invitation_id)
        self._withdraw(request, [invitation])
        return HttpResponseRedirect(self._link("changelist"))

    def mail_view(self, request: HttpRequest, invitation_id: UUID) -> HttpResponse:
        """Send the letter again."""
        invitation = self._posted(request, invitation_id)
        if invitation.state == InvitationState.WAITING:
            url = request.build_absolute_uri("/home/")
            satker = self.rights(request).satker
            invitation_mail(email=invitation.email, satker=satker, url=url)
            messages.success(request, _("The invitation was sent again."))
        return HttpResponseRedirect(self._link("change", invitation.pk))

    @admin.action(description=gettext_lazy("Send the invitations by mail"))
    def mail_action(
        self, request: HttpRequest, queryset: QuerySet[Invitation]
    ) -> HttpResponse | None:
        """Ask, then send the letters of the marked ones as a job."""
        waiting = queryset.filter(state=InvitationState.WAITING).order_by("email")
        if request.POST.get("confirmed") == "yes":
            return self._mail(request, list(waiting.values_list("pk", flat=True)))
        count = waiting.count()
        return self.page(
            request, "satker/admin/mail_ask.html", _("Send the invitations by mail"),
            shown=list(waiting[:PEOPLE_SHOWN]), more=max(0, count - PEOPLE_SHOWN), count=count,
            left_out=queryset.count() - count, action="mail_action", target="",
            marked=request.POST.getlist("_selected_action"), back=self._link("changelist"),
            across=request.POST.get("select_across", "0"),
        )  # fmt: skip

    def _mail(self, request: HttpRequest, ids: list[UUID]) -> HttpResponse:
        rights = self.rights(request)
        job = job_start(
            actor=rights.user,
            satker=rights.satker,
            kind=INVITATIONS_MAIL,
            title=_("%(n)d invitations by mail") % {"n": len(ids)},
            arguments=letters_arguments(request, ids),
        )
        messages.info(request, _("The letters are being sent. This page shows how far it is."))
        page = admin_link("cerdas_job_change", job.pk, site=self.admin_site.name)
        return HttpResponseRedirect(page or self._link("changelist"))

    @admin.action(description=gettext_lazy("Withdraw"))
    def withdraw_action(
        self, request: HttpRequest, queryset: QuerySet[Invitation]
    ) -> HttpResponse | None:
        """Ask, then take the marked ones back."""
        waiting = queryset.filter(state=InvitationState.WAITING).order_by("email")
        if request.POST.get("confirmed") == "yes":
            self._withdraw(request, list(waiting))
            return None
        return self.page(
            request, "satker/admin/withdraw.html", _("Withdraw invitations"),
            invitations=list(waiting[:200]), count=waiting.count(), back=self._link("changelist"),
            marked=request.POST.getlist("_selected_action"),
            across=request.POST.get("select_across", "0"),
        )  # fmt: skip

    def _withdraw(self, request: HttpRequest, invitations: list[Invitation]) -> None:
        rights = self.rights(request)
        try:
            with transaction.atomic():
                for invitation in invitations:
                    invitation_withdraw(
                        actor=rights.user, satker=rights.satker, invitation_id=invitation.pk
                    )
        except CerdasError as error:
            messages.error(request, error_text(error))
            return
        messages.success(request, _("%(n)d invitations withdrawn.") % {"n": len(invitations)})

    def _posted(self, request: HttpRequest, invitation_id: UUID) -> Invitation:
        if request.method != "POST":
            raise Http404
        invitation: Invitation = self.fetch(request, invitation_id)
        return invitation

    def _link(self, name: str, *args: Any) -> str:
        name = f"admin:satker_invitation_{name}"
        return reverse(name, args=args, current_app=self.admin_site.name)
