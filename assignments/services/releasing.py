"""Release a person from an office: the season is over, or they move on."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import ngettext

from assignments.models import Assignment, ResponseStatus
from cerdas.errors import CerdasError, NotAllowed, NotFound
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanMember
from kegiatan.services.roles import membership_end_all
from satker.access import check_satker_admin
from satker.models import Satker, User
from satker.services.people import user_unassign_satker

LISTED = 100
# A PPL may still have to do or correct these; a PML has everything that is not final.
OPEN_FOR_PPL = (
    ResponseStatus.ASSIGNED,
    ResponseStatus.OPENED,
    ResponseStatus.SUBMITTED_PPL,
    ResponseStatus.REJECTED_PML,
    ResponseStatus.REJECTED_ADMIN,
)


@dataclass(frozen=True)
class OpenUnit:
    """A unit that somebody else has to take over. role: PPL or PML, as the person holds it."""

    id: UUID
    label: str
    region_code: str | None
    status: str
    role: str

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object."""
        return asdict(self) | {"id": str(self.id)}


@dataclass(frozen=True)
class OpenWork:
    """Open units of a person in one kegiatan. total: of all; units: the first of them."""

    kegiatan_id: UUID
    kegiatan: str
    total: int
    units: tuple[OpenUnit, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {
            "kegiatan": {"id": str(self.kegiatan_id), "name": self.kegiatan},
            "total": self.total,
            "units": [unit.as_json() for unit in self.units],
        }


class HasOpenWork(CerdasError):
    """The person still has units. details: total, work (OpenWork per kegiatan)."""

    code = "open_work"
    status = 409

    def __init__(self, work: list[OpenWork]) -> None:
        self.work = work
        total = sum(part.total for part in work)
        message = ngettext(
            "This person still has %(total)d open unit. Give it to somebody else first.",
            "This person still has %(total)d open units. Give them to somebody else first.",
            total,
        ) % {"total": total}
        details = {"total": total, "work": [part.as_json() for part in work]}
        super().__init__(message, details=details)


@dataclass(frozen=True)
class Release:
    """What a release ended and what it left behind."""

    user_id: UUID
    memberships_ended: int
    open_work: tuple[OpenWork, ...]


def open_work_of(*, user: User) -> list[OpenWork]:
    """Return a person's open units per kegiatan in the open scope; LISTED units of each."""
    mine = Q(ppl=user, response__status__in=OPEN_FOR_PPL) | (
        Q(pml=user) & ~Q(response__status=ResponseStatus.APPROVED_ADMIN)
    )
    found = (
        Assignment.objects.filter(mine, cancelled_at__isnull=True)
        .order_by("kegiatan_statistik__name", "kegiatan_statistik_id", "pk")
        .values_list(
            "kegiatan_statistik_id",
            "kegiatan_statistik__name",
            "pk",
            "assignment_label",
            "region_code",
            "response__status",
            "ppl_id",
        )
    )
    work: dict[UUID, tuple[str, list[OpenUnit], int]] = {}
    for kegiatan_id, name, pk, label, region_code, status, ppl_id in found.iterator():
        _name, units, total = work.get(kegiatan_id, (name, [], 0))
        if total < LISTED:
            role = "PPL" if ppl_id == user.pk else "PML"
            units.append(OpenUnit(pk, label, region_code, status, role))
        work[kegiatan_id] = (name, units, total + 1)
    return [
        OpenWork(kegiatan_id, name, total, tuple(units))
        for kegiatan_id, (name, units, total) in work.items()
    ]


def user_release(*, actor: User, satker: Satker, user: User, leave_open: bool = False) -> Release:
    """End a person's roles and memberships in an office and make them floating.

    Their history and their tokens stay: the phone may still send what is on it, which is parked.
    leave_open: release although units are open; they stay the person's until reassigned.
    Everything or nothing. Raises NotAllowed (also for oneself), NotFound (not of this office),
    HasOpenWork.
    Source: spec, "Roles".
    """
    with tenant_scope(satker):
        check_satker_admin(actor=actor, satker_id=satker.pk)
        if user.pk == actor.pk:
            raise NotAllowed
        # The person, then their memberships: nobody can recruit them or give them units meanwhile.
        people = User.objects.select_for_update(no_key=True, of=("self",))
        locked = people.filter(pk=user.pk, satker=satker).first()
        if locked is None:
            raise NotFound
        members = KegiatanMember.objects.filter(user=locked, satker=satker, left_at__isnull=True)
        list(members.select_for_update(no_key=True, of=("self",)).order_by("pk"))
        work = open_work_of(user=locked)
        if work and not leave_open:
            raise HasOpenWork(work)
        ended = membership_end_all(actor=actor, satker=satker, user=locked)
        user_unassign_satker(actor=actor, satker=satker, user=locked)
    user.satker = None
    return Release(user.pk, ended, tuple(work))
