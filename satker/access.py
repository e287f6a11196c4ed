"""Who may act in an office, and fetching its people."""

from uuid import UUID

from cerdas.errors import NotAllowed, NotFound
from satker.models import Satker, User
from satker.permissions import ADMIN_SATKER
from satker.selectors import satker_roles


def check_super_admin(actor: User) -> None:
    """Refuse everybody but super_admin. Raises NotAllowed."""
    if not (actor.is_superuser and actor.is_active):
        raise NotAllowed


def check_satker_admin(*, actor: User, satker_id: UUID) -> None:
    """Refuse whoever is neither super_admin nor admin_satker of this office.

    Raises NotAllowed for people of the office, NotFound for everybody else.
    """
    if actor.is_superuser and actor.is_active:
        return
    if ADMIN_SATKER in satker_roles(actor.pk, satker_id):
        return
    if actor.satker_id == satker_id:
        raise NotAllowed
    raise NotFound


def access_satker_user(*, actor: User, satker: Satker, email: str) -> User:
    """Return a person of an office by email, for the office's admins.

    People of other offices and unknown emails answer alike. Raises NotFound, NotAllowed.
    """
    check_satker_admin(actor=actor, satker_id=satker.pk)
    return satker_user(satker=satker, email=email)


def satker_user(*, satker: Satker, email: str) -> User:
    """Return a person of an office by email; the caller has authorised. Raises NotFound."""
    found = User.objects.filter(satker=satker, email=email.strip().lower()).first()
    if found is None:
        raise NotFound
    return found
