"""Middleware that serves browsers only: calls of a device with its bearer token pass it by.

Such a call carries no cookie that counts and shows no page, so a session, CSRF, messages and the
headers that tell browsers how to treat a page would be prepared for nothing, a fifth of the time
that the server spends on it. A session's call to the API goes through all of them.
"""

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

API_PREFIX = "/api/"
BEARER = "Bearer "


def is_device_call(request: HttpRequest) -> bool:
    """Return whether the request is a device's: to the API, with a bearer token.

    Whether the token counts is found out later; where it does not, the answer is 401, whatever
    cookies came along.
    """
    return request.META.get("HTTP_AUTHORIZATION", "").startswith(
        BEARER
    ) and request.path_info.startswith(API_PREFIX)


class _ForBrowsers(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_device_call(request):
            response: HttpResponseBase = self.get_response(request)  # type: ignore[assignment]
            return response
        return super().__call__(request)  # type: ignore[return-value]


class BrowserContentPolicy(_ForBrowsers, CSPMiddleware):
    """Content-Security-Policy."""


class BrowserSession(_ForBrowsers, SessionMiddleware):
    """`request.session`."""


class BrowserCsrf(_ForBrowsers, CsrfViewMiddleware):
    """CSRF tokens; views of the API check sessions themselves (cerdas/api/authentication.py)."""


class BrowserAuthentication(_ForBrowsers, AuthenticationMiddleware):
    """`request.user` of the session."""


class BrowserMessages(_ForBrowsers, MessageMiddleware):
    """Messages of the admin."""


class BrowserFrames(_ForBrowsers, XFrameOptionsMiddleware):
    """X-Frame-Options."""
