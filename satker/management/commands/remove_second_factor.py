"""`manage.py remove_second_factor`: for who lost phone and recovery codes."""

from typing import Any

from django.core.management.base import CommandParser

from cerdas.commands import CerdasCommand
from cerdas.errors import NotFound
from satker.access import check_super_admin
from satker.models import User
from satker.services.second_factor import second_factor_active, second_factor_remove
from satker.services.sign_in import email_normalise


class Command(CerdasCommand):
    """For super_admin, after making sure who asks. Repeating does nothing."""

    help = "Take the second factor off an account; its person sets it up again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the person."""
        self.add_actor_arguments(parser, satker=False)
        parser.add_argument("email")

    def run(self, **options: Any) -> Any:
        """Remove it."""
        actor = self.actor
        check_super_admin(actor)  # before the look-up: only super_admin learns who has an account
        user = User.objects.filter(email=email_normalise(options["email"])).first()
        if user is None:
            raise NotFound
        was_active = second_factor_active(user)
        second_factor_remove(actor=actor, user=user)
        return {"id": user.pk, "email": user.email, "removed": was_active}
