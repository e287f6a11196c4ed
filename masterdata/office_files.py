"""Files as offices send them, made readable: archives, workbooks, gzip, several encodings.

Whatever comes in, what goes on is a stream of UTF-8 bytes without a byte order mark. A plain UTF-8
file is read where it is; nothing is copied.
"""

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cerdas.subprocess_limits import Limits

from .reading import (
    BLOCK_BYTES,
    BOM,
    ZIP_MAGIC,
    ByteStream,
    FileUnreadable,
    opened,
    wrong_encoding,
)
from .workbooks import archive_take_one, too_large, workbook_to_csv

UNPACKED_LIMIT_BYTES = 2 * 2**30  # the national region master is 0.2 GB
UTF8, UTF16, WINDOWS = "utf-8", "utf-16", "cp1252"
_OLD_OFFICE_MAGIC = b"\xd0\xcf\x11\xe0"


@dataclass
class OfficeFile:
    """A readable file. name: as given; path: what is read, unpacked; notes: for the report.

    lost: (row from 1, column from 0) of workbook cells whose numbers lost digits.
    read_bytes of size_bytes have been read so far, for a progress bar.
    """

    name: Path
    path: Path
    encoding: str = UTF8
    only_cr: bool = False
    notes: list[str] = field(default_factory=list)
    lost: frozenset[tuple[int, int]] = frozenset()
    read_bytes: int = 0
    size_bytes: int = 0

    @contextmanager
    def opened(self) -> Iterator[ByteStream]:
        """Give the content as UTF-8. Raises FileUnreadable, also while it is read."""
        with opened(self.path, name=self.name) as stream:
            yield _Utf8(self, stream)

    def whole(self, limit_bytes: int) -> bytes:
        """Return the content. Raises FileUnreadable, also when it passes limit_bytes."""
        with self.opened() as stream:
            content = stream.read(limit_bytes + 1)
            if len(content) > limit_bytes or stream.read(1):
                raise too_large(self.name, limit_bytes)
        return content.removeprefix(BOM)


class _Utf8:
    """Bytes of a file as UTF-8, bounded, counting what was read."""

    def __init__(self, file: OfficeFile, stream: Any) -> None:
        self._file = file
        self._stream = stream
        self._raw = getattr(stream, "fileobj", stream)
        self._total = 0
        self._decoder = (
            None if file.encoding == UTF8 else codecs.getincrementaldecoder(file.encoding)()
        )

    def read(self, size: int, /) -> bytes:
        block: bytes = self._stream.read(size)
        self._total += len(block)
        if self._total > UNPACKED_LIMIT_BYTES:
            raise too_large(self._file.name, UNPACKED_LIMIT_BYTES)
        self._file.read_bytes = self._raw.tell()
        if self._decoder is not None:
            block = self._decoded(block)
        return block.replace(b"\r", b"\n") if self._file.only_cr else block

    def _decoded(self, block: bytes) -> bytes:
        assert self._decoder is not None
        try:
            text = self._decoder.decode(block, final=not block)
            return text.removeprefix("\ufeff").encode()
        except UnicodeError as error:
            raise wrong_encoding(self._file.name) from error


@contextmanager
def office_file(path: Path) -> Iterator[OfficeFile]:
    """Unpack and recognise a file; what was unpacked is gone afterwards.

    Raises FileUnreadable.
    """
    with tempfile.TemporaryDirectory(prefix="cerdas-file-") as folder:
        file = _recognised(OfficeFile(path, path), Path(folder))
        file.size_bytes = file.path.stat().st_size
        yield file


def _recognised(file: OfficeFile, folder: Path) -> OfficeFile:
    if _magic(file) == ZIP_MAGIC:
        taken = folder / "taken"
        inside = archive_take_one(file.path, taken, most_bytes=UNPACKED_LIMIT_BYTES)
        file.path = taken
        if inside:
            file.notes.append(_("%(name)s was taken from the archive") % {"name": inside})
        if _magic(file) == ZIP_MAGIC:
            _convert(file, folder / "sheet.csv")
            return file
    file.encoding, file.only_cr = _encoding(file)
    if file.encoding == WINDOWS:
        file.notes.append(_("the text is not UTF-8; it was read as Windows-1252: look at accents"))
    elif file.encoding == UTF16:
        file.notes.append(_("the text was read as UTF-16"))
    return file


def _convert(file: OfficeFile, target: Path) -> None:
    sheet = workbook_to_csv(file.path, target, limits=Limits(), name=file.name, keep_top=True)
    file.path, file.lost = target, sheet.lost
    if sheet.sheets > 1:
        message = _("of %(number)s sheets only the first one was read: %(name)s")
        file.notes.append(message % {"number": sheet.sheets, "name": sheet.name})


def _magic(file: OfficeFile) -> bytes:
    try:
        with file.path.open("rb") as raw:
            magic = raw.read(4)
    except OSError as error:
        message = _("the file cannot be opened: %(why)s") % {"why": error.strerror or error}
        raise FileUnreadable(file.name, "missing", message) from error
    if magic == _OLD_OFFICE_MAGIC:
        message = _("this is an old Excel file (.xls); save it as XLSX or CSV (UTF-8)")
        raise FileUnreadable(file.name, "not_xlsx", message)
    return magic


def _encoding(file: OfficeFile) -> tuple[str, bool]:
    """Return the encoding, and whether lines end with CR alone; reads the whole file once.

    Not UTF-8 is taken for Windows-1252 when no valid UTF-8 beyond ASCII came before: one broken
    letter in a UTF-8 file must not spoil all the others.
    """
    decoder = codecs.getincrementaldecoder(UTF8)()
    is_ascii, only_cr, total = True, False, 0
    with opened(file.path, name=file.name) as stream:
        block = stream.read(BLOCK_BYTES)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return UTF16, False
        only_cr = b"\r" in block and b"\n" not in block
        start = block.removeprefix(BOM)
        while block:
            try:
                decoder.decode(start, final=False)
            except UnicodeDecodeError as error:
                head = error.object[: error.start]
                if b"\0" in start[:1000] or not is_ascii or not head.isascii():
                    raise wrong_encoding(file.name) from error
                return WINDOWS, only_cr
            is_ascii = is_ascii and start.isascii()
            total += len(block)
            if total > UNPACKED_LIMIT_BYTES:
                raise too_large(file.name, UNPACKED_LIMIT_BYTES)
            start = block = stream.read(BLOCK_BYTES)
    return _ended(decoder, file, is_ascii=is_ascii), only_cr


def _ended(decoder: codecs.IncrementalDecoder, file: OfficeFile, *, is_ascii: bool) -> str:
    """Return the encoding of a file that ends here, perhaps in the middle of a letter."""
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if is_ascii:
            return WINDOWS
        raise wrong_encoding(file.name) from error
    return UTF8
