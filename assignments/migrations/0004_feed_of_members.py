"""A change of somebody's roles decides again which of their feed rows are in their hands."""

from django.db import migrations

REFRESH = """
CREATE FUNCTION holds_kegiatan_role(
    p_user uuid, p_satker uuid, p_kegiatan uuid, p_role text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM kegiatan_satker_user_roles r
        JOIN auth_permission p ON p.id = r.permission_id AND p.codename = p_role
        JOIN kegiatan_satkers ks ON ks.id = r.content_object_id
        WHERE r.user_id = p_user AND ks.satker_id = p_satker
          AND ks.kegiatan_statistik_id = p_kegiatan AND ks.left_at IS NULL)
$$;

CREATE FUNCTION feed_on_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    as_ppl boolean := NEW.left_at IS NULL AND holds_kegiatan_role(
        NEW.user_id, NEW.satker_id, NEW.kegiatan_statistik_id, 'PPL');
    as_pml boolean := NEW.left_at IS NULL AND holds_kegiatan_role(
        NEW.user_id, NEW.satker_id, NEW.kegiatan_statistik_id, 'PML');
BEGIN
    UPDATE assignment_feed f
    SET gone = NOT held.held, changed_xid = pg_current_xact_id()
    FROM (
        SELECT a.id, a.cancelled_at IS NULL
               AND ((as_ppl AND a.ppl_id = NEW.user_id) OR (as_pml AND a.pml_id = NEW.user_id))
               AS held
        FROM assignments a
        WHERE a.satker_id = NEW.satker_id
          AND a.kegiatan_statistik_id = NEW.kegiatan_statistik_id
          AND (a.ppl_id = NEW.user_id OR a.pml_id = NEW.user_id)
    ) held
    WHERE f.user_id = NEW.user_id AND f.assignment_id = held.id AND f.gone <> (NOT held.held);
    RETURN NULL;
END $$;

-- Services change the roles first and the generation last, in one transaction.
CREATE TRIGGER feed_on_member AFTER INSERT OR UPDATE OF access_generation, left_at
    ON kegiatan_members FOR EACH ROW EXECUTE FUNCTION feed_on_member();
"""
UNREFRESH = """
DROP TRIGGER feed_on_member ON kegiatan_members;
DROP FUNCTION feed_on_member();
DROP FUNCTION holds_kegiatan_role(uuid, uuid, uuid, text);
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0003_feed_triggers")]

    operations = [migrations.RunSQL(REFRESH, UNREFRESH)]
