"""Tests: embedded PostgreSQL, a cheap password hash unless a test asks for the real one."""

import tempfile
from pathlib import Path

from cerdas.settings.base import *  # noqa: F403
from cerdas.settings.base import DATABASES

SECRET_KEY = "tests-only"
DEMO_ALLOWED = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_media = tempfile.TemporaryDirectory(prefix="cerdas-media-")  # removed when the process ends
MEDIA_ROOT = Path(_media.name)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STORAGES = {
    "default": {"BACKEND": "cerdas.storage.DurableFileStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
for _entry in DATABASES.values():
    _entry["CONN_MAX_AGE"] = 0
