"""Base of the commands that bring the rows of a file into an office.

Exit codes: 0 all is well, 1 rows are refused, 2 the file cannot be read.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.commands import REFUSED, UNREADABLE, CerdasCommand
from cerdas.errors import Invalid
from masterdata.reading import FileUnreadable
from masterdata.reports import LoadReport, Refusal

REFUSALS_SHOWN = 20


class ImportCommand(CerdasCommand):
    """All rows or none, unless --skip-bad. A subclass says what an import and its template are."""

    report_class: type[LoadReport] = LoadReport
    exit_code = 0

    def add_import_arguments(self, parser: CommandParser) -> None:
        """Add the file, the options of every import, and those of `add_actor_arguments`."""
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

    def import_file(self, options: Mapping[str, Any], **common: Any) -> LoadReport:
        """Import `common["file"]`. common: actor, satker, file, dry_run, skip_bad, bad_rows."""
        raise NotImplementedError

    def write_template(self, path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
        """Write the template; return what to print."""
        raise NotImplementedError

    def counts(self) -> str:
        """Return the sentence of counts, with places for those of the report."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and end with the code of what happened."""
        self.exit_code = 0
        super().handle(*args, **options)
        if self.exit_code:
            sys.exit(self.exit_code)

    def run(self, **options: Any) -> Any:
        """Write the template, or import the file."""
        if options["template"] is not None:
            return self.write_template(options["template"], options)
        if options["file"] is None:
            raise Invalid(_("Name the file to import, or --template FILE."))
        names = ("file", "dry_run", "skip_bad", "bad_rows")
        common = {name: options[name] for name in names}
        try:
            report = self.import_file(options, actor=self.actor, satker=self.satker, **common)
        except FileUnreadable as error:
            self.exit_code = UNREADABLE
            report = self.report_class(dry_run=options["dry_run"])
            report.refuse(Refusal(None, None, None, error.details["reason"], error.message))
        self.exit_code = self.exit_code or (REFUSED if report.refused_count else 0)
        return report.as_json()

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
        yield self.counts() % {key: result[key] for key in result if key != "refused"}
        yield _outcome(result)


def _line(refusal: Mapping[str, Any]) -> str:
    row = _("row %(row)s") % {"row": refusal["row"]} if refusal["row"] is not None else ""
    place = ", ".join(part for part in (row, refusal["column"]) if part)
    # ascii: a cell must not move the cursor of a terminal
    value = "" if refusal["value"] is None else f" {ascii(refusal['value'])[:80]}"
    return f"{place}: {refusal['message']}{value} [{refusal['code']}]".removeprefix(": ")


def _outcome(result: Mapping[str, Any]) -> str:
    if result["dry_run"]:
        return _("Dry run: nothing was written.")
    if result["loaded"]:
        return _("Imported.")
    return _("Nothing was imported. Correct the rows above and import the file again.")
