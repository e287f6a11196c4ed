"""Rules of the original platform: when a question is shown, and what its answer must be."""

from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from kegiatan.form.importing import surveyjs as js
from kegiatan.form.importing.comparing_values import equality, relation_of_values
from kegiatan.form.importing.javascript import Literal
from kegiatan.form.importing.javascript_translation import JavaScript
from kegiatan.form.importing.names import Place, read
from kegiatan.form.importing.refused import Refused
from kegiatan.form.importing.surveyjs import Piece

Element = dict[str, Any]
_NUMBERS = {"min": "minValue", "max": "maxValue"}
_KNOWN = frozenset({
    "required", "requiredIf", "min", "max", "minLength", "maxLength", "pattern", "regex", "custom",
    "level", "message",
})  # fmt: skip
_SIGNS = {
    "eq": "=", "==": "=", "===": "=", "equals": "=", "$eq": "=",
    "ne": "!=", "!=": "!=", "!==": "!=", "not": "!=", "$ne": "!=", "notEquals": "!=",
    "gt": ">", ">": ">", "$gt": ">", "gte": ">=", ">=": ">=", "$gte": ">=", "min": ">=",
    "lt": "<", "<": "<", "$lt": "<", "lte": "<=", "<=": "<=", "$lte": "<=", "max": "<=",
}  # fmt: skip
_REQUIRED = gettext_noop("Still to be filled in.")
_INVALID = gettext_noop("The answer is not valid.")


class Importing(Protocol):
    """The import that the rules belong to."""

    def loss(self, path: str, refused: Refused, question: str = "") -> None: ...
    def note(self, path: str, refused: Refused, question: str = "") -> None: ...
    def reads(self, name: str, place: Place) -> Piece: ...


class OriginalRules:
    """Puts conditions and rules into elements."""

    def __init__(self, importing: Importing) -> None:
        self.importing = importing

    def shown(
        self, question: Mapping[str, Any], made: Element, path: str, place: Place, listed: str
    ) -> None:
        """Put in when something is shown: an object {name: value}, or JavaScript."""
        logic = question.get("conditionalLogic")
        condition = logic.get("showIf") if isinstance(logic, dict) else None
        if condition in (None, "", {}):
            return
        where = f"{path}.conditionalLogic.showIf"
        found = self.condition(condition, place, where, listed)
        if found == js.FALSE:
            made["visible"] = False
        elif found is not None and found != js.TRUE:
            made["visibleIf"] = found.text
        for key in logic or ():
            if key != "showIf":
                message = _("%(key)s is not known and is left out.") % {"key": str(key)[:80]}
                refused = Refused("property_left_out", message, _("Use showIf."))
                self.importing.loss(f"{path}.conditionalLogic.{key}", refused, listed)

    def condition(self, given: object, place: Place, path: str, listed: str) -> Piece | None:
        """Return a condition; None when it has no equal, which is listed."""
        try:
            if isinstance(given, bool):
                return js.truth(given)
            if isinstance(given, str):
                return JavaScript(given, lambda name: self.importing.reads(name, place)).condition()
            if isinstance(given, dict):
                return self._of_object(given, place)
            message = _("A condition is an object {name: value}, or a text.")
            raise Refused("wrong_type", message, _("Write it as {name: value}."))
        except Refused as refused:
            self.importing.loss(path, refused, listed)
            return None

    def _of_object(self, given: Mapping[str, Any], place: Place) -> Piece:
        """Return `{name: value, other: [a, b], third: {gt: 5}}`: all of them hold."""
        parts = []
        for name, wanted in given.items():
            own = self.importing.reads(str(name), place)
            if isinstance(wanted, list):
                any_of = [_equal(own, value) for value in wanted]
                parts.append(js.joined(any_of, "or") if any_of else js.FALSE)
            elif isinstance(wanted, dict):
                parts += [self._sign(own, sign, value) for sign, value in wanted.items()]
            else:
                parts.append(_equal(own, wanted))
        return js.joined(parts, "and")

    def _sign(self, own: Piece, sign: str, value: object) -> Piece:
        if sign in ("in", "$in", "nin", "$nin", "notIn") and isinstance(value, list):
            found = js.joined([_equal(own, item) for item in value], "or")
            return js.negated(found) if "n" in sign.replace("in", "").lower() else found
        operator = _SIGNS.get(sign)
        if operator is None or isinstance(value, (list, dict)):
            message = _("%(sign)s is not a known way to compare.") % {"sign": sign[:40]}
            raise Refused("comparison_not_known", message, _("Use eq, ne, gt, gte, lt, lte or in."))
        if operator in ("=", "!="):
            found = _equal(own, value)
            return found if operator == "=" else js.negated(found)
        return relation_of_values(own, operator, _literal(value))

    def judged(self, question: Mapping[str, Any], made: Element, path: str, place: Place) -> None:
        """Put in what the answer must be; with `level: warning` it is only warned of."""
        rules = question.get("validation")
        if not isinstance(rules, dict) or made["type"] in ("html", "prefilled"):
            return
        assert place.current is not None
        judge = _Judge(self, rules, made, path, place, read(place.current, place))
        judge.run()
        if judge.validators:
            made["validators"] = judge.validators


