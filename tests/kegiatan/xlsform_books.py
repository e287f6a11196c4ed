"""Workbooks for tests of XLSForms, made from lines of text."""

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

Table = Sequence[Sequence[str]]


def workbook(**sheets: Table) -> bytes:
    """Return a workbook with these sheets; the first row of each holds its headers."""
    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(target, options)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                if text != "":
                    sheet.write(number, column, text)
    book.close()
    return target.getvalue()


def xlsform(survey: str, choices: str = "", settings: str = "") -> bytes:
    """Return an XLSForm from tables written as lines with | between cells."""
    sheets = {"survey": table(survey)}
    if choices:
        sheets["choices"] = table(choices)
    if settings:
        sheets["settings"] = table(settings)
    return workbook(**sheets)


def table(text: str) -> list[list[str]]:
    """Return the rows of a table written as lines with | between cells."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
