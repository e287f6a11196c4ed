"""Pages of offices: super_admin makes them with their area and first admin; offices see theirs."""

import re
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_base import GlobalAdmin, OfficeAdmin, error_text, is_super_admin
from cerdas.admin_pages import LacksFilter, OwnPages, admin_link, joined
from cerdas.admin_rights import OfficeRights
from cerdas.admin_sites import global_site, satker_site
from cerdas.admin_theme import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    display,
)
from cerdas.errors import CerdasError
from cerdas.tenancy import tenant_scope
from kegiatan.services.recruiting import INVITED, recruit
from masterdata.selectors import wilayah_names
from satker.area_check import LEADER, NONE, area_gaps, area_overlaps
from satker.models import EVERYWHERE, Satker, SatkerUserRole, SatkerWilayahTugas, User
from satker.permissions import ADMIN_SATKER
from satker.selectors import satker_prefixes
from satker.services.offices import satker_update
from satker.services.people import user_create
from satker.services.roles import satker_role_grant
from satker.services.satkers import satker_create, satker_prefixes_set

AREA_SHOWN = 200
_LEVELS = {
    0: gettext_lazy("everywhere"),
    1: gettext_lazy("province"),
    2: gettext_lazy("kabupaten or kota"),
    3: gettext_lazy("kecamatan"),
    4: gettext_lazy("desa or kelurahan"),
    5: gettext_lazy("SLS"),
    6: gettext_lazy("sub-SLS"),
}


_OFFICE_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")


class OfficeForm(forms.ModelForm):
    """An office with its area as a list of codes."""

    prefixes = forms.CharField(
        label=gettext_lazy("Area"),
        help_text=gettext_lazy(
            "Region codes of 2, 4, 7, 10, 14 or 16 digits, one per line, or * for the head office."
        ),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )

    class Meta:
        model = Satker
        fields = ("code", "name", "time_zone")
        labels = {
            "code": gettext_lazy("Code"),
            "name": gettext_lazy("Name"),
            "time_zone": gettext_lazy("Time zone"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.created_at is not None:
            self.initial["prefixes"] = "\n".join(satker_prefixes(self.instance.pk))

    def clean_code(self) -> str:
        """Refuse what no address can hold, in words."""
        code: str = self.cleaned_data["code"]
        if not _OFFICE_CODE.fullmatch(code):
            words = _("Write only digits and letters, for example 6104.")
            raise forms.ValidationError(words)
        return code

    def clean_prefixes(self) -> list[str]:
        """Return the codes, in the order given, each once."""
        words = re.split(r"[\s,;]+", self.cleaned_data["prefixes"])
        return list(dict.fromkeys(word for word in words if word))


class FirstAdminForm(forms.Form):
    """Who becomes admin_satker: somebody with an account, or a new one."""

    email = forms.EmailField(label=gettext_lazy("Email"), widget=UnfoldAdminEmailInputWidget)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Needed for a new account."),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
    )
    password = forms.CharField(
        label=gettext_lazy("First password"),
        help_text=gettext_lazy("For a new account. Empty: they sign in with Google."),
        required=False,
        max_length=128,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "new-password"}),
    )


class LacksOf(LacksFilter):
    """Offices without admin or area."""

    lacks: ClassVar[Any] = {
        "admin": (gettext_lazy("Admin"), Q(admin_n=0)),
        "area": (gettext_lazy("Area"), Q(wilayah_tugas__isnull=True)),
    }


