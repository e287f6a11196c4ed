"""The font of printed questionnaires: Bitstream Vera, which comes with the PDF library.

It has the letters of Indonesian, English and Western Europe. What it lacks (other scripts) is
printed as `?`, and the paper says so.
"""

from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "Vera", "VeraBd"
UNKNOWN = "?"
_EQUALS = {"→": "->", "←": "<-", "\u00a0": " ", "\u202f": " ", "\u2011": "-", "☐": "[ ]"}


@cache
def _letters() -> frozenset[int]:
    """Register the fonts once per process; return the characters that both have."""
    folder = Path(reportlab.__file__).parent / "fonts"
    fonts = [TTFont(name, str(folder / f"{name}.ttf")) for name in (PLAIN, BOLD)]
    for font in fonts:
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)
    first, second = (frozenset(font.face.charToGlyph) for font in fonts)
    return first & second


class Lettering:
    """Makes texts printable. has_unknown: whether a character was printed as `?`."""

    def __init__(self) -> None:
        self.letters = _letters()
        self.has_unknown = False

    def printable(self, text: str) -> str:
        """Return a text in characters of the font; line ends become spaces."""
        return "".join(map(self._letter, " ".join(text.split())))

    def _letter(self, letter: str) -> str:
        if ord(letter) in self.letters:
            return letter
        if letter in _EQUALS:
            return _EQUALS[letter]
        self.has_unknown = True
        return UNKNOWN
