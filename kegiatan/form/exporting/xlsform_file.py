"""The XLSX file of an exported XLSForm."""

from io import BytesIO

import xlsxwriter

from kegiatan.form.exporting.xlsform_writing import Exported, Row

_FIRST = {
    "survey": ("type", "name"),
    "choices": ("list_name", "name"),
    "settings": ("form_title", "form_id"),
}


def xlsform_bytes(exported: Exported) -> bytes:
    """Return a workbook with the sheets survey, choices and settings; every cell is text."""
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    bold = book.add_format({"bold": True})
    sheets = (
        ("survey", exported.survey), ("choices", exported.choices),
        ("settings", [exported.settings]),
    )  # fmt: skip
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(_headers(name, rows)):
            sheet.write_string(0, column, header, bold)
            for number, row in enumerate(rows, start=1):
                if row.get(header):
                    sheet.write_string(number, column, row[header])
    book.close()
    return target.getvalue()


def _headers(name: str, rows: list[Row]) -> list[str]:
    return list(dict.fromkeys((*_FIRST[name], *(key for row in rows for key in row))))
