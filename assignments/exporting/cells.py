"""Cells of files that people open in a spreadsheet: text stays text, formulas do not run."""

import re

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NEGATIVE_NUMBER = re.compile(r"-[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")


def neutralised(text: str) -> str:
    """Return text that a spreadsheet shows and does not calculate; negative numbers stay."""
    if not text.startswith(FORMULA_SIGNS) or _NEGATIVE_NUMBER.fullmatch(text):
        return text
    return "'" + text


def as_typed(text: str) -> str:
    """Undo `neutralised`: what a person meant by a cell of one of our own files."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_SIGNS) else text
