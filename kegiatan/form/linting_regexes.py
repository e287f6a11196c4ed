"""Faults of regular expressions: what does not compile, and what backtracks without bound."""

import re
from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import gettext as _

from kegiatan.form import caps
from kegiatan.form.expression import (
    MATCHING_FUNCTION,
    ExpressionFaulty,
    expression_calls,
    expression_tokens,
)
from kegiatan.form.form_fault import WARNING, FormFault
from kegiatan.form.linting_tree import FormTree
from kegiatan.form.regex_backtracking import Growth, regex_growth
from kegiatan.form.regex_syntax import RegexFaulty


def regex_faults(tree: FormTree) -> Iterator[FormFault]:
    """Yield the faults of all regular expressions of a form; none of them is run."""
    read: set[str] = set()
    for path, pattern in _patterns(tree):
        if pattern is None:
            message = _("The regular expression of matches() must be written out as a text.")
            yield FormFault(path, "bad_regex", message, _("Write it between quotes."))
            continue
        read.add(pattern)
        if sum(map(len, read)) > caps.REGEXES_LENGTH:
            message = _("All regular expressions together are longer than %(cap)d characters.")
            text = message % {"cap": caps.REGEXES_LENGTH}
            yield FormFault(path, "regexes_too_long", text, _("Use fewer."))
            return
        fault = _fault(path, pattern)
        if fault is not None:
            yield fault


def _patterns(tree: FormTree) -> Iterator[tuple[str, str | None]]:
    """Yield (path, pattern) of validators, and of calls of matches(); None: it is no text."""
    for place in tree.regexes:
        yield place.path, place.text
    for place in tree.expressions:
        if MATCHING_FUNCTION not in place.text or len(place.text) > caps.EXPRESSION_LENGTH:
            continue
        try:
            calls = list(expression_calls(expression_tokens(place.text)))
        except ExpressionFaulty:
            continue
        for call in calls:
            if call.name != MATCHING_FUNCTION or len(call.arguments) < 2:
                continue
            given = call.arguments[1]
            is_text = len(given) == 1 and given[0].kind == "string"
            yield place.path, f"^(?:{_unquoted(given[0].text)})$" if is_text else None


def _unquoted(text: str) -> str:
    return re.sub(r"\\(['\"\\])", r"\1", text)


@lru_cache(maxsize=256)
def _growth_of(text: str) -> Growth:
    return regex_growth(text)


def _fault(path: str, text: str) -> FormFault | None:
    if len(text) > caps.REGEX_LENGTH:
        message = _("The regular expression is longer than %(cap)d characters.")
        shown = message % {"cap": caps.REGEX_LENGTH}
        return FormFault(path, "regex_too_long", shown, _("Split it in several validators."))
    try:
        growth = _growth_of(text)
    except RegexFaulty as error:
        message = _("The regular expression cannot be used: %(what)s.") % {"what": str(error)[:100]}
        return FormFault(path, "bad_regex", message, _("Correct it; the syntax is JavaScript's."))
    if growth is Growth.EXPONENTIAL:
        message = _("This regular expression can take for ever: it reads one text in many ways.")
        remedy = _("Take out a repeat in a repeat, and choices that overlap: (a+)+, (a|a)*.")
        return FormFault(path, "regex_backtracks", message, remedy)
    if growth is Growth.POLYNOMIAL:
        message = _("This regular expression is slow on long texts: two repeats share characters.")
        remedy = _("Let neighbouring repeats take different characters, or limit maxLength.")
        return FormFault(path, "regex_backtracks", message, remedy, WARNING)
    return None
