"""The XLSX file of an exported XLSForm."""

from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _

from kegiatan.form.exporting.xlsform_writing import Exported, Row
from kegiatan.form.form_fault import ERROR, FormFault

_FIRST = {
    "survey": ("type", "name"),
    "choices": ("list_name", "name"),
    "settings": ("form_title", "form_id"),
}


def xlsform_bytes(exported: Exported) -> bytes:
    """Return a workbook with the sheets survey, choices and settings; every cell is text.

    Texts that a cell cannot hold are cut; each is added to the faults of `exported`.
    """
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
                if row.get(header) and sheet.write_string(number, column, row[header]) < 0:
                    exported.faults.append(_cut(name, row, header))
    book.close()
    return target.getvalue()


def _headers(name: str, rows: list[Row]) -> list[str]:
    return list(dict.fromkeys((*_FIRST[name], *(key for row in rows for key in row))))


def _cut(sheet: str, row: Row, header: str) -> FormFault:
    message = _("The text is longer than a cell of a workbook can hold; its end is cut off.")
    path = f"{sheet}.{row.get('name', '')}.{header}"
    return FormFault(path, "text_cut", message, _("Shorten the text."), ERROR)
