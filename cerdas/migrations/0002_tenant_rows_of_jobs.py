"""Row-level security on jobs and their files."""

from django.db import migrations

from cerdas.row_level_security import drop_tenant_policies, tenant_policies

# Foreign-key checks bypass row-level security. Jobs of super_admin have no satker.
SAME_OFFICE = """
    ALTER TABLE jobs ADD CONSTRAINT job_in_its_satker UNIQUE (satker_id, id);
    ALTER TABLE job_files ADD CONSTRAINT job_files_in_the_satker_of_their_job
    FOREIGN KEY (satker_id, job_id) REFERENCES jobs (satker_id, id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""
NOT_SAME_OFFICE = """
    ALTER TABLE job_files DROP CONSTRAINT job_files_in_the_satker_of_their_job;
    ALTER TABLE jobs DROP CONSTRAINT job_in_its_satker;
"""


class Migration(migrations.Migration):
    dependencies = [("cerdas", "0001_background_jobs")]

    operations = [
        migrations.RunSQL(SAME_OFFICE, NOT_SAME_OFFICE),
        *(
            migrations.RunSQL(tenant_policies(table), drop_tenant_policies(table))
            for table in ("jobs", "job_files")
        ),
    ]
