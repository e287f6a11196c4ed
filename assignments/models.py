"""Units of work, their answers and everything that is kept about them. All rows belong to a satker.

Row-level security hides other satkers' rows (migration `tenant rows`). Children carry `satker_id`
in a composite foreign key, because foreign-key checks bypass it.
"""

import itertools

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cerdas.fields import Concatenated, Xid8Field
from cerdas.ids import new_id
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, Timestamped

LEVELS = tuple(f"level_{n}_code" for n in range(1, 7))


class ResponseStatus(models.TextChoices):
    """The client's status strings, exactly."""

    ASSIGNED = "Assigned", _("Assigned")
    OPENED = "Opened", _("Opened")
    SUBMITTED_PPL = "Submitted by PPL", _("Submitted by PPL")
    REJECTED_PML = "Rejected by PML", _("Rejected by PML")
    REJECTED_ADMIN = "Rejected by Admin", _("Rejected by Admin")
    APPROVED_PML = "Approved by PML", _("Approved by PML")
    APPROVED_ADMIN = "Approved by Admin", _("Approved by Admin")


REJECTED = (ResponseStatus.REJECTED_PML, ResponseStatus.REJECTED_ADMIN)


def level_code() -> models.CharField:
    """Return a column for one part of a region code."""
    return models.CharField(max_length=32, null=True, blank=True, db_collation="C")


def derived_code(expression: models.Expression) -> models.GeneratedField:
    """Return a stored generated column; codes cannot drift from their parts."""
    return models.GeneratedField(
        expression=expression,
        output_field=models.CharField(max_length=200, null=True, db_collation="C"),
        db_persist=True,
    )


class Assignment(Timestamped):
    """One unit for one PPL under one PML. Made by import, by a service or by a PPL; never deleted.

    Before work has begun it can be cancelled, which hides it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, help_text=_("Made by phone or server."))
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    kegiatan_statistik = models.ForeignKey(KegiatanStatistik, models.PROTECT, related_name="+")
    ppl = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    pml = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    level_1_code = level_code()
    level_2_code = level_code()
    level_3_code = level_code()
    level_4_code = level_code()
    level_5_code = level_code()
    level_6_code = level_code()
    assignment_label = models.CharField(max_length=255)
    prefilled_data = models.JSONField(null=True, blank=True)
    level_4_code_full = derived_code(Concatenated(*(F(level) for level in LEVELS[:4])))
    level_6_code_full = derived_code(Concatenated(*(F(level) for level in LEVELS)))
    region_code = derived_code(
        Coalesce(
            *(Concatenated(*(F(level) for level in LEVELS[:n])) for n in range(6, 1, -1)),
            F("level_1_code"),
        )
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancel_reason = models.TextField(blank=True)

    class Meta:
        db_table = "assignments"
        constraints = [
            # target of the composite foreign keys of the children
            models.UniqueConstraint(fields=["satker", "id"], name="assignment_in_its_satker"),
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(**{f"{upper}__isnull": False}) | Q(**{f"{lower}__isnull": True})
                        for upper, lower in itertools.pairwise(LEVELS)
                    )
                ),
                name="levels_have_no_gap",
            ),
            models.CheckConstraint(
                condition=Q(
                    *(Q(**{f"{level}__isnull": True}) | ~Q(**{level: ""}) for level in LEVELS)
                ),
                name="level_codes_are_not_empty",
            ),
            models.CheckConstraint(
                condition=~Q(assignment_label=""), name="assignment_has_a_label"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True)
                | (
                    Q(cancelled_at__isnull=False, cancelled_by__isnull=False) & ~Q(cancel_reason="")
                ),
                name="cancelling_has_a_person_and_a_reason",
            ),
        ]
        indexes = [
            # the office's list, in a stable order for its cursor; filters by area
            models.Index(fields=["satker", "kegiatan_statistik", "id"], name="assignments_list"),
            models.Index(
                fields=["satker", "kegiatan_statistik", "region_code"], name="assignments_by_region"
            ),
            models.Index(fields=["ppl", "kegiatan_statistik"], name="assignments_of_ppl"),
            models.Index(fields=["pml", "kegiatan_statistik"], name="assignments_of_pml"),
            models.Index(fields=["level_4_code_full"], name="assignments_by_desa"),
            models.Index(fields=["level_6_code_full"], name="assignments_by_sub_sls"),
        ]

    def __str__(self) -> str:
        return self.assignment_label


class AssignmentResponse(Timestamped):
    """The answers of one assignment with their status. Made with the assignment, at once.

    `version` grows by one exactly when a person's operation changes status or answers.
    """

    assignment = models.OneToOneField(
        Assignment, models.CASCADE, primary_key=True, related_name="response"
    )
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=20, choices=ResponseStatus.choices, default=ResponseStatus.ASSIGNED
    )
    version = models.IntegerField(default=1)
    form_version_used = models.IntegerField()
    responses = models.JSONField(null=True, blank=True)
    visit_outcome = models.CharField(
        max_length=100, blank=True, help_text=_("Finding of the PPL, apart from the status.")
    )
    notes = models.TextField(blank=True, help_text=_("The latest reason given."))
    attachment_ids = models.JSONField(default=list, help_text=_("Attachments the answers name."))
    device_verdict = models.JSONField(null=True, blank=True, help_text=_("The phone's own check."))
    device_engine = models.CharField(max_length=100, blank=True)
    submitted_by_ppl_at = models.DateTimeField(null=True, blank=True)
    reviewed_by_pml_at = models.DateTimeField(null=True, blank=True)
    reviewed_by_admin_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "assignment_responses"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ResponseStatus.values), name="response_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="response_version_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(form_version_used__gte=1), name="form_version_used_is_positive"
            ),
        ]
        # counts by status within an office's list
        indexes = [models.Index(fields=["satker", "status"], name="responses_by_status")]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.status} v{self.version}"


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
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CheckState.values), name="check_state_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} v{self.version} {self.state}"


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
        # the sweep asks whether a file is still named
        indexes = [models.Index(fields=["satker", "sha256"], name="attachments_by_digest")]

    def __str__(self) -> str:
        return self.original_filename


class AssignmentFeed(models.Model):
    """What one recipient may hold of one assignment, stamped with the transaction that changed it.

    Written by triggers only. `gone` is the tombstone of what left the person's hands; `was_ppl`
    remembers that the unit was theirs to enumerate. Source: design, section 8.
    """

    pk = models.CompositePrimaryKey("user", "assignment")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="+")
    kegiatan = models.ForeignKey(KegiatanStatistik, models.PROTECT, related_name="+")
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    gone = models.BooleanField(default=False)
    was_ppl = models.BooleanField(default=False)
    changed_xid = Xid8Field()

    class Meta:
        db_table = "assignment_feed"
        indexes = [
            # one page of changes of a person in a kegiatan
            models.Index(
                fields=["user", "kegiatan", "changed_xid", "assignment"], name="feed_page"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.assignment_id} {self.changed_xid}"


class FeedEpoch(models.Model):
    """One row: grows when stamps were rewritten (restore), so that devices fetch everything."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.BigIntegerField(default=1)

    class Meta:
        db_table = "feed_epoch"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="feed_has_one_epoch")]

    def __str__(self) -> str:
        return str(self.epoch)


