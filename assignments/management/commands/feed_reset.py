"""`manage.py feed_reset`: after a restore, make every device fetch everything again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction


class Command(BaseCommand):
    """Re-stamps the feed as the owner and raises its epoch.

    Stamps are transaction ids; after a restore from a dump they may lie in the future of the new
    server, and cursors in its past.
    """

    help = "Re-stamp the sync feed after a restore, so that all devices fetch everything."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rewrite all stamps and raise the epoch in one transaction."""
        if "owner" not in connections.settings:
            raise CommandError("feed_reset needs DATABASE_OWNER_URL: it crosses all offices")
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("UPDATE assignment_feed SET changed_xid = pg_current_xact_id()")
            rows = cursor.rowcount
            cursor.execute("UPDATE feed_epoch SET epoch = epoch + 1 RETURNING epoch")
            epoch = cursor.fetchone()[0]
        self.stdout.write(f"{rows} feed rows stamped, epoch {epoch}")
