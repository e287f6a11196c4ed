"""Program of its own: print the cells of a workbook as JSON. Knows nothing of Cerdas.

Started by `cerdas.subprocess_limits`. Arguments: workbook (.xlsx, .xls, .ods), file to write, most
unpacked bytes, most rows and most columns of a sheet, most sheets, most filled cells, and the names
of the sheets to read, in lower case with _ for a space.
Writes {sheet: [[column, [row, ...], [text, ...]], ...]}, row and column as in the sheet, from 1;
only filled cells. Formulas are not worked
out: the value that was saved with them is taken. Ends with 3 for what is no workbook, with 4 for
one that is too large, with 5 for one with a password.
"""

import json
import sys
import zipfile

NOT_A_WORKBOOK, TOO_LARGE, LOCKED = 3, 4, 5


def check_size(path: str, most_bytes: int) -> None:
    """End with TOO_LARGE when an archive says that it unpacks to more."""
    with open(path, "rb") as file:
        head = file.read(8)
    if head[:4] != b"PK\x03\x04":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        sys.exit(NOT_A_WORKBOOK)
    if unpacked > most_bytes:
        sys.exit(TOO_LARGE)


def is_locked(path: str) -> bool:
    """Return whether an old container holds an encrypted new workbook."""
    with open(path, "rb") as file:
        content = file.read()
    return content[:4] == b"\xd0\xcf\x11\xe0" and "EncryptedPackage".encode("utf-16-le") in content


def read(path: str, caps: list[int], wanted: list[str]) -> dict[str, list[object]]:
    """Return the filled cells of the wanted sheets by column; of other sheets only the name."""
    import fastexcel
    import polars  # noqa: F401  # loaded before a failure could be taken for a bad workbook

    most_rows, most_columns, most_sheets, left = caps
    with open(path, "rb") as file:
        content = file.read()
    sheets: dict[str, list[object]] = {}
    try:
        book = fastexcel.read_excel(content)
        for name in book.sheet_names[:most_sheets]:
            sheets[name] = []
            if name.strip().lower().replace(" ", "_") not in wanted:
                continue
            sheet = book.load_sheet(
                name, header_row=None, skip_rows=0, dtypes="string", n_rows=most_rows + 1
            )
            cells = sheet.to_polars()
            if cells.height > most_rows or cells.width > most_columns:
                sys.exit(TOO_LARGE)
            for number, column in enumerate(cells.iter_columns(), start=1):
                rows = column.is_not_null().arg_true()
                left -= len(rows)
                if left < 0:
                    sys.exit(TOO_LARGE)
                if len(rows):
                    texts = column.drop_nulls().to_list()
                    sheets[name].append((number, (rows + 1).to_list(), texts))
    except fastexcel.FastExcelError as error:
        print(str(error)[:500], file=sys.stderr)
        sys.exit(NOT_A_WORKBOOK)
    return sheets


if __name__ == "__main__":
    check_size(sys.argv[1], int(sys.argv[3]))
    if is_locked(sys.argv[1]):
        sys.exit(LOCKED)
    found = read(sys.argv[1], [int(text) for text in sys.argv[4:8]], sys.argv[8:])
    with open(sys.argv[2], "w", encoding="utf-8", errors="replace") as target:
        json.dump(found, target)
