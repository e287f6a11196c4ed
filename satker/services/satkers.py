"""Making offices and saying what area they are responsible for."""

import logging
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from cerdas.errors import Invalid
from satker.access import check_super_admin
from satker.models import (
    EVERYWHERE,
    REGION_CODE_LENGTHS,
    Satker,
    SatkerWilayahTugas,
    TimeZone,
    User,
)
from satker.services.validation import check_model

logger = logging.getLogger(__name__)


def satker_create(
    *,
    actor: User,
    name: str,
    code: str,
    time_zone: str = TimeZone.WIB,
    prefixes: Iterable[str] = (),
) -> Satker:
    """Make an office with its area. super_admin only.

    prefixes: region codes of whole levels (`61`, `6104`, `6104080` ...) or `*`.
    Raises NotAllowed, Invalid (code taken, unknown zone, a prefix that is no region code).
    """
    check_super_admin(actor)
    satker = Satker(name=name.strip(), code=code.strip(), time_zone=time_zone)
    check_model(satker)
    with transaction.atomic():
        satker.save()
        satker_prefixes_set(actor=actor, satker=satker, prefixes=prefixes)
    logger.info("satker %s created by %s", satker.pk, actor.pk)
    return satker


def satker_prefixes_set(*, actor: User, satker: Satker, prefixes: Iterable[str]) -> None:
    """Replace the area of an office. super_admin only. Raises NotAllowed, Invalid."""
    check_super_admin(actor)
    wanted = {prefix.strip(): _level(prefix.strip()) for prefix in prefixes}
    with transaction.atomic():
        # Two admins at once: the second sees what the first wrote.
        Satker.objects.select_for_update(no_key=True).get(pk=satker.pk)
        rows = SatkerWilayahTugas.objects.filter(satker=satker)
        rows.exclude(wilayah_code_prefix__in=wanted).delete()
        held = set(rows.values_list("wilayah_code_prefix", flat=True))
        SatkerWilayahTugas.objects.bulk_create(
            SatkerWilayahTugas(satker=satker, wilayah_level=level, wilayah_code_prefix=prefix)
            for prefix, level in wanted.items()
            if prefix not in held
        )
    logger.info("area of satker %s set by %s", satker.pk, actor.pk)


def _level(prefix: str) -> int:
    if prefix == EVERYWHERE:
        return 0
    levels = {length: level for level, length in REGION_CODE_LENGTHS.items()}
    if not (prefix.isascii() and prefix.isdigit() and len(prefix) in levels):
        message = _("%(prefix)s is no region code. Use 2, 4, 7, 10, 14 or 16 digits, or *.")
        details = {"fields": {"prefixes": [message % {"prefix": prefix[:40]}]}}
        raise Invalid(message % {"prefix": prefix[:40]}, details=details)
    return levels[len(prefix)]
