"""Offices, people, their area, invitations and sign-in."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase
from knox.models import AbstractAuthToken

from cerdas.ids import new_id
from satker.permissions import ADMIN_SATKER, INVITATION_ROLES

# Length of a region code by level (BPS): province 2, kabupaten 4, kecamatan 7, desa 10, SLS 14,
# sub-SLS 16. Source: design, section 5.
REGION_CODE_LENGTHS = {1: 2, 2: 4, 3: 7, 4: 10, 5: 14, 6: 16}
EVERYWHERE = "*"


class TimeZone(models.TextChoices):
    """The three zones of Indonesia."""

    WIB = "Asia/Jakarta", _("WIB (western)")
    WITA = "Asia/Makassar", _("WITA (central)")
    WIT = "Asia/Jayapura", _("WIT (eastern)")


class Timestamped(models.Model):
    """Rows that know when they were made and last changed (UTC)."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True


class Satker(Timestamped):
    """One office (satuan kerja): the tenant. Made by super_admin; kept while it has work."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(
        _("name"), max_length=200, help_text=_("Full name, e.g. BPS Kabupaten Mempawah.")
    )
    code = models.CharField(
        _("code"), max_length=20, db_collation="C", help_text=_("Such as 6104.")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        choices=TimeZone.choices,
        default=TimeZone.WIB,
        help_text=_("Field periods begin and end in this zone."),
    )

    class Meta:
        db_table = "satkers"
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["code"]
        permissions = [(ADMIN_SATKER, "Administers the people and activities of a satker")]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="satker_code_is_unique"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Za-z0-9_-]{1,20}$"), name="satker_code_fits_a_url"
            ),
            models.CheckConstraint(
                condition=Q(time_zone__in=TimeZone.values), name="satker_time_zone_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class UserManager(BaseUserManager["User"]):
    """Finds people by email in any case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this email, compared in lower case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin, Timestamped):  # type: ignore[django-manager-missing]
    """One person. Belongs to one satker at a time, or to none (floating). Deactivated, not deleted.

    `is_superuser` is the role super_admin: no satker, and not floating.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    satker = models.ForeignKey(
        Satker,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("office"),
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("email"), max_length=254, help_text=_("Kept in lower case."))
    # Empty for Google accounts, where Django would store an unusable hash.
    password = models.CharField(  # type: ignore[assignment]
        _("password"),
        max_length=128,
        null=True,
        blank=True,
        help_text=_("Empty when they sign in with Google only."),
    )
    google_id = models.CharField(_("Google account"), max_length=255, null=True, blank=True)
    google_avatar = models.URLField(_("Google picture"), max_length=500, null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        db_table = "users"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["email"], name="user_email_is_unique"),
            models.UniqueConstraint(fields=["google_id"], name="user_google_id_is_unique"),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=False) | Q(satker__isnull=True),
                name="super_admin_has_no_satker",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def is_floating(self) -> bool:
        """Return True for a person without an office who is not super_admin."""
        return self.satker_id is None and not self.is_superuser

    def get_full_name(self) -> str:
        """Return the name, for the admin's menu."""
        return self.name

    def set_unusable_password(self) -> None:
        """Leave the password empty, as the client's design has it for Google accounts."""
        self.password = None

    def check_password(self, raw_password: str) -> bool:
        """Check the password; without one, take as long as with one and say no."""
        if self.password is None:
            self.set_password_of_nobody(raw_password)
            return False
        return super().check_password(raw_password)

    def has_usable_password(self) -> bool:
        """Return True when a password is set."""
        return bool(self.password) and super().has_usable_password()

    @staticmethod
    def set_password_of_nobody(raw_password: str) -> None:
        """Hash and forget: an unknown email takes as long as a known one."""
        from django.contrib.auth.hashers import make_password

        make_password(raw_password)


class SatkerUserRole(UserObjectPermissionBase):
    """A role of a person in a satker (admin_satker), as a guardian permission on the satker."""

    content_object = models.ForeignKey(Satker, models.CASCADE, verbose_name=_("office"))

    class Meta(UserObjectPermissionBase.Meta):
        db_table = "satker_user_roles"
        verbose_name = _("role in the office")
        verbose_name_plural = _("roles in the office")


