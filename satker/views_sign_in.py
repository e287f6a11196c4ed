"""Sign-in page, and the pages of allauth that need a word of ours."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import LoginView
from allauth.headless.mfa.views import AuthenticateView as HeadlessAuthenticateView
from allauth.socialaccount.views import ConnectionsView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

from satker.errors import TooManyRequests
from satker.google import google_enabled, google_mirror
from satker.sign_in_forms import AuthenticateInput

logger = logging.getLogger(__name__)


class SignInView(LoginView):
    """Email and password, or Google. 429 with Retry-After when a limit is reached."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether there is a Google button."""
        return {**super().get_context_data(**kwargs), "google_enabled": google_enabled()}

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again; keep the email, not the password."""
        response: HttpResponse = super().form_invalid(form)
        throttled: TooManyRequests | None = getattr(self.request, "throttled", None)
        if throttled is not None:
            response.status_code = throttled.status
            response["Retry-After"] = str(throttled.details["retry_after_seconds"])
        return response


class GoogleLinkView(ConnectionsView):
    """The Google account linked to one's own."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether Google is offered here."""
        return {**super().get_context_data(**kwargs), "google_enabled": google_enabled()}

    def form_valid(self, form: Any) -> HttpResponse:
        """Unlink, and forget Google's id and picture."""
        response: HttpResponse = super().form_valid(form)
        user: Any = self.request.user
        google_mirror(user)
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show it; who has just linked comes here, so write it down."""
        user: Any = request.user
        google_mirror(user)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response


def answers_without_google(view: Callable[..., Any]) -> Callable[..., Any]:
    """Show a page when Google cannot be reached, where allauth would answer a fault of ours."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except RequestException as error:
            logger.warning("google cannot be reached: %s", type(error).__name__)
            return render(request, "socialaccount/authentication_error.html", status=502)

    return wrapped


class BrowserAuthenticateView(HeadlessAuthenticateView):
    """The second step over the browser API, under our limits."""

    input_class = AuthenticateInput
