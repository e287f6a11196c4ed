"""Pages of parked field work: what waits, compared with what is there, applied or discarded."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.admin.forms import CrewForm, ReasonForm
from assignments.admin.paging import TitledPages, UnitPaginator
from assignments.admin.parked_filters import KindFilter, ParkedActivityFilter, StateFilter
from assignments.admin.showing import Photo, shown_time, status_style, time_lines
from assignments.admin.unit_pages import private_file
from assignments.admin_acting import status_words
from assignments.admin_parked import (
    KIND_WORDS,
    STATE_WORDS,
    compare,
    faults_of,
    payload_of,
    reason_words,
    sent_work,
    unit_label,
)
from assignments.admin_selection import as_uuid
from assignments.models import Assignment, ParkedOperation, ResponseStatus
from assignments.services.parked import Crew, parked_apply, parked_discard
from cerdas.admin_base import OfficeAdmin, error_text
from cerdas.admin_rights import OfficeRights
from cerdas.admin_sites import satker_site
from cerdas.admin_theme import ChangeList, UnfoldBooleanSwitchWidget, display
from cerdas.errors import CerdasError
from kegiatan.form.json_value import clean_text
from kegiatan.models import KegiatanStatistik

Kind, State = ParkedOperation.Kind, ParkedOperation.State


class ParkedList(ChangeList):
    """One page of parked work with the labels of its units, found in one query."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then the units."""
        super().get_results(request)
        self.full_result_count = self.result_count  # there is no second count to show beside it
        rows = list(self.result_list)
        _load_payloads([row for row in rows if row.kind == Kind.CREATE])
        units = units_named(row.assignment_id for row in rows)
        zone = ZoneInfo(self.model_admin.rights(request).satker.time_zone)
        for row in self.result_list:
            row.unit_label, row.zone = unit_label(row, units), zone


def _load_payloads(rows: list[Any]) -> None:
    """Fetch what was sent for these rows in one query: new units are named by it."""
    ids = [row.pk for row in rows]
    found = dict(ParkedOperation.objects.filter(pk__in=ids).values_list("pk", "payload"))
    for row in rows:
        row.payload = found[row.pk]


def units_named(ids: Any) -> Mapping[UUID, Assignment]:
    """Return units by id, with their label only."""
    rows = Assignment.objects.only("id", "assignment_label").filter(pk__in=set(ids))
    return {row.pk: row for row in rows}


