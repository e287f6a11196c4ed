"""How allauth's pages and its browser API behave here: sign-in, sign-up, second factor.

Sign-in is by email and password under our own lock-out, or by Google (satker/google.py). Accounts
are made by admins or by Google; nobody signs up with a form. `User.email` alone says whose an
email is: allauth's own list of addresses stays empty, so that it cannot contradict.
"""

import base64
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_password_login,
)
from allauth.account.models import Login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix, get_urlconf, set_script_prefix, set_urlconf
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy as _

from satker.api.client_address import client_address
from satker.errors import OtpWrong, TooManyRequests, WrongCredentials
from satker.models import User
from satker.services.account_mail import AccountChange, account_changed
from satker.services.sign_in import email_attempts_forget

_JUST_SIGNED_IN_SECONDS = 300
# What allauth tells of, by the template of its mail.
_CHANGES = {
    "account/email/password_changed": AccountChange.PASSWORD_CHANGED,
    "account/email/password_set": AccountChange.PASSWORD_SET,
    "account/email/password_reset": AccountChange.PASSWORD_RESET,
    "mfa/email/totp_activated": AccountChange.SECOND_FACTOR_ON,
    "mfa/email/totp_deactivated": AccountChange.SECOND_FACTOR_OFF,
    "mfa/email/recovery_codes_generated": AccountChange.RECOVERY_CODES,
    "socialaccount/email/account_connected": AccountChange.GOOGLE_LINKED,
    "socialaccount/email/account_disconnected": AccountChange.GOOGLE_UNLINKED,
}


class AccountAdapter(DefaultAccountAdapter):
    """Passwords through our lock-out; no sign-up by form."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": WrongCredentials.default_message,
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts are made by admins, or by signing in with Google."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing here: `credentials_check` does, for all doors together."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Check a password; a reached limit becomes an error of the form."""
        try:
            return super().authenticate(request, **credentials)
        except TooManyRequests as error:
            request.throttled = error  # type: ignore[attr-defined]
            raise ValidationError(error.message, code=error.code) from error

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Ask the password of who is signed in again."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address for the list of browsers; behind a socket there may be none."""
        try:
            return str(super().get_client_ip(request))
        except PermissionDenied:
            return "0.0.0.0"

    def set_password(self, user: Any, password: str) -> None:
        """Store a new password; who was locked out by wrong ones may sign in with it."""
        user.set_password(password)
        user.save(update_fields=["password", "updated_at"])
        email_attempts_forget(user.email)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: Any = None, email: str | None = None
    ) -> None:
        """Tell the person at `User.email`; allauth would ask its own list of addresses."""
        change = _CHANGES.get(template_prefix)
        if change is not None:
            address = client_address(self.request)
            account_changed(users=[user], change=change, address=address)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask nobody again who signed in within the last five minutes."""
        request = context.request
        at = [record["at"] for record in get_authentication_records(request, request.user)]
        if at and time.time() - max(at) < _JUST_SIGNED_IN_SECONDS:
            return False
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names the issuer; keeps secrets encrypted with a key made from SECRET_KEY."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": OtpWrong.default_message,
    }

    def get_totp_issuer(self) -> str:
        """Return the name that authenticator apps show."""
        return "Cerdas"

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the database."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret, also of a former key in SECRET_KEY_FALLBACKS."""
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"second factor" + force_bytes(key)).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def sign_in_with_password(request: HttpRequest, user: User, next_url: str) -> HttpResponse:
    """Sign in a person whose password was checked: ask the second factor, then go to next_url.

    For forms outside allauth's pages, also below /satker/<code>/.
    """
    with _global_addresses():
        login = Login(user=user, email=user.email, redirect_url=next_url)
        response: HttpResponse = perform_password_login(request, {"email": user.email}, login)
    return response


@contextmanager
def _global_addresses() -> Iterator[None]:
    """Reverse names as on the global site, where allauth's pages are."""
    prefix, urlconf = get_script_prefix(), get_urlconf()
    set_script_prefix("/")
    set_urlconf(None)
    try:
        yield
    finally:
        set_script_prefix(prefix)
        set_urlconf(urlconf)
