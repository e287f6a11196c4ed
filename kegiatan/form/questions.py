"""The questions of a form version: one compiled tree that shape, editing, labels and exports read.

Built once per form version from a `form_schema` that passed `check_envelope`; panels are flattened,
rosters (paneldynamic, matrixdynamic) are scopes of their own. Source: design, section 6.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kegiatan.form import elements as el
from kegiatan.form.elements import Choice, Element

LEVEL_KEYS = tuple(f"level_{number}_code" for number in range(1, 7))
DEFAULT_LANGUAGE = "id"
_LOCALIZED = ("title", "description", "text", "html", "placeholder", "labelTrue", "labelFalse")


@dataclass(frozen=True, slots=True)
class Question:
    """One question, or one roster, of a form.

    key: name under which the answer is stored (`valueName`, else the name).
    path: keys from the outermost roster, rows as `[]`: `anggota[].pekerjaan[].kbli`.
    roster: keys of the rosters around it, outermost first; empty for a question of the unit.
    choices: known answers; `choices_open` says that others are possible (lookups, "other" texts).
    editable_by: roles; PPL and admin when neither it nor what is around it has `editableBy`.
    parts: (name, title) of what a composite answer holds (rows of a matrix, items of multipletext).
    """

    key: str
    name: str
    kind: str
    path: str
    title: str
    page: str
    roster: tuple[str, ...]
    editable_by: frozenset[str]
    choices: tuple[Choice, ...] = ()
    choices_open: bool = False
    input_type: str = ""
    master: str | None = None
    visit_outcome: bool = False
    parts: tuple[tuple[str, str], ...] = ()
    element: Element = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_roster(self) -> bool:
        """Whether the answer is a list of rows."""
        return self.kind in el.ROSTER_TYPES

    @property
    def is_attachment(self) -> bool:
        """Whether the answer refers to attachments by id."""
        return self.kind in el.ATTACHMENT_TYPES

    @property
    def is_computed(self) -> bool:
        """Whether the form, not a person, makes the answer."""
        return self.kind in el.COMPUTED_TYPES

    @property
    def is_multiple(self) -> bool:
        """Whether the answer is a list of choices."""
        if self.kind == "imagepicker":
            return self.element.get("multiSelect") is True
        return self.kind in el.MULTIPLE_CHOICE_TYPES

    @property
    def is_number(self) -> bool:
        """Whether the answer is a number."""
        return self.kind == "text" and self.input_type in ("number", "range")

    @property
    def labels(self) -> dict[str, str]:
        """Return the text of every known choice by its value as text."""
        return {str(choice.value): choice.text for choice in self.choices}


@dataclass(frozen=True, slots=True)
class Scope:
    """The questions that share one object of answers: the unit itself, or a row of one roster.

    path: "" for the unit, else the path of the roster (`anggota`, `anggota[].pekerjaan`).
    questions: by answer key, rosters included, in the order of the form.
    rosters: the scope of each roster's rows.
    computed: further names the form writes (calculatedValues, triggers); only on the unit.
    plain: keys whose answers are stored as they are sent, which most are.
    """

    path: str
    keys: tuple[str, ...]
    questions: Mapping[str, Question]
    rosters: Mapping[str, "Scope"]
    computed: frozenset[str] = frozenset()
    plain: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the plain keys once; every submit asks for all of them."""
        special = el.ROSTER_TYPES | el.COMPOSITE_TYPES | el.ATTACHMENT_TYPES
        plain = (key for key, question in self.questions.items() if question.kind not in special)
        object.__setattr__(self, "plain", frozenset(plain))

    def owner(self, key: str) -> Question | None:
        """Return the question that an answer key belongs to, companions (`<key>-Comment`) too."""
        question = self.questions.get(key)
        if question is None and key.endswith(el.COMMENT_SUFFIX):
            question = self.questions.get(key[: -len(el.COMMENT_SUFFIX)])
        return question

    def is_computed(self, key: str) -> bool:
        """Return whether the form writes this key (expressions, totals, calculated values)."""
        question = self.questions.get(key)
        if question is not None:
            return question.is_computed
        return key in self.computed or (
            key.endswith(el.TOTAL_SUFFIX) and key[: -len(el.TOTAL_SUFFIX)] in self.questions
        )

    def walk(self) -> Iterator[Question]:
        """Yield every question in the order of the form, a roster before those of its rows."""
        for key, question in self.questions.items():
            yield question
            if key in self.rosters:
                yield from self.rosters[key].walk()

    def all_rosters(self) -> Iterator["Scope"]:
        """Yield the scope of every roster, outer ones first: one exported file each."""
        for scope in self.rosters.values():
            yield scope
            yield from scope.all_rosters()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk through a form stands."""

    page: str
    keys: tuple[str, ...]
    path: str
    editors: frozenset[str]


class _Builder:
    """Walks one form; keeps what questions need from elsewhere in it."""

    def __init__(self, schema: Element) -> None:
        self.schema = schema
        self.by_name: dict[str, Element] = {}
        for page in el.mappings_of(schema.get("pages")):
            self._index(el.mappings_of(page.get("elements")))

    def _index(self, elements: Iterator[Element]) -> None:
        for element in elements:
            self.by_name.setdefault(str(element.get("name")), element)
            self._index(iter(el.child_elements(element)))

    def root(self) -> Scope:
        """Return the scope of the unit."""
        questions: dict[str, Question] = {}
        rosters: dict[str, Scope] = {}
        for number, page in enumerate(el.mappings_of(self.schema.get("pages")), start=1):
            name = str(page.get("name") or f"page{number}")
            place = _Place(name, (), "", _editors(page, el.DEFAULT_EDITORS))
            self._collect(list(el.mappings_of(page.get("elements"))), place, questions, rosters)
        return Scope("", (), questions, rosters, _computed_names(self.schema))

    def _collect(
        self,
        elements: list[Element],
        place: _Place,
        questions: dict[str, Question],
        rosters: dict[str, Scope],
    ) -> None:
        for element in elements:
            kind, editors = str(element.get("type")), _editors(element, place.editors)
            if kind == "panel":
                inner = _Place(place.page, place.keys, place.path, editors)
                self._collect(el.child_elements(element), inner, questions, rosters)
                continue
            if kind in el.DISPLAY_TYPES or not isinstance(element.get("name"), str):
                continue
            question = self._question(element, kind, place, editors)
            if question.key in questions:
                continue
            questions[question.key] = question
            if question.is_roster:
                rosters[question.key] = self._roster(element, question, editors)

    def _roster(self, element: Element, question: Question, editors: frozenset[str]) -> Scope:
        questions: dict[str, Question] = {}
        rosters: dict[str, Scope] = {}
        keys = (*question.roster, question.key)
        place = _Place(question.page, keys, f"{question.path}[].", editors)
        self._collect(el.child_elements(element), place, questions, rosters)
        return Scope(question.path, keys, questions, rosters)

    def _question(
        self, element: Element, kind: str, place: _Place, editors: frozenset[str]
    ) -> Question:
        name, value_name = str(element["name"]), element.get("valueName")
        key = value_name if isinstance(value_name, str) and value_name else name
        choices, is_open = self._choices(element, kind)
        master = element.get("master")
        return Question(
            key=key,
            name=name,
            kind=kind,
            path=place.path + key,
            title=el.localized(element.get("title"), name) or name,
            page=place.page,
            roster=place.keys,
            editable_by=editors,
            choices=tuple(choices),
            choices_open=is_open,
            input_type=str(element.get("inputType") or "text") if kind == "text" else "",
            master=master if isinstance(master, str) else None,
            visit_outcome=element.get("visitOutcome") is True,
            parts=_parts(element, kind),
            element=element,
        )

    def _choices(self, element: Element, kind: str, hops: int = 0) -> tuple[list[Choice], bool]:
        """Return the known choices and whether answers outside them are possible."""
        if kind == "boolean":
            return _boolean_choices(element), False
        if kind == "rating":
            return el.choice_items(element.get("rateValues")), False
        if kind not in el.CHOICE_TYPES:
            return [], False
        choices = el.choice_items(element.get("choices")) + el.generated_choices(element)
        is_open = bool(
            element.get("master")
            or element.get("choicesByUrl")
            or element.get("allowCustomChoices")
        )
        if element.get("choicesFromQuestion"):
            more, more_open = self._carried(str(element["choicesFromQuestion"]), hops)
            choices, is_open = choices + more, is_open or more_open
        special = el.special_choices(element)
        if any(choice.value == "other" for choice in special):
            stored_apart = element.get(
                "storeOthersAsComment", self.schema.get("storeOthersAsComment", True)
            )
            is_open = is_open or stored_apart is False
        return choices + special, is_open

    def _carried(self, name: str, hops: int) -> tuple[list[Choice], bool]:
        """Return the choices carried over from another question; open when they are not static."""
        source = self.by_name.get(name)
        kind = str(source.get("type")) if source else ""
        if source is None or hops > 4 or kind not in el.CHOICE_TYPES:
            return [], True
        return self._choices(source, kind, hops + 1)


def form_scope(schema: Element) -> Scope:
    """Return the compiled questions of a form that passed `check_envelope`.

    An absent `editableBy` is taken from the nearest panel, roster or page that has one.
    """
    return _Builder(schema).root()


def form_questions(schema: Element) -> list[Question]:
    """Return every question and roster in the order of the form, nested ones after their roster."""
    return list(form_scope(schema).walk())


def level_names(schema: Element) -> dict[str, str]:
    """Return {level_n_code: name of the level} in order of level."""
    names = schema.get("level_definitions")
    if not isinstance(names, dict):
        return {}
    return {key: el.localized(names[key], key) for key in LEVEL_KEYS if key in names}


def form_languages(schema: Element) -> list[str]:
    """Return the languages of a form's texts, the default one (`locale`, else `id`) first."""
    default = schema.get("locale")
    first = default if isinstance(default, str) and default else DEFAULT_LANGUAGE
    found: set[str] = set()
    stack: list[object] = [schema.get("pages"), {"title": schema.get("title")}]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            for key in _LOCALIZED:
                if isinstance(item.get(key), dict):
                    found.update(language for language in item[key] if isinstance(language, str))
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return [first, *sorted(found - {first, "default"})]


