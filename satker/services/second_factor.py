"""The second factor: codes of an authenticator app (TOTP) and recovery codes.

Wrong codes are counted like wrong passwords, per person and from everywhere: who gets here knows
the password. Source: design, section 3, "Failed sign-ins".
"""

import logging

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from satker.access import check_super_admin
from satker.errors import OtpRequired, OtpWrong
from satker.models import User
from satker.services.account_mail import AccountChange, account_changed
from satker.services.sign_in import attempt_count, attempts_forget

logger = logging.getLogger(__name__)
_CODES = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


def second_factor_active(user: User) -> bool:
    """Return True when this person signs in with a code besides the password."""
    totp = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP)
    return bool(totp.exists())


def second_factor_count(user: User) -> None:
    """Count one attempt with a code, before it is looked at. Raises TooManyRequests."""
    attempt_count(
        _key(user),
        limit=settings.SIGN_IN_LIMIT_PER_EMAIL_AND_ADDRESS,
        window_seconds=settings.SIGN_IN_WINDOW_SECONDS,
    )


def second_factor_forgive(user: User) -> None:
    """Forget the wrong codes of a person who gave the right one."""
    attempts_forget(_key(user))


def second_factor_check(*, user: User, otp: str) -> None:
    """Check a code of the app or a recovery code; nothing to check for people without.

    A code counts once. Raises OtpRequired, OtpWrong, TooManyRequests.
    """
    if not second_factor_active(user):
        return
    if not otp:
        raise OtpRequired
    second_factor_count(user)
    for authenticator in Authenticator.objects.filter(user_id=user.pk, type__in=_CODES):
        if authenticator.wrap().validate_code(otp):
            authenticator.record_usage()
            second_factor_forgive(user)
            return
    logger.info("second factor refused for user %s", user.pk)
    raise OtpWrong


def second_factor_remove(*, actor: User, user: User) -> None:
    """Take the second factor off an account whose person lost phone and recovery codes.

    For super_admin. Repeating does nothing. Raises NotAllowed.
    """
    check_super_admin(actor)
    with transaction.atomic():
        removed, _by_model = Authenticator.objects.filter(user_id=user.pk).delete()
        if removed:
            change = AccountChange.SECOND_FACTOR_OFF
            account_changed(users=[user], change=change, actor=actor)
    second_factor_forgive(user)
    logger.info("second factor of user %s removed by %s", user.pk, actor.pk)


def _key(user: User) -> str:
    return f"otp:{user.pk}"
