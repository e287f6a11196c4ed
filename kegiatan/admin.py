"""Pages of activities: super_admin makes them; each office sees those that it carries out."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_base import GlobalAdmin, is_super_admin
from cerdas.admin_pages import LacksFilter, OwnPages, admin_link
from cerdas.admin_recheck import RecheckEverywhere
from cerdas.admin_sites import global_site
from cerdas.admin_theme import display
from kegiatan.admin_designer import DesignerDoors
from kegiatan.admin_drafts import DraftPages
from kegiatan.admin_publishing import PublishPages
from kegiatan.admin_versions import VersionPages, VersionPlace
from kegiatan.models import (
    FormDraft,
    FormVersion,
    KegiatanMember,
    KegiatanSatker,
    KegiatanStatistik,
)
from kegiatan.services.kegiatan import (
    kegiatan_create,
    kegiatan_satker_add,
    kegiatan_satker_leave,
    kegiatan_update,
)
from satker.models import Satker

FIELDS = (
    "name",
    "year",
    "start_date",
    "end_date",
    "extended_end_date",
    "sync_grace_days",
    "allow_new_assignments",
    "allow_without_region",
    "source",
)


class KegiatanForm(forms.ModelForm):
    """What super_admin fills in."""

    class Meta:
        model = KegiatanStatistik
        fields = FIELDS
        labels = {
            "name": gettext_lazy("Name"),
            "year": gettext_lazy("Year"),
            "start_date": gettext_lazy("First day"),
            "end_date": gettext_lazy("Last day"),
            "extended_end_date": gettext_lazy("Extended to"),
            "sync_grace_days": gettext_lazy("Days of grace"),
            "allow_new_assignments": gettext_lazy("New units may be added in the field"),
            "allow_without_region": gettext_lazy("Units without region code"),
            "source": gettext_lazy("Takes its units from"),
        }


class LacksOf(LacksFilter):
    """Activities without questionnaire or office."""

    lacks: ClassVar[Any] = {
        "form": (gettext_lazy("Questionnaire"), Q(version_count=0)),
        "office": (gettext_lazy("Offices"), Q(office_count=0)),
    }


@admin.register(KegiatanStatistik, site=global_site)
class KegiatanAdmin(
    VersionPages,
    DraftPages,
    DesignerDoors,
    PublishPages,
    RecheckEverywhere,
    OwnPages,
    GlobalAdmin,
):
    """Activities for super_admin: make, change, offices, questionnaires."""

    form = KegiatanForm
    list_display = ["named", "period", "form_state", "offices"]
    list_filter = [LacksOf, "year"]
    search_fields = ["name"]
    search_help_text = gettext_lazy("Name of the activity")
    ordering = ["-year", "name"]
    change_form_outer_after_template = "kegiatan/admin/kegiatan_parts.html"
    fieldsets = [
        (None, {"fields": [("name", "year"), "source"]}),
        (
            gettext_lazy("Field period"),
            {"fields": [("start_date", "end_date"), ("extended_end_date", "sync_grace_days")]},
        ),
        (
            gettext_lazy("Rules"),
            {"fields": ["allow_new_assignments", "allow_without_region"]},
        ),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return True for super_admin."""
        return is_super_admin(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return True for super_admin."""
        return is_super_admin(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return activities with what the list counts."""
        taking_part = Count(
            "kegiatan_satkers", filter=Q(kegiatan_satkers__left_at__isnull=True), distinct=True
        )
        rows = super().get_queryset(request).defer("form_schema")
        return rows.annotate(
            office_count=taking_part, version_count=Count("form_versions", distinct=True)
        )

    def related_choices(self, request: HttpRequest, model: Any) -> QuerySet[Any]:
        """Return choices without their questionnaires, which may be large."""
        rows = super().related_choices(request, model)
        return rows.defer("form_schema") if model is KegiatanStatistik else rows

    @display(description=gettext_lazy("Name"), ordering="name")
    def named(self, kegiatan: KegiatanStatistik) -> str:
        """Return name and year."""
        return str(kegiatan)

    @display(description=gettext_lazy("Period"), ordering="start_date")
    def period(self, kegiatan: KegiatanStatistik) -> str:
        """Return first and last day."""
        last = kegiatan.extended_end_date or kegiatan.end_date
        return f"{date_format(kegiatan.start_date, 'j M Y')} – {date_format(last, 'j M Y')}"

    @display(description=gettext_lazy("Questionnaire"))
    def form_state(self, kegiatan: Any) -> str:
        """Return the newest version, or that there is none."""
        if not kegiatan.version_count:
            return _("none yet")
        return _("version %(n)d") % {"n": kegiatan.form_version}

    @display(description=gettext_lazy("Offices"), ordering="office_count")
    def offices(self, kegiatan: Any) -> int:
        """Return how many offices take part."""
        count: int = kegiatan.office_count
        return count

    def save_model(
        self, request: HttpRequest, obj: KegiatanStatistik, form: Any, change: bool
    ) -> None:
        """Make or change an activity through its service."""
        actor: Any = request.user
        values = {name: form.cleaned_data[name] for name in FIELDS}
        if change:
            kegiatan_update(actor=actor, kegiatan=obj, **values)
            return
        made = kegiatan_create(actor=actor, **values)
        obj.pk = made.pk

    def get_urls(self) -> list[Any]:
        """Add offices and questionnaires."""

        def own(route: str, view: Callable[..., HttpResponse], name: str) -> Any:
            route = f"<uuid:kegiatan_id>/{route}"
            return path(route, self.admin_site.admin_view(view), name=f"kegiatan_{name}")

        return [
            own("offices/add/", self.offices_add_view, "offices_add"),
            own("offices/<int:place_id>/leave/", self.office_leave_view, "office_leave"),
            own("offices/<int:place_id>/return/", self.office_return_view, "office_return"),
            own("form/publish/", self.publish_view, "form_publish"),
            own("recheck/", self.recheck_view, "recheck"),
            own("form/<int:version>/", self.form_view, "form_version"),
            own("form/<int:version>/download/", self.form_download_view, "form_download"),
            own("form/", self.versions_view, "form_versions"),
            own("form/<int:version>/as/<str:form>/", self.form_export_view, "form_export"),
            own("form/draft/as/<str:form>/", self.draft_export_view, "draft_export"),
            own("form/compare/", self.form_compare_view, "form_compare"),
            own("form/draft/", self.draft_view, "draft"),
            own("form/draft/publish/", self.draft_publish_view, "draft_publish"),
            own("form/draft/discard/", self.draft_discard_view, "draft_discard"),
            *self.designer_urls(),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list under its name."""
        context = {"title": _("Activities"), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the form with offices and questionnaires below it."""
        kegiatan = self.fetch(request, object_id)
        context = {**self._parts(kegiatan), **(extra_context or {})}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def _parts(self, kegiatan: KegiatanStatistik) -> dict[str, Any]:
        places = (
            KegiatanSatker.objects.filter(kegiatan_statistik=kegiatan)
            .select_related("satker")
            .order_by("left_at", "satker__code")
        )
        versions = (
            FormVersion.objects.filter(kegiatan=kegiatan)
            .defer("schema")
            .select_related("published_by")
            .order_by("-version")
        )
        return {
            "kegiatan": kegiatan,
            "places": [(place, self._place_link(kegiatan, place)) for place in places],
            "versions": [
                (row, self._link("form_version", kegiatan.pk, row.version)) for row in versions
            ],
            "offices_add_url": self._link("offices_add", kegiatan.pk),
            "publish_url": self._link("form_publish", kegiatan.pk),
            "versions_url": self._link("form_versions", kegiatan.pk),
            "draft_url": self._link("draft", kegiatan.pk),
            "recheck_url": self._link("recheck", kegiatan.pk),
        }

    def offices_add_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Choose offices that carry out the activity from now on."""
        kegiatan = self.fetch(request, kegiatan_id)
        taking_part = KegiatanSatker.objects.filter(kegiatan_statistik=kegiatan)
        choices = Satker.objects.exclude(pk__in=taking_part.values("satker"))
        chosen = list(choices.filter(pk__in=_ids(request.POST.getlist("satker"))))
        if request.method == "POST" and chosen:
            return self._offices_added(request, kegiatan, chosen)
        if request.method == "POST":
            messages.error(request, _("Choose at least one office."))
        return self.page(
            request, "kegiatan/admin/offices_add.html", _("Offices that take part"),
            kegiatan=kegiatan, choices=choices, back=self._change(kegiatan),
        )  # fmt: skip

    def _offices_added(
        self, request: HttpRequest, kegiatan: KegiatanStatistik, chosen: list[Satker]
    ) -> HttpResponse:
        actor: Any = request.user

        def work() -> HttpResponse:
            for satker in chosen:
                kegiatan_satker_add(actor=actor, kegiatan=kegiatan, satker=satker)
            messages.success(request, _("%(n)d offices take part now.") % {"n": len(chosen)})
            return HttpResponseRedirect(self._change(kegiatan))

        return self.refusals_shown(request, work)

    def office_leave_view(
        self, request: HttpRequest, kegiatan_id: UUID, place_id: int
    ) -> HttpResponse:
        """Ask, then end an office's part."""
        kegiatan, place = self._place(request, kegiatan_id, place_id)
        actor: Any = request.user
        if request.method == "POST":
            kegiatan_satker_leave(actor=actor, kegiatan_satker=place)
            messages.success(request, _("The office does not take part any more."))
            return HttpResponseRedirect(self._change(kegiatan))
        members = KegiatanMember.objects.filter(
            satker=place.satker, kegiatan_statistik=kegiatan, left_at__isnull=True
        )
        return self._ask(request, kegiatan, place, "leave", members.count())

    def office_return_view(
        self, request: HttpRequest, kegiatan_id: UUID, place_id: int
    ) -> HttpResponse:
        """Ask, then let an office take part again."""
        kegiatan, place = self._place(request, kegiatan_id, place_id)
        actor: Any = request.user
        if request.method == "POST":
            kegiatan_satker_add(actor=actor, kegiatan=kegiatan, satker=place.satker)
            messages.success(request, _("The office takes part again."))
            return HttpResponseRedirect(self._change(kegiatan))
        return self._ask(request, kegiatan, place, "return", 0)

    def _ask(
        self,
        request: HttpRequest,
        kegiatan: KegiatanStatistik,
        place: KegiatanSatker,
        what: str,
        members: int,
    ) -> HttpResponse:
        titles = {
            "leave": _("End the part of this office?"),
            "return": _("Let it take part again?"),
        }
        return self.page(
            request, "kegiatan/admin/office_confirm.html", titles[what], kegiatan=kegiatan,
            place=place, asks=what, members=members, back=self._change(kegiatan),
        )  # fmt: skip

    def version_place(self, request: HttpRequest, key: Any) -> VersionPlace:
        """Return an activity, with the responses of all offices."""
        kegiatan = self.fetch(request, key)
        back = self._change(kegiatan)
        return VersionPlace(kegiatan, kegiatan.pk, self.admin_site.name, None, back)

    def version_extras(self, request: HttpRequest, place: VersionPlace) -> dict[str, Any]:
        """Add the draft to the list of versions."""
        draft = FormDraft.objects.filter(kegiatan=place.kegiatan).defer("text")
        return {
            "has_draft_pages": True,
            "draft": draft.select_related("updated_by").first(),
            "draft_url": place.link("draft"),
            "publish_url": place.link("form_publish"),
            "recheck_url": place.link("recheck"),
        }

    def _place(
        self, request: HttpRequest, kegiatan_id: UUID, place_id: int
    ) -> tuple[KegiatanStatistik, KegiatanSatker]:
        kegiatan = self.fetch(request, kegiatan_id)
        rows = KegiatanSatker.objects.filter(kegiatan_statistik=kegiatan, pk__in=_small(place_id))
        place = rows.select_related("satker").first()
        if place is None:
            raise Http404
        return kegiatan, place

    def _place_link(self, kegiatan: KegiatanStatistik, place: KegiatanSatker) -> str:
        name = "office_leave" if place.left_at is None else "office_return"
        return self._link(name, kegiatan.pk, place.pk)

    def _change(self, kegiatan: KegiatanStatistik) -> str:
        name = "kegiatan_kegiatanstatistik_change"
        return admin_link(name, kegiatan.pk, site=self.admin_site.name)

    def _link(self, name: str, *args: Any) -> str:
        return admin_link(f"kegiatan_{name}", *args, site=self.admin_site.name)


def _small(number: int) -> list[int]:
    """Return a number of an address when a column can hold it."""
    return [number] if number < 2**31 else []


def _ids(texts: list[str]) -> list[UUID]:
    """Return what can be an id of the values of a form."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


from kegiatan import admin_activities, admin_members  # noqa: E402, F401 (registers)
