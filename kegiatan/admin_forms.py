"""Questionnaires on the pages of activities: upload of a file, and the outline of a version."""

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.admin_theme import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget
from kegiatan.form import elements as el
from kegiatan.form.questions import Question, form_questions

FILE_LIMIT_BYTES = 10 * 2**20
_NESTING_LIMIT_WORDS = gettext_lazy("The file is nested too deeply to be a questionnaire.")


class PublishForm(forms.Form):
    """A form_schema as a JSON file, and what is new in it."""

    file = forms.FileField(
        label=gettext_lazy("Questionnaire (JSON file)"), widget=UnfoldAdminFileFieldWidget
    )
    notes = forms.CharField(
        label=gettext_lazy("What is new"),
        help_text=gettext_lazy("Shown in the list of versions."),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def clean_file(self) -> dict[str, Any]:
        """Return the file as a JSON object."""
        upload = self.cleaned_data["file"]
        if upload.size > FILE_LIMIT_BYTES:
            limit = {"n": FILE_LIMIT_BYTES // 2**20}
            raise forms.ValidationError(_("The file is larger than %(n)d MiB.") % limit)
        try:
            schema = json.loads(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is no text in UTF-8.")) from error
        except json.JSONDecodeError as error:
            words = _("The file is no JSON: line %(line)d, column %(column)d.")
            place = {"line": error.lineno, "column": error.colno}
            raise forms.ValidationError(words % place) from error
        except RecursionError as error:
            raise forms.ValidationError(str(_NESTING_LIMIT_WORDS)) from error
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
