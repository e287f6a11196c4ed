"""`manage.py demo`: everything on this machine with invented data, in one command."""

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.utils.translation import gettext as _

from cerdas import embedded_postgres
from cerdas.demo import processes
from cerdas.mobile_app import ADDRESS, app_files

READY_TIMEOUT_SECONDS = 120
BACKGROUND_TIMEOUT_SECONDS = 600
SUPERADMIN_EMAIL = "superadmin@demo.cerdas.id"


class DemoStopped(BaseException):
    """Somebody asked the demo to end: Ctrl-C, SIGTERM, or the terminal was closed."""


class Command(BaseCommand):
    """Migrates, loads the demo world, runs worker and web server until it is told to stop."""

    help = _("Run Cerdas with demo data on this machine; stop it with Ctrl-C.")
    requires_system_checks: list[str] = []  # checked in _prepare, after the refusal

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address to serve on."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Run until stopped. Raises CommandError when it cannot start or a process dies."""
        _check_settings()
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _raise_stopped)
        children: list[processes.Child] = []
        try:
            processes.check_port_is_free(host, port)
            self._serve(host, port, children)
        except DemoStopped:
            self._say(_("Stopping."))
        except (processes.DemoFailed, embedded_postgres.EmbeddedPostgresError) as error:
            raise CommandError(str(error)) from error
        finally:
            _ignore_signals()
            # The web server first: what it has accepted may still need the worker's queue.
            processes.stop_children(list(reversed(children)))
            connections.close_all()
            if embedded_postgres.started_here():
                embedded_postgres.stop()
        self._say(_("Stopped. The data stay; the next start continues with them."))

    def _serve(self, host: str, port: int, children: list[processes.Child]) -> None:
        accounts = self._prepare()
        children.append(processes.start_worker())
        children.append(processes.start_check_worker())
        self._say(_("Waiting for the background work on the demo data ..."))
        _await_background_work(children)
        # Whoever waits for /readyz finds the accounts printed.
        self._print_accounts(accounts)
        children.append(processes.start_web_server(host, port))
        processes.await_readiness(host, port, children, READY_TIMEOUT_SECONDS)
        self._print_addresses(host, port)
        while True:
            processes.check_children(children)
            time.sleep(0.5)

    def _prepare(self) -> list[tuple[str, str, str, str]]:
        """Bring database and demo world up to date; return the accounts."""
        from cerdas.demo.world import demo_accounts, demo_world_load

        self.check()
        _check_database_is_for_demos()
        self._say(_("Migrating the database ..."))
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", database="owner", verbosity=0)
        # WhiteNoise serves from the apps here and warns when the collected files are missing.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        self._say(_("Loading the demo world ..."))
        demo_world_load()
        return [(role, email, password, note) for role, email, password, note in demo_accounts()]

    def _print_accounts(self, accounts: list[tuple[str, str, str, str]]) -> None:
        self._say(_("Accounts: role, email, password"))
        width = max(len(role) for role, *_rest in accounts)
        email_width = max(len(email) for _role, email, *_rest in accounts)
        for role, email, password, note in accounts:
            self._say(f"  {role:{width}}  {email:{email_width}}  {password}  {note}".rstrip())

    def _print_addresses(self, host: str, port: int) -> None:
        from satker.models import Satker

        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
        base = f"http://{shown}:{port}"
        self._say(_("Addresses:"))
        self._say(f"  {base}/")
        if app_files():
            self._say(f"  {base}{ADDRESS}  Cerdas Mobile")
        self._say(f"  {base}/api/v1/docs/")
        for code in Satker.objects.order_by("code").values_list("code", flat=True)[:10]:
            self._say(f"  {base}/satker/{code}/admin/")
        self._say(_("Ready. Stop with Ctrl-C."))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()  # the reader is often a pipe


def _check_settings() -> None:
    if not settings.DEMO_ALLOWED:
        raise CommandError(
            _(
                "The demo does not run with the settings %(module)s: it creates accounts whose"
                " password everybody knows. Unset DJANGO_SETTINGS_MODULE to run the demo; to serve"
                " an office see docs/operations.md."
            )
            % {"module": settings.SETTINGS_MODULE}
        )


def _check_database_is_for_demos() -> None:
    """Refuse a database server of one's own that holds people and no demo world."""
    embedded = str(embedded_postgres.status().socket_dir)
    if connection.settings_dict["HOST"] == embedded:
        return
    if "users" not in connection.introspection.table_names():
        return
    from django.contrib.auth import get_user_model

    people = get_user_model()._default_manager.all()
    if people.exists() and not people.filter(email=SUPERADMIN_EMAIL).exists():
        raise CommandError(
            _(
                "DATABASE_URL names a database that holds accounts of its own. The demo would add"
                " accounts whose password everybody knows: unset DATABASE_URL and"
                " DATABASE_OWNER_URL, or name an empty database."
            )
        )


def _await_background_work(children: list[processes.Child]) -> None:
    """Wait until no job is due. Raises DemoFailed after ten minutes.

    Answers that wait for their check do not count: the check worker goes on with them meanwhile.
    """
    from procrastinate.contrib.django.models import ProcrastinateJob

    deadline = time.monotonic() + BACKGROUND_TIMEOUT_SECONDS
    waiting = ProcrastinateJob.objects.filter(status__in=["todo", "doing"], scheduled_at=None)
    while waiting.exists():
        processes.check_children(children)
        if time.monotonic() > deadline:
            raise processes.DemoFailed(
                _("The background work on the demo data did not end. Its messages are above.")
            )
        time.sleep(0.2)


def _raise_stopped(number: int, frame: FrameType | None) -> None:
    _ignore_signals()
    raise DemoStopped


def _ignore_signals() -> None:
    """A second Ctrl-C must not leave processes behind; stopping is bounded in time."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
