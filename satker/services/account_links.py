"""One-time links with which a person sets the password of their own account.

A link is signed, not stored. It carries the time, the password, the last sign-in and the last
change of the account: setting a password, signing in, a newer link and any change of the account
end every link given out before. Source: issue 3, point 4.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int, urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from cerdas.errors import CerdasError, NotAllowed, NotFound
from satker.access import check_satker_admin, check_super_admin
from satker.models import DeviceToken, Satker, User
from satker.services.account_mail import AccountChange, account_changed
from satker.services.sign_in import attempt_count
from satker.services.validation import check_password_strength

logger = logging.getLogger(__name__)
LINK_DAYS = 7
# Wrong links per address; people of one office share addresses, a right link is not counted.
WRONG_LINKS_PER_ADDRESS = 60
_UID_LENGTH = 30  # an id is shorter; longer ones are not ours


class LinkInvalid(CerdasError):
    """The link was used, is too old, or was never given out."""

    code = "link_invalid"
    status = 410
    default_message = _(
        "This link does not work any more: it was used, is older than seven days, or a newer one "
        "was given out. Ask the admin of your office for a new one."
    )


@dataclass(frozen=True)
class AccountLink:
    """A link, shown once. path: below the site's own address; expires_at in UTC."""

    user: User
    path: str
    expires_at: datetime


class _LinkTokens(PasswordResetTokenGenerator):
    key_salt = "satker.services.account_links"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        parts = (user.pk, user.password, user.last_login, user.updated_at, user.email, timestamp)
        return "|".join(
            part.astimezone(UTC).isoformat() if isinstance(part, datetime) else str(part)
            for part in parts
        )

    def is_valid(self, user: User, token: str) -> bool:
        """Say whether the token is of this account as it is now, and young enough."""
        stamp = token.partition("-")[0]
        try:
            made_at = base36_to_int(stamp)
        except ValueError:
            return False
        if not any(
            constant_time_compare(self._make_token_with_timestamp(user, made_at, secret), token)
            for secret in [self.secret, *self.secret_fallbacks]
        ):
            return False
        return 0 <= self._num_seconds(self._now()) - made_at <= LINK_DAYS * 24 * 3600


_tokens = _LinkTokens()


def account_links_issue(
    *, actor: User, satker: Satker | None, users: Sequence[User], is_mailed: bool = False
) -> list[AccountLink]:
    """Make a link for each person of an office; links given to them before end.

    satker: None for people without office and super_admins, by super_admin only. is_mailed: the
    caller mails the links; else people who have a password are told that somebody made one.
    Raises NotAllowed (also for deactivated people), NotFound (one is not of this office).
    """
    if satker is None:
        check_super_admin(actor)
    else:
        check_satker_admin(actor=actor, satker_id=satker.pk)
    ids = {user.pk for user in users}
    with transaction.atomic():
        people = User.objects.select_for_update(no_key=True).filter(pk__in=ids, satker=satker)
        locked = {user.pk: user for user in people.order_by("pk")}
        if len(locked) != len(ids):
            raise NotFound
        if not all(user.is_active for user in locked.values()):
            raise NotAllowed(_("A deactivated account gets no link. Activate it first."))
        now = timezone.now()
        User.objects.filter(pk__in=ids).update(updated_at=now)
        if not is_mailed:
            having = [user for user in locked.values() if user.has_usable_password()]
            account_changed(users=having, change=AccountChange.LINK_MADE, actor=actor)
    links = []
    for user in users:
        current = locked[user.pk]
        current.updated_at = now
        links.append(AccountLink(user, _path(current), now + timedelta(days=LINK_DAYS)))
    logger.info("%s one-time links made by %s", len(links), actor.pk)
    return links


def _path(user: User) -> str:
    uid = urlsafe_base64_encode(user.pk.bytes)
    return f"/akun/{uid}/{_tokens.make_token(user)}/"


def account_link_user(*, uid: str, token: str, address: str) -> User:
    """Return whose account a link opens; looking at it does not use it up.

    address: of the client; wrong links are counted against it.
    Raises LinkInvalid, TooManyRequests.
    """
    user = _user(uid, lock=False)
    if user is None or not _tokens.is_valid(user, token):
        _count_wrong(address)
        raise LinkInvalid
    return user


def account_password_set(*, uid: str, token: str, password: str, address: str) -> User:
    """Set the password of the account that a link opens; the link and all devices' tokens end.

    Raises LinkInvalid, TooManyRequests, Invalid (a weak password; the link stays good).
    """
    user = account_link_user(uid=uid, token=token, address=address)
    check_password_strength(password, user)
    user.set_password(password)  # slow on purpose: before anything is locked
    with transaction.atomic():
        locked = _user(uid, lock=True)
        if locked is None or not _tokens.is_valid(locked, token):
            raise LinkInvalid
        locked.password = user.password
        locked.save(update_fields=["password", "updated_at"])
        DeviceToken.objects.filter(user=locked).delete()
        account_changed(users=[locked], change=AccountChange.PASSWORD_SET, address=address)
    logger.info("user %s set a password by link", locked.pk)
    return locked


def _user(uid: str, *, lock: bool) -> User | None:
    try:
        user_id = UUID(bytes=urlsafe_base64_decode(uid[:_UID_LENGTH]))
        people = User.objects.select_for_update(no_key=True) if lock else User.objects.all()
        if not lock:
            people = people.select_related("satker")
        return people.filter(pk=user_id, is_active=True).first()
    except ValueError:
        return None


def _count_wrong(address: str) -> None:
    attempt_count(
        f"link:{address}",
        limit=WRONG_LINKS_PER_ADDRESS,
        window_seconds=settings.SIGN_IN_WINDOW_SECONDS,
    )
