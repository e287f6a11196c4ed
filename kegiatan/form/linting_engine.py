"""What the form engine says about a form, as faults of the linter."""

from collections.abc import Iterator
from typing import Any, Protocol

from django.utils.translation import gettext as _

from kegiatan.form.engine import read_bundle
from kegiatan.form.engine_process import EngineGone, shared_process
from kegiatan.form.engine_results import (
    EngineError,
    ExpressionFault,
    Inspection,
    JsonFault,
)
from kegiatan.form.form_fault import WARNING, FormFault

# A phone would open the form without the property; it may be one of ours or of a newer SurveyJS.
_HARMLESS_TYPES = frozenset({"unknownproperty"})
# Told by the linter itself, with the path and what to write instead.
_TOLD_ELSEWHERE = frozenset({"unknown_name", "unknown_function"})


class Inspecting(Protocol):
    """The part of the form engine that the linter asks."""

    def inspect(self, form: dict[str, Any]) -> Inspection:
        """Return what survey-core says about a form; raises EngineGone, EngineError."""


class EngineInspector:
    """Asks an engine, by default that of a process beside this one: what a form makes V8 do ends
    neither a server nor those who check answers.
    """

    def __init__(self, engine: Inspecting | None = None) -> None:
        self._engine = engine

    def inspect(self, form: dict[str, Any]) -> list[FormFault]:
        """Return the faults that the engine finds; an engine that fails is a fault of the form.

        It opens the form, then judges it without an answer: the least that every check takes.
        """
        try:
            return list(_faults(self._inspection(form)))
        except EngineError as error:
            return [_gone(EngineGone(error.code, str(error)))]
        except EngineGone as gone:
            return [_gone(gone)]

    def _inspection(self, form: dict[str, Any]) -> Inspection:
        if self._engine is not None:
            return self._engine.inspect(form)
        read_bundle()
        with shared_process("lint") as process:
            return process.inspect(form)


def _gone(gone: EngineGone) -> FormFault:
    if gone.reason == "not_built":
        message = _("The form engine is not built here: what it would say is missing.")
        remedy = _("Build it with scripts/node.sh and check again.")
        return FormFault("", "engine_missing", message, remedy, WARNING)
    if gone.reason == "busy":
        message = _("The form engine is busy: the form could not be checked now.")
        remedy = _("Check again in a moment.")
        return FormFault("", "engine_busy", message, remedy)
    if gone.reason in ("timeout", "hung"):
        message = _("The form takes the engine too long, even without answers.")
        remedy = _("Use fewer questions, rows, columns or conditions that read each other.")
        return FormFault("", "engine_too_slow", message, remedy)
    what = gone.words or gone.reason
    message = _("The form engine cannot open the form: %(what)s") % {"what": what}
    remedy = _("Take out what was added last, and check again.")
    return FormFault("", "engine_failed", message, remedy)


def _faults(inspection: Inspection) -> Iterator[FormFault]:
    for fault in inspection.json_errors:
        yield _json_fault(fault)
    for expression in inspection.expression_errors:
        if expression.code not in _TOLD_ELSEWHERE:
            yield _expression_fault(expression)


def _json_fault(fault: JsonFault) -> FormFault:
    is_inside = not fault.property or f".{fault.property}[" in f".{fault.place}"
    path = fault.place if is_inside else f"{fault.place}.{fault.property}".strip(".")
    message = _("SurveyJS says: %(what)s") % {"what": fault.message}
    remedy = _("Correct the name of the property or type, or take it out.")
    if fault.type in _HARMLESS_TYPES:
        return FormFault(path, "unknown_property", message, remedy, WARNING)
    return FormFault(path, "engine_fault", message, remedy)


def _expression_fault(fault: ExpressionFault) -> FormFault:
    path = f"{fault.place}.{fault.property}" if fault.place else ""
    named = {"element": fault.element, "property": fault.property, "text": fault.expression[:200]}
    if fault.code == "always_same":
        message = _("%(element)s: %(property)s is always the same: %(text)s") % named
        remedy = _("Compare with a question, or take the expression out.")
        return FormFault(path, "expression_always_same", message, remedy, WARNING)
    message = _("%(element)s: %(property)s cannot be read: %(text)s") % named
    remedy = _("Close brackets and quotes; write names as {name} and texts as 'text'.")
    return FormFault(path, "bad_expression", message, remedy)
