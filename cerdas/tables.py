"""Files that people open in a spreadsheet: text stays text, formulas do not run."""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NEGATIVE_NUMBER = re.compile(r"-[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")


def neutralised(text: str) -> str:
    """Return text that a spreadsheet shows and does not calculate; negative numbers stay."""
    if not text.startswith(FORMULA_SIGNS) or _NEGATIVE_NUMBER.fullmatch(text):
        return text
    return "'" + text


def table_write(path: Path, rows: Iterable[Sequence[str]]) -> int:
    """Write rows as CSV with neutralised cells, whole or not at all; return how many."""
    count = 0
    with replacing(path) as stream:
        sheet = csv.writer(stream)
        for row in rows:
            sheet.writerow([neutralised(cell.replace("\x00", "\ufffd")) for cell in row])
            count += 1
    return count


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Write beside the file and rename; the byte order mark tells Excel that it is UTF-8."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8-sig", newline="") as stream:
            yield stream
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
