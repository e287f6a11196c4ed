"""Giving and taking the roles that are held on an office."""

import logging

from django.db import transaction
from guardian.shortcuts import assign_perm, remove_perm

from satker.access import check_satker_admin
from satker.errors import NotInOffice
from satker.models import Satker, User
from satker.permissions import ADMIN_SATKER

logger = logging.getLogger(__name__)


def satker_role_grant(*, actor: User, satker: Satker, user: User, role: str = ADMIN_SATKER) -> None:
    """Give a person of the office a role in it. Repeating does nothing.

    super_admin gives the first; who is admin_satker may share it within the office.
    Raises NotAllowed, NotFound (not your office), NotInOffice.
    """
    check_satker_admin(actor=actor, satker_id=satker.pk)
    satker_role_give(satker=satker, user=user, role=role)
    logger.info("role %s in satker %s given to %s by %s", role, satker.pk, user.pk, actor.pk)


def satker_role_give(*, satker: Satker, user: User, role: str) -> None:
    """Write a role that somebody with the right has decided on. Raises NotInOffice."""
    with transaction.atomic():
        people = User.objects.select_for_update(no_key=True)
        locked = people.filter(pk=user.pk, satker_id=satker.pk, is_active=True).first()
        if locked is None:
            raise NotInOffice
        assign_perm(role, locked, satker)


def satker_role_revoke(
    *, actor: User, satker: Satker, user: User, role: str = ADMIN_SATKER
) -> None:
    """Take a role in an office away. Repeating does nothing. Raises NotAllowed, NotFound."""
    check_satker_admin(actor=actor, satker_id=satker.pk)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
        remove_perm(role, user, satker)
    logger.info("role %s in satker %s taken from %s by %s", role, satker.pk, user.pk, actor.pk)