class OperationType(models.TextChoices):
    """What a device can ask for."""

    OPEN = "open"
    SUBMIT = "submit"
    EDIT = "edit"
    APPROVE = "approve"
    REJECT = "reject"
    REVERT_APPROVAL = "revert_approval"
    CREATE = "create"


class AppliedOperation(models.Model):
    """An operation that had its effect, or waits in the office; makes repeats harmless.

    Pruned 90 days after the kegiatan ends.
    """

    class Outcome(models.TextChoices):
        """`parked` until the office decides, then `applied` or `discarded`."""

        APPLIED = "applied"
        PARKED = "parked"
        DISCARDED = "discarded"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    operation_id = models.UUIDField()
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    kegiatan = models.ForeignKey(KegiatanStatistik, models.PROTECT, related_name="+")
    assignment_id = models.UUIDField()
    payload_sha256 = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    code = models.CharField(max_length=40, blank=True)
    version = models.IntegerField(null=True, help_text=_("Version that it produced."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "applied_operations"
        constraints = [
            models.UniqueConstraint(
                fields=["satker", "user", "operation_id"], name="operation_counts_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["applied", "parked", "discarded"]),
                name="operation_outcome_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id} {self.outcome}"


class ParkedOperation(models.Model):
    """Field work that could not be applied, kept whole until admin_kegiatan decides.

    For an operation `payload` holds the bytes as they came; for a photo the file does.
    """

    class Kind(models.TextChoices):
        """What waits."""

        SUBMIT = "submit"
        CREATE = "create"
        ATTACHMENT = "attachment"

    class State(models.TextChoices):
        """Decided once."""

        WAITING = "waiting", _("Waiting")
        APPLIED = "applied", _("Applied")
        DISCARDED = "discarded", _("Discarded")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+")
    kegiatan = models.ForeignKey(KegiatanStatistik, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    operation_id = models.UUIDField(help_text=_("Of the operation, or of the attachment."))
    assignment_id = models.UUIDField(help_text=_("Of a parked create: the unit to be."))
    after = models.UUIDField(null=True, help_text=_("Operation that must be applied first."))
    payload = models.BinaryField()
    payload_sha256 = models.CharField(max_length=64)
    stored_path = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=40, help_text=_("Code: why it could not be applied."))
    details = models.JSONField(default=dict)
    device_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        db_table = "parked_operations"
        ordering = ["received_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["satker", "user", "kind", "operation_id"], name="parked_once"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | Q(state__in=["applied", "discarded"], decided_at__isnull=False),
                name="parked_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="discarded") | ~Q(decision_reason=""),
                name="discarding_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["submit", "create", "attachment"]),
                name="parked_kind_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["satker", "kegiatan", "state"], name="parked_of_a_kegiatan"),
            models.Index(fields=["after"], name="parked_after_an_operation"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.operation_id} {self.state}"
