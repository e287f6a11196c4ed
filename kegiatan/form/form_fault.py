"""One fault of a form, and its words when a JSON Schema found it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class FormFault:
    """One thing to correct in a form. path: `pages[0].elements[3].choices`, "" for the whole.

    severity: ERROR keeps a form from being published, WARNING is shown.
    sheet, row, column: the place in a file that is no JSON, or where a JSON text breaks off.
    """

    path: str
    code: str
    message: str
    remedy: str
    severity: str = ERROR
    sheet: str | None = None
    row: int | None = None
    column: int | None = None


def fault_path(parts: Iterable[object]) -> str:
    """Return keys and indexes as a path: ["pages", 0, "name"] -> `pages[0].name`."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else str(part)
    return path[:500]


def schema_fault(error: Any, prefix: str = "") -> FormFault:
    """Return the fault for a jsonschema ValidationError below `prefix`."""
    path = fault_path(error.absolute_path)
    if prefix:
        path = f"{prefix}.{path}" if path else prefix
    code, message, remedy = _words(str(error.validator), error)
    return FormFault(path, code, message, remedy)


def _words(keyword: str, error: Any) -> tuple[str, str, str]:
    wanted = error.validator_value
    if keyword == "required":
        absent = ", ".join(key for key in wanted if key not in error.instance)
        message = _("Missing: %(keys)s.") % {"keys": absent}
        return "missing", message, _("Add what is missing.")
    if keyword in ("type", "anyOf"):
        kinds = wanted if keyword == "type" else "string, {language: string}"
        named = ", ".join(kinds) if isinstance(kinds, list) else str(kinds)
        message = _("This has the wrong type.")
        return "wrong_type", message, _("Write it as: %(type)s.") % {"type": named}
    if keyword == "enum":
        allowed = ", ".join(map(str, wanted))
        message = _("This value is not known.")
        return "unknown_value", message, _("Use one of: %(values)s.") % {"values": allowed}
    if keyword == "additionalProperties":
        message = _("This holds a key that is not known.")
        return "unknown_key", message, _("Use level_1_code to level_6_code.")
    if keyword == "uniqueItems":
        return "duplicate_value", _("A value is listed twice."), _("List it once.")
    message = _("This is outside what is allowed.")
    limit = _("Limit: %(keyword)s %(value)s.") % {"keyword": keyword, "value": str(wanted)[:80]}
    return "out_of_range", message, limit
