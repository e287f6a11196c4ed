"""The page of one unit, and what the office does with it there."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from assignments.admin.filters import outcome_labels
from assignments.admin.forms import CrewForm, ReasonForm, RegionFields
from assignments.admin.showing import UnitShown, unit_shown
from assignments.admin_acting import (
    ACTION_NAMES,
    AMEND,
    APPROVE,
    REASSIGN,
    REJECT,
    REVERT,
    ChangedMeanwhile,
    Wish,
    actions_of,
    reason_needed,
    status_words,
    unit_act,
)
from assignments.admin_answers import walk
from assignments.admin_selection import as_uuid
from assignments.models import Assignment, AssignmentAttachment
from assignments.services.amending import assignment_amend
from assignments.services.responses import COMMENT_LENGTH, COMMENTS_PER_REJECTION, Comment
from cerdas.admin_pages import admin_link
from cerdas.admin_rights import OfficeRights
from cerdas.errors import CerdasError
from kegiatan.form.json_value import clean_text
from kegiatan.models import KegiatanSatker

_COMMENT = "comment:"
_ICONS = {
    APPROVE: "done_all",
    REJECT: "undo",
    REVERT: "history",
    REASSIGN: "group",
    AMEND: "edit",
    "cancel": "block",
}
_DANGER = ("cancel", REJECT)


class UnitPages:
    """Pages of one unit, for AssignmentAdmin. Absent units and other offices' answer 404."""

    rights: Any
    page: Any
    message_user: Any
    admin_site: Any
    may_edit: Any
    edit_hint: Any

    def unit_url(self, unit_id: UUID) -> str:
        """Return the address of a unit's page."""
        return reverse("admin:assignments_assignment_change", args=[unit_id])

    def unit_get(self, request: HttpRequest, unit_id: Any) -> Assignment:
        """Return a unit that the admin sees, with its answers. Raises Http404."""
        wanted = as_uuid(str(unit_id))
        # the admin that this is mixed into has the queryset
        rows = self.get_queryset(request).defer(None)  # type: ignore[attr-defined]
        found = (
            rows.defer("kegiatan_statistik__form_schema")
            .select_related("response", "kegiatan_statistik", "ppl", "pml", "cancelled_by")
            .filter(pk=wanted)
            .first()
        )
        if found is None:
            raise Http404
        unit: Assignment = found
        return unit

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one unit: what it is, its answers, what happened; buttons for what is possible."""
        unit = self.unit_get(request, object_id)
        rights: OfficeRights = self.rights(request)
        shown = self._shown(unit, rights)
        return self._page(
            request,
            "assignments/admin/unit.html",
            unit.assignment_label,
            shown=shown,
            unit=unit,
            status=status_words(unit),
            check=shown.check,
            buttons=list(self._buttons(unit, rights)),
            file_base=self._file_base(unit),
            compare_url=self._compare_url(unit, rights),
            edit_hint=self.edit_hint(unit, rights),
        )

    def _compare_url(self, unit: Assignment, rights: OfficeRights) -> str:
        """Return the page that compares the unit's form version with the newest, or ""."""
        kegiatan, used = unit.kegiatan_statistik, unit.response.form_version_used
        if used == kegiatan.form_version:
            return ""
        places = KegiatanSatker.objects.filter(kegiatan_statistik=kegiatan, satker=rights.satker)
        place = places.filter(left_at__isnull=True).values_list("pk", flat=True).first()
        query = {"old": used, "new": kegiatan.form_version}
        site = self.admin_site.name
        return admin_link("kegiatan_form_compare", place, site=site, **query) if place else ""

    def _shown(self, unit: Assignment, rights: OfficeRights) -> UnitShown:
        kegiatan = unit.kegiatan_statistik
        return unit_shown(unit, rights.satker, outcome_labels(kegiatan.pk, kegiatan.form_version))

    def _page(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> HttpResponse:
        response: HttpResponse = self.page(request, template, title, **context)
        return response

    def _file_base(self, unit: Assignment) -> str:
        """Return the address of the unit's page; files lie below it."""
        return reverse("admin:assignments_assignment_change", args=[unit.pk]).removesuffix(
            "change/"
        )

    def _buttons(
        self, unit: Assignment, rights: OfficeRights
    ) -> Iterable[tuple[str, str, str, str]]:
        """Yield (address, name, icon, style) of what the admin can do now."""
        if not rights.administers(unit.kegiatan_statistik_id):
            return
        for action in actions_of(unit):
            name = "amend" if action == AMEND else "act"
            args: list[Any] = [unit.pk] if action == AMEND else [unit.pk, action]
            title = _("Edit label and region") if action == AMEND else _action_title(action)
            style = "c-danger" if action in _DANGER else "c-primary" if action == APPROVE else ""
            link = reverse(f"admin:assignments_assignment_{name}", args=args)
            yield link, title, _ICONS[action], style
        if self.may_edit(unit, rights):
            link = reverse("admin:assignments_assignment_edit", args=[unit.pk])
            yield link, _("Edit answers"), "edit_note", ""

    def _administered_unit(self, request: HttpRequest, unit_id: UUID) -> Assignment:
        """Return a unit that the admin acts on. Raises Http404, PermissionDenied."""
        unit = self.unit_get(request, unit_id)
        if not self.rights(request).administers(unit.kegiatan_statistik_id):
            raise PermissionDenied
        return unit

    def act_view(self, request: HttpRequest, unit_id: UUID, action: str) -> HttpResponse:
        """Ask for a reason where one is needed, then do one thing with one unit."""
        unit = self._administered_unit(request, unit_id)
        if action not in ACTION_NAMES:
            raise Http404
        if action not in actions_of(unit):
            words = _("This is not possible while the unit is “%(status)s”.")
            self.message_user(request, words % {"status": status_words(unit)}, messages.ERROR)
            return HttpResponseRedirect(self.unit_url(unit.pk))
        rights: OfficeRights = self.rights(request)
        shown = self._shown(unit, rights) if action in (APPROVE, REJECT) else None
        form = self._act_form(request, unit, action, rights)
        if request.method == "POST" and form.is_valid():
            done = self._act(request, unit, action, form, rights)
            if done is not None:
                return done
        return self._page(
            request,
            "assignments/admin/act.html",
            _action_title(action),
            form=form,
            unit=unit,
            status=status_words(unit),
            action=action,
            is_danger=action in _DANGER,
            back=self.unit_url(unit.pk),
            shown=shown if action == REJECT else None,
            check=shown.check if shown is not None else None,
            file_base=self._file_base(unit),
        )

    def _act_form(
        self, request: HttpRequest, unit: Assignment, action: str, rights: OfficeRights
    ) -> Any:
        data = request.POST if request.method == "POST" else None
        if action == REASSIGN:
            return CrewForm(data, satker=rights.satker, kegiatan=unit.kegiatan_statistik)
        return ReasonForm(data, must_give=reason_needed(action, unit.response.status))

    def _act(
        self, request: HttpRequest, unit: Assignment, action: str, form: Any, rights: OfficeRights
    ) -> HttpResponse | None:
        """Carry it out and return to the unit; None when it was refused, with why in the form."""
        crew = isinstance(form, CrewForm)
        wish = Wish(
            action=action,
            reason=clean_text(form.cleaned_data["reason"]),
            ppl=form.person("ppl") if crew else None,
            pml=form.person("pml") if crew else None,
            comments=self._comments(request, unit, rights) if action == REJECT else (),
        )
        try:
            unit_act(
                actor=rights.user,
                satker=rights.satker,
                unit=unit,
                version=_posted_version(request),
                wish=wish,
            )
        except ChangedMeanwhile as error:
            self.message_user(request, error.message, messages.ERROR)
        except CerdasError as error:
            form.add_error(None, error.message)
            return None
        else:
            words = _("%(action)s: done.") % {"action": _action_title(action)}
            self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(self.unit_url(unit.pk))

    def _comments(
        self, request: HttpRequest, unit: Assignment, rights: OfficeRights
    ) -> tuple[Comment, ...]:
        """Return the remarks on questions that the page showed."""
        known = {item.path for _around, item in walk(self._shown(unit, rights).pages)}
        found = []
        for name, text in request.POST.items():
            path, words = name.removeprefix(_COMMENT), clean_text(str(text)).strip()
            if name.startswith(_COMMENT) and path in known and words:
                found.append(Comment(path, words[:COMMENT_LENGTH]))
        return tuple(found[:COMMENTS_PER_REJECTION])

    def amend_view(self, request: HttpRequest, unit_id: UUID) -> HttpResponse:
        """Correct label and region while the unit is Assigned."""
        unit = self._administered_unit(request, unit_id)
        kegiatan, rights = unit.kegiatan_statistik, self.rights(request)
        form = RegionFields(request.POST or None, kegiatan=kegiatan, unit=unit)
        if request.method == "POST" and form.is_valid():
            try:
                assignment_amend(
                    actor=rights.user,
                    satker=rights.satker,
                    kegiatan=kegiatan,
                    assignment_id=unit.pk,
                    label=form.cleaned_data["label"],
                    levels=form.levels,
                )
            except CerdasError as error:
                form.add_error(None, error.message)
            else:
                self.message_user(request, _("The unit was changed."), messages.SUCCESS)
                return HttpResponseRedirect(self.unit_url(unit.pk))
        return self._page(
            request,
            "assignments/admin/amend.html",
            _("Edit label and region"),
            form=form,
            unit=unit,
            back=self.unit_url(unit.pk),
        )

    def attachment_view(self, request: HttpRequest, unit_id: UUID, file_id: UUID) -> FileResponse:
        """Give a file of a unit to whoever sees the unit; `?size=thumb` a small image."""
        unit = self.unit_get(request, unit_id)
        row = AssignmentAttachment.objects.filter(pk=file_id, assignment=unit).first()
        if row is None:
            raise Http404
        is_small = request.GET.get("size") == "thumb" and bool(row.thumbnail_path)
        return private_file(
            path=row.thumbnail_path if is_small else row.stored_path,
            mime_type="image/jpeg" if is_small else row.mime_type,
            name=row.original_filename,
        )


def private_file(*, path: str, mime_type: str, name: str) -> FileResponse:
    """Return a stored file of field work; only images open in the browser. Raises Http404."""
    try:
        file = default_storage.open(path)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=mime_type)
    disposition = content_disposition_header(not mime_type.startswith("image/"), name)
    response["Content-Disposition"] = disposition or "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _action_title(action: str) -> str:
    if action == "cancel":
        return _("Cancel unit")
    return str(ACTION_NAMES[action])


def _posted_version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
