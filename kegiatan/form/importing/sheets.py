"""The sheets of a workbook that holds a form: read in a limited process, whatever its name says."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import orjson
from django.utils.translation import gettext as _

from cerdas.subprocess_limits import MIB, ChildFailed, Limits, run_limited
from kegiatan.form.importing.names import Refused

FILE_BYTES = 16 * MIB
UNPACKED_BYTES = 128 * MIB
ROWS = 20_000
COLUMNS = 400
SHEETS = 30
CELLS = 1_000_000  # of all sheets together, blank ones aside
# The sheets of an XLSForm; of others only the name is read.
SHEETS_READ = ("survey", "choices", "settings", "external_choices")
CELL_LENGTH = 32_767  # what Excel holds
Column = tuple[int, list[int], list[str]]  # column, rows, texts
_WORKER = Path(__file__).with_name("sheets_worker.py")
_LIMITS = Limits(cpu_seconds=20, wall_seconds=40, file_bytes=32 * MIB)
_NOT_A_WORKBOOK, _LOCKED = 3, 5
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. number: as in the sheet, from 1; cells: {header: text}, blank ones left out;
    columns: number of the column of each header, from 1."""

    number: int
    cells: dict[str, str]
    columns: dict[str, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with the headers of its first used row. name: as it is written in the workbook."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]


def is_workbook(content: bytes) -> bool:
    """Return whether a file begins like a workbook, new (a zip archive) or old."""
    return content[:4] in (ZIP, OLE)


def read_sheets(content: bytes) -> list[Sheet]:
    """Return the sheets of a workbook. Raises Refused: not_a_workbook, workbook_too_large,
    workbook_locked."""
    if not is_workbook(content):
        raise _not_a_workbook()
    if len(content) > FILE_BYTES:
        raise _too_large()
    with tempfile.TemporaryDirectory(prefix="cerdas-form-") as folder:
        file, target = Path(folder) / "book", Path(folder) / "cells.json"
        file.write_bytes(content)
        numbers = map(str, (UNPACKED_BYTES, ROWS, COLUMNS, SHEETS, CELLS))
        try:
            run_limited(_WORKER, [str(file), str(target), *numbers, *SHEETS_READ], limits=_LIMITS)
        except ChildFailed as error:
            raise _failed(error) from error
        found: dict[str, list[Column]] = orjson.loads(target.read_bytes())
    return [_sheet(name, columns) for name, columns in found.items()]


def _failed(error: ChildFailed) -> Refused:
    if error.returncode == _NOT_A_WORKBOOK:
        return _not_a_workbook()
    if error.returncode == _LOCKED:
        message = _("The workbook has a password.")
        return Refused("workbook_locked", message, _("Save it without a password."))
    return _too_large()


def _not_a_workbook() -> Refused:
    message = _("This is no Excel workbook, whatever its name says, or it is damaged.")
    remedy = _("Open it in Excel or LibreOffice and save it as .xlsx.")
    return Refused("not_a_workbook", message, remedy)


def _too_large() -> Refused:
    message = _("The workbook is damaged, or too large when unpacked (at most %(rows)d rows).")
    remedy = _("Take out sheets that do not belong to the form, and save it anew.")
    return Refused("workbook_too_large", message % {"rows": ROWS}, remedy)


def _sheet(name: str, columns: list[Column]) -> Sheet:
    """Return a sheet of its filled cells; its first used row holds the headers."""
    table: dict[int, dict[int, str]] = {}
    for column, numbers, given in columns:
        for row, cell in zip(numbers, given, strict=True):
            text = _clean(cell)
            if text:
                table.setdefault(row, {})[column] = text
    if not table:
        return Sheet(name, (), ())
    start = min(table)
    places: dict[str, int] = {}
    for number, header in table.pop(start).items():
        places.setdefault(header, number)
    headers = {number: header for header, number in places.items()}
    rows = []
    for number in sorted(table):
        cells = {headers[at]: text for at, text in table[number].items() if at in headers}
        if cells:
            rows.append(Row(number, cells, places))
    return Sheet(name, tuple(places), tuple(rows))


def _clean(cell: str) -> str:
    """Return a cell without the spaces around it and without what cannot be stored."""
    text = cell[:CELL_LENGTH].replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return text.strip(" \t\n\u00a0\u200b\ufeff")
