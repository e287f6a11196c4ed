"""Photos and documents of a unit: private, idempotent by id and digest, kept when they come late.

The file is on disk before its row, the row before the reply. Source: design, section 7,
"Attachments".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.errors import Discarded, IdTaken
from assignments.models import Assignment, AssignmentAttachment, ParkedOperation
from assignments.period import field_period
from assignments.services.media import Upload
from assignments.services.responses import unit_roles
from assignments.sync.offices import Office, OfficeFinder
from cerdas.errors import CerdasError, NotFound
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanStatistik
from kegiatan.selectors import kegiatan_roles
from satker.models import Satker, User
from satker.permissions import PPL

CREATED, THERE, PARKED = 201, 200, 202


class OtherBytes(CerdasError):
    """An attachment with this id holds other bytes."""

    code = "other_bytes"
    status = 409


@dataclass(frozen=True)
class Stored:
    """What became of an upload. status: 201 stored, 200 was there, 202 waits for the office."""

    status: int
    sha256: str
    reason: str = ""


def attachment_put(
    *, user: User, assignment_id: UUID, attachment_id: UUID, filename: str, upload: Upload
) -> Stored:
    """Store an uploaded file for a unit, or keep it for the office.

    Opens its own transaction in the office of the unit. The same id with the same bytes changes
    nothing. Raises NotFound, OtherBytes, IdTaken, Discarded.
    """
    office, kegiatan = _office(user, assignment_id)
    with tenant_scope(office.satker, new_transaction=True):
        assignment = _lock(office, kegiatan, assignment_id)
        known = _known(user, office.satker, assignment_id, attachment_id, upload)
        if known is not None:
            return known
        reason = _why_parked(user, office, kegiatan, assignment)
        stored_path, thumbnail_path = files_store(office.satker, upload)
        if reason or assignment is None:
            _park(
                user, office, kegiatan, assignment_id, attachment_id, filename, upload,
                stored_path, thumbnail_path, reason or "predecessor_failed",
            )  # fmt: skip
            return Stored(PARKED, upload.sha256, reason or "predecessor_failed")
        AssignmentAttachment.objects.create(
            id=attachment_id,
            assignment=assignment,
            satker=office.satker,
            original_filename=filename,
            stored_path=stored_path,
            thumbnail_path=thumbnail_path,
            mime_type=upload.mime_type,
            file_size_bytes=upload.size_bytes,
            sha256=upload.sha256,
            uploaded_by=user,
        )
    return Stored(CREATED, upload.sha256)


def _office(user: User, assignment_id: UUID) -> tuple[Office, KegiatanStatistik]:
    """Return office and kegiatan of a unit that is or was the person's, or is their office's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kegiatan_id FROM feed_offices(%(user)s, %(ids)s)"
            " UNION SELECT kegiatan_id FROM parked_create_offices(%(user)s, %(ids)s)",
            {"user": user.pk, "ids": [assignment_id]},
        )
        row = cursor.fetchone()
    if row is None:
        return _own_office(user, assignment_id)
    finder = OfficeFinder(user, row[0])
    finder.load([assignment_id])
    office = finder.of_unit(assignment_id)
    if office is None or not office.held:
        office = finder.of_unsent_unit(assignment_id, None)
    if office is None:
        raise NotFound
    return office, KegiatanStatistik.objects.get(pk=row[0])


def _own_office(user: User, assignment_id: UUID) -> tuple[Office, KegiatanStatistik]:
    """An admin adds to a unit of their office that never was in their own hands."""
    if user.satker is not None:
        with tenant_scope(user.satker):
            found = (
                Assignment.objects.filter(pk=assignment_id, satker=user.satker)
                .select_related("kegiatan_statistik")
                .first()
            )
        if found is not None:
            roles = kegiatan_roles(user.pk, found.kegiatan_statistik_id, user.satker.pk)
            if unit_roles(actor=user, assignment=found, roles=roles):
                return Office(user.satker, left=False), found.kegiatan_statistik
    raise NotFound


def _lock(office: Office, kegiatan: KegiatanStatistik, assignment_id: UUID) -> Assignment | None:
    """Lock the unit before the feed, as every door does."""
    return (
        Assignment.objects.filter(
            pk=assignment_id, satker=office.satker, kegiatan_statistik=kegiatan
        )
        .select_for_update(no_key=True, of=("self",))
        .first()
    )


def _known(
    user: User, satker: Satker, assignment_id: UUID, attachment_id: UUID, upload: Upload
) -> Stored | None:
    """Answer an id that came before."""
    _lock_id(attachment_id)
    row = AssignmentAttachment.objects.filter(pk=attachment_id, satker=satker).first()
    if row is not None:
        if row.assignment_id != assignment_id or row.sha256 != upload.sha256:
            raise OtherBytes(_("Another file has this id. Send it under a new one."))
        return Stored(THERE, row.sha256)
    parked = ParkedOperation.objects.filter(
        satker=satker,
        user=user,
        kind=ParkedOperation.Kind.ATTACHMENT,
        operation_id=attachment_id,
    ).first()
    if parked is None:
        if _exists_anywhere(attachment_id):
            raise IdTaken
        return None
    if parked.payload_sha256 != upload.sha256:
        raise OtherBytes(_("Another file has this id. Send it under a new one."))
    if parked.state == ParkedOperation.State.DISCARDED:
        raise Discarded(details={"reason": parked.decision_reason})
    return Stored(PARKED, upload.sha256, parked.reason)


