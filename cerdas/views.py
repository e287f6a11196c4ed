"""Pages outside the offices: health, the way to an office, and what an error looks like."""

import re

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cerdas.api.authentication import CsrfFailed
from cerdas.errors import CerdasError, Invalid, NotAllowed, NotFound
from cerdas.place_views import landing_context
from cerdas.readiness import OK, readiness_checks
from cerdas.responses import error_response, wants_json
from cerdas.tenancy import own_scope

_OFFICE_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")


class ServerError(CerdasError):
    """A fault of ours; nothing of the request was stored."""

    code = "server_error"
    status = 500
    retryable = True
    default_message = gettext_lazy(
        "Something went wrong on the server. Nothing was stored; try again in a moment."
    )


@own_scope
@require_safe
def office_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead from an office code (`?kode=6104`) to that office's sign-in page.

    Whether the office exists is not looked up: everybody may ask.
    """
    code = request.GET.get("kode", "").strip()
    if _OFFICE_CODE.fullmatch(code):
        return HttpResponseRedirect(f"/satker/{code}/admin/")
    message = (
        _("Write only digits and letters, for example 6104.")
        if code
        else _("Write the code of your office.")
    )
    context = {**landing_context(request), "office_code": code[:20], "office_code_error": message}
    return render(request, "landing.html", context, status=400)


@own_scope
@require_safe
def office_home(request: HttpRequest) -> HttpResponse:
    """Lead `/satker/<code>/` to the office's admin."""
    return redirect("admin:index")


@own_scope
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process is up, without asking the database."""
    return JsonResponse({"status": "ok"})


@own_scope
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when requests can be served, else 503 with what is missing."""
    checks = readiness_checks()
    is_ready = all(state == OK for state in checks.values())
    body = {"status": "ok" if is_ready else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if is_ready else 503)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refuses, e.g. a forged host."""
    return error_response(Invalid(_("The request was refused.")), request)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a missing right."""
    return error_response(NotAllowed(), request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that none of our pages sent, or one that was open for too long."""
    if wants_json(request):
        return error_response(CsrfFailed(), request)
    return render(request, "403_csrf.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address: the envelope below /api/, a page for people."""
    return error_response(NotFound(), request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours. Asks the database nothing."""
    return error_response(ServerError(), request)
