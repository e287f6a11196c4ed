"""Texts of printed questionnaires: styles, escaping, what the font lacks."""

import re
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from kegiatan.form.paper.fonts import BOLD, PLAIN, Lettering

_PIPED = re.compile(r"\{[^{}]*\}")
TEXT_LENGTH = 4_000  # of one text on paper


def _style(name: str, size: float, font: str = PLAIN, **more: Any) -> Any:
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.25, **more)


class Writing:
    """Makes paragraphs. Texts come as they stand in the form, never as markup."""

    def __init__(self) -> None:
        self.lettering = Lettering()
        self._title = _style("title", 14, BOLD, spaceAfter=3)
        self._block = _style("block", 10, BOLD)
        self._text = _style("text", 8.5)
        self._small = _style("small", 7.5)
        self._note = _style("note", 7, textColor="#444444")
        self._skip = _style("skip", 7.5, BOLD)
        self._cell = _style("cell", 6.5)

    def plain(self, text: str, length: int = TEXT_LENGTH) -> str:
        """Return a text that the font can print; names piped into it become dots."""
        shown = self.lettering.printable(_PIPED.sub("…", text))
        return shown if len(shown) <= length else shown[: length - 1] + "…"

    def _made(self, text: str, style: Any, length: int = TEXT_LENGTH) -> Any:
        return Paragraph(escape(self.plain(text, length)), style)

    def title(self, text: str) -> Any:
        """Return the name of the form."""
        return self._made(text, self._title, 300)

    def block(self, text: str) -> Any:
        """Return the title of a page or panel."""
        return self._made(text, self._block, 500)

    def text(self, text: str) -> Any:
        """Return a question."""
        return self._made(text, self._text)

    def small(self, text: str) -> Any:
        """Return a choice or a word beside boxes."""
        return self._made(text, self._small, 500)

    def note(self, text: str) -> Any:
        """Return an explanation or a condition."""
        return self._made(text, self._note, 1_000)

    def skip(self, text: str) -> Any:
        """Return a skip instruction."""
        return self._made(text, self._skip, 500)

    def cell(self, text: str, length: int = 160) -> Any:
        """Return a text in the narrow cell of a roster."""
        return self._made(text, self._cell, length)
