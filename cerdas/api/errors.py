"""Every refusal of the API in the one envelope."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from cerdas.database_errors import DATABASE_ERRORS, as_user_error
from cerdas.errors import CerdasError, Invalid, NotAllowed, NotFound

_CODES = {
    401: "not_authenticated",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
    429: "too_many_requests",
}


def _known(exc: Exception) -> CerdasError | None:
    if isinstance(exc, CerdasError):
        return exc
    if isinstance(exc, Http404):
        return NotFound()
    if isinstance(exc, (PermissionDenied, exceptions.PermissionDenied)):
        return NotAllowed()
    if isinstance(exc, exceptions.ValidationError):
        return Invalid(details={"fields": exc.detail})
    if isinstance(exc, DATABASE_ERRORS):
        return as_user_error(exc)
    return None


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Return the envelope for an exception, or None to let an unknown one surface as a 500."""
    error = _known(exc)
    if error is not None:
        headers = {}
        if "retry_after_seconds" in error.details:
            headers["Retry-After"] = str(error.details["retry_after_seconds"])
        return Response(error.envelope(), status=error.status, headers=headers)
    if isinstance(exc, exceptions.APIException):
        body = {
            "code": _CODES.get(exc.status_code, "invalid"),
            "message": str(getattr(exc, "detail", "") or _("The request was refused.")),
            "details": {},
            "retryable": exc.status_code == 429,
        }
        response = Response(body, status=exc.status_code)
        if exc.status_code == 401:
            response["WWW-Authenticate"] = 'Bearer realm="api"'
        return response
    return None
