"""Texts of an XLSForm: languages, answers shown in them, and the markup of labels."""

import html
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from kegiatan.form.importing.names import Place, Refused, read
from kegiatan.form.importing.report import Report
from kegiatan.form.importing.sheets import Row
from kegiatan.form.importing.xpath_translation import Translator

_REFERENCE = re.compile(r"\$\{\s*([^\s{}]+)\s*\}")
_LINK = re.compile(r"\[([^\[\]]+)\]\((?:https?:)?/{0,2}([^()\s]*)\)")
_ADDRESS = re.compile(r"\b(?:https?|ftp)://", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_SPACE = {"&#x0a;": "\n", "&nbsp;": " "}


class Texts:
    """Turns cells into texts. languages: codes, the form's own first; none: plain texts."""

    def __init__(self, languages: list[str], translator: Translator, report: Report) -> None:
        self.languages = languages
        self.translator = translator
        self.report = report

    def of(
        self, texts: Mapping[tuple[str, str], str], column: str, row: Row, sheet: str, place: Place
    ) -> Any:
        """Return a text, {language: text}, or None when there is none."""
        found = {
            language: self.shown(text, column, row, sheet, place)
            for (name, language), text in texts.items()
            if name == column and text
        }
        if not found:
            return None
        plain = found.pop("", None)
        if not self.languages:
            return plain
        if plain is not None:
            found.setdefault(self.languages[0], plain)
        if self.languages[0] not in found:
            found["default"] = next(iter(found.values()))
        return found

    def shown(self, text: str, column: str, row: Row, sheet: str, place: Place) -> str:
        """Return one text with `{name}` for `${name}`, without markup and addresses."""
        plain = self.unmarked(text, column, row, sheet)
        parts: list[str] = []
        position = 0
        for found in _REFERENCE.finditer(plain):
            parts.append(_braces_off(plain[position : found.start()]))
            try:
                target = self.translator.names.find(found[1], place)
                parts.append(read(target, place).text)
            except Refused as refused:
                self.report.loss(sheet, row, column, refused)
                parts.append(f"({found[1]})")
            position = found.end()
        parts.append(_braces_off(plain[position:]))
        return "".join(parts)

    def unmarked(self, text: str, column: str, row: Row, sheet: str) -> str:
        """Return a label without Markdown, HTML and links, and note what was there."""
        plain = text
        for mark, letter in _SPACE.items():
            plain = plain.replace(mark, letter)
        if _LINK.search(plain) or _ADDRESS.search(plain):
            plain = _ADDRESS.sub("", _LINK.sub(r"\1 (\2)", plain))
            message = _("A link cannot be followed in the field; its address is shown as text.")
            self.report.note(sheet, row, column, Refused("link_as_text", message, _nothing()))
        if _TAG.search(plain):
            plain = html.unescape(_TAG.sub("", plain.replace("<br/>", "\n").replace("<br>", "\n")))
            message = _("HTML in the text is taken out; the words stay.")
            self.report.note(sheet, row, column, Refused("markup_taken_out", message, _nothing()))
        return _HEADING.sub("", _EMPHASIS.sub(r"\2", plain)).strip()

    def words(self, indonesian_or_english: str) -> Any:
        """Return a sentence of Cerdas in the languages of the form."""
        if not self.languages:
            return _in("id", indonesian_or_english)
        return {code: _in("id" if code == "id" else "en", indonesian_or_english)
                for code in self.languages}  # fmt: skip


def _in(language: str, msgid: str) -> str:
    with override(language):
        return _(msgid)


def _nothing() -> str:
    return _("Nothing to do.")


def _braces_off(text: str) -> str:
    """Return text in which SurveyJS finds no names: braces are read as such."""
    return text.replace("{", "(").replace("}", ")")


def as_html(text: Any) -> Any:
    """Return a text for a question of type html: paragraphs, nothing else."""
    if isinstance(text, dict):
        return {language: as_html(words) for language, words in text.items()}
    paragraphs = [html.escape(part, quote=False) for part in str(text).split("\n\n")]
    return "".join(f"<p>{part}</p>" for part in paragraphs).replace("\n", "<br>")
