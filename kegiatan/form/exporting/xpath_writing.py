"""From expressions of a form to ODK's XPath, for XLSForms that are exported.

The other way round than `kegiatan.form.importing`: what has no equal is refused with words.
"""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from kegiatan.form.exporting.operator_writing import JOINING, Joined, items_of
from kegiatan.form.expression import ExpressionFaulty, Token, expression_tokens
from kegiatan.form.importing.refused import Refused

_BINDING = {
    "or": 1, "||": 1, "and": 2, "&&": 2, "=": 3, "==": 3, "!=": 3, "<>": 3, "<": 4, "<=": 4,
    ">": 4, ">=": 4, "contains": 3, "notcontains": 3, "anyof": 3, "allof": 3, "noneof": 3,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_WRITTEN = {"||": "or", "&&": "and", "==": "=", "<>": "!=", "/": "div", "%": "mod"}
_SAME = {
    "coalesce": "coalesce", "concatText": "concat", "countNonEmpty": "count-non-empty",
    "countSelected": "count-selected", "dateText": "date", "dateTimeText": "date-time",
    "formatDate": "format-date", "iif": "if", "isSelected": "selected", "matches": "regex",
    "max": "max", "min": "min", "roundTo": "round", "selectedAt": "selected-at", "sum": "sum",
    "textAfter": "substring-after", "textBefore": "substring-before", "textContains": "contains",
    "textEndsWith": "ends-with", "textLength": "string-length", "textNormalize": "normalize-space",
    "textSlice": "substr", "textStartsWith": "starts-with", "textTranslate": "translate",
    "toDays": "decimal-date-time", "toInteger": "int", "toNumber": "number", "today": "today",
    "currentDate": "now",
}  # fmt: skip
_MOMENTS = {"date(today())": "today()", "date-time(now())": "now()"}
_ARITHMETIC = frozenset("+-*/%")
_OVER_ROWS = {"sumInArray": "sum", "minInArray": "min", "maxInArray": "max"}
_INDEX = "(position(..) - 1)"  # a row's number from 0
_MATH = {"'ceil'": "ceiling"}
DEPTH = 60
Names = Mapping[str, str]
Types = Mapping[str, str]


def xpath(text: str, names: Names, types: Types) -> str:
    """Return an expression as XPath. Raises Refused.

    names: {key here: name in the XLSForm}; types: {name in the XLSForm: what it is answered with,
    as `xlsform_said.answer_type` says}.
    """
    try:
        tokens = expression_tokens(text)
    except ExpressionFaulty as error:
        raise no_equal(text) from error
    writer = _Writer(tokens, names, types)
    found = writer.expression(0)
    if writer.index != len(tokens):
        raise no_equal(text)
    return _MOMENTS.get(found, found)


def no_equal(text: str) -> Refused:
    """Return the refusal of an expression that an XLSForm cannot say."""
    message = _("The expression cannot be written in an XLSForm: %(text)s") % {"text": text[:200]}
    return Refused("expression_not_exported", message, _("Write it in the XLSForm yourself."))


class _Writer:
    """Reads tokens one after another and writes XPath."""

    def __init__(self, tokens: Sequence[Token], names: Names, types: Types) -> None:
        self.tokens = tokens
        self.names = names
        self.types = types
        self.filled: frozenset[str] = frozenset()  # written names that a condition around says so
        self.index = 0
        self.depth = 0

    def peek(self) -> Token | None:
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    def sees(self, text: str) -> bool:
        token = self.peek()
        return token is not None and token.kind in ("sign", "word") and token.text == text

    def refuse(self) -> Refused:
        return no_equal(" ".join(token.text for token in self.tokens))

    def expect(self, text: str) -> None:
        if not self.sees(text):
            raise self.refuse()
        self.index += 1

    def expression(self, binding: int) -> str:
        self.depth += 1
        if self.depth > DEPTH:
            raise self.refuse()
        left = self.operand()
        while (token := self.peek()) is not None:
            word = token.text.lower() if token.kind == "word" else token.text
            if token.kind in ("word", "sign") and word in ("empty", "notempty"):
                self.index += 1
                left = f"{left} {'=' if word == 'empty' else '!='} ''"
                continue
            power = _BINDING.get(word, 0) if token.kind in ("word", "sign") else 0
            if power <= binding:
                break
            self.index += 1
            left = self.joined(left, word, self.expression(power))
        self.depth -= 1
        return left

    def joined(self, left: str, word: str, right: str) -> str:
        if (left, word, right) == (_INDEX, "+", "1"):
            return "position(..)"
        joining = JOINING.get(word)
        if joining is not None:
            found = joining(left, right, self.type_of(left), self.type_of(right))
            if found is None:
                raise self.refuse()
            if word != "+" or isinstance(found, Joined):
                return found
        if word in _ARITHMETIC:
            left, right = self.counted(left), self.counted(right)
        return f"{left} {_WRITTEN.get(word, word)} {right}"

    def counted(self, written: str) -> str:
        """Return an operand of arithmetic: an empty answer counts as 0, not as nothing."""
        if written in self.filled or self.type_of(written) not in ("number", "any"):
            return written
        return f"coalesce({written}, 0)"

    def type_of(self, written: str) -> str:
        """Return what `${name}` is answered with, "" for anything else."""
        name = written[2:-1]
        is_name = written == f"${{{name}}}" and name in self.names.values()
        return self.types.get(name, "any") if is_name else ""

    def operand(self) -> str:
        token = self.peek()
        if token is None:
            raise self.refuse()
        self.index += 1
        if token.kind == "name":
            return self.name(token.text)
        if token.kind == "string":
            return _literal(token.text.replace("\\'", "'").replace('\\"', '"'))
        if token.kind == "number":
            return token.text
        if token.kind == "word" and self.sees("("):
            return self.call(token.text)
        if token.kind == "word" and token.text.lower() in ("true", "false"):
            return f"'{token.text.lower()}'"
        if token.text in ("!", "negate"):
            return f"not({_unwrapped(self.expression(6))})"
        if token.text == "-":
            return f"-{self.expression(6)}"
        if token.text == "(":
            inner = self.expression(0)
            self.expect(")")
            return f"({inner})"
        if token.text == "[":
            items = items_of(self.arguments("]"))
            if items is None:
                raise self.refuse()
            return items
        raise self.refuse()

    def name(self, text: str) -> str:
        plain = text.strip().removeprefix("#")
        if plain.lower() == "panelindex":
            return _INDEX
        head, _dot, rest = plain.partition(".")
        if head.lower() in ("panel", "row", "parentpanel") and rest:
            plain = rest
        if plain.endswith(".length") and plain.removesuffix(".length") in self.names:
            return f"count(${{{self.names[plain.removesuffix('.length')]}}})"
        if plain not in self.names:
            raise self.refuse()
        return f"${{{self.names[plain]}}}"

    def arguments(self, closing: str) -> list[str]:
        found: list[str] = []
        while not self.sees(closing):
            if found:
                self.expect(",")
            found.append(self.expression(0))
        self.expect(closing)
        return found

    def branches(self) -> list[str]:
        """Return the parts of `iif`; what its condition says is filled is so in the first."""
        found, outside = [self.expression(0)], self.filled
        parts = found[0].split(" and ")
        inside = outside | {part.removesuffix(" != ''") for part in parts}
        while not self.sees(")"):
            self.expect(",")
            self.filled = inside if len(found) == 1 and " or " not in found[0] else outside
            found.append(self.expression(0))
        self.filled = outside
        self.expect(")")
        return found

    def call(self, name: str) -> str:
        self.expect("(")
        given = self.branches() if name == "iif" else self.arguments(")")
        special: Callable[[list[str]], str] | None = _SPECIAL.get(name)
        if special is not None and given:
            return special(given)
        if name in _OVER_ROWS and len(given) >= 2:
            return _over_rows(_OVER_ROWS[name], given, self.names)
        if name == "iif" and len(given) == 2:
            if all(part.endswith(" != ''") for part in given[0].split(" and ")):
                return f"({given[1]})"  # in XPath too, arithmetic with an empty answer gives none
            given.append("''")
        if name not in _SAME:
            raise self.refuse()
        found = f"{_SAME[name]}({', '.join(given)})"
        return _MOMENTS.get(found, found)


def _literal(text: str) -> str:
    if "'" in text and '"' in text:
        raise no_equal(text)
    return f'"{text}"' if "'" in text else f"'{text}'"


def _unwrapped(text: str) -> str:
    is_whole = text.startswith("(") and text.endswith(")") and text.count("(") == 1
    return text[1:-1] if is_whole else text


def _over_rows(name: str, given: list[str], names: Names) -> str:
    key = given[1].strip("'")
    if key not in names or len(given) > 3:
        raise no_equal(", ".join(given))
    if len(given) == 3:
        return f"{name}({given[0]}[{given[2]}]/{names[key]})"
    return f"{name}(${{{names[key]}}})"


def _counted(given: list[str]) -> str:
    return f"count({given[0]}[{given[1]}])" if len(given) > 1 else f"count({given[0]})"


def _counted_answers(given: list[str]) -> str:
    """Write how many rows have an answer to a question, of those that a condition holds for."""
    if len(given) not in (2, 3):
        raise no_equal(", ".join(given))
    is_there = f"${{{given[1].strip(chr(39))}}} != ''"
    condition = f"({given[2]}) and {is_there}" if len(given) == 3 else is_there
    return f"count({given[0]}[{condition}])"


def _label(given: list[str]) -> str:
    name = given[0].strip("'")
    return f"jr:choice-name({given[1] if len(given) > 1 else f'${{{name}}}'}, '${{{name}}}')"


def _in_row(given: list[str]) -> str:
    if len(given) != 3:
        raise no_equal(", ".join(given))
    return f"indexed-repeat(${{{given[2].strip(chr(39))}}}, {given[0]}, {given[1]})"


_SPECIAL: dict[str, Callable[[list[str]], str]] = {
    "countRows": _counted,
    "countInArray": _counted_answers,
    "displayValue": _label,
    "valueInRow": _in_row,
    "joinInArray": lambda given: f"join({given[0]}, ${{{given[-1].strip(chr(39))}}})",
    "sameText": lambda given: f"{given[0]} = {given[-1]}",
    "mathOf": lambda given: (
        f"{_MATH.get(given[0], given[0].strip(chr(39)))}({', '.join(given[1:])})"
    ),
}
