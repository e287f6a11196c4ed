"""Reads of the pages of super_admin: versions of datasets, search inside, comparison, CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import orjson

from cerdas.tables import neutralised
from masterdata.dataset_reading import Row, find_code_column
from masterdata.models import MasterData

ROWS_PER_PAGE = 50
CHANGES = ("added", "removed", "changed")
Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class DatasetType:
    """A type with its versions, newest first; active: the one in use, or None."""

    name: str
    versions: list[MasterData]
    active: MasterData | None


@dataclass(frozen=True)
class RowPage:
    """A page of rows as cells under `columns`. total: of all pages."""

    columns: list[str]
    rows: list[list[str]]
    number: int
    total: int

    @property
    def has_next(self) -> bool:
        """Return whether more rows follow."""
        return self.number * ROWS_PER_PAGE < self.total


@dataclass(frozen=True)
class Difference:
    """A code in two versions. before, after: its row, None where the version lacks it."""

    code: str
    before: Row | None
    after: Row | None

    @property
    def cells(self) -> list[tuple[str, str, str]]:
        """Return (column, before, after) of what differs."""
        columns = dict.fromkeys([*(self.before or {}), *(self.after or {})])
        pairs = [
            (name, _text((self.before or {}).get(name)), _text((self.after or {}).get(name)))
            for name in columns
        ]
        return [pair for pair in pairs if pair[1] != pair[2]]


@dataclass(frozen=True)
class Comparison:
    """Codes of two versions by what became of them."""

    added: list[Difference]
    removed: list[Difference]
    changed: list[Difference]
    unchanged: int


def dataset_types() -> list[DatasetType]:
    """Return every type with its versions, without their rows."""
    rows = MasterData.objects.defer("data").order_by("type", "-version")
    found = []
    for name, group in groupby(rows, key=lambda row: row.type):
        versions = list(group)
        active = next((row for row in versions if row.is_active), None)
        found.append(DatasetType(name, versions, active))
    return found


def dataset_search(dataset: MasterData, *, text: str = "", page: int = 1) -> RowPage:
    """Return the rows of which some value contains text, in the order of the file."""
    rows = _rows(dataset)
    columns = _columns(rows)
    needle = text.casefold()
    if needle:
        rows = [row for row in rows if any(needle in _text(v).casefold() for v in row.values())]
    shown = rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]
    cells = [[_text(row.get(column)) for column in columns] for row in shown]
    return RowPage(columns, cells, page, len(rows))


def datasets_compare(before: MasterData, after: MasterData) -> Comparison:
    """Compare two versions by code, each list in the order of the codes."""
    old, new = _by_code(before), _by_code(after)
    both = old.keys() & new.keys()
    changed = sorted(code for code in both if old[code] != new[code])
    return Comparison(
        [Difference(code, None, new[code]) for code in sorted(new.keys() - both)],
        [Difference(code, old[code], None) for code in sorted(old.keys() - both)],
        [Difference(code, old[code], new[code]) for code in changed],
        len(both) - len(changed),
    )


def dataset_csv(dataset: MasterData) -> str:
    """Return the dataset as CSV with a byte order mark; formulas are neutralised."""
    rows = _rows(dataset)
    columns = _columns(rows)
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(map(neutralised, columns))
    sheet.writerows([neutralised(_text(row.get(column))) for column in columns] for row in rows)
    return "\ufeff" + text.getvalue()


def _rows(dataset: MasterData) -> list[Row]:
    rows: list[Row] = orjson.loads(dataset.data)
    return rows


def _by_code(dataset: MasterData) -> dict[str, Row]:
    rows = _rows(dataset)
    column = find_code_column(list(rows[0])) if rows else None
    return {row[column]: row for row in rows} if column else {}


def _columns(rows: Sequence[Row]) -> list[str]:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    code = find_code_column(columns)
    return [*([code] if code else []), *(name for name in columns if name != code)]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
