"""The functions of ODK's XPath, each with what is called for it here.

Source: ODK XForms specification, "XPath functions"; what is not listed has no equal and is refused:
random, uuid and once (a verdict must be the same each time), pulldata, instance (external files),
digest, area, distance and the like.
"""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from kegiatan.form.importing import surveyjs as js
from kegiatan.form.importing.names import Place, Refused, Target, read, roster_of
from kegiatan.form.importing.surveyjs import Piece, Type
from kegiatan.form.importing.xpath import Call, Node, Path, String
from kegiatan.form.importing.xpath_translation import Translator, looked_up

Work = Callable[[Translator, Call, Place], Piece]


def _arguments(translator: Translator, node: Call, place: Place) -> list[Piece]:
    return [js.as_value(translator.piece(item, place)) for item in node.arguments]


def _checked(node: Call, least: int, most: int) -> None:
    if not least <= len(node.arguments) <= most:
        count = {"name": node.name, "count": len(node.arguments)}
        message = _("%(name)s cannot take %(count)d values.") % count
        raise Refused("bad_arguments", message, _("Look up the function in ODK's documentation."))


def _plain(name: str, type_: Type, least: int, most: int, *, empty: bool = False) -> Work:
    """Return the work of a function that is one call here with the same arguments."""

    def work(translator: Translator, node: Call, place: Place) -> Piece:
        _checked(node, least, most)
        return js.call(name, _arguments(translator, node, place), type_, empty=empty)

    return work


def _math(name: str, count: int) -> Work:
    def work(translator: Translator, node: Call, place: Place) -> Piece:
        _checked(node, count, count)
        given = [js.as_number(piece) for piece in _arguments(translator, node, place)]
        return js.call("mathOf", [js.quoted(name), *given], "number", empty=True)

    return work


def _numeric(name: str, least: int, most: int) -> Work:
    def work(translator: Translator, node: Call, place: Place) -> Piece:
        _checked(node, least, most)
        given = [js.as_number(piece) for piece in _arguments(translator, node, place)]
        return js.call(name, given, "number", empty=True)

    return work


def _if(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 3, 3)
    condition = js.as_condition(translator.piece(node.arguments[0], place))
    first, second = (js.as_value(translator.piece(item, place)) for item in node.arguments[1:])
    same: Type = first.type if first.type == second.type else _either(first, second)
    is_open = first.may_be_empty or second.may_be_empty or "" in (first.literal, second.literal)
    text = _branches(condition, first, second, same)
    return Piece(text, same, may_be_empty=is_open, values=first.values | second.values)


def _branches(condition: Piece, first: Piece, second: Piece, type_: Type) -> str:
    """Return `iif`; nothing instead of an empty text where that would be compared as 0."""
    if type_ != "text" and second.literal == "":
        return f"iif({condition.text}, {first.text})"
    if type_ != "text" and first.literal == "":
        return f"iif({js.negated(condition).text}, {second.text})"
    return f"iif({condition.text}, {first.text}, {second.text})"


def _either(first: Piece, second: Piece) -> Type:
    """Return the type of one of two values; an empty text beside a number is no number."""
    for one, other in ((first, second), (second, first)):
        if one.literal == "" and other.type in ("number", "date", "datetime", "time"):
            return other.type
    kinds = {first.type, second.type}
    return "text" if kinds <= {"text", "choice"} else "any"


def _coalesce(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 2, 2)
    first, second = _arguments(translator, node, place)
    type_ = first.type if first.type == second.type else _either(first, second)
    return js.call("coalesce", [first, second], type_, empty=second.may_be_empty)


def _not(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 1, 1)
    return js.negated(js.as_condition(translator.piece(node.arguments[0], place)))


def _constant(value: bool) -> Work:
    def work(translator: Translator, node: Call, place: Place) -> Piece:
        _checked(node, 0, 0)
        return js.truth(value)

    return work


