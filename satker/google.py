"""Signing in with Google. Source: spec, "Sign-in".

A Google account that is linked signs in; one whose verified email is that of an account is linked
to it; an unknown one makes a floating person. Only email addresses that Google has verified count.
Linking keeps the password: accounts with a password are made by admins, never by a stranger who
might have claimed somebody's email, which is what allauth's own linking guards against by
emptying it.
"""

import logging
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from satker.errors import GoogleRefused
from satker.models import User
from satker.phone_attempt import refused_to_app
from satker.services.sign_in import email_normalise

logger = logging.getLogger(__name__)
PROVIDER = "google"
_NAME_LENGTH, _AVATAR_LENGTH = 200, 500


def google_enabled() -> bool:
    """Return True when this installation has a client of Google."""
    return bool(settings.GOOGLE_CLIENT_ID)


class GoogleAdapter(DefaultSocialAccountAdapter):
    """The three ways in; everything else is refused with a page that says why."""

    def list_apps(
        self, request: HttpRequest, provider: Any = None, client_id: Any = None
    ) -> list[SocialApp]:
        """Return Google from the settings; nothing is read from the database."""
        if not google_enabled():
            return []
        app = SocialApp(
            provider="openid_connect",
            provider_id=PROVIDER,
            name="Google",
            client_id=settings.GOOGLE_CLIENT_ID,
            secret=settings.GOOGLE_CLIENT_SECRET,
            settings={
                "server_url": settings.GOOGLE_ISSUER,
                "fetch_userinfo": False,  # the id token holds what we keep
                "oauth_pkce_enabled": True,
            },
        )
        is_asked = provider in (None, app.provider, app.provider_id)
        return [app] if is_asked and client_id in (None, app.client_id) else []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return True: the only way to make an account oneself."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link, or refuse, before anybody is signed in."""
        try:
            if sociallogin.state.get("process") == AuthProcess.CONNECT:
                self._check_connect(request, sociallogin)
            else:
                self._link(request, sociallogin)
        except GoogleRefused as error:
            logger.info("google sign-in refused: %s", error.details.get("reason"))
            raise ImmediateHttpResponse(_refusal(request, error)) from error

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """Lead who came from the app back into it; the others see a page."""
        reason = "cancelled" if error == AuthError.CANCELLED else "failed"
        answer = refused_to_app(request, reason)
        if answer is not None:
            raise ImmediateHttpResponse(answer)

    def _check_connect(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        user: Any = request.user
        if not user.is_authenticated or user.google_id in (None, sociallogin.account.uid):
            return
        raise _other_google_account()

    def _link(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account of a Google account, and link it when it is not linked yet."""
        if sociallogin.is_existing:
            user = sociallogin.user
            _check_active(request, user)
            google_mirror(user)
            return
        email = verified_email(sociallogin)
        with transaction.atomic():
            people = User.objects.select_for_update(no_key=True)
            found = people.filter(email=email).first()
            if found is None:
                return
            _check_active(request, found)
            if SocialAccount.objects.filter(user=found, provider=PROVIDER).exists():
                raise _other_google_account()
            sociallogin.connect(request, found)
            google_mirror(found)
        logger.info("google account linked to user %s", found.pk)

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Find nobody: `pre_social_login` links, and keeps the password."""
        return

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> Any:
        """Fill in a person to be: name and email from Google."""
        user: Any = sociallogin.user
        email = email_normalise(data.get("email") or "")
        user.email = email[: User._meta.get_field("email").max_length]
        user.name = (data.get("name") or email.partition("@")[0])[:_NAME_LENGTH]
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Any:
        """Make a floating person, without password."""
        user: Any = sociallogin.user
        user.email = verified_email(sociallogin)
        user.set_unusable_password()
        with transaction.atomic():
            sociallogin.save(request)
            EmailAddress.objects.filter(user_id=user.pk).delete()
            google_mirror(user)
        logger.info("user %s signed up with google", user.pk)
        return user


def verified_email(sociallogin: SocialLogin) -> str:
    """Return the email that Google has verified, in lower case. Raises GoogleRefused without.

    Strict about the type: "false" as text is true for Python.
    """
    data = sociallogin.account.extra_data.get("id_token") or {}
    email = data.get("email")
    if data.get("email_verified") is not True or not isinstance(email, str) or not email:
        message = _(
            "Google has not verified the email of this account. Verify it at Google, or sign in"
            " with your password."
        )
        raise GoogleRefused(message, details={"reason": "email_not_verified"})
    return email_normalise(email)


def google_mirror(user: User) -> None:
    """Write the linked Google account into `users.google_id` and `google_avatar`, or empty them."""
    account = SocialAccount.objects.filter(user_id=user.pk, provider=PROVIDER).first()
    data = (account.extra_data.get("id_token") or {}) if account is not None else {}
    picture = data.get("picture")
    if not isinstance(picture, str) or not picture.startswith("https://"):
        picture = None
    user.google_id = account.uid if account is not None else None
    user.google_avatar = picture if len(picture or "") <= _AVATAR_LENGTH else None
    User.objects.filter(pk=user.pk).update(
        google_id=user.google_id, google_avatar=user.google_avatar
    )


def _refusal(request: HttpRequest, error: GoogleRefused) -> HttpResponse:
    """Return the app with the reason, or a page that says it."""
    answer = refused_to_app(request, str(error.details["reason"]))
    if answer is not None:
        return answer
    return render(request, "socialaccount/refused.html", {"error": error}, status=error.status)


def _check_active(request: HttpRequest, user: User) -> None:
    if not user.is_active:
        answer = refused_to_app(request, "inactive")
        raise ImmediateHttpResponse(answer or redirect("account_inactive"))


def _other_google_account() -> GoogleRefused:
    message = _(
        "This account is linked to another Google account. Sign in with that one or with your"
        " password; you can unlink it under Account and security."
    )
    return GoogleRefused(message, details={"reason": "linked_to_another"})
