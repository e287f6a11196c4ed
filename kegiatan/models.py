"""Activities, their questionnaires in versions, the offices and people who carry them out."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from cerdas.ids import new_id
from satker.models import Satker, Timestamped
from satker.permissions import ADMIN_KEGIATAN, PML, PPL


class KegiatanStatistik(Timestamped):
    """A survey or census, or one phase of it. Global; made by super_admin, kept with its work.

    `form_schema` and `form_version` mirror the newest row of `form_versions`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    start_date = models.DateField(
        help_text=_("First day of the field period, in the satker's zone.")
    )
    end_date = models.DateField(help_text=_("Last day of the field period."))
    extended_end_date = models.DateField(null=True, blank=True)
    form_schema = models.JSONField(null=True, blank=True)
    form_version = models.IntegerField(default=1)
    allow_new_assignments = models.BooleanField(
        default=False, help_text=_("A PPL may add units found in the field.")
    )
    allow_without_region = models.BooleanField(
        default=False, help_text=_("Units without region code, for offices that cover everything.")
    )
    sync_grace_days = models.PositiveSmallIntegerField(
        default=7, help_text=_("Days after the period in which work done within it may arrive.")
    )
    source = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, help_text=_("Phase whose results it takes.")
    )

    class Meta:
        db_table = "kegiatan_statistiks"
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
                condition=Q(year__gte=1960, year__lte=2200), name="kegiatan_year_is_plausible"
            ),
            models.CheckConstraint(
                condition=Q(form_version__gte=1), name="kegiatan_form_version_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.year})"


class FormVersion(models.Model):
    """One published questionnaire. Immutable (trigger); kept for ever."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kegiatan = models.ForeignKey(KegiatanStatistik, models.CASCADE, related_name="form_versions")
    version = models.PositiveIntegerField()
    schema = models.JSONField()
    checksum = models.CharField(max_length=64, help_text=_("SHA-256 of the stored schema text."))
    notes = models.TextField(blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "form_versions"
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
        KegiatanStatistik, models.CASCADE, related_name="kegiatan_satkers"
    )
    satker = models.ForeignKey(Satker, models.CASCADE, related_name="kegiatan_satkers")
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "kegiatan_satkers"
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

    content_object = models.ForeignKey(KegiatanSatker, models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        db_table = "kegiatan_satker_user_roles"


class KegiatanMember(Timestamped):
    """A person takes part in a kegiatan of a satker. Ended by `left_at`, never deleted.

    The roles are guardian permissions on the KegiatanSatker. `access_generation` grows with every
    change of roles and tells the person's devices to fetch everything again.
    """

    kegiatan_statistik = models.ForeignKey(
        KegiatanStatistik, models.CASCADE, related_name="members"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="kegiatan_members"
    )
    satker = models.ForeignKey(Satker, models.CASCADE, related_name="kegiatan_members")
    pml = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supervised_members",
        help_text=_("Supervisor of this PPL; new units go to them."),
    )
    access_generation = models.BigIntegerField(default=1)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "kegiatan_members"
        constraints = [
            models.UniqueConstraint(
                fields=["satker", "kegiatan_statistik", "user"],
                name="person_takes_part_once_per_satker",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.kegiatan_statistik_id}"
