"""What the signed-in admin may do in the office of the URL, read once per request."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from kegiatan.models import KegiatanSatker, KegiatanSatkerUserRole, KegiatanStatistik
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN, ADMIN_SATKER
from satker.selectors import request_satker, satker_roles


@dataclass(frozen=True)
class OfficeRights:
    """Rights of one person in one office.

    kegiatan_ids: activities that they administer as admin_kegiatan.
    """

    user: User
    satker: Satker
    is_super_admin: bool
    is_admin_satker: bool
    kegiatan_ids: frozenset[UUID]

    @property
    def any(self) -> bool:
        """Return True for whoever has a place in the office's admin."""
        return self.is_super_admin or self.is_admin_satker or bool(self.kegiatan_ids)

    @property
    def sees_all(self) -> bool:
        """Return True for those who see every activity of the office."""
        return self.is_super_admin or self.is_admin_satker

    def administers(self, kegiatan_id: UUID) -> bool:
        """Return True for admin_kegiatan of this very activity."""
        return kegiatan_id in self.kegiatan_ids


def office_of(request: HttpRequest) -> Satker | None:
    """Return the office in the URL when it is the person's own, or for super_admin."""
    if not hasattr(request, "satker"):  # a view that opens its own scope
        code = getattr(request, "satker_code", None)
        request.satker = request_satker(user=request.user, code=code)  # type: ignore[attr-defined]
    office: Satker | None = request.satker  # type: ignore[attr-defined]
    return office


def office_rights(request: HttpRequest) -> OfficeRights | None:
    """Return the person's rights in the office of the URL, or None without one.

    Asks the permission tables: `has_perm` says yes to everything for super_admin.
    """
    user: Any = request.user
    office = office_of(request) if user.is_authenticated and user.is_active else None
    if office is None:
        return None
    known: OfficeRights | None = getattr(request, "_office_rights", None)
    if known is None or (known.user.pk, known.satker.pk) != (user.pk, office.pk):
        known = _rights(user, office)
        request._office_rights = known  # type: ignore[attr-defined]
    return known


def _rights(user: User, office: Satker) -> OfficeRights:
    if user.is_superuser:
        return OfficeRights(user, office, True, False, frozenset())
    administered = KegiatanSatkerUserRole.objects.filter(
        user_id=user.pk,
        permission__codename=ADMIN_KEGIATAN,
        content_object__satker_id=office.pk,
        content_object__left_at__isnull=True,
    ).values_list("content_object__kegiatan_statistik_id", flat=True)
    is_admin = ADMIN_SATKER in satker_roles(user.pk, office.pk)
    return OfficeRights(user, office, False, is_admin, frozenset(administered))


def office_choices(rights: OfficeRights, model: type[Model]) -> QuerySet[Any]:
    """Return which rows of a related model this admin may choose or filter by; none by default.

    Covers models without row-level security; of tenant tables the scope shows the office's only.
    """
    satker = rights.satker
    if model is User:
        return User.objects.filter(satker=satker)
    if model is Satker:
        return Satker.objects.filter(pk=satker.pk)
    if model is KegiatanStatistik:
        taking_part = KegiatanStatistik.objects.filter(kegiatan_satkers__satker=satker)
        return taking_part if rights.sees_all else taking_part.filter(pk__in=rights.kegiatan_ids)
    if model is KegiatanSatker:
        places = KegiatanSatker.objects.filter(satker=satker)
        if rights.sees_all:
            return places
        return places.filter(kegiatan_statistik_id__in=rights.kegiatan_ids)
    if any(field.name == "satker" for field in model._meta.fields):
        return model._default_manager.filter(satker=satker)
    return model._default_manager.none()
