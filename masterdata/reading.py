"""Files of the office as bytes: plain or gzip, read in blocks, with one clear error.

Nothing here knows what the rows mean; `sls_reading` and `services.datasets` do. `office_files`
adds archives, workbooks and encodings.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from django.utils.translation import gettext as _

from cerdas.errors import CerdasError


class ByteStream(Protocol):
    """What gives bytes piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Return at most size bytes, none at the end."""


BLOCK_BYTES = 8 * 2**20
LINE_LIMIT_BYTES = 4 * 2**20  # a longer line is not a table, or a gzip bomb
BOM = b"\xef\xbb\xbf"
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"


class FileUnreadable(CerdasError):
    """The file as a whole cannot be read; no row of it was judged. Commands exit with 2.

    details: file (name as given), reason (missing, not_csv, not_json, not_xlsx, corrupt_gzip,
    corrupt_zip, encrypted, several_files, wrong_encoding, headers, too_large).
    """

    code = "file_unreadable"
    status = 400

    def __init__(self, path: Path, reason: str, message: str) -> None:
        super().__init__(f"{path}: {message}", details={"file": str(path), "reason": reason})
        self.reason = reason
        self.explanation = message

    def named(self, name: str) -> "FileUnreadable":
        """Return the same refusal under the name by which people know the file."""
        return FileUnreadable(Path(name), self.reason, self.explanation)


@contextmanager
def opened(path: Path, *, name: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file for reading, unpacking gzip by its first bytes whatever its name is.

    name: what to call the file in refusals, when it is not the path.
    Raises FileUnreadable for what goes wrong while it is open: missing, no right, damaged gzip.
    """
    shown = name or path
    try:
        with path.open("rb") as raw:
            magic = raw.read(4)
            raw.seek(0)
            if magic.startswith(ZIP_MAGIC):
                message = _("this is a workbook or a zip archive; save it as CSV (UTF-8) first")
                raise FileUnreadable(shown, "not_csv", message)
            if magic.startswith(GZIP_MAGIC):
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield raw
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        message = _("the gzip file is damaged or cut off; copy it again")
        raise FileUnreadable(shown, "corrupt_gzip", message) from error
    except OSError as error:
        message = _("the file cannot be opened: %(why)s") % {"why": error.strerror or error}
        raise FileUnreadable(shown, "missing", message) from error


def blocks_of_lines(path: Path, stream: ByteStream) -> Iterator[bytes]:
    """Yield the stream as blocks that end with a line; a byte order mark is dropped.

    Raises FileUnreadable when one line passes LINE_LIMIT_BYTES.
    """
    rest = stream.read(len(BOM)).removeprefix(BOM)
    while block := stream.read(BLOCK_BYTES):
        block = rest + block
        end = block.rfind(b"\n") + 1
        rest = block[end:]
        if len(rest) > LINE_LIMIT_BYTES:
            message = _("a line is longer than %(mib)s MiB; this is not a CSV file")
            limit = LINE_LIMIT_BYTES // 2**20
            raise FileUnreadable(path, "not_csv", message % {"mib": limit})
        if end:
            yield block[:end]
    if rest:
        yield rest


def wrong_encoding(path: Path) -> FileUnreadable:
    """Return the error for bytes that are no text, or text in an encoding that is not known."""
    message = _("the text is not UTF-8; save the file as CSV UTF-8 and try again")
    return FileUnreadable(path, "wrong_encoding", message)
