"""Program of its own: unpack the only table of a zip archive. Knows nothing of Cerdas.

Started by `cerdas.subprocess_limits`. Arguments: archive, file to write, most unpacked bytes.
Prints {"outcome", "names"}: taken, several_files, not_csv, encrypted, too_large or corrupt_zip, and
the names that it is about. A workbook is a zip archive too: it is copied as it is.
"""

import json
import lzma
import shutil
import sys
import zipfile
import zlib
from pathlib import PurePosixPath

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".gz", ".json")
PIECE_BYTES = 2**20
NAMES_KEPT = 50
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, RuntimeError, NotImplementedError, ValueError),
)


def wanted(entry: zipfile.ZipInfo) -> bool:
    """Return True for what a person put in; systems add files of their own."""
    name = PurePosixPath(entry.filename)
    hidden = name.name.startswith((".", "~$")) or "__MACOSX" in name.parts
    return not entry.is_dir() and not hidden


def take(path: str, target: str, most_bytes: int) -> tuple[str, list[str]]:
    """Unpack to target; return the outcome and the names."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if any(entry.filename == "[Content_Types].xml" for entry in entries):
            shutil.copyfile(path, target)
            return "taken", [""]
        people = [entry for entry in entries if wanted(entry)]
        tables = [entry for entry in people if entry.filename.lower().endswith(TABLES)]
        if len(tables) != 1:
            named = [entry.filename[:200] for entry in (tables or people)[:NAMES_KEPT]]
            return ("several_files" if tables else "not_csv"), named
        entry = tables[0]
        if entry.flag_bits & 1:
            return "encrypted", [entry.filename]
        if entry.file_size > most_bytes:
            return "too_large", [entry.filename]
        with archive.open(entry) as source, open(target, "wb") as written:
            while piece := source.read(PIECE_BYTES):
                if written.tell() + len(piece) > most_bytes:
                    return "too_large", [entry.filename]
                written.write(piece)
        return "taken", [entry.filename[:200]]


if __name__ == "__main__":
    try:
        outcome, names = take(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    except DAMAGED:
        outcome, names = "corrupt_zip", []
    print(json.dumps({"outcome": outcome, "names": names}))
