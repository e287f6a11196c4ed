"""What the linter reads: every question, text, expression and regex of a form with its path.

One walk over the JSON. It takes any JSON value below the caps of `check_envelope`; what is no
form is passed over, since the envelope's check has told it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kegiatan.form import elements as el
from kegiatan.form.elements import Element

# Keys whose values are lists of elements or columns, and scopes of their own in a roster.
_CHILD_KEYS = ("elements", "templateElements", "detailElements", "columns")
_MATRICES = frozenset({"matrixdynamic", "matrixdropdown"})
# Properties of a roster that are evaluated in each of its rows.
_ROW_PROPERTIES = frozenset(
    {"templateTitle", "templateTabTitle", "templateDescription", "templateVisibleIf"}
)
TEXT_KEYS = frozenset(
    {
        "title", "description", "text", "html", "placeholder", "labelTrue", "labelFalse",
        "requiredErrorText", "otherText", "noneText", "refuseText", "dontKnowText",
        "otherErrorText", "otherPlaceholder", "commentText", "commentPlaceholder",
        "minRateDescription", "maxRateDescription", "addPanelText", "removePanelText",
        "panelAddText", "panelRemoveText", "addRowText", "removeRowText", "noEntriesText",
        "templateTitle", "templateTabTitle", "templateDescription", "keyDuplicationError",
        "confirmDeleteText", "completedHtml", "loadingHtml", "completedBeforeHtml",
        "emptyRowsText", "totalText", "format", "label", "footer", "minErrorText", "maxErrorText",
    }
)  # fmt: skip
_EXPRESSION_KEYS = frozenset({"expression", "condition"})
_OWN_LABELS = frozenset({"assignment_table_columns"})  # their labels are plain text of the envelope


def is_expression_key(key: str) -> bool:
    """Return whether a property holds an expression."""
    return key in _EXPRESSION_KEYS or key.endswith(("If", "Expression"))


@dataclass(eq=False, slots=True)
class Names:
    """The names that answers share: of the unit, or of the rows of one roster.

    path: "" for the unit, else `anggota[].pekerjaan`; roster: its element, None for the unit.
    nodes: by answer key in lower case, as survey-core compares them.
    """

    path: str = ""
    parent: "Names | None" = None
    roster: "Node | None" = None
    nodes: dict[str, "Node"] = field(default_factory=dict)

    @property
    def is_rows_of_matrix(self) -> bool:
        """Whether the rows are those of a matrix, whose names begin with `row.`."""
        return self.roster is not None and self.roster.kind in _MATRICES


@dataclass(eq=False, slots=True)
class Node:
    """A question, roster, panel or page. key: name of its answer; names: where it stands;
    rows: the names in its rows, for a roster; above: panels, rosters and page around it."""

    path: str
    element: Element
    kind: str
    key: str
    names: Names
    editors: frozenset[str]
    above: tuple["Node", ...] = ()
    rows: Names | None = None

    @property
    def full_key(self) -> str:
        """Return the path of the answer: `anggota[].umur`."""
        return f"{self.names.path}[].{self.key}" if self.names.path else self.key

    @property
    def is_question(self) -> bool:
        """Whether it has an answer."""
        return self.kind not in ("page", "panel") and self.kind not in el.DISPLAY_TYPES


@dataclass(frozen=True, slots=True)
class Text:
    """A string of the form. prop: its key; names: in whose scope it is read; node: its element."""

    path: str
    prop: str
    text: str
    names: Names
    node: Node | None


@dataclass(frozen=True, slots=True)
class Localized:
    """A text with its languages; a plain string is {"": text}."""

    path: str
    prop: str
    texts: Mapping[str, str]


class FormTree:
    """All parts of one form.

    root: names of the unit; nodes: in the order of the form; expressions, regexes, texts: strings
    by use, each language of a text for itself; localized: the same texts by place; strings: all.
    """

    def __init__(self, schema: Element) -> None:
        self.schema = schema
        self.root = Names()
        self.nodes: list[Node] = []
        self.expressions: list[Text] = []
        self.regexes: list[Text] = []
        self.texts: list[Text] = []
        self.localized: list[Localized] = []
        self.strings: list[tuple[str, str, str]] = []
        for number, page in enumerate(el.items_of(schema.get("pages"))):
            if isinstance(page, dict):
                self._page(page, f"pages[{number}]")
        for key, value in schema.items():
            if key != "pages" and key not in _OWN_LABELS:
                self._value(value, str(key), str(key), self.root, None)
        for key in _OWN_LABELS:
            self._plain(schema.get(key), key)

    @property
    def questions(self) -> Iterator[Node]:
        """Yield the nodes that have an answer."""
        return (node for node in self.nodes if node.is_question)

    @cached_property
    def by_key(self) -> dict[str, list[Node]]:
        """Return the questions by the name of their answer in lower case, wherever they stand."""
        found: dict[str, list[Node]] = {}
        for node in self.questions:
            found.setdefault(node.key.lower(), []).append(node)
        return found

    @cached_property
    def inside(self) -> dict[Node, list[Node]]:
        """Return the questions in each page and panel, without those in the rows of a roster."""
        found: dict[Node, list[Node]] = {}
        for node in self.questions:
            for above in node.above:
                if above.rows is None and above.names is node.names:
                    found.setdefault(above, []).append(node)
        return found

    def _page(self, page: Element, path: str) -> None:
        editors = _editors(page, el.DEFAULT_EDITORS)
        node = Node(path, page, "page", str(page.get("name") or ""), self.root, editors)
        self.nodes.append(node)
        self._properties(page, path, node, self.root)
        self._elements(page.get("elements"), f"{path}.elements", self.root, (node,))

    def _elements(self, elements: object, path: str, names: Names, above: tuple[Node, ...]) -> None:
        for number, element in enumerate(el.items_of(elements)):
            if isinstance(element, dict):
                self._element(element, f"{path}[{number}]", names, above)

    def _element(self, element: Element, path: str, names: Names, above: tuple[Node, ...]) -> None:
        kind, name = str(element.get("type")), element.get("name")
        value_name = element.get("valueName")
        key = value_name if isinstance(value_name, str) and value_name else name
        editors = _editors(element, above[-1].editors)
        node = Node(path, element, kind, str(key or ""), names, editors, above)
        self.nodes.append(node)
        if node.is_question and node.key:
            names.nodes.setdefault(node.key.lower(), node)
        if kind == "panel":
            self._elements(element.get("elements"), f"{path}.elements", names, (*above, node))
        elif kind == "paneldynamic" or kind in _MATRICES:
            node.rows = Names(node.full_key, names, node)
            self._rows(node)
        self._properties(element, path, node, names)

    def _rows(self, node: Node) -> None:
        assert node.rows is not None
        if node.kind == "paneldynamic":
            path = f"{node.path}.templateElements"
            elements = node.element.get("templateElements")
            self._elements(elements, path, node.rows, (*node.above, node))
            return
        columns = list(el.column_elements(node.element))
        listed = el.items_of(node.element.get("columns"))
        places = [number for number, item in enumerate(listed) if isinstance(item, dict)]
        for number, column in zip(places, columns, strict=False):
            path = f"{node.path}.columns[{number}]"
            own = {key: value for key, value in column.items() if key in listed[number]}
            self._element({**own, "type": column["type"]}, path, node.rows, (*node.above, node))
        path = f"{node.path}.detailElements"
        inner = (*node.above, node)
        self._elements(node.element.get("detailElements"), path, node.rows, inner)

    def _properties(self, element: Element, path: str, node: Node, names: Names) -> None:
        for key, value in element.items():
            if key in _CHILD_KEYS and (key != "columns" or node.rows is not None):
                continue
            inner = node.rows if node.rows is not None and key in _ROW_PROPERTIES else names
            self._value(value, str(key), f"{path}.{key}", inner, node)

    def _value(self, value: Any, prop: str, path: str, names: Names, node: Node | None) -> None:
        if isinstance(value, str):
            self._string(value, prop, path, names, node)
        elif isinstance(value, dict):
            if prop in TEXT_KEYS and all(isinstance(item, str) for item in value.values()):
                self._localized(value, prop, path, names, node)
                return
            for key, item in value.items():
                self._value(item, str(key), f"{path}.{key}", names, node)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                self._value(item, prop, f"{path}[{number}]", names, node)

    def _string(self, text: str, prop: str, path: str, names: Names, node: Node | None) -> None:
        self.strings.append((path, prop, text))
        if is_expression_key(prop):
            if text.strip():
                self.expressions.append(Text(path, prop, text, names, node))
        elif prop == "regex":
            self.regexes.append(Text(path, prop, text, names, node))
        elif prop in TEXT_KEYS and text:
            self.texts.append(Text(path, prop, text, names, node))
            self.localized.append(Localized(path, prop, {"": text}))

    def _localized(
        self, texts: dict[str, str], prop: str, path: str, names: Names, node: Node | None
    ) -> None:
        if texts:
            self.localized.append(Localized(path, prop, texts))
        for language, text in texts.items():
            place = f"{path}.{language}"
            self.strings.append((place, prop, text))
            self.texts.append(Text(place, prop, text, names, node))

    def _plain(self, value: Any, path: str) -> None:
        """Gather the strings of a part of the envelope, in which nothing is evaluated."""
        if isinstance(value, str):
            self.strings.append((path, path.rpartition(".")[2], value))
        elif isinstance(value, (dict, list)):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in items:
                self._plain(item, f"{path}[{key}]" if isinstance(value, list) else f"{path}.{key}")


def _editors(element: Element, inherited: frozenset[str]) -> frozenset[str]:
    roles = element.get("editableBy")
    if not isinstance(roles, list):
        return inherited
    return frozenset(role for role in roles if isinstance(role, str)) & el.ROLES
