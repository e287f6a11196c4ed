"""A questionnaire that is published anew has the answers that have arrived judged again."""

from typing import Any

from kegiatan.models import FormVersion, KegiatanStatistik
from satker.models import User


def recheck_on_publishing(
    sender: type[FormVersion],
    *,
    actor: User,
    kegiatan: KegiatanStatistik,
    version: FormVersion,
    **_rest: Any,
) -> None:
    """Start a job in every office with answers; the first version has none."""
    from assignments.checking.rechecking import recheck_start_everywhere

    if version.version > 1:
        recheck_start_everywhere(actor=actor, kegiatan=kegiatan)
