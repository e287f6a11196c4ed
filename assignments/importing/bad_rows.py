"""Files for people around an import: the refused rows with their reasons, and the template."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assignments.exporting.cells import neutralised
from assignments.importing.columns import REASON, template_header
from assignments.importing.tables import Table
from cerdas.tables import replacing
from masterdata.reports import Refusal


@dataclass(frozen=True)
class BadRows:
    """Where to write the refused rows: same columns, and `reason` at the end."""

    path: Path

    def write(self, table: Table, refusals: Sequence[Refusal]) -> int:
        """Write the refused rows in the order of the file; return how many. Replaces the file."""
        reasons = _reasons(refusals)
        place = _place_of_reason(table.header)
        header = [text for n, text in enumerate(table.header) if n != place]
        written = 0
        with replacing(self.path) as stream:
            sheet = csv.writer(stream, delimiter=table.delimiter)
            sheet.writerow([*map(neutralised, header), REASON])
            for number, cells in table.rows():
                if number not in reasons:
                    continue
                kept = [cell for n, cell in enumerate(cells) if n != place]
                kept += [""] * (len(header) - len(kept))
                sheet.writerow([*map(_again, kept), neutralised("; ".join(reasons[number]))])
                written += 1
        return written


def _again(cell: str) -> str:
    """Return a cell as it is written back: what came neutralised stays so."""
    return neutralised(cell.replace("\x00", "�"))


def _reasons(refusals: Iterable[Refusal]) -> dict[int, list[str]]:
    reasons: dict[int, list[str]] = {}
    for refusal in refusals:
        if refusal.row is not None:
            text = f"{refusal.column}: {refusal.message}" if refusal.column else refusal.message
            reasons.setdefault(refusal.row, []).append(text)
    return reasons


def _place_of_reason(header: Sequence[str]) -> int | None:
    names = [text.strip().casefold() for text in header]
    return names.index(REASON) if REASON in names else None


def template_write(*, schema: Mapping[str, Any] | None, path: Path) -> tuple[str, ...]:
    """Write an empty file with the columns that an import into this kegiatan reads."""
    header = template_header(schema)
    with replacing(path) as stream:
        csv.writer(stream).writerow(map(neutralised, header))
    return header
