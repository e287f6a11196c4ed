"""Reads about activities: who takes part, who holds which role, published questionnaires."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias
from uuid import UUID

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from cerdas.errors import NotFound
from cerdas.prepared import Columns, fetch_all, fetch_one
from kegiatan.models import FormVersion, KegiatanSatker, KegiatanSatkerUserRole, KegiatanStatistik
from satker.models import Invitation, Satker, SatkerUserRole, User
from satker.permissions import ADMIN_KEGIATAN, ADMIN_SATKER
from satker.selectors import invitations_for, satker_roles


@dataclass(frozen=True)
class KegiatanRole:
    """A role of a person in an activity of their office."""

    role: str
    satker: Satker
    kegiatan: KegiatanStatistik


@dataclass(frozen=True)
class KegiatanInList:
    """An activity as one person sees it. satker: None for super_admin, who sees all offices."""

    kegiatan: KegiatanStatistik
    satker: Satker | None
    roles: frozenset[str]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def sees_all_units(self) -> bool:
        """Return True when the person's counts are of the whole office."""
        return bool(self.roles & {ADMIN_SATKER, ADMIN_KEGIATAN})


@dataclass(frozen=True, slots=True)
class FormText:
    """A published questionnaire as stored. text: JSON in UTF-8; checksum: its SHA-256."""

    kegiatan_id: UUID
    version: int
    text: bytes
    checksum: str


# {kegiatan id: {status: units}} for one person's list, in one query
Counts: TypeAlias = Callable[[User, list[KegiatanInList]], Mapping[UUID, Mapping[str, int]]]


# The same as `_held`, written out: asked for every request of every phone.
_ROLES = """
    SELECT p.codename::text
    FROM kegiatan_satker_user_roles r
    JOIN auth_permission p ON p.id = r.permission_id
    JOIN kegiatan_satkers place ON place.id = r.content_object_id
    JOIN users u ON u.id = r.user_id
    WHERE r.user_id = %(user)s AND u.satker_id = %(satker)s AND u.is_active
      AND place.satker_id = %(satker)s AND place.kegiatan_statistik_id = %(kegiatan)s
      AND place.left_at IS NULL
"""
_KEGIATAN = Columns(KegiatanStatistik, "k", without=["form_schema", "created_at", "updated_at"])
_KEGIATAN_WITH_ROLES = f"""
    SELECT {_KEGIATAN.sql}, ARRAY({_ROLES}) FROM kegiatan_statistiks k WHERE k.id = %(kegiatan)s
"""


def _held(user_id: UUID, satker_id: UUID) -> QuerySet[KegiatanSatkerUserRole]:
    """Return the role rows that count: of active people of the office, which still takes part."""
    return KegiatanSatkerUserRole.objects.filter(
        user_id=user_id,
        user__satker_id=satker_id,
        user__is_active=True,
        content_object__satker_id=satker_id,
        content_object__left_at__isnull=True,
    )


def kegiatan_roles(user_id: UUID, kegiatan_id: UUID, satker_id: UUID) -> frozenset[str]:
    """Return the roles a person holds in an activity of an office, in one query.

    Empty for super_admin, for the inactive, for who has left the office, and once the office has
    left the activity: super_admin is never PPL by being allowed everything.
    """
    keys = {"user": user_id, "kegiatan": kegiatan_id, "satker": satker_id}
    return frozenset(codename for (codename,) in fetch_all(_ROLES, keys))


def kegiatan_with_roles(
    user: User, kegiatan_id: UUID
) -> tuple[KegiatanStatistik | None, frozenset[str]]:
    """Return an activity without its form, and the person's roles in it at their own office.

    One query. Roles as in `kegiatan_roles`; none for people without office.
    """
    keys = {"user": user.pk, "kegiatan": kegiatan_id, "satker": user.satker_id}
    row = fetch_one(_KEGIATAN_WITH_ROLES, keys)
    if row is None:
        return None, frozenset()
    return _KEGIATAN.instance(row[:-1]), frozenset(row[-1])


def newest_form_version(kegiatan_id: UUID) -> int | None:
    """Return the number of an activity's newest form version, or None where there is no activity.

    An activity without any form says 1, which is then not published.
    """
    row = fetch_one("SELECT form_version FROM kegiatan_statistiks WHERE id = %s", [kegiatan_id])
    return None if row is None else row[0]


def office_roles(user_id: UUID, kegiatan_id: UUID, satker_id: UUID) -> frozenset[str]:
    """Return the roles in an activity of an office and in the office itself, in one query."""
    in_kegiatan = _held(user_id, satker_id).filter(
        content_object__kegiatan_statistik_id=kegiatan_id
    )
    in_office = SatkerUserRole.objects.filter(
        user_id=user_id,
        user__satker_id=satker_id,
        user__is_active=True,
        content_object_id=satker_id,
    )
    codename = "permission__codename"
    return frozenset(
        in_kegiatan.values_list(codename, flat=True).union(
            in_office.values_list(codename, flat=True)
        )
    )


