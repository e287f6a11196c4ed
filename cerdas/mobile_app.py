"""Cerdas Mobile at /app/: the files that Vite built, and one page for every address of the app.

Hashed files are kept by browsers for ever; page, service worker and manifest are asked for again
each time, so that an update arrives. Source: design, section 12.
"""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from cerdas.errors import NotFound
from cerdas.responses import error_response
from cerdas.tenancy import own_scope

ADDRESS = "/app/"
_PAGE = "index.html"
_HASHED = "assets/"  # Vite puts the hash of their content into the names of these, and only these
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the smaller first
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
}
# Nothing from elsewhere, no eval. Quasar and the questionnaire set style attributes; photos that
# are not sent yet are blobs.
CONTENT_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'"],
    "media-src": ["'self'", "blob:"],
    "connect-src": ["'self'"],
    "worker-src": ["'self'"],
    "manifest-src": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
}
_DEVICE_POLICY = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"


@dataclass(frozen=True)
class AppFile:
    """A built file. packed: its compressed twins, by the encoding that browsers name."""

    path: Path
    media_type: str
    etag: str
    packed: dict[str, Path]


@lru_cache(maxsize=2)
def _files(root: Path, built_at_ns: int) -> dict[str, AppFile]:
    """Return the files of a build by their path below it."""
    files = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or path.name.startswith(".") or path.suffix in _ENCODINGS.values():
            continue
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0]
        packed = {
            encoding: twin
            for encoding, suffix in _ENCODINGS.items()
            if (twin := path.with_name(path.name + suffix)).is_file()
        }
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
        etag = f'W/"{digest}"'  # weak: the same content in every encoding
        files[name] = AppFile(path, kind or "application/octet-stream", etag, packed)
    return files


def app_files() -> dict[str, AppFile]:
    """Return the built files; nothing while the app is not built here."""
    root = Path(settings.MOBILE_APP_DIR)
    try:
        built_at_ns = (root / _PAGE).stat().st_mtime_ns
    except OSError:
        return {}
    return _files(root, built_at_ns)


def app_address() -> str:
    """Return where Cerdas Mobile is, or "" while it is not built here."""
    return ADDRESS if app_files() else ""


@own_scope
@require_safe
@csp_replace(CONTENT_POLICY)
def mobile_app(request: HttpRequest, address: str = "") -> HttpResponse:
    """Give a file of the app, or its page for every address that the app itself knows.

    404 for a file that this build does not have: a page in its place would be run as a script.
    """
    try:
        return _found(request, address)
    except OSError:  # another build is taking the place of the one that was looked at
        return error_response(NotFound(), request)


def _found(request: HttpRequest, address: str) -> HttpResponse:
    files = app_files()
    if not files:
        return render(request, "app_absent.html", status=503)
    found = files.get(address or _PAGE)
    if found is None:
        if address.startswith(_HASHED) or PurePosixPath(address).suffix:
            return error_response(NotFound(), request)
        found, address = files[_PAGE], _PAGE
    return _answer(request, found, is_hashed=address.startswith(_HASHED))


def _answer(request: HttpRequest, file: AppFile, *, is_hashed: bool) -> HttpResponse:
    response: HttpResponse
    if request.headers.get("If-None-Match") == file.etag:
        response = HttpResponseNotModified()
    else:
        response = _content(request, file)
    response["ETag"] = file.etag
    response["Cache-Control"] = _FOR_EVER if is_hashed else _ASK_AGAIN
    response["Permissions-Policy"] = _DEVICE_POLICY
    if file.packed:
        patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _content(request: HttpRequest, file: AppFile) -> HttpResponse:
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
