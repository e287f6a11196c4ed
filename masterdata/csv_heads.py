"""Where a CSV file begins: what separates its cells and which row names the columns.

Offices put titles above the header, Excel writes semicolons in Indonesian and `sep=;` on top.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from .reading import FileUnreadable, wrong_encoding

TITLE_ROWS = 10
DELIMITERS = (",", ";", "\t", "|")
_SEP_LINE = re.compile(rb'"?sep=([,;\t|:])"?\r?(\n|$)', re.IGNORECASE)

# Returns the field that a header stands for, or None.
Known = Callable[[str], str | None]


@dataclass(frozen=True)
class Head:
    """The start of a CSV file. row: of the header, from 1; length: bytes up to its end.

    The line `sep=;` is not counted as a row: a spreadsheet does not show it.
    """

    delimiter: str
    row: int
    cells: list[str]
    length: int

    def notes(self) -> Iterator[str]:
        """Say what is not as usual."""
        if self.row > 1:
            yield _("the header was found in row %(row)s") % {"row": self.row}
        if self.delimiter != ",":
            name = {";": _("semicolons"), "\t": _("tabs")}.get(self.delimiter, self.delimiter)
            yield _("the cells are separated by %(sign)s") % {"sign": name}


def find_head(name: Path, content: bytes, known: Known | None = None) -> Head:
    """Return where the table in `content` (UTF-8, whole lines) begins.

    The header is the row among the first eleven with the most known names. Without `known`, or
    when nothing is known, it is the first row that is not blank.
    Raises FileUnreadable.
    """
    sep = _SEP_LINE.match(content)
    start = sep.end() if sep else 0
    delimiters = (sep[1].decode(errors="replace"),) if sep else DELIMITERS
    heads = [head for sign in delimiters for head in _heads(content[start:], sign)]
    best = max(heads, key=lambda head: _score(head, known), default=None)
    if best is None:
        if content.strip():
            raise FileUnreadable(name, "not_csv", _("this is no table of cells and lines"))
        return Head(",", 1, [], len(content))
    if any("\0" in cell for cell in best.cells):
        raise wrong_encoding(name)
    return Head(best.delimiter, best.row, best.cells, best.length + start)


def _score(head: Head, known: Known | None) -> tuple[int, int, int]:
    fields = {known(cell) for cell in head.cells} - {None} if known else ()
    return len(fields), -head.row if any(head.cells) else -1000, len(head.cells)


def _heads(content: bytes, delimiter: str) -> Iterator[Head]:
    """Yield the first rows as they would be with this delimiter."""
    lines = _Lines(content)
    try:
        for row, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
            yield Head(delimiter, row, [cell.strip() for cell in cells], lines.taken)
            if row > TITLE_ROWS:
                return
    except csv.Error:
        return


class _Lines:
    """Lines of the content, counting the bytes that were handed out."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.taken = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.taken >= len(self._content):
            raise StopIteration
        end = self._content.find(b"\n", self.taken) + 1 or len(self._content)
        line = self._content[self.taken : end]
        self.taken = end
        return line.decode(errors="replace")
