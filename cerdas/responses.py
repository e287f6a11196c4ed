"""Error answers outside DRF: the envelope for the API, a short page for people."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cerdas.errors import CerdasError


def wants_json(request: HttpRequest) -> bool:
    """Return True for requests of the API, of programs and of scripts, which send JSON."""
    is_of_programs = request.path.startswith(("/api/", "/healthz", "/readyz"))
    return is_of_programs or request.content_type == "application/json"


def error_response(error: CerdasError, request: HttpRequest) -> HttpResponse:
    """Answer an error raised outside a view in the form the caller reads."""
    if not wants_json(request):
        return render(request, "error.html", {"error": error}, status=error.status)
    response = HttpResponse(
        orjson.dumps(error.envelope()), status=error.status, content_type="application/json"
    )
    retry_after = error.details.get("retry_after_seconds")
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response
