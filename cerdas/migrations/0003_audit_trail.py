"""The audit trail: its table, and the triggers that write it whatever door a change comes by."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cerdas.audit_triggers import FUNCTIONS, NO_FUNCTIONS, audit_trigger, drop_audit_trigger
from cerdas.row_level_security import (
    append_only,
    drop_append_only,
    drop_tenant_policies,
    tenant_policies,
)

_PLACE = ["user_id", "permission_id", "content_object_id"]
_UNIT = [
    "ppl_id",
    "pml_id",
    *(f"level_{n}_code" for n in range(1, 7)),
    "cancelled_at",
    "cancelled_by_id",
    "cancel_reason",
]
_OLD, _NEW = (", ".join(f"{row}.{column}" for column in _UNIT) for row in ("OLD", "NEW"))
# A submit takes the phone's label; its answers and status have histories of their own.
_UNIT_CHANGES = f"""
    ({_OLD}) IS DISTINCT FROM ({_NEW})
    OR (OLD.assignment_label <> NEW.assignment_label
        AND coalesce(current_setting('app.request', true), '') NOT LIKE '%/operations/')
"""
TRIGGERS = {
    "satkers": {"kept": ["name", "code", "time_zone"]},
    "satker_wilayah_tugas": {"kept": ["satker_id", "wilayah_level", "wilayah_code_prefix"]},
    "users": {
        "kept": ["satker_id", "name", "email", "is_active", "is_staff", "is_superuser"],
        "veiled": ["password", "google_id"],
    },
    "satker_user_roles": {"kept": _PLACE},
    "kegiatan_satker_user_roles": {"kept": _PLACE},
    "invitations": {
        "kept": ["satker_id", "email", "kegiatan_id", "role", "pml_id", "invited_by_id", "state"]
    },
    "kegiatan_statistiks": {
        "kept": [
            "name",
            "year",
            "start_date",
            "end_date",
            "extended_end_date",
            "form_version",
            "allow_new_assignments",
            "allow_without_region",
            "sync_grace_days",
            "source_id",
        ],
        "marked": ["form_schema"],
    },
    "kegiatan_satkers": {"kept": ["kegiatan_statistik_id", "satker_id", "left_at"]},
    "kegiatan_members": {
        "kept": ["kegiatan_statistik_id", "user_id", "satker_id", "pml_id", "left_at"]
    },
    "form_versions": {
        "kept": ["kegiatan_id", "version", "checksum", "notes", "published_by_id"],
        "marked": ["schema"],
    },
    "assignments": {
        "kept": [*_UNIT, "assignment_label"],
        "events": "UPDATE",
        "when": _UNIT_CHANGES,
    },
    "parked_operations": {
        "kept": ["state", "decided_by_id", "decision_reason"],
        "events": "UPDATE",
        "when": "OLD.state <> NEW.state",
    },
    "master_data": {
        "kept": ["type", "version", "description", "is_active", "checksum", "row_count"]
    },
    "jobs": {"kept": ["kind", "title", "actor_id"], "events": "INSERT"},
}


class Migration(migrations.Migration):
    dependencies = [
        ("cerdas", "0002_tenant_rows_of_jobs"),
        ("satker", "0001_offices_and_people"),
        ("kegiatan", "0002_tenant_rows_and_immutable_forms"),
        ("assignments", "0004_feed_of_members"),
        ("masterdata", "0001_region_master_and_datasets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("api", "Phone or API"),
                            ("admin", "Office pages"),
                            ("command", "Command"),
                            ("job", "Job"),
                            ("system", "System"),
                        ],
                        max_length=10,
                        verbose_name="door",
                    ),
                ),
                (
                    "address",
                    models.CharField(blank=True, max_length=64, verbose_name="network address"),
                ),
                (
                    "request",
                    models.CharField(
                        blank=True,
                        help_text="Method and path, or name of the command or job.",
                        max_length=500,
                        verbose_name="request",
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("insert", "Added"), ("update", "Changed"), ("delete", "Removed")],
                        max_length=10,
                        verbose_name="action",
                    ),
                ),
                (
                    "table_name",
                    models.CharField(
                        choices=[
                            ("assignments", "Assignment"),
                            ("form_versions", "Questionnaire"),
                            ("invitations", "Invitation"),
                            ("jobs", "Job"),
                            ("kegiatan_members", "Member of an activity"),
                            ("kegiatan_satker_user_roles", "Role in an activity"),
                            ("kegiatan_satkers", "Office in an activity"),
                            ("kegiatan_statistiks", "Activity"),
                            ("master_data", "Dataset"),
                            ("parked_operations", "Waiting field work"),
                            ("satker_user_roles", "Role in the office"),
                            ("satker_wilayah_tugas", "Area of the office"),
                            ("satkers", "Office"),
                            ("users", "Person"),
                        ],
                        max_length=63,
                        verbose_name="what was changed",
                    ),
                ),
                (
                    "row_id",
                    models.CharField(
                        blank=True,
                        help_text="Empty for many rows.",
                        max_length=64,
                        verbose_name="id of the row",
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=300, verbose_name="label")),
                ("changes", models.JSONField(help_text="For each column its old and new value.")),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        help_text="Empty when nobody was signed in.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "satker",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="satker.satker",
                        verbose_name="office",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit trail",
                "db_table": "audit_entries",
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["satker", "-at", "-id"], name="audit_of_an_office"),
                    models.Index(fields=["-at", "-id"], name="audit_newest_first"),
                    models.Index(fields=["table_name", "row_id"], name="audit_of_a_row"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("origin__in", ["api", "admin", "command", "job", "system"])
                        ),
                        name="audit_origin_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["insert", "update", "delete"])),
                        name="audit_action_is_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(tenant_policies("audit_entries"), drop_tenant_policies("audit_entries")),
        # `app.purge` = audit_entries lets the owner delete what is older than must be kept.
        migrations.RunSQL(
            append_only("audit_entries", "'audit_entries'"), drop_append_only("audit_entries")
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        *(
            migrations.RunSQL(audit_trigger(table, **columns), drop_audit_trigger(table))
            for table, columns in TRIGGERS.items()
        ),
    ]
