"""`manage.py recruit`: bring a person into the office or an activity by email."""

from typing import Any

from django.core.management.base import CommandParser

from cerdas.commands import CerdasCommand
from kegiatan.management.naming import add_role_arguments, place_named, supervisor_named
from kegiatan.services.recruiting import recruit


class Command(CerdasCommand):
    """A person of the office gets the role at once; any other email gets an invitation."""

    help = "Recruit a person by exact email."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the email, the role and the activity."""
        self.add_actor_arguments(parser)
        add_role_arguments(parser, pml=True)

    def run(self, **options: Any) -> Any:
        """Recruit."""
        done = recruit(
            actor=self.actor,
            satker=self.satker,
            email=options["email"],
            role=options["role"],
            kegiatan_satker=place_named(satker=self.satker, options=options),
            pml=supervisor_named(satker=self.satker, options=options),
        )
        return {
            "outcome": done.outcome,
            "email": options["email"],
            "role": options["role"],
            "invitation": done.invitation.pk if done.invitation is not None else None,
        }
