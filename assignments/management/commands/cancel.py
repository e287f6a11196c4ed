"""`manage.py cancel ASSIGNMENT... --reason TEXT`: hide units on which no work has begun."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from assignments.management.office import kegiatan_of_units
from assignments.services.cancelling import assignment_cancel
from cerdas.commands import CerdasCommand


class Command(CerdasCommand):
    """All units or none; they are hidden, never deleted."""

    help = "Cancel units that are Assigned, or Opened without answers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("assignments", nargs="+", type=UUID, metavar="ASSIGNMENT")
        parser.add_argument("--reason", required=True, help=_("Kept with the units."))
        self.add_actor_arguments(parser)

    def run(self, **options: Any) -> Any:
        """Cancel the units."""
        ids = options["assignments"]
        cancelled = assignment_cancel(
            actor=self.actor,
            satker=self.satker,
            kegiatan=kegiatan_of_units(ids),
            assignment_ids=ids,
            reason=options["reason"],
        )
        return {"cancelled": cancelled, "unchanged": len(set(ids)) - cancelled}
