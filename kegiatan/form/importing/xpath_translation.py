"""From ODK's expressions to those of SurveyJS and of the form engine.

What means the same is written with SurveyJS's own operators; where they would mean something else,
a function of `pwa/src/engine/form-functions.ts` is called; what has no equal is refused with words.
"""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from kegiatan.form import caps
from kegiatan.form.importing import surveyjs as js
from kegiatan.form.importing.comparing_values import equality, relation
from kegiatan.form.importing.names import Names, Place, Refused, Target, read
from kegiatan.form.importing.surveyjs import Piece
from kegiatan.form.importing.xpath import (
    Binary,
    Call,
    Negative,
    Node,
    Number,
    Path,
    Ref,
    String,
    XPathFaulty,
    operands,
    parse_xpath,
)

_ARITHMETIC = {"+": "+", "-": "-", "*": "*", "div": "/", "mod": "%"}


def parsed(text: str) -> Node:
    """Return the tree of an expression. Raises Refused with words for people: bad_expression."""
    try:
        return parse_xpath(text)
    except XPathFaulty as error:
        place = {"at": error.at + 1, "found": error.found[:40]}
        message = _("The expression cannot be read from character %(at)d on: %(found)s") % place
        raise Refused("bad_expression", message, _remedy(error.reason)) from error


def _remedy(reason: str) -> str:
    remedies = {
        "quote": _("Write texts between straight quotes: 'text'."),
        "end": _("Something is missing at the end: a bracket, or the right side of an operator."),
        "axis": _("Name the question as ${name}."),
        "too_long": _("Split it in several calculations."),
        "too_deep": _("Split it in several calculations."),
    }
    return remedies.get(reason) or _("Close brackets, and put an operator between two values.")


# The lists of choices of a form: {list: [{column: text}]}, for instance('list')/root/item[...].
Tables = Mapping[str, Sequence[Mapping[str, str]]]


class Translator:
    """Translates the expressions of one form. Every method raises Refused for what has no equal.

    tables: lists of choices that expressions may look into.
    """

    def __init__(self, names: Names, tables: Tables | None = None) -> None:
        from kegiatan.form.importing.xpath_functions import FUNCTIONS

        self.names = names
        self.tables = tables or {}
        self.functions: dict[str, Callable[[Translator, Call, Place], Piece]] = FUNCTIONS

    def condition(self, text: str, place: Place) -> Piece:
        """Return a condition (relevant, constraint, required)."""
        return js.as_condition(self.piece(parsed(text), place))

    def value(self, text: str, place: Place) -> Piece:
        """Return a calculation, as an answer is stored."""
        return js.as_value(self.piece(parsed(text), place))

    def piece(self, node: Node, place: Place) -> Piece:
        """Return one node."""
        if isinstance(node, Number):
            return js.number_literal(js.finite_number(node.text))
        if isinstance(node, String):
            return js.text_literal(node.value)
        if isinstance(node, Ref):
            return self._ref(node, place)
        if isinstance(node, Negative):
            return self._negative(node, place)
        if isinstance(node, Binary):
            return self._binary(node, place)
        if isinstance(node, Call):
            return self._call(node, place)
        return self._path(node, place)

    def _ref(self, node: Ref, place: Place) -> Piece:
        if node.last_saved:
            message = _("Answers of the form filled in before are not known here.")
            remedy = _("Take the default out, or use the prelist.")
            raise Refused("last_saved", message, remedy)
        return read(self.names.find(node.name, place), place)

    def _negative(self, node: Negative, place: Place) -> Piece:
        piece = js.as_number(self.piece(node.operand, place))
        if isinstance(piece.literal, float):
            return js.number_literal(-piece.literal)
        return js.arithmetic(js.number_literal(0), "-", piece)

    def _binary(self, node: Binary, place: Place) -> Piece:
        operator = node.operator
        if operator in ("and", "or"):
            parts = [js.as_condition(self.piece(item, place)) for item in operands(node, operator)]
            return js.joined(parts, "and" if operator == "and" else "or")
        if operator == "+":
            first, *rest = (self.piece(item, place) for item in operands(node, "+"))
            for piece in rest:
                first = js.arithmetic(first, "+", piece)
            return first
        if operator == "|":
            message = _("Two sets of answers joined by | have no equal.")
            raise Refused("union", message, _("Count or add up each of them, then add these."))
        left, right = self.piece(node.left, place), self.piece(node.right, place)
        if operator in _ARITHMETIC:
            return js.arithmetic(left, _ARITHMETIC[operator], right)
        if operator in ("=", "!="):
            return equality(left, right, is_equal=operator == "=")
        return relation(left, operator, right)

    def _call(self, node: Call, place: Place) -> Piece:
        work = self.functions.get(node.name)
        if work is None:
            message = _("The function %(name)s has no equal here.") % {"name": node.name[:80]}
            remedy = _("Write the expression without it, or calculate the value beforehand.")
            raise Refused("function_without_equal", message, remedy)
        return work(self, node, place)

    def _path(self, node: Path, place: Place) -> Piece:
        if place.columns is not None and node.start is None and not node.absolute:
            name = node.steps[0].name
            if len(node.steps) == 1 and name not in (".", "..", "*"):
                if name.lower() not in place.columns:
                    raise _no_such_column(name)
                return js.text_literal(place.columns[name.lower()])
        if isinstance(node.start, Call) and node.start.name == "instance":
            return looked_up(self, node, place)
        target = self.target(node, place)
        if any(step.predicates for step in node.steps):
            message = _("A condition in [ ] on answers can only stand inside count or sum.")
            remedy = _("Use indexed-repeat, or count and sum with the condition.")
            raise Refused("predicate", message, remedy)
        return read(target, place)

    def target(self, node: Node, place: Place) -> Target:
        """Return the question or roster that a reference or path names, predicates aside."""
        if isinstance(node, Ref):
            if node.last_saved:
                self._ref(node, place)
            return self.names.find(node.name, place)
        if not isinstance(node, Path):
            message = _("Here the name of a question is needed.")
            raise Refused("not_a_name", message, _("Write it as ${name}."))
        steps = [step.name for step in node.steps]
        at: Target | None
        if isinstance(node.start, Call) and node.start.name == "current":
            at = place.current
        elif node.start is not None:
            at = self.target(node.start, place)
        elif node.absolute:
            at, steps = self.names.root, steps[1:]
        else:
            at = place.current
            if steps and steps[0] == ".." and at is None:
                raise _no_such_path(node)
            if steps and steps[0] not in (".", "..") and at is not None:
                at = at.parent  # XLSForms write a bare name for a question beside this one
        for name in steps:
            at = _step(at, name)
            if at is None:
                raise _no_such_path(node)
        if at is None or at is self.names.root:
            raise _no_such_path(node)
        return at


