"""Questionnaires from files, for commands and the admin: read, converted, judged."""

from dataclasses import dataclass, replace
from typing import Any

from kegiatan.form.form_fault import ERROR
from kegiatan.form.form_text import parse_form
from kegiatan.form.importing.files import OWN, import_form
from kegiatan.form.importing.original import is_original
from kegiatan.form.importing.report import ImportedForm
from kegiatan.form.importing.sheets import is_workbook
from kegiatan.form.linting import LintReport
from kegiatan.services.publishing import form_check
from masterdata.selectors import dataset_versions


@dataclass(frozen=True, slots=True)
class FormFile:
    """What a file holds. imported: the form, with what was not taken over; report: that together
    with what the linter says about the form, each fault with its place in the file."""

    imported: ImportedForm
    report: LintReport

    @property
    def schema(self) -> dict[str, Any] | None:
        """Return the form_schema; None when the file cannot be read as a form."""
        return self.imported.form

    @property
    def is_readable(self) -> bool:
        """Whether the file holds a value that can be judged, be it no form."""
        codes = {fault.code for fault in self.imported.faults}
        return self.schema is not None or "not_an_object" in codes

    @property
    def needs_consent(self) -> bool:
        """Whether the form would do something otherwise than the file says."""
        return bool(self.imported.losses)


def needs_import(content: bytes) -> bool:
    """Return whether a file is an XLSForm or in the original format, and not our own JSON."""
    if is_workbook(content):
        return True
    form, _fault = parse_form(content)
    return is_original(form)


def form_file_read(*, content: bytes, name: str = "") -> FormFile:
    """Return the form in a file: XLSForm (.xlsx, .xls), the original platform's JSON, or our own.

    name: of the file. Publishes nothing; reads the versions of master data. Never raises for what
    is in a file: what is wrong is in the report.
    """
    imported = import_form(content, name=name, masters=dataset_versions())
    return FormFile(imported, combined(imported, None))


def combined(imported: ImportedForm, lint: LintReport | None) -> LintReport:
    """Return the faults of an import with those of the linter, errors first.

    lint: the linter's report on the form; None asks it here, which needs the database.
    """
    if imported.form is None:
        return LintReport(imported.format, imported.questions, 0, imported.faults)
    found = lint if lint is not None else form_check(imported.form)
    if imported.format == OWN:
        return found
    faults = [*imported.faults, *(imported.placed(fault) for fault in found.faults)]
    once = sorted(dict.fromkeys(faults), key=lambda fault: fault.severity != ERROR)
    return replace(
        found, format=imported.format, questions=imported.questions, mapped=imported.mapped,
        faults=tuple(once),
    )  # fmt: skip
