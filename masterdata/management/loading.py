"""What the two loading commands share: options, output and exit codes.

Exit codes: 0 all is well, 1 rows are refused (nothing was loaded), 2 a file cannot be read.
Source: issue 2, point 7.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import orjson
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cerdas.audit import command_context
from cerdas.errors import CerdasError
from masterdata.reading import FileUnreadable
from masterdata.reports import LoadReport, Refusal

REFUSED, UNREADABLE = 1, 2
REFUSALS_SHOWN = 20


class LoadingCommand(BaseCommand):
    """Base of the loading commands: runs one load and prints its report."""

    def add_report_arguments(self, parser: ArgumentParser) -> None:
        """Add --dry-run and --json."""
        parser.add_argument("--dry-run", action="store_true", help=_("Check and compare only."))
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help=_("Print one JSON object.")
        )

    def run(self, load: Callable[[], LoadReport], *, dry_run: bool, as_json: bool) -> None:
        """Run the load, print what it did and exit with its code."""
        exit_code = 0
        try:
            with command_context(None, self.__module__.rpartition(".")[2]):
                report = load()
        except CerdasError as error:
            unreadable = isinstance(error, FileUnreadable)
            exit_code = UNREADABLE if unreadable else REFUSED
            report = LoadReport(dry_run=dry_run)
            code, file = error.details.get("reason", error.code), error.details.get("file")
            report.refuse(Refusal(None, None, None, code, error.message, file))
            if not as_json:
                self.stderr.write(self.style.ERROR(error.message))
        else:
            exit_code = REFUSED if report.refused else 0
            if not as_json:
                self._print(report)
        if as_json:
            self.stdout.write(orjson.dumps(report.as_json()).decode())
        if exit_code:
            sys.exit(exit_code)

    def _print(self, report: LoadReport) -> None:
        for refusal in report.refused[:REFUSALS_SHOWN]:
            self.stdout.write(_line(refusal))
        if report.refused_count > REFUSALS_SHOWN:
            more = report.refused_count - REFUSALS_SHOWN
            self.stdout.write(_("... and %(more)s more; --json lists them") % {"more": more})
        for note in report.notes:
            self.stdout.write(_("note: %(note)s") % {"note": note})
        for column in report.ignored_columns:
            self.stdout.write(_("column ignored: %(column)s") % {"column": column})
        shown: dict[str, Any] = {
            name: getattr(report, name) for name in report.__dataclass_fields__
        }
        self.stdout.write(
            _(
                "rows read %(rows)s: added %(added)s, changed %(changed)s, removed %(removed)s,"
                " unchanged %(unchanged)s, duplicates %(duplicates)s, refused %(refused_count)s"
            )
            % shown
        )
        self.stdout.write(_outcome(report))


def _line(refusal: Refusal) -> str:
    place = [refusal.file or ""]
    place += [_("row %(row)s") % {"row": refusal.row}] if refusal.row is not None else []
    place += [refusal.column or ""]
    value = "" if refusal.value is None else f" {ascii(refusal.value)[:80]}"
    return f"{', '.join(filter(None, place))}: {refusal.message}{value} [{refusal.code}]"


def _outcome(report: LoadReport) -> str:
    if report.refused:
        return _("Nothing was loaded. Correct the rows above and load the file again.")
    if report.dry_run:
        return _("Dry run: nothing was written.")
    return _("Loaded.") if report.loaded else _("Nothing had to change.")
