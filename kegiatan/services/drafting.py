"""The draft of a questionnaire: saved as one goes, never over what somebody else saved.

A revision names one text of an activity for ever: it grows with every saving, and a new draft goes
on after the last one. Revision 0 is "no draft"; what a text grew from then is a version.
"""

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
from kegiatan.services.publishing import (
    check_publishable,
    faults_refused,
    form_check,
    form_publish_checked,
)
from satker.access import check_super_admin
from satker.models import User

logger = logging.getLogger(__name__)

DRAFT_BYTES = 2 * caps.FORM_BYTES  # indented, a form takes twice its compact size
NOT_NAMED = -1  # a first saving that does not say what it grew from is not compared


@dataclass(frozen=True)
class DraftText:
    """A draft as an editor opens it. revision: 0 when nothing was saved yet.

    base_version: that the draft began from, or the newest; None without one.
    """

    text: str
    revision: int
    base_version: int | None
    saved: FormDraft | None


def draft_open(*, actor: User, kegiatan: KegiatanStatistik) -> DraftText:
    """Return the draft of an activity; without one, the newest version's text, or "".

    Saves nothing. Raises NotAllowed.
    """
    check_super_admin(actor)
    draft = _draft(kegiatan)
    if draft is not None:
        return DraftText(draft.text, draft.revision, draft.base_version, draft)
    newest = _newest(kegiatan)
    if newest is None:
        return DraftText("", 0, None, None)
    return DraftText(form_text(newest.schema), 0, newest.version, None)


def draft_save(
    *,
    actor: User,
    kegiatan: KegiatanStatistik,
    text: str,
    revision: int,
    base_version: int | None = NOT_NAMED,
) -> FormDraft:
    """Save a draft over the revision that was opened; 0 for the first saving.

    text: JSON as it was typed, also with faults. The same text again changes nothing.
    base_version: version that the text of a first saving grew from; None for none.
    Raises NotAllowed, Invalid (too large, NUL), DraftChanged (somebody saved, published or threw
    away meanwhile).
    """
    check_super_admin(actor)
    check_draft_text(text)
    with transaction.atomic():
        ended = _lock(kegiatan)
        draft = _draft(kegiatan)
        if draft is None:
            newest = _newest(kegiatan)
            base = newest.version if newest is not None else None
            if revision != 0 or base_version not in (base, NOT_NAMED):
                raise _gone(newest, base_version)
            return FormDraft.objects.create(
                kegiatan=kegiatan, text=text, revision=ended + 1, base_version=base,
                updated_by=actor,
            )  # fmt: skip
        if draft.text == text and draft.revision in (revision, (revision or ended) + 1):
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
        draft = _draft(kegiatan)
        if draft is not None:
            _check_revision(draft, revision)
            _end(draft)
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

    It is linted before the lock, which nobody waits for: saving goes on meanwhile, and what was
    saved meanwhile is not published.
    Raises NotAllowed, DraftChanged (also when there is no draft), FormFaulty.
    """
    check_super_admin(actor)
    linted = _opened(kegiatan, revision)
    form, fault = parse_form(linted.text)
    if fault is not None:
        raise faults_refused([fault])
    check_publishable(form)
    with transaction.atomic():
        _lock(kegiatan)
        draft = _opened(kegiatan, revision)
        if draft.text != linted.text:
            raise _changed(draft)
        published = form_publish_checked(actor=actor, kegiatan=kegiatan, schema=form, notes=notes)
        _end(draft)
    return published


def form_text(schema: object) -> str:
    """Return a questionnaire as people edit it."""
    return json.dumps(schema, ensure_ascii=False, indent=2)


def _lock(kegiatan: KegiatanStatistik) -> int:
    """Return the last revision of drafts that ended, which cannot grow until the transaction ends.

    One writer at a time, also where there is no draft yet; publishing takes the same lock.
    """
    rows = KegiatanStatistik.objects.select_for_update(no_key=True).only("last_draft_revision")
    return rows.get(pk=kegiatan.pk).last_draft_revision


def _draft(kegiatan: KegiatanStatistik) -> FormDraft | None:
    return FormDraft.objects.filter(kegiatan=kegiatan).select_related("updated_by").first()


def _newest(kegiatan: KegiatanStatistik) -> FormVersion | None:
    versions = FormVersion.objects.filter(kegiatan=kegiatan).select_related("published_by")
    return versions.order_by("-version").first()


def _end(draft: FormDraft) -> None:
    """Delete a draft and keep its revision; the activity is locked."""
    activity = KegiatanStatistik.objects.filter(pk=draft.kegiatan_id)
    activity.update(last_draft_revision=draft.revision)
    draft.delete()


def check_draft_text(text: str) -> None:
    """Raise Invalid for a text that no draft can be: too large, NUL, half a symbol."""
    if len(text.encode("utf-8", "replace")) > DRAFT_BYTES:
        message = _("The draft is larger than %(cap)d bytes.") % {"cap": DRAFT_BYTES}
        raise Invalid(message, details={"fields": {"text": [message]}})
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        message = _("The draft holds characters that cannot be stored (NUL or half a symbol).")
        raise Invalid(message, details={"fields": {"text": [message]}})


def _opened(kegiatan: KegiatanStatistik, revision: int) -> FormDraft:
    """Return the draft at a revision. Raises DraftChanged, also when there is none."""
    draft = _draft(kegiatan)
    if draft is None:
        raise _gone(None, NOT_NAMED)
    _check_revision(draft, revision)
    return draft


def _check_revision(draft: FormDraft, revision: int) -> None:
    if draft.revision != revision:
        raise _changed(draft)


def _changed(draft: FormDraft) -> DraftChanged:
    by, at = draft.updated_by.name, draft.updated_at.isoformat()
    return DraftChanged(details={"revision": draft.revision, "by": by, "at": at})


def _gone(newest: FormVersion | None, base_version: int | None) -> DraftChanged:
    """Return the refusal where there is no draft: by whom a version was published meanwhile."""
    if newest is None or base_version in (newest.version, NOT_NAMED):
        return DraftChanged(details={"revision": 0, "by": None, "at": None})
    by, at = newest.published_by.name, newest.published_at.isoformat()
    return DraftChanged(details={"revision": 0, "by": by, "at": at})
