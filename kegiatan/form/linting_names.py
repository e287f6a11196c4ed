"""Names in expressions and texts: what they point to, and what points nowhere.

Names resolve as in survey-core 2.5.43: without regard to case; `{panel.x}` and `{row.x}` in the
rows of a roster, `{parentPanel.x}` in the roster around it, any other name among those of the unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kegiatan.form import elements as el
from kegiatan.form.expression import (
    ARRAY_FUNCTIONS,
    NAMING_FUNCTIONS,
    Call,
    ExpressionFaulty,
    Token,
    expression_calls,
    expression_tokens,
    path_parts,
)
from kegiatan.form.linting_tree import FormTree, Names, Node, Text

_ROW_WORDS = {"panel", "row", "prevpanel", "nextpanel", "prevrow", "nextrow", "totalrow"}
_OTHER_ROW = {"prevpanel", "nextpanel", "prevrow", "nextrow"}
_PANEL_VALUES = {"panelindex", "visiblepanelindex"}
_ROW_VALUES = {"rowindex", "visiblerowindex", "rowvalue", "rowname", "rowtitle"}
_ITEM_WORDS = {"item", "choice", "column"}
_ITEM_PROPERTIES = {"choicesVisibleIf", "choicesEnableIf", "rowsVisibleIf", "columnsVisibleIf"}
_ITEM_LISTS = (".choices[", ".rows[", ".columns[", ".rateValues[")
_BUILT_IN = {
    "pageno", "pagecount", "locale", "timespent", "questioncount", "correctanswers",
    "correctedanswers", "correctedanswercount", "incorrectanswers", "incorrectedanswers",
    "incorrectedanswercount", "isdisplaymode", "state",
}  # fmt: skip
PREFILLED = "prefilled"  # what our engine hands to every form beside the answers
_WITH_PARTS = el.COMPOSITE_TYPES | el.MULTIPLE_CHOICE_TYPES | {"imagepicker", "file", "photo"}
_GEOTAG_PARTS = {"lat", "lon", "accuracy_m", "at"}
_SUFFIXES = (el.COMMENT_SUFFIX.lower(), el.TOTAL_SUFFIX, "-unwrapped")


@dataclass(frozen=True, slots=True)
class Target:
    """What a name points to. node: a question, None for what the form computes (`name` tells it);
    other_row: it is meant in the row before or after."""

    node: Node | None = None
    name: str = ""
    other_row: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """A name in an expression. target: None when it points nowhere."""

    name: str
    target: Target | None


def computed_names(tree: FormTree) -> set[str]:
    """Return the names, in lower case, that calculated values and triggers write."""
    schema = tree.schema
    names = [value.get("name") for value in el.mappings_of(schema.get("calculatedValues"))]
    names += [trigger.get("setToName") for trigger in el.mappings_of(schema.get("triggers"))]
    return {name.lower() for name in names if isinstance(name, str) and name}


class Resolver:
    """Finds what names point to in one form."""

    def __init__(self, tree: FormTree) -> None:
        self.tree = tree
        self.computed = computed_names(tree)
        self.containers = {
            str(node.element.get("name")).lower(): node
            for node in tree.nodes
            if node.kind in ("page", "panel") and node.element.get("name")
        }

    def resolve(self, name: str, place: Text) -> Target | None:
        """Return what a name in braces points to from `place`; None when nowhere."""
        plain = name.strip()
        if plain[:1] == "$":
            return self._property(plain[1:], place)
        parts = path_parts(plain.removeprefix("#"))
        first = parts[0][0]
        if len(parts) == 1 and first in _PANEL_VALUES | _ROW_VALUES:
            known = _PANEL_VALUES if _in_panel(place.names) else _ROW_VALUES
            return Target(name=first) if place.names.roster and first in known else None
        if len(parts) > 1 and first in _ROW_WORDS:
            return self._in_row(first, parts[1:], place)
        if len(parts) > 1 and first == "parentpanel":
            outer = place.names.parent
            return _outwards(outer, parts[1:], is_panel=True) if outer else None
        if first in _ITEM_WORDS and _is_of_item(place):
            return Target(name=first)
        if first == "self" and place.node is not None:
            return Target(name=first)
        return self._of_unit(parts)

    def _in_row(self, first: str, parts: list[tuple[str, bool]], place: Text) -> Target | None:
        names = place.names
        in_panel = place.node is not None and any(n.kind == "panel" for n in place.node.above)
        if names.roster is None:
            return in_names(names, parts) if first == "panel" and in_panel else None
        found = _outwards(names, parts, is_panel=first.endswith("panel"))
        if found is not None and first in _OTHER_ROW:
            return Target(found.node, found.name, other_row=True)
        return found

    def _of_unit(self, parts: list[tuple[str, bool]]) -> Target | None:
        first = parts[0][0]
        if (found := in_names(self.tree.root, parts)) is not None:
            return found
        whole = ".".join(part for part, _index in parts)
        for name in (whole, first):
            if name in self.computed:
                return Target(name=name)
        if first in _BUILT_IN or first == PREFILLED:
            return Target(name=first)
        return None

    def _property(self, name: str, place: Text) -> Target | None:
        parts = path_parts(name)
        if parts[0][0] in ("survey", "self", "parent", "item", "choice"):
            return Target(name=parts[0][0])
        if parts[0][0] in self.containers:
            return Target(name=parts[0][0])
        if parts[0][0] in ("panel", "row") and len(parts) > 2:
            return in_names(place.names, parts[1:-1])
        return in_names(self.tree.root, parts[:-1]) if len(parts) > 1 else None

    def uses(self, place: Text) -> Iterator[Use]:
        """Yield every name of an expression with what it points to; none if it cannot be read."""
        try:
            tokens = expression_tokens(place.text)
        except ExpressionFaulty:
            return
        inner: set[int] = set()
        for call in expression_calls(tokens):
            if call.name in ARRAY_FUNCTIONS:
                yield from self._array_uses(call, place, inner)
            elif call.name in NAMING_FUNCTIONS and call.arguments:
                yield from self._named(call.arguments[0], place)
        for token in tokens:
            if token.kind == "name" and token.at not in inner:
                yield Use(token.text, self.resolve(token.text, place))

    def _named(self, argument: tuple[Token, ...], place: Text) -> Iterator[Use]:
        """Yield the question that a call names in quotes, looked for in the row first."""
        if len(argument) != 1 or argument[0].kind != "string" or not argument[0].text:
            return
        name, names = argument[0].text, place.names
        parts = path_parts(name)
        if name.lower() in self.containers:
            return
        while names.parent is not None:
            if (found := in_names(names, parts)) is not None:
                yield Use(name, found)
                return
            names = names.parent
        yield Use(name, self.resolve(name, place))

    def _array_uses(self, call: Call, place: Text, inner: set[int]) -> Iterator[Use]:
        """Yield what is meant within the rows: the names in quotes and those of the condition.

        inner: places of tokens that are told here, filled on the way.
        """
        if len(call.arguments) < 2 or len(call.arguments[0]) != 1:
            return
        roster = self.resolve(call.arguments[0][0].text, place)
        rows = roster.node.rows if roster is not None and roster.node is not None else None
        if rows is None:
            return
        for number, argument in enumerate(call.arguments[1:]):
            for token in argument:
                is_key = number < 2 and token.kind == "string" and "{" not in token.text
                if token.kind == "name" or (is_key and len(argument) == 1):
                    inner.add(token.at)
                    yield Use(token.text, in_names(rows, path_parts(token.text)))


def _in_panel(names: Names) -> bool:
    return names.roster is not None and not names.is_rows_of_matrix


def _is_of_item(place: Text) -> bool:
    """Return whether an expression is run for each choice, row or column of its question."""
    if place.node is None:
        return False
    inner = place.path.removeprefix(place.node.path)
    return place.prop in _ITEM_PROPERTIES or inner.startswith(_ITEM_LISTS)


def _outwards(
    names: Names | None, parts: list[tuple[str, bool]], *, is_panel: bool
) -> Target | None:
    """Return what a name means in this row, else in the row of the roster around it.

    survey-core goes outwards when the inner row has no such question, never to the unit.
    """
    while names is not None and names.roster is not None:
        if is_panel == _in_panel(names) and (found := in_names(names, parts)) is not None:
            return found
        names = names.parent
    return None


def in_names(names: Names | None, parts: list[tuple[str, bool]]) -> Target | None:
    """Return what a path points to among `names`; the longest name first: names may hold dots."""
    if names is None:
        return None
    for count in range(len(parts), 0, -1):
        if any(indexed for _part, indexed in parts[: count - 1]):
            continue
        key = ".".join(part for part, _indexed in parts[:count])
        node, suffix = _with_suffix(names, key)
        if node is not None:
            rest, indexed = parts[count:], parts[count - 1][1]
            if suffix or _has_part(node, rest, indexed):
                return Target(node, node.full_key)
            return in_names(node.rows, rest) if node.rows is not None and indexed else None
    return None


def _with_suffix(names: Names, key: str) -> tuple[Node | None, str]:
    if key in names.nodes:
        return names.nodes[key], ""
    for suffix in _SUFFIXES:
        if key.endswith(suffix) and key[: -len(suffix)] in names.nodes:
            return names.nodes[key[: -len(suffix)]], suffix
    return None, ""


def _has_part(node: Node, rest: list[tuple[str, bool]], indexed: bool) -> bool:
    """Return whether the rest of a path means something in the answer of a question."""
    if not rest or (len(rest) == 1 and rest[0][0] == "length"):
        return True
    if node.kind == "geotag":
        return len(rest) == 1 and rest[0][0] in _GEOTAG_PARTS
    if node.kind == "multipletext":
        items = el.mappings_of(node.element.get("items"))
        return rest[0][0] in {str(item.get("name")).lower() for item in items}
    if node.kind == "matrixdropdown":
        rows = {str(row.value).lower() for row in el.choice_items(node.element.get("rows"))}
        return rest[0][0] in rows and (len(rest) == 1 or in_names(node.rows, rest[1:]) is not None)
    return node.rows is None and node.kind in _WITH_PARTS and (indexed or node.kind != "checkbox")
