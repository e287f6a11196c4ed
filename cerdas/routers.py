"""Migrations run on the owning role only."""

from typing import Any


class OwnerMigrates:
    """Let `migrate` create tables through the `owner` connection and no other."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Return True for the owner: the login role may own nothing."""
        return db == "owner"
