"""The linter of questionnaires: every fault at once, with path and remedy.

`check_envelope` says what the server relies on; here is added what a form would do wrongly in the
field: names that point nowhere, circles, regexes that never end, remote addresses, gaps in
translations, and what the form engine itself says. Nothing of a form is run by Python.
Source: design, section 6; issue 4, point 4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from kegiatan.form import caps
from kegiatan.form import elements as el
from kegiatan.form.envelope import check_envelope
from kegiatan.form.envelope_schema import FIRST_ROWS
from kegiatan.form.form_fault import ERROR, WARNING, FormFault
from kegiatan.form.linting_envelope import Masters, envelope_faults
from kegiatan.form.linting_expressions import cycle_faults, expression_faults
from kegiatan.form.linting_names import Resolver
from kegiatan.form.linting_questions import question_faults
from kegiatan.form.linting_regexes import regex_faults
from kegiatan.form.linting_texts import text_faults
from kegiatan.form.linting_tree import FormTree

__all__ = ["FormInspector", "LintReport", "lint_form"]

SURVEYJS, ORIGINAL, UNKNOWN = "surveyjs", "original", "unknown"
# Faults that say that the JSON is no form: nothing below it can be judged.
_HOPELESS = {
    "not_an_object", "too_deep", "not_json", "too_large", "too_many_elements", "original_format",
}  # fmt: skip
# Expressions that would take the engine's time or stack, and what it would make too many of.
_TOO_MUCH = {"expression_too_long", "expression_too_deep", "expressions_too_long"}
_COUNTED = (*FIRST_ROWS, "maxPanelCount", "maxRowCount", "rateCount", "rateMin", "rateMax")


class FormInspector(Protocol):
    """The form engine, as far as the linter asks it."""

    def inspect(self, form: dict[str, Any]) -> Sequence[FormFault]:
        """Return what the engine finds wrong with a form; empty when nothing."""


@dataclass(frozen=True, slots=True)
class LintReport:
    """What the linter says about one file.

    format: surveyjs, original or unknown; questions: how many there are, rosters and those in
    their rows included; mapped: how many of them the form engine knows. Faults: errors first.
    """

    format: str
    questions: int
    mapped: int
    faults: tuple[FormFault, ...] = ()

    @property
    def errors(self) -> tuple[FormFault, ...]:
        """Return the faults that keep the form from being published."""
        return tuple(fault for fault in self.faults if fault.severity == ERROR)

    @property
    def warnings(self) -> tuple[FormFault, ...]:
        """Return the faults that are only shown."""
        return tuple(fault for fault in self.faults if fault.severity == WARNING)

    def as_dict(self) -> dict[str, Any]:
        """Return {format, questions, mapped, faults: [{sheet, row, column, path, ...}]}."""
        faults = [asdict(fault) for fault in self.faults]
        return {**{key: getattr(self, key) for key in _COUNTS}, "faults": faults}


_COUNTS = ("format", "questions", "mapped")


def lint_form(
    form: object,
    *,
    masters: Masters | None = None,
    engine: FormInspector | None = None,
    functions: Sequence[str] = (),
) -> LintReport:
    """Return every fault of a form_schema; never raises, whatever JSON value comes.

    masters: versions of each type that are loaded; None leaves that unsaid.
    engine: asked last, and not about a form with an expression or a number of rows over a cap.
    functions: what expressions may call beside the functions of survey-core.
    """
    found = check_envelope(form)
    codes = {fault.code for fault in found}
    if not isinstance(form, dict) or codes & _HOPELESS:
        kind = ORIGINAL if "original_format" in codes else UNKNOWN
        return LintReport(kind, _count_original(form) if kind == ORIGINAL else 0, 0, tuple(found))
    tree = FormTree(form)
    found += _tree_faults(tree, masters, functions)
    if engine is not None and not any(map(_is_too_much, found)):
        found += _not_told(engine.inspect(form), found)
    questions = list(tree.questions)
    mapped = sum(1 for node in questions if node.kind in el.ELEMENT_TYPES)
    return LintReport(SURVEYJS, len(questions), mapped, _ordered(found))


def _tree_faults(
    tree: FormTree, masters: Masters | None, functions: Sequence[str]
) -> Iterator[FormFault]:
    resolver = Resolver(tree)
    yield from envelope_faults(tree, masters)
    yield from question_faults(tree)
    yield from expression_faults(tree, resolver, functions)
    yield from cycle_faults(tree, resolver)
    yield from regex_faults(tree)
    yield from text_faults(tree)


def _is_too_much(fault: FormFault) -> bool:
    """Return whether a fault keeps the engine from being asked: it could take all it has."""
    if fault.code == "too_many_choices":
        return fault.severity == ERROR
    is_count = fault.code == "out_of_range" and fault.path.endswith(_COUNTED)
    return is_count or fault.code in _TOO_MUCH


def _not_told(said: Sequence[FormFault], found: list[FormFault]) -> list[FormFault]:
    """Return what the engine says beyond what is told already, at the same place."""
    told = {(fault.path, fault.code) for fault in found}
    types = {fault.path for fault in found if fault.path.endswith(".type")}
    return [
        fault
        for fault in said
        if (fault.path, fault.code) not in told and f"{fault.path}.type" not in types
    ]


def _ordered(found: list[FormFault]) -> tuple[FormFault, ...]:
    """Return faults, errors first, each once; at most `caps.LINT_FAULTS`."""
    once = list(dict.fromkeys(found))
    ordered = sorted(once, key=lambda fault: fault.severity != ERROR)
    if len(ordered) <= caps.LINT_FAULTS:
        return tuple(ordered)
    message = _("%(count)d further faults are not listed.")
    text = message % {"count": len(ordered) - caps.LINT_FAULTS}
    more = FormFault("", "more_faults", text, _("Correct those listed first."))
    return (*ordered[: caps.LINT_FAULTS], more)


def _count_original(form: object) -> int:
    """Return how many questions a form of the original format has (pages, sections, rosters)."""
    count = 0
    stack: list[object] = [form]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            count += len(el.items_of(item.get("questions")))
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return count
