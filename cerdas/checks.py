"""System checks: settings that contradict each other stop startup, naming both.

Source: docs/operations.md, "Settings".
"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

SETTINGS = "settings"  # tag: python manage.py check --tag settings
SECRET_KEY_LENGTH = 40
ARGON2 = "django.contrib.auth.hashers.Argon2PasswordHasher"


def serves_real_data() -> bool:
    """Return True for production settings: demo accounts are not allowed there."""
    return not settings.DEMO_ALLOWED


@register(SETTINGS)
def check_production(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse production settings (DEMO_ALLOWED off) with something left open."""
    if not serves_real_data():
        return []
    faults = [
        (
            len(settings.SECRET_KEY) < SECRET_KEY_LENGTH,
            "E001",
            f"SECRET_KEY has fewer than {SECRET_KEY_LENGTH} characters but DEMO_ALLOWED is off.",
            "Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'",
        ),
        (
            settings.DEBUG,
            "E002",
            "DEBUG is on but DEMO_ALLOWED is off.",
            "DEBUG shows settings and data to visitors. Turn it off.",
        ),
        (
            "*" in settings.ALLOWED_HOSTS,
            "E003",
            "ALLOWED_HOSTS holds * but DEMO_ALLOWED is off.",
            "Name the hosts: ALLOWED_HOSTS=cerdas.example.go.id",
        ),
        (
            list(settings.PASSWORD_HASHERS[:1]) != [ARGON2],
            "E004",
            "PASSWORD_HASHERS does not begin with Argon2 but DEMO_ALLOWED is off.",
            f"Put {ARGON2} first.",
        ),
    ]
    return [
        Error(message, hint=hint, id=f"cerdas.{number}")
        for is_wrong, number, message, hint in faults
        if is_wrong
    ]


@register(SETTINGS)
def check_database_roles(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse one role for serving and owning: an owner bypasses row-level security."""
    owner = settings.DATABASES.get("owner")
    if owner is None or settings.DATABASES["default"]["USER"] != owner["USER"]:
        return []
    return [
        Error(
            f"DATABASE_URL and DATABASE_OWNER_URL name the same role ({owner['USER']}).",
            hint="The owner of a table sees every office's rows. Serve as a role that owns nothing;"
            " see docs/operations.md.",
            id="cerdas.E005",
        )
    ]


@register(SETTINGS)
def check_direct_connection(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a `direct` connection to another database than `default`, or wrapped requests."""
    places = [
        tuple(settings.DATABASES[alias].get(key) for key in ("HOST", "PORT", "NAME", "USER"))
        for alias in ("default", "direct")
    ]
    found: list[CheckMessage] = []
    if places[0] != places[1]:
        found.append(
            Error(
                "DATABASES['direct'] and DATABASES['default'] differ.",
                hint="They are two connections of one role to one database.",
                id="cerdas.E006",
            )
        )
    if any(entry.get("ATOMIC_REQUESTS") for entry in settings.DATABASES.values()):
        found.append(
            Error(
                "ATOMIC_REQUESTS is on, and TenantMiddleware is in MIDDLEWARE.",
                hint="ATOMIC_REQUESTS wraps the view only; pages render after it, outside the"
                " office's scope. Leave it off.",
                id="cerdas.E007",
            )
        )
    return found


@register(SETTINGS)
def check_sign_in_limits(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse limits of which the narrower one can never be reached."""
    pair, email = (
        settings.SIGN_IN_LIMIT_PER_EMAIL_AND_ADDRESS,
        settings.SIGN_IN_LIMIT_PER_EMAIL,
    )
    if pair <= email:
        return []
    return [
        Error(
            f"SIGN_IN_LIMIT_PER_EMAIL_AND_ADDRESS ({pair}) is above SIGN_IN_LIMIT_PER_EMAIL"
            f" ({email}).",
            hint="One address may try less than all addresses together.",
            id="cerdas.E008",
        )
    ]


@register(SETTINGS)
def check_google(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse half a client of Google, and an issuer that is not reached over TLS."""
    found: list[CheckMessage] = []
    if bool(settings.GOOGLE_CLIENT_ID) != bool(settings.GOOGLE_CLIENT_SECRET):
        found.append(
            Error(
                "Of GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET one is set and one is not.",
                hint="Set both to offer sign-in with Google, or neither.",
                id="cerdas.E009",
            )
        )
    is_plain = not settings.GOOGLE_ISSUER.startswith("https://")
    if settings.GOOGLE_CLIENT_ID and is_plain and serves_real_data():
        found.append(
            Error(
                f"GOOGLE_ISSUER ({settings.GOOGLE_ISSUER}) is not https but DEMO_ALLOWED is off.",
                hint="Who can change its answers on the way signs in as anybody.",
                id="cerdas.E010",
            )
        )
    return found
