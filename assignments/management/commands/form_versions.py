"""`manage.py form_versions KEGIATAN`: published questionnaires and the responses that use them."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from assignments.form_versions import VersionUse, versions_used
from assignments.management.office import office_kegiatan
from cerdas.commands import CerdasCommand
from cerdas.tenancy import super_scope
from kegiatan.access import access_kegiatan
from kegiatan.management.naming import kegiatan_named
from satker.access import check_super_admin
from satker.permissions import ADMIN_KEGIATAN, ADMIN_SATKER


class Command(CerdasCommand):
    """admin_kegiatan and admin_satker see their office's responses, super_admin those of all."""

    help = "List the versions of a questionnaire and how many responses use each."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the activity."""
        self.add_actor_arguments(parser)
        parser.add_argument("kegiatan", metavar="KEGIATAN", help=_("Id or whole name."))

    def run(self, **options: Any) -> Any:
        """List them."""
        office = self.satker_or_none
        if office is None:
            check_super_admin(self.actor)
            with super_scope():
                return _rows(versions_used(kegiatan_named(options["kegiatan"]).pk))
        kegiatan = office_kegiatan(office, options["kegiatan"])
        roles = (ADMIN_KEGIATAN, ADMIN_SATKER)
        access_kegiatan(self.actor, kegiatan.pk, roles=roles, satker=office)
        return _rows(versions_used(kegiatan.pk))

    def describe(self, result: Any) -> Iterator[str]:
        """Give one line per version."""
        for row in result:
            words = _("version %(version)d, %(published_at)s: %(responses)d responses  %(notes)s")
            yield (words % row).rstrip()


def _rows(used: list[VersionUse]) -> list[dict[str, Any]]:
    return [
        {
            "version": use.version.version,
            "published_at": use.version.published_at.isoformat(),
            "published_by": use.version.published_by,
            "notes": use.version.notes,
            "responses": use.responses,
            "by_status": dict(use.counts),
        }
        for use in used
    ]
