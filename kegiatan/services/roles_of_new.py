"""Roles of accounts that were made in the same transaction: nobody else can see them yet.

Row by row, thousands of roles on the same activity take minutes: every savepoint that locks the
activity's row again makes its lock longer. Here one statement writes them all.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import Permission

from kegiatan.errors import SatkerHasLeft
from kegiatan.models import KegiatanMember, KegiatanSatker, KegiatanSatkerUserRole
from satker.models import User

_BATCH = 500


@dataclass(frozen=True)
class NewRole:
    """A role of a new account. pml: supervisor of a PPL; PML of the activity, or made so here."""

    user: User
    place: KegiatanSatker
    role: str
    pml: User | None = None


def places_lock(places: Collection[KegiatanSatker]) -> None:
    """Keep roles in activities as they are until the commit, as every change of a role does.

    Raises SatkerHasLeft when the office has left one of them meanwhile.
    """
    rows = KegiatanSatker.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    locked = list(rows.filter(pk__in={place.pk for place in places}))
    if any(place.left_at is not None for place in locked):
        raise SatkerHasLeft


def roles_give_new(given: Iterable[NewRole]) -> None:
    """Write roles, then memberships, of accounts made in this transaction.

    The caller has decided on them, checked the supervisors and called `places_lock`.
    """
    roles = list(given)
    permissions = {
        permission.codename: permission
        for permission in Permission.objects.filter(
            content_type__app_label="kegiatan", content_type__model="kegiatansatker"
        )
    }
    KegiatanSatkerUserRole.objects.bulk_create(
        [
            KegiatanSatkerUserRole(
                user=new.user, permission=permissions[new.role], content_object=new.place
            )
            for new in roles
        ],
        batch_size=_BATCH,
    )
    members: dict[tuple[UUID, int], KegiatanMember] = {}
    for new in roles:
        member = members.setdefault(
            (new.user.pk, new.place.pk),
            KegiatanMember(
                kegiatan_statistik_id=new.place.kegiatan_statistik_id,
                satker_id=new.place.satker_id,
                user=new.user,
            ),
        )
        member.pml = new.pml or member.pml
    KegiatanMember.objects.bulk_create(members.values(), batch_size=_BATCH)
