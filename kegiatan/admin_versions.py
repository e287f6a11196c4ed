"""Pages of the versions of a questionnaire: list with use, one version, comparison, download.

The same for super_admin, who sees the responses of all offices, and for an office, which sees its
own and changes nothing.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cerdas.admin_form_use import StatusCount, form_use
from cerdas.admin_pages import admin_link
from cerdas.errors import Invalid, NotFound
from kegiatan.admin_forms import form_outline, pretty_json
from kegiatan.form import elements as el
from kegiatan.form.comparing import Change, FormComparison
from kegiatan.form.questions import Question, form_languages, form_questions
from kegiatan.form_exports import (
    FormSource,
    form_exported,
    is_printed_at_once,
    paper_language,
    version_words,
)
from kegiatan.models import FormVersion, KegiatanStatistik
from kegiatan.printing import print_start
from kegiatan.versions import VersionInList, versions_compared, versions_list
from satker.models import Satker

VALUE_LENGTH = 2_000
LARGEST_VERSION = 2**31
LANGUAGES_OFFERED = 5
# Name of a file in addresses -> its format.
EXPORTS = {"pdf": "pdf", "csv": "codebook-csv", "ddi": "ddi", "xlsform": "xlsform"}


@dataclass(frozen=True)
class VersionPlace:
    """Where the pages of an activity's versions stand. key: of the activity in addresses.

    satker: whose responses are counted; None for those of all offices.
    """

    kegiatan: KegiatanStatistik
    key: Any
    site: str
    satker: Satker | None
    back: str

    def link(self, name: str, *args: Any, **query: Any) -> str:
        """Return the address of one of the pages; "" where the site has none."""
        return admin_link(f"kegiatan_{name}", self.key, *args, site=self.site, **query)

    def source(self, schema: dict[str, Any], version: int | None) -> FormSource:
        """Return a questionnaire of the activity for an export; version: None for the draft."""
        office = self.satker.name if self.satker is not None else ""
        name, number = self.kegiatan.name, str(self.kegiatan.pk)
        return FormSource(schema, name, number, version, office)


@dataclass(frozen=True)
class VersionRow:
    """One line of the list of versions."""

    version: VersionInList
    use: tuple[StatusCount, ...]
    link: str
    compare_link: str
    download_link: str

    @property
    def responses(self) -> int:
        """Return how many responses use the version."""
        return sum(item.count for item in self.use)


@dataclass(frozen=True)
class ShownChange:
    """One property that differs, as text. name: in the reader's words, or that of the property."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownQuestion:
    """A question of the comparison."""

    path: str
    title: str
    kind: str
    page: str
    changes: tuple[ShownChange, ...] = ()
    may_not_fit: bool = False


@dataclass(frozen=True)
class ShownComparison:
    """What differs between two versions, as the page shows it."""

    added: list[ShownQuestion]
    removed: list[ShownQuestion]
    changed: list[ShownQuestion]
    moved: tuple[str, ...]
    other: list[ShownChange]
    is_same: bool


