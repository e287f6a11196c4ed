"""`manage.py import_assignments KEGIATAN FILE`: units from a CSV or XLSX file."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from assignments.importing.bad_rows import template_write
from assignments.importing.running import ImportReport, import_assignments
from assignments.management.office import office_kegiatan
from cerdas.commands import REFUSED, UNREADABLE, CerdasCommand
from cerdas.errors import Invalid
from kegiatan.models import KegiatanStatistik
from masterdata.reading import FileUnreadable
from masterdata.reports import Refusal

REFUSALS_SHOWN = 20


class Command(CerdasCommand):
    """Exit codes: 0 all is well, 1 rows are refused, 2 the file cannot be read."""

    help = "Import assignments from CSV or XLSX: all rows or none, unless --skip-bad."
    opens_scope = False  # rows are staged before the transaction
    exit_code = 0

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("kegiatan", help=_("Id or whole name of the activity."))
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
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
        kegiatan = office_kegiatan(self.satker, options["kegiatan"])
        if options["template"] is not None:
            header = template_write(schema=kegiatan.form_schema, path=options["template"])
            return {"template": str(options["template"]), "columns": list(header)}
        if options["file"] is None:
            raise Invalid(_("Name the file to import, or --template FILE."))
        report = self._import(kegiatan, options)
        self.exit_code = self.exit_code or (REFUSED if report.refused_count else 0)
        return report.as_json()

    def _import(self, kegiatan: KegiatanStatistik, options: dict[str, Any]) -> ImportReport:
        try:
            return import_assignments(
                actor=self.actor,
                satker=self.satker,
                kegiatan=kegiatan,
                file=options["file"],
                dry_run=options["dry_run"],
                skip_bad=options["skip_bad"],
                bad_rows=options["bad_rows"],
            )
        except FileUnreadable as error:
            self.exit_code = UNREADABLE
            report = ImportReport(dry_run=options["dry_run"])
            report.refuse(Refusal(None, None, None, error.details["reason"], error.message))
            return report

    def describe(self, result: Any) -> Iterator[str]:
        """Give the refusals, the counts and what became of the file."""
        if "refused" not in result:
            yield from super().describe(result)
            return
        for refusal in result["refused"][:REFUSALS_SHOWN]:
            yield _line(refusal)
        if result["refused_count"] > REFUSALS_SHOWN:
            more = result["refused_count"] - REFUSALS_SHOWN
            yield _("... and %(more)s more; --json lists them") % {"more": more}
        yield _(
            "rows read %(rows)s: added %(added)s, unchanged %(unchanged)s,"
            " duplicates %(duplicates)s, refused %(refused_count)s"
        ) % {key: result[key] for key in result if key != "refused"}
        yield _outcome(result)


def _line(refusal: dict[str, Any]) -> str:
    row = _("row %(row)s") % {"row": refusal["row"]} if refusal["row"] is not None else ""
    place = ", ".join(part for part in (row, refusal["column"]) if part)
    # ascii: a cell must not move the cursor of a terminal
    value = "" if refusal["value"] is None else f" {ascii(refusal['value'])[:80]}"
    return f"{place}: {refusal['message']}{value} [{refusal['code']}]".removeprefix(": ")


def _outcome(result: dict[str, Any]) -> str:
    if result["dry_run"]:
        return _("Dry run: nothing was written.")
    if result["loaded"]:
        return _("Imported.")
    return _("Nothing was imported. Correct the rows above and import the file again.")
