"""`manage.py recheck KEGIATAN`: judge all answers of an activity again, as jobs."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from assignments.checking.rechecking import recheck_start, recheck_start_everywhere
from assignments.management.office import office_kegiatan
from cerdas.commands import CerdasCommand
from cerdas.models import Job
from kegiatan.management.naming import kegiatan_named
from satker.access import check_super_admin


class Command(CerdasCommand):
    """admin_kegiatan starts it in their office, super_admin in all or in the one named."""

    help = "Judge all answers of an activity again, as jobs of the worker."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the activity."""
        self.add_actor_arguments(parser)
        parser.add_argument("kegiatan", metavar="KEGIATAN", help=_("Id or whole name."))

    def run(self, **options: Any) -> Any:
        """Start the jobs."""
        office = self.satker_or_none
        if office is None:
            check_super_admin(self.actor)
            kegiatan = kegiatan_named(options["kegiatan"])
            return _rows(recheck_start_everywhere(actor=self.actor, kegiatan=kegiatan))
        kegiatan = office_kegiatan(office, options["kegiatan"])
        return _rows([recheck_start(actor=self.actor, satker=office, kegiatan=kegiatan)])

    def describe(self, result: Any) -> Iterator[str]:
        """Give one line per job."""
        for row in result:
            yield f"{row['satker']}  {row['job']}"


def _rows(jobs: list[Job]) -> list[dict[str, Any]]:
    return [{"satker": job.satker.code if job.satker else None, "job": str(job.pk)} for job in jobs]
