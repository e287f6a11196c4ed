"""Making activities, and which offices carry them out. super_admin only."""

import logging
from datetime import date
from typing import TypedDict, Unpack

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cerdas.tenancy import tenant_scope
from kegiatan.errors import KegiatanExists
from kegiatan.models import KegiatanMember, KegiatanSatker, KegiatanStatistik
from satker.access import check_super_admin
from satker.models import Satker, User
from satker.services.validation import check_model

logger = logging.getLogger(__name__)


class KegiatanFields(TypedDict, total=False):
    """What an activity is made of; the questionnaire is published on its own."""

    name: str
    year: int
    start_date: date
    end_date: date
    extended_end_date: date | None
    allow_new_assignments: bool
    allow_without_region: bool
    sync_grace_days: int
    source: KegiatanStatistik | None


def kegiatan_create(
    *, actor: User, allow_duplicate: bool = False, **fields: Unpack[KegiatanFields]
) -> KegiatanStatistik:
    """Make an activity; name, year, start_date and end_date are needed.

    allow_duplicate: also when another one has the name in that year. Raises NotAllowed, Invalid
    (dates out of order, implausible year), KegiatanExists.
    """
    check_super_admin(actor)
    kegiatan = KegiatanStatistik(**fields)
    check_model(kegiatan)
    with transaction.atomic():
        if not allow_duplicate:
            _check_name_is_free(kegiatan)
        kegiatan.save()
    logger.info("kegiatan %s created by %s", kegiatan.pk, actor.pk)
    return kegiatan


def kegiatan_update(
    *, actor: User, kegiatan: KegiatanStatistik, **fields: Unpack[KegiatanFields]
) -> KegiatanStatistik:
    """Change fields of an activity. Raises NotAllowed, Invalid, KegiatanExists."""
    check_super_admin(actor)
    with transaction.atomic():
        locked = KegiatanStatistik.objects.select_for_update(no_key=True).get(pk=kegiatan.pk)
        before = (locked.name, locked.year)
        for name, value in fields.items():
            setattr(locked, name, value)
        check_model(locked)
        if (locked.name, locked.year) != before:
            _check_name_is_free(locked)
        locked.save(update_fields=[*fields, "updated_at"])
    logger.info("kegiatan %s changed by %s: %s", locked.pk, actor.pk, ", ".join(fields))
    return locked


def _check_name_is_free(kegiatan: KegiatanStatistik) -> None:
    """Refuse a second activity of one name and year, until the end of the transaction.

    Two of them could not be told apart in any list, file or command. Raises KegiatanExists.
    """
    with connection.cursor() as cursor:  # a double click makes one
        name = f"kegiatan {kegiatan.year} {kegiatan.name}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [name])
    others = KegiatanStatistik.objects.exclude(pk=kegiatan.pk)
    found = others.filter(name=kegiatan.name, year=kegiatan.year).values_list("pk", flat=True)
    if other := found.first():
        text = _("There is an activity %(name)s of %(year)s already: %(id)s.")
        raise KegiatanExists(
            text % {"name": kegiatan.name, "year": kegiatan.year, "id": other},
            details={"kegiatan": str(other)},
        )


def kegiatan_satker_add(
    *, actor: User, kegiatan: KegiatanStatistik, satker: Satker
) -> KegiatanSatker:
    """Let an office carry out an activity, also again. Repeating does nothing.

    An office that comes back finds its people's roles as they were. Raises NotAllowed.
    """
    check_super_admin(actor)
    with tenant_scope(satker):
        place, _created = KegiatanSatker.objects.get_or_create(
            kegiatan_statistik=kegiatan, satker=satker
        )
        place = _lock(place)
        if place.left_at is not None:
            _set_left(place, left=False)
    logger.info("satker %s takes part in kegiatan %s", satker.pk, kegiatan.pk)
    return place


def kegiatan_satker_leave(*, actor: User, kegiatan_satker: KegiatanSatker) -> KegiatanSatker:
    """End an office's part in an activity: its people hold no role there any more.

    Units and answers stay. Repeating does nothing. Raises NotAllowed.
    """
    check_super_admin(actor)
    with tenant_scope(kegiatan_satker.satker_id):
        place = _lock(kegiatan_satker)
        if place.left_at is None:
            _set_left(place, left=True)
    logger.info("satker %s left kegiatan %s", place.satker_id, place.kegiatan_statistik_id)
    return place


def _lock(place: KegiatanSatker) -> KegiatanSatker:
    return KegiatanSatker.objects.select_for_update(no_key=True).get(pk=place.pk)


def _set_left(place: KegiatanSatker, *, left: bool) -> None:
    """Write the change first and the members' generation last: their feeds follow from it."""
    place.left_at = timezone.now() if left else None
    place.save(update_fields=["left_at", "updated_at"])
    members = KegiatanMember.objects.filter(
        satker_id=place.satker_id,
        kegiatan_statistik_id=place.kegiatan_statistik_id,
        left_at__isnull=True,
    )
    members.update(access_generation=F("access_generation") + 1, updated_at=timezone.now())
