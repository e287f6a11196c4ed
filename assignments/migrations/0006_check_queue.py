"""The queue of answers to be judged, filled by a trigger so that no door can forget it."""

from django.db import migrations, models

# Answers that are the same keep their verdict through a change of status; others are queued. A row
# that waits follows the version, so that it is judged as the response stands.
FILL = """
CREATE FUNCTION check_queue_on_response() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.form_version_used = OLD.form_version_used
       AND NEW.responses IS NOT DISTINCT FROM OLD.responses
    THEN
        UPDATE response_checks SET version = NEW.version
        WHERE assignment_id = NEW.assignment_id AND version = OLD.version;
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO check_queue (assignment_id, satker_id, version, queued_at, attempts)
    VALUES (NEW.assignment_id, NEW.satker_id, NEW.version, now(), 0)
    ON CONFLICT (assignment_id) DO UPDATE
    SET version = excluded.version, queued_at = excluded.queued_at, attempts = 0,
        taken_until = NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER check_queue_on_new_response AFTER INSERT ON assignment_responses
    FOR EACH ROW WHEN (NEW.status NOT IN ('Assigned', 'Opened'))
    EXECUTE FUNCTION check_queue_on_response();
CREATE TRIGGER check_queue_on_response AFTER UPDATE ON assignment_responses
    FOR EACH ROW WHEN (NEW.status NOT IN ('Assigned', 'Opened')
                       AND (NEW.version <> OLD.version
                            OR NEW.form_version_used <> OLD.form_version_used
                            OR NEW.responses IS DISTINCT FROM OLD.responses))
    EXECUTE FUNCTION check_queue_on_response();

INSERT INTO check_queue (assignment_id, satker_id, version, queued_at, attempts)
SELECT r.assignment_id, r.satker_id, r.version, now(), 0
FROM assignment_responses r
LEFT JOIN response_checks c ON c.assignment_id = r.assignment_id AND c.version = r.version
WHERE r.status NOT IN ('Assigned', 'Opened') AND c.assignment_id IS NULL;
"""
UNFILL = """
DROP TRIGGER check_queue_on_response ON assignment_responses;
DROP TRIGGER check_queue_on_new_response ON assignment_responses;
DROP FUNCTION check_queue_on_response();
"""
# A verdict that says the same again, by a newer engine, is nothing that phones have to fetch.
STAMP = """
DROP TRIGGER feed_on_check ON response_checks;
CREATE TRIGGER feed_on_check AFTER INSERT ON response_checks
    FOR EACH ROW EXECUTE FUNCTION feed_on_child();
CREATE TRIGGER feed_on_changed_check AFTER UPDATE ON response_checks
    FOR EACH ROW WHEN ((OLD.version, OLD.state, OLD.errors, OLD.warnings)
                       IS DISTINCT FROM (NEW.version, NEW.state, NEW.errors, NEW.warnings))
    EXECUTE FUNCTION feed_on_child();
"""
UNSTAMP = """
DROP TRIGGER feed_on_changed_check ON response_checks;
DROP TRIGGER feed_on_check ON response_checks;
CREATE TRIGGER feed_on_check AFTER INSERT OR UPDATE ON response_checks
    FOR EACH ROW EXECUTE FUNCTION feed_on_child();
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0005_names_for_people")]

    operations = [
        migrations.CreateModel(
            name="CheckQueue",
            fields=[
                ("assignment_id", models.UUIDField(primary_key=True, serialize=False)),
                ("satker_id", models.UUIDField()),
                ("version", models.IntegerField()),
                ("queued_at", models.DateTimeField()),
                ("attempts", models.SmallIntegerField(default=0)),
                ("taken_until", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "answers to be checked",
                "verbose_name_plural": "answers to be checked",
                "db_table": "check_queue",
                "indexes": [
                    models.Index(fields=["satker_id", "queued_at"], name="checks_of_an_office")
                ],
            },
        ),
        migrations.RunSQL(FILL, UNFILL),
        migrations.RunSQL(STAMP, UNSTAMP),
    ]
