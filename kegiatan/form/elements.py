"""The vocabulary of form elements: SurveyJS types, our own, their choices and texts.

Source: design, section 6; survey-core 2.5 (values of the special choice items).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Element: TypeAlias = Mapping[str, Any]

ROLES = frozenset({"PPL", "PML", "admin"})
DEFAULT_EDITORS = frozenset({"PPL", "admin"})

SINGLE_CHOICE_TYPES = frozenset({"radiogroup", "dropdown"})
MULTIPLE_CHOICE_TYPES = frozenset({"checkbox", "tagbox", "ranking"})
CHOICE_TYPES = SINGLE_CHOICE_TYPES | MULTIPLE_CHOICE_TYPES | {"imagepicker"}
ROSTER_TYPES = frozenset({"paneldynamic", "matrixdynamic"})
ATTACHMENT_TYPES = frozenset({"photo", "signature", "signaturepad", "file"})
COMPOSITE_TYPES = frozenset({"matrix", "matrixdropdown", "multipletext", "geotag"})
COMPUTED_TYPES = frozenset({"expression", "prefilled"})
DISPLAY_TYPES = frozenset({"html", "image"})
OWN_TYPES = frozenset({"geotag", "prefilled", "photo", "barcode", "signature"})
ELEMENT_TYPES = (
    CHOICE_TYPES
    | ROSTER_TYPES
    | ATTACHMENT_TYPES
    | COMPOSITE_TYPES
    | COMPUTED_TYPES
    | DISPLAY_TYPES
    | OWN_TYPES
    | {"text", "comment", "boolean", "rating", "panel"}
)

COMMENT_SUFFIX = "-Comment"
TOTAL_SUFFIX = "-total"

_SPECIAL_ITEMS = (
    (("showOtherItem", "hasOther"), "otherText", "other", "Other"),
    (("showNoneItem", "hasNone"), "noneText", "none", "None"),
    (("showRefuseItem",), "refuseText", "refused", "Refuse to answer"),
    (("showDontKnowItem",), "dontKnowText", "dontknow", "Don't know"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a question offers. value: JSON scalar as stored; text: shown, default language."""

    value: str | int | float | bool
    text: str


def items_of(value: object) -> list[Any]:
    """Return `value` when it is a list, else an empty list."""
    return value if isinstance(value, list) else []


def mappings_of(value: object) -> Iterator[Element]:
    """Yield the objects of a list; anything else is passed over."""
    return (item for item in items_of(value) if isinstance(item, dict))


def localized(text: object, default: str = "") -> str:
    """Return a SurveyJS text in the form's default language: a string or {language: string}."""
    if isinstance(text, str):
        return text
    if isinstance(text, dict):
        candidates = [text.get("default"), text.get("id"), *text.values()]
        return next((item for item in candidates if isinstance(item, str)), default)
    return default


def choice_items(items: object) -> list[Choice]:
    """Return the choices of a SurveyJS list: scalars, "value|text" strings or {value, text}."""
    choices = []
    for item in items_of(items):
        value = item.get("value") if isinstance(item, dict) else item
        text = localized(item.get("text")) if isinstance(item, dict) else ""
        if isinstance(item, str) and "|" in item:
            value, text = item.split("|", 1)
        if isinstance(value, (str, int, float)):  # bool is an int
            choices.append(Choice(value, text or str(value)))
    return choices


def generated_choices(element: Element) -> list[Choice]:
    """Return the numbers of a dropdown with choicesMin, choicesMax and choicesStep."""
    first, last = element.get("choicesMin", 0), element.get("choicesMax")
    step = element.get("choicesStep", 1)
    if type(first) is not int or type(last) is not int or type(step) is not int:
        return []
    if step < 1 or not 0 <= (last - first) // step < 10_000:
        return []
    return [Choice(number, str(number)) for number in range(first, last + 1, step)]


def special_choices(element: Element) -> list[Choice]:
    """Return the items that SurveyJS adds: other, none, refused, dontknow."""
    return [
        Choice(value, localized(element.get(text_key), text))
        for flags, text_key, value, text in _SPECIAL_ITEMS
        if any(element.get(flag) is True for flag in flags)
    ]


def column_elements(matrix: Element) -> list[dict[str, Any]]:
    """Return the columns (and detail questions) of a matrix as elements with type and choices."""
    cell_type = matrix.get("cellType")
    shared = {"choices": matrix.get("choices")} if "choices" in matrix else {}
    elements = []
    for column in mappings_of(matrix.get("columns")):
        kind = column.get("cellType")
        if not isinstance(kind, str) or kind == "default":
            kind = (
                cell_type if isinstance(cell_type, str) and cell_type != "default" else "dropdown"
            )
        own = {} if column.get("choices") else shared
        elements.append({**column, **own, "type": kind})
    elements.extend(dict(item) for item in mappings_of(matrix.get("detailElements")))
    return elements


def child_elements(element: Element) -> list[Element]:
    """Return the elements inside a panel or a roster; an empty list for a question."""
    kind = element.get("type")
    if kind == "panel":
        return list(mappings_of(element.get("elements")))
    if kind == "paneldynamic":
        return list(mappings_of(element.get("templateElements")))
    if kind == "matrixdynamic":
        return list(column_elements(element))
    return []
