"""The edge of every sheet: activity and office on top, page and number of pages below."""

from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from kegiatan.form.paper.fonts import PLAIN


def numbered_canvas(left: str, right: str) -> Any:
    """Return a canvas that writes both texts, page numbers and how many pages there are."""

    class Numbered(Canvas):  # type: ignore[misc]  # the library has no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.sheets: list[dict[str, Any]] = []

        def showPage(self) -> None:  # the library's name
            self.sheets.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, sheet in enumerate(self.sheets, start=1):
                self.__dict__.update(sheet)
                self.edge(number, len(self.sheets))
                Canvas.showPage(self)
            Canvas.save(self)

        def edge(self, number: int, count: int) -> None:
            self.setFont(PLAIN, 7)
            self.drawString(14 * mm, A4[1] - 12 * mm, left)
            self.drawRightString(A4[0] - 14 * mm, A4[1] - 12 * mm, right)
            words = _("Page %(number)d of %(count)d") % {"number": number, "count": count}
            self.drawCentredString(A4[0] / 2, 9 * mm, words)

    return Numbered
