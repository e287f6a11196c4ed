"""Triggers that stamp the feed: whatever door changes an assignment, its recipients learn it.

Row triggers on purpose: they run in the writer's transaction, so the stamp is its own id.
"""

from django.db import migrations

STAMP = """
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
    UPDATE assignment_feed SET gone = true, changed_xid = pg_current_xact_id()
    WHERE assignment_id = NEW.id AND NOT gone
      AND (NEW.cancelled_at IS NOT NULL OR user_id NOT IN (NEW.ppl_id, NEW.pml_id));
    IF NEW.cancelled_at IS NULL THEN
        IF NEW.ppl_id <> OLD.ppl_id THEN
            PERFORM feed_give(NEW, NEW.ppl_id);
        END IF;
        IF NEW.pml_id <> OLD.pml_id AND NEW.pml_id <> NEW.ppl_id THEN
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
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0002_tenant_rows")]

    operations = [migrations.RunSQL(STAMP, UNSTAMP)]
