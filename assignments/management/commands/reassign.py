"""`manage.py reassign`: give units to another PPL, PML or both."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from assignments.management.office import kegiatan_of_units, office_kegiatan, office_person
from assignments.services.reassigning import assignment_reassign, open_units
from cerdas.commands import CerdasCommand
from cerdas.errors import Invalid
from kegiatan.models import KegiatanStatistik


class Command(CerdasCommand):
    """Units by id, or all open ones of a person or area in one activity."""

    help = "Give units to another PPL or PML: by id, or with --kegiatan by person or region."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("assignments", nargs="*", type=UUID, metavar="ASSIGNMENT")
        parser.add_argument("--kegiatan", help=_("Id or whole name of the activity."))
        parser.add_argument("--from-ppl", metavar="EMAIL", help=_("All open units of this PPL."))
        parser.add_argument("--from-pml", metavar="EMAIL", help=_("All open units of this PML."))
        parser.add_argument(
            "--region", default="", metavar="PREFIX", help=_("Only units below this region code.")
        )
        parser.add_argument("--ppl", metavar="EMAIL", help=_("The new PPL."))
        parser.add_argument("--pml", metavar="EMAIL", help=_("The new PML."))
        parser.add_argument("--reason", default="")
        self.add_actor_arguments(parser)

    def run(self, **options: Any) -> Any:
        """Find the units and reassign them."""
        kegiatan, ids = self._units(options)
        changed = assignment_reassign(
            actor=self.actor,
            satker=self.satker,
            kegiatan=kegiatan,
            assignment_ids=ids,
            ppl=office_person(self.satker, options["ppl"]),
            pml=office_person(self.satker, options["pml"]),
            reason=options["reason"],
        )
        return {"changed": changed, "unchanged": len(set(ids)) - changed}

    def _units(self, options: dict[str, Any]) -> tuple[KegiatanStatistik, list[UUID]]:
        ids = options["assignments"]
        chosen = options["from_ppl"] or options["from_pml"] or options["region"]
        if ids and not chosen:
            return kegiatan_of_units(ids), ids
        if ids or not (chosen and options["kegiatan"]):
            message = _(
                "Name units by id, or all of --kegiatan with --from-ppl, --from-pml or --region."
            )
            raise Invalid(message)
        kegiatan = office_kegiatan(self.satker, options["kegiatan"])
        return kegiatan, open_units(
            satker=self.satker,
            kegiatan=kegiatan,
            ppl=office_person(self.satker, options["from_ppl"]),
            pml=office_person(self.satker, options["from_pml"]),
            region=options["region"],
        )