def looked_up(translator: Translator, node: Path, place: Place) -> Piece:
    """Return a column of a list by another: `instance('l')/root/item[name = ${x}]/label`."""
    table = translator.tables.get(_list_of(node))
    names = [step.name for step in node.steps]
    if table is None or names[:2] != ["root", "item"] or len(names) != 3:
        message = _("Only lists on the sheet choices can be looked into.")
        remedy = _("Put the list on the sheet choices, or load it as master data.")
        raise Refused("instance_without_equal", message, remedy)
    key, asked = _condition_on(node.steps[1].predicates)
    column = "label" if names[2] == "itextId" else names[2].lower()
    if any(key not in row or column not in row for row in table[:1]):
        raise _no_such_column(column if table and key in table[0] else key)
    parts: list[Piece | str] = [js.settled(translator.piece(asked, place))]
    for row in table:
        if row.get(key):
            parts += [js.quoted(row[key]), js.quoted(row.get(column, ""))]
    length = sum(len(part if isinstance(part, str) else part.text) + 2 for part in parts)
    if length > caps.EXPRESSION_LENGTH - 500:
        message = _("The list is too long to be looked into by an expression.")
        raise Refused("list_too_long", message, _("Load it as master data, and ask for it."))
    return js.call("pick", parts, "text", empty=True)


def _list_of(node: Path) -> str:
    arguments = node.start.arguments if isinstance(node.start, Call) else ()
    first = arguments[0] if len(arguments) == 1 else None
    return first.value if isinstance(first, String) else ""


def _condition_on(predicates: tuple[Node, ...]) -> tuple[str, Node]:
    """Return (column, what it is compared with) of `[name = ${x}]`. Raises Refused."""
    if len(predicates) == 1 and isinstance(predicates[0], Binary) and predicates[0].operator == "=":
        for one, other in (
            (predicates[0].left, predicates[0].right),
            (predicates[0].right, predicates[0].left),
        ):
            is_column = isinstance(one, Path) and one.start is None and len(one.steps) == 1
            if is_column and isinstance(one, Path) and one.steps[0].name not in (".", "..", "*"):
                return one.steps[0].name.lower(), other
    message = _("A list can be looked into by one column only: [name = ${question}].")
    raise Refused("predicate", message, _("Write the condition like this."))


def _step(at: Target | None, name: str) -> Target | None:
    if at is None or name == "*":
        return None
    if name == ".":
        return at
    return at.parent if name == ".." else at.children.get(name)


def _no_such_column(name: str) -> Refused:
    message = _("The list of choices has no column %(name)s.") % {"name": name[:80]}
    remedy = _("Add the column to the sheet choices, or correct its name.")
    return Refused("unknown_column_in_filter", message, remedy)


def _no_such_path(node: Path) -> Refused:
    shown = "/".join(step.name for step in node.steps)[:80]
    message = _("The path %(path)s leads to no question of this form.") % {"path": shown}
    return Refused("unknown_path", message, _("Name the question as ${name}."))
