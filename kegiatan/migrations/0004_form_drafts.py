"""The draft of a questionnaire: one text per activity, saved by revision."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kegiatan", "0003_names_for_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FormDraft",
            fields=[
                (
                    "kegiatan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="form_draft",
                        serialize=False,
                        to="kegiatan.kegiatanstatistik",
                        verbose_name="activity",
                    ),
                ),
                ("text", models.TextField(help_text="JSON as it was typed.", verbose_name="text")),
                ("revision", models.PositiveIntegerField(default=1, verbose_name="revision")),
                (
                    "base_version",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Version that it began from.",
                        null=True,
                        verbose_name="based on version",
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="saved at")),
                (
                    "updated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saved by",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft of a questionnaire",
                "verbose_name_plural": "drafts of questionnaires",
                "db_table": "form_drafts",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("revision__gte", 1)), name="draft_revision_is_positive"
                    )
                ],
            },
        ),
    ]
