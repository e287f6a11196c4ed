"""Pages about many people of the office: recruit, import, give roles, print cards."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_base import error_text
from cerdas.admin_pages import admin_link
from cerdas.admin_rights import OfficeRights
from cerdas.admin_theme import action
from cerdas.errors import CerdasError
from cerdas.jobs.services import job_start
from cerdas.request_body import body_limit
from kegiatan.admin_crew import (
    RoleForm,
    crew_change_start,
    posted,
)
from kegiatan.background import PEOPLE_CHECK, PEOPLE_IMPORT
from kegiatan.people_files import COLUMNS, FILE_BYTES
from kegiatan.selectors import kegiatan_of_office
from kegiatan.services.recruiting import INVITED, recruit
from satker.admin_cards import cards_of
from satker.admin_forms import ImportForm, RecruitForm
from satker.admin_people_frame import Page, PeopleFrame, letters_arguments
from satker.background import LINKS_MAIL
from satker.models import User
from satker.services.people_mail import invitation_mail

PEOPLE_SHOWN = 20
CARDS_AT_ONCE = 400  # people per print: each link takes a signature and a QR code


class ManyPages(PeopleFrame):
    """Pages that are about no single person yet, or about many."""

    def get_urls(self) -> list[Any]:
        """Add the pages."""

        def own(route: str, view: Page, name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"satker_user_{name}")

        return [
            own("recruit/", self.recruit_view, "recruit"),
            own("import/", self.import_view, "import"),
            own("import/template.csv", self.template_view, "import_template"),
            own("roles/", self.roles_view, "roles"),
            own("cards/", self.cards_view, "cards"),
            own("mail/", self.mail_links_view, "mail_links"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    # --- recruiting and import

    def recruit_view(self, request: HttpRequest) -> HttpResponse:
        """Bring somebody in by exact email, and say in words what came of it."""
        rights = self.rights(request)
        initial = {"place": request.GET.get("place"), "email": request.GET.get("email")}
        form = RecruitForm(rights, posted(request), initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                return self._recruited(request, rights, form.cleaned_data)
            except CerdasError as error:
                form.add_error(None, error_text(error))
        return self.page(
            request, "satker/admin/form.html", _("Recruit by email"), form=form,
            submit=_("Recruit"), back=self.link("changelist"),
            intro=_("A person of your office gets the role at once; any other address gets an "
                    "invitation. Every look-up is written down."),
        )  # fmt: skip

    def _recruited(
        self, request: HttpRequest, rights: OfficeRights, given: dict[str, Any]
    ) -> HttpResponse:
        done = recruit(
            actor=rights.user,
            satker=rights.satker,
            email=given["email"],
            role=given["role"],
            kegiatan_satker=given["place"],
            pml=given["pml"],
        )
        email = given["email"].strip().lower()
        if done.outcome == INVITED:
            invitation_mail(
                email=email, satker=rights.satker, url=request.build_absolute_uri("/home/")
            )
            words = _("%(email)s is invited. They accept after signing in with this address.")
        else:
            words = _("%(email)s works for your office and has the role now.")
        messages.success(request, words % {"email": email})
        return HttpResponseRedirect(self.link("recruit"))

    @body_limit(FILE_BYTES + 2**20)
    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file of people and check or import it as a job."""
        rights = self.rights(request)
        form = ImportForm(self._activities(rights), posted(request), request.FILES or None)
        if request.method == "POST" and form.is_valid():
            return self._import_started(request, rights, form.cleaned_data)
        return self.page(
            request, "satker/admin/import.html", _("Import people"), form=form,
            template_url=self.link("import_template"), rights=rights,
            back=self.link("changelist"),
        )  # fmt: skip

    def _activities(self, rights: OfficeRights) -> list[tuple[str, str]]:
        rows = kegiatan_of_office(rights.satker.pk)
        if not rights.sees_all:
            rows = rows.filter(pk__in=rights.kegiatan_ids)
        return [(str(row.pk), str(row)) for row in rows]

    def _import_started(
        self, request: HttpRequest, rights: OfficeRights, given: dict[str, Any]
    ) -> HttpResponse:
        is_check = given["what"] == "check"
        file = given["file"]
        title = _("Check people: %(file)s") if is_check else _("Import people: %(file)s")
        job = job_start(
            actor=rights.user,
            satker=rights.satker,
            kind=PEOPLE_CHECK if is_check else PEOPLE_IMPORT,
            title=title % {"file": file.name},
            arguments={
                "kegiatan": given["kegiatan"] or None,
                "skip_bad": given["what"] == "skip_bad",
            },
            file=file,
            file_name=file.name,
        )
        messages.info(request, _("The file is being read. This page shows how far it is."))
        page = admin_link("cerdas_job_change", job.pk, site=self.admin_site.name)
        return HttpResponseRedirect(page or self.link("changelist"))

    def template_view(self, request: HttpRequest) -> HttpResponse:
        """Give an empty file to fill in."""
        self.rights(request)
        content = "\ufeff" + ",".join(COLUMNS) + "\r\n"
        response = HttpResponse(content, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="people.csv"'
        return response

    # --- many people

    @action(description=gettext_lazy("Give a role in an activity"))
    def give_role_action(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse:
        """Ask which role."""
        return self._ask_role(
            request, list(queryset.order_by("pk")), RoleForm(self.rights(request))
        )

    def roles_view(self, request: HttpRequest) -> HttpResponse:
        """Give a role to the people named."""
        rights = self.rights(request)
        people = self._people_named(request)
        is_asked = "place" in request.POST
        form = RoleForm(rights, request.POST if is_asked else None)
        if is_asked and form.is_valid():

            def work() -> HttpResponse:
                job = crew_change_start(request, rights, people, form.cleaned_data)
                page = job and admin_link("cerdas_job_change", job.pk, site=self.admin_site.name)
                return HttpResponseRedirect(page or self._after(people))

            return self.tried(request, work, self._after(people))
        return self._ask_role(request, people, form)

    def _after(self, people: list[User]) -> str:
        return self.link("change", people[0].pk) if len(people) == 1 else self.link("changelist")

    def _ask_role(self, request: HttpRequest, people: list[User], form: RoleForm) -> HttpResponse:
        return self.page(
            request, "satker/admin/form.html", _("Give a role in an activity"), form=form,
            people=people[:20], more=max(0, len(people) - 20), submit=_("Give the role"),
            ids=",".join(str(user.pk) for user in people), target=self.link("roles"),
            back=self._after(people) if people else self.link("changelist"),
        )  # fmt: skip

    @action(description=gettext_lazy("Print account cards"))
    def print_cards_action(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse:
        """Ask before links given out earlier end."""
        people = list(queryset.order_by("name", "email"))
        active = [user for user in people if user.is_active]
        return self.page(
            request, "satker/admin/cards_ask.html", _("Print account cards"),
            people=active, too_many=len(active) > CARDS_AT_ONCE, limit=CARDS_AT_ONCE,
            left_out=len(people) - len(active), target=self.link("cards"),
            signed_in=sum(user.has_usable_password() for user in active),
            ids=",".join(str(user.pk) for user in active), back=self.link("changelist"),
        )  # fmt: skip

    def cards_view(self, request: HttpRequest) -> HttpResponse:
        """Make the links and give the page to print."""
        rights = self.office_rights_only(request)
        people = self._people_named(request)[:CARDS_AT_ONCE]

        def work() -> HttpResponse:
            cards = cards_of(request, rights, people)
            response = self.page(
                request, "satker/admin/cards.html", _("Account cards"), cards=cards,
                satker=rights.satker, back=self.link("changelist"),
            )  # fmt: skip
            response["Cache-Control"] = "no-store"
            return response

        return self.tried(request, work, self.link("changelist"))

    @action(description=gettext_lazy("Send one-time links by mail"))
    def mail_links_action(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse:
        """Ask, and say how many letters there are."""
        self.office_rights_only(request)
        people = list(queryset.order_by("name", "email"))
        active = [user for user in people if user.is_active]
        return self.page(
            request, "satker/admin/mail_ask.html", _("Send one-time links by mail"),
            shown=active[:PEOPLE_SHOWN], more=max(0, len(active) - PEOPLE_SHOWN),
            count=len(active), left_out=len(people) - len(active),
            signed_in=sum(user.has_usable_password() for user in active),
            ids=",".join(str(user.pk) for user in active),
            target=self.link("mail_links"), back=self.link("changelist"),
        )  # fmt: skip

    def mail_links_view(self, request: HttpRequest) -> HttpResponse:
        """Start the job that makes and sends the links."""
        rights = self.office_rights_only(request)
        people = self._people_named(request)
        job = job_start(
            actor=rights.user,
            satker=rights.satker,
            kind=LINKS_MAIL,
            title=_("One-time links by mail to %(n)d people") % {"n": len(people)},
            arguments=letters_arguments(request, [user.pk for user in people]),
        )
        messages.info(request, _("The letters are being sent. This page shows how far it is."))
        page = admin_link("cerdas_job_change", job.pk, site=self.admin_site.name)
        return HttpResponseRedirect(page or self.link("changelist"))

    def _people_named(self, request: HttpRequest) -> list[User]:
        """Return the people of a POST; 404 when one of them is not this admin's to see."""
        if request.method != "POST":
            raise Http404
        try:
            ids = {UUID(text) for text in request.POST.get("ids", "").split(",") if text}
        except ValueError as error:
            raise Http404 from error
        people = list(self.get_queryset(request).filter(pk__in=ids).order_by("name", "email"))
        if not ids or len(people) != len(ids):
            raise Http404
        return people
