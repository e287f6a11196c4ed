"""Datasets (KBLI, KBJI, ...) from JSON, CSV or XLSX: a list of objects, each with a text code.

CSV values are text as written, so codes keep their leading zeros. JSON may be a list of objects,
or an object with exactly one list of objects among its properties, whose rows are then taken.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from .csv_heads import find_head
from .office_files import office_file
from .reading import FileUnreadable
from .reports import LoadReport, Refusal

SIZE_LIMIT_BYTES = 256 * 2**20
CODE_MAX = 64
CODE_COLUMNS = ("kode", "code")
Row = dict[str, Any]


@dataclass(frozen=True)
class DatasetRows:
    """Rows as read. code_column: the key with the code; numbers: row numbers for people."""

    code_column: str
    rows: list[Row]
    numbers: list[int]


def dataset_rows(path: Path, report: LoadReport) -> DatasetRows:
    """Read a file, refuse bad rows in `report`, and return the rows that stand.

    Exact repetitions are counted and dropped; one code with two contents is refused.
    Row numbers: CSV as in a spreadsheet (header = 1), JSON the position in the list from 1.
    Raises FileUnreadable.
    """
    with office_file(path) as file:
        content = file.whole(SIZE_LIMIT_BYTES)
        report.notes += file.notes
    is_json = ".json" in path.suffixes or content.lstrip()[:1] in (b"[", b"{")
    read = _read_json(path, content, report) if is_json else _read_csv(path, content, report)
    report.rows += len(read.rows)
    return _without_repetitions(_checked(read, report), report)


def find_code_column(columns: list[str]) -> str | None:
    """Return the column that holds the code: kode or code, in any case."""
    return next((column for column in columns if column.casefold() in CODE_COLUMNS), None)


def _read_json(path: Path, content: bytes, report: LoadReport) -> DatasetRows:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        message = _("this is not valid JSON: %(why)s") % {"why": error}
        raise FileUnreadable(path, "not_json", message) from error
    rows = _list_of_objects(path, value, report)
    columns = list(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
    return DatasetRows(_code_column(path, columns), rows, list(range(1, len(rows) + 1)))


def _list_of_objects(path: Path, value: Any, report: LoadReport) -> list[Any]:
    if isinstance(value, list):
        return value
    members = value.items() if isinstance(value, dict) else ()
    lists = [key for key, member in members if isinstance(member, list)]
    if len(lists) != 1:
        message = _("expected a list of objects, or an object with exactly one list in it")
        raise FileUnreadable(path, "not_json", message)
    for key in value:
        if key != lists[0]:
            report.ignore_column(key)
    rows: list[Any] = value[lists[0]]
    return rows


def _read_csv(path: Path, content: bytes, report: LoadReport) -> DatasetRows:
    head = find_head(path, content, _known)
    report.notes += head.notes()
    header = head.cells
    code_column = _code_column(path, header)
    if len(set(filter(None, header))) != len([cell for cell in header if cell]):
        raise FileUnreadable(path, "headers", _("a header occurs twice"))
    named = max(place for place, cell in enumerate(header, 1) if cell)
    text = io.StringIO(content[head.length :].decode(errors="replace"), newline="")
    rows: list[Row] = []
    numbers: list[int] = []
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=head.delimiter), head.row + 1):
            if not any(cell.strip() for cell in cells):
                continue
            if named <= len(cells) and not any(cell.strip() for cell in cells[len(header) :]):
                numbers.append(number)
                rows.append({key: cell for key, cell in zip(header, cells, strict=False) if key})
            else:
                report.rows += 1
                report.refuse(_misfit(number, len(header), cells))
    except csv.Error as error:
        message = _("a quotation mark is not closed, or a cell is too long: %(why)s")
        raise FileUnreadable(path, "not_csv", message % {"why": error}) from error
    return DatasetRows(code_column, rows, numbers)


def _known(header: str) -> str | None:
    return "code" if header.casefold() in CODE_COLUMNS else None


def _misfit(number: int, expected: int, cells: list[str]) -> Refusal:
    message = _("%(found)s cells instead of %(expected)s; a comma in a name needs quotation marks")
    message %= {"found": len(cells), "expected": expected}
    return Refusal(number, None, ",".join(cells)[:200], "row_length", message)


def _code_column(path: Path, columns: list[str]) -> str:
    found = find_code_column(columns)
    if found is None:
        message = _("no column with the code. Expected one of: %(expected)s. Found: %(found)s") % {
            "expected": ", ".join(CODE_COLUMNS),
            "found": ", ".join(columns)[:500] or _("nothing"),
        }
        raise FileUnreadable(path, "headers", message)
    return found


def _checked(read: DatasetRows, report: LoadReport) -> DatasetRows:
    validator = Draft202012Validator(
        {
            "type": "object",
            "required": [read.code_column],
            "properties": {
                read.code_column: {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": CODE_MAX,
                    "pattern": r"^\S([^\x00-\x1f\x7f]*\S)?\Z",
                }
            },
        }
    )
    rows, numbers = [], []
    for number, row in zip(read.numbers, read.rows, strict=True):
        found = [
            _refusal(read.code_column, number, row, error) for error in validator.iter_errors(row)
        ]
        if not found and b"\\u0000" in orjson.dumps(row):
            found = [_nul(number)]
        report.refuse_all(found[:1])
        if not found:
            rows.append(row)
            numbers.append(number)
    return DatasetRows(read.code_column, rows, numbers)


def _refusal(code_column: str, number: int, row: Any, error: Any) -> Refusal:
    if error.validator == "type" and not error.path:
        return Refusal(number, None, repr(row)[:200], "row_not_object", _("must be an object"))
    value = row.get(code_column)
    code, message = {
        "required": ("code_missing", _("the code is missing")),
        "minLength": ("code_missing", _("the code is missing")),
        "type": ("code_not_text", _("the code must be text, so that leading zeros survive")),
        "maxLength": ("too_long", _("is longer than %(max)s characters") % {"max": CODE_MAX}),
        "pattern": (
            "code_format",
            _("must not begin or end with a space or hold control characters"),
        ),
    }[error.validator]
    return Refusal(number, code_column, None if value is None else str(value)[:200], code, message)


def _nul(number: int) -> Refusal:
    return Refusal(number, None, None, "control_character", _("a value holds a NUL character"))


def _without_repetitions(read: DatasetRows, report: LoadReport) -> DatasetRows:
    first: dict[str, tuple[int, Row]] = {}
    for number, row in zip(read.numbers, read.rows, strict=True):
        code = row[read.code_column]
        if code not in first:
            first[code] = (number, row)
        elif first[code][1] == row:
            report.duplicates += 1
        else:
            message = _("row %(row)s has the same code with another content")
            message %= {"row": first[code][0]}
            report.refuse(Refusal(number, read.code_column, code, "duplicate_code", message))
    numbers, rows = [n for n, _row in first.values()], [row for _n, row in first.values()]
    return DatasetRows(read.code_column, rows, numbers)
