"""Files that Vite built, as browsers take them: compressed twins, tags, how long they are kept."""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
HASHED = "assets/"  # Vite puts the hash of their content into the names of these, and only these
_ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the smaller first
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class BuiltFile:
    """A built file. packed: its compressed twins, by the encoding that browsers name."""

    path: Path
    media_type: str
    etag: str
    packed: dict[str, Path]


@lru_cache(maxsize=4)
def _files(root: Path, built_at_ns: int) -> dict[str, BuiltFile]:
    """Return the files of a build by their path below it; hidden ones are not served."""
    files = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        is_hidden = any(part.startswith(".") for part in Path(name).parts)
        if not path.is_file() or is_hidden or path.suffix in _ENCODINGS.values():
            continue
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0]
        packed = {
            encoding: twin
            for encoding, suffix in _ENCODINGS.items()
            if (twin := path.with_name(path.name + suffix)).is_file()
        }
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
        etag = f'W/"{digest}"'  # weak: the same content in every encoding
        files[name] = BuiltFile(path, kind or "application/octet-stream", etag, packed)
    return files


def built_files(root: Path, mark: str) -> dict[str, BuiltFile]:
    """Return the files of a build; nothing while it has none. mark: the file a whole one has."""
    try:
        built_at_ns = (root / mark).stat().st_mtime_ns
    except OSError:
        return {}
    return _files(root, built_at_ns)


def file_answer(request: HttpRequest, file: BuiltFile, *, is_hashed: bool) -> HttpResponse:
    """Give a file, or say that the browser has it. Raises OSError: another build took its place."""
    response: HttpResponse
    if request.headers.get("If-None-Match") == file.etag:
        response = HttpResponseNotModified()
    else:
        response = _content(request, file)
    response["ETag"] = file.etag
    response["Cache-Control"] = FOR_EVER if is_hashed else ASK_AGAIN
    if file.packed:
        patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _content(request: HttpRequest, file: BuiltFile) -> HttpResponse:
    accepted = _accepted(request.headers.get("Accept-Encoding", ""))
    for encoding, twin in file.packed.items():
        if encoding in accepted:
            response = HttpResponse(twin.read_bytes(), content_type=file.media_type)
            response["Content-Encoding"] = encoding
            return response
    return HttpResponse(file.path.read_bytes(), content_type=file.media_type)


def _accepted(header: str) -> set[str]:
    """Return the encodings that a browser takes: what it names with `q=0` it does not."""
    accepted = set()
    for part in header.lower().split(","):
        name, _semicolon, weight = part.replace(" ", "").partition(";")
        if not re.fullmatch(r"q=0(\.0*)?", weight):
            accepted.add(name)
    return accepted
