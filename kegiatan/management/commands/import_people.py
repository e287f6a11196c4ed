"""`manage.py import_people`: bring a CSV or XLSX file of people into an office."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.commands import REFUSED, UNREADABLE, CerdasCommand
from cerdas.errors import Invalid, NotFound
from kegiatan.importing_people import PeopleReport, people_import
from kegiatan.models import KegiatanStatistik
from kegiatan.people_files import template_write
from kegiatan.selectors import kegiatan_by_reference, kegiatan_of_office
from masterdata.reading import FileUnreadable
from masterdata.reports import Refusal

REFUSALS_SHOWN = 20


class Command(CerdasCommand):
    """Exit codes: 0 all is well, 1 rows are refused, 2 the file cannot be read."""

    help = "Import people from CSV or XLSX: all rows or none, unless --skip-bad."
    exit_code = 0

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
        parser.add_argument("--kegiatan", help=_("Activity of rows that name none."))
        parser.add_argument("--dry-run", action="store_true", help=_("Check and compare only."))
        parser.add_argument("--skip-bad", action="store_true", help=_("Import the good rows."))
        parser.add_argument(
            "--bad-rows", type=Path, metavar="FILE", help=_("Write the refused rows with reasons.")
        )
        parser.add_argument(
            "--template", type=Path, metavar="FILE", help=_("Write an empty file to fill in.")
        )
        self.add_actor_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and end with the code of what happened."""
        self.exit_code = 0
        super().handle(*args, **options)
        if self.exit_code:
            sys.exit(self.exit_code)

    def run(self, **options: Any) -> Any:
        """Write the template, or import the file."""
        if options["template"] is not None:
            template_write(options["template"])
            return {"template": str(options["template"])}
        if options["file"] is None:
            raise Invalid(_("Name the file to import, or --template FILE."))
        report = self._import(options)
        self.exit_code = self.exit_code or (REFUSED if report.refused_count else 0)
        return report.as_json()

    def _import(self, options: dict[str, Any]) -> PeopleReport:
        try:
            return people_import(
                actor=self.actor,
                satker=self.satker,
                file=options["file"],
                kegiatan=self._kegiatan(options["kegiatan"]),
                dry_run=options["dry_run"],
                skip_bad=options["skip_bad"],
                bad_rows=options["bad_rows"],
            )
        except FileUnreadable as error:
            self.exit_code = UNREADABLE
            report = PeopleReport(dry_run=options["dry_run"])
            report.refuse(Refusal(None, None, None, error.details["reason"], error.message))
            return report

    def _kegiatan(self, reference: str | None) -> KegiatanStatistik | None:
        if reference is None:
            return None
        try:
            return kegiatan_by_reference(reference, among=kegiatan_of_office(self.satker.pk))
        except NotFound as error:
            message = _("Your office carries out no single activity %(kegiatan)s.")
            raise NotFound(message % {"kegiatan": reference}) from error

    def describe(self, result: Any) -> Iterator[str]:
        """Give the refusals, the counts and what became of the file."""
        if "refused" not in result:
            yield from super().describe(result)
            return
        for refusal in result["refused"][:REFUSALS_SHOWN]:
            # ascii: a cell must not move the cursor of a terminal
            value = "" if refusal["value"] is None else f" {ascii(refusal['value'])[:80]}"
            place = f"{refusal['row']}, {refusal['column']}: " if refusal["row"] else ""
            yield f"{place}{refusal['message']}{value} [{refusal['code']}]"
        yield _(
            "rows read %(rows)s: new accounts %(added)s, roles given %(granted)s, invitations"
            " %(invited)s, unchanged %(unchanged)s, refused %(refused_count)s"
        ) % {key: result[key] for key in result if key != "refused"}
        if result["dry_run"]:
            yield _("Dry run: nothing was written.")
        elif result["loaded"]:
            yield _("Imported.")
        else:
            yield _("Nothing was imported. Correct the rows above and import the file again.")