def kegiatan_roles_of(user: User) -> list[KegiatanRole]:
    """Return every role a person holds in activities of their office, in one query."""
    if user.satker is None:
        return []
    held = (
        _held(user.pk, user.satker.pk)
        .select_related("permission", "content_object__kegiatan_statistik")
        .defer("content_object__kegiatan_statistik__form_schema")
        .order_by(
            "-content_object__kegiatan_statistik__year",
            "content_object__kegiatan_statistik__name",
            "content_object_id",
            "permission__codename",
        )
    )
    return [
        KegiatanRole(row.permission.codename, user.satker, row.content_object.kegiatan_statistik)
        for row in held
    ]


def kegiatan_list_for(user: User, *, counts: Counts | None = None) -> list[KegiatanInList]:
    """Return the activities a person sees, newest year first, with counts by status.

    People see those in which they hold a role; admin_satker all of the office; super_admin all,
    without counts; floating people none. counts: gives the numbers, see `Counts`.
    """
    if user.is_superuser:
        everything = KegiatanStatistik.objects.defer("form_schema").order_by("-year", "name", "pk")
        return [KegiatanInList(kegiatan, None, frozenset()) for kegiatan in everything]
    if user.satker is None:
        return []
    listed = _list_in_office(user, user.satker)
    numbers = counts(user, listed) if counts is not None and listed else {}
    return [
        KegiatanInList(item.kegiatan, item.satker, item.roles, numbers.get(item.kegiatan.pk, {}))
        for item in listed
    ]


def _list_in_office(user: User, satker: Satker) -> list[KegiatanInList]:
    roles: dict[UUID, set[str]] = {}
    activities: dict[UUID, KegiatanStatistik] = {}
    for held in kegiatan_roles_of(user):
        roles.setdefault(held.kegiatan.pk, set()).add(held.role)
        activities[held.kegiatan.pk] = held.kegiatan
    if ADMIN_SATKER in satker_roles(user.pk, satker.pk):
        for kegiatan in kegiatan_of_office(satker.pk):
            roles.setdefault(kegiatan.pk, set()).add(ADMIN_SATKER)
            activities[kegiatan.pk] = kegiatan
    ordered = sorted(activities.values(), key=lambda k: (-k.year, k.name, str(k.pk)))
    return [KegiatanInList(kegiatan, satker, frozenset(roles[kegiatan.pk])) for kegiatan in ordered]


def kegiatan_of_office(satker_id: UUID) -> QuerySet[KegiatanStatistik]:
    """Return the activities that an office carries out, newest year first."""
    taking_part = KegiatanSatker.objects.filter(satker_id=satker_id, left_at__isnull=True)
    return (
        KegiatanStatistik.objects.filter(pk__in=taking_part.values("kegiatan_statistik_id"))
        .defer("form_schema")
        .order_by("-year", "name", "pk")
    )


def kegiatan_by_reference(
    reference: str, *, among: Iterable[KegiatanStatistik]
) -> KegiatanStatistik:
    """Return the activity that a person names by id or by its whole name.

    Raises NotFound, also when a name stands for several; then the message gives their ids.
    """
    found = [k for k in among if reference.strip() in (str(k.pk), k.name)]
    if len(found) == 1:
        return found[0]
    if not found:
        text = _("There is no activity %(kegiatan)s here. list_kegiatan lists what there is.")
        raise NotFound(text % {"kegiatan": reference})
    text = _("Several activities are called %(kegiatan)s. Name one by its id: %(ids)s.")
    named = [f"{k.pk} ({k.year}, {k.start_date:%d-%m-%Y} – {k.end_date:%d-%m-%Y})" for k in found]
    raise NotFound(text % {"kegiatan": reference, "ids": "; ".join(named)})


@dataclass(frozen=True, slots=True)
class InvitationShown:
    """An invitation with the name of what it is for. kegiatan: None for a role in the office."""

    id: UUID
    satker: Satker
    kegiatan: KegiatanStatistik | None
    role: str
    state: str
    created_at: datetime


def invitations_shown(user: User) -> list[InvitationShown]:
    """Return the invitations that a person can answer, newest first, in two queries."""
    return _shown(list(invitations_for(user)))


def invitation_shown(invitation: Invitation) -> InvitationShown:
    """Return one invitation with names."""
    return _shown([invitation])[0]


def _shown(invitations: list[Invitation]) -> list[InvitationShown]:
    ids = {row.kegiatan_id for row in invitations if row.kegiatan_id is not None}
    named = KegiatanStatistik.objects.only("id", "name").in_bulk(list(ids)) if ids else {}
    return [
        InvitationShown(
            id=row.pk,
            satker=row.satker,
            kegiatan=named.get(row.kegiatan_id) if row.kegiatan_id is not None else None,
            role=row.role,
            state=row.state,
            created_at=row.created_at,
        )
        for row in invitations
    ]


class _NotPublished(LookupError):
    pass


@lru_cache(maxsize=32)
def _form_text(kegiatan_id: UUID, version: int) -> FormText:
    row = (
        FormVersion.objects.filter(kegiatan_id=kegiatan_id, version=version)
        .annotate(text=Cast("schema", TextField()))
        .values_list("text", "checksum")
        .first()
    )
    if row is None:
        raise _NotPublished  # not cached: it may be published next
    return FormText(kegiatan_id, version, row[0].encode(), row[1])


def form_version_get(kegiatan_id: UUID, version: int) -> FormText | None:
    """Return a published questionnaire's stored text, or None. Cached per process: immutable."""
    try:
        return _form_text(kegiatan_id, version)
    except _NotPublished:
        return None
