"""Forms of allauth whose passwords and codes go through our lock-out."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.headless.internal.restkit.inputs import Input
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language

from satker.errors import TooManyRequests
from satker.models import User
from satker.services.second_factor import second_factor_count, second_factor_forgive
from satker.services.sign_in import email_normalise
from satker.tasks import password_reset_mail


class ChangePasswordForm(AllauthChangePasswordForm):
    """Current and new password; the current one is counted like a sign-in."""

    def clean_oldpassword(self) -> str:
        """Check the current password under the limits."""
        adapter = get_adapter()
        given: str = self.cleaned_data.get("oldpassword", "")
        if not adapter.reauthenticate(self.user, given):
            raise adapter.validation_error("enter_current_password")
        return given


class ResetPasswordForm(AllauthResetPasswordForm):
    """Asks for a link by mail; whether the email is known shows nowhere, not even in time."""

    def clean_email(self) -> str:
        """Take every email; allauth's own list of addresses is not asked."""
        return email_normalise(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Leave the mail to a worker, which has nothing to do for an unknown email."""
        email: str = self.cleaned_data["email"]
        user = User.objects.filter(email=email, is_active=True).only("id").first()
        password_reset_mail.defer(
            user_id=str(user.pk) if user is not None else None,
            origin=request.build_absolute_uri("/").rstrip("/"),
            language=get_language(),
        )
        return email


class _CountedCode:
    """A code of the second factor, counted before it is looked at."""

    user: Any

    def clean_code(self) -> str:
        """Check the code under the limits."""
        try:
            second_factor_count(self.user)
        except TooManyRequests as error:
            raise ValidationError(error.message, code=error.code) from error
        code: str = super().clean_code()  # type: ignore[misc]
        second_factor_forgive(self.user)
        return code


class AuthenticateForm(_CountedCode, AllauthAuthenticateForm):
    """The second step of signing in."""


class ReauthenticateForm(_CountedCode, AllauthReauthenticateForm):
    """The code of who is signed in, before something delicate."""


class AuthenticateInput(AuthenticateForm, Input):
    """The second step over the browser API."""
