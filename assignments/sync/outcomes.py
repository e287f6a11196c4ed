"""What became of an operation. Source: design, section 7."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cerdas.errors import CerdasError

APPLIED = "applied"
DUPLICATE = "duplicate"
CONFLICT = "conflict"
PARKED = "parked"
REFUSED = "refused"
RETRY = "retry"


@dataclass(frozen=True)
class Result:
    """Outcome of one operation; `show` names the unit whose current row comes along."""

    outcome: str
    code: str = ""
    message: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    show: UUID | None = None


class Stop(Exception):
    """Ends an operation with a result, rolling back what it did."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.code)
        self.result = result


def refused(error: CerdasError, show: UUID | None = None) -> Result:
    """Return a refusal with the code and words of an error."""
    return Result(REFUSED, error.code, error.message, error.details, show)


def conflict(version: int, show: UUID) -> Result:
    """Return a conflict: somebody else was first; nothing changed."""
    return Result(
        CONFLICT,
        "conflict",
        _("Somebody changed this unit meanwhile. Compare both versions and choose."),
        {"version": version},
        show,
    )


def parked(
    reason: str,
    message: str = "",
    show: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> Result:
    """Return that field work is kept whole and waits for the office. details: of the refusal."""
    words = message or _("Kept. Your office decides whether and how it is used.")
    return Result(PARKED, reason, words, details or {}, show)


def retry(code: str = "retry") -> Result:
    """Return that nothing was stored and the same operation may be sent again."""
    return Result(RETRY, code, _("The server was busy. It will be sent again."))
