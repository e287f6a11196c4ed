"""The refused rows of files of the region master, with a reason, for people to correct."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from cerdas.tables import table_write

from .reports import Refusal
from .sls_reading import SlsFile

REASON, FILE, ROW = "reason", "file", "row"


def bad_rows_write(path: Path, files: Sequence[SlsFile], refusals: Sequence[Refusal]) -> int:
    """Write the refused rows in the order of the files; return how many. Replaces the file.

    Columns: row, those of the files as written there (their union, by header), reason; with
    several files also which one. A refusal of no single row stands in a line of its own.
    """
    return table_write(path, _lines(files, refusals)) - 1


def _lines(files: Sequence[SlsFile], refusals: Sequence[Refusal]) -> Iterator[list[str]]:
    headers = [next(file.rows())[1] for file in files]
    columns = list(dict.fromkeys(text for header in headers for text in header if text))
    several = len(files) > 1
    yield [ROW, *([FILE] if several else []), *columns, REASON]
    for refusal in refusals:
        if refusal.row is None:
            blank = [refusal.value or "" if text == refusal.column else "" for text in columns]
            yield ["", *([""] if several else []), *blank, _reason(refusal)]
    for file in files:
        reasons = _reasons(refusals, file.label)
        if reasons:
            yield from _of_file(file, columns, reasons)


def _of_file(
    file: SlsFile, columns: list[str], reasons: dict[int, list[str]]
) -> Iterator[list[str]]:
    rows = file.rows()
    _header_row, header = next(rows)
    for number, cells in rows:
        if number not in reasons:
            continue
        by_header = dict(zip(header, cells, strict=False))
        kept = [by_header.get(text, "") for text in columns]
        surplus = [_("surplus cells: %(cells)s") % {"cells": ", ".join(cells[len(header) :])}]
        told = reasons.pop(number) + (surplus if len(cells) > len(header) else [])
        place = [str(number), *([file.label] if file.label else [])]
        yield [*place, *kept, "; ".join(told)]
        if not reasons:
            return


def _reasons(refusals: Sequence[Refusal], label: str | None) -> dict[int, list[str]]:
    reasons: dict[int, list[str]] = {}
    for refusal in refusals:
        if refusal.row is not None and refusal.file == label:
            reasons.setdefault(refusal.row, []).append(_reason(refusal))
    return reasons


def _reason(refusal: Refusal) -> str:
    return f"{refusal.column}: {refusal.message}" if refusal.column else refusal.message
