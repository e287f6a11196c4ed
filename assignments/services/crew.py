"""Who may be given a unit: PPL and PML of the kegiatan in the unit's office.

Member rows are locked FOR SHARE, so that no role is taken away while a unit is being given; taking
a role locks them FOR UPDATE. Source: spec, "Wilayah coverage".
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from cerdas.errors import CerdasError, NotAllowed, NotFound
from kegiatan.errors import SatkerHasLeft
from kegiatan.models import KegiatanStatistik
from kegiatan.selectors import office_roles
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN, PML, PPL


class NotInCrew(CerdasError):
    """A person is not PPL or PML of this kegiatan in this office.

    details: field (ppl, pml), person (email or id as given). People of other offices and people
    who do not exist are told apart by nothing.
    """

    code = "not_in_crew"
    status = 409


@dataclass(frozen=True)
class CrewMember:
    """A person who takes part, with the roles held there. is_current: active, of the office now."""

    user_id: UUID
    email: str
    name: str
    is_current: bool
    roles: frozenset[str]


def not_in_crew(field: str, person: str, member: CrewMember | None) -> NotInCrew:
    """Return the refusal for a person as `field` (ppl or pml); names them as they were given."""
    role = field.upper()
    if member is None:
        message = _("%(person)s does not take part in this activity in your office.")
    elif not member.is_current:
        message = _("%(person)s does not work for your office now.")
    else:
        message = _("%(person)s is not %(role)s of this activity in your office.")
    shown = f"{member.name} <{member.email}>" if member else person
    return NotInCrew(
        message % {"person": shown, "role": role}, details={"field": field, "person": person}
    )


def crew_of(
    *,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    user_ids: Collection[UUID] | None = None,
    lock: bool = False,
) -> list[CrewMember]:
    """Return who takes part in a kegiatan of an office, in one query (two with lock).

    user_ids: only these. lock: hold their member rows FOR SHARE until the transaction ends.
    Runs in the office's scope.
    """
    with connection.cursor() as cursor:
        only = None if user_ids is None else sorted(user_ids)
        if lock:
            # In the order of user ids: two callers never wait for each other. The roles are read
            # by the next statement, which sees what was committed while this one waited.
            cursor.execute(
                "SELECT 1 FROM kegiatan_members WHERE satker_id = %s"
                " AND kegiatan_statistik_id = %s AND user_id = ANY (coalesce(%s, ARRAY[user_id]))"
                " ORDER BY user_id FOR SHARE",
                [satker.pk, kegiatan.pk, only],
            )
        cursor.execute(_CREW, [satker.pk, kegiatan.pk, only])
        return [
            CrewMember(user_id, email, name, is_current, frozenset(roles))
            for user_id, email, name, is_current, roles in cursor.fetchall()
        ]


_CREW = """
    SELECT u.id, u.email, u.name, u.is_active AND u.satker_id IS NOT DISTINCT FROM m.satker_id,
           ARRAY(SELECT p.codename::text FROM kegiatan_satker_user_roles r
                 JOIN auth_permission p ON p.id = r.permission_id
                 JOIN kegiatan_satkers ks ON ks.id = r.content_object_id
                 WHERE r.user_id = u.id AND ks.satker_id = m.satker_id
                   AND ks.kegiatan_statistik_id = m.kegiatan_statistik_id AND ks.left_at IS NULL)
    FROM kegiatan_members m JOIN users u ON u.id = m.user_id
    WHERE m.satker_id = %s AND m.kegiatan_statistik_id = %s AND m.left_at IS NULL
      AND u.id = ANY (coalesce(%s, ARRAY[u.id]))
"""


def check_crew(
    *,
    satker: Satker,
    kegiatan: KegiatanStatistik,
    ppl_ids: Iterable[UUID] = (),
    pml_ids: Iterable[UUID] = (),
) -> None:
    """Refuse people who cannot be given units here, and keep their roles until the commit.

    Raises NotInCrew naming the first of them. Runs in the office's scope and a transaction.
    """
    wanted = [("ppl", PPL, user_id) for user_id in sorted(set(ppl_ids))]
    wanted += [("pml", PML, user_id) for user_id in sorted(set(pml_ids))]
    ids = {user_id for _field, _role, user_id in wanted}
    crew = {
        member.user_id: member
        for member in crew_of(satker=satker, kegiatan=kegiatan, user_ids=ids, lock=True)
    }
    for field, role, user_id in wanted:
        member = crew.get(user_id)
        if member is None or not member.is_current or role not in member.roles:
            raise not_in_crew(field, _shown(user_id, satker), member)


def _shown(user_id: UUID, satker: Satker) -> str:
    """Return the email of a person of this office; of anybody else only the id that was given."""
    email = User.objects.filter(pk=user_id, satker=satker).values_list("email", flat=True).first()
    return email or str(user_id)


def check_manages_units(
    *, actor: User, satker: Satker, kegiatan: KegiatanStatistik, allow_super_admin: bool = False
) -> None:
    """Refuse whoever is not admin_kegiatan here; NotFound for people without any role here.

    allow_super_admin: super_admin may too (coverage does not bind them).
    Raises NotAllowed, NotFound.
    """
    if actor.is_superuser:
        if allow_super_admin:
            return
        raise NotAllowed
    roles = office_roles(actor.pk, kegiatan.pk, satker.pk)
    if ADMIN_KEGIATAN not in roles:
        raise NotAllowed if roles else NotFound


def check_takes_part(*, satker: Satker, kegiatan: KegiatanStatistik) -> None:
    """Refuse units of a kegiatan that the office has left, and keep it in until the commit.

    Everybody locks the office's row of the kegiatan before memberships. Raises SatkerHasLeft.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM kegiatan_satkers WHERE satker_id = %s AND kegiatan_statistik_id = %s"
            " AND left_at IS NULL FOR SHARE",
            [satker.pk, kegiatan.pk],
        )
        if cursor.fetchone() is None:
            raise SatkerHasLeft
