"""Letters that tell people what changed in their account, so that a stranger's change is noticed.

Sent by the worker, after the commit of the change. Source: issue 3, point 6.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.mail import send_mail
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from satker.models import TimeZone, User

logger = logging.getLogger(__name__)


class AccountChange(StrEnum):
    """What happened to an account."""

    PASSWORD_CHANGED = "password_changed"
    PASSWORD_SET = "password_set"
    PASSWORD_RESET = "password_reset"
    LINK_MADE = "link_made"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RECOVERY_CODES = "recovery_codes"
    GOOGLE_LINKED = "google_linked"
    GOOGLE_UNLINKED = "google_unlinked"


_WORDS: dict[AccountChange, Any] = {
    AccountChange.PASSWORD_CHANGED: gettext_lazy("The password was changed."),
    AccountChange.PASSWORD_SET: gettext_lazy("A password was set."),
    AccountChange.PASSWORD_RESET: gettext_lazy(
        "A new password was set with a link sent to this address."
    ),
    AccountChange.LINK_MADE: gettext_lazy(
        "A one-time link was made with which a new password can be set. Your password works until"
        " the link is used."
    ),
    AccountChange.SECOND_FACTOR_ON: gettext_lazy(
        "Signing in now asks for a code of an authenticator app."
    ),
    AccountChange.SECOND_FACTOR_OFF: gettext_lazy(
        "Signing in no longer asks for a code of an authenticator app."
    ),
    AccountChange.RECOVERY_CODES: gettext_lazy(
        "New recovery codes were made; the old ones do not work any more."
    ),
    AccountChange.GOOGLE_LINKED: gettext_lazy("A Google account was linked to this account."),
    AccountChange.GOOGLE_UNLINKED: gettext_lazy("The Google account was unlinked."),
}


def account_changed(
    *, users: Iterable[User], change: AccountChange, actor: User | None = None, address: str = ""
) -> None:
    """Let people know of a change; queued in the caller's transaction.

    actor: who did it when it was not the person. address: of the client, where it is known.
    """
    from satker.tasks import account_change_mail

    at = timezone.now().isoformat()
    by = str(actor.pk) if actor is not None else None
    told = [str(user.pk) for user in users if str(user.pk) != by]
    same: dict[str, Any] = {"change": str(change), "at": at, "by": by, "address": address}
    if told:
        account_change_mail.batch_defer(*({"user_id": user_id, **same} for user_id in told))


def account_change_send(
    *, user_id: UUID, change: str, at: datetime, by: UUID | None, address: str
) -> None:
    """Mail a person what changed. The deactivated get no mail. Raises what the mail server does."""
    user = User.objects.select_related("satker").filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    with override("id"):
        body = _body(user, AccountChange(change), at, _by(user, by), address)
        subject = _("Cerdas: a change in your account")
    send_mail(subject, body, None, [user.email])
    logger.info("user %s told of %s", user.pk, change)


def _by(user: User, actor_id: UUID | None) -> str:
    if actor_id is None or actor_id == user.pk:
        return ""
    actor = User.objects.filter(pk=actor_id).first()
    return actor.name if actor is not None else ""


def _body(user: User, change: AccountChange, at: datetime, by: str, address: str) -> str:
    zone = user.satker.time_zone if user.satker is not None else TimeZone.WIB
    facts = [(_("When"), date_format(at.astimezone(ZoneInfo(zone)), "DATETIME_FORMAT"))]
    if by:
        facts.append((_("By"), by))
    if address:
        facts.append((_("Network address"), address))
    lines = "\n".join(f"{name}: {value}" for name, value in facts)
    greeting = _("Hello %(name)s,") % {"name": user.name}
    intro = _("your account %(email)s of Cerdas was changed:") % {"email": user.email}
    advice = _(
        "If you know of this, there is nothing to do. If not, set a new password at once with"
        ' "Forgotten password?" on the sign-in page, and tell the admin of your office.'
    )
    return "\n\n".join([greeting, intro, str(_WORDS[change]), lines, advice, "Cerdas"]) + "\n"
