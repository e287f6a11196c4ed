"""Pages of the draft of a questionnaire: write, check, publish, throw away. super_admin only.

The page brings the designer (admin_designer.py) where it is built; the form on it does the same
without a script, and alone with `?editor=plain`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cerdas.admin_base import error_text
from cerdas.errors import CerdasError, Invalid
from cerdas.office_app import DESIGNER, OfficeScript, office_script
from cerdas.request_body import body_limit
from kegiatan.admin_designer import designer_config
from kegiatan.admin_versions import (
    ShownComparison,
    VersionPlace,
    comparison_shown,
    export_doors,
    export_response,
)
from kegiatan.errors import DraftChanged, FormFaulty
from kegiatan.form.comparing import compare_forms
from kegiatan.form.form_text import parse_form
from kegiatan.form.linting import LintReport
from kegiatan.form_exports import check_exportable
from kegiatan.models import FormVersion, KegiatanStatistik
from kegiatan.services.drafting import (
    DRAFT_BYTES,
    DraftText,
    draft_check,
    draft_discard,
    draft_open,
    draft_publish,
    draft_save,
    form_text,
)
from kegiatan.services.form_files import form_file_read, needs_import
from kegiatan.services.publishing import form_check

DRAFT_BODY_BYTES = 3 * DRAFT_BYTES + 2**20
NOTES_LENGTH = 2_000
PLAIN = "plain"


@dataclass(frozen=True)
class Editing:
    """The editor as it is shown. text: what the textarea holds, typed or stored.

    conflict: somebody saved meanwhile; report: the linter's, None when it was not asked.
    is_import: the report is of a file that came in, or would. revision, base_version: those that
    the text grew from; what is stored may be newer.
    """

    text: str
    revision: int
    base_version: int | None
    stored: DraftText
    report: LintReport | None = None
    conflict: DraftChanged | None = None
    fault: str = ""
    is_import: bool = False

    @property
    def is_saved(self) -> bool:
        """Return whether the text is that of the stored draft."""
        return self.stored.saved is not None and self.text == self.stored.text


class DraftPages:
    """The draft's pages, for the admin of activities."""

    page: Any
    message_user: Any
    fetch: Any

    def version_place(self, request: HttpRequest, key: Any) -> VersionPlace:
        """Return the activity that an address names."""
        raise NotImplementedError

    @body_limit(DRAFT_BODY_BYTES)
    def draft_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Edit the draft: save, check, take a file in, go on to publishing."""
        place = self.version_place(request, kegiatan_id)
        actor: Any = request.user
        editing = _opened(draft_open(actor=actor, kegiatan=place.kegiatan))
        if request.method == "POST":
            typed = _typed(request, editing)
            steps: dict[str, Callable[..., HttpResponse | Editing]] = {
                "save": self._draft_saved,
                "overwrite": self._draft_overwritten,
                "publish": self._draft_to_publish,
                "upload": self._draft_uploaded,
                "newest": self._draft_from_newest,
            }
            step = steps.get(request.POST.get("do", ""))
            shown = step(request, place, typed) if step else _checked(typed)
            if isinstance(shown, HttpResponse):
                return shown
            editing = shown
        return self._editor(request, place, editing)

    def _editor(self, request: HttpRequest, place: VersionPlace, editing: Editing) -> HttpResponse:
        script = _designer(request)
        stored = editing.stored
        editor = DraftText(editing.text, editing.revision, editing.base_version, None)
        config = designer_config(request, place, stored, editor)
        response: HttpResponse = self.page(
            request, "kegiatan/forms/draft.html", _("Draft of the questionnaire"),
            kegiatan=place.kegiatan, editing=editing, back=place.link("form_versions"),
            designer=script, config=config if script is not None else None,
            is_plain=_is_plain(request),
            exports=_draft_exports(place, editing),
            discard_url=place.link("draft_discard") if editing.stored.saved else "",
            newest=place.kegiatan.form_version if editing.stored.base_version else None,
        )  # fmt: skip
        return response

    def _draft_saved(
        self, request: HttpRequest, place: VersionPlace, typed: Editing
    ) -> HttpResponse | Editing:
        kept = self._keep(request, place, typed)
        if isinstance(kept, Editing):
            return kept
        self.message_user(request, _("The draft is saved."), messages.SUCCESS)
        plain = {"editor": PLAIN} if _is_plain(request) else {}
        return HttpResponseRedirect(place.link("draft", **plain))

    def _draft_overwritten(
        self, request: HttpRequest, place: VersionPlace, typed: Editing
    ) -> HttpResponse | Editing:
        """Save over what somebody else saved, once that was shown."""
        over = replace(
            typed,
            revision=_number(request.POST.get("their_revision", "")),
            base_version=_base_version(request, "their_base_version", typed.stored),
        )
        return self._draft_saved(request, place, over)

    def _draft_to_publish(
        self, request: HttpRequest, place: VersionPlace, typed: Editing
    ) -> HttpResponse | Editing:
        """Save, and lead to the question before publishing unless there are faults."""
        kept = self._keep(request, place, typed)
        if isinstance(kept, Editing):
            return kept
        report = draft_check(text=typed.text)
        if report.errors:
            actor: Any = request.user
            return replace(_opened(draft_open(actor=actor, kegiatan=place.kegiatan)), report=report)
        return HttpResponseRedirect(place.link("draft_publish"))

    def _keep(self, request: HttpRequest, place: VersionPlace, typed: Editing) -> Editing | None:
        """Save what was typed; return the editor with it when that was refused."""
        actor: Any = request.user
        try:
            draft_save(
                actor=actor, kegiatan=place.kegiatan, text=typed.text, revision=typed.revision,
                base_version=typed.base_version,
            )  # fmt: skip
        except DraftChanged as error:
            return replace(typed, conflict=error)
        except CerdasError as error:
            return replace(typed, fault=error_text(error))
        return None

    def _draft_uploaded(
        self, request: HttpRequest, place: VersionPlace, typed: Editing
    ) -> HttpResponse | Editing:
        """Put a file into the editor in place of the text; nothing is saved yet."""
        upload = request.FILES.get("file")
        if upload is None:
            return replace(typed, fault=_("Choose a file first."))
        size = upload.size or 0
        if size > DRAFT_BYTES:
            limit = {"n": DRAFT_BYTES // 2**20}
            return replace(typed, fault=_("The file is larger than %(n)d MiB.") % limit)
        content = upload.read()
        if needs_import(content):
            return self._draft_imported(request, typed, content, upload.name or "")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return replace(typed, fault=_("The file is no text in UTF-8."))
        return _put_in(self, request, typed, _unix(text))

    def _draft_imported(
        self, request: HttpRequest, typed: Editing, content: bytes, name: str
    ) -> Editing:
        """Put an XLSForm or a form of the original platform in; losses are agreed to first."""
        found = form_file_read(content=content, name=name)
        if found.schema is None or found.imported.broken:
            words = _("The file was not taken in: correct what is listed, and choose it again.")
            return replace(typed, fault=words, report=found.report, is_import=True)
        if found.needs_consent and not request.POST.get("accept_losses"):
            count = len(found.imported.losses)
            words = ngettext(
                "%(n)d part of the file would be left out or be otherwise. To take it in all the"
                " same, agree to that and choose the file again.",
                "%(n)d parts of the file would be left out or be otherwise. To take it in all the"
                " same, agree to that and choose the file again.",
                count,
            ) % {"n": count}
            return replace(typed, fault=words, report=found.report, is_import=True)
        made = _put_in(self, request, typed, form_text(found.schema))
        return replace(made, report=found.report, is_import=True)

    def _draft_from_newest(
        self, request: HttpRequest, place: VersionPlace, typed: Editing
    ) -> HttpResponse | Editing:
        """Put the newest version into the editor in place of the text; nothing is saved yet."""
        newest = _newest(place.kegiatan)
        text = form_text(newest.schema) if newest is not None else ""
        return _put_in(self, request, typed, text)

    def draft_publish_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Show what the next version brings, ask for notes, then publish."""
        place = self.version_place(request, kegiatan_id)
        actor: Any = request.user
        draft = draft_open(actor=actor, kegiatan=place.kegiatan)
        if draft.saved is None:
            self.message_user(request, _("There is no draft to publish."), messages.WARNING)
            return HttpResponseRedirect(place.link("form_versions"))
        conflict: DraftChanged | None = None
        if request.method == "POST":
            done = self._publish_draft(request, place)
            if isinstance(done, HttpResponse):
                return done
            conflict = done
        return self._publish_page(request, place, draft, conflict)

    def _publish_page(
        self,
        request: HttpRequest,
        place: VersionPlace,
        draft: DraftText,
        conflict: DraftChanged | None,
    ) -> HttpResponse:
        newest = _newest(place.kegiatan)
        form, fault = parse_form(draft.text)
        report = form_check(form) if fault is None else LintReport("unknown", 0, 0, (fault,))
        shown: ShownComparison | None = None
        if newest is not None and not report.errors:
            shown = comparison_shown(compare_forms(newest.schema, form))
        response: HttpResponse = self.page(
            request, "kegiatan/forms/publish_draft.html", _("Publish the draft"),
            kegiatan=place.kegiatan, draft=draft, report=report, shown=shown,
            newest=newest.version if newest else None,
            next=newest.version + 1 if newest else 1, conflict=conflict,
            notes=request.POST.get("notes", ""), notes_length=NOTES_LENGTH,
            back=place.link("draft"),
        )  # fmt: skip
        return response

    def _publish_draft(
        self, request: HttpRequest, place: VersionPlace
    ) -> HttpResponse | DraftChanged:
        actor: Any = request.user
        before = _newest(place.kegiatan)
        try:
            published = draft_publish(
                actor=actor, kegiatan=place.kegiatan, revision=_revision(request),
                notes=request.POST.get("notes", "").replace("\x00", "").strip()[:NOTES_LENGTH],
            )  # fmt: skip
        except DraftChanged as error:
            return error
        except FormFaulty as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(place.link("draft"))
        if before is not None and before.version == published.version:
            words = _("Nothing was published: the draft is the same as version %(n)d.")
            self.message_user(request, words % {"n": published.version}, messages.WARNING)
        else:
            words = _("Version %(n)d is published.") % {"n": published.version}
            self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(place.link("form_versions"))

    def draft_export_view(self, request: HttpRequest, kegiatan_id: UUID, form: str) -> HttpResponse:
        """Give the stored draft as paper, codebook or XLSForm; with faults, say which is first."""
        place = self.version_place(request, kegiatan_id)
        actor: Any = request.user
        schema, fault = parse_form(draft_open(actor=actor, kegiatan=place.kegiatan).text)
        try:
            if fault is not None:
                raise Invalid(fault.message)
            check_exportable(schema)
        except Invalid as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(place.link("draft"))
        pages: Any = self
        return export_response(pages, request, form, place, place.source(schema, None))

    def draft_discard_view(self, request: HttpRequest, kegiatan_id: UUID) -> HttpResponse:
        """Ask, then throw the draft away."""
        place = self.version_place(request, kegiatan_id)
        actor: Any = request.user
        draft = draft_open(actor=actor, kegiatan=place.kegiatan)
        conflict: DraftChanged | None = None
        if request.method == "POST":
            try:
                draft_discard(actor=actor, kegiatan=place.kegiatan, revision=_revision(request))
            except DraftChanged as error:
                conflict = error
            else:
                self.message_user(request, _("The draft was thrown away."), messages.SUCCESS)
                return HttpResponseRedirect(place.link("form_versions"))
        if draft.saved is None:
            return HttpResponseRedirect(place.link("form_versions"))
        response: HttpResponse = self.page(
            request, "kegiatan/forms/discard.html", _("Throw the draft away?"),
            kegiatan=place.kegiatan, draft=draft, conflict=conflict, back=place.link("draft"),
        )  # fmt: skip
        return response


