"""Refusals about jobs. Codes: docs/errors.md."""

from django.utils.translation import gettext_lazy as _

from cerdas.errors import CerdasError


class JobCancelled(CerdasError):
    """Somebody asked the job to stop; what it had begun is undone."""

    code = "job_cancelled"
    status = 409
    default_message = _("The job was cancelled. Nothing was changed.")


class JobNotEnded(CerdasError):
    """Only a job that has failed or was cancelled can be started again."""

    code = "job_not_ended"
    status = 409
    default_message = _("This job is still at work, or has done its work.")


class JobFileGone(CerdasError):
    """The clean-up has taken the file."""

    code = "job_file_gone"
    status = 410
    default_message = _("This file was removed by the clean-up. Start the job again.")
