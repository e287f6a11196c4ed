"""User errors: one class per code, one envelope for all of them.

Every refusal that a person or a device can meet is a `CerdasError`. The API answers it as
`{"code", "message", "details", "retryable"}`; commands print the message and exit with 1.
The codes are listed in docs/errors.md and never reused. Source: design, section 7.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _


class CerdasError(Exception):
    """A refusal with a code, an HTTP status and a message that says what to do next.

    details: JSON object with typed facts (codes, fields, limits); never another office's data.
    """

    code = "error"
    status = 400
    retryable = False
    default_message: Any = _("The request could not be carried out.")

    def __init__(self, message: Any = None, *, details: Mapping[str, Any] | None = None) -> None:
        self.message = str(message if message is not None else self.default_message)
        self.details = dict(details or {})
        super().__init__(self.message)

    def envelope(self) -> dict[str, Any]:
        """Return the error as the JSON object that the API answers."""
        return {
            "code": self.code,
            "message": self.message,
            "details": self.details,
            "retryable": self.retryable,
        }


class NotFound(CerdasError):
    """Absent and not visible to you: the same answer, and no id in it."""

    code = "not_found"
    status = 404
    default_message = _("Not found. It does not exist, or it is not yours to see.")


class NotAllowed(CerdasError):
    """A right is missing on something that the person can see."""

    code = "not_allowed"
    status = 403
    default_message = _("Your role does not allow this. Ask the admin of your office.")


class Invalid(CerdasError):
    """Input of the wrong form; details name the fields."""

    code = "invalid"
    status = 400
    default_message = _("Some of the input is not valid. Correct what is listed and try again.")


class Retry(CerdasError):
    """The database was busy or away; nothing was stored."""

    code = "retry"
    status = 503
    retryable = True
    default_message = _("The server is busy. Nothing was stored; try again in a moment.")
