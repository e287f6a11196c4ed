"""Admins without a second factor are led to set one up, where MFA_REQUIRED_FOR_ADMINS is on."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cerdas.places import is_admin
from satker.services.second_factor import second_factor_active

_SET_UP = "/account/2fa/totp/activate/"
# Pages that everybody needs before: they show nothing of an office.
_OPEN = ("/admin/login/", "/admin/logout/", "/admin/jsi18n/")


class SecondFactorMiddleware:
    """Stands before every admin page, of the offices and the global one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MFA_REQUIRED_FOR_ADMINS and self._is_admin_page(request):
            user: Any = request.user
            if user.is_authenticated and is_admin(user) and not second_factor_active(user):
                asked = urlencode({"next": request.get_full_path()})
                return HttpResponseRedirect(f"{_SET_UP}?{asked}")
        return self.get_response(request)

    def _is_admin_page(self, request: HttpRequest) -> bool:
        path = request.path_info  # without /satker/<code>
        return path.startswith("/admin/") and path not in _OPEN
