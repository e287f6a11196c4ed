"""Jobs around sign-in: mail, and tidying up."""

import logging
from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from satker.services.account_mail import account_change_send
from satker.services.password_reset import password_reset_send
from satker.services.sign_in import sign_in_attempts_prune

logger = logging.getLogger(__name__)


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="sign_in_attempts_prune", name="satker.sign_in_attempts_prune")
def sign_in_attempts_prune_all(timestamp: int) -> None:
    """Forget counters whose window is over."""
    logger.info("pruned %d sign-in counters", sign_in_attempts_prune())


@app.task(name="satker.password_reset_mail", retry=5)
def password_reset_mail(user_id: str | None, origin: str, language: str | None) -> None:
    """Mail a link that sets a new password. user_id: None for an unknown email: nothing to do."""
    if user_id is not None:
        password_reset_send(user_id=UUID(user_id), origin=origin, language=language)


@app.task(name="satker.account_change_mail", retry=5)
def account_change_mail(user_id: str, change: str, at: str, by: str | None, address: str) -> None:
    """Mail a person what changed in their account. at: ISO 8601 in UTC; by: id of who did it."""
    account_change_send(
        user_id=UUID(user_id),
        change=change,
        at=datetime.fromisoformat(at),
        by=UUID(by) if by else None,
        address=address,
    )
