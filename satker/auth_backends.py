"""The authentication backend: passwords under the limits of every sign-in."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from satker.api.client_address import client_address
from satker.errors import WrongCredentials
from satker.models import User
from satker.services.sign_in import credentials_check

PASSWORD_BACKEND = "satker.auth_backends.PasswordBackend"


class PasswordBackend(ModelBackend):
    """Checks email and password through `credentials_check`; keeps the session's person.

    Sessions of the inactive end by themselves: the base class gives no inactive user.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the person, or None. Raises TooManyRequests when a limit is reached."""
        email = kwargs.get("email") or username
        if not email or password is None:
            return None
        address = client_address(request) if request is not None else "unknown"
        try:
            return credentials_check(email=email, password=password, address=address)
        except WrongCredentials:
            return None
