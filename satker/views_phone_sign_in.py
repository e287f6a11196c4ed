"""Signing in with Google for Cerdas Mobile: out of the app through the browser, and back into it.

The app opens `phone_start` with the challenge of a secret that it keeps; Google and, where the
person has one, the second factor follow on the pages of every browser; `phone_done` leads back into
the app with a one-time code (satker/services/phone_sign_in.py). The browser's own session ends
there: on a shared phone nobody finds a door that the app's sign-out does not close.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from satker.google import PROVIDER, google_enabled
from satker.phone_attempt import APP_SIGN_IN, app_told, attempt_begin, attempt_end
from satker.services.phone_sign_in import CHALLENGE, phone_code_make

logger = logging.getLogger(__name__)
# Other sites may lead nobody into this: browsers say where a request comes from.
_OWN_SITES = ("same-origin", "none")


@never_cache
@require_GET
def phone_start(request: HttpRequest) -> HttpResponse:
    """Lead the app's person to Google; ends a session that the browser may have."""
    if not google_enabled():
        raise Http404
    challenge = request.GET.get("challenge", "")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in _OWN_SITES or not CHALLENGE.fullmatch(challenge):
        return app_told("failed")
    logout(request)
    attempt_begin(request, challenge)
    provider = get_adapter().get_provider(request, PROVIDER)
    try:
        answer: HttpResponse = provider.redirect(
            request,
            process=AuthProcess.LOGIN,
            next_url=reverse("phone_sign_in_done"),
            # The phone's browser may know another person's account: ask which one is meant.
            auth_params={"prompt": "select_account"},
        )
    except ImmediateHttpResponse as refusal:
        return refusal.response
    except RequestException as error:
        logger.warning("google cannot be reached: %s", type(error).__name__)
        return app_told("unreachable")
    return answer


@never_cache
@require_GET
def phone_done(request: HttpRequest) -> HttpResponse:
    """Give the app a code for the person who has just come from Google, and end the session.

    Who was signed in before the app asked gets none: that would be another sign-in than this one.
    """
    attempt = attempt_end(request)
    user: Any = request.user
    if attempt is None or not _came_from_google(request, attempt.at):
        return app_told("expired")
    code = phone_code_make(user=user, challenge=attempt.challenge)
    logger.info("user %s signs in on a phone with google", user.pk)
    logout(request)
    return HttpResponseRedirect(f"{APP_SIGN_IN}#{urlencode({'google_code': code})}")


def for_a_page(view: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the door to Google of the pages: what the app asked before in this browser is over."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        attempt_end(request)
        return view(request, *args, **kwargs)

    return wrapped


def _came_from_google(request: HttpRequest, since: float) -> bool:
    user: Any = request.user
    if not user.is_authenticated:
        return False
    records = get_authentication_records(request, user)
    return any(one["method"] == "socialaccount" and one["at"] >= since for one in records)
