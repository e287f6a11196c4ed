"""A form in one of its languages, so that everything that reads texts reads that one."""

from collections.abc import Mapping
from typing import Any

from kegiatan.form.linting_tree import TEXT_KEYS
from kegiatan.form.questions import DEFAULT_LANGUAGE


def form_in_language(schema: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return a form whose texts are plain strings of one language.

    A text without that language is given in the form's own (`locale`, else Indonesian).
    """
    own = schema.get("locale")
    first = own if isinstance(own, str) and own else DEFAULT_LANGUAGE
    wanted = ("default", language) if language == first else (language,)
    order = (*wanted, "default", first)
    return {key: _value(key, value, order) for key, value in schema.items()}


def _value(key: str, value: object, order: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        if key in TEXT_KEYS and all(isinstance(text, str) for text in value.values()):
            found = next((value[name] for name in order if value.get(name)), None)
            return found if found is not None else next(iter(value.values()), "")
        return {name: _value(str(name), inner, order) for name, inner in value.items()}
    if isinstance(value, list):
        return [_value("", inner, order) for inner in value]
    return value
