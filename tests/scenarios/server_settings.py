"""Settings of the live server in tests: as deployed, with connections that stay open.

PasswordHasher notes every password it is asked to check, in a file that all processes share.
"""

import os
from pathlib import Path

from django.contrib.auth.hashers import MD5PasswordHasher

from cerdas.settings.test import *  # noqa: F403
from cerdas.settings.test import DATABASES

SERVER_DIR = Path(os.environ["CERDAS_SERVER_DIR"])
MEDIA_ROOT = SERVER_DIR / "media"
PASSWORD_HASHERS = ["tests.scenarios.server_settings.NotingHasher"]
for _entry in DATABASES.values():
    _entry["CONN_MAX_AGE"] = 600


class NotingHasher(MD5PasswordHasher):
    """Checks as the tests' hasher does, and writes one line per password that reaches it."""

    def encode(self, password: str, salt: str) -> str:
        """Note the work, then do it; checking a password encodes it."""
        self._note()
        return super().encode(password, salt)

    def _note(self) -> None:
        line = f"{os.getpid()}\n".encode()
        descriptor = os.open(SERVER_DIR / "hashed", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)  # one small write: lines of two processes stay whole
        finally:
            os.close(descriptor)
