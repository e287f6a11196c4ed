"""Files of the region master: which row is good, which is refused and why.

Which columns are read: `sls_columns`. Source: spec, "Wilayah" and "Master data"; issue 3, point 8.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _

from .csv_frames import ROW, Block, CsvFile
from .models import NAME_MAX
from .office_files import OfficeFile, office_file
from .reports import REFUSALS_KEPT, LoadReport, Refusal
from .sls_codes import SCIENTIFIC, cleaned, likely_code, unwrapped
from .sls_columns import (
    CODE_DIGITS,
    DERIVABLE,
    HEADERS,
    NAMES,
    OPTIONAL,
    field_of,
    find_columns,
)

JENIS_MAX = 32
CONTENT = ("sls_id", *NAMES, *OPTIONAL)  # the other codes are prefixes of sls_id
_CONTROL = r"[\x00-\x1f\x7f]"
_AS_WRITTEN = "as_written_"


@dataclass
class SlsFile:
    """One file being read. headers: field -> header as written in the file, set by `batches`."""

    path: Path
    label: str | None  # named in refusals when several files are loaded together
    headers: dict[str, str] = field(default_factory=dict)
    file: OfficeFile | None = None  # while it is read

    def batches(self, report: LoadReport) -> Iterator[pl.DataFrame]:
        """Yield the good rows as text frames (CONTENT and `row`); count and refuse in report.

        Empty optional cells are null; names lose the white space around them and keep the rest.
        Raises FileUnreadable.
        """
        with office_file(self.path) as self.file:
            source = CsvFile(self.file, field_of)
            blocks = source.blocks()
            next(blocks)
            self._note([*self.file.notes, *source.notes], report)
            places, ignored = find_columns(self.path, source.header)
            for text in ignored:
                report.ignore_column(text)
            self.headers = {name: source.header[place] for name, place in places.items()}
            for block in blocks:
                self._refuse_misfits(block, len(source.header), report)
                frame = self._without_lost(self._columns(block, places), places, report)
                yield self._checked(frame, report)

    @property
    def size_bytes(self) -> int:
        """Bytes of the file as it was given; 0 when there is none."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the header and then (row number, cells) of every row, as written."""
        with office_file(self.path) as file:
            source = CsvFile(file, field_of)
            records = source.records()
            first = next(records, None)
            yield source.header_row, source.header
            if first is not None:
                yield first
                yield from records

    def _note(self, notes: list[str], report: LoadReport) -> None:
        report.notes += [f"{self.label}: {note}" if self.label else note for note in notes]

    def _columns(self, block: Block, places: dict[str, int]) -> pl.DataFrame:
        """Return the columns under their names; what is missing is derived or empty."""
        return block.frame.select(
            *(pl.col(str(place)).str.strip_chars().alias(name) for name, place in places.items()),
            *(pl.lit("").alias(name) for name in OPTIONAL if name not in places),
            pl.col(ROW),
        ).with_columns(self._derived())

    def _derived(self) -> list[pl.Expr]:
        sls = pl.col("sls_id")
        return [
            sls.str.slice(0, CODE_DIGITS[name]).alias(name)
            for name in DERIVABLE
            if name not in self.headers
        ]

    def _refuse_misfits(self, block: Block, expected: int, report: LoadReport) -> None:
        report.rows += len(block.misfits)
        for misfit in block.misfits:
            message = _misfit_message(expected, misfit.cells)
            report.refuse(Refusal(misfit.row, None, misfit.text, "row_length", message, self.label))

    def _without_lost(
        self, frame: pl.DataFrame, places: dict[str, int], report: LoadReport
    ) -> pl.DataFrame:
        """Refuse rows of a workbook whose codes are numbers that lost digits."""
        if self.file is None or not self.file.lost:
            return frame
        fields = {place: name for name, place in places.items() if name in CODE_DIGITS}
        lost = {row: fields[place] for row, place in self.file.lost if place in fields}
        hit = frame.filter(pl.col(ROW).is_in(list(lost)))
        report.rows += hit.height
        for cells in hit.iter_rows(named=True):
            name = lost[cells[ROW]]
            header, message = self.headers[name], _lost_message()
            report.refuse(
                Refusal(cells[ROW], header, cells[name], "digits_lost", message, self.label)
            )
        return frame.filter(~pl.col(ROW).is_in(list(lost)))

    def _checked(self, frame: pl.DataFrame, report: LoadReport) -> pl.DataFrame:
        plain = frame.select(_is_good() & _is_plain()).to_series()
        if not plain.all():
            odd = self._put_right(frame.filter(~plain))
            good = odd.select(_is_good()).to_series()
            self._refuse(odd.filter(~good), report)
            mended = odd.filter(good).select(frame.columns)
            frame = pl.concat([frame.filter(plain), mended]).sort(ROW)
        report.rows += frame.height
        empty_is_null = [pl.col(name).replace("", None) for name in OPTIONAL]
        return frame.select(*CONTENT, ROW).with_columns(empty_is_null)

    def _put_right(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows as they are meant, with the cells as written beside."""
        written = [pl.col(name).alias(_AS_WRITTEN + name) for name in self.headers]
        codes = [cleaned(name) for name in CODE_DIGITS if name in self.headers]
        texts = [unwrapped(name) for name in (*NAMES, *OPTIONAL) if name in self.headers]
        return (
            frame.with_columns(written).with_columns(*codes, *texts).with_columns(self._derived())
        )

    def _refuse(self, bad: pl.DataFrame, report: LoadReport) -> None:
        written = [_AS_WRITTEN + name for name in self.headers]
        bad = bad.filter(pl.any_horizontal(pl.col(written) != ""))
        report.rows += bad.height
        if len(report.refused) < REFUSALS_KEPT:
            report.refuse_all(self._refusals(bad))
            return
        rules = _rules([name for name in CODE_DIGITS if name in self.headers])
        broken = [rule.broken.sum() for rule in rules if rule.column in self.headers]
        report.refused_count += int(bad.select(pl.sum_horizontal(broken)).item() or 0)

    def _refusals(self, bad: pl.DataFrame) -> list[Refusal]:
        present = [name for name in CODE_DIGITS if name in self.headers]
        found = []
        for rule in _rules(present):
            if rule.column not in self.headers:
                continue
            for cells in bad.filter(rule.broken).iter_rows(named=True):
                code, message = rule.told(cells, present)
                value, header = cells[_AS_WRITTEN + rule.column], self.headers[rule.column]
                found.append(Refusal(cells[ROW], header, value, code, message, self.label))
        return sorted(found, key=lambda refusal: refusal.row or 0)


@dataclass(frozen=True)
class _Rule:
    column: str
    broken: pl.Expr
    code: str
    message: str

    def told(self, cells: dict[str, str], present: Sequence[str]) -> tuple[str, str]:
        """Return code and message for one row."""
        return self.code, self.message


@dataclass(frozen=True)
class _OneShort(_Rule):
    """A code that lacks one digit: probably a zero that a spreadsheet dropped."""

    def told(self, cells: dict[str, str], present: Sequence[str]) -> tuple[str, str]:
        full = {name: cells[name] for name in present if _is_full(name, cells[name])}
        likely = likely_code(self.column, cells[self.column], full)
        if likely is None:
            return "code_format", self.message
        message = _("a zero is missing, as spreadsheets drop it; probably %(likely)s")
        return self.code, message % {"likely": likely}


def _is_good() -> pl.Expr:
    """Return the quick test that agrees with `_rules`: true when none of them is broken."""
    sls = pl.col("sls_id")
    codes = [_has_digits("sls_id")]
    codes += [pl.col(name) == sls.str.slice(0, CODE_DIGITS[name]) for name in DERIVABLE]
    names = [_length_between(name, 1, NAME_MAX) for name in NAMES]
    controls = [~_has_control(name) for name in (*NAMES, "jenis_sls")]
    extra = [_length_between("jenis_sls", 0, JENIS_MAX), _is_count("jumlah_keluarga")]
    return pl.all_horizontal(*codes, *names, *controls, *extra)


def _is_plain() -> pl.Expr:
    """Return the test whether no text is wrapped in a formula."""
    return ~pl.any_horizontal(pl.col((*NAMES, "jenis_sls")).str.starts_with("="))


def _rules(present: Sequence[str] = tuple(CODE_DIGITS)) -> list[_Rule]:
    """Return what a row must keep. present: the code columns of the file, province first."""
    rules = [rule for name in CODE_DIGITS for rule in _code_rules(name)]
    for parent, name in pairwise(present):
        both = _has_digits(name) & _has_digits(parent)
        stray = ~pl.col(name).str.starts_with(pl.col(parent))
        message = _("does not begin with the code in %(parent)s") % {"parent": HEADERS[parent]}
        rules.append(_Rule(name, both & stray, "code_nesting", message))
    for name in NAMES:
        rules.append(_Rule(name, pl.col(name) == "", "name_missing", _("the name is missing")))
    for name, longest in (*((name, NAME_MAX) for name in NAMES), ("jenis_sls", JENIS_MAX)):
        message = _("is longer than %(longest)s characters") % {"longest": longest}
        rules.append(_Rule(name, ~_length_between(name, 0, longest), "too_long", message))
        message = _("holds a NUL, tab, line break or other control character")
        rules.append(_Rule(name, _has_control(name), "control_character", message))
    message = _("must be a whole number of at most 9 digits, or empty")
    rules.append(_Rule("jumlah_keluarga", ~_is_count("jumlah_keluarga"), "not_a_number", message))
    return rules


def _code_rules(name: str) -> list[_Rule]:
    digits = CODE_DIGITS[name]
    wrong = _("must be exactly %(digits)s digits; keep codes as text") % {"digits": digits}
    short = pl.col(name).str.contains(rf"^[0-9]{{{digits - 1}}}$")
    scientific = pl.col(name).str.contains(SCIENTIFIC)
    other = ~_has_digits(name) & ~short & ~scientific
    return [
        _Rule(name, other, "code_format", wrong),
        _OneShort(name, short, "lost_zero", wrong),
        _Rule(name, scientific, "digits_lost", _lost_message()),
    ]


def _lost_message() -> str:
    return _(
        "the digits were lost because the code was a number in a spreadsheet; they cannot be"
        " recovered from this file: take the code from the source and keep the column as text"
    )


def _is_full(name: str, code: str) -> bool:
    return len(code) == CODE_DIGITS[name] and code.isascii() and code.isdigit()


def _has_digits(name: str) -> pl.Expr:
    return pl.col(name).str.contains(rf"^[0-9]{{{CODE_DIGITS[name]}}}$")


def _is_count(name: str) -> pl.Expr:
    return pl.col(name).str.contains(r"^[0-9]{0,9}$")


def _has_control(name: str) -> pl.Expr:
    return pl.col(name).str.contains(_CONTROL)


def _length_between(name: str, shortest: int, longest: int) -> pl.Expr:
    return pl.col(name).str.len_chars().is_between(shortest, longest)


def _misfit_message(expected: int, found: int) -> str:
    message = _("%(found)s cells instead of %(expected)s; a comma in a name needs quotation marks")
    return message % {"found": found, "expected": expected}
