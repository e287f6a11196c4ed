"""Program of its own: turn the first sheet of a workbook into CSV. Knows nothing of Cerdas.

Started by `cerdas.subprocess_limits`. Arguments: workbook, CSV to write, most unpacked bytes, most
rows, 1 to keep blank rows at the top (row numbers are then those of the sheet).
Prints {"sheet", "sheets", "rows", "lost": [[row, column], ...]}: cells (row 1-based, column
0-based) that are numbers of 16 digits and more, of which a workbook keeps 15. Ends with 3 for what
is no workbook, with 4 for one that is too large.
"""

import json
import sys
import zipfile

NOT_A_WORKBOOK, TOO_LARGE = 3, 4
LOST_KEPT = 100_000


def check_size(path: str, most_bytes: int) -> None:
    """End with TOO_LARGE when the archive says that it unpacks to more."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        sys.exit(NOT_A_WORKBOOK)
    if unpacked > most_bytes:
        sys.exit(TOO_LARGE)


def convert(path: str, target: str, most_rows: int, *, keep_top: bool) -> dict[str, object]:
    """Write the cells of the first sheet as text and return what is printed."""
    import fastexcel
    import polars  # noqa: F401  # loaded before a failure could be taken for a bad workbook

    skipped = 0 if keep_top else None
    try:
        book = fastexcel.read_excel(path)
        sheet = book.load_sheet(
            0, header_row=None, skip_rows=skipped, dtypes="string", n_rows=most_rows + 1
        )
        texts = sheet.to_polars()
        # Only a number cell is a number or a truth value in this reading; a text cell is null.
        kinds = book.load_sheet(
            0, header_row=None, skip_rows=skipped, dtypes="boolean", n_rows=most_rows + 1
        ).to_polars()
    except fastexcel.FastExcelError as error:
        print(str(error)[:500], file=sys.stderr)
        sys.exit(NOT_A_WORKBOOK)
    if texts.height > most_rows:
        sys.exit(TOO_LARGE)
    texts.write_csv(target, include_header=False, null_value="")
    lost: list[list[int]] = []
    for place, (text, kind) in enumerate(
        zip(texts.get_columns(), kinds.get_columns(), strict=True)
    ):
        long = text.str.contains(r"^-?[0-9]{16,}|[eE][+]?[0-9]{2,}$").fill_null(False)
        for row in (long & kind.is_not_null()).arg_true().to_list()[:LOST_KEPT]:
            lost.append([row + 1, place])
    sheets = len(book.sheet_names)
    return {"sheet": sheet.name, "sheets": sheets, "rows": texts.height, "lost": lost}


if __name__ == "__main__":
    check_size(sys.argv[1], int(sys.argv[3]))
    most, keep = int(sys.argv[4]), sys.argv[5] == "1"
    print(json.dumps(convert(sys.argv[1], sys.argv[2], most, keep_top=keep)))
