"""Activities, their questionnaires in versions, the offices and people who carry them out."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from cerdas.ids import new_id
from satker.models import Satker, Timestamped
from satker.permissions import ADMIN_KEGIATAN, PML, PPL

FIRST_YEAR, LAST_YEAR = 1960, 2200


def _day(value: date) -> str:
    return f"{value:%d-%m-%Y}"


class KegiatanStatistik(Timestamped):
    """A survey or census, or one phase of it. Global; made by super_admin, kept with its work.

    `form_schema` and `form_version` mirror the newest row of `form_versions`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    year = models.PositiveSmallIntegerField(_("year"))
    start_date = models.DateField(
        _("first day"), help_text=_("First day of the field period, in the satker's zone.")
    )
    end_date = models.DateField(_("last day"), help_text=_("Last day of the field period."))
    extended_end_date = models.DateField(_("extended until"), null=True, blank=True)
    form_schema = models.JSONField(_("questionnaire"), null=True, blank=True)
    form_version = models.IntegerField(_("version of the questionnaire"), default=1)
    allow_new_assignments = models.BooleanField(
        _("new units allowed"),
        default=False,
        help_text=_("A PPL may add units found in the field."),
    )
    allow_without_region = models.BooleanField(
        _("units without area allowed"),
        default=False,
        help_text=_("Units without region code, for offices that cover everything."),
    )
    sync_grace_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=7,
        help_text=_("Days after the period in which work done within it may arrive."),
    )
    source = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        help_text=_("Phase whose results it takes."),
        verbose_name=_("source activity"),
    )
    last_draft_revision = models.PositiveIntegerField(
        _("last revision of a draft"),
        default=0,
        db_default=0,
        editable=False,
        help_text=_("Of the drafts that ended; the next draft goes on after it."),
    )

    class Meta:
        db_table = "kegiatan_statistiks"
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-year", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__gte=F("start_date")), name="kegiatan_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(extended_end_date__isnull=True)
                | Q(extended_end_date__gte=F("end_date")),
                name="extension_is_not_before_the_end",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR),
                name="kegiatan_year_is_plausible",
            ),
            models.CheckConstraint(
                condition=Q(form_version__gte=1), name="kegiatan_form_version_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name if str(self.year) in self.name else f"{self.name} ({self.year})"

    def clean(self) -> None:
        """Say in words, and with both dates, what the constraints would refuse by their names."""
        days = (self.start_date, self.end_date, self.extended_end_date)
        start, end, extended = (day if isinstance(day, date) else None for day in days)
        wrong = {}
        if start and end and end < start:
            text = _("The last day (%(end)s) is before the first day (%(start)s).")
            wrong["end_date"] = text % {"end": _day(end), "start": _day(start)}
        elif end and extended and extended < end:
            text = _("The extension (%(extended)s) ends before the last day (%(end)s).")
            wrong["extended_end_date"] = text % {"extended": _day(extended), "end": _day(end)}
        if isinstance(self.year, int) and not FIRST_YEAR <= self.year <= LAST_YEAR:
            text = _("The year must be between %(first)s and %(last)s.")
            wrong["year"] = text % {"first": FIRST_YEAR, "last": LAST_YEAR}
        if wrong:
            raise ValidationError(wrong)


class FormVersion(models.Model):
    """One published questionnaire. Immutable (trigger); kept for ever."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kegiatan = models.ForeignKey(
        KegiatanStatistik, models.CASCADE, related_name="form_versions", verbose_name=_("activity")
    )
    version = models.PositiveIntegerField(_("version"))
    schema = models.JSONField(_("questionnaire"))
    checksum = models.CharField(
        _("checksum"), max_length=64, help_text=_("SHA-256 of the stored schema text.")
    )
    notes = models.TextField(_("notes"), blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)

    class Meta:
        db_table = "form_versions"
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["kegiatan", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kegiatan", "version"], name="one_schema_per_form_version"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="form_version_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.kegiatan_id} v{self.version}"


class KegiatanSatker(Timestamped):
    """A satker takes part in a kegiatan. Roles in a kegiatan are held on this row."""

    kegiatan_statistik = models.ForeignKey(
        KegiatanStatistik,
        models.CASCADE,
        related_name="kegiatan_satkers",
        verbose_name=_("activity"),
    )
    satker = models.ForeignKey(
        Satker, models.CASCADE, related_name="kegiatan_satkers", verbose_name=_("office")
    )
    left_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        db_table = "kegiatan_satkers"
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        permissions = [
            (ADMIN_KEGIATAN, "Administers a kegiatan in a satker"),
            (PML, "Supervises in a kegiatan of a satker"),
            (PPL, "Enumerates in a kegiatan of a satker"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["satker", "kegiatan_statistik"], name="satker_takes_part_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kegiatan_statistik_id} in {self.satker_id}"


class KegiatanSatkerUserRole(UserObjectPermissionBase):
    """A role of a person in a kegiatan of a satker, as a guardian permission."""

    content_object = models.ForeignKey(KegiatanSatker, models.CASCADE, verbose_name=_("activity"))

    class Meta(UserObjectPermissionBase.Meta):
        db_table = "kegiatan_satker_user_roles"
        verbose_name = _("role in an activity")
        verbose_name_plural = _("roles in activities")


class KegiatanMember(Timestamped):
    """A person takes part in a kegiatan of a satker. Ended by `left_at`, never deleted.

    The roles are guardian permissions on the KegiatanSatker. `access_generation` grows with every
    change of roles and tells the person's devices to fetch everything again.
    """

    kegiatan_statistik = models.ForeignKey(
        KegiatanStatistik, models.CASCADE, related_name="members", verbose_name=_("activity")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="kegiatan_members",
        verbose_name=_("person"),
    )
    satker = models.ForeignKey(
        Satker, models.CASCADE, related_name="kegiatan_members", verbose_name=_("office")
    )
    pml = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supervised_members",
        help_text=_("Supervisor of this PPL; new units go to them."),
        verbose_name=_("supervisor"),
    )
    access_generation = models.BigIntegerField(default=1)
    left_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        db_table = "kegiatan_members"
        verbose_name = _("member of an activity")
        verbose_name_plural = _("members of activities")
        constraints = [
            models.UniqueConstraint(
                fields=["satker", "kegiatan_statistik", "user"],
                name="person_takes_part_once_per_satker",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.kegiatan_statistik_id}"


class FormDraft(models.Model):
    """The questionnaire of an activity while it is being written: its text, also half typed.

    One per activity, global like the versions; super_admin alone writes it. `revision` grows by
    one with every saving, so that two people do not overwrite each other; a new draft goes on
    after the last one's (`last_draft_revision` of the activity), so a revision names one text.
    """

    kegiatan = models.OneToOneField(
        KegiatanStatistik,
        models.CASCADE,
        primary_key=True,
        related_name="form_draft",
        verbose_name=_("activity"),
    )
    text = models.TextField(_("text"), help_text=_("JSON as it was typed."))
    revision = models.PositiveIntegerField(_("revision"), default=1)
    base_version = models.PositiveIntegerField(
        _("based on version"), null=True, blank=True, help_text=_("Version that it began from.")
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("saved by")
    )
    updated_at = models.DateTimeField(_("saved at"), auto_now=True)

    class Meta:
        db_table = "form_drafts"
        verbose_name = _("draft of a questionnaire")
        verbose_name_plural = _("drafts of questionnaires")
        constraints = [
            models.CheckConstraint(condition=Q(revision__gte=1), name="draft_revision_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.kegiatan_id} r{self.revision}"
