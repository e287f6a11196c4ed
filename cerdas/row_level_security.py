"""SQL for the row-level security of tenant tables, used by migrations and by the catalogue test.

Imported by migrations: change it only by adding, so that old migrations stay as they are.
"""


def tenant_policies(table: str) -> str:
    """Return SQL that shows a table's rows to their own satker, and to super_admin, only.

    `nullif`: after a transaction the setting is '' rather than unset.
    """
    satker = "satker_id = nullif(current_setting('app.satker_id', true), '')::uuid"
    everything = "current_setting('app.super', true) = 'on'"
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY satker_rows ON {table} USING ({satker}) WITH CHECK ({satker});
        CREATE POLICY super_rows ON {table} USING ({everything}) WITH CHECK ({everything});
    """


def drop_tenant_policies(table: str) -> str:
    """Return SQL that undoes `tenant_policies`."""
    return f"""
        DROP POLICY super_rows ON {table};
        DROP POLICY satker_rows ON {table};
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
    """


def child_of_assignment(table: str, column: str = "assignment_id") -> str:
    """Return SQL that ties a child's satker to its assignment's.

    Foreign-key checks bypass row-level security, so the satker is part of the key.
    """
    return f"""
        ALTER TABLE {table} ADD CONSTRAINT {table}_in_the_satker_of_its_assignment
        FOREIGN KEY (satker_id, {column}) REFERENCES assignments (satker_id, id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
    """


def append_only(table: str, kegiatan_of_row: str) -> str:
    """Return SQL that refuses UPDATE always and DELETE except to the owner's purge command.

    kegiatan_of_row: SQL expression over OLD giving the kegiatan, compared with `app.purge`.
    """
    return f"""
        CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE'
               AND ({kegiatan_of_row})::text = nullif(current_setting('app.purge', true), '')
               AND pg_has_role(
                   current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
            THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'rows of {table} are kept as they were written'
                USING ERRCODE = 'integrity_constraint_violation',
                      CONSTRAINT = '{table}_append_only';
        END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
    """


def drop_append_only(table: str) -> str:
    """Return SQL that undoes `append_only`."""
    return f"DROP TRIGGER {table}_append_only ON {table}; DROP FUNCTION {table}_append_only();"
