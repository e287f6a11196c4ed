"""`manage.py migrate`: as the owning role, with the login role's rights prepared first."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections

from cerdas.database_roles import prepare_login_role, revoke_kept_tables


class Command(migrate.Command):
    """Migrates through the `owner` connection; the login role owns nothing."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take Django's arguments, with the owner as the default database."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the roles, then migrate."""
        if "owner" not in connections.settings:
            raise CommandError("migrate needs DATABASE_OWNER_URL: the role that owns the tables")
        prepare_login_role(
            owner=connections["owner"],
            login=connections.settings["default"]["USER"],
            password=connections.settings["default"]["PASSWORD"],
        )
        super().handle(*args, **options)
        revoke_kept_tables(
            owner=connections["owner"], login=connections.settings["default"]["USER"]
        )
