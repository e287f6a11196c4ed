"""Cerdas Mobile at /app/: the files that Vite built, and one page for every address of the app.

Hashed files are kept by browsers for ever; page, service worker and manifest are asked for again
each time, so that an update arrives. Source: design, section 12.
"""

from pathlib import Path, PurePosixPath

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cerdas.built_files import HASHED, BuiltFile, built_files, file_answer
from cerdas.errors import NotFound
from cerdas.responses import error_response
from cerdas.tenancy import own_scope

ADDRESS = "/app/"
_PAGE = "index.html"
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


def app_files() -> dict[str, BuiltFile]:
    """Return the built files; nothing while the app is not built here."""
    return built_files(Path(settings.MOBILE_APP_DIR), _PAGE)


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
        if address.startswith(HASHED) or PurePosixPath(address).suffix:
            return error_response(NotFound(), request)
        found, address = files[_PAGE], _PAGE
    response = file_answer(request, found, is_hashed=address.startswith(HASHED))
    response["Permissions-Policy"] = _DEVICE_POLICY
    return response
