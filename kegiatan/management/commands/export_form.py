"""`manage.py export_form KEGIATAN VERSION FILE`: a form as XLSForm, JSON, codebook, PDF."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.commands import CannotRead, CerdasCommand
from cerdas.errors import Invalid, NotFound
from kegiatan.form.form_text import parse_form
from kegiatan.form_exports import FORMATS, FormSource, check_exportable, form_exported
from kegiatan.management.naming import kegiatan_named
from kegiatan.models import FormVersion, KegiatanStatistik
from kegiatan.services.drafting import draft_open
from satker.access import check_super_admin

DRAFT = "draft"


class Command(CerdasCommand):
    """For super_admin. What an XLSForm cannot say goes to stderr and is counted in the answer."""

    help = "Write a questionnaire as XLSForm, JSON, codebook (CSV or DDI) or printable PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the activity, the version and the file."""
        self.add_actor_arguments(parser, satker=False)
        parser.add_argument("kegiatan", metavar="KEGIATAN", help=_("Id or whole name."))
        parser.add_argument("number", metavar="VERSION", help=_("Number of the version, or draft."))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=FORMATS, default="xlsform")
        parser.add_argument(
            "--language", default="", help=_("Of the PDF: id, en ...; else the form's own.")
        )
        parser.add_argument("--office", default="", help=_("Name of the office on the PDF."))

    def run(self, **options: Any) -> Any:
        """Write the file."""
        check_super_admin(self.actor)
        kegiatan = kegiatan_named(options["kegiatan"])
        schema, version = self._schema(kegiatan, options["number"])
        source = FormSource(schema, kegiatan.name, str(kegiatan.pk), version, options["office"])
        made = form_exported(source=source, format_=options["format"], language=options["language"])
        try:
            options["file"].write_bytes(made.content)
        except OSError as error:
            raise CannotRead(options["file"], error.strerror or str(error)) from error
        for fault in made.faults:
            self.stderr.write(f"{fault.path}: {fault.message} {fault.remedy}")
        return {
            "file": str(options["file"]), "version": version or DRAFT,
            "not_exported": len(made.faults),
        }  # fmt: skip

    def _schema(self, kegiatan: KegiatanStatistik, number: str) -> tuple[Any, int | None]:
        """Return a published version, or the draft and None. Raises NotFound, Invalid."""
        if number == DRAFT:
            schema, fault = parse_form(draft_open(actor=self.actor, kegiatan=kegiatan).text)
            if fault is not None:
                raise Invalid(fault.message)
            check_exportable(schema)
            return schema, None
        wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        version = FormVersion.objects.filter(kegiatan=kegiatan, version=wanted).first()
        if version is None:
            raise NotFound(_("There is no version %(n)s of the questionnaire.") % {"n": number})
        return version.schema, version.version
