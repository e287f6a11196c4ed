"""What an uploaded file really is, by its content; never by its name or what a client calls it."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from cerdas.errors import CerdasError
from cerdas.request_body import BodyIncomplete, body_too_large
from cerdas.subprocess_limits import MIB, ChildFailed, Limits, run_limited

CHUNK_BYTES = 64 * 1024
IMAGE_LIMITS = Limits(memory_bytes=1024 * MIB, cpu_seconds=20, wall_seconds=40, file_bytes=4 * MIB)
_CHECKER = Path(__file__).with_name("image_check.py")
# First bytes of a file, the offset at which they stand, and what it then is.
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
)


class UnsupportedType(CerdasError):
    """The content is none of the types that may be attached. details: allowed."""

    code = "unsupported_media_type"
    status = 415


class NotReadable(CerdasError):
    """The content claims to be an image and cannot be opened."""

    code = "unreadable_file"
    status = 400


class DigestMismatch(CerdasError):
    """The bytes that arrived are not the bytes that were sent. Send again."""

    code = "digest_mismatch"
    status = 400
    retryable = True


@dataclass(frozen=True)
class Upload:
    """A received file. path: temporary; thumbnail: of an image, else None."""

    path: Path
    sha256: str
    size_bytes: int
    mime_type: str
    suffix: str
    thumbnail: Path | None


def sniff(head: bytes) -> str | None:
    """Return the type of a file by its first bytes, or None for anything else."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    for offset, signature, mime_type in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return mime_type
    return None


@contextmanager
def received_file(stream: IO[bytes], *, length_bytes: int, sha256: str | None) -> Iterator[Upload]:
    """Receive a body into a temporary file, check what it is, and remove it at the end.

    length_bytes: as announced; sha256: hex digest that the sender computed, or None.
    Raises BodyTooLarge, BodyIncomplete, DigestMismatch, UnsupportedType, NotReadable.
    """
    if length_bytes > settings.ATTACHMENT_LIMIT_BYTES:
        raise body_too_large(settings.ATTACHMENT_LIMIT_BYTES)
    with tempfile.TemporaryDirectory(prefix="cerdas-upload-") as directory:
        path = Path(directory) / "content"
        digest, head = _copy(stream, path, length_bytes)
        if sha256 is not None and digest != sha256.lower():
            raise DigestMismatch(
                _("The file was damaged on the way. It will be sent again."),
            )
        mime_type = sniff(head)
        if mime_type not in settings.ATTACHMENT_TYPES:
            raise UnsupportedType(
                _("This kind of file cannot be attached. Take a photo, or attach a PDF or audio."),
                details={"allowed": sorted(settings.ATTACHMENT_TYPES)},
            )
        thumbnail = Path(directory) / "thumbnail.jpg"
        if mime_type.startswith("image/"):
            _check_image(path, thumbnail)
        yield Upload(
            path=path,
            sha256=digest,
            size_bytes=length_bytes,
            mime_type=mime_type,
            suffix=settings.ATTACHMENT_TYPES[mime_type],
            thumbnail=thumbnail if thumbnail.exists() else None,
        )


def _copy(stream: IO[bytes], path: Path, length_bytes: int) -> tuple[str, bytes]:
    """Copy exactly the announced length; return (SHA-256 in hex, first bytes)."""
    digest, head, left = hashlib.sha256(), b"", length_bytes
    with path.open("wb") as file:
        while left > 0:
            chunk = _read(stream, min(CHUNK_BYTES, left))
            if not chunk:
                raise BodyIncomplete(_("The connection broke. The file will be sent again."))
            head = head or chunk[:64]
            digest.update(chunk)
            file.write(chunk)
            left -= len(chunk)
    return digest.hexdigest(), head


def _read(stream: IO[bytes], size: int) -> bytes:
    try:
        return stream.read(size)
    except OSError as error:
        raise BodyIncomplete(_("The connection broke. The file will be sent again.")) from error


def _check_image(path: Path, thumbnail: Path) -> None:
    arguments = [str(path), str(thumbnail), str(settings.ATTACHMENT_THUMBNAIL_PIXELS)]
    try:
        run_limited(_CHECKER, arguments, limits=IMAGE_LIMITS)
    except ChildFailed as error:
        raise NotReadable(_("The photo cannot be opened. Take it again.")) from error
