"""`manage.py create_satker CODE NAME`: make an office with its area."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.commands import CerdasCommand
from satker.models import TimeZone
from satker.services.satkers import satker_create


class Command(CerdasCommand):
    """For super_admin."""

    help = "Make an office with the area it is responsible for."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take code, name, zone and area."""
        self.add_actor_arguments(parser, satker=False)
        parser.add_argument("code", metavar="CODE", help=_("Such as 6104."))
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--time-zone", choices=TimeZone.names, default=TimeZone.WIB.name)
        parser.add_argument(
            "--prefix",
            action="append",
            dest="prefixes",
            metavar="PREFIX",
            help=_("Region code the office covers, or *; may be repeated. Default: CODE."),
        )

    def run(self, **options: Any) -> Any:
        """Make the office."""
        satker = satker_create(
            actor=self.actor,
            name=options["name"],
            code=options["code"],
            time_zone=TimeZone[options["time_zone"]].value,
            prefixes=options["prefixes"] or [options["code"]],
        )
        return {"id": satker.pk, "code": satker.code, "name": satker.name}