class ApplyForm(ReasonForm):
    """Applying work to a unit that is there."""

    def __init__(self, *args: Any, parked: ParkedOperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if parked.kind == Kind.SUBMIT:
            self.fields["archive_faulty"] = forms.BooleanField(
                label=_("Keep answers of the wrong form apart instead of refusing the work"),
                required=False,
                initial=parked.reason == "wrong_shape",
                widget=UnfoldBooleanSwitchWidget,
            )


@admin.register(ParkedOperation, site=satker_site)
class ParkedOperationAdmin(TitledPages, OfficeAdmin):
    """Field work that waits: admin_kegiatan decides, admin_satker views."""

    kegiatan_path = "kegiatan"
    list_display = ["unit", "kind_words", "person", "why", "received", "state_badge"]
    list_display_links = ["unit"]
    list_filter = [StateFilter, KindFilter, ParkedActivityFilter]
    list_select_related = ["user", "kegiatan"]
    search_fields = ["user__name", "user__email"]
    search_help_text = gettext_lazy("Name or email of the person")
    empty_words = gettext_lazy("Nothing waits. Whatever cannot be applied by itself appears here.")
    ordering = ["received_at", "id"]
    sortable_by = ["received"]
    actions = None
    change_list_template = "assignments/admin/parked_list.html"
    paginator = UnitPaginator
    show_facets = admin.ShowFacets.NEVER

    def activities(self, request: HttpRequest) -> list[KegiatanStatistik]:
        """Return the activities that the admin sees."""
        rows = self.related_choices(request, KegiatanStatistik).defer("form_schema")
        return list(rows.order_by("-year", "name", "pk").distinct())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the work without questionnaires and without what was sent."""
        return super().get_queryset(request).defer("kegiatan__form_schema", "payload")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ParkedList]:
        """Return the list that knows the labels of units."""
        return ParkedList

    @display(description=gettext_lazy("Unit"))
    def unit(self, parked: Any) -> str:
        """Return what the work is about."""
        return str(parked.unit_label)

    @display(description=gettext_lazy("Kind"))
    def kind_words(self, parked: ParkedOperation) -> str:
        """Return the kind in words."""
        return str(KIND_WORDS[parked.kind])

    @display(description=gettext_lazy("Sent by"))
    def person(self, parked: ParkedOperation) -> str:
        """Return who sent it."""
        return parked.user.name

    @display(description=gettext_lazy("Why it waits"))
    def why(self, parked: ParkedOperation) -> SafeString:
        """Return the reason in words."""
        return format_html('<span class="a-wrap">{}</span>', reason_words(parked))

    @display(description=gettext_lazy("Received"), ordering="received_at")
    def received(self, parked: Any) -> SafeString:
        """Return when it came."""
        return time_lines(parked.received_at, parked.zone)

    @display(description=gettext_lazy("Decision"))
    def state_badge(self, parked: ParkedOperation) -> SafeString:
        """Return the state as a badge."""
        style = {"waiting": "c-warn", "applied": "c-job-done"}.get(parked.state, "")
        return format_html('<span class="c-badge {}">{}</span>', style, STATE_WORDS[parked.state])

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list under its name."""
        title = _("Waiting field work")
        context = {"title": title, **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the page of the work."""
        return HttpResponseRedirect(self._link("change", self.fetch(request, object_id).pk))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show what was sent beside what is there, and the two decisions."""
        return self._show(request, self.fetch(request, object_id))

    def _show(
        self,
        request: HttpRequest,
        parked: ParkedOperation,
        apply_form: Any = None,
        discard_form: Any = None,
    ) -> HttpResponse:
        rights: OfficeRights = self.rights(request)
        unit = _unit_of(parked)
        may_decide = rights.administers(parked.kegiatan_id) and parked.state == State.WAITING
        sent, zone = sent_work(parked), ZoneInfo(rights.satker.time_zone)
        context: dict[str, Any] = {
            "parked": parked,
            "kind": KIND_WORDS[parked.kind],
            "state": STATE_WORDS[parked.state],
            "unit": unit,
            "unit_label": unit_label(parked, {unit.pk: unit} if unit else {}),
            "why": reason_words(parked),
            "faults": faults_of(parked, sent),
            "sent": sent,
            "received": shown_time(parked.received_at, zone),
            "device_when": shown_time(parked.device_at, zone) if parked.device_at else "",
            "decided": shown_time(parked.decided_at, zone) if parked.decided_at else "",
            "photos": _photos(parked),
            "may_decide": may_decide,
            "back": self._link("changelist"),
            **_comparison(parked, unit, sent),
        }
        if may_decide:
            context["apply_form"] = apply_form or self._apply_form(request, parked)
            context["discard_form"] = discard_form or _discard_form(None)
        return self.page(request, "assignments/admin/parked.html", context["unit_label"], **context)

    def _apply_form(self, request: HttpRequest, parked: ParkedOperation, data: Any = None) -> Any:
        if parked.kind == Kind.CREATE:
            return CrewForm(
                data, satker=self.rights(request).satker, kegiatan=parked.kegiatan,
                prefix="apply", empty=_("— the person who found it, and their PML —"),
            )  # fmt: skip
        return ApplyForm(data, parked=parked, prefix="apply")

    def apply_view(self, request: HttpRequest, parked_id: UUID) -> HttpResponse:
        """Apply the work to its unit."""
        parked = self._to_decide(request, parked_id)
        form = self._apply_form(request, parked, request.POST)
        if not form.is_valid():
            return self._show(request, parked, apply_form=form)
        rights, data = self.rights(request), form.cleaned_data
        crew = Crew(as_uuid(data.get("ppl") or ""), as_uuid(data.get("pml") or ""))

        def work() -> None:
            parked_apply(
                actor=rights.user,
                satker=rights.satker,
                parked_id=parked.pk,
                reason=clean_text(data["reason"]),
                crew=crew,
                archive_faulty=bool(data.get("archive_faulty")),
            )

        return self._decided(request, parked, work, _("The work was applied."))

    def discard_view(self, request: HttpRequest, parked_id: UUID) -> HttpResponse:
        """Decide not to use the work; the phone is told why."""
        parked = self._to_decide(request, parked_id)
        form = _discard_form(request.POST)
        if not form.is_valid():
            return self._show(request, parked, discard_form=form)
        rights = self.rights(request)

        def work() -> None:
            parked_discard(
                actor=rights.user,
                satker=rights.satker,
                parked_id=parked.pk,
                reason=clean_text(form.cleaned_data["reason"]),
            )

        return self._decided(request, parked, work, _("The work was discarded. It stays stored."))

    def _to_decide(self, request: HttpRequest, parked_id: UUID) -> ParkedOperation:
        parked: ParkedOperation = self.fetch(request, parked_id)
        if request.method != "POST":
            raise Http404
        if not self.rights(request).administers(parked.kegiatan_id):
            raise PermissionDenied
        return parked

    def _decided(
        self, request: HttpRequest, parked: ParkedOperation, work: Callable[[], None], words: str
    ) -> HttpResponse:
        def whole() -> HttpResponse:
            work()
            self.message_user(request, words, messages.SUCCESS)
            return HttpResponseRedirect(self._link("change", parked.pk))

        return _refused_to(request, self, self._link("change", parked.pk), whole)

    def photo_view(self, request: HttpRequest, parked_id: UUID) -> FileResponse:
        """Give a parked photo to whoever sees the work."""
        parked: ParkedOperation = self.fetch(request, parked_id)
        facts = payload_of(parked)
        if parked.kind != Kind.ATTACHMENT or not parked.stored_path:
            raise Http404
        small = str(facts.get("thumbnail_path") or "")
        is_small = request.GET.get("size") == "thumb" and bool(small)
        return private_file(
            path=small if is_small else parked.stored_path,
            mime_type="image/jpeg" if is_small else str(facts.get("mime_type") or ""),
            name=str(facts.get("original_filename") or "file"),
        )

    def download_view(self, request: HttpRequest, parked_id: UUID) -> HttpResponse:
        """Give what was sent, byte for byte, to whoever sees the work."""
        parked: ParkedOperation = self.fetch(request, parked_id)
        response = HttpResponse(bytes(parked.payload), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{parked.operation_id}.json"'
        response["Cache-Control"] = "private, no-store"
        return response

    def _link(self, name: str, *args: Any) -> str:
        return reverse(f"admin:assignments_parkedoperation_{name}", args=args)

    def get_urls(self) -> list[Any]:
        """Add the decisions, the photo and what was sent."""

        def own(route: str, view: Callable[..., Any], name: str) -> Any:
            return path(
                route, self.admin_site.admin_view(view), name=f"assignments_parkedoperation_{name}"
            )

        return [
            own("<uuid:parked_id>/apply/", self.apply_view, "apply"),
            own("<uuid:parked_id>/discard/", self.discard_view, "discard"),
            own("<uuid:parked_id>/download/", self.download_view, "download"),
            own("<uuid:parked_id>/photo/", self.photo_view, "photo"),
            *super().get_urls(),
        ]


def _refused_to(
    request: HttpRequest, page: Any, back: str, work: Callable[[], HttpResponse]
) -> HttpResponse:
    """Run `work`; a refusal, which undoes itself, becomes a message on the page."""
    try:
        return work()
    except CerdasError as error:
        page.message_user(request, error_text(error), messages.ERROR)
        return HttpResponseRedirect(back)


def _discard_form(data: Any) -> ReasonForm:
    return ReasonForm(data, must_give=True, prefix="discard")


def _unit_of(parked: ParkedOperation) -> Assignment | None:
    return (
        Assignment.objects.filter(pk=parked.assignment_id, kegiatan_statistik=parked.kegiatan)
        .select_related("response", "ppl", "pml")
        .first()
    )


def _comparison(parked: ParkedOperation, unit: Assignment | None, sent: Any) -> dict[str, Any]:
    """Return the rows of the comparison of a submit, and what stands in the way of applying."""
    if parked.kind != Kind.SUBMIT:
        return {"compared": []}
    response = unit.response if unit is not None else None
    present = (response.responses or {}) if response is not None else {}
    version = response.form_version_used if response is not None else None
    rows = compare(parked.kegiatan, sent, present, version)
    return {
        "compared": rows,
        "differing": sum(row.differs for row in rows),
        "status": status_words(unit) if unit is not None else "",
        "status_style": status_style(unit) if unit is not None else "",
        "is_final": response is not None and response.status == ResponseStatus.APPROVED_ADMIN,
    }


def _photos(parked: ParkedOperation) -> list[Photo]:
    """Return the parked photos of the same person and unit, this one first."""
    rows = ParkedOperation.objects.filter(
        kind=Kind.ATTACHMENT, assignment_id=parked.assignment_id, user=parked.user
    ).order_by("received_at")
    found = []
    for row in sorted(rows, key=lambda row: row.pk != parked.pk):
        facts = payload_of(row)
        name = str(facts.get("original_filename") or "")
        found.append(Photo(row.pk, name, bool(facts.get("thumbnail_path"))))
    return found
