"""Printing long questionnaires as a job (kegiatan/background.py)."""

from typing import Any

from django.utils.translation import gettext as _

from cerdas.errors import Invalid, NotFound
from cerdas.jobs.services import job_start
from cerdas.models import Job, JobState
from kegiatan.form.form_text import parse_form
from kegiatan.form_exports import (
    FormSource,
    check_exportable,
    paper_language,
    version_words,
)
from kegiatan.models import FormVersion, KegiatanStatistik
from kegiatan.services.drafting import draft_open
from satker.models import Satker, User

FORM_PRINT = "kegiatan.form_print"


def print_start(*, actor: User, satker: Satker | None, source: FormSource, language: str) -> Job:
    """Start printing a questionnaire; one that waits is enough. Runs in the caller's scope.

    satker: whose job it is; None for super_admin. language: "" for the form's own. Raises Invalid.
    """
    arguments = {
        "kegiatan": source.activity_id, "version": source.version,
        "language": paper_language(source.schema, language),
    }  # fmt: skip
    waiting = Job.objects.filter(
        kind=FORM_PRINT, satker=satker, actor=actor, state=JobState.QUEUED, arguments=arguments
    ).first()
    if waiting is not None:
        return waiting
    title = _("Questionnaire of %(kegiatan)s, %(version)s (PDF)")
    return job_start(
        actor=actor, satker=satker, kind=FORM_PRINT, arguments=arguments,
        title=title % {"kegiatan": source.activity, "version": version_words(source)},
    )  # fmt: skip


def printed_schema(
    *, actor: User, kegiatan: KegiatanStatistik, version: int | None
) -> dict[str, Any]:
    """Return a published version, or the draft as it is stored now (super_admin).

    Raises NotFound, NotAllowed, Invalid (a draft with faults).
    """
    if version is not None:
        row = FormVersion.objects.filter(kegiatan=kegiatan, version=version).first()
        if row is None:
            raise NotFound
        found: dict[str, Any] = row.schema
        return found
    schema, fault = parse_form(draft_open(actor=actor, kegiatan=kegiatan).text)
    if fault is not None:
        raise Invalid(fault.message)
    check_exportable(schema)
    draft: dict[str, Any] = schema
    return draft
