"""Letters to people about their account: one-time links and invitations, one or many.

A single letter is sent after the commit; a failure is logged, not raised. Many are a job
(satker/background.py), which counts what could not be sent.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from satker.errors import MailNotSent
from satker.models import Satker, User
from satker.services.account_links import LINK_DAYS

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 30  # of each step of the conversation with the mail server


@dataclass(frozen=True)
class Letter:
    """One mail to one person. Its body may hold a secret: it is logged and stored nowhere."""

    email: str
    subject: str
    body: str


def link_letter(*, user: User, satker: Satker | None, url: str) -> Letter:
    """Return the letter with a person's one-time link. url: with the site's address."""
    with override("id"):
        office = satker.name if satker is not None else "Cerdas"
        subject = _("Your Cerdas account at %(office)s") % {"office": office}
        body = _(
            "Hello %(name)s,\n\n%(office)s has an account for you in Cerdas. Open this link and "
            "choose your password:\n\n%(url)s\n\nThe link works once, within %(days)d days. Do "
            "not pass it on."
        ) % {"name": user.name, "office": office, "url": url, "days": LINK_DAYS}
    return Letter(user.email, subject, body)


def invitation_letter(*, email: str, satker: Satker, url: str) -> Letter:
    """Return the letter of an invitation; the same whether they have an account."""
    with override("id"):
        subject = _("%(office)s invites you to Cerdas") % {"office": satker.name}
        body = _(
            "Hello,\n\n%(office)s invites you to work with them. Sign in with this email address "
            "(%(email)s), with your password or with Google, and accept the invitation:\n\n"
            "%(url)s\n"
        ) % {"office": satker.name, "email": email, "url": url}
    return Letter(email, subject, body)


def link_mail(*, user: User, satker: Satker | None, url: str) -> None:
    """Send a person their one-time link, after the commit."""
    _send_after_commit(link_letter(user=user, satker=satker, url=url))


def invitation_mail(*, email: str, satker: Satker, url: str) -> None:
    """Tell somebody that an office invites them, after the commit."""
    _send_after_commit(invitation_letter(email=email, satker=satker, url=url))


@contextmanager
def mail_server() -> Iterator[Callable[[Letter], bool]]:
    """Open one connection to the mail server; give what hands it a letter and says if it took it.

    Opening and sending raise MailNotSent when the server takes none at all.
    """
    connection = get_connection(timeout=TIMEOUT_SECONDS)
    try:
        with _refusals():
            connection.open()
        yield partial(_hand_over, connection)
    finally:
        with suppress(SMTPException, OSError):
            connection.close()


def _hand_over(connection: Any, letter: Letter) -> bool:
    with _refusals():
        return _taken(letter, connection)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (SMTPException, OSError) as error:
        logger.warning("letters could not be sent: %s", type(error).__name__)
        raise MailNotSent from error


def _taken(letter: Letter, connection: Any) -> bool:
    subject = " ".join(letter.subject.split())
    message = EmailMessage(subject, letter.body, to=[letter.email], connection=connection)
    try:
        return bool(connection.send_messages([message]))
    except (SMTPRecipientsRefused, ValueError):  # ValueError: no address that mail can carry
        logger.warning("an address cannot be written to, or the mail server refused it")
        return False


def _send_after_commit(letter: Letter) -> None:
    def work() -> None:
        with suppress(MailNotSent), mail_server() as send:
            send(letter)

    transaction.on_commit(work, robust=True)
