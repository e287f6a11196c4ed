"""manage.py load_master_sls FILE... : load the region master from the office's files."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from masterdata.management.loading import LoadingCommand
from masterdata.services import master_sls_load


class Command(LoadingCommand):
    """All files are loaded together, or nothing is."""

    help = "Load SLS (region master) from CSV, XLSX, .gz or .zip as they are. All rows or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--replace",
            action="store_true",
            help=_(
                "Also remove SLS that the files no longer have, only in the kabupaten they hold;"
                " refused when one is in use."
            ),
        )
        parser.add_argument(
            "--bad-rows",
            type=Path,
            metavar="FILE",
            help=_("Write the refused rows there, with a column that says why."),
        )
        self.add_report_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the load."""
        dry_run = options["dry_run"]
        load = partial(
            master_sls_load,
            paths=options["files"],
            replace=options["replace"],
            dry_run=dry_run,
            bad_rows=options["bad_rows"],
        )
        self.run(load, dry_run=dry_run, as_json=options["as_json"])
