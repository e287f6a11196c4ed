"""`manage.py revoke_role`: take a role away."""

from typing import Any

from django.core.management.base import CommandParser

from cerdas.commands import CerdasCommand
from kegiatan.management.naming import add_role_arguments, person_named, place_named
from kegiatan.services.roles import role_revoke
from satker.services.roles import satker_role_revoke


class Command(CerdasCommand):
    """Repeating changes nothing; the last role taken ends the membership."""

    help = "Take a role in the office or in one of its activities away."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the person, the role and the activity."""
        self.add_actor_arguments(parser)
        add_role_arguments(parser, pml=False)

    def run(self, **options: Any) -> Any:
        """Take the role."""
        place = place_named(satker=self.satker, options=options)
        user = person_named(satker=self.satker, email=options["email"])
        role = options["role"]
        if place is None:
            satker_role_revoke(actor=self.actor, satker=self.satker, user=user, role=role)
        else:
            role_revoke(actor=self.actor, kegiatan_satker=place, user=user, role=role)
        return {"user": user.pk, "email": user.email, "role": role, "granted": False}
