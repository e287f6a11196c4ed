"""Row-level security, composite keys to the tenant and append-only histories."""

from django.db import migrations

from cerdas.row_level_security import (
    append_only,
    child_of_assignment,
    drop_append_only,
    drop_tenant_policies,
    tenant_policies,
)

TENANT_TABLES = (
    "assignments",
    "assignment_responses",
    "response_histories",
    "answer_changes",
    "response_comments",
    "response_checks",
    "assignment_attachments",
    "assignment_feed",
    "applied_operations",
    "parked_operations",
)
CHILDREN = {
    "assignment_responses": "assignment_id",
    "response_histories": "assignment_response_id",
    "answer_changes": "assignment_response_id",
    "response_comments": "assignment_response_id",
    "response_checks": "assignment_id",
    "assignment_attachments": "assignment_id",
    "assignment_feed": "assignment_id",
}
KEGIATAN_OF_ROW = (
    "SELECT a.kegiatan_statistik_id FROM assignments a WHERE a.id = OLD.assignment_response_id"
)
TAKES_PART = """
    ALTER TABLE assignments ADD CONSTRAINT assignment_in_a_kegiatan_of_its_satker
    FOREIGN KEY (satker_id, kegiatan_statistik_id)
    REFERENCES kegiatan_satkers (satker_id, kegiatan_statistik_id) DEFERRABLE INITIALLY DEFERRED;
"""
# Ids come from devices, so one may exist in another office. Only yes or no leaves these functions.
EXISTENCE = """
CREATE FUNCTION assignment_exists(p_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT 1 FROM public.assignments a WHERE a.id = p_id)
$$;
CREATE FUNCTION attachment_exists(p_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT 1 FROM public.assignment_attachments a WHERE a.id = p_id)
$$;
CREATE FUNCTION feed_offices(p_user uuid, p_assignments uuid[])
RETURNS TABLE (assignment_id uuid, satker_id uuid, kegiatan_id uuid, gone boolean, was_ppl boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT f.assignment_id, f.satker_id, f.kegiatan_id, f.gone, f.was_ppl
    FROM public.assignment_feed f
    WHERE f.user_id = p_user AND f.assignment_id = ANY (p_assignments)
$$;
CREATE FUNCTION parked_create_offices(p_user uuid, p_assignments uuid[])
RETURNS TABLE (assignment_id uuid, satker_id uuid, kegiatan_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT p.assignment_id, p.satker_id, p.kegiatan_id FROM public.parked_operations p
    WHERE p.user_id = p_user AND p.kind = 'create' AND p.assignment_id = ANY (p_assignments)
$$;
"""
DROP_EXISTENCE = """
DROP FUNCTION parked_create_offices(uuid, uuid[]);
DROP FUNCTION feed_offices(uuid, uuid[]);
DROP FUNCTION attachment_exists(uuid);
DROP FUNCTION assignment_exists(uuid);
"""


def run(forwards: str, backwards: str) -> migrations.RunSQL:
    """Return one reversible statement."""
    return migrations.RunSQL(forwards, backwards)


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0001_assignments_and_responses"),
        ("kegiatan", "0002_tenant_rows_and_immutable_forms"),
    ]

    operations = [
        run(
            TAKES_PART,
            "ALTER TABLE assignments DROP CONSTRAINT assignment_in_a_kegiatan_of_its_satker",
        ),
        *(
            run(
                child_of_assignment(table, column),
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_in_the_satker_of_its_assignment",
            )
            for table, column in CHILDREN.items()
        ),
        *(run(tenant_policies(table), drop_tenant_policies(table)) for table in TENANT_TABLES),
        *(
            run(append_only(table, KEGIATAN_OF_ROW), drop_append_only(table))
            for table in ("response_histories", "answer_changes")
        ),
        run(EXISTENCE, DROP_EXISTENCE),
    ]
