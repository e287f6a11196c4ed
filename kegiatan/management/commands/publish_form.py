"""`manage.py publish_form KEGIATAN FILE`: publish a questionnaire as the next version."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.commands import CannotRead, CerdasCommand
from cerdas.errors import Invalid
from kegiatan.management.naming import kegiatan_named
from kegiatan.services.form_files import FormFile, form_file_read
from kegiatan.services.publishing import faults_refused, form_publish


class Command(CerdasCommand):
    """For super_admin. The same questionnaire again publishes nothing. Warnings go to stderr.

    Takes our own JSON, XLSForms (.xlsx, .xls) and the original platform's JSON. When an import
    would do something otherwise than the file says, it is refused unless --accept-losses.
    """

    help = "Publish a questionnaire (JSON, XLSForm, original format) of an activity."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the activity and the file."""
        self.add_actor_arguments(parser, satker=False)
        parser.add_argument("kegiatan", metavar="KEGIATAN", help=_("Id or whole name."))
        parser.add_argument("file", type=Path, metavar="FILE", nargs="?")
        parser.add_argument(
            "--from", dest="source", type=Path, metavar="FILE", help=_("The file, said otherwise.")
        )
        parser.add_argument("--notes", default="", help=_("What changed, for those who use it."))
        parser.add_argument(
            "--accept-losses",
            action="store_true",
            help=_("Publish though parts of the file could not be taken over as they were meant."),
        )

    def run(self, **options: Any) -> Any:
        """Publish the file, and say what the linter warns of."""
        path = options["source"] or options["file"]
        if path is None:
            message = _("Name the file of the questionnaire.")
            raise Invalid(message, details={"fields": {"file": [message]}})
        found = _read(path)
        schema = _schema(found, accepts_losses=options["accept_losses"])
        published = form_publish(
            actor=self.actor,
            kegiatan=kegiatan_named(options["kegiatan"]),
            schema=schema,
            notes=options["notes"],
        )
        for fault in found.report.faults:
            place = f"{fault.sheet}!{fault.row} " if fault.sheet else ""
            self.stderr.write(f"{place}{fault.path}: {fault.message} {fault.remedy}")
        return {
            "kegiatan": published.kegiatan_id,
            "version": published.version,
            "checksum": published.checksum,
        }


def _read(path: Path) -> FormFile:
    """Return what a file holds. Raises CannotRead for one that holds no form."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CannotRead(path, error.strerror or str(error)) from error
    found = form_file_read(content=content, name=path.name)
    if not found.is_readable:
        raise CannotRead(path, " ".join(fault.message for fault in found.report.faults))
    return found


def _schema(found: FormFile, *, accepts_losses: bool) -> dict[str, Any]:
    """Return the form. Raises FormFaulty for a broken file, and for losses nobody agreed to."""
    if (
        found.schema is None
        or found.imported.broken
        or (found.needs_consent and not accepts_losses)
    ):
        raise faults_refused(found.report.faults)
    return found.schema
