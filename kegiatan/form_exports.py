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
# What a request may print: 12 ms per question on a busy machine. The command prints any form.
QUESTIONS_PRINTED_AT_ONCE = 500


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


def form_exported(*, source: FormSource, format_: str, language: str = "") -> ExportedForm:
    """Return a form as a file. language: of the paper; without one the form's own.

    Raises Invalid: no such format, a language that the form has no texts in.
    """
    maker = _MAKERS.get(format_)
    if maker is None:
        raise Invalid(_("There is no format %(name)s.") % {"name": format_[:40]})
    return maker(source, language)


def check_printable_at_once(schema: Mapping[str, Any]) -> None:
    """Raise Invalid for a form that takes longer to print than a request may."""
    if len(form_questions(schema)) > QUESTIONS_PRINTED_AT_ONCE:
        words = _("The questionnaire is too long to be printed here: it has over %(n)d questions.")
        remedy = _("Print it on the server with export_form --format pdf.")
        raise Invalid(f"{words % {'n': QUESTIONS_PRINTED_AT_ONCE}} {remedy}")


def check_exportable(schema: object) -> None:
    """Raise Invalid when a draft has faults that keep it from being read as a form."""
    faults = check_envelope(schema)
    if faults:
        words = _("The draft has faults that must be mended first: %(what)s")
        raise Invalid(words % {"what": faults[0].message})


def _file_name(source: FormSource, rest: str) -> str:
    number = "draft" if source.version is None else f"v{source.version}"
    return f"{slugify(source.activity)[:80] or 'kuesioner'}-{number}{rest}"


def _version_words(source: FormSource) -> str:
    if source.version is None:
        return _("draft")
    return _("version %(n)d") % {"n": source.version}


def _json(source: FormSource, _language: str) -> ExportedForm:
    content = form_text(dict(source.schema)).encode()
    return ExportedForm(content, "application/json", _file_name(source, ".json"))


def _xlsform(source: FormSource, _language: str) -> ExportedForm:
    made = export_xlsform(source.schema)
    return ExportedForm(xlsform_bytes(made), XLSX, _file_name(source, ".xlsx"), made.faults)


def _codebook(source: FormSource, _language: str) -> ExportedForm:
    name = _file_name(source, "-codebook.csv")
    return ExportedForm(codebook_csv(source.schema), "text/csv; charset=utf-8", name)


def _ddi(source: FormSource, _language: str) -> ExportedForm:
    study = Study(
        activity=source.activity, identifier=source.activity_id, version=_version_words(source),
        office=source.office, made_on=timezone.localdate(),
    )  # fmt: skip
    content = ddi_bytes(source.schema, study)
    return ExportedForm(content, "application/xml", _file_name(source, "-ddi.xml"))


def _pdf(source: FormSource, language: str) -> ExportedForm:
    # Loads fonts and a large library: only who prints pays for it.
    from kegiatan.form.paper.document import Cover, paper_bytes

    languages = form_languages(source.schema)
    chosen = language or languages[0]
    if chosen not in languages:
        words = _("The questionnaire has no texts in %(language)s.")
        raise Invalid(words % {"language": chosen[:20]})
    with override("id" if chosen == "id" else "en"):
        version = _version_words(source)
    content = paper_bytes(source.schema, Cover(source.activity, version, source.office), chosen)
    return ExportedForm(content, "application/pdf", _file_name(source, f"-{slugify(chosen)}.pdf"))


_MAKERS: dict[str, Callable[[FormSource, str], ExportedForm]] = {
    "json": _json, "xlsform": _xlsform, "codebook-csv": _codebook, "ddi": _ddi, "pdf": _pdf,
}  # fmt: skip
FORMATS = tuple(_MAKERS)
