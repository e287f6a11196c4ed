"""A file of people as rows of text: CSV in the encodings and dialects of offices, or XLSX.

Columns: `email`, and as far as needed `name`, `role`, `pml` (email of the supervisor), `kegiatan`
(id or whole name); Indonesian names are understood too. Other columns are passed over.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from cerdas.subprocess_limits import MIB
from cerdas.tables import FORMULA_SIGNS, table_write
from masterdata.office_files import office_file
from masterdata.reading import FileUnreadable
from masterdata.reports import Refusal

COLUMNS = ("email", "name", "role", "pml", "kegiatan")
REASON = "reason"
PEOPLE_ROWS = 5_000  # a large kabupaten has 3,000 officers
FILE_BYTES = 8 * MIB
CELL_LENGTH = 10_000
_OTHER_NAMES = {
    "e-mail": "email", "surel": "email", "alamat email": "email",
    "nama": "name", "nama lengkap": "name",
    "peran": "role", "jabatan": "role",
    "pengawas": "pml", "email pml": "pml",
    "activity": "kegiatan", "nama kegiatan": "kegiatan",
}  # fmt: skip


@dataclass(frozen=True)
class PeopleTable:
    """A readable file. rows: (row as a person counts, cells); places: {column: position}."""

    header: tuple[str, ...]
    places: Mapping[str, int]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    notes: tuple[str, ...]
    ignored: tuple[str, ...]

    def cell(self, cells: Sequence[str], column: str) -> str:
        """Return a cell by the name of its column, empty where there is none."""
        place = self.places.get(column)
        return cells[place] if place is not None and place < len(cells) else ""

    def title(self, column: str) -> str:
        """Return what the file itself calls a column."""
        place = self.places.get(column)
        return self.header[place] if place is not None else column


def people_table(file: Path) -> PeopleTable:
    """Read a file of people.

    Raises FileUnreadable (missing, not_csv, not_xlsx, too_large, wrong_encoding, headers, ...).
    """
    with office_file(file) as source:
        text = source.whole(FILE_BYTES).decode()
        records = _records(file, text, _delimiter(text))
        notes = tuple(source.notes)
    start = next((n for n, cells in enumerate(records) if any(cells)), None)
    if start is None:
        raise FileUnreadable(file, "headers", _("the file is empty: row 1 has the column names"))
    header = records[start]
    while header and not header[-1]:
        header.pop()
    places, ignored = _places(file, header)
    rows = tuple(
        (number, tuple(cells))
        for number, cells in enumerate(records[start + 1 :], start=start + 2)
        if any(cells)
    )
    if len(rows) > PEOPLE_ROWS:
        message = _("the file has more than %(rows)s rows; import it in parts")
        raise FileUnreadable(file, "too_large", message % {"rows": PEOPLE_ROWS})
    return PeopleTable(tuple(header), places, rows, notes, ignored)


def _delimiter(text: str) -> str:
    """Return what separates the column names; Excel writes semicolons in Indonesian."""
    head = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    counts = {sign: head.count(sign) for sign in (",", ";", "\t")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def _records(file: Path, text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(CELL_LENGTH)
    records: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            records.append([cell.strip() for cell in cells])
    except csv.Error as error:
        message = _("row %(row)s: a quotation mark is not closed, or a cell is too long")
        row = {"row": len(records) + 1}
        raise FileUnreadable(file, "not_csv", message % row) from error
    return records


def _places(file: Path, header: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    places: dict[str, int] = {}
    ignored = []
    for place, text in enumerate(header):
        folded = " ".join(text.casefold().split())
        name = _OTHER_NAMES.get(folded, folded)
        if name not in COLUMNS:
            if text and name != REASON:
                ignored.append(text[:100])
            continue
        if name in places:
            message = _("the column %(name)s occurs twice") % {"name": name}
            raise FileUnreadable(file, "headers", message)
        places[name] = place
    if "email" not in places:
        message = _("missing columns: %(missing)s") % {"missing": "email"}
        raise FileUnreadable(file, "headers", message)
    return places, tuple(ignored)


def is_formula(cell: str) -> bool:
    """Return True for text that a spreadsheet would carry out."""
    return cell.startswith(FORMULA_SIGNS)


def bad_rows_write(path: Path, table: PeopleTable, refusals: Iterable[Refusal]) -> int:
    """Write the refused rows with a reason column, to be corrected and imported; return how many.

    Replaces the file.
    """
    reasons: dict[int, list[str]] = {}
    for refusal in refusals:
        if refusal.row is not None:
            text = f"{refusal.column}: {refusal.message}" if refusal.column else refusal.message
            reasons.setdefault(refusal.row, []).append(text)
    kept = [n for n, text in enumerate(table.header) if text.strip().casefold() != REASON]
    lines = [[*(table.header[n] for n in kept), REASON]]
    for number, cells in table.rows:
        if number in reasons:
            row = [cells[n] if n < len(cells) else "" for n in kept]
            lines.append([*row, "; ".join(reasons[number])])
    table_write(path, lines)
    return len(lines) - 1


def template_write(path: Path) -> None:
    """Write an empty file with the columns that an import reads."""
    table_write(path, [list(COLUMNS)])
