"""`manage.py create_kegiatan NAME`: make an activity and say which offices carry it out."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from cerdas.commands import CerdasCommand
from cerdas.errors import NotFound
from kegiatan.management.naming import kegiatan_named
from kegiatan.services.kegiatan import kegiatan_create, kegiatan_satker_add
from satker.models import Satker


class Command(CerdasCommand):
    """For super_admin."""

    help = "Make an activity (survey, census or one phase of it)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the name, the dates and the offices."""
        self.add_actor_arguments(parser, satker=False)
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--year", type=int, help=_("Default: the year of --start."))
        parser.add_argument("--start", type=date.fromisoformat, required=True, metavar="DATE")
        parser.add_argument("--end", type=date.fromisoformat, required=True, metavar="DATE")
        parser.add_argument("--extended-end", type=date.fromisoformat, metavar="DATE")
        parser.add_argument("--allow-new-assignments", action="store_true")
        parser.add_argument("--allow-without-region", action="store_true")
        parser.add_argument("--sync-grace-days", type=int, default=7, metavar="DAYS")
        parser.add_argument(
            "--allow-duplicate",
            action="store_true",
            help=_("Also when there is one of this name in this year."),
        )
        parser.add_argument("--source", help=_("Activity whose results it takes: id or name."))
        parser.add_argument(
            "--satker",
            action="append",
            dest="offices",
            default=[],
            metavar="CODE",
            help=_("An office that carries it out; may be repeated."),
        )

    def run(self, **options: Any) -> Any:
        """Make the activity with its offices, or nothing."""
        with transaction.atomic():
            kegiatan = kegiatan_create(
                actor=self.actor,
                allow_duplicate=options["allow_duplicate"],
                name=options["name"].strip(),
                year=options["year"] or options["start"].year,
                start_date=options["start"],
                end_date=options["end"],
                extended_end_date=options["extended_end"],
                allow_new_assignments=options["allow_new_assignments"],
                allow_without_region=options["allow_without_region"],
                sync_grace_days=options["sync_grace_days"],
                source=kegiatan_named(options["source"]) if options["source"] else None,
            )
            for code in options["offices"]:
                satker = _office(code)
                kegiatan_satker_add(actor=self.actor, kegiatan=kegiatan, satker=satker)
        return {"id": kegiatan.pk, "name": kegiatan.name, "satkers": options["offices"]}


def _office(code: str) -> Satker:
    found = Satker.objects.filter(code=code.strip()).first()
    if found is None:
        raise NotFound(_("There is no office %(code)s.") % {"code": code})
    return found
