"""Create the region master (master_sls) and the versioned datasets (master_data)."""

import django.db.models.functions.text
from django.db import migrations, models

import masterdata.fields

# A published dataset is a document that phones hold under its checksum: it may be switched on and
# off and described anew, never rewritten.
IMMUTABLE = """
CREATE FUNCTION master_data_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'dataset % % is published and cannot change; load a new version',
        OLD.type, OLD.version
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'master_data_is_immutable';
END $$;
CREATE TRIGGER master_data_is_immutable
    BEFORE UPDATE ON master_data FOR EACH ROW
    WHEN ((OLD.type, OLD.version, OLD.checksum, OLD.size_bytes, OLD.row_count)
          IS DISTINCT FROM (NEW.type, NEW.version, NEW.checksum, NEW.size_bytes, NEW.row_count)
          OR OLD.data::text IS DISTINCT FROM NEW.data::text)
    EXECUTE FUNCTION master_data_is_immutable();
"""
MUTABLE = """
DROP TRIGGER master_data_is_immutable ON master_data;
DROP FUNCTION master_data_is_immutable();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="MasterData",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "type",
                    models.CharField(db_collation="C", help_text="Such as KBLI.", max_length=64),
                ),
                ("version", models.PositiveIntegerField(help_text="Such as 2020.")),
                ("description", models.CharField(blank=True, max_length=255, null=True)),
                (
                    "data",
                    masterdata.fields.JsonTextField(
                        help_text="JSON list of objects, each with a text code."
                    ),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                (
                    "checksum",
                    models.CharField(
                        db_collation="C",
                        help_text="SHA-256 of the stored text, hexadecimal.",
                        max_length=64,
                    ),
                ),
                (
                    "size_bytes",
                    models.PositiveBigIntegerField(help_text="Bytes of the stored text in UTF-8."),
                ),
                ("row_count", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "dataset",
                "verbose_name_plural": "datasets",
                "db_table": "master_data",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("type", "version"), name="one_dataset_per_type_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("type",),
                        name="one_active_version_per_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("type__regex", "^[A-Za-z][A-Za-z0-9_-]*$")),
                        name="dataset_type_is_one_word",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("checksum__regex", "^[0-9a-f]{64}$")),
                        name="dataset_checksum_is_sha256",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MasterSls",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "prov_id",
                    models.CharField(
                        db_collation="C", help_text="Province code, 2 digits.", max_length=2
                    ),
                ),
                (
                    "kabkot_id",
                    models.CharField(
                        db_collation="C",
                        help_text="Kabupaten or kota code, 4 digits.",
                        max_length=4,
                    ),
                ),
                (
                    "kec_id",
                    models.CharField(
                        db_collation="C", help_text="Kecamatan code, 7 digits.", max_length=7
                    ),
                ),
                (
                    "desa_kel_id",
                    models.CharField(
                        db_collation="C",
                        help_text="Desa or kelurahan code, 10 digits.",
                        max_length=10,
                    ),
                ),
                (
                    "sls_id",
                    models.CharField(
                        db_collation="C",
                        help_text="SLS code (14 digits) and sub-SLS (2 digits; 00 = not divided).",
                        max_length=16,
                    ),
                ),
                ("provinsi", models.CharField(max_length=255)),
                ("kabkot", models.CharField(max_length=255)),
                ("kecamatan", models.CharField(max_length=255)),
                ("desa_kel", models.CharField(max_length=255)),
                (
                    "nama",
                    models.CharField(help_text="Name of the SLS, as in the file.", max_length=255),
                ),
                (
                    "jenis_sls",
                    models.CharField(
                        blank=True,
                        help_text="Kind: SLS or NONSLS; empty if not told.",
                        max_length=32,
                        null=True,
                    ),
                ),
                (
                    "jumlah_keluarga",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Households when the master was made; empty if not told.",
                        null=True,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "SLS",
                "verbose_name_plural": "region master (SLS)",
                "db_table": "master_sls",
                "constraints": [
                    models.UniqueConstraint(fields=("sls_id",), name="one_row_per_sls_id"),
                    models.CheckConstraint(
                        condition=models.Q(("sls_id__regex", "^[0-9]{16}$")),
                        name="sls_id_is_16_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "desa_kel_id",
                                django.db.models.functions.text.Left(models.F("sls_id"), 10),
                            ),
                            (
                                "kabkot_id",
                                django.db.models.functions.text.Left(models.F("sls_id"), 4),
                            ),
                            ("kec_id", django.db.models.functions.text.Left(models.F("sls_id"), 7)),
                            (
                                "prov_id",
                                django.db.models.functions.text.Left(models.F("sls_id"), 2),
                            ),
                        ),
                        name="region_codes_are_prefixes_of_sls_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("nama", ""), _negated=True), name="sls_has_a_name"
                    ),
                ],
            },
        ),
        migrations.RunSQL(IMMUTABLE, MUTABLE),
    ]
