"""The login role and what it may do. Roles are cluster-wide, so everything here can be repeated."""

from typing import Any

from psycopg import sql

_DEFAULTS = (
    "GRANT USAGE ON SCHEMA public TO {login}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {login}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {login}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {login}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {login}",
)
# Never deleted by the application; purging a kegiatan is work of the owner (design, section 3).
KEPT_TABLES = ("assignments", "assignment_responses", "response_histories", "answer_changes")
# Written by triggers with the owner's rights; the application only reads.
READ_ONLY_TABLES = ("audit_entries",)
_TAKEN_BACK = {
    **dict.fromkeys(KEPT_TABLES, "DELETE, TRUNCATE"),
    **dict.fromkeys(READ_ONLY_TABLES, "INSERT, UPDATE, DELETE, TRUNCATE"),
}


def prepare_login_role(*, owner: Any, login: str, password: str) -> None:
    """Create the login role when it is missing and grant it rows, never structure.

    owner: the Django connection of the owning role; needs CREATEROLE only when `login` is missing.
    """
    with owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login])
        if cursor.fetchone() is None:
            statement = sql.SQL("CREATE ROLE {login} LOGIN PASSWORD {password}")
            cursor.execute(
                statement.format(login=sql.Identifier(login), password=sql.Literal(password))
            )
        for default in _DEFAULTS:
            cursor.execute(sql.SQL(default).format(login=sql.Identifier(login)))
    revoke_kept_tables(owner=owner, login=login)


def revoke_kept_tables(*, owner: Any, login: str) -> None:
    """Take back DELETE where rows are kept for ever, and all writing of the audit trail."""
    with owner.cursor() as cursor:
        for table, rights in _TAKEN_BACK.items():
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"])
            if cursor.fetchone()[0]:
                revoke = sql.SQL("REVOKE {rights} ON {table} FROM {login}").format(
                    rights=sql.SQL(rights),
                    table=sql.Identifier(table),
                    login=sql.Identifier(login),
                )
                cursor.execute(revoke)
