"""What the form engine gives back, or why there is nothing; made from the JSON of the bundle.

Source: pwa/src/engine/verdict.ts, inspect.ts; docs/forms.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from kegiatan.form.json_value import JsonObject, JsonValue

ERROR_LENGTH = 300
_T = TypeVar("_T")


class EngineError(Exception):
    """The engine gave no result; `code` says why: broken, timeout, out_of_memory, not_built."""

    code = "broken"

    def __init__(self, text: str) -> None:
        super().__init__(text[:ERROR_LENGTH])


class EngineTimeout(EngineError):
    """The form or the answers kept the engine busy for too long; the isolate was discarded."""

    code = "timeout"


class EngineOutOfMemory(EngineError):
    """The form or the answers need too much memory; the isolate was discarded."""

    code = "out_of_memory"


class EngineNotBuilt(EngineError):
    """There is no bundle: scripts/node.sh has not run."""

    code = "not_built"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule. path: `anggota[<_id>].kbli`; part: inside a composite answer, else "".

    message, title: text in the language asked for, never markup, yet with answers piped in: escape.
    """

    path: str
    part: str
    code: str
    message: str
    title: str
    page: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """A code that an answer takes from a master data set."""

    path: str
    type: str
    code: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine says about a set of answers.

    answers: canonical; answers of hidden questions are left out (`hidden`: their paths), computed
    ones made anew. blanks: paths of shown questions that may be answered and are not.
    answered, total: of the questions that may be answered now. outcome: the visit outcome or None.
    """

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    truncated: bool
    blanks: tuple[str, ...]
    label: str
    visible: tuple[str, ...]
    hidden: tuple[str, ...]
    answers: JsonObject
    answered: int
    total: int
    outcome: JsonValue
    lookups: tuple[Lookup, ...]

    @property
    def passed(self) -> bool:
        """Whether no rule is broken; warnings may be."""
        return not self.errors


@dataclass(frozen=True, slots=True)
class JsonFault:
    """What survey-core says about the JSON. place: `pages[0].elements[2]`, "" for the whole."""

    place: str
    type: str
    message: str
    property: str


@dataclass(frozen=True, slots=True)
class ExpressionFault:
    """One fault of an expression. code: syntax_error, unknown_function, unknown_name, always_same.

    place: as in JsonFault, of the object that holds it; element: its name; name: what is unknown.
    """

    place: str
    element: str
    property: str
    expression: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class UsedNames:
    """The names that one expression reads, or (kind "text") that are piped into a text."""

    place: str
    property: str
    expression: str
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InspectedQuestion:
    """A question of a form. path: `anggota[].kbli`; place: where in the JSON it stands."""

    path: str
    place: str
    name: str
    kind: str
    title: str
    page: str
    required: bool
    editable_by: tuple[str, ...]
    master: str | None
    uses: tuple[UsedNames, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A form as the engine reads it. uses: of everything that is no question."""

    json_errors: tuple[JsonFault, ...]
    expression_errors: tuple[ExpressionFault, ...]
    questions: tuple[InspectedQuestion, ...]
    uses: tuple[UsedNames, ...]


def _all(make: Callable[..., _T], items: list[dict[str, Any]]) -> tuple[_T, ...]:
    return tuple(make(**item) for item in items)


def verdict_of(raw: dict[str, Any]) -> Verdict:
    """Return a verdict from the JSON that `evaluate` gives."""
    return Verdict(
        errors=_all(Finding, raw["errors"]),
        warnings=_all(Finding, raw["warnings"]),
        truncated=raw["truncated"],
        blanks=tuple(raw["blanks"]),
        label=raw["label"],
        visible=tuple(raw["visible"]),
        hidden=tuple(raw["hidden"]),
        answers=raw["answers"],
        answered=raw["progress"]["answered"],
        total=raw["progress"]["total"],
        outcome=raw["outcome"],
        lookups=_all(Lookup, raw["lookups"]),
    )


def _uses(items: list[dict[str, Any]]) -> tuple[UsedNames, ...]:
    return tuple(UsedNames(**{**item, "names": tuple(item["names"])}) for item in items)


def inspection_of(raw: dict[str, Any]) -> Inspection:
    """Return an inspection from the JSON that `inspect` gives."""
    questions = tuple(
        InspectedQuestion(
            **{
                **item,
                "editable_by": tuple(item["editable_by"]),
                "uses": _uses(item["uses"]),
            }
        )
        for item in raw["questions"]
    )
    return Inspection(
        json_errors=_all(JsonFault, raw["jsonErrors"]),
        expression_errors=_all(ExpressionFault, raw["expressionErrors"]),
        questions=questions,
        uses=_uses(raw["uses"]),
    )
