"""Reads of the audit trail, within the open scope."""

from datetime import datetime

from django.db.models import Q, QuerySet

from cerdas.models import AuditEntry
from satker.models import Satker


def audit_entries(
    *,
    satker: Satker | None,
    search: str = "",
    actor: str = "",
    table: str = "",
    action: str = "",
    origin: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEntry]:
    """Return entries, newest first, with the person and the office.

    satker: the office whose entries; None for all that the scope shows. actor: part of the name or
    email. since: first moment; until: first moment no longer. Empty means any.
    """
    rows = AuditEntry.objects.select_related("actor", "satker")
    if satker is not None:
        rows = rows.filter(satker=satker)
    exact = {"table_name": table, "action": action, "origin": origin}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return audit_search(audit_of_person(rows, actor), search)


def audit_of_person(rows: QuerySet[AuditEntry], actor: str) -> QuerySet[AuditEntry]:
    """Keep what people did whose name or email contains a text; '' keeps everything."""
    actor = actor.strip()
    if not actor:
        return rows
    return rows.filter(Q(actor__name__icontains=actor) | Q(actor__email__icontains=actor))


def audit_search(rows: QuerySet[AuditEntry], search: str) -> QuerySet[AuditEntry]:
    """Keep entries in which every word is found: label, person, request; or it is the row's id."""
    for word in search.split():
        rows = rows.filter(
            Q(label__icontains=word)
            | Q(actor__name__icontains=word)
            | Q(actor__email__icontains=word)
            | Q(request__icontains=word)
            | Q(row_id=word)
        )
    return rows
