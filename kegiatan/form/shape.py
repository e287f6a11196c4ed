"""The shape of answers, checked in the request: types, formats, lengths, choices and caps.

A fault here means that the answers cannot have come from a sound form engine; whether they
satisfy the rules of the form is the verdict's matter. Source: design, section 6, point 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from cerdas.json_reading import is_beyond_64_bits
from kegiatan.form import caps
from kegiatan.form.answer_schema import FORMATS, scope_schema
from kegiatan.form.elements import Element
from kegiatan.form.json_path import located
from kegiatan.form.json_value import JsonObject, JsonValue, json_bytes, json_depth, json_size
from kegiatan.form.questions import Question, Scope, form_scope


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """One thing wrong with the shape of answers.

    path: `anggota[<_id>].kbli`, "" for the whole; code: see docs; message never holds the answer.
    """

    path: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ShapeResult:
    """What a check found; at most `caps.FAULTS` faults, `truncated` says that there are more."""

    faults: tuple[ShapeFault, ...] = ()
    truncated: bool = False

    @property
    def ok(self) -> bool:
        """Whether the answers have the shape of the form."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """The compiled shape of one form version; build it once, share it between threads."""

    scope: Scope
    validator: Draft202012Validator

    def check(self, answers: object) -> ShapeResult:
        """Return every fault of shape; never raises, whatever JSON value comes.

        Meant for canonical answers: a null is a wrong type here, an unknown name passes.
        Checks no required, minimum, maximum or validator of the form.
        """
        if not isinstance(answers, dict):
            return ShapeResult((not_an_object(),))
        capped = cap_faults(answers)
        return ShapeResult(capped) if capped else self.check_types(answers)

    def check_types(self, answers: JsonObject) -> ShapeResult:
        """Return what `check` does of answers that are known to be within the caps."""
        try:
            if not self.validator.is_valid(answers):
                return self._faults(answers)
            return ShapeResult() if json_bytes(answers) is not None else ShapeResult((not_json(),))
        except (ValueError, TypeError, RecursionError):  # not JSON: keys, surrogates, huge numbers
            return ShapeResult((not_json(),))

    def _faults(self, answers: JsonObject) -> ShapeResult:
        faults: dict[tuple[str, str], ShapeFault] = {}
        for error in self.validator.iter_errors(answers):
            fault = _shape_fault(error, self.scope, answers)
            faults.setdefault((fault.path, fault.code), fault)
            if len(faults) > caps.FAULTS:
                return ShapeResult(tuple(faults.values())[: caps.FAULTS], truncated=True)
        return ShapeResult(tuple(faults.values()))


def compile_shape(schema: Element) -> AnswerShape:
    """Compile the answer shape of a form that passed `check_envelope`."""
    scope = form_scope(schema)
    validator = Draft202012Validator(
        scope_schema(scope),
        formats=FORMATS,
        validate_formats=True,
        offline=True,
        pattern_options=RegexOptions(),
    )
    return AnswerShape(scope, validator)


def cap_faults(answers: JsonObject, dumped: bytes | None = None) -> tuple[ShapeFault, ...]:
    """Return the fault of a cap that the answers exceed: depth, objects or bytes.

    dumped: the answers as compact JSON, where the caller has it.
    """
    if json_depth(answers, cap=caps.ANSWER_DEPTH) > caps.ANSWER_DEPTH:
        message = _("The answers are nested deeper than %(cap)d levels.")
        return (ShapeFault("", "too_deep", message % {"cap": caps.ANSWER_DEPTH}),)
    if dumped is None:
        dumped = json_bytes(answers)
    try:
        size = len(dumped) if dumped is not None else json_size(answers)
    except (TypeError, ValueError):  # keys that are no text, integers of thousands of digits
        return (not_json(),)
    if size > caps.ANSWER_BYTES:
        message = _("The answers are larger than %(cap)d bytes.")
        return (ShapeFault("", "too_large", message % {"cap": caps.ANSWER_BYTES}),)
    separators = dumped.count(b",") + dumped.count(b"{") if dumped is not None else size
    if separators <= caps.ANSWER_OBJECTS:  # fewer than either cap: no need to walk
        return ()
    values, objects = _counts(answers)
    if objects > caps.ANSWER_OBJECTS:
        message = _("The answers hold more than %(cap)d rows in all.")
        return (ShapeFault("", "too_many_rows", message % {"cap": caps.ANSWER_OBJECTS}),)
    if values > caps.ANSWER_VALUES:
        message = _("The answers hold more than %(cap)d values in all.")
        return (ShapeFault("", "too_many_values", message % {"cap": caps.ANSWER_VALUES}),)
    return ()


def archived_fault(archived: Sequence[object]) -> ShapeFault | None:
    """Return a fault when the archived answers together exceed their cap in bytes."""
    if sum(map(json_size, archived)) <= caps.ARCHIVED_BYTES:
        return None
    message = _("Answers to questions that the form does not have exceed %(cap)d bytes.")
    return ShapeFault("_archived", "archived_too_large", message % {"cap": caps.ARCHIVED_BYTES})


def not_an_object() -> ShapeFault:
    """Return the fault of answers that are no JSON object."""
    return ShapeFault("", "not_an_object", _("Answers must be an object {question name: answer}."))


def not_json() -> ShapeFault:
    """Return the fault of answers that cannot be stored as JSON."""
    return ShapeFault(
        "", "not_json", _("The answers hold text or numbers that cannot be stored as JSON.")
    )


def _counts(answers: JsonObject) -> tuple[int, int]:
    """Return how many values the answers hold at any depth, and how many of them are objects."""
    values = objects = 0
    stack: list[JsonValue] = [answers]
    while stack:
        item = stack.pop()
        values += 1
        if isinstance(item, dict):
            objects += 1
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return values, objects


_CODES = {
    "type": "wrong_type",
    "enum": "unknown_choice",
    "format": "bad_format",
    "pattern": "bad_format",
    "maxLength": "too_long",
    "uniqueItems": "duplicate_value",
    "maxItems": "too_many_items",
    "minimum": "out_of_range",
    "maximum": "out_of_range",
    "required": "incomplete_value",
    "additionalProperties": "unknown_part",
}


def _shape_fault(error: ValidationError, scope: Scope, answers: JsonObject) -> ShapeFault:
    path, question = located(scope, error.instance_path, answers)
    code = _CODES.get(error.kind.name, "wrong_type")
    if code == "too_many_items" and question is not None and question.is_roster:
        code = "too_many_rows"
    if code == "wrong_type" and question is not None and question.is_number:
        code = "out_of_range" if _is_large_number(error.instance) else code
    if code == "unknown_choice" and question is not None and question.kind == "boolean":
        code = "wrong_type"
    title = question.title[:80] if question is not None else path
    return ShapeFault(path, code, f"{title}: {_explained(code, question)}")


def _is_large_number(value: object) -> bool:
    """Return whether a text is a number beyond 64 bits, which comes as the text that was sent."""
    return isinstance(value, str) and is_beyond_64_bits(value.encode(errors="replace"))


def _explained(code: str, question: Question | None) -> str:
    texts = {
        "unknown_choice": _("the answer is not one of the choices."),
        "bad_format": _("the answer is not written as this type of question needs it."),
        "too_long": _("the answer is too long."),
        "duplicate_value": _("the same choice is given twice."),
        "too_many_items": _("too many values."),
        "too_many_rows": _("more rows than the form allows."),
        "out_of_range": _("the number is outside what can be stored."),
        "incomplete_value": _("a part of the answer is missing."),
        "unknown_part": _("the answer has a part that the form does not know."),
    }
    return texts.get(code) or _type_text(question)


def _type_text(question: Question | None) -> str:
    if question is None:
        return _("the value has the wrong type.")
    if question.is_roster:
        return _("the answer must be a list of rows.")
    if question.is_number:
        return _("the answer must be a number.")
    if question.kind == "boolean":
        return _("the answer must be yes or no.")
    if question.is_attachment:
        return _("the answer must be the id of an attachment, or a list of them.")
    if question.kind == "geotag":
        return _("the answer must be a position with lat and lon.")
    if question.is_multiple:
        return _("the answer must be a list of choices.")
    if question.kind in ("text", "comment", "barcode"):
        return _("the answer must be text.")
    return _("the answer has the wrong type.")
