"""`manage.py release_user EMAIL`: end a person's work for the office."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from assignments.services.releasing import HasOpenWork, OpenWork, user_release
from cerdas.commands import CerdasCommand
from satker.access import access_satker_user


class Command(CerdasCommand):
    """Refuses while the person has open units, and lists them."""

    help = "Release a person from the office: no roles, no memberships; the history stays."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--leave-open",
            action="store_true",
            help=_("Release although units are open; they wait for somebody else."),
        )
        self.add_actor_arguments(parser)

    def run(self, **options: Any) -> Any:
        """Release the person."""
        user = access_satker_user(actor=self.actor, satker=self.satker, email=options["email"])
        try:
            release = user_release(
                actor=self.actor, satker=self.satker, user=user, leave_open=options["leave_open"]
            )
        except HasOpenWork as error:
            if not options["as_json"]:
                self._list(error.work)
            raise
        return {
            "user": str(release.user_id),
            "memberships_ended": release.memberships_ended,
            "open_work": [work.as_json() for work in release.open_work],
        }

    def _list(self, work: list[OpenWork]) -> None:
        for part in work:
            self.stderr.write(f"{part.kegiatan}: {part.total}")
            for unit in part.units:
                place = unit.region_code or ""
                self.stderr.write(f"  {unit.id} {unit.role} {place} {unit.status} {unit.label}")