class VersionPages:
    """For a ModelAdmin whose rows lead to an activity; `version_place` finds and authorises it."""

    page: Any

    def version_place(self, request: HttpRequest, key: Any) -> VersionPlace:
        """Return the activity that an address names. Raises Http404."""
        raise NotImplementedError

    def versions_view(self, request: HttpRequest, **key: Any) -> HttpResponse:
        """List the versions with the responses that use them."""
        place = self.version_place(request, *key.values())
        rows = version_rows(place)
        response: HttpResponse = self.page(
            request, "kegiatan/forms/versions.html", _("Versions of the questionnaire"),
            kegiatan=place.kegiatan, rows=rows, newest=rows[0] if rows else None,
            compare_url=place.link("form_compare"), back=place.back, satker=place.satker,
            **self.version_extras(request, place),
        )  # fmt: skip
        return response

    def version_extras(self, request: HttpRequest, place: VersionPlace) -> dict[str, Any]:
        """Return what a site adds to the list."""
        return {}

    def form_view(self, request: HttpRequest, version: int, **key: Any) -> HttpResponse:
        """Show a published questionnaire: pages and questions, the file folded away."""
        place = self.version_place(request, *key.values())
        row = _version(place, version)
        response: HttpResponse = self.page(
            request, "kegiatan/admin/form_version.html",
            _("%(name)s, version %(n)d") % {"name": place.kegiatan.name, "n": row.version},
            kegiatan=place.kegiatan, version=row, outline=form_outline(row.schema),
            json_text=pretty_json(row.schema), back=place.back,
            versions_url=place.link("form_versions"),
            exports=export_doors(row.schema, lambda form: place.link(
                "form_export", row.version, form)),
            download_url=place.link("form_download", row.version),
            compare_url=place.link("form_compare", old=row.version - 1, new=row.version)
            if row.version > 1 else "",
        )  # fmt: skip
        return response

    def form_download_view(self, request: HttpRequest, version: int, **key: Any) -> HttpResponse:
        """Give a published questionnaire as the JSON file that can be published elsewhere."""
        place = self.version_place(request, *key.values())
        row = _version(place, version)
        name = f"{slugify(place.kegiatan.name) or 'kuesioner'}-v{row.version}.json"
        response = HttpResponse(pretty_json(row.schema), content_type="application/json")
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def form_export_view(
        self, request: HttpRequest, version: int, form: str, **key: Any
    ) -> HttpResponse:
        """Give a published questionnaire as XLSForm, codebook (csv, ddi) or paper (pdf)."""
        place = self.version_place(request, *key.values())
        row = _version(place, version)
        return export_response(self, request, form, place, place.source(row.schema, row.version))

    def form_compare_view(self, request: HttpRequest, **key: Any) -> HttpResponse:
        """Show what differs between two versions: `?old=&new=`, else the two newest."""
        place = self.version_place(request, *key.values())
        versions = [row.version for row in versions_list(place.kegiatan.pk)]
        if not versions:
            raise Http404
        old = _asked(request, "old", versions[min(1, len(versions) - 1)])
        new = _asked(request, "new", versions[0])
        try:
            found = versions_compared(place.kegiatan.pk, old=old, new=new)
        except NotFound as error:
            raise Http404 from error
        response: HttpResponse = self.page(
            request, "kegiatan/forms/compare.html",
            _("Version %(old)d compared with %(new)d") % {"old": old, "new": new},
            kegiatan=place.kegiatan, old=old, new=new, versions=versions,
            shown=comparison_shown(found.comparison), versions_url=place.link("form_versions"),
        )  # fmt: skip
        return response


def export_doors(schema: Any, link: Callable[[str], str]) -> list[tuple[str, str]]:
    """Return (words, address) of every file that a questionnaire can be had as, besides JSON."""
    printed = [
        (_("Paper, %(language)s (PDF)") % {"language": _language(code)}, f"?language={code}")
        for code in form_languages(schema)[:LANGUAGES_OFFERED]
    ]
    doors = [(words, link("pdf") + query) for words, query in printed]
    others = ((_("Codebook (CSV)"), "csv"), (_("Codebook (DDI)"), "ddi"), ("XLSForm", "xlsform"))
    return doors + [(words, link(form)) for words, form in others]


