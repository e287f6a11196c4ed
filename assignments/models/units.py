"""Units of work and their answers."""

import itertools

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cerdas.fields import Concatenated
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
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+", verbose_name=_("office"))
    kegiatan_statistik = models.ForeignKey(
        KegiatanStatistik, models.PROTECT, related_name="+", verbose_name=_("activity")
    )
    ppl = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("PPL")
    )
    pml = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("PML")
    )
    level_1_code = level_code()
    level_2_code = level_code()
    level_3_code = level_code()
    level_4_code = level_code()
    level_5_code = level_code()
    level_6_code = level_code()
    assignment_label = models.CharField(_("label"), max_length=255)
    prefilled_data = models.JSONField(_("known before"), null=True, blank=True)
    level_4_code_full = derived_code(Concatenated(*(F(level) for level in LEVELS[:4])))
    level_6_code_full = derived_code(Concatenated(*(F(level) for level in LEVELS)))
    region_code = derived_code(
        Coalesce(
            *(Concatenated(*(F(level) for level in LEVELS[:n])) for n in range(6, 1, -1)),
            F("level_1_code"),
        )
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )
    cancel_reason = models.TextField(_("reason of the cancellation"), blank=True)

    class Meta:
        db_table = "assignments"
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
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
        Assignment,
        models.CASCADE,
        primary_key=True,
        related_name="response",
        verbose_name=_("unit"),
    )
    satker = models.ForeignKey(Satker, models.PROTECT, related_name="+", verbose_name=_("office"))
    status = models.CharField(
        _("status"), max_length=20, choices=ResponseStatus.choices, default=ResponseStatus.ASSIGNED
    )
    version = models.IntegerField(_("version"), default=1)
    form_version_used = models.IntegerField(_("version of the questionnaire"))
    responses = models.JSONField(_("answers"), null=True, blank=True)
    visit_outcome = models.CharField(
        _("outcome"),
        max_length=100,
        blank=True,
        help_text=_("Finding of the PPL, apart from the status."),
    )
    notes = models.TextField(_("notes"), blank=True, help_text=_("The latest reason given."))
    attachment_ids = models.JSONField(default=list, help_text=_("Attachments the answers name."))
    device_verdict = models.JSONField(null=True, blank=True, help_text=_("The phone's own check."))
    device_engine = models.CharField(max_length=100, blank=True)
    submitted_by_ppl_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    reviewed_by_pml_at = models.DateTimeField(_("reviewed by the PML at"), null=True, blank=True)
    reviewed_by_admin_at = models.DateTimeField(
        _("reviewed by the admin at"), null=True, blank=True
    )

    class Meta:
        db_table = "assignment_responses"
        verbose_name = _("response")
        verbose_name_plural = _("responses")
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
