"""`manage.py check_worker`: judge answers by their questionnaires until SIGTERM or Ctrl-C."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.checking.supervising import workers_supervise
from assignments.checking.worker import worker_run
from kegiatan.form.engine_results import EngineNotBuilt


class Command(BaseCommand):
    """Runs check workers; several commands may run at once, on several machines."""

    help = _("Judge answers by their questionnaires until it is told to stop.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Take when to end and how many processes to run."""
        parser.add_argument(
            "--until-empty", action="store_true", help=_("End when no answers wait.")
        )
        parser.add_argument("--once", action="store_true", help=_("One batch of each office."))
        parser.add_argument("--processes", type=int, default=1, help=_("Workers at the same time."))

    def handle(
        self, *args: Any, until_empty: bool, once: bool, processes: int, **options: Any
    ) -> None:
        """Run until stopped. Raises CommandError when the engine is not built or a worker fails."""
        if processes > 1:
            ends = ["--until-empty"] * until_empty + ["--once"] * once
            if workers_supervise(processes, ends):
                raise CommandError(_("A check worker failed. Its messages are above."))
            return
        try:
            kept = worker_run(until_empty=until_empty, once=once)
        except EngineNotBuilt as error:
            raise CommandError(str(error)) from error
        if until_empty or once:
            words = ngettext("%(n)d response was checked.", "%(n)d responses were checked.", kept)
            self.stdout.write(words % {"n": kept})