class _Judge:
    """The rules of one question."""

    def __init__(
        self, rules: OriginalRules, given: Mapping[str, Any], made: Element, path: str,
        place: Place, own: Piece,
    ) -> None:  # fmt: skip
        self.rules = rules
        self.given = given
        self.made = made
        self.path = path
        self.place = place
        self.own = own
        self.is_warning = given.get("level") == "warning"
        self.validators: list[Element] = []

    def run(self) -> None:
        """Put all rules in."""
        self._required()
        self._limits()
        self._lengths()
        self._pattern()
        self._custom()
        for key in self.given:
            if key not in _KNOWN:
                message = _("The rule %(key)s is not known.") % {"key": str(key)[:80]}
                refused = Refused("rule_left_out", message, _("Write it as a validator."))
                self.rules.importing.loss(f"{self.path}.validation.{key}", refused, self.path)

    def _add(self, validator: Element, default: str = "") -> None:
        message = self.given.get("message")
        text = message if isinstance(message, str) and message else default
        if text:
            validator.setdefault("text", text)
        if self.is_warning:
            validator["notificationType"] = "warning"
        self.validators.append(validator)

    def _required(self) -> None:
        empty_is_wrong = Piece(f"{self.own.text} notempty", "boolean", js.COMPARED)
        if self.given.get("required") is True:
            if self.is_warning:
                self._add(
                    {"type": "expression", "expression": empty_is_wrong.text}, _word(_REQUIRED)
                )
            else:
                self.made["isRequired"] = True
            return
        if not self.given.get("requiredIf"):
            return
        where = f"{self.path}.validation.requiredIf"
        found = self.rules.condition(self.given["requiredIf"], self.place, where, self.path)
        if found is None or found == js.FALSE:
            return
        if not self.is_warning:
            self.made["requiredIf"] = found.text
            return
        try:
            rule = js.joined([js.negated(found), empty_is_wrong], "or")
        except Refused as refused:
            self.rules.importing.loss(where, refused, self.path)
            return
        self._add({"type": "expression", "expression": rule.text}, _word(_REQUIRED))

    def _limits(self) -> None:
        limits = {_NUMBERS[key]: value for key, value in self._numbers(tuple(_NUMBERS)).items()}
        if not limits or self.own.type == "text":
            return
        if limits.get("minValue") == 0 or limits.get("maxValue") == 0:
            message = _("A limit of 0 was passed over by the original platform; here it holds.")
            refused = Refused("zero_limit_counts", message, _("Take it out if it should not."))
            self.rules.importing.note(f"{self.path}.validation", refused, self.path)
        if self.made.get("inputType") == "number":
            self._add({"type": "numeric", **limits})

    def _numbers(self, keys: tuple[str, ...]) -> dict[str, float]:
        """Return the rules that are numbers as they are written; list those that are none."""
        found: dict[str, float] = {}
        for key in keys:
            given = self.given.get(key)
            if given in (None, "") or isinstance(given, bool):
                continue
            try:
                number = js.finite_number(given)
            except Refused as refused:
                self.rules.importing.loss(f"{self.path}.validation.{key}", refused, self.path)
                continue
            found[key] = given if isinstance(given, (int, float)) else number
        return found

    def _lengths(self) -> None:
        found = self._numbers(("minLength", "maxLength"))
        lengths = {key: int(value) for key, value in found.items() if value > 0}
        if not lengths:
            return
        if self.made.get("inputType") == "number":
            # A number of 16 digits loses some as a number, and leading zeros: it stays a text.
            self.made["inputType"] = "tel"
            self.made.pop("step", None)
            self._add({"type": "regex", "regex": "^[0-9]*$"}, _word(_INVALID))
            message = _("The number is kept as digits, as its length is judged.")
            refused = Refused("digits_as_text", message, _("Nothing to do."))
            self.rules.importing.note(f"{self.path}.validation", refused, self.path)
        if self.made["type"] in ("text", "comment"):
            self._add({"type": "text", **lengths})

    def _pattern(self) -> None:
        pattern = self.given.get("pattern", self.given.get("regex"))
        if isinstance(pattern, str) and pattern:
            self._add({"type": "regex", "regex": pattern}, _word(_INVALID))

    def _custom(self) -> None:
        """A function that gives true, or the message of what is wrong."""
        text = self.given.get("custom")
        if not text:
            return
        where = f"{self.path}.validation.custom"
        try:
            if not isinstance(text, str):
                message = _("A rule of its own is written as JavaScript.")
                raise Refused("wrong_type", message, _("Write it as a validator."))
            script = JavaScript(text, lambda name: self.rules.importing.reads(name, self.place))
            empty = Piece(f"{self.own.text} empty", "boolean", js.COMPARED)
            made = [
                (js.joined([empty, rule], "or"), message)
                for rule, message in self._outcomes(script)
            ]
        except Refused as refused:
            self.rules.importing.loss(where, refused, self.path)
            return
        for rule, message in made:
            validator: Element = {"type": "expression", "expression": rule.text}
            if message:
                validator["text"] = message
            self._add(validator, _word(_INVALID))

    def _outcomes(self, script: JavaScript) -> list[tuple[Piece, str]]:
        """Return (rule, message) of each way through the function that finds something wrong."""
        found = []
        for outcome in script.outcomes():
            value = outcome.value
            if isinstance(value, Literal):
                if value.value is True:
                    continue
                words = value.value if isinstance(value.value, str) else ""
                found.append((js.negated(outcome.when), words))
                continue
            is_right = js.as_condition(script.piece(value, outcome.known))
            found.append((js.joined([js.negated(outcome.when), is_right], "or"), ""))
        return found


def _equal(own: Piece, value: object) -> Piece:
    if isinstance(value, bool):
        text = f"{own.within(js.COMPARED)} = {str(value).lower()}"
        return Piece(text, "boolean", js.COMPARED)
    if value is None or value == "":
        return js.blank(own)
    if own.type == "choices":
        return js.call("isSelected", [own, _literal(value)], "boolean")
    return equality(own, _literal(value), is_equal=True)


def _literal(value: object) -> Piece:
    if isinstance(value, (int, float)):
        return js.number_literal(js.finite_number(value))
    return js.text_literal(str(value))


def _word(msgid: str) -> str:
    """Return a sentence in the language of the forms of the original platform."""
    with override("id"):
        return _(msgid)