class SatkerWilayahTugas(Timestamped):
    """One code prefix that a satker is responsible for; `*` for the head office."""

    satker = models.ForeignKey(
        Satker, models.CASCADE, related_name="wilayah_tugas", verbose_name=_("office")
    )
    wilayah_level = models.IntegerField(
        _("level"),
        help_text=_(
            "0 everywhere, 1 province, 2 kabupaten, 3 kecamatan, 4 desa, 5 SLS, 6 sub-SLS."
        ),
    )
    wilayah_code_prefix = models.CharField(_("region code"), max_length=16, db_collation="C")

    class Meta:
        db_table = "satker_wilayah_tugas"
        verbose_name = _("area code")
        verbose_name_plural = _("area codes")
        ordering = ["wilayah_code_prefix"]
        constraints = [
            models.UniqueConstraint(
                fields=["satker", "wilayah_code_prefix"], name="one_row_per_satker_and_prefix"
            ),
            models.CheckConstraint(
                condition=Q(wilayah_level=0, wilayah_code_prefix=EVERYWHERE)
                | Q(
                    *(
                        Q(wilayah_level=level, wilayah_code_prefix__regex=rf"^[0-9]{{{length}}}$")
                        for level, length in REGION_CODE_LENGTHS.items()
                    ),
                    _connector=Q.OR,
                ),
                name="prefix_matches_its_level",
            ),
        ]

    def __str__(self) -> str:
        return self.wilayah_code_prefix


class InvitationState(models.TextChoices):
    """What became of an invitation."""

    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Invitation(Timestamped):
    """An office asks a person without office to join, by exact email. Answered once, then kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    satker = models.ForeignKey(
        Satker, models.CASCADE, related_name="invitations", verbose_name=_("office")
    )
    email = models.EmailField(_("email"), max_length=254)
    kegiatan_id = models.UUIDField(_("activity"), null=True, blank=True)
    role = models.CharField(_("role"), max_length=20)
    pml_id = models.UUIDField(
        _("supervisor"), null=True, blank=True, help_text=_("Supervisor of a PPL to be.")
    )
    invited_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=InvitationState.choices, default=InvitationState.WAITING
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        db_table = "invitations"
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [models.Index(fields=["email", "state"], name="invitations_of_a_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["satker", "email", "kegiatan_id", "role"],
                condition=Q(state="waiting"),
                nulls_distinct=False,
                name="one_waiting_invitation_per_role",
            ),
            models.CheckConstraint(
                condition=Q(state__in=InvitationState.values), name="invitation_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(role__in=INVITATION_ROLES), name="invitation_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="invitation_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.role}"


class RecruitLookup(models.Model):
    """Log of one look-up of a person by email, with what the admin was told. Written on `direct`.

    Ids instead of foreign keys: the row must outlive a rolled-back request.
    """

    actor_id = models.UUIDField()
    satker_id = models.UUIDField()
    email = models.CharField(max_length=254)
    outcome = models.CharField(max_length=30)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "recruit_lookups"
        verbose_name = _("look-up of a person")
        verbose_name_plural = _("look-ups of people")
        # Serves the hourly limit per actor.
        indexes = [models.Index(fields=["actor_id", "at"], name="lookups_of_an_actor")]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.at}"


class SignInAttempt(models.Model):
    """Counter of sign-in attempts for one key in one window. Written on `direct`."""

    key = models.CharField(max_length=330, primary_key=True, db_collation="C")
    window_started_at = models.DateTimeField()
    n = models.PositiveIntegerField()

    class Meta:
        db_table = "sign_in_attempts"
        verbose_name = _("counter of sign-ins")
        verbose_name_plural = _("counters of sign-ins")
        constraints = [models.CheckConstraint(condition=Q(n__gte=1), name="attempts_are_counted")]

    def __str__(self) -> str:
        return f"{self.key}: {self.n}"


class DeviceToken(AbstractAuthToken):
    """A signed-in device: the digest of its bearer token. Deleted at sign-out.

    The base class has no types, hence the ignores.
    """

    device_name = models.CharField(_("device"), max_length=100, blank=True)  # type: ignore[var-annotated]
    last_seen_at = models.DateTimeField(_("last contact"), null=True, blank=True)  # type: ignore[var-annotated]

    class Meta:
        db_table = "device_tokens"
        verbose_name = _("signed-in device")
        verbose_name_plural = _("signed-in devices")

    def __str__(self) -> str:
        return f"{self.user}: {self.device_name}"
