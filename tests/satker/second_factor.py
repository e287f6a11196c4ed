"""A second factor for people of tests, and the codes of its app."""

import time
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "000000"
_STEP_SECONDS = 30


def switch_on(user: Any, secret: str = SECRET) -> list[str]:
    """Give a person an authenticator app; return the recovery codes."""
    TOTP.activate(user, secret)
    return RecoveryCodes.activate(user).generate_codes()


def code(secret: str = SECRET, steps: int = 0) -> str:
    """Return the code that the app shows now, or some steps of 30 s later or earlier."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // _STEP_SECONDS + steps))
