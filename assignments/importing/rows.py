"""Judge the rows of a file, one by one: every fault of a row, and what can be made of it."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from assignments.coverage import (
    NO_LEVELS,
    Levels,
    as_levels,
    check_coverage,
    check_levels,
    master_code_of,
    region_code_of,
    split_region_code,
)
from assignments.exporting.cells import as_typed
from assignments.importing.columns import PREFILLED, Columns
from assignments.importing.tables import Row
from assignments.models import LEVELS
from assignments.services.creating import LABEL_LENGTH, PREFILLED_BYTES
from assignments.services.crew import CrewMember, not_in_crew
from cerdas.errors import CerdasError
from masterdata.reports import Refusal
from satker.permissions import PML, PPL

VALUE_SHOWN = 200
PREFILLED_LENGTH = 10_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")


@dataclass(frozen=True)
class UnitRow:
    """What could be read from one row; None where a cell is wrong. refused: it has a fault."""

    number: int
    id: UUID | None
    ppl_id: UUID | None
    pml_id: UUID | None
    label: str
    levels: Levels
    region_code: str | None
    master_code: str | None
    prefilled: str | None
    digest: str
    refused: bool


@dataclass(frozen=True)
class _Region:
    levels: Levels
    region_code: str | None
    master_code: str | None
    fault: CerdasError | None


@dataclass
class RowJudge:
    """Judges rows against one office, kegiatan and file. Keeps no rows.

    sources: of `level_sources`; crew: by email; prefixes: of the acting office; lost: cells that
    are numbers of too many digits.
    """

    columns: Columns
    sources: tuple[str, ...]
    prefixes: tuple[str, ...]
    allow_without_region: bool
    crew: Mapping[str, CrewMember]
    lost: frozenset[tuple[int, int]] = frozenset()
    _regions: dict[tuple[str, ...], _Region] = field(default_factory=dict)

    def judge(self, row: Row) -> tuple[UnitRow | None, list[Refusal]]:
        """Return the unit of a row (None when its cells cannot be told apart) and its faults."""
        number, cells = row
        while len(cells) > self.columns.width and not cells[-1]:
            cells = cells[:-1]
        if len(cells) != self.columns.width:
            return None, [self._misfit(number, len(cells))]
        cells = [as_typed(cell) for cell in cells]
        found = _Faults(number, self.columns, cells)
        self._check_text(number, cells, found)
        cells = [cell.replace("\x00", "") for cell in cells]  # such a row is refused by now
        region = self._region(cells)
        if region.fault is not None:
            found.add_error(self._place_of_region(region), region.fault)
        unit = UnitRow(
            number=number,
            id=self._id(cells, found),
            ppl_id=self._person("ppl", PPL, self.columns.ppl, cells, found),
            pml_id=self._person("pml", PML, self.columns.pml, cells, found),
            label=self._label(cells, found),
            levels=region.levels,
            region_code=region.region_code,
            master_code=region.master_code,
            prefilled=self._prefilled(cells, found),
            digest=hashlib.blake2b("\x1f".join(cells).encode(), digest_size=16).hexdigest(),
            refused=bool(found.refusals),
        )
        return unit, found.refusals

    def _misfit(self, number: int, cells: int) -> Refusal:
        message = _(
            "%(found)s cells instead of %(expected)s; text with the separator in it needs "
            "quotation marks"
        ) % {"found": cells, "expected": self.columns.width}
        return Refusal(number, None, None, "row_length", message)

    def _check_text(self, number: int, cells: list[str], found: "_Faults") -> None:
        """Refuse NUL characters and codes that a spreadsheet has rounded."""
        for place, cell in enumerate(cells):
            if "\x00" in cell:
                found.add(place, "nul_character", _("holds a NUL character"))
        for place in self._code_places():
            if (number, place) in self.lost or _ROUNDED.fullmatch(cells[place]):
                message = _(
                    "is a number, of which a spreadsheet keeps only 15 digits; format the column "
                    "as text and enter the code again"
                )
                found.add(place, "digits_lost", message)

    def _code_places(self) -> Iterator[int]:
        for place in (self.columns.region_code, *self.columns.levels):
            if place is not None:
                yield place

    def _id(self, cells: list[str], found: "_Faults") -> UUID | None:
        place = self.columns.id
        if place is None or not cells[place]:
            return None
        try:
            return UUID(cells[place])
        except ValueError:
            found.add(place, "invalid_id", _("is not a UUID; leave it empty to get one"))
            return None

    def _person(
        self, name: str, role: str, place: int, cells: list[str], found: "_Faults"
    ) -> UUID | None:
        email = cells[place].lower()
        if not email:
            found.add(place, "missing", _("the email is missing"))
            return None
        member = self.crew.get(email)
        if member is None or not member.is_current or role not in member.roles:
            found.add_error(place, not_in_crew(name, cells[place][:VALUE_SHOWN], member))
            return None
        return member.user_id

    def _label(self, cells: list[str], found: "_Faults") -> str:
        place = self.columns.label
        label = cells[place]
        if not label:
            found.add(place, "missing", _("the label is missing"))
        elif len(label) > LABEL_LENGTH:
            message = _("is longer than %(limit)s characters") % {"limit": LABEL_LENGTH}
            found.add(place, "too_long", message)
        elif _CONTROL.search(label):
            message = _("holds a tab, line break or other control character")
            found.add(place, "control_character", message)
        return label[:LABEL_LENGTH]

    def _prefilled(self, cells: list[str], found: "_Faults") -> str | None:
        """Return the JSON text of the prefilled data; empty cells are left out."""
        data = {name: cells[place] for name, place in self.columns.prefilled if cells[place]}
        for name, place in self.columns.prefilled:
            if len(data.get(name, "")) > PREFILLED_LENGTH:
                message = _("is longer than %(limit)s characters") % {"limit": PREFILLED_LENGTH}
                found.add(place, "too_long", message)
        text = orjson.dumps(data).decode()
        if len(text.encode()) > PREFILLED_BYTES:
            message = _("the prefilled cells together are longer than %(limit)s KiB")
            limit = PREFILLED_BYTES // 1024
            found.add_row(f"{PREFILLED}*", "too_long", message % {"limit": limit})
        return text if data else None

    def _region(self, cells: list[str]) -> _Region:
        """Return the region of a row; files name the same ones over and over."""
        key = tuple(cells[place] for place in self._code_places())
        region = self._regions.get(key)
        if region is None:
            if len(self._regions) > 100_000:
                self._regions.clear()
            region = self._regions[key] = self._judged_region(cells)
        return region

    def _judged_region(self, cells: list[str]) -> _Region:
        levels = NO_LEVELS
        try:
            levels = self._levels(cells)
            check_levels(levels, sources=self.sources)
            code = region_code_of(levels)
            check_coverage(
                region_code=code,
                prefixes=self.prefixes,
                allow_without_region=self.allow_without_region,
            )
        except CerdasError as fault:
            return _Region(levels, None, None, fault)
        return _Region(levels, code, master_code_of(levels, sources=self.sources), None)

    def _levels(self, cells: list[str]) -> Levels:
        place = self.columns.region_code
        if place is not None:
            return split_region_code(cells[place]) if cells[place] else NO_LEVELS
        return as_levels([None if p is None else cells[p] for p in self.columns.levels])

    def _place_of_region(self, region: _Region) -> int:
        """Return the column to show: the level named by the fault, else the deepest filled in."""
        if self.columns.region_code is not None:
            return self.columns.region_code
        named = region.fault.details.get("level") if region.fault else None
        if isinstance(named, str):
            place = self.columns.levels[LEVELS.index(named)]
            if place is not None:
                return place
        filled = [
            place
            for place, part in zip(self.columns.levels, region.levels, strict=True)
            if place is not None and part is not None
        ]
        return filled[-1] if filled else next(self._code_places(), self.columns.label)


@dataclass
class _Faults:
    """The refusals of one row."""

    number: int
    columns: Columns
    cells: list[str]
    refusals: list[Refusal] = field(default_factory=list)

    def add(self, place: int, code: str, message: str) -> None:
        value = self.cells[place].replace("\x00", "�")[:VALUE_SHOWN]
        column = self.columns.header[place]
        self.refusals.append(Refusal(self.number, column, value, code, message))

    def add_error(self, place: int, error: CerdasError) -> None:
        self.add(place, error.code, error.message)

    def add_row(self, column: str, code: str, message: str) -> None:
        self.refusals.append(Refusal(self.number, column, None, code, message))
