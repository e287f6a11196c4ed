"""Sign-in with email and password, and the bearer tokens of devices.

Attempts are counted on the `direct` connection before the password is checked, so that parallel
guesses cannot outrun the limit and a failed request does not roll its own counter back.
Source: design, section 3, "Failed sign-ins".
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from django.conf import settings
from django.db import connections
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.crypto import hash_token
from knox.settings import CONSTANTS

from cerdas.prepared import Columns, fetch_all
from satker.errors import TooManyRequests, WrongCredentials
from satker.models import DeviceToken, Satker, SignInAttempt, User

logger = logging.getLogger(__name__)
DIRECT = "direct"
LAST_SEEN_EVERY = timedelta(hours=1)
ADDRESS_WINDOW_SECONDS = 60
_TOKEN = re.compile(r"[0-9a-f]{64}")
_TIMES = ["created_at", "updated_at"]
_DEVICE = Columns(DeviceToken, "d", without=["created"])
_USER = Columns(User, "u", without=["password", "last_login", *_TIMES])
_SATKER = Columns(Satker, "s", without=_TIMES)
# Runs at the beginning of every request of a phone.
_BY_TOKEN_KEY = f"""
    SELECT {_DEVICE.sql}, {_USER.sql}, {_SATKER.sql}
    FROM device_tokens d JOIN users u ON u.id = d.user_id LEFT JOIN satkers s ON s.id = u.satker_id
    WHERE d.token_key = %s
"""
_COUNT = """
    INSERT INTO sign_in_attempts AS a (key, window_started_at, n) VALUES (%(key)s, now(), 1)
    ON CONFLICT (key) DO UPDATE SET
        n = CASE WHEN a.window_started_at <= now() - %(window)s * interval '1 s'
                 THEN 1 ELSE a.n + 1 END,
        window_started_at = CASE WHEN a.window_started_at <= now() - %(window)s * interval '1 s'
                                 THEN now() ELSE a.window_started_at END
    RETURNING n, ceil(extract(epoch FROM window_started_at - now()) + %(window)s)::int
"""


@dataclass(frozen=True)
class SignedIn:
    """A new token of a device; shown this once, stored as digest only."""

    token: str
    expires_at: datetime
    user: User


def email_normalise(email: str) -> str:
    """Return an email as it is stored and compared: stripped, lower case."""
    return email.strip().lower()


def token_user(token: str) -> tuple[User, DeviceToken] | None:
    """Return the person and device of a bearer token, in one query; None when it does not count.

    Expired tokens and inactive people do not count. The user comes with its satker loaded.
    """
    if not _TOKEN.fullmatch(token):
        return None
    digest = hash_token(token)
    now = timezone.now()
    for device in _devices(token[: CONSTANTS.TOKEN_KEY_LENGTH]):
        if not compare_digest(digest, device.digest):
            continue
        if not device.user.is_active or (device.expiry is not None and device.expiry <= now):
            return None
        _note_seen(device, now)
        return device.user, device
    return None


def _devices(token_key: str) -> list[DeviceToken]:
    """Return the devices whose token begins so, with user and satker loaded."""
    devices = []
    for row in fetch_all(_BY_TOKEN_KEY, [token_key]):
        device = _DEVICE.instance(row[: _DEVICE.count])
        device.user = _USER.instance(row[_DEVICE.count : -_SATKER.count])
        if device.user.satker_id is not None:
            device.user.satker = _SATKER.instance(row[-_SATKER.count :])
        devices.append(device)
    return devices


def _note_seen(device: DeviceToken, now: datetime) -> None:
    """Write down at most once an hour that a device came by; outlives a refused request."""
    if device.last_seen_at is not None and now - device.last_seen_at < LAST_SEEN_EVERY:
        return
    DeviceToken.objects.using(DIRECT).filter(pk=device.pk).update(last_seen_at=now)
    device.last_seen_at = now


def sign_in(
    *, email: str, password: str, device_name: str, address: str, otp: str = ""
) -> SignedIn:
    """Check email, password and, for people with a second factor, its code; give a token.

    Runs outside a transaction. Raises what `credentials_check` and `second_factor_check` raise.
    """
    from satker.services.second_factor import second_factor_check

    user = credentials_check(email=email, password=password, address=address)
    second_factor_check(user=user, otp=otp)
    return token_create(user, device_name)


def credentials_check(*, email: str, password: str, address: str) -> User:
    """Return the active person with this email and password; every door asks here.

    address: of the client, for the limits.
    Raises WrongCredentials (unknown, wrong and inactive alike), TooManyRequests.
    """
    email = email_normalise(email)
    keys = _count_attempt(email, address)
    user = User.objects.select_related("satker").filter(email=email).first()
    if user is None:
        User.set_password_of_nobody(password)
        raise WrongCredentials
    if not user.check_password(password) or not user.is_active:
        logger.info("sign-in refused for user %s", user.pk)
        raise WrongCredentials
    _forgive(*keys)
    return user


def sign_out(*, token: DeviceToken) -> None:
    """End a device's token at once; repeating does nothing."""
    DeviceToken.objects.filter(pk=token.pk).delete()


