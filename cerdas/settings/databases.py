"""Database connections from DATABASE_URL and DATABASE_OWNER_URL, or the embedded PostgreSQL."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database_from_url(url: str) -> dict[str, Any]:
    """Turn `postgresql://user:password@host:port/name?option=value` into a Django entry.

    A `host` in the query is a socket directory. Raises ValueError for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"database URL must begin with postgresql://, not {parts.scheme}://")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or (parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(options.pop("port", parts.port or "")),
        "ATOMIC_REQUESTS": False,  # the tenant middleware wraps view and rendering instead
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": False,  # a lost connection answers 503 and is renewed
        "DISABLE_SERVER_SIDE_CURSORS": True,  # nothing streams from the database
        "OPTIONS": {
            **options,
            "application_name": "cerdas",
            "options": "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=30000",
        },
    }


def databases_from_environment() -> dict[str, dict[str, Any]]:
    """Return the entries `default`, `direct` and `owner`."""
    app_url, owner_url = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if not app_url and not owner_url:
        from cerdas.embedded_postgres import database_urls

        urls = database_urls()
        app_url, owner_url = urls.app, urls.owner
    if not app_url:
        raise ValueError("DATABASE_OWNER_URL is set but DATABASE_URL is not: set both")
    entries = {"default": database_from_url(app_url), "direct": database_from_url(app_url)}
    # Serving processes need no owner; migrations do, and say so when it is missing.
    if owner_url:
        entries["owner"] = database_from_url(owner_url)
        entries["owner"]["CONN_MAX_AGE"] = 0
        entries["owner"]["OPTIONS"]["options"] = ""
    return entries
