"""What the tenant tables hold, as something that can be compared."""

from django.apps import apps
from django.db import connection

from cerdas.tenancy import super_scope

_ONE = "SELECT '{0}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} t"


def tenant_tables() -> list[str]:
    """Return the tables whose rows belong to a satker."""
    return sorted(
        model._meta.db_table
        for app in ("assignments", "kegiatan", "cerdas")
        for model in apps.get_app_config(app).get_models()
        if any(field.name == "satker" for field in model._meta.fields)
    )


def everything_stored() -> dict[str, tuple[int, str | None]]:
    """Return {table: (rows, digest of all rows)} of every tenant table, of all offices."""
    with super_scope(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(_ONE.format(table) for table in tenant_tables()))
        return {table: (rows, digest) for table, rows, digest in cursor.fetchall()}
