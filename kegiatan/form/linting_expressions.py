"""Faults of expressions: unreadable, over a cap, names and functions that do not exist, cycles."""

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from kegiatan.form import caps
from kegiatan.form.expression import (
    BUILT_IN_FUNCTIONS,
    OWN_FUNCTIONS,
    ExpressionFaulty,
    expression_calls,
    expression_depth,
    expression_tokens,
    names_in_text,
)
from kegiatan.form.form_fault import WARNING, FormFault
from kegiatan.form.linting_names import Resolver
from kegiatan.form.linting_tree import FormTree, Text

# Where an expression decides a value or whether there is one; the last only locks a question.
_HARD = ("visibleIf", "templateVisibleIf", "defaultValueExpression", "setValueIf",
         "setValueExpression", "resetValueIf", "expression")  # fmt: skip
_SOFT = ("enableIf",)
_Edges = dict[str, set[str]]


def expression_faults(
    tree: FormTree, resolver: Resolver, functions: Iterable[str] = ()
) -> Iterator[FormFault]:
    """Yield the faults of all expressions, and of names that texts show.

    functions: names the form engine knows beside those of survey-core and ours.
    """
    known = BUILT_IN_FUNCTIONS | OWN_FUNCTIONS | set(functions)
    for place in tree.expressions:
        yield from _one(place, resolver, known)
    total = sum(len(place.text) for place in tree.expressions)
    if total > caps.EXPRESSIONS_BYTES:
        message = _("All expressions together are longer than %(cap)d characters.")
        text = message % {"cap": caps.EXPRESSIONS_BYTES}
        remedy = _("Move what is repeated into calculatedValues, or split the form.")
        yield FormFault("", "expressions_too_long", text, remedy)
    for place in tree.texts:
        for name in names_in_text(place.text):
            if name and not name.startswith("#") and resolver.resolve(name, place) is None:
                message = _("The text shows {%(name)s}, which is no question of this form.")
                remedy = _remedy_for_name(tree, name, place)
                shown = message % {"name": name[:80]}
                yield FormFault(place.path, "unknown_name_in_text", shown, remedy, WARNING)


def _one(place: Text, resolver: Resolver, known: set[str] | frozenset[str]) -> Iterator[FormFault]:
    if len(place.text) > caps.EXPRESSION_LENGTH:
        message = _("The expression is longer than %(cap)d characters.")
        text = message % {"cap": caps.EXPRESSION_LENGTH}
        yield FormFault(place.path, "expression_too_long", text, _("Split it in several."))
        return
    try:
        tokens = expression_tokens(place.text)
    except ExpressionFaulty as error:
        message = _("The expression cannot be read from character %(at)d on: %(found)s")
        text = message % {"at": error.at + 1, "found": error.found[:40]}
        remedy = _("Close brackets and quotes; write names as {name} and texts as 'text'.")
        yield FormFault(place.path, "bad_expression", text, remedy)
        return
    if expression_depth(tokens) > caps.EXPRESSION_DEPTH:
        message = _("The expression has more than %(cap)d brackets in one another.")
        text = message % {"cap": caps.EXPRESSION_DEPTH}
        yield FormFault(place.path, "expression_too_deep", text, _("Split it in several."))
        return
    for call in expression_calls(tokens):
        if call.name not in known:
            message = _("The function %(name)s does not exist.") % {"name": call.name[:80]}
            remedy = _function_remedy(call.name, known)
            yield FormFault(place.path, "unknown_function", message, remedy)
    for use in resolver.uses(place):
        if use.target is None:
            message = _("The name {%(name)s} is no question of this form.")
            text = message % {"name": use.name.strip()[:80]}
            remedy = _remedy_for_name(resolver.tree, use.name, place)
            yield FormFault(place.path, "unknown_name", text, remedy)


def _function_remedy(name: str, known: Iterable[str]) -> str:
    near = [other for other in known if other.lower() == name.lower()]
    if near:
        return _("Write %(name)s.") % {"name": near[0]}
    return _("Use one of: %(values)s.") % {"values": ", ".join(sorted(known))}


