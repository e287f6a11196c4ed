"""Faults of questions that their neighbours do not show: names in two cases, labels, roles."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from kegiatan.form import caps
from kegiatan.form import elements as el
from kegiatan.form.form_fault import WARNING, FormFault
from kegiatan.form.linting_tree import FormTree, Node

_FILLED_BY_FORM = ("defaultValue", "defaultValueExpression", "setValueExpression")
DONE = "selesai"  # the outcome that opens the questions, where the form names no other
_LABELLED_LISTS = {"matrix": ("rows", "columns"), "matrixdropdown": ("rows",)}


def question_faults(tree: FormTree) -> Iterator[FormFault]:
    """Yield the faults of all questions."""
    yield from _names_in_two_cases(tree)
    for node in tree.nodes:
        if node.is_question:
            yield from _name_around(tree, node)
            yield from _required_but_locked(node)
            yield from _outcome_never_done(node)
        yield from _lists(node)
        yield from _nesting(node)
    yield from _page_names(tree)


def _names_in_two_cases(tree: FormTree) -> Iterator[FormFault]:
    """Yield names that differ in case alone: expressions would find the first of them only."""
    seen: dict[tuple[int, str], Node] = {}
    for node in tree.questions:
        first = seen.setdefault((id(node.names), node.key.lower()), node)
        if first is not node and first.key != node.key:
            message = _("The names %(one)s and %(other)s differ in capital letters only.")
            shown = message % {"one": first.key[:80], "other": node.key[:80]}
            remedy = _("Rename one: in expressions both would mean %(one)s.")
            text = remedy % {"one": first.key[:80]}
            yield FormFault(f"{node.path}.name", "name_differs_in_case", shown, text)


def _name_around(tree: FormTree, node: Node) -> Iterator[FormFault]:
    """Yield a warning when a question in a roster has the name of one around it."""
    names = node.names.parent
    while node.key and names is not None:
        other = names.nodes.get(node.key.lower())
        if other is not None:
            message = _("The name %(name)s is used outside the roster too, at %(path)s.")
            shown = message % {"name": node.key[:80], "path": other.path}
            word = "row" if node.names.is_rows_of_matrix else "panel"
            remedy = _("Rename one; {%(name)s} means the other, {%(word)s.%(name)s} this one.")
            text = remedy % {"name": node.key[:80], "word": word}
            yield FormFault(f"{node.path}.name", "name_used_around_roster", shown, text, WARNING)
            return
        names = names.parent


def _required_but_locked(node: Node) -> Iterator[FormFault]:
    """Yield a fault when an interview could never be finished: required, but not for a PPL."""
    element = node.element
    if "PPL" in node.editors or node.kind in el.COMPUTED_TYPES:
        return
    if any(element.get(key) not in (None, "") for key in _FILLED_BY_FORM):
        return
    remedy = _("Add PPL to editableBy, or do not require an answer.")
    if element.get("isRequired") is True:
        message = _("An answer is required, but a PPL may not give it.")
        yield FormFault(f"{node.path}.isRequired", "required_not_editable", message, remedy)
    elif element.get("requiredIf"):
        message = _("An answer can be required, but a PPL may not give it.")
        path = f"{node.path}.requiredIf"
        yield FormFault(path, "required_not_editable", message, remedy, WARNING)


def _outcome_never_done(node: Node) -> Iterator[FormFault]:
    """Yield a fault when no outcome opens the questionnaire: the engine would lock all of it."""
    if node.element.get("visitOutcome") is not True:
        return
    stated = node.element.get("visitOutcomeDone", DONE)
    done = stated if isinstance(stated, list) else [stated]
    offered = [choice.value for choice in el.choice_items(node.element.get("choices"))]
    if offered and not any(value in offered for value in done):
        message = _("None of the outcomes means that the interview was done: %(values)s.")
        text = message % {"values": ", ".join(map(str, done))[:100]}
        remedy = _("Offer it as a choice, or name the choice in visitOutcomeDone.")
        yield FormFault(node.path, "visit_outcome_never_done", text, remedy)


def _lists(node: Node) -> Iterator[FormFault]:
    keys: tuple[str, ...] = _LABELLED_LISTS.get(node.kind, ())
    if node.kind in el.CHOICE_TYPES:
        keys = ("choices",)
        made = _generated(node.element)
        yield from _length(made, f"{node.path}.choicesMax")
    for key in keys:
        items, path = el.items_of(node.element.get(key)), f"{node.path}.{key}"
        yield from _length(len(items), path)
        for number, item in enumerate(items[: caps.CHOICES]):
            yield from _label(item, f"{path}[{number}]", node.kind)


def _generated(element: el.Element) -> float:
    """Return how many choices survey-core makes of choicesMin, choicesMax and choicesStep."""
    first, last, step = (
        _number(element.get(key)) for key in ("choicesMin", "choicesMax", "choicesStep")
    )
    return max(0.0, (last - first) / max(abs(step or 1.0), 1e-9))


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e18 else 0.0


def _length(count: float, path: str) -> Iterator[FormFault]:
    if count <= caps.CHOICES_MANY:
        return
    message = _("The list has %(count)d choices; phones get slow beyond %(cap)d.")
    text = message % {"count": min(count, 10**12), "cap": caps.CHOICES_MANY}
    severity = "error" if count > caps.CHOICES else WARNING
    remedy = _("Load the list as master data and name it with master.")
    yield FormFault(path, "too_many_choices", text, remedy, severity)


def _label(item: object, path: str, kind: str) -> Iterator[FormFault]:
    remedy = _("Write it as {value, text}.")
    if isinstance(item, dict):
        text = item.get("text")
        if "value" not in item or (isinstance(text, str) and text.strip()):
            return
        if isinstance(text, dict) and any(str(words).strip() for words in text.values()):
            return
        message = _("The choice has no label.")
        severity = WARNING if kind == "imagepicker" else "error"
        yield FormFault(path, "choice_without_label", message, remedy, severity)
    elif isinstance(item, (int, float)) or (isinstance(item, str) and "|" not in item):
        message = _("The choice has no label; its value is shown.")
        yield FormFault(path, "choice_without_label", message, remedy, WARNING)


def _nesting(node: Node) -> Iterator[FormFault]:
    depth = sum(1 for above in node.above if above.rows is not None)
    if node.rows is not None and depth == caps.ROSTER_DEPTH:
        message = _("More than %(cap)d rosters lie in one another.") % {"cap": caps.ROSTER_DEPTH}
        yield FormFault(node.path, "rosters_too_deep", message, _("Ask it further out."))


def _page_names(tree: FormTree) -> Iterator[FormFault]:
    seen: dict[str, str] = {}
    for node in tree.nodes:
        if node.kind != "page" or not node.key:
            continue
        if node.key.lower() in seen:
            message = _("The page name %(name)s is used before, at %(path)s.")
            text = message % {"name": node.key[:80], "path": seen[node.key.lower()]}
            remedy = _("Rename one of the two.")
            yield FormFault(f"{node.path}.name", "duplicate_page_name", text, remedy, WARNING)
        seen.setdefault(node.key.lower(), node.path)
