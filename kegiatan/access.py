"""Fetching an activity within the actor's office, with the roles held there."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from cerdas.errors import NotAllowed, NotFound
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from kegiatan.selectors import kegiatan_roles, office_roles
from satker.access import check_satker_admin
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN


class KegiatanAccess(NamedTuple):
    """An activity, its row in the office, and what the actor is there.

    roles: role names, those of the office too; empty for super_admin, who may everything.
    """

    kegiatan: KegiatanStatistik
    place: KegiatanSatker
    roles: frozenset[str]


def access_kegiatan(
    actor: User,
    kegiatan_id: UUID,
    *,
    roles: Collection[str] | None = None,
    satker: Satker | None = None,
) -> KegiatanAccess:
    """Return an activity of the actor's office with the roles held, in two queries.

    roles: at least one of these is needed; None: any role there, or admin_satker.
    satker: the office that super_admin works in; of others it must be their own.
    Raises NotFound (absent, not carried out by the office, no role in it), NotAllowed (a role, but
    not one of these).
    """
    satker_id = satker.pk if satker is not None else actor.satker_id
    if satker_id is None or not (actor.is_superuser or actor.satker_id == satker_id):
        raise NotFound
    place = (
        KegiatanSatker.objects.select_related("kegiatan_statistik", "satker")
        .defer("kegiatan_statistik__form_schema")
        .filter(kegiatan_statistik_id=kegiatan_id, satker_id=satker_id, left_at__isnull=True)
        .first()
    )
    if place is None:
        raise NotFound
    if actor.is_superuser:
        return KegiatanAccess(place.kegiatan_statistik, place, frozenset())
    held = office_roles(actor.pk, kegiatan_id, satker_id)
    if not held:
        raise NotFound
    if roles is not None and not held & set(roles):
        raise NotAllowed
    return KegiatanAccess(place.kegiatan_statistik, place, held)


def access_kegiatan_form(actor: User, kegiatan_id: UUID) -> KegiatanStatistik:
    """Return an activity whose questionnaire the actor may read. Raises NotFound.

    Anyone with a role in it in their office, admin_satker of an office taking part, super_admin.
    """
    if actor.is_superuser:
        found = KegiatanStatistik.objects.defer("form_schema").filter(pk=kegiatan_id).first()
        if found is None:
            raise NotFound
        return found
    return access_kegiatan(actor, kegiatan_id).kegiatan


def check_grants_role(*, actor: User, place: KegiatanSatker, role: str) -> None:
    """Refuse whoever may not give or take this role here.

    super_admin every role; admin_satker admin_kegiatan; admin_kegiatan PML and PPL.
    Raises NotAllowed, NotFound (not your office). Source: spec, "Roles".
    """
    if actor.is_superuser and actor.is_active:
        return
    if role == ADMIN_KEGIATAN:
        check_satker_admin(actor=actor, satker_id=place.satker_id)
        return
    held = kegiatan_roles(actor.pk, place.kegiatan_statistik_id, place.satker_id)
    if ADMIN_KEGIATAN in held:
        return
    if actor.satker_id == place.satker_id:
        raise NotAllowed
    raise NotFound
