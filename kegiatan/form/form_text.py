"""The text of a questionnaire: read as JSON, with line and column where it breaks off."""

import json
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form.form_fault import FormFault


class _Refused(ValueError):
    pass


def parse_form(text: str | bytes) -> tuple[Any, FormFault | None]:
    """Return (JSON value, None), or (None, the fault that says where the text breaks off).

    Takes a byte order mark. Refuses what a second reader would understand otherwise: a key that
    is there twice in one object, NaN and infinity.
    """
    try:
        decoded = (
            text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        )
        value = json.loads(decoded, object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError:
        message = _("The file is no text in UTF-8.")
        return None, FormFault("", "not_text", message, _("Save it as UTF-8."))
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno, "what": error.msg}
        message = _("This is no JSON: line %(line)d, column %(column)d: %(what)s.") % place
        remedy = _("Look for a missing comma, quote or bracket just before that place.")
        row, column = error.lineno, error.colno
        return None, FormFault("", "bad_json", message, remedy, row=row, column=column)
    except _Refused as error:
        message = _("The key %(key)s is there twice in one object, or is no JSON number.")
        remedy = _("Keep one of the two; write numbers as digits.")
        return None, FormFault("", "bad_json", message % {"key": str(error)[:80]}, remedy)
    except (RecursionError, ValueError):
        message = _("The file is nested too deeply to be a questionnaire.")
        remedy = _("Use fewer panels and rosters in one another.")
        return None, FormFault("", "too_deep", message, remedy)
    return value, None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise _Refused(key)
            seen.add(key)
    return made


def _constant(name: str) -> Any:
    raise _Refused(name)
