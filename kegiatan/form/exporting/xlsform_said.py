"""Which properties of a form an XLSForm can say, by kind of element; all others are listed.

Source: XLSForm specification; what `kegiatan.form.importing.xlsform` reads back.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form import elements as el
from kegiatan.form.importing.refused import Refused

Element = Mapping[str, Any]

_HEADING = {"name", "title", "description", "visible", "visibleIf"}
# Of the form itself; the version is counted here.
_FORM = frozenset({
    "form_name", "form_version", "locale", "assignment_label_template", "pages",
    "calculatedValues",
})  # fmt: skip
_GROUP = frozenset({*_HEADING, "type", "elements"})
# What rows are called, and their buttons, only matters on the screen.
_ROSTER = frozenset({
    *_HEADING, "type", "templateElements", "validators", "displayMode", "templateTitle",
    "templateTabTitle", "addPanelText", "removePanelText",
})  # fmt: skip
_CALCULATION = frozenset({"name", "expression"})
_CHOICE = frozenset({"value", "text", "visibleIf"})
# Properties that are written, that only matter on the screen, or that a type implies.
_QUESTION = frozenset({
    *_HEADING, "type", "html", "inputType", "choices", "isRequired", "requiredIf",
    "requiredErrorText", "validators", "defaultValue", "defaultValueExpression",
    "setValueExpression", "expression", "readOnly", "master", "min", "max", "step", "rateMax",
    "rateType", "showOtherItem", "acceptedTypes", "clearIfInvisible", "minAccuracy", "labelTrue",
    "labelFalse", "placeholder", "colCount", "maxLength",
})  # fmt: skip
_SAID = {
    "form": _FORM, "group": _GROUP, "roster": _ROSTER, "calculation": _CALCULATION,
    "choice": _CHOICE, "question": _QUESTION,
}  # fmt: skip
# Values that a property has anyway, or gets when the file is read.
_IMPLIED: dict[str, tuple[Any, ...]] = {
    "rateMin": (1,), "maxCount": (1,), "storeDataAsText": (False,), "includeIntoResult": (True,),
    "isRequired": (False,), "readOnly": (False,), "minPanelCount": (0,),
}  # fmt: skip
_TYPES = {
    "comment": "text", "barcode": "text", "radiogroup": "choice", "dropdown": "choice",
    "boolean": "choice", "checkbox": "choices", "tagbox": "choices", "ranking": "choices",
    "rating": "number", "expression": "any",
}  # fmt: skip
_INPUT_TYPES = {
    "number": "number", "range": "number", "date": "date", "datetime-local": "datetime",
    "time": "time",
}  # fmt: skip

# Types and appearances that kinds of question are written as.
INPUTS = {
    "": ("text", ""), "text": ("text", ""), "tel": ("text", "numbers"),
    "password": ("text", "masked"), "email": ("text", ""), "url": ("text", "url"),
    "date": ("date", ""), "time": ("time", ""), "datetime-local": ("dateTime", ""),
    "range": ("range", ""),
}  # fmt: skip
PLAIN_INPUTS = ("email", "url")  # asked for as any text, without a check
PLAIN = {
    "comment": ("text", "multiline"), "geotag": ("geopoint", ""), "photo": ("image", ""),
    "signature": ("image", "signature"), "signaturepad": ("image", "signature"),
    "barcode": ("barcode", ""), "html": ("note", ""),
}  # fmt: skip
SELECTS = {
    "radiogroup": ("select_one", ""), "dropdown": ("select_one", "minimal"),
    "checkbox": ("select_multiple", ""), "tagbox": ("select_multiple", "minimal"),
    "ranking": ("rank", ""),
}  # fmt: skip
FILES = {"audio/*": "audio", "video/*": "video"}


def unsaid(element: Element, kind: str) -> Iterator[str]:
    """Yield the properties that are lost.

    kind: form, group, roster, calculation, choice or question.
    """
    for key, value in element.items():
        is_name = kind == "form" and key == "title" and value == element.get("form_name")
        if key not in _SAID[kind] and value not in _IMPLIED.get(key, ()) and not is_name:
            yield str(key)


def unsaid_refusal(key: str) -> Refused:
    """Return the words for a property that is lost."""
    message = _("%(key)s cannot be said in an XLSForm.") % {"key": key[:80]}
    return Refused("property_not_exported", message, _("It stays in this form."))


def rows_said(element: Element) -> str:
    """Return how many rows a roster has when that is a fixed number, "" otherwise."""
    least, most = element.get("minPanelCount"), element.get("maxPanelCount")
    return str(least) if least and least == most else ""


def answer_type(element: Element) -> str:
    """Return what a question is answered with.

    One of text, number, date, datetime, time, choice, choices, any (computed), roster, other.
    """
    kind = str(element.get("type"))
    if kind == "text":
        return _INPUT_TYPES.get(str(element.get("inputType") or ""), "text")
    return "roster" if kind in el.ROSTER_TYPES else _TYPES.get(kind, "other")


def hidden_type(element: Element) -> str:
    """Return the type of a hidden question that ODK fills in by itself, "" for any other."""
    if element.get("visible") is not False:
        return ""
    moments = {"dateText(today())": "today", "dateTimeText(currentDate())": "start"}
    return moments.get(str(element.get("defaultValueExpression")), "")


def yes_and_no(element: Element) -> list[Any]:
    """Return the choices that a question to be answered with yes or no becomes."""
    yes, no = element.get("labelTrue", "Ya"), element.get("labelFalse", "Tidak")
    return [{"value": "true", "text": yes}, {"value": "false", "text": no}]
