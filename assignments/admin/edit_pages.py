"""The pages on which the office edits the answers of one unit, after the field period."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assignments.admin.edit_inputs import InputBuilder
from assignments.admin.showing import change_words, question_title, status_style
from assignments.admin_acting import OFFICE_ROLES, ChangedMeanwhile, status_words
from assignments.answer_editing import (
    EditJudged,
    changes_applied,
    edit_allowed,
    edit_judge,
    edit_save,
    master_version,
    office_now,
)
from assignments.answer_places import rows_around
from assignments.models import Assignment, OperationType
from assignments.period import field_period
from assignments.services.labelling import label_after
from assignments.workflow import transition_for
from cerdas.admin_rights import OfficeRights
from cerdas.engine_file import engine_address
from cerdas.errors import CerdasError, Invalid
from cerdas.request_body import body_limit
from kegiatan.form import caps
from kegiatan.form.editing import AnswerDiff, answer_changes
from kegiatan.form.json_path import row_id, split_path
from kegiatan.form.json_value import JsonObject, json_depth
from kegiatan.forms import CompiledForm, form_get
from masterdata.choices import choices_search

EDIT_BODY_BYTES = 5 * 2**20  # the answers twice, as opened and as wanted
WORDS_LENGTH = 200


@dataclass(frozen=True)
class Edit:
    """What the pages hand to each other. version: of the response that `base` is of."""

    base: JsonObject
    wanted: JsonObject
    version: int

    @property
    def base_json(self) -> str:
        """Return the answers as they were opened, as JSON."""
        return json.dumps(self.base, ensure_ascii=False, separators=(",", ":"))

    @property
    def wanted_json(self) -> str:
        """Return the answers as the person wants them, as JSON."""
        return json.dumps(self.wanted, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class EditLine:
    """One changed answer in words. place: the rows around it.

    theirs: what is stored now, where somebody changed it too.
    """

    path: str
    place: str
    title: str
    before: str
    after: str
    theirs: str = ""
    is_clash: bool = False


class EditPages:
    """Pages that edit a unit's answers, for AssignmentAdmin."""

    rights: Any
    message_user: Any
    unit_get: Any
    unit_url: Any
    _administered_unit: Any
    _page: Any

    def may_edit_soon(self, unit: Assignment, rights: OfficeRights) -> bool:
        """Return whether editing is a matter of this unit's status and this person at all."""
        if unit.cancelled_at is not None or not rights.administers(unit.kegiatan_statistik_id):
            return False
        status = unit.response.status
        return transition_for(OperationType.EDIT, status, OFFICE_ROLES) is not None

    def may_edit(self, unit: Assignment, rights: OfficeRights) -> bool:
        """Return whether the person may edit the answers now."""
        if not self.may_edit_soon(unit, rights):
            return False
        try:
            _check(unit, rights)
        except CerdasError:
            return False
        return True

    def edit_hint(self, unit: Assignment, rights: OfficeRights) -> str:
        """Return from which day on the person may edit the answers; "" when they may or never."""
        if not self.may_edit_soon(unit, rights):
            return ""
        period = field_period(unit.kegiatan_statistik, rights.satker)
        if period.is_over(timezone.now()):
            return ""
        words = _("The office can edit the answers from %(day)s on: the field period ends before.")
        return words % {"day": date_format(period.last + timedelta(days=1), "j F Y")}

    @body_limit(EDIT_BODY_BYTES)
    def edit_view(self, request: HttpRequest, unit_id: UUID) -> HttpResponse:
        """Type, look at what changes, then save; nothing typed is lost on the way."""
        unit: Assignment = self._administered_unit(request, unit_id)
        rights: OfficeRights = self.rights(request)
        try:
            _check(unit, rights)
            edit = _edit_of(request, unit)
        except CerdasError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(self.unit_url(unit.pk))
        form = form_get(unit.kegiatan_statistik_id, unit.response.form_version_used)
        if form is None:
            words = _("The version of the questionnaire that these answers need is not here.")
            self.message_user(request, words, messages.ERROR)
            return HttpResponseRedirect(self.unit_url(unit.pk))
        if "add" in request.POST:
            return self._inputs(request, unit, form, _row_added(edit, request.POST["add"]))
        step = request.POST.get("do", "")
        if step not in ("review", "save"):
            return self._inputs(request, unit, form, edit)
        if edit.version != unit.response.version:
            return self._conflict(request, unit, form, edit)
        return self._reviewed(request, unit, form, edit, is_final=step == "save")

    def _inputs(
        self, request: HttpRequest, unit: Assignment, form: CompiledForm, edit: Edit
    ) -> HttpResponse:
        builder = InputBuilder(form)
        pages = builder.pages(edit.wanted)
        rights: OfficeRights = self.rights(request)
        options = {
            "locale": _locale(),
            "now": office_now(ZoneInfo(rights.satker.time_zone)),
            "assignmentId": str(unit.pk),
            "known": builder.known,
        }
        return self._edit_page(
            request, "edit.html", _("Edit answers"), unit, edit,
            pages=pages, form_version=form.version, schema=form.schema,
            prefilled=unit.prefilled_data or {}, options=options, engine=engine_address(),
        )  # fmt: skip

    def _edit_page(
        self,
        request: HttpRequest,
        template: str,
        title: str,
        unit: Assignment,
        edit: Edit,
        **context: Any,
    ) -> HttpResponse:
        response: HttpResponse = self._page(
            request, f"assignments/edit/{template}", title, unit=unit, edit=edit,
            status=status_words(unit), status_style=status_style(unit),
            back=self.unit_url(unit.pk), **context,
        )  # fmt: skip
        return response

    def _reviewed(
        self,
        request: HttpRequest,
        unit: Assignment,
        form: CompiledForm,
        edit: Edit,
        *,
        is_final: bool,
    ) -> HttpResponse:
        """Show what changes, or save it when that was confirmed."""
        rights: OfficeRights = self.rights(request)
        judged = edit_judge(
            form=form, unit=unit, stored=unit.response.responses or {}, base=edit.base,
            wanted=edit.wanted, zone=ZoneInfo(rights.satker.time_zone), locale=_locale(),
        )  # fmt: skip
        if not judged.typed and not judged.faults:
            words = _("Nothing was changed, so nothing was stored.")
            self.message_user(request, words, messages.WARNING)
            return self._inputs(request, unit, form, edit)
        if is_final and not judged.faults:
            return self._saved(request, unit, form, edit, judged)
        return self._edit_page(
            request, "review.html", _("Look at what changes"), unit, edit,
            judged=judged, typed=_lines(form, judged.typed, judged.answers, edit.base),
            follows=_lines(form, judged.follows, judged.answers, edit.base),
            label=_other_label(unit, form, judged),
        )  # fmt: skip

    def _saved(
        self,
        request: HttpRequest,
        unit: Assignment,
        form: CompiledForm,
        edit: Edit,
        judged: EditJudged,
    ) -> HttpResponse:
        rights: OfficeRights = self.rights(request)
        try:
            edit_save(
                actor=rights.user, satker=rights.satker, unit=unit, version=edit.version,
                judged=judged,
            )  # fmt: skip
        except ChangedMeanwhile:
            fresh: Assignment = self.unit_get(request, unit.pk)
            return self._conflict(request, fresh, form, edit)
        except CerdasError as error:
            self.message_user(request, error.message, messages.ERROR)
            return self._inputs(request, unit, form, edit)
        count = len(judged.typed) + len(judged.follows)
        words = _("%(n)d answers were changed. The history says which.")
        self.message_user(request, words % {"n": count}, messages.SUCCESS)
        return HttpResponseRedirect(self.unit_url(unit.pk))

    def _conflict(
        self, request: HttpRequest, unit: Assignment, form: CompiledForm, edit: Edit
    ) -> HttpResponse:
        """Show what somebody else changed beside what was typed, which goes on top of it."""
        stored: JsonObject = unit.response.responses or {}
        mine = answer_changes(edit.base, edit.wanted)
        theirs = {change.path: change for change in answer_changes(edit.base, stored)}
        wanted, lost = changes_applied(stored, mine)
        around = (wanted, edit.base)
        lines = [_line(form, change, theirs.get(change.path), around) for change in mine]
        paths = {change.path for change in mine}
        return self._edit_page(
            request, "conflict.html", _("Somebody changed these answers meanwhile"), unit,
            Edit(stored, wanted, unit.response.version),
            mine=[line for line in lines if line.path not in {change.path for change in lost}],
            theirs=_lines(form, [c for c in theirs.values() if c.path not in paths], *around),
            lost=_lines(form, lost, *around),
        )  # fmt: skip

    def edit_choices_view(self, request: HttpRequest, unit_id: UUID) -> JsonResponse:
        """Give choices of a dataset that the unit's questionnaire looks up, found by words."""
        unit: Assignment = self._administered_unit(request, unit_id)
        form = form_get(unit.kegiatan_statistik_id, unit.response.form_version_used)
        kind = request.GET.get("type", "")
        asked = {q.master for q in form.shape.scope.walk()} if form is not None else set()
        if form is None or not kind or kind not in asked:
            raise Http404
        words = request.GET.get("q", "")[:WORDS_LENGTH]
        found = choices_search(kind, master_version(form, kind), words)
        response = JsonResponse({"choices": [[item.code, item.text] for item in found]})
        response["Cache-Control"] = "private, max-age=300"
        return response