def export_response(
    pages: "VersionPages", request: HttpRequest, form: str, place: VersionPlace, source: FormSource
) -> HttpResponse:
    """Return a questionnaire as a file, or the reason why not. Raises Http404: no such file.

    A long one is printed by a job, after a question.
    """
    if form not in EXPORTS:
        raise Http404
    language = request.GET.get("language", "")
    try:
        if form == "pdf" and not is_printed_at_once(source.schema):
            return _printed_later(
                pages, request, place, source, paper_language(source.schema, language)
            )
        made = form_exported(source=source, format_=EXPORTS[form], language=language)
    except Invalid as error:
        return HttpResponse(error.message, status=400, content_type="text/plain; charset=utf-8")
    response = HttpResponse(made.content, content_type=made.content_type)
    response["Content-Disposition"] = content_disposition_header(True, made.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _printed_later(
    pages: "VersionPages",
    request: HttpRequest,
    place: VersionPlace,
    source: FormSource,
    language: str,
) -> HttpResponse:
    """Ask, then start the job that prints."""
    if request.method == "POST":
        actor: Any = request.user
        job = print_start(actor=actor, satker=place.satker, source=source, language=language)
        messages.info(request, _("The questionnaire is printed as a job. Its file appears here."))
        return HttpResponseRedirect(admin_link("cerdas_job_change", job.pk, site=place.site))
    response: HttpResponse = pages.page(
        request, "kegiatan/forms/print.html", _("Print a long questionnaire"),
        kegiatan=place.kegiatan, language=_language(language), version=version_words(source),
        questions=len(form_questions(source.schema)), back=place.link("form_versions"),
    )  # fmt: skip
    return response


def _language(code: str) -> str:
    names = {"id": _("Indonesian"), "en": _("English")}
    return names.get(code, code)


def version_rows(place: VersionPlace) -> list[VersionRow]:
    """Return the versions of an activity, newest first. Two queries."""
    use = form_use(place.kegiatan.pk, place.satker)
    found = versions_list(place.kegiatan.pk)
    lowest = found[-1].version if found else 0
    return [
        VersionRow(
            version=row,
            use=use.get(row.version, ()),
            link=place.link("form_version", row.version),
            compare_link=place.link("form_compare", old=row.version - 1, new=row.version)
            if row.version > lowest else "",
            download_link=place.link("form_download", row.version),
        )
        for row in found
    ]  # fmt: skip


def comparison_shown(found: FormComparison) -> ShownComparison:
    """Return a comparison as text."""
    changed = [
        ShownQuestion(
            change.path, change.title, change.kind, "",
            tuple(map(_change, change.changes)), change.answers_may_not_fit,
        )
        for change in found.changed
    ]  # fmt: skip
    return ShownComparison(
        added=_questions(found.added),
        removed=_questions(found.removed),
        changed=changed,
        moved=found.moved,
        other=list(map(_change, found.other)),
        is_same=found.is_same,
    )


def _questions(questions: Sequence[Question]) -> list[ShownQuestion]:
    return [ShownQuestion(q.path, q.title, q.kind, q.page) for q in questions]


def _change(change: Change) -> ShownChange:
    return ShownChange(_property(change.what), _value(change.old), _value(change.new))


def _property(what: str) -> str:
    """Return the name of a property as people say it, else as the file writes it."""
    name, bracket, rest = what.partition("[")
    if name == "choices" and bracket:
        return _("Choice %(value)s") % {"value": rest.removesuffix("]")}
    words = {
        "title": _("Text of the question"),
        "description": _("Explanation"),
        "type": _("Type"),
        "inputType": _("Kind of input"),
        "isRequired": _("Must be answered"),
        "visibleIf": _("Shown when"),
        "enableIf": _("Open when"),
        "requiredIf": _("Must be answered when"),
        "choices": _("Order of the choices"),
        "validators": _("Rules"),
        "editableBy": _("May be changed by"),
        "page": _("Page"),
        "assignment_label_template": _("Template of the label"),
        "assignment_table_columns": _("Columns of the table"),
        "masters_used": _("Master data"),
        "calculatedValues": _("Calculated values"),
    }
    return words.get(what, what)


def _value(value: Any) -> str:
    """Return a JSON value as text; texts of one language as they are."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, (str, int, float)):
        return str(value)[:VALUE_LENGTH]
    if isinstance(value, dict) and set(value) <= {"value", "text"}:
        return el.localized(value.get("text"), str(value.get("value")))[:VALUE_LENGTH]
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return "\n".join(f"{key}: {item}" for key, item in value.items())[:VALUE_LENGTH]
    return json.dumps(value, ensure_ascii=False, indent=1)[:VALUE_LENGTH]


def _version(place: VersionPlace, version: int) -> FormVersion:
    rows = FormVersion.objects.filter(kegiatan=place.kegiatan).select_related("published_by")
    row = rows.filter(version=version).first() if version < LARGEST_VERSION else None
    if row is None:
        raise Http404
    return row


def _asked(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)
