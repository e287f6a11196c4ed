"""What is kept about a response: history, changed answers, remarks, checks, photos."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.models.units import REJECTED, Assignment, AssignmentResponse, ResponseStatus
from satker.models import Satker, Timestamped


class ResponseHistory(models.Model):
    """One change of status: who, from, to, why, when. Append-only (trigger)."""

    assignment_response = models.ForeignKey(
        AssignmentResponse, models.CASCADE, related_name="histories"
    )
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty for the system."),
    )
    from_status = models.CharField(max_length=20, null=True, blank=True)
    to_status = models.CharField(max_length=20)
    notes = models.TextField(null=True, blank=True)
    version = models.IntegerField(help_text=_("Version that this change produced."))
    device_at = models.DateTimeField(null=True, blank=True, help_text=_("Clock of the phone."))
    created_at = models.DateTimeField(
        auto_now_add=True, help_text=_("When the server received it.")
    )

    class Meta:
        db_table = "response_histories"
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")
        ordering = ["id"]
        indexes = [models.Index(fields=["assignment_response", "id"], name="history_of_a_response")]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_status__in=ResponseStatus.values), name="history_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(to_status__in=REJECTED) | (Q(notes__isnull=False) & ~Q(notes="")),
                name="rejection_has_notes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_status} -> {self.to_status}"


class AnswerChange(models.Model):
    """One answer changed by an edit: path, old, new, who, when. Append-only."""

    assignment_response = models.ForeignKey(
        AssignmentResponse, models.CASCADE, related_name="answer_changes"
    )
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    path = models.CharField(max_length=1000)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    version = models.IntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "answer_changes"
        verbose_name = _("changed answer")
        verbose_name_plural = _("changed answers")
        ordering = ["id"]
        indexes = [models.Index(fields=["assignment_response", "id"], name="changes_of_a_response")]

    def __str__(self) -> str:
        return self.path


class ResponseComment(models.Model):
    """A remark on one question, given with a rejection. The newest rejection's are shown."""

    assignment_response = models.ForeignKey(
        AssignmentResponse, models.CASCADE, related_name="comments"
    )
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    path = models.CharField(max_length=1000)
    text = models.TextField()
    version = models.IntegerField(help_text=_("Version that the rejection produced."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "response_comments"
        verbose_name = _("remark on an answer")
        verbose_name_plural = _("remarks on answers")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["assignment_response", "version"], name="comments_of_a_response")
        ]

    def __str__(self) -> str:
        return self.path


class CheckState(models.TextChoices):
    """Verdict of the form engine on one version of the answers."""

    NONE = "none", _("Not checked")
    PENDING = "pending", _("Waiting for the check")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")


class ResponseCheck(Timestamped):
    """The engine's verdict on a response; counts only for the `version` it was made on."""

    assignment = models.OneToOneField(
        Assignment, models.CASCADE, primary_key=True, related_name="check_result"
    )
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    version = models.IntegerField()
    engine = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=CheckState.choices, default=CheckState.PENDING)
    errors = models.JSONField(default=list)
    warnings = models.JSONField(default=list)

    class Meta:
        db_table = "response_checks"
        verbose_name = _("check of the answers")
        verbose_name_plural = _("checks of the answers")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CheckState.values), name="check_state_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} v{self.version} {self.state}"


class CheckQueue(models.Model):
    """Answers that wait for the engine's verdict; ids only, without policy, filled by a trigger.

    attempts: how often the engine failed on them; taken_until: a worker has them until then.
    No foreign keys: they would cost every submit more than the row itself.
    """

    assignment_id = models.UUIDField(primary_key=True)
    satker_id = models.UUIDField()
    version = models.IntegerField()
    queued_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    taken_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "check_queue"
        verbose_name = _("answers to be checked")
        verbose_name_plural = _("answers to be checked")
        # the next of an office, and which offices have any
        indexes = [models.Index(fields=["satker_id", "queued_at"], name="checks_of_an_office")]

    def __str__(self) -> str:
        return f"{self.assignment_id} v{self.version}"


class AssignmentAttachment(Timestamped):
    """A photo or document of an assignment. Its id is the phone's, its file named by digest."""

    id = models.UUIDField(primary_key=True)
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="attachments")
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    original_filename = models.CharField(max_length=255)
    stored_path = models.CharField(max_length=255)
    thumbnail_path = models.CharField(max_length=255, blank=True)
    mime_type = models.CharField(max_length=100)
    file_size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        db_table = "assignment_attachments"
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        # the sweep asks whether a file is still named
        indexes = [models.Index(fields=["satker", "sha256"], name="attachments_by_digest")]

    def __str__(self) -> str:
        return self.original_filename
