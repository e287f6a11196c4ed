"""The browser API of sign-in for the phone app, relative to /_allauth/browser/v1/.

Source: design, section 7. The doors that the app needs and no others: passwords are set and codes
set up on the pages below /account/.
"""

from typing import Any

from allauth.headless.account import views as account
from allauth.headless.base.views import ConfigView
from allauth.headless.constants import Client
from allauth.headless.socialaccount.views import RedirectToProviderView
from allauth.headless.usersessions.views import SessionsView
from django.urls import URLPattern, path

from cerdas.tenancy import own_scope
from satker.views_sign_in import BrowserAuthenticateView, answers_without_google


def _call(route: str, view: Any, name: str) -> URLPattern:
    answer = answers_without_google(view.as_api_view(client=Client.BROWSER))
    return path(route, own_scope(answer), name=f"browser_{name}")


urlpatterns = [
    _call("config", ConfigView, "config"),
    _call("auth/session", account.SessionView, "session"),
    _call("auth/login", account.LoginView, "login"),
    _call("auth/2fa/authenticate", BrowserAuthenticateView, "authenticate"),
    _call("auth/provider/redirect", RedirectToProviderView, "redirect_to_provider"),
    _call("auth/sessions", SessionsView, "sessions"),
]
