"""Demo and development: embedded PostgreSQL, a key of its own kept in .local/."""

import secrets

from cerdas.settings.base import *  # noqa: F403
from cerdas.settings.base import LOCAL_DIR

DEMO_ALLOWED = True
DEBUG = False


def _local_secret() -> str:
    path = LOCAL_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()


SECRET_KEY = _local_secret()
WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
