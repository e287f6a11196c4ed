"""A file of assignments as rows of text cells, whether CSV (commas, semicolons) or XLSX.

Rows are read one after the other and can be read again; nothing is held. Row numbers are those a
person sees: the header is row 1, blank rows count.
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from django.utils.translation import gettext as _

from cerdas.subprocess_limits import MIB, Limits
from masterdata.reading import ZIP_MAGIC, FileUnreadable, opened, wrong_encoding
from masterdata.workbooks import XLSX_UNPACKED_BYTES as XLSX_UNPACKED_BYTES
from masterdata.workbooks import workbook_to_csv

Row: TypeAlias = tuple[int, list[str]]
CELL_LENGTH = 100_000
FILE_BYTES = 512 * MIB
CSV_ROWS = 1_000_000
LINE_LENGTH = 4 * MIB


@dataclass(frozen=True)
class Table:
    """A readable table. name: file as given; lost: (row, column) of numbers that lost digits."""

    name: Path
    path: Path
    header: tuple[str, ...]
    delimiter: str
    lost: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    def rows(self) -> Iterator[Row]:
        """Yield (row number, cells) of the rows that are not blank, from the first again.

        Raises FileUnreadable.
        """
        records = _records(self.name, self.path, self.delimiter)
        next(records, None)
        for number, cells in enumerate(records, start=2):
            if any(cells):
                yield number, cells

    def count_rows(self) -> int:
        """Return how many rows `rows` yields. Raises FileUnreadable."""
        return sum(1 for _row in self.rows())


@contextmanager
def opened_table(file: Path) -> Iterator[Table]:
    """Open a CSV or XLSX file. A workbook is unpacked in a limited process of its own.

    Raises FileUnreadable (missing, not_csv, not_xlsx, too_large, wrong_encoding, headers).
    """
    if not _is_zip(file):
        yield _table(file, file)
        return
    with tempfile.TemporaryDirectory(prefix="cerdas-import-") as folder:
        converted = Path(folder) / "sheet.csv"
        lost = workbook_to_csv(file, converted, limits=Limits()).lost
        yield _table(file, converted, lost, delimiter=",")


def _is_zip(file: Path) -> bool:
    try:
        with file.open("rb") as raw:
            return raw.read(4) == ZIP_MAGIC
    except OSError as error:
        message = _("the file cannot be opened: %(why)s") % {"why": error.strerror or error}
        raise FileUnreadable(file, "missing", message) from error


def _table(
    name: Path,
    path: Path,
    lost: frozenset[tuple[int, int]] = frozenset(),
    delimiter: str | None = None,
) -> Table:
    if path.stat().st_size > FILE_BYTES:
        message = _("the content is larger than %(mib)s MiB") % {"mib": FILE_BYTES // MIB}
        raise FileUnreadable(name, "too_large", message)
    delimiter = delimiter or _delimiter(name, path)
    header = next(_records(name, path, delimiter), [])
    while header and not header[-1]:
        header.pop()  # Excel's empty columns at the end
    if not header:
        raise FileUnreadable(name, "headers", _("the file is empty: row 1 has the column names"))
    return Table(name, path, tuple(header), delimiter, lost)


def _delimiter(name: Path, path: Path) -> str:
    """Return what separates the names in row 1; Excel writes semicolons in Indonesian."""
    with opened(path) as stream:
        head = stream.readline(CELL_LENGTH).split(b"\n")[0]
    counts = {sign: head.count(sign.encode()) for sign in (",", ";", "\t")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def _records(name: Path, path: Path, delimiter: str) -> Iterator[list[str]]:
    """Yield the records of a CSV file with stripped cells."""
    csv.field_size_limit(CELL_LENGTH)
    number = 0
    try:
        with opened(path) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
            for cells in csv.reader(_lines(text), delimiter=delimiter, strict=True):
                number += 1
                if number > CSV_ROWS:
                    raise FileUnreadable(name, "too_large", _too_many_rows())
                yield [cell.strip() for cell in cells]
    except UnicodeDecodeError as error:
        raise wrong_encoding(name) from error
    except csv.Error as error:
        message = _("row %(row)s: a quotation mark is not closed, or a cell is too long")
        raise FileUnreadable(name, "not_csv", message % {"row": number + 1}) from error


def _lines(text: io.TextIOBase) -> Iterator[str]:
    """Yield lines; one without end is no table and must not fill the memory."""
    while line := text.readline(LINE_LENGTH):
        if len(line) >= LINE_LENGTH:
            raise csv.Error("line too long")
        yield line


def _too_many_rows() -> str:
    return _("the file has more than %(rows)s rows; import it in parts") % {"rows": CSV_ROWS}