def _lock_id(attachment_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(attachment_id)]
        )


def _exists_anywhere(attachment_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT attachment_exists(%s)", [attachment_id])
        return bool(cursor.fetchone()[0])


def _why_parked(
    user: User, office: Office, kegiatan: KegiatanStatistik, assignment: Assignment | None
) -> str:
    """Return why a photo waits for the office, or '' when it does not.

    Raises NotFound for somebody whose unit it never was.
    """
    if assignment is None:
        return "predecessor_failed"
    roles = frozenset[str]()
    if not office.left:
        roles = unit_roles(
            actor=user,
            assignment=assignment,
            roles=kegiatan_roles(user.pk, kegiatan.pk, office.satker.pk),
        )
    if not roles or (office.held and office.gone):
        if not office.was_ppl:
            raise NotFound
        return _why_gone(user, office, assignment)
    if assignment.cancelled_at is not None:
        return "cancelled"
    if roles == {PPL} and _grace_is_over(kegiatan, office.satker, timezone.now()):
        return "period_closed"
    return ""


def _why_gone(user: User, office: Office, assignment: Assignment) -> str:
    if office.left:
        return "left_satker"
    if assignment.cancelled_at is not None:
        return "cancelled"
    return "role_gone" if assignment.ppl_id == user.pk else "reassigned"


def _grace_is_over(kegiatan: KegiatanStatistik, satker: Satker, now: datetime) -> bool:
    period = field_period(kegiatan, satker)
    last = period.last + timedelta(days=period.grace_days)
    return now.astimezone(period.zone).date() > last


def digest_lock(satker: Satker, sha256: str) -> None:
    """Hold a file's name until the transaction ends: the sweep takes the same lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"{satker.pk}/{sha256}"]
        )


def files_store(satker: Satker, upload: Upload) -> tuple[str, str]:
    """Put the file and its thumbnail in place, synced to disk; return their paths."""
    digest_lock(satker, upload.sha256)
    stored_path = f"{satker.pk}/{upload.sha256}{upload.suffix}"
    _save(stored_path, upload.path)
    if upload.thumbnail is None:
        return stored_path, ""
    thumbnail_path = f"{satker.pk}/{upload.sha256}.thumb.jpg"
    _save(thumbnail_path, upload.thumbnail)
    return stored_path, thumbnail_path


def _save(name: str, path: Path) -> None:
    with path.open("rb") as file:
        default_storage.save(name, File(file))


def _park(
    user: User, office: Office, kegiatan: KegiatanStatistik, assignment_id: UUID,
    attachment_id: UUID, filename: str, upload: Upload, stored_path: str, thumbnail_path: str,
    reason: str,
) -> None:  # fmt: skip
    facts = {
        "original_filename": filename,
        "thumbnail_path": thumbnail_path,
        "mime_type": upload.mime_type,
        "file_size_bytes": upload.size_bytes,
    }
    ParkedOperation.objects.create(
        satker=office.satker,
        kegiatan=kegiatan,
        user=user,
        kind=ParkedOperation.Kind.ATTACHMENT,
        operation_id=attachment_id,
        assignment_id=assignment_id,
        payload=orjson.dumps(facts),
        payload_sha256=upload.sha256,
        stored_path=stored_path,
        reason=reason,
    )


def attachment_add_parked(*, assignment: Assignment, parked: ParkedOperation) -> None:
    """Make a parked photo an attachment of its unit; the same photo may be there already.

    Raises IdTaken.
    """
    facts = orjson.loads(bytes(parked.payload))
    is_there = AssignmentAttachment.objects.filter(
        pk=parked.operation_id, assignment=assignment, sha256=parked.payload_sha256
    ).exists()
    if is_there:
        return
    if _exists_anywhere(parked.operation_id):
        raise IdTaken
    with transaction.atomic():
        AssignmentAttachment.objects.create(
            id=parked.operation_id,
            assignment=assignment,
            satker=parked.satker,
            stored_path=parked.stored_path,
            sha256=parked.payload_sha256,
            uploaded_by=parked.user,
            **facts,
        )


def attachments_sweep(*, satker: Satker, now: datetime | None = None) -> int:
    """Delete files of an office that no row names and that are older than a day; return how many.

    A file is written before its row, so a young one may still get it.
    """
    oldest = (now or timezone.now()) - timedelta(hours=settings.ATTACHMENT_ORPHAN_HOURS)
    try:
        _directories, names = default_storage.listdir(str(satker.pk))
    except FileNotFoundError:
        return 0
    return sum(_sweep_one(satker, f"{satker.pk}/{name}", oldest) for name in names)


def _sweep_one(satker: Satker, path: str, oldest: datetime) -> bool:
    sha256 = Path(path).name.split(".")[0]
    with tenant_scope(satker):
        digest_lock(satker, sha256)
        is_named = (
            AssignmentAttachment.objects.filter(satker=satker, sha256=sha256).exists()
            or ParkedOperation.objects.filter(satker=satker, stored_path__contains=sha256).exists()
        )
        if is_named or default_storage.get_modified_time(path) > oldest:
            return False
        default_storage.delete(path)
    return True
