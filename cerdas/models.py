"""What belongs to no single app: background jobs as people see them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cerdas.ids import new_id
from satker.models import Satker


class JobState(models.TextChoices):
    """Life of a job: queued, running, then one of the last three."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Job(models.Model):
    """One long task that somebody asked for. Kept after its end; its files go with the clean-up.

    `satker` is empty for super_admin's jobs, which run across offices. Progress is written on a
    connection of its own; `done` together with the job's own rows.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    satker = models.ForeignKey(Satker, models.PROTECT, null=True, blank=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60, help_text=_("What it does; see cerdas/jobs/kinds.py."))
    title = models.CharField(max_length=255)
    arguments = models.JSONField(default=dict, help_text=_("Ids and options, never answers."))
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True, blank=True)
    message = models.CharField(max_length=500, blank=True)
    report = models.JSONField(null=True, blank=True, help_text=_("What came of it, as counts."))
    error = models.TextField(blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "jobs"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=JobState.values), name="job_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(done__lte=models.F("total")),
                name="job_is_not_more_than_done",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, finished_at__isnull=False)
                | (~Q(state__in=ENDED) & Q(finished_at__isnull=True)),
                name="job_end_has_a_time",
            ),
        ]
        # the office's list, newest first
        indexes = [models.Index(fields=["satker", "-created_at"], name="jobs_of_an_office")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ended(self) -> bool:
        """Return True when nothing more will happen."""
        return self.state in ENDED

    @property
    def percent(self) -> int | None:
        """Return the progress from 0 to 100, or None while the total is unknown."""
        if self.state == JobState.DONE:
            return 100
        if not self.total:
            return None
        return min(99, self.done * 100 // self.total)


class JobFile(models.Model):
    """A file that a job reads (`input`) or made (`result`, `bad_rows`). Private like the job."""

    class Role(models.TextChoices):
        """What the file is to the job."""

        INPUT = "input", _("Input")
        RESULT = "result", _("Result")
        BAD_ROWS = "bad_rows", _("Bad rows")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="files")
    satker = models.ForeignKey(Satker, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    name = models.CharField(max_length=255, help_text=_("As people see it."))
    stored_path = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the clean-up took the file; the row stays.")
    )

    class Meta:
        db_table = "job_files"
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["input", "result", "bad_rows"]), name="job_file_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
