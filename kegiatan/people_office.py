"""What rows of people are judged by: the actor's rights, the office's activities and its people."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from cerdas.errors import NotAllowed, NotFound
from kegiatan.models import (
    KegiatanMember,
    KegiatanSatker,
    KegiatanSatkerUserRole,
    KegiatanStatistik,
)
from satker.models import Satker, SatkerUserRole, User
from satker.permissions import ADMIN_KEGIATAN, ADMIN_SATKER
from satker.selectors import satker_roles


@dataclass(frozen=True)
class ActingOffice:
    """An office as one admin works in it.

    is_admin: super_admin or admin_satker; administered: activities of an admin_kegiatan;
    places: activities that may be named, in any case of letters, by id or whole name (several: the
    name is ambiguous); default: the activity of rows that name none.
    """

    satker: Satker
    is_super_admin: bool
    is_admin: bool
    administered: frozenset[UUID]
    places: dict[str, list[KegiatanSatker]]
    default: KegiatanSatker | None

    def may_give(self, role: str, place: KegiatanSatker | None) -> bool:
        """Say whether the actor gives this role; as `check_grants_role` has it."""
        if self.is_super_admin:
            return True
        if role in (ADMIN_SATKER, ADMIN_KEGIATAN):
            return self.is_admin
        return place is not None and place.kegiatan_statistik_id in self.administered


@dataclass(frozen=True)
class KnownPeople:
    """People named in a file. roles: {(person, KegiatanSatker id or None): role names}.

    supervisors: {(person, kegiatan): supervisor's email}.
    """

    people: dict[str, User]
    roles: dict[tuple[UUID, int | None], frozenset[str]]
    supervisors: dict[tuple[UUID, UUID], str]


def office_of_actor(
    *, actor: User, satker: Satker, kegiatan: KegiatanStatistik | None = None
) -> ActingOffice:
    """Return what an admin may do with people of an office; runs in its scope.

    Raises NotFound (not your office; kegiatan that you do not see), NotAllowed (no admin role).
    """
    is_super = actor.is_superuser and actor.is_active
    is_admin = is_super or ADMIN_SATKER in satker_roles(actor.pk, satker.pk)
    administered = frozenset() if is_super else _administered(actor, satker)
    if not is_admin and not administered:
        raise NotAllowed if actor.satker_id == satker.pk else NotFound
    found = KegiatanSatker.objects.filter(satker=satker, left_at__isnull=True).select_related(
        "kegiatan_statistik"
    )
    if not is_admin:
        found = found.filter(kegiatan_statistik_id__in=administered)
    places: dict[str, list[KegiatanSatker]] = defaultdict(list)
    default = None
    for place in found.defer("kegiatan_statistik__form_schema"):
        places[str(place.kegiatan_statistik_id)].append(place)
        places[_plain(place.kegiatan_statistik.name)].append(place)
        if kegiatan is not None and place.kegiatan_statistik_id == kegiatan.pk:
            default = place
    if kegiatan is not None and default is None:
        raise NotFound
    return ActingOffice(satker, is_super, is_admin, administered, dict(places), default)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def places_named(office: ActingOffice, name: str) -> list[KegiatanSatker]:
    """Return the activities that a name or id stands for: none, one, or several."""
    return office.places.get(_plain(name), [])


def _administered(actor: User, satker: Satker) -> frozenset[UUID]:
    held = KegiatanSatkerUserRole.objects.filter(
        user_id=actor.pk,
        user__satker_id=satker.pk,
        user__is_active=True,
        permission__codename=ADMIN_KEGIATAN,
        content_object__satker_id=satker.pk,
        content_object__left_at__isnull=True,
    )
    return frozenset(held.values_list("content_object__kegiatan_statistik_id", flat=True))


def people_known(satker: Satker, emails: Collection[str]) -> KnownPeople:
    """Return who has an account, of whatever office, and what people of this office are."""
    people = {
        user.email: user
        for user in User.objects.select_related("satker").filter(email__in=list(emails))
    }
    own = [user.pk for user in people.values() if user.satker_id == satker.pk]
    roles: dict[tuple[UUID, int | None], set[str]] = defaultdict(set)
    in_places = KegiatanSatkerUserRole.objects.filter(
        user_id__in=own, content_object__satker=satker
    ).values_list("user_id", "content_object_id", "permission__codename")
    for user_id, place_id, role in in_places:
        roles[user_id, place_id].add(role)
    in_office = SatkerUserRole.objects.filter(user_id__in=own, content_object=satker)
    for user_id, role in in_office.values_list("user_id", "permission__codename"):
        roles[user_id, None].add(role)
    members = KegiatanMember.objects.filter(
        user_id__in=own, satker=satker, left_at__isnull=True, pml__isnull=False
    ).values_list("user_id", "kegiatan_statistik_id", "pml__email")
    return KnownPeople(
        people,
        {key: frozenset(held) for key, held in roles.items()},
        {(user_id, kegiatan_id): email for user_id, kegiatan_id, email in members},
    )
