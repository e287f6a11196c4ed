"""Reads a request's body before a transaction opens: a slow phone must not hold one."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cerdas.errors import CerdasError, Invalid


class BodyTooLarge(CerdasError):
    """The body is larger than this address takes; details: limit_bytes."""

    code = "too_large"
    status = 413


class BodyIncomplete(CerdasError):
    """The connection ended before the announced length arrived."""

    code = "body_incomplete"
    status = 400
    retryable = True


class LengthRequired(CerdasError):
    """A body without Content-Length, which nobody could bound before reading it."""

    code = "length_required"
    status = 411


def body_limit(limit_bytes: int) -> Any:
    """Mark a view with the largest body it takes, in bytes."""

    def mark(view: Any) -> Any:
        view.body_limit_bytes = limit_bytes
        return view

    return mark


def streams_body(view: Any) -> Any:
    """Mark a view that reads the body itself, piece by piece."""
    view.streams_body = True
    return view


def read_body(request: HttpRequest, view: Any) -> None:
    """Read the body into memory, bounded by the view's limit.

    A view marked `streams_body` reads it itself (uploads go to a file).
    Raises BodyTooLarge, BodyIncomplete, LengthRequired, Invalid.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or getattr(view, "streams_body", False):
        return
    limit = getattr(view, "body_limit_bytes", settings.API_BODY_LIMIT_BYTES)
    announced = announced_bytes(request)
    if announced is None and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise LengthRequired(_("Send the length of the request in Content-Length."))
    if announced is None and request.META.get("CONTENT_LENGTH"):
        raise Invalid(
            _("Content-Length must be a whole number."), details={"field": "Content-Length"}
        )
    if (announced or 0) > limit:
        raise body_too_large(limit)
    if request.content_type == "multipart/form-data":
        request.POST  # noqa: B018 (parses now; uploads go to temporary files)
        return
    try:
        body = request.body
    except OSError as error:
        raise BodyIncomplete from error
    if len(body) > limit:
        raise body_too_large(limit)


def announced_bytes(request: HttpRequest) -> int | None:
    """Return Content-Length; None when it is missing or no number. Absurd ones count as huge."""
    text = request.META.get("CONTENT_LENGTH") or ""
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text) if len(text) <= 18 else 10**18


def body_too_large(limit_bytes: int) -> BodyTooLarge:
    """Return the error that names the limit."""
    return BodyTooLarge(
        _("The request is larger than %(limit)d MiB. Send it in smaller parts.")
        % {"limit": limit_bytes // 2**20},
        details={"limit_bytes": limit_bytes},
    )
