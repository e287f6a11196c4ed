"""Publishing questionnaires: each version is kept for ever and never changes."""

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db import DataError, connection, transaction
from django.utils.translation import gettext as _

from kegiatan.errors import FormDoubtful, FormFaulty
from kegiatan.form.form_fault import FormFault
from kegiatan.form.linting import LintReport, lint_form
from kegiatan.form.linting_engine import EngineInspector
from kegiatan.models import FormVersion, KegiatanStatistik
from kegiatan.signals import form_published
from masterdata.selectors import dataset_versions
from satker.access import check_super_admin
from satker.models import User

logger = logging.getLogger(__name__)


def form_publish(
    *,
    actor: User,
    kegiatan: KegiatanStatistik,
    schema: dict[str, Any],
    notes: str = "",
    accepts_warnings: bool = True,
) -> FormVersion:
    """Publish a questionnaire as the next version of an activity. super_admin only.

    schema: form_schema, an envelope around a SurveyJS model. The same as the newest version
    publishes nothing and returns that version. accepts_warnings: False refuses a form of which the
    linter warns. Raises NotAllowed, FormFaulty (every fault at once), FormDoubtful.
    """
    check_super_admin(actor)
    check_publishable(schema, accepts_warnings=accepts_warnings)
    return form_publish_checked(actor=actor, kegiatan=kegiatan, schema=schema, notes=notes)


def check_publishable(schema: object, *, accepts_warnings: bool = True) -> None:
    """Raise FormFaulty or FormDoubtful for what cannot be published. Slow: hold no lock."""
    report = form_check(schema)
    if report.errors:
        raise faults_refused(report.faults)
    if report.warnings and not accepts_warnings:
        raise FormDoubtful(details={"faults": [asdict(fault) for fault in report.faults]})


def form_publish_checked(
    *, actor: User, kegiatan: KegiatanStatistik, schema: dict[str, Any], notes: str = ""
) -> FormVersion:
    """Publish a questionnaire that `check_publishable` let through. Raises NotAllowed, FormFaulty.

    The same as the newest version publishes nothing and returns that version.
    """
    check_super_admin(actor)
    with transaction.atomic():
        # One publisher at a time, so that version numbers have no gap and no double.
        locked = (
            KegiatanStatistik.objects.select_for_update(no_key=True)
            .defer("form_schema")
            .get(pk=kegiatan.pk)
        )
        checksum = hashlib.sha256(_stored_text(schema).encode()).hexdigest()
        newest = FormVersion.objects.filter(kegiatan=locked).order_by("-version").first()
        if newest is not None and newest.checksum == checksum:
            return newest
        published = FormVersion.objects.create(
            kegiatan=locked,
            version=newest.version + 1 if newest is not None else 1,
            schema=schema,
            checksum=checksum,
            notes=notes,
            published_by=actor,
        )
        locked.form_schema, locked.form_version = schema, published.version
        locked.save(update_fields=["form_schema", "form_version", "updated_at"])
        form_published.send(FormVersion, actor=actor, kegiatan=locked, version=published)
    logger.info("form %s of kegiatan %s by %s", published.version, kegiatan.pk, actor.pk)
    return published


def form_check(schema: object) -> LintReport:
    """Return what the linter says about a questionnaire here: with the master data that is loaded
    and the form engine. Publishes nothing; takes below 2 s for 150 questions.
    """
    return lint_form(schema, masters=dataset_versions(), engine=EngineInspector())


def _stored_text(schema: dict[str, Any]) -> str:
    """Return the schema as the database stores it, which is what the checksum is of."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT (%s)::jsonb::text", [json.dumps(schema)])
            text: str = cursor.fetchone()[0]
    except DataError as error:
        message = _("The form holds characters that cannot be stored (NUL or half a symbol).")
        fault = FormFault("", "not_storable", message, _("Remove them from the texts."))
        raise faults_refused([fault]) from error
    return text


def faults_refused(faults: Iterable[FormFault]) -> FormFaulty:
    """Return the refusal that lists faults."""
    return FormFaulty(details={"faults": [asdict(fault) for fault in faults]})
