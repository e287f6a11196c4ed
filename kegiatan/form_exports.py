"""A questionnaire as a file: JSON, XLSForm, codebook (CSV, DDI) or paper (PDF)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from cerdas.errors import Invalid
from kegiatan.form.envelope import check_envelope
from kegiatan.form.exporting.codebook import codebook_csv
from kegiatan.form.exporting.ddi import Study, ddi_bytes
from kegiatan.form.exporting.xlsform_file import xlsform_bytes
from kegiatan.form.exporting.xlsform_writing import export_xlsform
from kegiatan.form.form_fault import FormFault
from kegiatan.form.questions import form_languages, form_questions
from kegiatan.services.drafting import form_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a request may print: 12 ms per question on a busy machine. A longer one is a job's.
QUESTIONS_PRINTED_AT_ONCE = 500
# Told how far it is, (done, total); may raise to stop the work.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ExportedForm:
    """A file. faults: what the format cannot say (XLSForm)."""

    content: bytes
    content_type: str
    name: str
    faults: Sequence[FormFault] = ()


@dataclass(frozen=True)
class FormSource:
    """A form that passed `check_envelope`, and where it comes from. version: None for a draft."""

    schema: Mapping[str, Any]
    activity: str
    activity_id: str
    version: int | None
    office: str = ""


def form_exported(
    *, source: FormSource, format_: str, language: str = "", progress: Progress | None = None
) -> ExportedForm:
    """Return a form as a file. language: of the paper; without one the form's own.

    progress: called while paper is made. Raises Invalid: no such format, a language that the form
    has no texts in.
    """
    if format_ == "pdf":
        return _pdf(source, language, progress)
    maker = _MAKERS.get(format_)
    if maker is None:
        raise Invalid(_("There is no format %(name)s.") % {"name": format_[:40]})
    return maker(source)


def is_printed_at_once(schema: Mapping[str, Any]) -> bool:
    """Return whether a form is printed in the time of a request; a longer one is a job's."""
    return len(form_questions(schema)) <= QUESTIONS_PRINTED_AT_ONCE


def paper_language(schema: Mapping[str, Any], language: str) -> str:
    """Return the language of the paper, the form's own without one. Raises Invalid."""
    languages = form_languages(schema)
    chosen = language or languages[0]
    if chosen not in languages:
        words = _("The questionnaire has no texts in %(language)s.")
        raise Invalid(words % {"language": chosen[:20]})
    return chosen


def check_exportable(schema: object) -> None:
    """Raise Invalid when a draft has faults that keep it from being read as a form."""
    faults = check_envelope(schema)
    if faults:
        words = _("The draft has faults that must be mended first: %(what)s")
        raise Invalid(words % {"what": faults[0].message})


def _file_name(source: FormSource, rest: str) -> str:
    number = "draft" if source.version is None else f"v{source.version}"
    return f"{slugify(source.activity)[:80] or 'kuesioner'}-{number}{rest}"


def version_words(source: FormSource) -> str:
    """Return `version 3`, or that it is the draft, in the active language."""
    if source.version is None:
        return _("draft")
    return _("version %(n)d") % {"n": source.version}


def _json(source: FormSource) -> ExportedForm:
    content = form_text(dict(source.schema)).encode()
    return ExportedForm(content, "application/json", _file_name(source, ".json"))


def _xlsform(source: FormSource) -> ExportedForm:
    made = export_xlsform(source.schema)
    return ExportedForm(xlsform_bytes(made), XLSX, _file_name(source, ".xlsx"), made.faults)


def _codebook(source: FormSource) -> ExportedForm:
    name = _file_name(source, "-codebook.csv")
    return ExportedForm(codebook_csv(source.schema), "text/csv; charset=utf-8", name)


def _ddi(source: FormSource) -> ExportedForm:
    study = Study(
        activity=source.activity, identifier=source.activity_id, version=version_words(source),
        office=source.office, made_on=timezone.localdate(),
    )  # fmt: skip
    content = ddi_bytes(source.schema, study)
    return ExportedForm(content, "application/xml", _file_name(source, "-ddi.xml"))


def _pdf(source: FormSource, language: str, progress: Progress | None) -> ExportedForm:
    # Loads fonts and a large library: only who prints pays for it.
    from kegiatan.form.paper.document import Cover, paper_bytes

    chosen = paper_language(source.schema, language)
    with override("id" if chosen == "id" else "en"):
        cover = Cover(source.activity, version_words(source), source.office)
    content = paper_bytes(source.schema, cover, chosen, progress)
    return ExportedForm(content, "application/pdf", _file_name(source, f"-{slugify(chosen)}.pdf"))


_MAKERS: dict[str, Callable[[FormSource], ExportedForm]] = {
    "json": _json, "xlsform": _xlsform, "codebook-csv": _codebook, "ddi": _ddi,
}  # fmt: skip
FORMATS = (*_MAKERS, "pdf")