def _remedy_for_name(tree: FormTree, name: str, place: Text) -> str:
    """Return what to write instead: the name may stand in a roster."""
    last = name.strip().lower().rpartition(".")[2]
    for node in tree.by_key.get(last, ()):
        if node.names.roster is not None:
            word = "row" if node.names.is_rows_of_matrix else "panel"
            roster = node.names.path
            if node.names is place.names:
                return _("In the same row write {%(name)s}.") % {"name": f"{word}.{node.key}"}
            if place.names.parent is node.names and word == "panel":
                return _("Write {%(name)s}.") % {"name": f"parentPanel.{node.key}"}
            message = _(
                "It stands in the roster %(roster)s: count or add it up with countInArray or"
                " sumInArray, or name a row: {%(roster)s[0].%(name)s}."
            )
            return message % {"roster": roster, "name": node.key}
        if last != name.strip().lower():
            return _("Write {%(name)s}.") % {"name": node.key}
    return _("Correct the name, or add the question.")


def cycle_faults(tree: FormTree, resolver: Resolver) -> Iterator[FormFault]:
    """Yield one fault for each group of questions that depend on one another in a circle.

    A circle that only locks questions (enableIf) is a warning: it decides no value.
    """
    hard, soft, paths = _dependencies(tree, resolver)
    told: set[str] = set()
    for members in _circles(hard):
        told.update(members)
        yield _circle(members, paths, "cycle")
    both = {key: hard.get(key, set()) | soft.get(key, set()) for key in {*hard, *soft}}
    for members in _circles(both):
        if not told & set(members):
            yield _circle(members, paths, "cycle_of_enabling")


def _circle(members: list[str], paths: Mapping[str, str], code: str) -> FormFault:
    shown = " → ".join([*members[:10], members[0]])
    message = _("These depend on one another in a circle: %(names)s.") % {"names": shown[:500]}
    remedy = _("Take one of the conditions out, so that one can be answered without the others.")
    severity = WARNING if code == "cycle_of_enabling" else "error"
    return FormFault(paths.get(members[0], ""), code, message, remedy, severity)


def _dependencies(tree: FormTree, resolver: Resolver) -> tuple[_Edges, _Edges, dict[str, str]]:
    """Return what each key needs, for its value and for being open, and where it is written."""
    hard: _Edges = {}
    soft: _Edges = {}
    paths = {node.full_key: node.path for node in tree.questions}
    for place in tree.expressions:
        for key, owner_path in _keys_of(tree, place):
            paths.setdefault(key, owner_path)
            edges = soft if place.prop in _SOFT else hard
            for use in resolver.uses(place):
                if use.target is not None and use.target.name and not use.target.other_row:
                    edges.setdefault(key, set()).add(use.target.name)
    return hard, soft, paths


def _keys_of(tree: FormTree, place: Text) -> Iterator[tuple[str, str]]:
    """Yield the keys that an expression decides: its question's, or all in its panel or page."""
    if place.prop not in _HARD + _SOFT:
        return
    node = place.node
    if node is None:
        if place.path.startswith("calculatedValues["):
            name = _calculated_name(tree, place.path)
            if name:
                yield name, place.path
        return
    if place.path != f"{node.path}.{place.prop}":
        return  # of a choice or a validator
    if place.prop == "expression" and node.kind != "expression":
        return
    if node.is_question:
        yield node.full_key, place.path
        return
    for inner in tree.inside.get(node, ()):
        yield inner.full_key, place.path


def _calculated_name(tree: FormTree, path: str) -> str:
    number = path.removeprefix("calculatedValues[").partition("]")[0]
    values = tree.schema["calculatedValues"]
    value = values[int(number)]
    name = value.get("name") if isinstance(value, dict) else None
    return name.lower() if isinstance(name, str) else ""


def _circles(edges: _Edges) -> Iterator[list[str]]:
    """Yield the members of every circle (strongly connected component), first by name.

    Tarjan's algorithm without calling itself: a form may chain thousands of questions.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for start in sorted(edges):
        if start in index:
            continue
        work = [(start, iter(sorted(edges.get(start, ()))))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, below = work[-1]
            for other in below:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(sorted(edges.get(other, ())))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members = _popped(stack, on_stack, node)
                    if len(members) > 1 or node in edges.get(node, ()):
                        yield sorted(members)


def _popped(stack: list[str], on_stack: set[str], until: str) -> list[str]:
    members = []
    while True:
        last = stack.pop()
        on_stack.discard(last)
        members.append(last)
        if last == until:
            return members
