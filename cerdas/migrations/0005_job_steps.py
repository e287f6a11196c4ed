"""Steps of jobs that are not one transaction: what is done, written with the rows of the step."""

import django.db.models.deletion
from django.db import migrations, models

from cerdas.row_level_security import drop_tenant_policies, tenant_policies

# Foreign-key checks bypass row-level security. Jobs of super_admin have no satker.
SAME_OFFICE = """
    ALTER TABLE job_steps ADD CONSTRAINT job_steps_in_the_satker_of_their_job
    FOREIGN KEY (satker_id, job_id) REFERENCES jobs (satker_id, id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""
NOT_SAME_OFFICE = "ALTER TABLE job_steps DROP CONSTRAINT job_steps_in_the_satker_of_their_job;"


class Migration(migrations.Migration):
    dependencies = [
        ("cerdas", "0004_names_for_people"),
        ("satker", "0001_offices_and_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="JobStep",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(help_text="From 0, without gaps.")),
                (
                    "facts",
                    models.JSONField(
                        help_text="Where the next one begins, and what came of this one."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="cerdas.job",
                    ),
                ),
                (
                    "satker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="satker.satker",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a job",
                "verbose_name_plural": "steps of jobs",
                "db_table": "job_steps",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("job", "number"), name="one_step_per_number")
                ],
            },
        ),
        migrations.RunSQL(SAME_OFFICE, NOT_SAME_OFFICE),
        migrations.RunSQL(tenant_policies("job_steps"), drop_tenant_policies("job_steps")),
    ]
