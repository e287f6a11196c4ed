"""A questionnaire in a file of any kind we know: XLSForm, the original platform's JSON, our own."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form import caps
from kegiatan.form.form_fault import FormFault
from kegiatan.form.form_text import parse_form
from kegiatan.form.importing.original import import_original, is_original
from kegiatan.form.importing.report import ORIGINAL, ImportedForm
from kegiatan.form.importing.sheets import FILE_BYTES, is_workbook
from kegiatan.form.importing.xlsform import import_xlsform
from kegiatan.form.json_value import json_depth

OWN, UNKNOWN = "surveyjs", "unknown"


def import_form(
    content: bytes, *, name: str = "", masters: Mapping[str, Collection[int]] | None = None
) -> ImportedForm:
    """Return the form of a file, by what it holds, whatever its name says. Never raises.

    A form of our own comes back as it is. name: of the file, without its folder; masters: versions
    of each data set that is loaded.
    """
    if len(content) > FILE_BYTES:
        message = _("The file is larger than %(n)d MiB.") % {"n": FILE_BYTES // 2**20}
        return _nothing("file_too_large", message, _("Take out what does not belong to the form."))
    if is_workbook(content):
        return import_xlsform(content, name=name.rpartition(".")[0] or name, masters=masters)
    refused = _other_kind(content)
    if refused is not None:
        return refused
    form, fault = parse_form(content)
    if fault is not None:
        return ImportedForm(UNKNOWN, None, faults=(fault,))
    if is_original(form):
        return _original(form, masters)
    if not isinstance(form, dict):
        message = _("The form must be a JSON object.")
        remedy = _("Give the form as {form_name, pages}.")
        return _nothing("not_an_object", message, remedy)
    return ImportedForm(OWN, form)


def _original(form: dict[str, Any], masters: Mapping[str, Collection[int]] | None) -> ImportedForm:
    if json_depth(form, cap=caps.FORM_DEPTH) > caps.FORM_DEPTH:
        message = _("The form is nested deeper than %(cap)d levels.") % {"cap": caps.FORM_DEPTH}
        remedy = _("Use fewer panels and rosters in one another.")
        return _nothing("too_deep", message, remedy, ORIGINAL)
    return import_original(form, masters=masters)


def _other_kind(content: bytes) -> ImportedForm | None:
    """Return the refusal of a file that is neither a workbook nor JSON, and says what it is."""
    head = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<h:html", b"<?xml")) and b"xforms" in head:
        message = _("This is an XForm, which was made from an XLSForm.")
        return _nothing("not_a_workbook", message, _("Take the XLSForm itself (.xlsx)."))
    if head.startswith((b"<", b"%pdf")):
        message = _("This is a page or document, whatever its name says, not a workbook.")
        return _nothing("not_a_workbook", message, _("Save the form as .xlsx."))
    first_line = head.split(b"\n")[0]
    if head[:1] not in (b"{", b"[") and (
        b"," in first_line or b"\t" in first_line or b";" in first_line
    ):
        message = _("This is a table of text (CSV); a form has several sheets.")
        return _nothing("not_a_workbook", message, _("Save the whole workbook as .xlsx."))
    return None


def _nothing(code: str, message: str, remedy: str, format_: str = UNKNOWN) -> ImportedForm:
    return ImportedForm(format_, None, faults=(FormFault("", code, message, remedy),))
