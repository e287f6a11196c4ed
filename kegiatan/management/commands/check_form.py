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
from kegiatan.form.importing.files import import_form
from kegiatan.form.linting import LintReport, lint_form
from kegiatan.form.linting_engine import EngineInspector
from kegiatan.services.form_files import combined, form_file_read


class Command(BaseCommand):
    """Reads, never publishes. Exit code: 0 it can be published, 1 it has faults, 2 unreadable.

    Takes our own JSON, XLSForms (.xlsx, .xls) and the original platform's JSON. What an import does
    not take over is a fault. Warnings alone leave the exit code at 0. Without a database the master
    data is not looked up.
    """

    help = "Check a questionnaire (JSON, XLSForm, original format); publish nothing."

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
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        message = _("The file %(file)s cannot be read: %(why)s.") % {"file": path, "why": why}
        fault = FormFault("", "file_unreadable", message, _("Check its name and rights."))
        return LintReport("unknown", 0, 0, (fault,)), False
    try:
        found = form_file_read(content=content, name=path.name)
        return found.report, found.is_readable
    except DatabaseProblem:  # none at hand, or not migrated
        imported = import_form(content, name=path.name)
        if imported.form is None:
            return combined(imported, None), False
        return combined(imported, lint_form(imported.form, engine=EngineInspector())), True


def _lines(report: LintReport) -> Iterator[str]:
    counts = {"format": report.format, "questions": report.questions, "mapped": report.mapped}
    yield _("%(format)s, %(questions)d questions, %(mapped)d of them known.") % counts
    for fault in report.faults:
        weight = _("error") if fault.severity == ERROR else _("warning")
        place = fault.path or "-"
        if fault.sheet is not None:
            place = f"{fault.sheet}!{fault.row or '-'} {place}"
        elif fault.row is not None:
            place = f"{fault.row}:{fault.column}"
        yield f"{weight}  {place}  [{fault.code}]  {fault.message} {fault.remedy}"
