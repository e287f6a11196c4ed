"""What the browser's session knows of a sign-in that Cerdas Mobile has asked for."""

import time
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

APP_SIGN_IN = "/app/sign-in"
ATTEMPT_SECONDS = 15 * 60  # at Google, and with the second factor
_KEY = "phone_sign_in"


@dataclass(frozen=True)
class PhoneAttempt:
    """challenge: of the phone's secret. at: seconds since 1970."""

    challenge: str
    at: float


def attempt_begin(request: HttpRequest, challenge: str) -> None:
    """Remember that the app asked."""
    request.session[_KEY] = {"challenge": challenge, "at": time.time()}


def attempt_end(request: HttpRequest) -> PhoneAttempt | None:
    """Forget, and return, what the app asked; None when it did not, or too long ago."""
    found = request.session.pop(_KEY, None)
    if found is None or time.time() - found["at"] > ATTEMPT_SECONDS:
        return None
    return PhoneAttempt(found["challenge"], found["at"])


def app_told(reason: str) -> HttpResponse:
    """Lead back to the sign-in screen of the app, which says in its own words what happened.

    Behind the #, which browsers keep to themselves: neither logs nor other sites see it.
    """
    return HttpResponseRedirect(f"{APP_SIGN_IN}#{urlencode({'google': reason})}")


def refused_to_app(request: HttpRequest, reason: str) -> HttpResponse | None:
    """Return the way back into the app with the reason; None when the app did not ask."""
    return app_told(reason) if attempt_end(request) is not None else None
