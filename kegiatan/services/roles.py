"""Giving and taking roles in an activity of an office.

Every change locks the office's row of the activity, then the person, then the membership, always in
this order. Role rows are written first and `access_generation` last: a trigger then decides again
which units are in the person's hands. Source: design, sections 3 and 8.
"""

import logging
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from guardian.shortcuts import assign_perm, remove_perm

from cerdas.tenancy import tenant_scope
from kegiatan.access import check_grants_role
from kegiatan.errors import NotSupervisor, SatkerHasLeft
from kegiatan.models import KegiatanMember, KegiatanSatker, KegiatanSatkerUserRole
from kegiatan.selectors import kegiatan_roles
from satker.access import check_satker_admin
from satker.errors import NotInOffice
from satker.models import Satker, User
from satker.permissions import PML, PPL

logger = logging.getLogger(__name__)


def role_grant(
    *,
    actor: User,
    kegiatan_satker: KegiatanSatker,
    user: User,
    role: str,
    pml: User | None = None,
) -> KegiatanMember:
    """Give a person of the office a role in an activity, and with it membership.

    pml: supervisor of a PPL; None keeps the one there is. Repeating changes nothing.
    Raises NotAllowed, NotFound (not your office), NotInOffice (a floating person is invited
    instead), NotSupervisor, SatkerHasLeft.
    """
    with tenant_scope(kegiatan_satker.satker_id):
        check_grants_role(actor=actor, place=kegiatan_satker, role=role)
        member = role_give(place=kegiatan_satker, user=user, role=role, pml=pml)
    logger.info(
        "role %s in kegiatan %s of satker %s given to %s by %s",
        role,
        kegiatan_satker.kegiatan_statistik_id,
        kegiatan_satker.satker_id,
        user.pk,
        actor.pk,
    )
    return member


def role_give(
    *, place: KegiatanSatker, user: User, role: str, pml: User | None = None
) -> KegiatanMember:
    """Write a role that somebody with the right has decided on; runs in the office's scope.

    Raises NotInOffice, NotSupervisor, SatkerHasLeft.
    """
    if _lock_place(place).left_at is not None:
        raise SatkerHasLeft
    people = User.objects.select_for_update(no_key=True)
    if not people.filter(pk=user.pk, satker_id=place.satker_id, is_active=True).exists():
        raise NotInOffice
    if pml is not None:
        check_supervisor(place=place, role=role, pml=pml)
    member = _lock_member(place, user)
    held = kegiatan_roles(user.pk, place.kegiatan_statistik_id, place.satker_id)
    if role not in held:
        assign_perm(role, user, place)
    if member is None:
        return KegiatanMember.objects.create(
            kegiatan_statistik_id=place.kegiatan_statistik_id,
            satker_id=place.satker_id,
            user=user,
            pml=pml,
        )
    if pml is not None and member.pml_id != pml.pk:
        member.pml = pml
        member.save(update_fields=["pml", "updated_at"])
    if role not in held or member.left_at is not None:
        member.left_at = None
        _bump(member)
    return member


def role_revoke(
    *, actor: User, kegiatan_satker: KegiatanSatker, user: User, role: str
) -> KegiatanMember | None:
    """Take a role away; the last one ends the membership. Repeating changes nothing.

    Who loses PML supervises no PPL any more. Returns the membership, None when there is none.
    Raises NotAllowed, NotFound (not your office).
    """
    place = kegiatan_satker
    with tenant_scope(place.satker_id):
        check_grants_role(actor=actor, place=place, role=role)
        _lock_place(place)
        member = _lock_member(place, user)
        held = KegiatanSatkerUserRole.objects.filter(user=user, content_object=place)
        if member is None or not held.filter(permission__codename=role).exists():
            return member
        remove_perm(role, user, place)
        if role == PML:
            _end_supervision(place.satker, user, kegiatan_id=place.kegiatan_statistik_id)
        if not held.exists():
            member.left_at = timezone.now()
        _bump(member)
    logger.info(
        "role %s in kegiatan %s of satker %s taken from %s by %s",
        role,
        place.kegiatan_statistik_id,
        place.satker_id,
        user.pk,
        actor.pk,
    )
    return member


def membership_end_all(*, actor: User, satker: Satker, user: User) -> int:
    """Take all roles of a person in the activities of an office; return how many memberships end.

    The caller holds the person's row. Raises NotAllowed, NotFound.
    """
    check_satker_admin(actor=actor, satker_id=satker.pk)
    with tenant_scope(satker):
        open_ones = KegiatanMember.objects.filter(user=user, satker=satker, left_at__isnull=True)
        members = list(open_ones.select_for_update(no_key=True, of=("self",)).order_by("pk"))
        KegiatanSatkerUserRole.objects.filter(user=user, content_object__satker=satker).delete()
        _end_supervision(satker, user)
        now = timezone.now()
        for member in members:
            member.left_at = now
            _bump(member)
    logger.info(
        "%s memberships of %s in satker %s ended by %s",
        len(members),
        user.pk,
        satker.pk,
        actor.pk,
    )
    return len(members)


def check_supervisor(*, place: KegiatanSatker, role: str, pml: User) -> None:
    """Refuse a supervisor who is not PML here, or a role without one. Raises NotSupervisor."""
    if role != PPL:
        raise NotSupervisor
    if PML not in kegiatan_roles(pml.pk, place.kegiatan_statistik_id, place.satker_id):
        raise NotSupervisor


def _lock_place(place: KegiatanSatker) -> KegiatanSatker:
    return KegiatanSatker.objects.select_for_update(no_key=True).get(pk=place.pk)


def _lock_member(place: KegiatanSatker, user: User) -> KegiatanMember | None:
    members = KegiatanMember.objects.select_for_update(no_key=True, of=("self",))
    return members.filter(
        satker_id=place.satker_id,
        kegiatan_statistik_id=place.kegiatan_statistik_id,
        user=user,
    ).first()


def _bump(member: KegiatanMember) -> None:
    """Save the end of a membership and tell the person's devices to fetch everything again."""
    member.access_generation = F("access_generation") + 1
    member.save(update_fields=["access_generation", "left_at", "updated_at"])
    member.refresh_from_db(fields=["access_generation"])


def _end_supervision(satker: Satker, user: User, kegiatan_id: UUID | None = None) -> None:
    members = KegiatanMember.objects.filter(satker=satker, pml=user)
    if kegiatan_id is not None:
        members = members.filter(kegiatan_statistik_id=kegiatan_id)
    members.update(pml=None, updated_at=timezone.now())