def _boolean(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 1, 1)
    return js.as_condition(translator.piece(node.arguments[0], place))


def _boolean_from_string(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 1, 1)
    piece = js.settled(translator.piece(node.arguments[0], place))
    if piece.type == "boolean":
        return piece
    words = [js.call("sameText", [piece, js.quoted(word)], "boolean") for word in ("true", "1")]
    return js.joined(words, "or")


def _selected(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 2, 2)
    list_, wanted = (js.settled(translator.piece(item, place)) for item in node.arguments)
    near = [value for value in list_.values if value.lower() == str(wanted.literal).lower()]
    if isinstance(wanted.literal, str) and near in ([], [wanted.literal]) and wanted.literal:
        if list_.type == "choices":
            text = f"{list_.text} contains {wanted.text}"
            return Piece(text, "boolean", js.COMPARED)
        if list_.type == "choice":
            return js.compared(list_, "=", wanted)
    if isinstance(wanted.literal, float):
        wanted = js.text_literal(wanted.text)
    return js.call("isSelected", [list_, wanted], "boolean")


def _number(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 1, 1)
    return js.as_number(js.settled(translator.piece(node.arguments[0], place)))


def _string(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 1, 1)
    piece = js.as_value(translator.piece(node.arguments[0], place))
    return piece if piece.type == "text" else js.call("concatText", [piece], "text")


def _today(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 0, 0)
    return Piece("today()", "today")


def _now(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 0, 0)
    return Piece("currentDate()", "now")


def _date(translator: Translator, node: Call, place: Place) -> Piece:
    return _moment(translator, node, place, "date", "dateText")


def _date_time(translator: Translator, node: Call, place: Place) -> Piece:
    return _moment(translator, node, place, "datetime", "dateTimeText")


def _moment(translator: Translator, node: Call, place: Place, type_: Type, name: str) -> Piece:
    _checked(node, 1, 1)
    piece = js.settled(translator.piece(node.arguments[0], place))
    if isinstance(piece.literal, str):
        return js.retyped(piece, type_)
    if piece.type == type_ or (type_ == "date" and piece.type == "today"):
        return piece
    return js.call(name, [piece], type_, empty=True)


def _days(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 1, 1)
    piece = js.settled(translator.piece(node.arguments[0], place))
    return js.call("toDays", [piece], "number", empty=True)


def _position(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 0, 1)
    if not place.rosters:
        message = _("position() means the number of a row, but this stands in no repeat.")
        raise Refused("not_in_a_roster", message, _("Move it into the repeat."))
    if node.arguments:
        target = translator.target(node.arguments[0], place)
        keys = (*target.rosters, target.key) if target.kind == "roster" else target.rosters
        if keys != place.rosters:
            message = _("position() can only ask for the number of its own row.")
            raise Refused("position_elsewhere", message, _("Calculate it in that repeat."))
    return js.arithmetic(Piece("{panelIndex}", "number"), "+", js.number_literal(1))


def _rows(translator: Translator, node: Node, place: Place) -> tuple[str, Target, Piece | None]:
    """Return the roster of a set of answers, what is named, and the condition on rows."""
    target = translator.target(node, place)
    if target.lost:
        read(target, place)
    if target.kind == "group":
        message = _("%(name)s is a group, not a repeat.") % {"name": target.name[:80]}
        raise Refused("not_in_a_roster", message, _("Name a repeat, or a question in one."))
    found = roster_of(target, place)
    chain = (*target.rosters, target.key) if target.kind == "roster" else target.rosters
    if chain == place.rosters:
        message = _("%(name)s is read for all rows from inside one of them.")
        remedy = _("Put the calculation outside the repeat.")
        raise Refused("own_rows", message % {"name": target.name[:80]}, remedy)
    conditions = [inner for step in _steps(node) for inner in step]
    inside = Place(current=target, row=chain)
    parts = [js.as_condition(translator.piece(item, inside)) for item in conditions]
    return found, target, js.joined(parts, "and") if parts else None


