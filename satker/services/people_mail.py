"""Letters to people about their account. Sent after the commit; a failure is logged, not raised."""

import logging
from smtplib import SMTPException

from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from satker.models import Satker, User
from satker.services.account_links import LINK_DAYS

logger = logging.getLogger(__name__)


def link_mail(*, user: User, satker: Satker | None, url: str) -> None:
    """Send a person their one-time link. url: with the site's address."""
    with override("id"):
        office = satker.name if satker is not None else "Cerdas"
        subject = _("Your Cerdas account at %(office)s") % {"office": office}
        body = _(
            "Hello %(name)s,\n\n%(office)s has an account for you in Cerdas. Open this link and "
            "choose your password:\n\n%(url)s\n\nThe link works once, within %(days)d days. Do "
            "not pass it on."
        ) % {"name": user.name, "office": office, "url": url, "days": LINK_DAYS}
    _send(user.email, subject, body)


def invitation_mail(*, email: str, satker: Satker, url: str) -> None:
    """Tell somebody that an office invites them; the same text whether they have an account."""
    with override("id"):
        subject = _("%(office)s invites you to Cerdas") % {"office": satker.name}
        body = _(
            "Hello,\n\n%(office)s invites you to work with them. Sign in with this email address "
            "(%(email)s), with your password or with Google, and accept the invitation:\n\n"
            "%(url)s\n"
        ) % {"office": satker.name, "email": email, "url": url}
    _send(email, subject, body)


def _send(email: str, subject: str, body: str) -> None:
    def work() -> None:
        try:
            send_mail(" ".join(subject.split()), body, None, [email])
        except (SMTPException, OSError) as error:
            logger.warning("a mail could not be sent: %s", type(error).__name__)

    transaction.on_commit(work)
