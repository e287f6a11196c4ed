"""`manage.py publish_form KEGIATAN FILE`: publish a questionnaire as the next version."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.commands import CerdasCommand, read_json_file
from kegiatan.management.naming import kegiatan_named
from kegiatan.services.publishing import form_check, form_publish


class Command(CerdasCommand):
    """For super_admin. The same questionnaire again publishes nothing. Warnings go to stderr."""

    help = "Publish a questionnaire (form_schema, JSON) of an activity."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the activity and the file."""
        self.add_actor_arguments(parser, satker=False)
        parser.add_argument("kegiatan", metavar="KEGIATAN", help=_("Id or whole name."))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--notes", default="", help=_("What changed, for those who use it."))

    def run(self, **options: Any) -> Any:
        """Publish the file, and say what the linter warns of."""
        schema = read_json_file(options["file"])
        published = form_publish(
            actor=self.actor,
            kegiatan=kegiatan_named(options["kegiatan"]),
            schema=schema,
            notes=options["notes"],
        )
        for fault in form_check(schema).warnings:
            self.stderr.write(f"{fault.path}: {fault.message} {fault.remedy}")
        return {
            "kegiatan": published.kegiatan_id,
            "version": published.version,
            "checksum": published.checksum,
        }