def _steps(node: Node) -> list[Sequence[Node]]:
    if not isinstance(node, Path):
        return []
    inner = _steps(node.start) if node.start is not None else []
    return [*inner, *(step.predicates for step in node.steps)]


def _count(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 1, 1)
    roster, target, condition = _rows(translator, node.arguments[0], place)
    if target.kind != "roster" and target.hides:
        message = _("count() of %(name)s counts rows in which it is shown; that is not known here.")
        remedy = _("Count the repeat, with the condition in [ ].")
        raise Refused("count_of_shown", message % {"name": target.name[:80]}, remedy)
    given = [roster, *([condition.text] if condition else [])]
    return js.call("countRows", given, "number")


def _over_rows(name: str, *, empty: bool) -> Work:
    """Return the work of sum, min and max: of answers in rows, or of values one after another."""

    def work(translator: Translator, node: Call, place: Place) -> Piece:
        _checked(node, 1, 60)
        if len(node.arguments) > 1 or not _is_set(translator, node.arguments[0], place):
            given = [js.as_number(piece) for piece in _arguments(translator, node, place)]
            return js.call(name, given, "number", empty=empty)
        roster, target, condition = _rows(translator, node.arguments[0], place)
        more = [condition.text] if condition else []
        parts = [roster, js.quoted(target.key), *more]
        return js.call(f"{name}InArray", parts, "number", empty=empty)

    return work


def _is_set(translator: Translator, node: Node, place: Place) -> bool:
    """Whether an argument means the answers of several rows."""
    try:
        target = translator.target(node, place)
    except Refused as error:
        if error.code == "not_a_name":
            return False
        raise
    return target.rosters != place.rosters[: len(target.rosters)] or target.kind == "roster"


def _join(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 2, 60)
    separator = js.settled(translator.piece(node.arguments[0], place))
    if len(node.arguments) > 2 or not _is_set(translator, node.arguments[1], place):
        message = _("join() puts together the answers of a repeat only.")
        raise Refused("join_of_values", message, _("Use concat()."))
    roster, target, condition = _rows(translator, node.arguments[1], place)
    if condition is not None:
        message = _("join() takes no condition on rows.")
        raise Refused("predicate", message, _("Add a calculation that is empty in other rows."))
    return js.call("joinInArray", [separator, roster, js.quoted(target.key)], "text", empty=True)


def _indexed_repeat(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 3, 3)
    target = translator.target(node.arguments[0], place)
    roster = translator.target(node.arguments[1], place)
    if roster.kind != "roster" or target.rosters != (*roster.rosters, roster.key):
        message = _("indexed-repeat needs a question, the repeat it stands in, and a number.")
        raise Refused("bad_arguments", message, _("Name both as ${name}; only one repeat deep."))
    if target.lost:
        read(target, place)
    index = js.as_number(js.settled(translator.piece(node.arguments[2], place)))
    parts: list[Piece | str] = [roster_of(roster, place), index, js.quoted(target.key)]
    return Piece(
        js.call("valueInRow", parts, target.type).text,
        target.type,
        may_be_empty=True,
        values=target.values,
    )


def _choice_name(translator: Translator, node: Call, place: Place) -> Piece:
    """jr:choice-name(value, '${question}'): the label of a choice."""
    _checked(node, 2, 2)
    named = node.arguments[1]
    text = named.value.strip() if isinstance(named, String) else ""
    target = (
        translator.names.find(text.removeprefix("${").removesuffix("}").strip(), place)
        if text.startswith("${")
        else translator.target(named, place)
    )
    asked = js.settled(translator.piece(node.arguments[0], place))
    own = read(target, place)
    if target.type not in ("choice", "choices") or place.row is not None:
        message = _("%(name)s has no choices whose label could be shown.")
        remedy = _("Name a question with choices.")
        raise Refused("no_choices_to_name", message % {"name": target.name[:80]}, remedy)
    parts: list[Piece | str] = [js.quoted(target.key)]
    parts += [asked] if asked.text != own.text else []
    return js.call("displayValue", parts, "text", empty=True)


