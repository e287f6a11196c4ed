"""`manage.py compare_forms KEGIATAN OLD NEW`: what differs between two versions."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.commands import CerdasCommand
from kegiatan.management.naming import kegiatan_named
from kegiatan.versions import VersionsCompared, versions_compare


class Command(CerdasCommand):
    """For super_admin. Reads only."""

    help = "Compare two published versions of a questionnaire."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the activity and two version numbers."""
        self.add_actor_arguments(parser, satker=False)
        parser.add_argument("kegiatan", metavar="KEGIATAN", help=_("Id or whole name."))
        parser.add_argument("old", type=int, metavar="OLD", help=_("Number of the older version."))
        parser.add_argument("new", type=int, metavar="NEW", help=_("Number of the newer version."))

    def run(self, **options: Any) -> Any:
        """Compare them."""
        kegiatan = kegiatan_named(options["kegiatan"])
        compared = versions_compare(
            actor=self.actor, kegiatan=kegiatan, old=options["old"], new=options["new"]
        )
        return compared.as_dict() if options["as_json"] else compared

    def describe(self, result: Any) -> Iterator[str]:
        """Give one line per question: + added, - removed, ~ changed, > moved."""
        compared: VersionsCompared = result
        found = compared.comparison
        for sign, questions in (("+", found.added), ("-", found.removed)):
            for question in questions:
                yield f"{sign} {question.path}  {question.title}"
        for change in found.changed:
            what = ", ".join(item.what for item in change.changes)
            note = "  " + _("(answers may not fit)") if change.answers_may_not_fit else ""
            yield f"~ {change.path}  {what}{note}"
        for path in found.moved:
            yield f"> {path}"
        for item in found.other:
            yield f"* {item.what}"
        if found.is_same:
            yield _("Nothing differs.")
