"""The office in the URL, and the tenant scope around every request.

Source: design, sections 3 and 4.
"""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, get_script_prefix, resolve, set_script_prefix

from cerdas.api.authentication import authenticate_request
from cerdas.audit import audited_transaction, audited_writes, request_context
from cerdas.database_errors import DATABASE_ERRORS, database_error_response
from cerdas.errors import CerdasError
from cerdas.request_body import read_body
from cerdas.responses import error_response
from cerdas.tenancy import super_scope, tenant_scope
from cerdas.time_zones import zone_of_page

GetResponse = Callable[[HttpRequest], HttpResponse]
_SATKER_PATH = re.compile(r"^/satker/(?P<code>[A-Za-z0-9_-]{1,20})(?P<rest>(/.*)?)$")


class SatkerPrefixMiddleware:
    """Move `/satker/<code>` from the path into the script prefix and choose the office's URLs.

    Django's admin reverses its URLs without arguments; with the office in the prefix every
    reversed link carries it, and one site object serves all offices.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = _SATKER_PATH.match(request.path_info)
        request.satker_code = match["code"] if match else None  # type: ignore[attr-defined]
        if not match:
            return self.get_response(request)
        before = get_script_prefix()
        prefix = f"{before.rstrip('/')}/satker/{match['code']}"
        request.path_info = match["rest"] or "/"
        request.urlconf = settings.SATKER_URLCONF  # type: ignore[attr-defined]
        request.META["SCRIPT_NAME"] = prefix
        set_script_prefix(prefix + "/")
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(before)


class ApiCacheMiddleware:
    """Let no answer of the API be kept that does not itself say how: it is one person's data.

    Phones keep what they need in a store of their own, not in the cache of a browser.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class TenantMiddleware:
    """Authenticate, read the body, and run view and rendering in one scoped transaction.

    A status of 400 or more rolls back; a view marked `own_scope` runs with no transaction open.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            match = resolve(request.path_info, getattr(request, "urlconf", None))
        except Resolver404:
            return self.get_response(request)
        view: Any = match.func
        try:
            authenticate_request(request)
            read_body(request, view)
            with request_context(request, getattr(match, "captured_kwargs", None) or {}):
                if getattr(view, "own_scope", False):
                    return self._respond_without_scope(request)
                return self._respond_in_scope(request)
        except CerdasError as error:
            return error_response(error, request)
        except DATABASE_ERRORS as error:
            return database_error_response(error, request)

    def _respond_without_scope(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):  # these open scopes, which say who works
            return self.get_response(request)
        with audited_writes(), zone_of_page(request):
            return self.get_response(request)

    def _respond_in_scope(self, request: HttpRequest) -> HttpResponse:
        with self._scope(request), zone_of_page(request):
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    def _scope(self, request: HttpRequest) -> Any:
        from satker.selectors import request_satker

        user: Any = request.user
        satker = request_satker(user=user, code=getattr(request, "satker_code", None))
        if satker is not None:
            request.satker = satker  # type: ignore[attr-defined]
            return tenant_scope(satker)
        request.satker = None  # type: ignore[attr-defined]
        if user.is_authenticated and user.is_superuser:
            return super_scope()
        return audited_transaction()
