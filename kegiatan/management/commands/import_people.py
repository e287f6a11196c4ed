"""`manage.py import_people`: bring a CSV or XLSX file of people into an office."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.import_command import ImportCommand
from kegiatan.importing_people import PeopleReport, people_import
from kegiatan.models import KegiatanStatistik
from kegiatan.people_files import template_write
from kegiatan.selectors import kegiatan_by_reference, kegiatan_of_office


class Command(ImportCommand):
    """People with their roles."""

    help = "Import people from CSV or XLSX: all rows or none, unless --skip-bad."
    report_class = PeopleReport

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--kegiatan", help=_("Activity of rows that name none."))
        self.add_import_arguments(parser)

    def import_file(self, options: Mapping[str, Any], **common: Any) -> PeopleReport:
        """Import the file."""
        return people_import(kegiatan=self._kegiatan(options["kegiatan"]), **common)

    def write_template(self, path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
        """Write the columns."""
        template_write(path)
        return {"template": str(path)}

    def counts(self) -> str:
        """Return the sentence of counts."""
        return _(
            "rows read %(rows)s: new accounts %(added)s, roles given %(granted)s, invitations"
            " %(invited)s, unchanged %(unchanged)s, refused %(refused_count)s"
        )

    def _kegiatan(self, reference: str | None) -> KegiatanStatistik | None:
        if reference is None:
            return None
        return kegiatan_by_reference(reference, among=kegiatan_of_office(self.satker.pk))
