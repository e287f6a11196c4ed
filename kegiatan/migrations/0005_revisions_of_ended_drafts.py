"""Remember the last revision of drafts that ended: no later draft of the activity takes it again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kegiatan", "0004_form_drafts")]

    operations = [
        migrations.AddField(
            model_name="kegiatanstatistik",
            name="last_draft_revision",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="Of the drafts that ended; the next draft goes on after it.",
                verbose_name="last revision of a draft",
            ),
        ),
    ]