@admin.register(Satker, site=global_site)
class SatkerAdmin(OwnPages, GlobalAdmin):
    """Offices for super_admin."""

    form = OfficeForm
    list_display = ["named", "coded", "area", "admin_count", "activity_count", "zone"]
    list_display_links = ["named"]
    list_filter = [LacksOf, "time_zone"]
    search_fields = ["code", "name"]
    search_help_text = gettext_lazy("Code or name of the office")
    ordering = ["code"]
    fieldsets = [(None, {"fields": [("code", "name"), "time_zone", "prefixes"]})]
    list_before_template = "satker/admin/offices_before.html"
    change_form_outer_after_template = "satker/admin/office_parts.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return True for super_admin."""
        return is_super_admin(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return True for super_admin."""
        return is_super_admin(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return offices with what the list counts."""
        admins = Count(
            "satkeruserrole",
            filter=Q(
                satkeruserrole__permission__codename=ADMIN_SATKER,
                satkeruserrole__user__is_active=True,
            ),
            distinct=True,
        )
        taking_part = Q(kegiatan_satkers__left_at__isnull=True)
        activities = Count("kegiatan_satkers", filter=taking_part, distinct=True)
        rows = super().get_queryset(request).prefetch_related("wilayah_tugas")
        return rows.annotate(admin_n=admins, activity_n=activities)

    @display(description=gettext_lazy("Code"), ordering="code")
    def coded(self, satker: Satker) -> str:
        """Return the code."""
        return satker.code

    @display(description=gettext_lazy("Name"), ordering="name")
    def named(self, satker: Satker) -> str:
        """Return the name."""
        return satker.name

    @display(description=gettext_lazy("Time zone"), ordering="time_zone")
    def zone(self, satker: Satker) -> str:
        """Return the zone in words."""
        return satker.get_time_zone_display()

    @display(description=gettext_lazy("Area"))
    def area(self, satker: Satker) -> str:
        """Return the first codes of the area."""
        codes = [row.wilayah_code_prefix for row in satker.wilayah_tugas.all()]
        rest = f" +{len(codes) - 3}" if len(codes) > 3 else ""
        return joined(codes[:3], _("no area")) + rest

    @display(description=gettext_lazy("Admins"), ordering="admin_n")
    def admin_count(self, satker: Any) -> str:
        """Return how many admins the office has."""
        return str(satker.admin_n) if satker.admin_n else _("none yet")

    @display(description=gettext_lazy("Activities"), ordering="activity_n")
    def activity_count(self, satker: Any) -> int:
        """Return in how many activities it takes part."""
        count: int = satker.activity_n
        return count

    def save_model(self, request: HttpRequest, obj: Satker, form: Any, change: bool) -> None:
        """Make or change an office and its area through the services."""
        actor: Any = request.user
        values = {name: form.cleaned_data[name] for name in ("name", "code", "time_zone")}
        prefixes = form.cleaned_data["prefixes"]
        if not change:
            obj.pk = satker_create(actor=actor, prefixes=prefixes, **values).pk
            return
        satker_update(actor=actor, satker=obj, **values)
        satker_prefixes_set(actor=actor, satker=obj, prefixes=prefixes)

    def get_urls(self) -> list[Any]:
        """Add the check of areas and the admins."""

        def own(route: str, view: Callable[..., HttpResponse], name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"satker_{name}")

        return [
            own("area-check/", self.area_check_view, "area_check"),
            own("<uuid:satker_id>/admins/add/", self.admin_add_view, "admin_add"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list under its name."""
        check = admin_link("satker_area_check", site=self.admin_site.name)
        context = {"title": _("Offices"), "area_check_url": check, **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the form with area, admins and activities below it."""
        satker = self.fetch(request, object_id)
        context = {**self._parts(satker), **(extra_context or {})}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def _parts(self, satker: Satker) -> dict[str, Any]:
        site = self.admin_site.name
        rows = list(satker.wilayah_tugas.all())
        held = SatkerUserRole.objects.filter(
            content_object=satker, permission__codename=ADMIN_SATKER
        ).select_related("user")
        places = satker.kegiatan_satkers.select_related("kegiatan_statistik").defer(
            "kegiatan_statistik__form_schema"
        )
        change = "kegiatan_kegiatanstatistik_change"
        return {
            "office": satker,
            "area": named_area(rows[:AREA_SHOWN]),
            "area_total": len(rows),
            "admins": [role.user for role in held.order_by("user__name")],
            "admin_add_url": admin_link("satker_admin_add", satker.pk, site=site),
            "office_places": [
                (place, admin_link(change, place.kegiatan_statistik_id, site=site))
                for place in places.order_by("left_at", "-kegiatan_statistik__start_date")
            ],
            "office_admin_url": f"/satker/{satker.code}/admin/",
        }

    def area_check_view(self, request: HttpRequest) -> HttpResponse:
        """Show which areas overlap, and which loaded kabupaten have no office."""
        overlaps, gaps = area_overlaps(), area_gaps()
        change = "satker_satker_change"
        site = self.admin_site.name
        shown = [
            (row, admin_link(change, row.outer_id, site=site),
             admin_link(change, row.inner_id, site=site))
            for row in overlaps
        ]  # fmt: skip
        return self.page(
            request, "satker/admin/area_check.html", _("Check of areas"),
            mistakes=[row for row in shown if row[0].kind != LEADER],
            leaders=[row for row in shown if row[0].kind == LEADER],
            gaps=[gap for gap in gaps if gap.kind == NONE],
            partial=[gap for gap in gaps if gap.kind != NONE],
        )  # fmt: skip

    def admin_add_view(self, request: HttpRequest, satker_id: UUID) -> HttpResponse:
        """Make somebody admin_satker: of the office, invited, or with a new account."""
        satker = self.fetch(request, satker_id)
        form = FirstAdminForm(request.POST or None)
        back = admin_link("satker_satker_change", satker.pk, site=self.admin_site.name)
        if request.method == "POST" and form.is_valid():
            actor: Any = request.user
            try:
                with tenant_scope(satker):
                    said = make_admin(actor=actor, satker=satker, **form.cleaned_data)
            except CerdasError as error:
                form.add_error(None, error_text(error))
            else:
                messages.success(request, said)
                return HttpResponseRedirect(back)
        return self.page(
            request, "satker/admin/admin_add.html", _("Make an admin of the office"),
            satker=satker, form=form, back=back,
        )  # fmt: skip


def make_admin(*, actor: User, satker: Satker, email: str, name: str, password: str) -> str:
    """Give somebody the role admin_satker and return what was done.

    With an account: at once in the office, by invitation when floating. Without account and with a
    name: a new account. Raises what `recruit` and `user_create` raise.
    """
    if name.strip() and not User.objects.filter(email=email.strip().lower()).exists():
        made = user_create(
            actor=actor, satker=satker, email=email, name=name, password=password or None
        )
        satker_role_grant(actor=actor, satker=satker, user=made)
        return _("The account was made, with the role of admin.")
    done = recruit(actor=actor, satker=satker, email=email, role=ADMIN_SATKER)
    if done.outcome == INVITED:
        return _("An invitation waits for this person. It counts once they accept it.")
    return _("This person is admin of the office now.")


def named_area(rows: list[SatkerWilayahTugas]) -> list[dict[str, Any]]:
    """Return prefixes with their level and names, in one query for all names."""
    codes = [row.wilayah_code_prefix for row in rows]
    names = wilayah_names(code for code in codes if code != EVERYWHERE)
    return [
        {"row": row, "level": _LEVELS[row.wilayah_level], "name": _full_name(names, code)}
        for row, code in zip(rows, codes, strict=True)
    ]


def _full_name(names: dict[str, str], code: str) -> str:
    """Return the names of an area and of what is above it, inner first."""
    if code == EVERYWHERE:
        return _("all of Indonesia")
    parts = [names[code[:n]] for n in (16, 14, 10, 7, 4, 2) if len(code) >= n and code[:n] in names]
    if code not in names:
        parts.insert(0, _("not in the region master"))
    return joined(parts)


class AreaList(ChangeList):
    """The list with the names of its areas, in one query."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then the names."""
        super().get_results(request)
        rows = list(self.result_list)
        for row, named in zip(rows, named_area(rows), strict=True):
            row.level_text, row.area_name = named["level"], named["name"]
        self.result_list = rows


@admin.register(SatkerWilayahTugas, site=satker_site)
class OfficeAreaAdmin(OwnPages, OfficeAdmin):
    """The area of the office, to look at: super_admin sets it."""

    list_display = ["coded", "level", "named"]
    list_display_links = None
    search_fields = ["wilayah_code_prefix"]
    search_help_text = gettext_lazy("Region code")
    empty_words = gettext_lazy("The head office gives an office its area.")
    ordering = ["wilayah_code_prefix"]
    fields = ["coded", "level", "named"]
    readonly_fields = fields

    def can_view(self, rights: OfficeRights) -> bool:
        """Let every admin of the office look."""
        return rights.any

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that knows names."""
        return AreaList

    def get_object(self, request: HttpRequest, object_id: str, *args: Any) -> Any:
        """Return one code with its level and name in words."""
        row = super().get_object(request, object_id, *args)
        if row is not None:
            [named] = named_area([row])
            row.level_text, row.area_name = named["level"], named["name"]
        return row

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list under its name."""
        context = {"title": _("Area of the office"), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    @display(description=gettext_lazy("Code"), ordering="wilayah_code_prefix")
    def coded(self, row: SatkerWilayahTugas) -> str:
        """Return the prefix."""
        return row.wilayah_code_prefix

    @display(description=gettext_lazy("Level"), ordering="wilayah_level")
    def level(self, row: Any) -> str:
        """Return the level in words."""
        return str(row.level_text)

    @display(description=gettext_lazy("Name"))
    def named(self, row: Any) -> str:
        """Return the names."""
        return str(row.area_name)
