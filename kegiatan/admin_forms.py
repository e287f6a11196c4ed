"""Questionnaires on the pages of activities: upload of a file, and the outline of a version."""

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_theme import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget
from kegiatan.form import elements as el
from kegiatan.form.form_text import parse_form
from kegiatan.form.questions import Question, form_questions

FILE_LIMIT_BYTES = 10 * 2**20


class PublishForm(forms.Form):
    """A form_schema as a JSON file, and what is new in it.

    checked: in place of the file the text of one whose warnings were shown. `schema` of the cleaned
    data holds the form.
    """

    file = forms.FileField(
        label=gettext_lazy("Questionnaire (JSON file)"),
        widget=UnfoldAdminFileFieldWidget,
        required=False,
    )
    checked = forms.CharField(required=False, strip=False, max_length=FILE_LIMIT_BYTES)
    notes = forms.CharField(
        label=gettext_lazy("What is new"),
        help_text=gettext_lazy("Shown in the list of versions."),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Return the fields with the form."""
        found: dict[str, Any] = super().clean() or {}
        found["schema"] = found.get("file")
        if found.get("checked"):
            found["schema"] = _form_of(found["checked"])
        elif not self.errors and found["schema"] is None:
            self.add_error("file", _("Choose a file first."))
        return found

    def clean_file(self) -> dict[str, Any] | None:
        """Return the file as a JSON object, None without one."""
        upload = self.cleaned_data["file"]
        if upload is None:
            return None
        if upload.size > FILE_LIMIT_BYTES:
            limit = {"n": FILE_LIMIT_BYTES // 2**20}
            raise forms.ValidationError(_("The file is larger than %(n)d MiB.") % limit)
        return _form_of(upload.read())


def _form_of(text: str | bytes) -> dict[str, Any]:
    """Return the JSON object that a text is. Raises ValidationError."""
    schema, fault = parse_form(text)
    if fault is not None:
        raise forms.ValidationError(f"{fault.message} {fault.remedy}".strip())
    if not isinstance(schema, dict):
        raise forms.ValidationError(_("The file must hold one JSON object."))
    return schema


@dataclass(frozen=True)
class OutlineQuestion:
    """One question of the outline. depth: how many rosters it lies in."""

    question: Question
    depth: int

    @property
    def editors(self) -> str:
        """Return who may change the answer."""
        return ", ".join(sorted(self.question.editable_by))

    @property
    def indent(self) -> range:
        """Return one item for each roster around it."""
        return range(self.depth)


@dataclass(frozen=True)
class OutlinePage:
    """One page of a questionnaire with its questions."""

    title: str
    questions: tuple[OutlineQuestion, ...]


def form_outline(schema: dict[str, Any]) -> list[OutlinePage]:
    """Return the pages of a published questionnaire with their questions, in order."""
    titles = _page_titles(schema)
    pages: dict[str, list[OutlineQuestion]] = {}
    for question in form_questions(schema):
        shown = OutlineQuestion(question, len(question.roster))
        pages.setdefault(question.page, []).append(shown)
    return [OutlinePage(titles.get(name, name), tuple(rows)) for name, rows in pages.items()]


def _page_titles(schema: dict[str, Any]) -> dict[str, str]:
    titles = {}
    for page in el.mappings_of(schema.get("pages")):
        name = str(page.get("name") or "")
        titles[name] = el.localized(page.get("title"), name)
    return titles


def pretty_json(schema: dict[str, Any]) -> str:
    """Return a questionnaire as text that people can read."""
    return json.dumps(schema, ensure_ascii=False, indent=2)
