"""Files of the region master: which columns, which row is refused and why.

Columns, by header (case and spaces do not matter): ID Desa, ID Kecamatan, ID KABUPATEN,
ID PROVINSI, ID SLS, Provinsi, Kab/Kot, Kecamatan, Desa, Nama SLS; Jenis SLS and Jumlah Keluarga
may be missing. Other columns are ignored. Source: spec, "Wilayah" and "Master data".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _

from .csv_frames import ROW, CsvFile
from .models import NAME_MAX
from .reading import FileUnreadable
from .reports import LoadReport, Refusal

CODE_DIGITS = {"prov_id": 2, "kabkot_id": 4, "kec_id": 7, "desa_kel_id": 10, "sls_id": 16}
PARENTS = {"kabkot_id": "prov_id", "kec_id": "kabkot_id", "desa_kel_id": "kec_id"}
PARENTS["sls_id"] = "desa_kel_id"
NAMES = ("provinsi", "kabkot", "kecamatan", "desa_kel", "nama")
OPTIONAL = ("jenis_sls", "jumlah_keluarga")
HEADERS = {
    "desa_kel_id": "ID Desa",
    "kec_id": "ID Kecamatan",
    "kabkot_id": "ID KABUPATEN",
    "prov_id": "ID PROVINSI",
    "sls_id": "ID SLS",
    "provinsi": "Provinsi",
    "kabkot": "Kab/Kot",
    "kecamatan": "Kecamatan",
    "desa_kel": "Desa",
    "nama": "Nama SLS",
    "jenis_sls": "Jenis SLS",
    "jumlah_keluarga": "Jumlah Keluarga",
}
JENIS_MAX = 32
CONTENT = ("sls_id", *NAMES, *OPTIONAL)  # the other codes are prefixes of sls_id
_CONTROL = r"[\x00-\x1f\x7f]"


@dataclass
class SlsFile:
    """One file being read. headers: field -> header as written in the file, set by `batches`."""

    path: Path
    label: str | None  # named in refusals when several files are loaded together
    headers: dict[str, str] = field(default_factory=dict)

    def batches(self, report: LoadReport) -> Iterator[pl.DataFrame]:
        """Yield the good rows as text frames (CONTENT and `row`); count and refuse in report.

        Empty optional cells are null; names lose the white space around them and keep the rest.
        Raises FileUnreadable.
        """
        source = CsvFile(self.path)
        blocks = source.blocks()
        next(blocks)
        places = self._places(source.header, report)
        for block in blocks:
            frame = block.frame.select(
                *(pl.col(place).str.strip_chars().alias(name) for name, place in places.items()),
                *(pl.lit("").alias(name) for name in OPTIONAL if name not in places),
                pl.col(ROW),
            )
            report.refuse_all(
                Refusal(misfit.row, None, misfit.text, "row_length", message, self.label)
                for misfit in block.misfits
                for message in [_misfit_message(len(source.header), misfit.cells)]
            )
            report.rows += len(block.misfits)
            yield self._checked(frame, report)

    def _places(self, header: list[str], report: LoadReport) -> dict[str, str]:
        """Return field -> position of its column as text. Raises FileUnreadable."""
        by_header = {_plain(text): name for name, text in HEADERS.items()}
        places: dict[str, str] = {}
        for place, text in enumerate(header):
            name = by_header.get(_plain(text))
            if name is None:
                report.ignore_column(text)
            elif name in places:
                message = _("the header %(name)s occurs twice") % {"name": HEADERS[name]}
                raise FileUnreadable(self.path, "headers", message)
            else:
                places[name] = str(place)
                self.headers[name] = text
        missing = [
            HEADERS[name] for name in HEADERS if name not in places | dict.fromkeys(OPTIONAL)
        ]
        if missing:
            message = _("missing headers: %(missing)s. Expected: %(expected)s. Found: %(found)s")
            shown = {
                "missing": ", ".join(missing),
                "expected": ", ".join(HEADERS.values()),
                "found": ", ".join(header)[:500] or _("nothing"),
            }
            raise FileUnreadable(self.path, "headers", message % shown)
        return places

    def _checked(self, frame: pl.DataFrame, report: LoadReport) -> pl.DataFrame:
        good = frame.select(_is_good()).to_series()
        if not good.all():
            cells = [name for name in frame.columns if name != ROW]
            bad = frame.filter(
                ~good & frame.select(pl.any_horizontal(pl.col(cells) != "")).to_series()
            )
            report.rows += bad.height
            report.refuse_all(self._refusals(bad))
            frame = frame.filter(good)
        report.rows += frame.height
        empty_is_null = [pl.col(name).replace("", None) for name in OPTIONAL]
        return frame.select(*CONTENT, ROW).with_columns(empty_is_null)

    def _refusals(self, bad: pl.DataFrame) -> list[Refusal]:
        found = [
            Refusal(row, self.headers[rule.column], value, rule.code, rule.message, self.label)
            for rule in _rules()
            for row, value in bad.filter(rule.broken).select(ROW, rule.column).iter_rows()
        ]
        return sorted(found, key=lambda refusal: refusal.row or 0)


@dataclass(frozen=True)
class _Rule:
    column: str
    broken: pl.Expr
    code: str
    message: str


def _is_good() -> pl.Expr:
    """Return the quick test that agrees with `_rules`: true when none of them is broken."""
    sls = pl.col("sls_id")
    codes = [_has_digits("sls_id")]
    codes += [pl.col(name) == sls.str.slice(0, CODE_DIGITS[name]) for name in PARENTS.values()]
    names = [_length_between(name, 1, NAME_MAX) for name in NAMES]
    controls = [~_has_control(name) for name in (*NAMES, "jenis_sls")]
    extra = [_length_between("jenis_sls", 0, JENIS_MAX), _is_count("jumlah_keluarga")]
    return pl.all_horizontal(*codes, *names, *controls, *extra)


def _rules() -> list[_Rule]:
    rules = []
    for name, digits in CODE_DIGITS.items():
        message = _("must be exactly %(digits)s digits; keep codes as text") % {"digits": digits}
        rules.append(_Rule(name, ~_has_digits(name), "code_format", message))
    for name, parent in PARENTS.items():
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


def _plain(header: str) -> str:
    return "".join(header.casefold().split())
