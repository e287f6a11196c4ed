"""Triggers that stamp the feed: whatever door changes an assignment, its recipients learn it.

Row triggers on purpose: they run in the writer's transaction, so the stamp is its own id.
"""

from django.db import migrations

STAMP = """
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

CREATE FUNCTION feed_stamp(p_assignment uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE assignment_feed SET changed_xid = pg_current_xact_id()
    WHERE assignment_id = p_assignment AND NOT gone AND changed_xid <> pg_current_xact_id()
$$;

CREATE FUNCTION feed_give(p_row assignments, p_user uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO assignment_feed
        (user_id, assignment_id, kegiatan_id, satker_id, gone, was_ppl, changed_xid)
    VALUES (p_user, p_row.id, p_row.kegiatan_statistik_id, p_row.satker_id, false,
            p_user = p_row.ppl_id, pg_current_xact_id())
    ON CONFLICT (user_id, assignment_id) DO UPDATE
    SET gone = false, was_ppl = assignment_feed.was_ppl OR excluded.was_ppl,
        changed_xid = pg_current_xact_id()
$$;

CREATE FUNCTION feed_on_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.cancelled_at IS NULL THEN
            PERFORM feed_give(NEW, NEW.ppl_id);
            IF NEW.pml_id <> NEW.ppl_id THEN
                PERFORM feed_give(NEW, NEW.pml_id);
            END IF;
        END IF;
        RETURN NULL;
    END IF;
    IF NEW.ppl_id <> OLD.ppl_id OR NEW.pml_id <> OLD.pml_id
       OR NEW.cancelled_at IS DISTINCT FROM OLD.cancelled_at THEN
        -- A change of roles under way may be clearing a tombstone that this statement still sees:
        -- wait for every row, also those that seem to need nothing, then look again.
        PERFORM 1 FROM assignment_feed WHERE assignment_id = NEW.id
        ORDER BY user_id FOR NO KEY UPDATE;
        UPDATE assignment_feed f SET gone = true, changed_xid = pg_current_xact_id()
        WHERE f.assignment_id = NEW.id AND NOT f.gone AND (NEW.cancelled_at IS NOT NULL OR NOT (
            (f.user_id = NEW.ppl_id AND holds_kegiatan_role(
                f.user_id, NEW.satker_id, NEW.kegiatan_statistik_id, 'PPL'))
            OR (f.user_id = NEW.pml_id AND holds_kegiatan_role(
                f.user_id, NEW.satker_id, NEW.kegiatan_statistik_id, 'PML'))));
    END IF;
    IF NEW.cancelled_at IS NULL THEN
        IF NEW.ppl_id <> OLD.ppl_id THEN
            PERFORM feed_give(NEW, NEW.ppl_id);
        END IF;
        IF NEW.pml_id <> OLD.pml_id THEN
            PERFORM feed_give(NEW, NEW.pml_id);
        END IF;
    END IF;
    PERFORM feed_stamp(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION feed_on_child() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM feed_stamp(coalesce(NEW.assignment_id, OLD.assignment_id));
    RETURN NULL;
END $$;

CREATE FUNCTION feed_on_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM feed_stamp(NEW.assignment_response_id);
    RETURN NULL;
END $$;

CREATE TRIGGER feed_on_assignment AFTER INSERT OR UPDATE ON assignments
    FOR EACH ROW EXECUTE FUNCTION feed_on_assignment();
CREATE TRIGGER feed_on_response AFTER UPDATE ON assignment_responses
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION feed_on_child();
CREATE TRIGGER feed_on_check AFTER INSERT OR UPDATE ON response_checks
    FOR EACH ROW EXECUTE FUNCTION feed_on_child();
CREATE TRIGGER feed_on_attachment AFTER INSERT OR UPDATE OR DELETE ON assignment_attachments
    FOR EACH ROW EXECUTE FUNCTION feed_on_child();
CREATE TRIGGER feed_on_comment AFTER INSERT ON response_comments
    FOR EACH ROW EXECUTE FUNCTION feed_on_comment();
INSERT INTO feed_epoch (id, epoch) VALUES (1, 1);
"""
UNSTAMP = """
DELETE FROM feed_epoch;
DROP TRIGGER feed_on_comment ON response_comments;
DROP TRIGGER feed_on_attachment ON assignment_attachments;
DROP TRIGGER feed_on_check ON response_checks;
DROP TRIGGER feed_on_response ON assignment_responses;
DROP TRIGGER feed_on_assignment ON assignments;
DROP FUNCTION feed_on_comment();
DROP FUNCTION feed_on_child();
DROP FUNCTION feed_on_assignment();
DROP FUNCTION feed_give(assignments, uuid);
DROP FUNCTION feed_stamp(uuid);
DROP FUNCTION holds_kegiatan_role(uuid, uuid, uuid, text);
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0002_tenant_rows")]

    operations = [migrations.RunSQL(STAMP, UNSTAMP)]
