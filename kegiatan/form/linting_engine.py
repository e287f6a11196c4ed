"""What the form engine says about a form, as faults of the linter."""

from collections.abc import Iterator
from typing import Any, Protocol

from django.utils.translation import gettext as _

from kegiatan.form import caps
from kegiatan.form.engine import (
    Engine,
    EngineError,
    EngineNotBuilt,
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
        """Return what survey-core says about a form; raises EngineError."""


class EngineInspector:
    """Asks an engine, by default one of its own that is closed afterwards: publishing is rare, and
    a form that fills an isolate's memory must not take one from those who check answers."""

    def __init__(self, engine: Inspecting | None = None) -> None:
        self._engine = engine

    def inspect(self, form: dict[str, Any]) -> list[FormFault]:
        """Return the faults that the engine finds; an engine that fails is a fault of the form."""
        try:
            return list(_faults(self._inspection(form)))
        except EngineNotBuilt:
            message = _("The form engine is not built here: what it would say is missing.")
            remedy = _("Build it with scripts/node.sh and check again.")
            return [FormFault("", "engine_missing", message, remedy, WARNING)]
        except EngineError as error:
            message = _("The form engine cannot open the form: %(what)s") % {"what": str(error)}
            remedy = _("Take out what was added last, and check again.")
            return [FormFault("", "engine_failed", message, remedy)]

    def _inspection(self, form: dict[str, Any]) -> Inspection:
        if self._engine is not None:
            return self._engine.inspect(form)
        own = Engine(timeout_seconds=caps.INSPECTION_SECONDS)
        try:
            return own.inspect(form)
        finally:
            own.close()


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
