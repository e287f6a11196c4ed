"""Reads of the published versions of a questionnaire, and what differs between two of them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from cerdas.errors import NotFound
from kegiatan.form.comparing import FormComparison, compare_forms
from kegiatan.form.json_value import JsonObject
from kegiatan.form.questions import Question
from kegiatan.form.upgrading import Upgrade, upgrade_answers
from kegiatan.forms import form_get
from kegiatan.models import FormVersion, KegiatanStatistik
from kegiatan.selectors import form_version_get
from satker.access import check_super_admin
from satker.models import User


@dataclass(frozen=True)
class VersionInList:
    """A published version without its questionnaire."""

    version: int
    notes: str
    published_by: str
    published_at: datetime
    checksum: str


@dataclass(frozen=True)
class VersionsCompared:
    """What differs from version `old` to version `new`."""

    old: int
    new: int
    comparison: FormComparison

    def as_dict(self) -> dict[str, Any]:
        """Return JSON: questions as {path, title, kind}, changes as {what, old, new}."""
        found = self.comparison
        return {
            "old": self.old,
            "new": self.new,
            "added": [_question(question) for question in found.added],
            "removed": [_question(question) for question in found.removed],
            "changed": [asdict(change) for change in found.changed],
            "moved": list(found.moved),
            "other": [asdict(change) for change in found.other],
        }


def versions_list(kegiatan_id: UUID) -> list[VersionInList]:
    """Return the published versions of an activity, newest first, in one query."""
    rows = (
        FormVersion.objects.filter(kegiatan_id=kegiatan_id)
        .order_by("-version")
        .values_list("version", "notes", "published_by__name", "published_at", "checksum")
    )
    return [VersionInList(*row) for row in rows]


def versions_compare(
    *, actor: User, kegiatan: KegiatanStatistik, old: int, new: int
) -> VersionsCompared:
    """Return what differs between two published versions. super_admin only.

    Raises NotAllowed, NotFound (one of the versions was never published).
    """
    check_super_admin(actor)
    return versions_compared(kegiatan.pk, old=old, new=new)


def versions_compared(kegiatan_id: UUID, *, old: int, new: int) -> VersionsCompared:
    """Return what differs between two published versions, for whoever may see the activity.

    Raises NotFound (one of the versions was never published).
    """
    comparison = compare_forms(_schema(kegiatan_id, old), _schema(kegiatan_id, new))
    return VersionsCompared(old, new, comparison)


def answers_for_version(
    *, kegiatan_id: UUID, version: int, answers: JsonObject, assignment_id: UUID
) -> Upgrade:
    """Return stored answers as a published version takes them; see `Upgrade`. Writes nothing.

    Raises NotFound when the version was never published.
    """
    form = form_get(kegiatan_id, version)
    if form is None:
        raise _not_published(version)
    return upgrade_answers(answers, shape=form.shape, assignment_id=assignment_id)


def _schema(kegiatan_id: UUID, version: int) -> dict[str, Any]:
    stored = form_version_get(kegiatan_id, version)
    if stored is None:
        raise _not_published(version)
    schema: dict[str, Any] = orjson.loads(stored.text)
    return schema


def _not_published(version: int) -> NotFound:
    return NotFound(_("Version %(version)d was never published.") % {"version": version})


def _question(question: Question) -> dict[str, str]:
    return {"path": question.path, "title": question.title, "kind": question.kind}
