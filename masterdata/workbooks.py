"""Workbooks and archives from outside, opened in a limited process of their own.

Shared by everything that reads files of the office: the region master, datasets, assignments.
"""

from dataclasses import dataclass
from pathlib import Path

import orjson
from django.utils.translation import gettext as _

from cerdas.subprocess_limits import MIB, ChildFailed, Limits, run_limited

from .reading import FileUnreadable

XLSX_BYTES = 64 * MIB
XLSX_UNPACKED_BYTES = 768 * MIB
XLSX_ROWS = 200_000
NAMES_SHOWN = 10
_WORKBOOK_WORKER = Path(__file__).with_name("xlsx_worker.py")
_ARCHIVE_WORKER = Path(__file__).with_name("zip_worker.py")
_NOT_A_WORKBOOK = 3


@dataclass(frozen=True)
class Sheet:
    """The first sheet of a workbook, written as CSV.

    sheets: how many the workbook has; lost: (row from 1, column from 0) of numbers that lost
    digits, because a workbook keeps 15 of them.
    """

    name: str
    sheets: int
    lost: frozenset[tuple[int, int]]


def workbook_to_csv(
    file: Path,
    target: Path,
    *,
    limits: Limits,
    name: Path | None = None,
    keep_top: bool = False,
) -> Sheet:
    """Write the first sheet of a workbook as CSV.

    name: what to call the file in refusals; keep_top: write blank rows above the first used one
    too, so that row numbers are those of the sheet. Raises FileUnreadable (not_xlsx, too_large).
    """
    shown = name or file
    if file.stat().st_size > XLSX_BYTES:
        raise _workbook_too_large(shown)
    numbers = map(str, (XLSX_UNPACKED_BYTES, XLSX_ROWS, int(keep_top)))
    arguments = [str(file.resolve()), str(target), *numbers]
    try:
        told = orjson.loads(run_limited(_WORKBOOK_WORKER, arguments, limits=limits))
    except ChildFailed as error:
        if error.returncode == _NOT_A_WORKBOOK:
            message = _("this is not an Excel workbook; save it as XLSX or CSV (UTF-8)")
            raise FileUnreadable(shown, "not_xlsx", message) from error
        raise _workbook_too_large(shown) from error
    lost = frozenset((row, column) for row, column in told["lost"])
    return Sheet(told["sheet"], told["sheets"], lost)


def archive_take_one(file: Path, target: Path, *, most_bytes: int) -> str:
    """Unpack the only table of a zip archive to target; return its name in the archive.

    Raises FileUnreadable: corrupt_zip, several_files (named in the message), not_csv (no table in
    it), encrypted, too_large.
    """
    arguments = [str(file.resolve()), str(target), str(most_bytes)]
    try:
        told = orjson.loads(
            run_limited(_ARCHIVE_WORKER, arguments, limits=Limits(file_bytes=most_bytes))
        )
    except ChildFailed as error:
        raise too_large(file, most_bytes) from error
    if told["outcome"] != "taken":
        raise _not_taken(file, told, most_bytes)
    name: str = told["names"][0]
    return name


def _not_taken(file: Path, told: dict[str, list[str]], most_bytes: int) -> FileUnreadable:
    outcome = str(told["outcome"])
    shown = ", ".join(told["names"][:NAMES_SHOWN])
    if outcome == "too_large":
        return too_large(file, most_bytes)
    messages = {
        "corrupt_zip": _("the zip archive is damaged or cut off; copy it again"),
        "encrypted": _("the zip archive has a password; save it without one"),
        "several_files": _("the zip archive holds several tables: %(names)s; upload one at a time")
        % {"names": shown},
        "not_csv": _("the zip archive holds no CSV or XLSX file; found: %(names)s")
        % {"names": shown or _("nothing")},
    }
    return FileUnreadable(file, outcome, messages[outcome])


def too_large(file: Path, limit_bytes: int) -> FileUnreadable:
    """Return the error for content that passes a limit once it is unpacked."""
    message = _("the content is larger than %(mib)s MiB") % {"mib": limit_bytes // MIB}
    return FileUnreadable(file, "too_large", message)


def _workbook_too_large(file: Path) -> FileUnreadable:
    message = _(
        "the workbook is damaged, or too large when unpacked (at most %(rows)s rows); save it as "
        "CSV (UTF-8)"
    ) % {"rows": XLSX_ROWS}
    return FileUnreadable(file, "too_large", message)
