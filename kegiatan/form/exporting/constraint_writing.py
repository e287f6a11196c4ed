"""Rules of a question as parts of an XLSForm's constraint, with the meaning they have here."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form.exporting.xlsform_said import answer_type
from kegiatan.form.exporting.xpath_writing import Names, Types, xpath
from kegiatan.form.importing.refused import Refused

Element = Mapping[str, Any]
_LIMITS = {
    "numeric": ("minValue", "maxValue", "."),
    "text": ("minLength", "maxLength", "string-length(.)"),
    "answercount": ("minCount", "maxCount", "count-selected(.)"),
}
_KEYS = {
    "expression": {"expression"}, "regex": {"regex"},
    **{kind: {least, most} for kind, (least, most, _of) in _LIMITS.items()},
}  # fmt: skip
# What a limit can be about: anything else it judges in a way of its own, or not at all.
_ANSWERS = {"numeric": ("number",), "text": ("text",), "answercount": ("choices",)}
_COMMON = {"type", "text", "notificationType"}
# How a limit is written, by what is asked for: a pattern of the limit, and the text around it.
_MOMENTS = {
    "date": (r"\d{4}-\d\d-\d\d", "date('{}')"),
    "datetime": (r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?", "date-time('{}')"),
    "time": (r"\d\d:\d\d", "'{}'"),
}
_ANYTHING = r"[\s\S]*"


def rule_not_exported() -> Refused:
    """Return the refusal of a rule that an XLSForm cannot say."""
    message = _("This rule cannot be said in an XLSForm.")
    return Refused("rule_not_exported", message, _("It stays in this form."))


def all_rules(parts: list[str]) -> str:
    """Return the constraint that holds when each part does."""
    return " and ".join(f"({part})" if " or " in part else part for part in parts)


def limit_of(element: Element, key: str) -> str:
    """Return `min` or `max` of a question; "" where it does not count. Raises Refused."""
    sign, limit, type_ = ">=" if key == "min" else "<=", element[key], answer_type(element)
    if type_ == "number" and isinstance(limit, (int, float)):
        return f". {sign} {limit}"
    if type_ not in _MOMENTS and type_ != "number":
        return ""
    pattern, around = _MOMENTS.get(type_, (r"-?\d+(?:\.\d+)?", "{}"))
    if not isinstance(limit, str) or not re.fullmatch(pattern, limit, re.ASCII):
        raise rule_not_exported()
    return f". {sign} {around.format(limit)}"


def rule_of(rule: Element, name: str, names: Names, types: Types) -> str:
    """Return a validator of the question `name`. Raises Refused."""
    if rule.get("notificationType") not in (None, "error"):
        message = _("An XLSForm knows no warnings.")
        raise Refused("warning_not_exported", message, _("It stays in this form."))
    kind = str(rule.get("type"))
    if kind not in _KEYS or any(rule[key] for key in rule.keys() - _KEYS[kind] - _COMMON):
        raise rule_not_exported()
    if kind in _ANSWERS and types.get(name) not in _ANSWERS[kind]:
        raise rule_not_exported()
    if kind == "expression":
        text = str(rule.get("expression"))
        own = rf"\{{(?:panel\.)?{re.escape(name)}\}} empty or "
        written = xpath(re.sub(f"^{own}", "", text), names, types)
        return written.replace(f"${{{name}}}", ".")
    if kind == "regex":
        pattern = _whole(str(rule.get("regex")))
        if "'" in pattern:
            raise rule_not_exported()
        return f"regex(., '{pattern}')"
    return _limits(rule, kind)


def count_of_rows(rule: Element, name: str) -> str:
    """Return what `countRows({name}) = ...` asks for, "" for another rule."""
    pattern = rf"countRows\(\{{(?:panel\.)?{re.escape(name)}\}}\) = (.+)"
    found = re.fullmatch(pattern, str(rule.get("expression", "")))
    if not found or rule.get("notificationType") not in (None, "error"):
        return ""
    wanted = found[1]
    for around in (r"(?:coalesce|max)\((.+), 0\)", r"toInteger\((.+)\)"):
        inner = re.fullmatch(around, wanted)
        wanted = inner[1] if inner and _closes_last(inner[1]) else wanted
    return wanted


def _limits(rule: Element, kind: str) -> str:
    least, most, of = _LIMITS[kind]
    parts = [
        f"{of} {sign} {rule[key]}"
        for key, sign in ((least, ">="), (most, "<="))
        if rule.get(key) not in (None, 0) or (key in rule and kind == "numeric")
    ]
    if not parts:
        raise rule_not_exported()
    return " and ".join(parts)


def _whole(pattern: str) -> str:
    """Return a pattern for the whole text, as ODK matches it, that finds what this one finds."""
    inner = pattern.removeprefix("^(?:").removesuffix(")$")
    if len(inner) == len(pattern) - 6 and _closes_last(inner):
        return inner
    if _has_branches(pattern):
        return f"{_ANYTHING}(?:{pattern}){_ANYTHING}"
    before = "" if pattern.startswith("^") else _ANYTHING
    is_ended = pattern.endswith("$") and not re.search(r"(?<!\\)(?:\\\\)*\\\$$", pattern)
    after = "" if is_ended else _ANYTHING
    return f"{before}(?:{pattern}){after}" if before or after else pattern


def _depths(pattern: str) -> Iterator[tuple[str, int]]:
    """Yield the signs ( ) | that are no characters to match, with the brackets open after them."""
    depth, in_class = 0, False
    for found in re.finditer(r"\\.|[\[\]()|]", pattern, re.DOTALL):
        sign = found[0]
        if in_class or sign in "[]":
            in_class = sign == "[" or (in_class and sign != "]")
        elif len(sign) == 1:
            depth += {"(": 1, ")": -1}.get(sign, 0)
            yield sign, depth


def _closes_last(inner: str) -> bool:
    return all(depth >= 0 for _sign, depth in _depths(inner))


def _has_branches(pattern: str) -> bool:
    return any(sign == "|" and depth == 0 for sign, depth in _depths(pattern))
