"""Check of a `form_schema` before it is published: every fault at once, with path and remedy.

The envelope and what the server relies on in the questions; expressions, translations and regexes
are the linter's. Source: design, section 6.
"""

import json
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from kegiatan.form import caps
from kegiatan.form import elements as el
from kegiatan.form.element_faults import ElementWalk
from kegiatan.form.envelope_schema import ENVELOPE_SCHEMA
from kegiatan.form.form_fault import FormFault, fault_path, schema_fault
from kegiatan.form.json_value import clean_json, json_bytes, json_depth
from kegiatan.form.questions import LEVEL_KEYS

__all__ = ["FormFault", "check_envelope"]

_VALIDATOR = Draft202012Validator(ENVELOPE_SCHEMA)


def check_envelope(schema: object) -> list[FormFault]:
    """Return every fault of a form_schema, in the order of the form; empty means publishable.

    Never raises, whatever JSON value comes. A form over a cap gets that one fault alone.
    """
    if not isinstance(schema, dict):
        message = _("The form must be a JSON object.")
        return [FormFault("", "not_an_object", message, _("Give the form as {form_name, pages}."))]
    capped = _cap_fault(schema)
    if capped is not None:
        return [capped]
    original = _original_format(schema)
    if original:
        return original
    faults = [schema_fault(error) for error in _VALIDATOR.iter_errors(schema)]
    faults += _level_faults(schema)
    faults += _master_faults(schema)
    walk = ElementWalk(schema)
    faults += walk.faults()
    return faults


def _cap_fault(schema: dict[str, Any]) -> FormFault | None:
    if json_depth(schema, cap=caps.FORM_DEPTH) > caps.FORM_DEPTH:
        message = _("The form is nested deeper than %(cap)d levels.") % {"cap": caps.FORM_DEPTH}
        return FormFault("", "too_deep", message, _("Use fewer panels and rosters in one another."))
    dumped = json_bytes(schema)
    if dumped is None or _unstorable(schema, dumped):
        message = _("The form holds a text or number that cannot be stored as JSON.")
        remedy = _("Take out NUL characters, broken emoji, NaN and numbers over 64 bits.")
        return FormFault("", "not_json", message, remedy)
    if len(dumped) > caps.FORM_BYTES:
        message = _("The form is larger than %(cap)d bytes.") % {"cap": caps.FORM_BYTES}
        return FormFault("", "too_large", message, _("Move long choice lists into master data."))
    count = _element_count(schema)
    if count > caps.FORM_ELEMENTS:
        message = _("The form has %(count)d elements; %(cap)d are allowed.")
        text = message % {"count": count, "cap": caps.FORM_ELEMENTS}
        return FormFault("pages", "too_many_elements", text, _("Split the form in two."))
    return None


def _unstorable(schema: dict[str, Any], dumped: bytes) -> bool:
    """Return whether jsonb would refuse the form: NUL in a text, NaN or infinity."""
    if b"\\u0000" in dumped and clean_json(schema) != schema:
        return True
    if b"null" not in dumped:
        return False
    try:
        json.dumps(schema, allow_nan=False)
    except ValueError:
        return True
    return False


def _element_count(schema: dict[str, Any]) -> int:
    count = 0
    stack = [item for page in el.mappings_of(schema.get("pages")) for item in _inner(page)]
    while stack:
        count += 1
        stack.extend(_inner(stack.pop()))
    return count


def _inner(element: object) -> list[Any]:
    if not isinstance(element, dict):
        return []
    keys = ("elements", "templateElements", "detailElements", "columns")
    return [item for key in keys for item in el.items_of(element.get(key))]


def _original_format(schema: dict[str, Any]) -> list[FormFault]:
    """Return a fault per page that holds `questions` or `sections` instead of `elements`."""
    faults = []
    for number, page in enumerate(el.items_of(schema.get("pages"))):
        if not isinstance(page, dict) or "elements" in page:
            continue
        for key in ("questions", "sections"):
            if key in page:
                message = _("This page is written in the original format (pages[].%(key)s).")
                remedy = _("Convert the form: SurveyJS keeps questions in pages[].elements.")
                path = f"pages[{number}].{key}"
                faults.append(FormFault(path, "original_format", message % {"key": key}, remedy))
    return faults


def _level_faults(schema: dict[str, Any]) -> list[FormFault]:
    names = schema.get("level_definitions")
    defined = [key for key in LEVEL_KEYS if isinstance(names, dict) and key in names]
    faults = []
    if defined != list(LEVEL_KEYS[: len(defined)]):
        missing = next(key for key in LEVEL_KEYS if key not in defined)
        message = _("%(level)s is missing, but a level below it is defined.") % {"level": missing}
        remedy = _("Define the levels without gaps, from level_1_code down.")
        faults.append(FormFault("level_definitions", "level_gap", message, remedy))
    for number, level in enumerate(el.items_of(schema.get("assignment_table_grouping_levels"))):
        if level not in defined:
            path = f"assignment_table_grouping_levels[{number}]"
            faults.append(_unknown_level(path, level))
    sources = schema.get("level_sources")
    for level in sources if isinstance(sources, dict) else ():
        if level not in defined:
            faults.append(_unknown_level(fault_path(["level_sources", level]), level))
    return faults


def _unknown_level(path: str, level: object) -> FormFault:
    message = _("%(level)s is not one of the levels of this form.") % {"level": str(level)[:80]}
    remedy = _("Add it to level_definitions, or take it out here.")
    return FormFault(path, "unknown_level", message, remedy)


def _master_faults(schema: dict[str, Any]) -> list[FormFault]:
    """Return a fault for each type named twice: a lookup could not know which version to take."""
    seen: set[str] = set()
    faults = []
    for number, master in enumerate(el.items_of(schema.get("masters_used"))):
        name = master.get("type") if isinstance(master, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            message = _("The master data %(type)s is listed twice.") % {"type": name[:80]}
            remedy = _("Keep one version of each type.")
            faults.append(FormFault(f"masters_used[{number}]", "duplicate_master", message, remedy))
        seen.add(name)
    return faults
