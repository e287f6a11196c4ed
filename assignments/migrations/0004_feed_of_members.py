"""A change of somebody's roles decides again which of their feed rows are in their hands."""

from django.db import migrations

REFRESH = """
CREATE FUNCTION feed_on_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    as_ppl boolean := NEW.left_at IS NULL AND holds_kegiatan_role(
        NEW.user_id, NEW.satker_id, NEW.kegiatan_statistik_id, 'PPL');
    as_pml boolean := NEW.left_at IS NULL AND holds_kegiatan_role(
        NEW.user_id, NEW.satker_id, NEW.kegiatan_statistik_id, 'PML');
BEGIN
    -- Whoever moves or cancels a unit locks its feed rows as well: each waits for the other, and
    -- the statement after this one sees what the other did.
    PERFORM 1 FROM assignment_feed
    WHERE user_id = NEW.user_id AND kegiatan_id = NEW.kegiatan_statistik_id
      AND satker_id = NEW.satker_id
    ORDER BY assignment_id FOR NO KEY UPDATE;
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
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0003_feed_triggers")]

    operations = [migrations.RunSQL(REFRESH, UNREFRESH)]
