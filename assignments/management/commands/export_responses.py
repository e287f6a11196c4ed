"""`manage.py export_responses KEGIATAN --out DIR|FILE.zip`: units, answers and rosters as CSV."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from assignments.exporting.running import export_responses
from assignments.exporting.units import Selection
from assignments.management.office import office_kegiatan
from assignments.models import ResponseStatus
from cerdas.commands import CerdasCommand


class Command(CerdasCommand):
    """Writes units.csv and one file per roster."""

    help = "Export the responses of an activity as CSV files, one per roster, joined by _id."
    opens_scope = False  # all pages are read in a snapshot of its own

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("kegiatan", help=_("Id or whole name of the activity."))
        parser.add_argument(
            "--out", type=Path, required=True, metavar="DIR|FILE.zip", help=_("Where to write.")
        )
        parser.add_argument(
            "--status",
            action="append",
            default=[],
            choices=ResponseStatus.values,
            help=_("Only units in this status; may be repeated."),
        )
        parser.add_argument(
            "--region", default="", metavar="PREFIX", help=_("Only units below this region code.")
        )
        parser.add_argument(
            "--labels", action="store_true", help=_("Add a column with the text of each choice.")
        )
        self.add_actor_arguments(parser)

    def run(self, **options: Any) -> Any:
        """Run the export."""
        return export_responses(
            actor=self.actor,
            satker=self.satker,
            kegiatan=office_kegiatan(self.satker, options["kegiatan"]),
            out=options["out"],
            selection=Selection(tuple(options["status"]), options["region"]),
            labels=options["labels"],
        ).as_json()

    def describe(self, result: Any) -> Iterator[str]:
        """Give the number of rows per file."""
        yield _("Written to %(out)s:") % {"out": result["out"]}
        for name, rows in result["files"].items():
            yield _("%(name)s: %(rows)s rows") % {"name": name, "rows": rows}
