"""Changing an office's own facts; its area is set by `satkers.satker_prefixes_set`."""

import logging

from django.db import transaction

from satker.access import check_super_admin
from satker.models import Satker, User
from satker.services.validation import check_model

logger = logging.getLogger(__name__)


def satker_update(*, actor: User, satker: Satker, name: str, code: str, time_zone: str) -> Satker:
    """Change name, code and zone of an office. super_admin only.

    A new code changes the address of the office's admin. Raises NotAllowed, Invalid (code taken,
    code that fits no address, unknown zone).
    """
    check_super_admin(actor)
    with transaction.atomic():
        locked = Satker.objects.select_for_update(no_key=True).get(pk=satker.pk)
        locked.name, locked.code, locked.time_zone = name.strip(), code.strip(), time_zone
        check_model(locked)
        locked.save(update_fields=["name", "code", "time_zone", "updated_at"])
    logger.info("satker %s changed by %s", locked.pk, actor.pk)
    return locked
