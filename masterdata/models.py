"""Tables of the region master and of the versioned datasets (KBLI, KBJI).

Both are global: every office reads the same rows, super_admin alone loads them.
Source: database design of the client, sections `master_sls` and `master_data`.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from .fields import JsonTextField

NAME_MAX = 255
TYPE_MAX = 64


def _code(name: Any, digits: int, what: Any) -> "models.CharField[str, str]":
    return models.CharField(name, max_length=digits, db_collation="C", help_text=what)


class MasterSls(models.Model):
    """One SLS or sub-SLS with the full codes and names of everything above it.

    Created, changed and removed only by `load_master_sls`. Codes are full and nest by prefix:
    61, 6104, 6104080, 6104080001, 6104080001000100. The unique index on `sls_id` serves every
    look-up: an area is the range [prefix, prefix + ":").
    """

    id = models.BigAutoField(primary_key=True)
    prov_id = _code(_("province code"), 2, _("Province code, 2 digits."))
    kabkot_id = _code(_("kabupaten code"), 4, _("Kabupaten or kota code, 4 digits."))
    kec_id = _code(_("kecamatan code"), 7, _("Kecamatan code, 7 digits."))
    desa_kel_id = _code(_("desa code"), 10, _("Desa or kelurahan code, 10 digits."))
    sls_id = _code(
        _("SLS code"), 16, _("SLS code (14 digits) and sub-SLS (2 digits; 00 = not divided).")
    )
    provinsi = models.CharField(_("province"), max_length=NAME_MAX)
    kabkot = models.CharField(_("kabupaten or kota"), max_length=NAME_MAX)
    kecamatan = models.CharField(_("kecamatan"), max_length=NAME_MAX)
    desa_kel = models.CharField(_("desa or kelurahan"), max_length=NAME_MAX)
    nama = models.CharField(
        _("name of the SLS"), max_length=NAME_MAX, help_text=_("Name of the SLS, as in the file.")
    )
    jenis_sls = models.CharField(
        _("kind of SLS"),
        max_length=32,
        null=True,
        blank=True,
        help_text=_("Kind: SLS or NONSLS; empty if not told."),
    )
    jumlah_keluarga = models.PositiveIntegerField(
        _("households"),
        null=True,
        blank=True,
        help_text=_("Households when the master was made; empty if not told."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        db_table = "master_sls"
        verbose_name = _("SLS")
        verbose_name_plural = _("region master (SLS)")
        constraints = [
            # Serves children of an area, names of codes, and "does this code exist".
            models.UniqueConstraint(fields=["sls_id"], name="one_row_per_sls_id"),
            models.CheckConstraint(
                condition=Q(sls_id__regex=r"^[0-9]{16}$"), name="sls_id_is_16_digits"
            ),
            # With the rule above this also fixes the length and digits of each code.
            models.CheckConstraint(
                condition=Q(
                    prov_id=Left(F("sls_id"), 2),
                    kabkot_id=Left(F("sls_id"), 4),
                    kec_id=Left(F("sls_id"), 7),
                    desa_kel_id=Left(F("sls_id"), 10),
                ),
                name="region_codes_are_prefixes_of_sls_id",
            ),
            models.CheckConstraint(condition=~Q(nama=""), name="sls_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.sls_id} {self.nama}"


class MasterData(models.Model):
    """One published version of a dataset, stored whole as the JSON text that phones download.

    Created by `load_masterdata`. Content, type and version never change (trigger
    `master_data_is_immutable`); only `is_active` and `description` may.
    """

    id = models.BigAutoField(primary_key=True)
    type = models.CharField(
        _("type"), max_length=TYPE_MAX, db_collation="C", help_text=_("Such as KBLI.")
    )
    version = models.PositiveIntegerField(_("version"), help_text=_("Such as 2020."))
    description = models.CharField(_("description"), max_length=NAME_MAX, null=True, blank=True)
    data = JsonTextField(help_text=_("JSON list of objects, each with a text code."))
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    checksum = models.CharField(
        _("checksum"),
        max_length=64,
        db_collation="C",
        help_text=_("SHA-256 of the stored text, hexadecimal."),
    )
    size_bytes = models.PositiveBigIntegerField(
        _("size in bytes"), help_text=_("Bytes of the stored text in UTF-8.")
    )
    row_count = models.PositiveIntegerField(_("rows"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        db_table = "master_data"
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        constraints = [
            models.UniqueConstraint(
                fields=["type", "version"], name="one_dataset_per_type_version"
            ),
            models.UniqueConstraint(
                fields=["type"], condition=Q(is_active=True), name="one_active_version_per_type"
            ),
            models.CheckConstraint(
                condition=Q(type__regex=r"^[A-Za-z][A-Za-z0-9_-]*$"),
                name="dataset_type_is_one_word",
            ),
            models.CheckConstraint(
                condition=Q(checksum__regex=r"^[0-9a-f]{64}$"), name="dataset_checksum_is_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.version}"
