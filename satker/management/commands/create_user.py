"""`manage.py create_user`: make an account; also the first super_admin of an installation."""

import os
import sys
from getpass import getpass
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.commands import CerdasCommand
from satker.models import User
from satker.services.people import super_admin_create, user_create

PASSWORD_VARIABLE = "CERDAS_PASSWORD"


class Command(CerdasCommand):
    """For super_admin and admin_satker. --super-admin needs no --actor while there is none."""

    help = "Make an account in an office, a floating one, or a super_admin."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the person; the password comes from the option, the environment or a prompt."""
        self.add_actor_arguments(parser, actor_required=False)
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument(
            "--password", help=_("Better: the variable CERDAS_PASSWORD, or the prompt.")
        )
        parser.add_argument(
            "--no-password", action="store_true", help=_("Signs in with Google only.")
        )
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--super-admin", action="store_true")
        kind.add_argument("--floating", action="store_true", help=_("Belongs to no office yet."))

    def run(self, **options: Any) -> Any:
        """Make the account."""
        email, name = options["email"], options["name"]
        password = _password(options)
        if options["super_admin"]:
            user = super_admin_create(
                actor=self.actor_or_none, email=email, name=name, password=password
            )
        else:
            actor = self.actor  # before the office: without one, that is what is missing
            satker = None if options["floating"] else self.satker
            user = user_create(
                actor=actor, satker=satker, email=email, name=name, password=password
            )
        return _described(user)


def _password(options: dict[str, Any]) -> str | None:
    if options["no_password"]:
        return None
    given = options["password"] or os.environ.get(PASSWORD_VARIABLE)
    if given is None and sys.stdin.isatty():
        given = getpass(_("Password: "))
    return given


def _described(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "satker": user.satker.code if user.satker is not None else None,
        "super_admin": user.is_superuser,
    }
