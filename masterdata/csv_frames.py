"""A CSV file as polars frames of text, block by block, exact about rows.

Regular blocks (every line one record, right number of cells) are parsed by polars; a block with
anything odd (stray quotation marks, line breaks in cells, blank lines, missing or surplus cells)
goes through Python's csv module, which tells which row it is. Row numbers are those a person
sees: the header is row 1, blank lines count.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _

from .csv_heads import Known, find_head
from .office_files import OfficeFile
from .reading import FileUnreadable, blocks_of_lines, wrong_encoding

ROW = "row"


@dataclass(frozen=True)
class Misfit:
    """A row with the wrong number of cells."""

    row: int
    cells: int
    text: str


@dataclass
class Block:
    """Some rows of a file: text columns under their position ("0", "1", ...) and `row`."""

    frame: pl.DataFrame
    misfits: list[Misfit] = field(default_factory=list)


class CsvFile:
    """A CSV file that is read once, from the header on.

    known: recognises the header row, see `csv_heads`. header: its cells, stripped; header_row and
    delimiter are set with it. Raises FileUnreadable from `blocks`.
    """

    def __init__(self, source: OfficeFile, known: Known | None = None) -> None:
        self.source = source
        self.header: list[str] = []
        self.header_row = 1
        self.delimiter = ","
        self.notes: list[str] = []
        self._known = known
        self._next_row = 1

    def blocks(self) -> Iterator[Block]:
        """Yield the header's own empty block first, then the rows."""
        with self.source.opened() as stream:
            source = blocks_of_lines(self.source.name, stream)
            body = self._read_head(next(source, b""))
            yield Block(self._frame([], []))
            for block in _with_first(body, source):
                yield self._regular(block) or self._irregular(block, source)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (row number, cells) of every row after the header, as written; slow and simple."""
        with self.source.opened() as stream:
            source = blocks_of_lines(self.source.name, stream)
            lines = _Lines(self.source.name, self._read_head(next(source, b"")), source)
            reader = csv.reader(lines, delimiter=self.delimiter)
            yield from enumerate(reader, start=self._next_row)

    def _read_head(self, first: bytes) -> bytes:
        """Take the header off the first block; return the rest."""
        head = find_head(self.source.name, first, self._known)
        self.header, self.header_row, self.delimiter = head.cells, head.row, head.delimiter
        self.notes = list(head.notes())
        self._next_row = head.row + 1
        return first[head.length :]

    @property
    def _schema(self) -> dict[str, pl.DataType]:
        return {str(place): pl.String() for place in range(len(self.header))}

    @property
    def _named(self) -> int:
        """How many cells a row needs: up to the last column with a name."""
        return max((place for place, text in enumerate(self.header, 1) if text), default=0)

    def _regular(self, block: bytes) -> Block | None:
        """Parse with polars; None when the block is not plain enough to trust it."""
        lines = block.count(b"\n") + (not block.endswith(b"\n"))
        if block.count(b'"') % 2 or block.count(b"\r") != block.count(b"\r\n"):
            return None
        try:
            frame = pl.read_csv(
                block,
                has_header=False,
                separator=self.delimiter,
                schema=self._schema,
                empty_string_is_null=False,
                raise_if_empty=False,
            )
        except pl.exceptions.PolarsError:
            return None  # the csv module finds out which row it is
        separators = lines * (len(self.header) - 1)
        if frame.height != lines or _outside(block, frame, self.delimiter) != separators:
            return None
        rows = pl.int_range(self._next_row, self._next_row + lines, eager=True, dtype=pl.Int32)
        self._next_row += lines
        return Block(frame.with_columns(rows.alias(ROW)))

    def _irregular(self, block: bytes, source: Iterator[bytes]) -> Block:
        """Parse with the csv module up to the first record that ends where a block ends."""
        lines = _Lines(self.source.name, block, source)
        good: list[list[str]] = []
        rows: list[int] = []
        misfits: list[Misfit] = []
        try:
            for cells in csv.reader(lines, delimiter=self.delimiter):
                fitted = self._fitted(cells)
                if fitted is not None:
                    good.append(fitted)
                    rows.append(self._next_row)
                elif any(cell.strip() for cell in cells):
                    text = self.delimiter.join(cells)[:200]
                    misfits.append(Misfit(self._next_row, len(cells), text))
                self._next_row += 1
                if lines.at_end_of_block:
                    break
        except csv.Error as error:
            message = _(
                "row %(row)s cannot be taken apart: a quotation mark is not closed, a line break"
                " stands outside quotation marks, or a cell is too long"
            ) % {"row": self._next_row}
            raise FileUnreadable(self.source.name, "not_csv", message) from error
        return Block(self._frame(good, rows), misfits)

    def _fitted(self, cells: list[str]) -> list[str] | None:
        """Return the cells as wide as the header; None when more than blanks is missing or over."""
        width = len(self.header)
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            return cells[:width]
        if self._named <= len(cells) <= width and cells:
            return cells + [""] * (width - len(cells))
        return None

    def _frame(self, cells: list[list[str]], rows: list[int]) -> pl.DataFrame:
        frame = pl.DataFrame(cells, schema=self._schema, orient="row")
        return frame.with_columns(pl.Series(ROW, rows, dtype=pl.Int32))


class _Lines:
    """Lines of a block, going on into the next blocks while a record is open."""

    def __init__(self, path: Path, block: bytes, source: Iterator[bytes]) -> None:
        self._path = path
        self._source = source
        self._fill(block)

    def _fill(self, block: bytes) -> None:
        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            raise wrong_encoding(self._path) from error
        self._lines = io.StringIO(text, newline="\n")
        self._length = len(text)
        self._taken = 0

    @property
    def at_end_of_block(self) -> bool:
        return self._taken >= self._length

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.at_end_of_block:
            self._fill(next(self._source))  # StopIteration at the end of the file ends the reader
        line = next(self._lines)
        self._taken += len(line)
        return line


def _with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _outside(block: bytes, frame: pl.DataFrame, delimiter: str) -> int:
    """Count the separators that are not inside a cell; short rows have too few."""
    total = block.count(delimiter.encode())
    if b'"' not in block:
        return total
    inside = frame.select(
        pl.sum_horizontal(pl.all().str.count_matches(delimiter, literal=True).sum())
    ).item()
    return total - int(inside)
