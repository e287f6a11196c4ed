"""The names that an XLSForm can refer to, and the label of a unit made of them."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from kegiatan.form import elements as el
from kegiatan.form.exporting.xlsform_said import answer_type

Element = Mapping[str, Any]


def names_and_types(form: Element, lost: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of a form's questions and calculations, and what each is answered with.

    lost: names of what is not written, which nothing can refer to.
    """
    names: dict[str, str] = {}
    types: dict[str, str] = {}
    stack: list[Element] = list(el.mappings_of(form.get("pages")))
    while stack:
        element = stack.pop()
        for key in ("elements", "templateElements"):
            for child in el.mappings_of(element.get(key)):
                name = str(child.get("name"))
                names[name], types[name] = name, answer_type(child)
                stack.append(child)
    for value in el.mappings_of(form.get("calculatedValues")):
        name = str(value.get("name"))
        names[name], types[name] = name, "any"
    for name in lost:
        names.pop(name, None)
        types.pop(name, None)
    return names, types


def label_written(template: str, names: Mapping[str, str]) -> str:
    """Return a label template as `concat(...)`; "" when it cannot be said."""
    parts = [part for part in re.split(r"(\{[^{}]*\})", template) if part]
    asked = [part[1:-1].strip() for part in parts if part.startswith("{")]
    if "'" in template or not all(name in names for name in asked):
        return ""
    shown = [
        f"${{{names[part[1:-1].strip()]}}}" if part.startswith("{") else f"'{part}'"
        for part in parts
    ]
    return f"concat({', '.join(shown)})"
