"""Who sends a request: a bearer token, else the session. Read once, in the tenant middleware."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from cerdas.browser_middleware import BEARER, is_device_call
from cerdas.errors import CerdasError


class TokenRefused(CerdasError):
    """The token is unknown, has expired, or its person may not sign in any more."""

    code = "not_authenticated"
    status = 401


class CsrfFailed(CerdasError):
    """A session's write without the token that shows that one of our pages sent it."""

    code = "csrf_failed"
    status = 403
    default_message = _lazy("This page is out of date. Reload it and try again.")


def authenticate_request(request: HttpRequest) -> None:
    """Set `request.user` from a bearer token to the API, else leave the session's.

    Pages of offices and accounts are for sessions, which end, ask a second factor and check CSRF:
    a token there is as if not sent. Raises TokenRefused for a token that is not valid.
    """
    from satker.services.sign_in import token_user

    request.cerdas_token = None  # type: ignore[attr-defined]
    if not is_device_call(request):
        return
    found = token_user(request.META["HTTP_AUTHORIZATION"][len(BEARER) :].strip())
    if found is None:
        raise TokenRefused(_("You are signed out. Sign in again; what is on your phone stays."))
    request.user, request.cerdas_token = found  # type: ignore[attr-defined]


class TenantAuthentication(BaseAuthentication):
    """Hands DRF the person whom the middleware found; sessions are checked for CSRF."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return (user, token or None), or None for nobody."""
        django_request: Any = request._request
        user = getattr(django_request, "user", AnonymousUser())
        if not user.is_authenticated or not user.is_active:
            return None
        token = getattr(django_request, "cerdas_token", None)
        if token is None:
            self._check_csrf(django_request)
        return user, token

    def authenticate_header(self, request: Request) -> str:
        """Make a missing sign-in answer 401 rather than 403."""
        return 'Bearer realm="api"'

    def _check_csrf(self, request: HttpRequest) -> None:
        check = CSRFCheck(lambda _request: HttpResponse())
        check.process_request(request)
        reason = check.process_view(request, lambda: HttpResponse(), (), {})
        if reason:
            raise CsrfFailed
