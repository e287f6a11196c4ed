"""The way from a sign-in in the browser to the token of a phone.

The app goes to Google through the pages of this server and comes back with a one-time code, for
which it gets its token. The code is bound to a secret that never leaves the phone (as PKCE, RFC
7636): who sees the code alone gets nothing. Nothing is stored until it is used: the code is signed,
and its use is counted exactly, like an attempt to sign in. Source: docs/sync.md, "Signing in".
"""

import hashlib
import logging
import re
from base64 import urlsafe_b64encode
from hmac import compare_digest

from django.conf import settings
from django.core import signing

from satker.errors import SignInCodeInvalid, TooManyRequests
from satker.models import User
from satker.services.sign_in import (
    ADDRESS_WINDOW_SECONDS,
    SignedIn,
    attempt_count,
    token_create,
)

logger = logging.getLogger(__name__)
CODE_SECONDS = 120
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # a SHA-256 in base64url, without padding
_SALT = "satker.phone_sign_in"


def phone_challenge(verifier: str) -> str:
    """Return the challenge of a phone's secret: its SHA-256 in base64url, without padding."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def phone_code_make(*, user: User, challenge: str) -> str:
    """Return a code that a phone exchanges for a token, once, within CODE_SECONDS.

    challenge: of the secret of the phone that asked for the sign-in.
    """
    return signing.dumps({"user": str(user.pk), "challenge": challenge}, salt=_SALT)


def phone_code_exchange(*, code: str, verifier: str, device_name: str, address: str) -> SignedIn:
    """Give a token for a code of `phone_code_make` to the phone that has its secret.

    address: of the client, for the limit. A code counts once, also with the wrong secret. Runs
    outside a transaction. Raises SignInCodeInvalid (unknown, old, used, another phone's, and a
    person who is closed: one answer for all), TooManyRequests.
    """
    attempt_count(
        f"address:{address}",
        limit=settings.SIGN_IN_RATE_PER_ADDRESS_PER_MINUTE,
        window_seconds=ADDRESS_WINDOW_SECONDS,
    )
    try:
        said = signing.loads(code, salt=_SALT, max_age=CODE_SECONDS)
    except signing.BadSignature as error:
        raise SignInCodeInvalid from error
    _use_once(code)
    if not compare_digest(phone_challenge(verifier), said["challenge"]):
        logger.info("code of user %s came from another phone", said["user"])
        raise SignInCodeInvalid
    user = User.objects.select_related("satker").filter(pk=said["user"], is_active=True).first()
    if user is None:
        raise SignInCodeInvalid
    return token_create(user, device_name)


def _use_once(code: str) -> None:
    """Count the use of a code, whatever becomes of the request. Raises SignInCodeInvalid."""
    key = "code:" + hashlib.sha256(code.encode()).hexdigest()
    try:  # the counter lives longer than the code
        attempt_count(key, limit=1, window_seconds=settings.SIGN_IN_WINDOW_SECONDS)
    except TooManyRequests as error:
        raise SignInCodeInvalid from error