def _draft_exports(place: VersionPlace, editing: Editing) -> list[tuple[str, str]]:
    """Return the files of the stored draft; none when it cannot be read as a form."""
    schema, _fault = parse_form(editing.stored.text)
    if editing.stored.saved is None or not isinstance(schema, dict):
        return []
    return export_doors(schema, lambda form: place.link("draft_export", form))


def _opened(stored: DraftText) -> Editing:
    return Editing(stored.text, stored.revision, stored.base_version, stored)


def _checked(typed: Editing) -> Editing:
    return replace(typed, report=draft_check(text=typed.text))


def _put_in(pages: DraftPages, request: HttpRequest, typed: Editing, text: str) -> Editing:
    words = _("The text was replaced and is not saved yet. Check it, then save.")
    pages.message_user(request, words, messages.INFO)
    return replace(typed, text=text)


def _newest(kegiatan: KegiatanStatistik) -> FormVersion | None:
    return FormVersion.objects.filter(kegiatan=kegiatan).order_by("-version").first()


def _is_plain(request: HttpRequest) -> bool:
    return request.GET.get("editor") == PLAIN


def _designer(request: HttpRequest) -> OfficeScript | None:
    """Return the script of the designer; None where it is not built or not wanted."""
    return None if _is_plain(request) else office_script(DESIGNER)


def _typed(request: HttpRequest, opened: Editing) -> Editing:
    """Return the editor with what the form sent.

    The designer has saved as one went and sends a file without the text, with the revision it is
    on: when that is not the stored one, saving is refused, also in two windows of one person.
    """
    base_version = _base_version(request, "base_version", opened.stored)
    typed = replace(opened, revision=_revision(request), base_version=base_version)
    if "text" in request.POST:
        return replace(typed, text=_unix(request.POST["text"]))
    return typed


def _unix(text: str) -> str:
    """Return text with the line ends that are stored: a browser sends a textarea with CRLF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _revision(request: HttpRequest) -> int:
    return _number(request.POST.get("revision", ""))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _base_version(request: HttpRequest, name: str, stored: DraftText) -> int | None:
    """Return the version that a form names, None for none; what is stored when it names nothing."""
    text = request.POST.get(name)
    if text is None:
        return stored.base_version
    return max(_number(text), 0) if text else None  # 0: no version has it
