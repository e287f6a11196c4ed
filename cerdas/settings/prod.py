"""Production: everything secret comes from the environment; nothing falls back to a default."""

import os

from cerdas.settings.base import *  # noqa: F403
from cerdas.settings.base import env_flag

if not os.environ.get("DATABASE_URL"):
    raise ValueError("production needs DATABASE_URL (and DATABASE_OWNER_URL for migrations)")
SECRET_KEY = os.environ["SECRET_KEY"]
SECURE_SSL_REDIRECT = os.environ.get("SECURE_SSL_REDIRECT", "1") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
MFA_REQUIRED_FOR_ADMINS = env_flag("MFA_REQUIRED_FOR_ADMINS", default=True)
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "cerdas@localhost")