def _check(unit: Assignment, rights: OfficeRights) -> None:
    edit_allowed(actor=rights.user, satker=rights.satker, unit=unit, now=timezone.now())


def _locale() -> str:
    return (get_language() or "id").split("-")[0]


def _edit_of(request: HttpRequest, unit: Assignment) -> Edit:
    """Return what the page sent, or the stored answers when it is opened. Raises Invalid."""
    if request.method != "POST":
        stored: JsonObject = unit.response.responses or {}
        return Edit(stored, stored, unit.response.version)
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise Invalid
    return Edit(_answers(request, "base"), _answers(request, "wanted"), int(version))


def _answers(request: HttpRequest, name: str) -> JsonObject:
    text = request.POST.get(name, "")
    try:
        found = json.loads(text) if len(text) <= EDIT_BODY_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or json_depth(found, cap=caps.ANSWER_DEPTH) > caps.ANSWER_DEPTH:
        raise Invalid
    return found


def _row_added(edit: Edit, asked: str) -> Edit:
    """Return the edit with an empty row. asked: `<path of the roster>|<id of the row>`."""
    path, _bar, text = asked.partition("|")
    identity, parsed = row_id(text), split_path(path)
    if identity is None or parsed is None or not parsed[1]:
        return edit
    change = AnswerDiff(f"{path}[{identity}]", None, {"_id": identity})
    wanted, _lost = changes_applied(edit.wanted, [change])
    return Edit(edit.base, wanted, edit.version)


def _other_label(unit: Assignment, form: CompiledForm, judged: EditJudged) -> str:
    """Return the label that the unit gets with the judged answers, "" when it keeps its own."""
    found = label_after(unit, form, unit.response.responses or {}, judged.answers)
    return "" if found == unit.assignment_label else found


def _lines(
    form: CompiledForm, changes: Sequence[AnswerDiff], *answers: JsonObject
) -> list[EditLine]:
    return [_line(form, change, None, answers) for change in changes]


def _line(
    form: CompiledForm,
    change: AnswerDiff,
    other: AnswerDiff | None,
    answers: Sequence[JsonObject],
) -> EditLine:
    return EditLine(
        path=change.path,
        place=rows_around(form.shape.scope, change.path, answers),
        title=question_title(form, change.path),
        before=change_words(form, change.path, change.old),
        after=change_words(form, change.path, change.new),
        theirs=change_words(form, change.path, other.new) if other is not None else "",
        is_clash=other is not None,
    )
