"""Codes as spreadsheets leave them: what can be put right, and what can only be told.

Right: `="6104..."`, `'6104...`, spaces, dots between the parts, a float's `.0`. Told: a leading
zero that was dropped (with the likely code) and digits lost in scientific notation.
"""

from collections.abc import Mapping

import polars as pl

from .sls_columns import CODE_DIGITS

SCIENTIFIC = r"^[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+$"
_PART_STARTS = (0, 2, 4, 7, 10, 14)


def unwrapped(column: str) -> pl.Expr:
    """Return a text cell without the formula that keeps it text: ="..."."""
    return pl.col(column).str.replace(r'^="(.*)"$', "${1}").str.strip_chars()


def cleaned(column: str) -> pl.Expr:
    """Return a code without what surrounds and separates its digits."""
    return (
        pl.col(column)
        .str.replace(r'^[\'’`]?=?"?([^"]*)"?$', "${1}")
        .str.replace(r"^[\'’`]", "")
        .str.replace(r"^([0-9]+)\.0$", "${1}")
        .str.replace_all("[\\s.\u200b\ufeff]", "")
    )


def likely_code(name: str, value: str, codes: Mapping[str, str]) -> str | None:
    """Return the code that `value`, one digit short, probably was; None when nothing fits.

    codes: the other codes of the row that have their full length. The zero is put back where a
    part of the code begins, so that all of them nest.
    """
    others = [code for other, code in codes.items() if other != name]
    digits = CODE_DIGITS[name]
    for start in _PART_STARTS:
        candidate = f"{value[:start]}0{value[start:]}"
        if start < digits and all(
            candidate.startswith(other) or other.startswith(candidate) for other in others
        ):
            return candidate
    return None
