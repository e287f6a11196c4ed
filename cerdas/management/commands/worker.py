"""`manage.py worker`: carry out background jobs until SIGTERM or Ctrl-C."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from cerdas.jobs.worker import WorkerOptions, worker_run


class Command(BaseCommand):
    """Runs one worker process; several may run at once, on several machines."""

    help = _("Carry out background jobs until it is told to stop.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many jobs to run at once, and whether to end when there is none."""
        parser.add_argument("--concurrency", type=int, default=2, help=_("Jobs at the same time."))
        parser.add_argument("--until-empty", action="store_true", help=_("End when no job is due."))

    def handle(self, *args: Any, concurrency: int, until_empty: bool, **options: Any) -> None:
        """Run until stopped."""
        worker_run(WorkerOptions(concurrency=max(1, concurrency), until_empty=until_empty))