def sign_in_attempts_prune() -> int:
    """Delete counters whose window is long over; return how many."""
    before = timezone.now() - timedelta(seconds=2 * settings.SIGN_IN_WINDOW_SECONDS)
    stale = SignInAttempt.objects.using(DIRECT).filter(window_started_at__lt=before)
    deleted, _by_model = stale.delete()
    return deleted


def token_create(user: User, device_name: str) -> SignedIn:
    """Give a token to a device of a person who has shown who they are."""
    now = timezone.now()
    DeviceToken.objects.filter(user=user, expiry__lt=now).delete()
    device, token = DeviceToken.objects.create(
        user=user,
        expiry=timedelta(days=settings.TOKEN_TTL_DAYS),
        prefix="",
        device_name=device_name[:100],
        last_seen_at=now,
    )
    User.objects.filter(pk=user.pk).update(last_login=now)
    return SignedIn(token=token, expires_at=device.expiry, user=user)


def _count_attempt(email: str, address: str) -> tuple[str, str]:
    """Count an attempt against each limit; return the keys (email and address, email).

    Stops at the first limit that is reached, so that one address cannot use up the attempts that
    an email has from everywhere.
    """
    pair, everywhere = f"pair:{email}:{address}", f"email:{email}"
    window = settings.SIGN_IN_WINDOW_SECONDS
    attempt_count(
        f"address:{address}",
        limit=settings.SIGN_IN_RATE_PER_ADDRESS_PER_MINUTE,
        window_seconds=ADDRESS_WINDOW_SECONDS,
    )
    attempt_count(pair, limit=settings.SIGN_IN_LIMIT_PER_EMAIL_AND_ADDRESS, window_seconds=window)
    attempt_count(everywhere, limit=settings.SIGN_IN_LIMIT_PER_EMAIL, window_seconds=window)
    return pair, everywhere


def attempt_count(key: str, *, limit: int, window_seconds: int) -> None:
    """Count one attempt for a key, outliving a rollback. Raises TooManyRequests above the limit."""
    with connections[DIRECT].cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "window": window_seconds})
        attempts, seconds_left = cursor.fetchone()
    if attempts > limit:
        wait = max(seconds_left, 1)
        message = _("Too many sign-in attempts. Try again in %(minutes)d minutes.")
        raise TooManyRequests(message % {"minutes": -(-wait // 60)}, retry_after_seconds=wait)


def attempts_forget(key: str) -> None:
    """Forget what was counted for a key."""
    with connections[DIRECT].cursor() as cursor:
        cursor.execute("DELETE FROM sign_in_attempts WHERE key = %s", [key])


def email_attempts_forget(email: str) -> None:
    """Forget the wrong passwords of an email, from every address: it has a new password."""
    email = email_normalise(email)
    counters = SignInAttempt.objects.using(DIRECT)
    counters.filter(Q(key=f"email:{email}") | Q(key__startswith=f"pair:{email}:")).delete()


def _forgive(pair: str, everywhere: str) -> None:
    """Take back the counts of an attempt that succeeded; only failures add up."""
    attempts_forget(pair)
    with connections[DIRECT].cursor() as cursor:
        cursor.execute(
            "UPDATE sign_in_attempts SET n = n - 1 WHERE key = %s AND n > 1", [everywhere]
        )
        if cursor.rowcount == 0:
            cursor.execute("DELETE FROM sign_in_attempts WHERE key = %s AND n = 1", [everywhere])
