"""Fetch and authorise in one step. Absent and not yours answer alike."""

from dataclasses import dataclass
from uuid import UUID

from assignments.models import Assignment
from assignments.services.responses import unit_roles
from cerdas.errors import NotFound
from kegiatan.selectors import kegiatan_roles
from satker.models import SatkerUserRole, User
from satker.permissions import ADMIN_KEGIATAN, ADMIN_SATKER


@dataclass(frozen=True)
class AccessedAssignment:
    """A unit that the actor may see, and the roles they hold on it."""

    assignment: Assignment
    roles: frozenset[str]


def is_admin_satker(actor: User, satker_id: UUID) -> bool:
    """Return True for an admin_satker of their own office."""
    return (
        actor.satker_id == satker_id
        and SatkerUserRole.objects.filter(
            user=actor, content_object_id=satker_id, permission__codename=ADMIN_SATKER
        ).exists()
    )


def access_assignment(actor: User, assignment_id: UUID) -> AccessedAssignment:
    """Return a unit to its PPL, its PML, the admins of its office and super_admin.

    Runs in the scope of the actor's office. Raises NotFound.
    """
    found = (
        Assignment.objects.filter(pk=assignment_id)
        .select_related("response", "kegiatan_statistik", "satker")
        .first()
    )
    if found is None:
        raise NotFound
    if actor.is_superuser:
        return AccessedAssignment(found, frozenset())
    held = kegiatan_roles(actor.pk, found.kegiatan_statistik_id, found.satker_id)
    roles = unit_roles(actor=actor, assignment=found, roles=held)
    in_hand = roles - {ADMIN_KEGIATAN} if found.cancelled_at is None else frozenset()
    if in_hand or ADMIN_KEGIATAN in roles or is_admin_satker(actor, found.satker_id):
        return AccessedAssignment(found, roles)
    raise NotFound
