"""`manage.py purge_audit`: shorten the audit trail, which says so itself."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.audit_purge import audit_purge
from cerdas.commands import CerdasCommand
from cerdas.errors import Invalid


class Command(CerdasCommand):
    """For super_admin, with the owning role of the database. Counts unless told --yes."""

    help = "Delete audit entries older than a day; without --yes only say how many."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the day."""
        self.add_actor_arguments(parser, satker=False)
        parser.add_argument(
            "--before", required=True, metavar="DATE", help=_("First day that is kept: YYYY-MM-DD.")
        )
        parser.add_argument("--yes", action="store_true", help=_("Delete; else only count."))

    def run(self, **options: Any) -> Any:
        """Count, or delete."""
        try:
            before = date.fromisoformat(options["before"])
        except ValueError as error:
            words = _("This is not a day: %(text)s. Write it as YYYY-MM-DD.")
            raise Invalid(words % {"text": options["before"]}) from error
        done = audit_purge(actor=self.actor, before=before, dry_run=not options["yes"])
        return {
            "entries": done.entries,
            "offices": done.offices,
            "before": before.isoformat(),
            "deleted": done.is_done,
        }
