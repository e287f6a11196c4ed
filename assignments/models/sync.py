"""What devices hold and what they sent: the feed, operations applied, operations that wait."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.models.units import Assignment
from cerdas.fields import Xid8Field
from cerdas.ids import new_id
from kegiatan.models import KegiatanStatistik
from satker.models import Satker


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
        verbose_name = _("feed of a person")
        verbose_name_plural = _("feeds of people")
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
        verbose_name = _("beginning of the feed")
        verbose_name_plural = _("beginnings of the feed")
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
        verbose_name = _("applied operation")
        verbose_name_plural = _("applied operations")
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
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+", verbose_name=_("office"))
    kegiatan = models.ForeignKey(
        KegiatanStatistik, models.PROTECT, related_name="+", verbose_name=_("activity")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    operation_id = models.UUIDField(help_text=_("Of the operation, or of the attachment."))
    assignment_id = models.UUIDField(help_text=_("Of a parked create: the unit to be."))
    after = models.UUIDField(null=True, help_text=_("Operation that must be applied first."))
    payload = models.BinaryField()
    payload_sha256 = models.CharField(max_length=64)
    stored_path = models.CharField(max_length=255, blank=True)
    reason = models.CharField(
        _("reason"), max_length=40, help_text=_("Code: why it could not be applied.")
    )
    details = models.JSONField(default=dict)
    device_at = models.DateTimeField(_("time on the device"), null=True)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)

    class Meta:
        db_table = "parked_operations"
        verbose_name = _("waiting field work")
        verbose_name_plural = _("waiting field work")
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
