"""Where a person works: the global admin, an office's admin, the field, or nowhere yet."""

from dataclasses import dataclass
from enum import StrEnum

from kegiatan.models import KegiatanSatkerUserRole
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN, ADMIN_SATKER
from satker.selectors import satker_roles


class PlaceKind(StrEnum):
    """Kinds of places."""

    GLOBAL = "global"
    OFFICE = "office"
    FIELD = "field"
    FLOATING = "floating"


@dataclass(frozen=True)
class Place:
    """A place and its address. satker: None for super_admin and for people without office."""

    kind: PlaceKind
    path: str
    satker: Satker | None = None


HOME = "/home/"


def place_of(user: User) -> Place:
    """Return where a person works. Admins of anything in their office work in its admin."""
    if user.is_superuser:
        return Place(PlaceKind.GLOBAL, "/admin/")
    if user.satker is None:
        return Place(PlaceKind.FLOATING, HOME)
    if _administers(user, user.satker):
        return Place(PlaceKind.OFFICE, f"/satker/{user.satker.code}/admin/", user.satker)
    return Place(PlaceKind.FIELD, HOME, user.satker)


def is_admin(user: User) -> bool:
    """Return True for super_admin, admin_satker, and admin_kegiatan of any activity."""
    return place_of(user).kind in (PlaceKind.GLOBAL, PlaceKind.OFFICE)


def _administers(user: User, satker: Satker) -> bool:
    if ADMIN_SATKER in satker_roles(user.pk, satker.pk):
        return True
    held = KegiatanSatkerUserRole.objects.filter(
        user_id=user.pk,
        permission__codename=ADMIN_KEGIATAN,
        content_object__satker_id=satker.pk,
        content_object__left_at__isnull=True,
    )
    return held.exists()
