"""manage.py load_masterdata TYPE VERSION FILE : publish a version of a dataset (KBLI, KBJI)."""

from argparse import ArgumentParser, BooleanOptionalAction
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from masterdata.management.loading import LoadingCommand
from masterdata.services import masterdata_load


class Command(LoadingCommand):
    """A published version never changes; loading the same content again does nothing."""

    help = "Publish a version of a dataset from JSON or CSV, also .gz. All rows or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("type", metavar="TYPE", help=_("Such as KBLI."))
        parser.add_argument("version", type=int, metavar="VERSION", help=_("Such as 2020."))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--description")
        parser.add_argument(
            "--activate",
            action=BooleanOptionalAction,
            default=None,
            help=_("Use this version from now on; the default for a new version."),
        )
        self.add_report_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the load."""
        load = partial(
            masterdata_load,
            kind=options["type"],
            version=options["version"],
            path=options["file"],
            description=options["description"],
            activate=options["activate"],
            dry_run=options["dry_run"],
        )
        self.run(load, dry_run=options["dry_run"], as_json=options["as_json"])
