"""Forgets operation ids long after their kegiatan has ended. Source: design, section 7."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from assignments.models import AppliedOperation
from cerdas.tenancy import tenant_scope
from satker.models import Satker


def operations_prune(*, satker: Satker, today: date | None = None) -> int:
    """Delete applied operations of an office's kegiatan that ended 90 days ago; return how many.

    What waits in the office, and what it discarded, stays.
    """
    oldest = (today or timezone.now().date()) - timedelta(days=settings.OPERATION_RETENTION_DAYS)
    with tenant_scope(satker):
        deleted, _by_model = AppliedOperation.objects.filter(
            Q(kegiatan__extended_end_date__lt=oldest)
            | Q(kegiatan__extended_end_date__isnull=True, kegiatan__end_date__lt=oldest),
            satker=satker,
            outcome=AppliedOperation.Outcome.APPLIED,
        ).delete()
    return deleted
