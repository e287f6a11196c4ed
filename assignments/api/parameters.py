"""Query parameters, read with errors that name them."""

import base64
import binascii
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cerdas.errors import Invalid

NO_NUL = r"^[^\u0000]*$"  # the database takes no NUL


def limit_schema(maximum: int) -> dict[str, Any]:
    """Return how `limit` is documented."""
    return {"type": "integer", "minimum": 1, "maximum": maximum}


def limit_parameter(text: str | None, *, default: int, maximum: int) -> int:
    """Return the page size. Raises Invalid naming `limit`."""
    if text is None:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) <= 9
    if not is_number or not 1 <= int(text) <= maximum:
        raise Invalid(
            _("limit must be a whole number from 1 to %(maximum)d.") % {"maximum": maximum},
            details={"field": "limit"},
        )
    return int(text)


def place_encode(assignment_id: UUID) -> str:
    """Return an opaque cursor for a list ordered by id."""
    return base64.urlsafe_b64encode(assignment_id.bytes).decode().rstrip("=")


def place_decode(text: str) -> UUID:
    """Return the id in a cursor of `place_encode`. Raises Invalid naming `cursor`."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise Invalid(
            _("The cursor is not one of ours. Begin without a cursor."),
            details={"field": "cursor"},
        ) from error


def plain_text(value: Any) -> str:
    """Return a query parameter as text without NUL, which the database cannot take."""
    return str(value).replace("\x00", "")
