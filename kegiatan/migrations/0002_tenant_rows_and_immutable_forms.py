"""Row-level security on members; published questionnaires never change."""

from django.db import migrations

from cerdas.row_level_security import (
    append_only,
    drop_append_only,
    drop_tenant_policies,
    tenant_policies,
)

# A device finds the office of its work with this, also after its person has left that office.
MEMBER_OFFICES = """
CREATE FUNCTION member_offices(p_user uuid, p_kegiatan uuid)
RETURNS TABLE (satker_id uuid, joined_at timestamptz, left_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT m.satker_id, m.created_at, m.left_at FROM public.kegiatan_members m
    WHERE m.user_id = p_user AND m.kegiatan_statistik_id = p_kegiatan
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("kegiatan", "0001_activities_and_members")]

    operations = [
        migrations.RunSQL(
            tenant_policies("kegiatan_members"), drop_tenant_policies("kegiatan_members")
        ),
        migrations.RunSQL(
            append_only("form_versions", "OLD.kegiatan_id"), drop_append_only("form_versions")
        ),
        migrations.RunSQL(MEMBER_OFFICES, "DROP FUNCTION member_offices(uuid, uuid)"),
    ]
