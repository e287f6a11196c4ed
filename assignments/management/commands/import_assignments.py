"""`manage.py import_assignments KEGIATAN FILE`: units from a CSV or XLSX file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from assignments.importing.bad_rows import template_write
from assignments.importing.running import ImportReport, import_assignments
from assignments.management.office import office_kegiatan
from cerdas.import_command import ImportCommand


class Command(ImportCommand):
    """Units of one activity."""

    help = "Import assignments from CSV or XLSX: all rows or none, unless --skip-bad."
    opens_scope = False  # rows are staged before the transaction
    report_class = ImportReport

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("kegiatan", help=_("Id or whole name of the activity."))
        self.add_import_arguments(parser)

    def import_file(self, options: Mapping[str, Any], **common: Any) -> ImportReport:
        """Import the file."""
        kegiatan = office_kegiatan(self.satker, options["kegiatan"])
        return import_assignments(kegiatan=kegiatan, **common)

    def write_template(self, path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
        """Write the columns that this activity's questionnaire asks for."""
        kegiatan = office_kegiatan(self.satker, options["kegiatan"])
        header = template_write(schema=kegiatan.form_schema, path=path)
        return {"template": str(path), "columns": list(header)}

    def counts(self) -> str:
        """Return the sentence of counts."""
        return _(
            "rows read %(rows)s: added %(added)s, unchanged %(unchanged)s,"
            " duplicates %(duplicates)s, refused %(refused_count)s"
        )
