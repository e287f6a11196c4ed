"""Taking old entries out of the audit trail, which nobody but the owner of the tables can.

Every purge leaves an entry in every office whose trail it shortens, and one for super_admin.
Source: docs/decisions/0006-audit-by-triggers.md.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cerdas.errors import Invalid
from cerdas.time_zones import HEAD_OFFICE_ZONE
from satker.access import check_super_admin
from satker.models import User

logger = logging.getLogger(__name__)
OWNER = "owner"
_COUNT = "SELECT count(*), count(DISTINCT satker_id) FROM audit_entries WHERE at < %s"
_PURGE = """
    WITH removed AS (DELETE FROM audit_entries WHERE at < %(until)s RETURNING satker_id),
    told AS (
        SELECT satker_id, count(*) AS n FROM removed WHERE satker_id IS NOT NULL
        GROUP BY satker_id
        UNION ALL SELECT NULL, count(*) FROM removed
    )
    INSERT INTO audit_entries (at, satker_id, actor_id, origin, address, request, action,
                               table_name, row_id, label, changes)
    SELECT clock_timestamp(), satker_id, %(actor)s::uuid, 'command', '', 'purge_audit', 'delete',
           'audit_entries', '', %(before)s,
           jsonb_build_object('entries', jsonb_build_array(n, NULL),
                              'before', jsonb_build_array(NULL, %(before)s::text))
    FROM told
    RETURNING satker_id, changes -> 'entries' ->> 0
"""


@dataclass(frozen=True)
class AuditPurge:
    """What a purge took, or would take. until: the first moment that is kept, in UTC."""

    entries: int
    offices: int
    until: datetime
    is_done: bool


def audit_purge(*, actor: User, before: date, dry_run: bool) -> AuditPurge:
    """Delete the entries of the days before a day (WIB); with dry_run only count them.

    For super_admin, on the connection of the owning role. Raises NotAllowed, and Invalid for a day
    within the last AUDIT_KEEP_DAYS, or where this process has no owning role.
    """
    check_super_admin(actor)
    if OWNER not in connections.settings:
        raise Invalid(_("This needs DATABASE_OWNER_URL: only the owner may shorten the trail."))
    newest = timezone.now().astimezone(HEAD_OFFICE_ZONE).date() - timedelta(
        days=settings.AUDIT_KEEP_DAYS
    )
    if before > newest:
        words = _("Entries are kept for %(days)d days: the day may be %(day)s at the latest.")
        raise Invalid(words % {"days": settings.AUDIT_KEEP_DAYS, "day": newest.isoformat()})
    until = datetime.combine(before, time.min, tzinfo=HEAD_OFFICE_ZONE)
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(_COUNT, [until])
        entries, offices = cursor.fetchone()
        is_done = bool(entries) and not dry_run
        if is_done:
            cursor.execute("SELECT set_config('app.purge', 'audit_entries', true)")
            named: dict[str, Any] = {
                "until": until,
                "actor": str(actor.pk),
                "before": before.isoformat(),
            }
            cursor.execute(_PURGE, named)
            logger.info("%s audit entries before %s purged by %s", entries, before, actor.pk)
    return AuditPurge(entries, offices, until, is_done)