def _regex(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 2, 2)
    if not isinstance(node.arguments[1], String):
        message = _("The pattern of regex() must be written out as a text.")
        raise Refused("regex_not_literal", message, _("Write the pattern between quotes."))
    value = js.as_value(translator.piece(node.arguments[0], place))
    return js.call("matches", [value, js.quoted(node.arguments[1].value)], "boolean")


def _itext(translator: Translator, node: Call, place: Place) -> Piece:
    """jr:itext(instance(...)/root/item[...]/itextId): a label, in the first language."""
    _checked(node, 1, 1)
    named = node.arguments[0]
    if not (isinstance(named, Path) and named.steps[-1].name == "itextId"):
        message = _("jr:itext() is known for the label of a choice only.")
        raise Refused("itext_without_equal", message, _("Use jr:choice-name()."))
    return looked_up(translator, named, place)


def _pi(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 0, 0)
    return js.number_literal(3.141592653589793)


def _current(translator: Translator, node: Call, place: Place) -> Piece:
    _checked(node, 0, 0)
    if place.current is None:
        message = _("current() means no question here.")
        raise Refused("not_a_name", message, _("Write it as ${name}."))
    return read(place.current, place)


FUNCTIONS: dict[str, Work] = {
    "if": _if,
    "not": _not,
    "true": _constant(True),
    "false": _constant(False),
    "boolean": _boolean,
    "boolean-from-string": _boolean_from_string,
    "selected": _selected,
    "count-selected": _plain("countSelected", "number", 1, 1),
    "selected-at": _plain("selectedAt", "text", 2, 2, empty=True),
    "coalesce": _coalesce,
    "concat": _plain("concatText", "text", 1, 200),
    "string": _string,
    "string-length": _plain("textLength", "number", 1, 1),
    "substr": _plain("textSlice", "text", 2, 3),
    "substring-before": _plain("textBefore", "text", 2, 2),
    "substring-after": _plain("textAfter", "text", 2, 2),
    "contains": _plain("textContains", "boolean", 2, 2),
    "starts-with": _plain("textStartsWith", "boolean", 2, 2),
    "ends-with": _plain("textEndsWith", "boolean", 2, 2),
    "normalize-space": _plain("textNormalize", "text", 1, 1),
    "trim": _plain("textNormalize", "text", 1, 1),
    "translate": _plain("textTranslate", "text", 3, 3),
    "regex": _regex,
    "number": _number,
    "int": _numeric("toInteger", 1, 1),
    "round": _numeric("roundTo", 1, 2),
    **{name: _math(name, 1) for name in (
        "abs", "acos", "asin", "atan", "cos", "exp", "exp10", "log", "log10", "sin", "sqrt", "tan",
        "floor",
    )},
    "ceiling": _math("ceil", 1),
    "pow": _math("pow", 2),
    "atan2": _math("atan2", 2),
    "pi": _pi,
    "today": _today,
    "now": _now,
    "date": _date,
    "date-time": _date_time,
    "format-date": _plain("formatDate", "text", 2, 2),
    "format-date-time": _plain("formatDate", "text", 2, 2),
    "decimal-date-time": _days,
    "decimal-time": _days,
    "position": _position,
    "count": _count,
    "count-non-empty": _plain("countNonEmpty", "number", 1, 60),
    "sum": _over_rows("sum", empty=False),
    "min": _over_rows("min", empty=True),
    "max": _over_rows("max", empty=True),
    "join": _join,
    "indexed-repeat": _indexed_repeat,
    "jr:choice-name": _choice_name,
    "jr:itext": _itext,
    "current": _current,
}  # fmt: skip
