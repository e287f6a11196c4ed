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
    satker = models.ForeignKey(
        Satker, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    kind = models.CharField(
        _("kind"), max_length=60, help_text=_("What it does; see cerdas/jobs/kinds.py.")
    )
    title = models.CharField(_("title"), max_length=255)
    arguments = models.JSONField(
        _("options"), default=dict, help_text=_("Ids and options, never answers.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    done = models.PositiveBigIntegerField(_("done so far"), default=0)
    total = models.PositiveBigIntegerField(_("in total"), null=True, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    report = models.JSONField(
        _("outcome of the job"), null=True, blank=True, help_text=_("What came of it, as counts.")
    )
    error = models.TextField(_("error"), blank=True)
    cancel_requested_at = models.DateTimeField(
        _("cancellation asked for at"), null=True, blank=True
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        db_table = "jobs"
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
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
    job = models.ForeignKey(Job, models.CASCADE, related_name="files", verbose_name=_("job"))
    satker = models.ForeignKey(
        Satker, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    role = models.CharField(_("kind"), max_length=10, choices=Role.choices)
    name = models.CharField(_("name"), max_length=255, help_text=_("As people see it."))
    stored_path = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    removed_at = models.DateTimeField(
        _("removed at"),
        null=True,
        blank=True,
        help_text=_("When the clean-up took the file; the row stays."),
    )

    class Meta:
        db_table = "job_files"
        verbose_name = _("file of a job")
        verbose_name_plural = _("files of jobs")
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["input", "result", "bad_rows"]), name="job_file_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class JobStep(models.Model):
    """One finished part of a job that is not one transaction, written together with its rows.

    So a worker that takes over knows exactly what is done. Kept with the job; never changed.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, models.CASCADE, related_name="steps")
    satker = models.ForeignKey(Satker, models.PROTECT, null=True, blank=True, related_name="+")
    number = models.PositiveIntegerField(help_text=_("From 0, without gaps."))
    facts = models.JSONField(help_text=_("Where the next one begins, and what came of this one."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "job_steps"
        verbose_name = _("step of a job")
        verbose_name_plural = _("steps of jobs")
        ordering = ["number"]
        constraints = [
            # serves the search for a job's last step as well
            models.UniqueConstraint(fields=["job", "number"], name="one_step_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"


class AuditOrigin(models.TextChoices):
    """Through which door a change came."""

    API = "api", _("Phone or API")
    ADMIN = "admin", _("Office pages")
    COMMAND = "command", _("Command")
    JOB = "job", _("Job")
    SYSTEM = "system", _("System")


class AuditAction(models.TextChoices):
    """What was done to a row."""

    INSERT = "insert", _("Added")
    UPDATE = "update", _("Changed")
    DELETE = "delete", _("Removed")


class AuditedTable(models.TextChoices):
    """What the trail covers, in the words of people."""

    ASSIGNMENTS = "assignments", _("Assignment")
    AUDIT_ENTRIES = "audit_entries", _("Audit trail")
    FORM_VERSIONS = "form_versions", _("Questionnaire")
    INVITATIONS = "invitations", _("Invitation")
    JOBS = "jobs", _("Job")
    KEGIATAN_MEMBERS = "kegiatan_members", _("Member of an activity")
    KEGIATAN_SATKER_USER_ROLES = "kegiatan_satker_user_roles", _("Role in an activity")
    KEGIATAN_SATKERS = "kegiatan_satkers", _("Office in an activity")
    KEGIATAN_STATISTIKS = "kegiatan_statistiks", _("Activity")
    MASTER_DATA = "master_data", _("Dataset")
    PARKED_OPERATIONS = "parked_operations", _("Waiting field work")
    SATKER_USER_ROLES = "satker_user_roles", _("Role in the office")
    SATKER_WILAYAH_TUGAS = "satker_wilayah_tugas", _("Area of the office")
    SATKERS = "satkers", _("Office")
    USERS = "users", _("Person")


class AuditEntry(models.Model):
    """One change of one row: who, from where, what. Written by triggers only, never changed.

    `satker` is the office whose admins see it, empty for what is global. No foreign keys in the
    database: entries outlive what they speak of. Secrets, answers and contents are never in it.
    Statuses and answers of units have histories of their own.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("time"))
    satker = models.ForeignKey(
        Satker,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("office"),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        help_text=_("Empty when nobody was signed in."),
        verbose_name=_("person"),
    )
    origin = models.CharField(_("door"), max_length=10, choices=AuditOrigin.choices)
    address = models.CharField(_("network address"), max_length=64, blank=True)
    request = models.CharField(
        _("request"),
        max_length=500,
        blank=True,
        help_text=_("Method and path, or name of the command or job."),
    )
    action = models.CharField(_("action"), max_length=10, choices=AuditAction.choices)
    table_name = models.CharField(
        _("what was changed"), max_length=63, choices=AuditedTable.choices
    )
    row_id = models.CharField(
        _("id of the row"), max_length=64, blank=True, help_text=_("Empty for many rows.")
    )
    label = models.CharField(_("label"), max_length=300, blank=True)
    changes = models.JSONField(_("changes"), help_text=_("For each column its old and new value."))

    class Meta:
        db_table = "audit_entries"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-at", "-id"]
        indexes = [
            # the list of an office, of super_admin, and of one row; all newest first
            models.Index(fields=["satker", "-at", "-id"], name="audit_of_an_office"),
            models.Index(fields=["-at", "-id"], name="audit_newest_first"),
            models.Index(fields=["table_name", "row_id"], name="audit_of_a_row"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__in=AuditOrigin.values), name="audit_origin_is_known"
            ),
            models.CheckConstraint(
                condition=Q(action__in=AuditAction.values), name="audit_action_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_table_name_display()}: {self.label}"
