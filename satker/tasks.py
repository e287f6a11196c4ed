"""Jobs that tidy up after sign-ins."""

import logging

from procrastinate.contrib.django import app

from satker.services.sign_in import sign_in_attempts_prune

logger = logging.getLogger(__name__)


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="sign_in_attempts_prune", name="satker.sign_in_attempts_prune")
def sign_in_attempts_prune_all(timestamp: int) -> None:
    """Forget counters whose window is over."""
    logger.info("pruned %d sign-in counters", sign_in_attempts_prune())
