"""A worker that dies at a given point of its job: runs in processes of its own.

A point is what may leave a trace: a statement, a commit, a file on disk, a letter handed over.
Between two points a worker only computes, so to be killed there is to be killed at one of them.
`main` reads an order per line (JSON) and forks a process for each: the worker itself, as deployed.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.core.mail.backends.base import BaseEmailBackend

STATEMENT, COMMIT, FILE, LETTER = "statement", "commit", "file", "letter"
ANY = (STATEMENT, COMMIT, FILE, LETTER)
KEPT = (COMMIT, FILE, LETTER)  # what stays when the worker dies just after it
OUTSIDE = (FILE, LETTER)  # what no rollback takes back
REFUSED = "tidak.ada@uji.example"  # the mail server does not know this address


class Points:
    """The points of a job, counted; at one of them the process ends as by `kill -9`."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.is_on = False
        self.counted: tuple[str, ...] = ANY
        self.deadly = 0

    def reach(self, name: str) -> None:
        """Note a point behind which the worker now is."""
        if not self.is_on:
            return
        self.reached.append(name)
        if name in self.counted and self.deadly == sum(map(self.reached.count, self.counted)):
            os.kill(os.getpid(), signal.SIGKILL)

    def after(self, owner: Any, name: str, point: str) -> None:
        """Reach a point whenever a method has done its work."""
        real = getattr(owner, name)

        @wraps(real)
        def followed(*arguments: Any, **named: Any) -> Any:
            result = real(*arguments, **named)
            self.reach(point)
            return result

        setattr(owner, name, followed)


points = Points()


class PostBox(BaseEmailBackend):
    """A mail server that writes each letter it takes, at once, to the file LETTERS."""

    def send_messages(self, email_messages: Any) -> int:
        """Take the letters; raises SMTPRecipientsRefused as a server does."""
        from smtplib import SMTPRecipientsRefused

        for message in email_messages:
            if message.to == [REFUSED]:
                raise SMTPRecipientsRefused({})
            letter = {"to": message.to[0], "subject": message.subject, "body": message.body}
            with open(os.environ["LETTERS"], "a", encoding="utf-8") as box:
                box.write(json.dumps(letter) + "\n")
            points.reach(LETTER)
        return len(email_messages)


def _prepare(order: dict[str, Any]) -> None:
    """Follow what leaves traces, and let the job work in small parts."""
    import psycopg
    from django.conf import settings

    from cerdas import tasks
    from cerdas.storage import DurableFileStorage

    settings.MEDIA_ROOT = Path(order["media"])
    settings.EMAIL_BACKEND = f"{__name__}.PostBox"
    os.environ["LETTERS"] = order["letters"]
    for place, value in order["parts"].items():
        module, _dot, name = place.rpartition(".")
        setattr(import_module(module), name, value)
    points.counted, points.deadly = tuple(order["counted"]), order["deadly"]
    points.after(psycopg.Cursor, "execute", STATEMENT)
    points.after(psycopg.Cursor, "executemany", STATEMENT)
    points.after(psycopg.Connection, "commit", COMMIT)
    points.after(DurableFileStorage, "_save", FILE)
    points.after(DurableFileStorage, "delete", FILE)
    tasks.job_run = _followed(tasks.job_run)


def _followed(real: Callable[..., None]) -> Callable[..., None]:
    def job_run(**named: Any) -> None:
        points.is_on = True
        try:
            real(**named)
        finally:
            points.is_on = False

    return job_run


def _work(order: dict[str, Any]) -> None:
    """Do what is in the queue, as `manage.py worker --until-empty --concurrency 1`."""
    from cerdas.jobs.worker import WorkerOptions, worker_run

    _prepare(order)
    worker_run(WorkerOptions(concurrency=1, until_empty=True))
    Path(order["points"]).write_text(json.dumps(points.reached))


def main() -> None:
    """Fork a worker for every order on stdin; answer each with the exit code of its process."""
    django.setup()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _work(json.loads(line))
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        _pid, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
