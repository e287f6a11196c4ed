"""Changing what an account says of its person."""

import logging

from django.db import transaction

from cerdas.errors import NotFound
from satker.access import check_satker_admin, check_super_admin
from satker.models import Satker, User
from satker.services.validation import check_model

logger = logging.getLogger(__name__)


def user_rename(*, actor: User, satker: Satker | None, user: User, name: str) -> User:
    """Change a person's name; the email stays, it is how they are known everywhere.

    satker: None for people without office, by super_admin. One-time links given out before end.
    Raises NotAllowed, NotFound (not of this office), Invalid.
    """
    if satker is None:
        check_super_admin(actor)
    else:
        check_satker_admin(actor=actor, satker_id=satker.pk)
    with transaction.atomic():
        people = User.objects.select_for_update(no_key=True)
        locked = people.filter(pk=user.pk, satker=satker).first()
        if locked is None:
            raise NotFound
        locked.name = name.strip()
        check_model(locked)
        locked.save(update_fields=["name", "updated_at"])
    logger.info("user %s renamed by %s", locked.pk, actor.pk)
    return locked
