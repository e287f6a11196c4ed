"""Jobs that tidy up, office by office."""

import logging

from procrastinate.contrib.django import app

from assignments.services.attachments import attachments_sweep
from assignments.services.pruning import operations_prune
from satker.models import Satker

logger = logging.getLogger(__name__)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="attachments_sweep", name="assignments.attachments_sweep_all")
def attachments_sweep_all(timestamp: int) -> None:
    """Delete files that no row names, every night."""
    for satker in Satker.objects.all():
        logger.info("swept %d files of %s", attachments_sweep(satker=satker), satker.pk)


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="operations_prune", name="assignments.operations_prune_all")
def operations_prune_all(timestamp: int) -> None:
    """Forget operation ids that no device can send any more, every night."""
    for satker in Satker.objects.all():
        logger.info("pruned %d operations of %s", operations_prune(satker=satker), satker.pk)
