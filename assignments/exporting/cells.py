"""Cells of files that people open in a spreadsheet: text stays text, formulas do not run."""

from cerdas.tables import FORMULA_SIGNS, neutralised

__all__ = ["as_typed", "neutralised"]


def as_typed(text: str) -> str:
    """Undo `neutralised`: what a person meant by a cell of one of our own files."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_SIGNS) else text
