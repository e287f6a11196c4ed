"""`manage.py export_form KEGIATAN VERSION FILE`: a version as an XLSForm or JSON."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.commands import CannotRead, CerdasCommand
from cerdas.errors import NotFound
from kegiatan.form.exporting.xlsform_file import xlsform_bytes
from kegiatan.form.exporting.xlsform_writing import export_xlsform
from kegiatan.management.naming import kegiatan_named
from kegiatan.models import FormVersion
from kegiatan.services.drafting import form_text
from satker.access import check_super_admin


class Command(CerdasCommand):
    """For super_admin. What an XLSForm cannot say goes to stderr and is counted in the answer."""

    help = "Write a published questionnaire as an XLSForm (.xlsx) or as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the activity, the version and the file."""
        self.add_actor_arguments(parser, satker=False)
        parser.add_argument("kegiatan", metavar="KEGIATAN", help=_("Id or whole name."))
        parser.add_argument("number", type=int, metavar="VERSION", help=_("Number of the version."))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=("xlsform", "json"), default="xlsform")

    def run(self, **options: Any) -> Any:
        """Write the file."""
        check_super_admin(self.actor)
        kegiatan = kegiatan_named(options["kegiatan"])
        number = options["number"]
        version = FormVersion.objects.filter(kegiatan=kegiatan, version=number).first()
        if version is None:
            raise NotFound(_("There is no version %(n)d of the questionnaire.") % {"n": number})
        listed = []
        if options["format"] == "xlsform":
            exported = export_xlsform(version.schema)
            content, listed = xlsform_bytes(exported), exported.faults
        else:
            content = form_text(version.schema).encode()
        try:
            options["file"].write_bytes(content)
        except OSError as error:
            raise CannotRead(options["file"], error.strerror or str(error)) from error
        for fault in listed:
            self.stderr.write(f"{fault.path}: {fault.message} {fault.remedy}")
        return {"file": str(options["file"]), "version": number, "not_exported": len(listed)}
