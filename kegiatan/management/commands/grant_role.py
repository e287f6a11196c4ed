"""`manage.py grant_role`: give a person of the office a role."""

from typing import Any

from django.core.management.base import CommandParser

from cerdas.commands import CerdasCommand
from kegiatan.management.naming import (
    add_role_arguments,
    person_named,
    place_named,
    supervisor_named,
)
from kegiatan.services.roles import role_grant
from satker.services.roles import satker_role_grant


class Command(CerdasCommand):
    """Repeating changes nothing."""

    help = "Give a person of the office a role in it or in one of its activities."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the person, the role and the activity."""
        self.add_actor_arguments(parser)
        add_role_arguments(parser, pml=True)

    def run(self, **options: Any) -> Any:
        """Give the role."""
        place = place_named(satker=self.satker, options=options)
        user = person_named(satker=self.satker, email=options["email"])
        if place is None:
            satker_role_grant(actor=self.actor, satker=self.satker, user=user, role=options["role"])
        else:
            role_grant(
                actor=self.actor,
                kegiatan_satker=place,
                user=user,
                role=options["role"],
                pml=supervisor_named(satker=self.satker, options=options),
            )
        return {"user": user.pk, "email": user.email, "role": options["role"], "granted": True}
