"""`manage.py check_form FILE`: what would keep a questionnaire from being published."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseProblem
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cerdas.commands import REFUSED, UNREADABLE
from kegiatan.form.form_fault import ERROR, FormFault
from kegiatan.form.form_text import parse_form
from kegiatan.form.linting import LintReport, lint_form
from kegiatan.form.linting_engine import EngineInspector
from kegiatan.services.publishing import form_check


class Command(BaseCommand):
    """Reads, never publishes. Exit code: 0 it can be published, 1 it has faults, 2 unreadable.

    Warnings alone leave the exit code at 0. Without a database the master data is not looked up.
    """

    help = "Check a questionnaire (form_schema, JSON); publish nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help=_("Print one JSON value.")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what the linter says."""
        report, is_readable = _report(options["file"])
        if options["as_json"]:
            self.stdout.write(orjson.dumps(report.as_dict()).decode())
        else:
            for line in _lines(report):
                self.stdout.write(line)
        if not is_readable:
            raise CommandError(_("The file cannot be read."), returncode=UNREADABLE)
        if report.errors:
            count = len(report.errors)
            words = ngettext("%(n)d fault.", "%(n)d faults.", count) % {"n": count}
            raise CommandError(words, returncode=REFUSED)


def _report(path: Path) -> tuple[LintReport, bool]:
    try:
        text = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        message = _("The file %(file)s cannot be read: %(why)s.") % {"file": path, "why": why}
        fault = FormFault("", "file_unreadable", message, _("Check its name and rights."))
        return LintReport("unknown", 0, 0, (fault,)), False
    form, broken = parse_form(text)
    if broken is not None:
        return LintReport("unknown", 0, 0, (broken,)), False
    try:
        return form_check(form), True
    except DatabaseProblem:  # none at hand, or not migrated
        return lint_form(form, engine=EngineInspector()), True


def _lines(report: LintReport) -> Iterator[str]:
    counts = {"format": report.format, "questions": report.questions, "mapped": report.mapped}
    yield _("%(format)s, %(questions)d questions, %(mapped)d of them known.") % counts
    for fault in report.faults:
        weight = _("error") if fault.severity == ERROR else _("warning")
        place = fault.path or "-"
        if fault.row is not None:
            place = f"{fault.row}:{fault.column}"
        yield f"{weight}  {place}  [{fault.code}]  {fault.message} {fault.remedy}"
