"""The draft of a questionnaire: saved as one goes, never over what somebody else saved."""

import json
import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cerdas.errors import Invalid
from kegiatan.errors import DraftChanged
from kegiatan.form import caps
from kegiatan.form.form_text import parse_form
from kegiatan.form.linting import LintReport
from kegiatan.models import FormDraft, FormVersion, KegiatanStatistik
from kegiatan.services.publishing import faults_refused, form_check, form_publish
from satker.access import check_super_admin
from satker.models import User

logger = logging.getLogger(__name__)

DRAFT_BYTES = 2 * caps.FORM_BYTES  # indented, a form takes twice its compact size


@dataclass(frozen=True)
class DraftText:
    """A draft as an editor opens it. revision: 0 when nothing was saved yet."""

    text: str
    revision: int
    base_version: int | None
    saved: FormDraft | None


def draft_open(*, actor: User, kegiatan: KegiatanStatistik) -> DraftText:
    """Return the draft of an activity; without one, the newest version's text, or "".

    Saves nothing. Raises NotAllowed.
    """
    check_super_admin(actor)
    draft = FormDraft.objects.filter(kegiatan=kegiatan).select_related("updated_by").first()
    if draft is not None:
        return DraftText(draft.text, draft.revision, draft.base_version, draft)
    newest = FormVersion.objects.filter(kegiatan=kegiatan).order_by("-version").first()
    if newest is None:
        return DraftText("", 0, None, None)
    return DraftText(form_text(newest.schema), 0, newest.version, None)


def draft_save(*, actor: User, kegiatan: KegiatanStatistik, text: str, revision: int) -> FormDraft:
    """Save a draft over the revision that was opened; 0 for the first saving.

    text: JSON as it was typed, also with faults. The same text again changes nothing.
    Raises NotAllowed, Invalid (too large, NUL), DraftChanged (somebody saved meanwhile).
    """
    check_super_admin(actor)
    check_draft_text(text)
    with transaction.atomic():
        _lock(kegiatan)
        draft = FormDraft.objects.filter(kegiatan=kegiatan).select_related("updated_by").first()
        if draft is None:
            if revision != 0:
                raise DraftChanged(details={"revision": 0, "by": None, "at": None})
            newest = FormVersion.objects.filter(kegiatan=kegiatan).order_by("-version").first()
            base = newest.version if newest is not None else None
            return FormDraft.objects.create(
                kegiatan=kegiatan, text=text, base_version=base, updated_by=actor
            )
        if draft.text == text and draft.revision in (revision, revision + 1):
            return draft  # a repeat after a lost reply
        _check_revision(draft, revision)
        draft.text, draft.updated_by, draft.revision = text, actor, draft.revision + 1
        draft.save(update_fields=["text", "updated_by", "revision", "updated_at"])
        return draft


def draft_discard(*, actor: User, kegiatan: KegiatanStatistik, revision: int) -> None:
    """Throw the draft away; the next one begins from the newest version. Repeating does nothing.

    Raises NotAllowed, DraftChanged.
    """
    check_super_admin(actor)
    with transaction.atomic():
        _lock(kegiatan)
        draft = FormDraft.objects.filter(kegiatan=kegiatan).select_related("updated_by").first()
        if draft is not None:
            _check_revision(draft, revision)
            draft.delete()
    logger.info("draft of kegiatan %s discarded by %s", kegiatan.pk, actor.pk)


def draft_check(*, text: str) -> LintReport:
    """Return what the linter says about a draft; text that is no JSON is its one fault."""
    form, fault = parse_form(text)
    if fault is not None:
        return LintReport("unknown", 0, 0, (fault,))
    return form_check(form)


def draft_publish(
    *, actor: User, kegiatan: KegiatanStatistik, revision: int, notes: str = ""
) -> FormVersion:
    """Publish the draft as the next version and end it.

    Raises NotAllowed, DraftChanged (also when there is no draft), FormFaulty.
    """
    check_super_admin(actor)
    with transaction.atomic():
        _lock(kegiatan)
        draft = FormDraft.objects.filter(kegiatan=kegiatan).select_related("updated_by").first()
        if draft is None:
            raise DraftChanged(details={"revision": 0, "by": None, "at": None})
        _check_revision(draft, revision)
        form, fault = parse_form(draft.text)
        if fault is not None:
            raise faults_refused([fault])
        published = form_publish(actor=actor, kegiatan=kegiatan, schema=form, notes=notes)
        draft.delete()
    return published


def form_text(schema: object) -> str:
    """Return a questionnaire as people edit it."""
    return json.dumps(schema, ensure_ascii=False, indent=2)


def _lock(kegiatan: KegiatanStatistik) -> None:
    """One writer at a time, also where there is no draft yet; publishing takes the same lock."""
    KegiatanStatistik.objects.select_for_update(no_key=True).only("pk").get(pk=kegiatan.pk)


def check_draft_text(text: str) -> None:
    """Raise Invalid for a text that no draft can be: too large, NUL, half a symbol."""
    if len(text.encode("utf-8", "replace")) > DRAFT_BYTES:
        message = _("The draft is larger than %(cap)d bytes.") % {"cap": DRAFT_BYTES}
        raise Invalid(message, details={"fields": {"text": [message]}})
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        message = _("The draft holds characters that cannot be stored (NUL or half a symbol).")
        raise Invalid(message, details={"fields": {"text": [message]}})


def _check_revision(draft: FormDraft, revision: int) -> None:
    if draft.revision != revision:
        raise DraftChanged(
            details={
                "revision": draft.revision,
                "by": draft.updated_by.name,
                "at": draft.updated_at.isoformat(),
            }
        )