def _editors(element: Element, inherited: frozenset[str]) -> frozenset[str]:
    roles = element.get("editableBy")
    if not isinstance(roles, list):
        return inherited
    return frozenset(role for role in roles if isinstance(role, str)) & el.ROLES


def _computed_names(schema: Element) -> frozenset[str]:
    names: list[object] = [
        value.get("name")
        for value in el.mappings_of(schema.get("calculatedValues"))
        if value.get("includeIntoResult") is True
    ]
    names += [
        trigger.get("setToName")
        for trigger in el.mappings_of(schema.get("triggers"))
        if trigger.get("isVariable") is not True
    ]
    return frozenset(
        name for name in names if isinstance(name, str) and name and "[" not in name
    )  # brackets: a trigger may point into a roster, whose questions are known


def _boolean_choices(element: Element) -> list[Choice]:
    yes, no = element.get("valueTrue", True), element.get("valueFalse", False)
    texts = (("labelTrue", "Yes", yes), ("labelFalse", "No", no))
    return [
        Choice(value, el.localized(element.get(key), text))
        for key, text, value in texts
        if isinstance(value, (str, int, float))
    ]


def _parts(element: Element, kind: str) -> tuple[tuple[str, str], ...]:
    if kind == "multipletext":
        items = el.mappings_of(element.get("items"))
        return tuple(
            (str(i.get("name")), el.localized(i.get("title"), str(i.get("name")))) for i in items
        )
    if kind in ("matrix", "matrixdropdown"):
        return tuple((str(row.value), row.text) for row in el.choice_items(element.get("rows")))
    if kind == "geotag":
        return tuple((part, part) for part in ("lat", "lon", "accuracy_m", "at"))
    return ()
