"""Files of an export: written beside their place and renamed when all are whole."""

import csv
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from assignments.exporting.answer_columns import Cell
from assignments.exporting.cells import neutralised
from cerdas.errors import CerdasError


class OutputUnwritable(CerdasError):
    """The files cannot be written there. details: out."""

    code = "output_unwritable"


@dataclass
class CsvSheet:
    """One file being written. rows: without the header."""

    name: str
    _writer: Any
    rows: int = 0

    def write(self, cells: Iterable[Cell]) -> None:
        """Write one row."""
        self._writer.writerow(map(_cell, cells))
        self.rows += 1


@dataclass
class ExportFolder:
    """The temporary folder of an export and the sheets in it."""

    path: Path
    sheets: list[CsvSheet] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def sheet(self, wanted: str, headers: Sequence[str]) -> CsvSheet:
        """Open a CSV file with this header; the name is made safe and its own."""
        name = _file_name(wanted, {sheet.name for sheet in self.sheets})
        # 0600: answers of people
        descriptor = os.open(self.path / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        stream = self._open.enter_context(
            os.fdopen(descriptor, "w", encoding="utf-8", newline="", errors="replace")
        )
        writer = csv.writer(stream)
        writer.writerow(map(neutralised, distinct(headers)))
        self.sheets.append(CsvSheet(name, writer))
        return self.sheets[-1]

    def close(self) -> None:
        """Finish all files."""
        self._open.close()


def _cell(value: Cell) -> Cell:
    return neutralised(value) if isinstance(value, str) else value


def distinct(headers: Sequence[str]) -> list[str]:
    """Return headers with those that occur again made different: `status`, `status.2`."""
    seen: set[str] = set(headers)
    used: set[str] = set()
    result = []
    for header in headers:
        name, number = header, 2
        while name in used or (name != header and name in seen):
            name, number = f"{header}.{number}", number + 1
        used.add(name)
        result.append(name)
    return result


def _file_name(wanted: str, taken: set[str]) -> str:
    """Return a safe file name; names of rosters come from questionnaires."""
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "_", wanted).strip(".")[:80] or "roster"
    name, number = f"{stem}.csv", 2
    while name.casefold() in {other.casefold() for other in taken}:
        name, number = f"{stem}_{number}.csv", number + 1
    return name


@contextmanager
def export_folder(out: Path) -> Iterator[ExportFolder]:
    """Give a folder to write to; its files come to `out` (a directory, or *.zip) when all is well.

    Files of other names in a directory stay; on an error nothing appears. Raises OutputUnwritable.
    """
    temporary = _temporary(out)
    folder = ExportFolder(temporary)
    try:
        yield folder
        folder.close()
        try:
            _publish(folder, out)
        except OSError as error:
            raise _unwritable(out, error) from error
    finally:
        folder.close()
        shutil.rmtree(temporary, ignore_errors=True)


def _temporary(out: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=".cerdas-export-", dir=out.resolve().parent))
    except OSError as error:
        raise _unwritable(out, error) from error


def _publish(folder: ExportFolder, out: Path) -> None:
    names = [sheet.name for sheet in folder.sheets]
    if out.suffix.lower() == ".zip":
        packed = folder.path / ".export.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.write(folder.path / name, name)
        packed.chmod(0o600)
        packed.replace(out)
        return
    out.mkdir(mode=0o700, exist_ok=True)
    for name in names:
        (folder.path / name).replace(out / name)


def _unwritable(out: Path, error: OSError) -> OutputUnwritable:
    message = _("%(out)s cannot be written: %(why)s") % {
        "out": out,
        "why": error.strerror or error,
    }
    return OutputUnwritable(message, details={"out": str(out)})
