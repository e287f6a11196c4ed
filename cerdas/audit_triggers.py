"""SQL of the triggers that write the audit trail, used by migrations.

Imported by migrations: change it only by adding. A migration that adds a column to an audited table
drops the table's trigger and makes it anew with `audit_trigger`.

The functions run with the owner's rights (entries without office, or of another office than the
scope's) and a fixed search path. Nobody else may use them for triggers of their own.
Source: issue 3, point 9; docs/decisions/0006-audit-by-triggers.md.
"""

from collections.abc import Sequence

# Columns of an entry that say who and where. Without context: the database role that wrote.
_WHO = """
    nullif(current_setting('app.actor', true), '')::uuid,
    coalesce(nullif(current_setting('app.origin', true), ''), 'system'),
    coalesce(current_setting('app.address', true), ''),
    CASE WHEN coalesce(current_setting('app.origin', true), '') = ''
         THEN 'database role ' || session_user
         ELSE coalesce(current_setting('app.request', true), '') END
"""
_INSERT = """
    INSERT INTO audit_entries (at, satker_id, actor_id, origin, address, request,
                               action, table_name, row_id, label, changes)
"""
_DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"

FUNCTIONS = f"""
-- {{column: [old, new]}} of what differs, of the columns named. In plpgsql, since a function in
-- SQL would be planned anew for each row.
CREATE FUNCTION audit_changes(
    old_row jsonb, new_row jsonb, kept text[], veiled text[], marked text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    changed jsonb := '{{}}';
    name text;
    before jsonb;
    after jsonb;
    instead jsonb;
BEGIN
    FOREACH name IN ARRAY kept || veiled || marked LOOP
        before := coalesce(old_row -> name, 'null');
        after := coalesce(new_row -> name, 'null');
        IF before <> after THEN
            instead := CASE WHEN name = ANY (veiled) THEN '"•••"'::jsonb
                            WHEN name = ANY (marked) THEN '"changed"'::jsonb END;
            IF instead IS NOT NULL THEN
                before := CASE WHEN before = 'null' THEN before ELSE instead END;
                after := CASE WHEN after = 'null' THEN after ELSE instead END;
            END IF;
            changed := changed || jsonb_build_object(name, jsonb_build_array(before, after));
        END IF;
    END LOOP;
    RETURN changed;
END $$;

-- The offices whose admins see an entry; a person who changes office is seen by both.
CREATE FUNCTION audit_offices(table_name text, old_row jsonb, new_row jsonb) RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    this jsonb := coalesce(new_row, old_row);
    before uuid := old_row ->> 'satker_id';
    after uuid := new_row ->> 'satker_id';
BEGIN
    IF table_name = 'satkers' THEN
        RETURN ARRAY[(this ->> 'id')::uuid];
    ELSIF table_name = 'satker_user_roles' THEN
        RETURN ARRAY[(this ->> 'content_object_id')::uuid];
    ELSIF table_name = 'kegiatan_satker_user_roles' THEN
        RETURN ARRAY[(SELECT satker_id FROM kegiatan_satkers
                      WHERE id = (this ->> 'content_object_id')::bigint)];
    ELSIF before <> after THEN
        RETURN ARRAY[before, after];
    END IF;
    RETURN ARRAY[coalesce(after, before)];
END $$;

CREATE FUNCTION audit_label(table_name text, this jsonb) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    plain text := CASE table_name
        WHEN 'assignments' THEN this ->> 'assignment_label'
        WHEN 'invitations' THEN concat_ws(': ', this ->> 'email', this ->> 'role')
        WHEN 'jobs' THEN this ->> 'title'
        WHEN 'kegiatan_statistiks' THEN concat_ws(' ', this ->> 'name', this ->> 'year')
        WHEN 'master_data' THEN concat_ws(' ', this ->> 'type', this ->> 'version')
        WHEN 'satker_wilayah_tugas' THEN this ->> 'wilayah_code_prefix'
        WHEN 'satkers' THEN concat_ws(' ', this ->> 'code', this ->> 'name')
        WHEN 'users' THEN concat(this ->> 'name', ' <', this ->> 'email', '>') END;
    person text;
    activity text;
    role text;
BEGIN
    IF plain IS NOT NULL THEN
        RETURN left(plain, 300);
    END IF;
    SELECT name INTO person FROM users WHERE id = (this ->> 'user_id')::uuid;
    SELECT name || ' ' || year INTO activity FROM kegiatan_statistiks
    WHERE id = coalesce(this ->> 'kegiatan_statistik_id', this ->> 'kegiatan_id')::uuid;
    SELECT codename INTO role FROM auth_permission WHERE id = (this ->> 'permission_id')::integer;
    IF table_name = 'kegiatan_satker_user_roles' THEN
        SELECT k.name || ' ' || k.year INTO activity
        FROM kegiatan_satkers ks JOIN kegiatan_statistiks k ON k.id = ks.kegiatan_statistik_id
        WHERE ks.id = (this ->> 'content_object_id')::bigint;
    END IF;
    RETURN left(CASE table_name
        WHEN 'form_versions' THEN concat(activity, ' v', this ->> 'version')
        WHEN 'kegiatan_members' THEN concat_ws(': ', person, activity)
        WHEN 'kegiatan_satkers' THEN concat_ws(': ', activity, (
            SELECT code FROM satkers WHERE id = (this ->> 'satker_id')::uuid))
        WHEN 'parked_operations' THEN concat_ws(': ', person, this ->> 'kind', this ->> 'reason')
        WHEN 'kegiatan_satker_user_roles' THEN concat_ws(': ', person, role, activity)
        WHEN 'satker_user_roles' THEN concat_ws(': ', person, role)
        ELSE this ->> 'id' END, 300);
END $$;

-- Arguments of the trigger: columns kept, columns veiled, columns of which only a mark is kept.
CREATE FUNCTION audit_row() RETURNS trigger {_DEFINER} AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    this jsonb := coalesce(new_row, old_row);
    changed jsonb := audit_changes(
        old_row, new_row, TG_ARGV[0]::text[], TG_ARGV[1]::text[], TG_ARGV[2]::text[]);
BEGIN
    IF TG_OP = 'UPDATE' AND changed = '{{}}' THEN
        RETURN NULL;
    END IF;
    {_INSERT}
    SELECT clock_timestamp(), office, {_WHO}, lower(TG_OP), TG_TABLE_NAME,
           this ->> 'id', coalesce(audit_label(TG_TABLE_NAME, this), ''), changed
    FROM unnest(audit_offices(TG_TABLE_NAME, old_row, new_row)) office;
    RETURN NULL;
END $$;

-- One entry for each statement, office and activity, however many units: imports are large.
CREATE FUNCTION audit_assignments_added() RETURNS trigger {_DEFINER} AS $$
BEGIN
    {_INSERT}
    SELECT clock_timestamp(), satker_id, {_WHO}, 'insert', TG_TABLE_NAME,
           CASE WHEN count(*) = 1 THEN min(id::text) ELSE '' END,
           CASE WHEN count(*) = 1 THEN min(assignment_label) ELSE count(*)::text END,
           jsonb_build_object(
               'kegiatan_statistik_id', jsonb_build_array(NULL, kegiatan_statistik_id))
           || CASE WHEN count(*) = 1 THEN jsonb_build_object(
               'ppl_id', jsonb_build_array(NULL, min(ppl_id::text)),
               'pml_id', jsonb_build_array(NULL, min(pml_id::text)),
               'region_code', jsonb_build_array(NULL, min(region_code)))
           ELSE jsonb_build_object(
               'count', jsonb_build_array(NULL, count(*)),
               'first_ids', jsonb_build_array(NULL, to_jsonb((array_agg(id ORDER BY id))[1:20])))
           END
    FROM added GROUP BY satker_id, kegiatan_statistik_id;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION audit_row() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION audit_assignments_added() FROM PUBLIC;
CREATE TRIGGER audit_added AFTER INSERT ON assignments REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION audit_assignments_added();
"""
NO_FUNCTIONS = """
DROP TRIGGER audit_added ON assignments;
DROP FUNCTION audit_assignments_added();
DROP FUNCTION audit_row();
DROP FUNCTION audit_label(text, jsonb);
DROP FUNCTION audit_offices(text, jsonb, jsonb);
DROP FUNCTION audit_changes(jsonb, jsonb, text[], text[], text[]);
"""


def audit_trigger(
    table: str,
    *,
    kept: Sequence[str],
    veiled: Sequence[str] = (),
    marked: Sequence[str] = (),
    events: str = "INSERT OR UPDATE OR DELETE",
    when: str = "",
) -> str:
    """Return SQL that writes an entry for every change of a row's named columns.

    kept: columns whose values are kept. veiled: secrets, shown as •••. marked: large or private
    contents, of which only "changed" is kept. Columns that are not named leave no trace.
    """
    names = ", ".join(f"'{{{','.join(group)}}}'" for group in (kept, veiled, marked))
    condition = f"WHEN ({when})" if when else ""
    return f"""
        CREATE TRIGGER audit_changes AFTER {events} ON {table}
        FOR EACH ROW {condition} EXECUTE FUNCTION audit_row({names});
    """


def drop_audit_trigger(table: str) -> str:
    """Return SQL that undoes `audit_trigger`."""
    return f"DROP TRIGGER audit_changes ON {table};"
