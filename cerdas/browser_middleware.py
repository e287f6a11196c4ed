"""Middleware that serves browsers only: calls of a device with its bearer token pass it by.

Such a call carries no cookie that counts and nearly always shows no page, so a session, CSRF,
messages and the headers that tell browsers how to treat a page would be prepared for nothing, a
fifth of the time that the server spends on it. An answer to it that is no JSON (the documentation,
a photo) has these headers all the same. A session's call to the API goes through all of them.
"""

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware
from django.utils.deprecation import MiddlewareMixin

API_PREFIX = "/api/"
BEARER = "Bearer "
JSON = "application/json"
# Besides text/*. Photos, PDFs, workbooks and archives are compressed already.
_COMPRESSIBLE = frozenset(
    {JSON, "application/javascript", "application/xml", "application/vnd.oai.openapi"}
)


def is_device_call(request: HttpRequest) -> bool:
    """Return whether the request is a device's: to the API, with a bearer token.

    Whether the token counts is found out later; where it does not, the answer is 401, whatever
    cookies came along. Anywhere else a token is ignored: a phone's opens no page.
    """
    return (
        request.META.get("HTTP_AUTHORIZATION", "").startswith(BEARER)
        and request.path_info.startswith(API_PREFIX)
        and getattr(request, "satker_code", None) is None  # an office has no API of its own
    )


def media_type(response: HttpResponseBase) -> str:
    """Return the media type of an answer, without parameters; '' without content."""
    kind: str = response.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower()


class _ForBrowsers(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_device_call(request):
            response: HttpResponseBase = self.get_response(request)  # type: ignore[assignment]
            return response
        return super().__call__(request)  # type: ignore[return-value]


class _ForAllButJson(MiddlewareMixin):
    """Leaves JSON for devices alone; whatever a browser could show gets the headers."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_device_call(request):
            return super().__call__(request)  # type: ignore[return-value]
        response: HttpResponseBase = self.get_response(request)  # type: ignore[assignment]
        if media_type(response) == JSON:
            return response
        return self.process_response(request, response)  # type: ignore[attr-defined]


class BrowserContentPolicy(_ForAllButJson, CSPMiddleware):
    """Content-Security-Policy."""


class BrowserSession(_ForBrowsers, SessionMiddleware):
    """`request.session`."""


class BrowserCsrf(_ForBrowsers, CsrfViewMiddleware):
    """CSRF tokens; views of the API check sessions themselves (cerdas/api/authentication.py)."""


class BrowserAuthentication(_ForBrowsers, AuthenticationMiddleware):
    """`request.user` of the session."""


class BrowserMessages(_ForBrowsers, MessageMiddleware):
    """Messages of the admin."""


class BrowserFrames(_ForAllButJson, XFrameOptionsMiddleware):
    """X-Frame-Options."""


class TextGZip(GZipMiddleware):
    """Compresses text. A file of field work goes out as it is stored, with the ETag it has."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress text when the caller takes it, and nothing else."""
        kind = media_type(response)
        if kind.startswith("text/") or kind in _COMPRESSIBLE or kind.endswith(("+json", "+xml")):
            packed: HttpResponseBase = super().process_response(request, response)
            return packed
        return response
