"""The variables of a form: what a codebook and a printed questionnaire say about each answer."""

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from kegiatan.form import elements as el
from kegiatan.form.exporting.condition_words import Names, condition_words, question_word
from kegiatan.form.exporting.languages import form_in_language
from kegiatan.form.linting_tree import FormTree, Node
from kegiatan.form.questions import Question, form_questions

ROLE_ORDER = ("PPL", "PML", "admin")
_NUMBERS = ("lat", "lon", "accuracy_m")
_DATES = {"date": "date", "time": "time", "datetime-local": "datetime", "month": "month"}
_UNIT = re.compile(r"\(([^()]{1,30})\)\s*[?:.]?\s*$")
LONGEST = {"text": "maxLength", "comment": "maxLength"}


@dataclass(frozen=True, slots=True)
class Variable:
    """One answer, or one part of a composite answer, in one language.

    path: as the answers name it (`anggota[].umur`, `geotag_rumah.lat`); file: path of the roster
    whose rows hold it, "" for the unit; kind: type of the question; value_type: `number`, `text`,
    `code`, `codes`, `truth`, `date`, `time`, `datetime`, `month`, `parts`, `rows`, `files`;
    minimum, maximum, step, length: as the form writes them; unit: of a number, from its title;
    required: "", "yes" or the condition in words; universe: whom it is asked of, "" for
    everybody; editable_by: roles.
    """

    path: str
    file: str
    name: str
    page: str
    kind: str
    value_type: str
    label: str
    description: str
    values: tuple[tuple[str, str], ...]
    minimum: str
    maximum: str
    step: str
    length: str
    unit: str
    required: str
    universe: str
    rules: tuple[str, ...]
    editable_by: tuple[str, ...]
    master: str
    question: Question


def form_variables(schema: Mapping[str, Any], language: str) -> list[Variable]:
    """Return the variables of a form that passed `check_envelope`, in the order of the form.

    Labels are those of `language`, words between them Indonesian, else English.
    """
    with override("id" if language == "id" else "en"):
        form = form_in_language(schema, language)
        return [made for question in _questions(form) for made in _variables(*question)]


@dataclass(frozen=True, slots=True)
class Place:
    """A question with the node it was read from and the names its conditions can use."""

    node: Node | None
    names: Names
    outcome: str


def _questions(form: dict[str, Any]) -> Iterator[tuple[Question, Place]]:
    tree = FormTree(form)
    questions = form_questions(form)
    nodes: dict[str, Node] = {}
    for node in tree.questions:
        nodes.setdefault(node.full_key, node)
    outer: dict[str, Question] = {}
    for question in questions:
        outer.setdefault(question.key.lower(), question)
    by_row: dict[tuple[str, ...], dict[str, Question]] = {}
    for question in questions:
        by_row.setdefault(question.roster, {})[question.key.lower()] = question
    outcome = outcome_words(questions)
    nearest = {
        roster: ChainMap(*(by_row.get(roster[:depth], {}) for depth in range(len(roster), -1, -1)))
        for roster in by_row
    }
    for question in questions:
        names = ChainMap(*nearest[question.roster].maps, outer)
        yield question, Place(nodes.get(question.path), names, outcome)


def outcome_words(questions: list[Question]) -> str:
    """Return when a visit counts as finished, in words; "" without a visit outcome."""
    found = next((question for question in questions if question.visit_outcome), None)
    if found is None:
        return ""
    done = found.element.get("visitOutcomeDone", "selesai")
    values = [str(value) for value in (done if isinstance(done, list) else [done])]
    said = [f"{value} ({found.labels[value]})" if value in found.labels else value
            for value in values]  # fmt: skip
    return f"{question_word(found)} = {' / '.join(said)}"


def _variables(question: Question, place: Place) -> Iterator[Variable]:
    whole = _variable(question, place)
    yield whole
    if question.kind == "geotag":
        for name, _title in question.parts:
            kind = "number" if name in _NUMBERS else "datetime"
            yield _part(whole, name, name, kind)
    elif question.kind == "matrix":
        columns = tuple((str(c.value), c.text) for c in el.choice_items(
            question.element.get("columns")))  # fmt: skip
        kind = "codes" if question.element.get("cellType") == "checkbox" else "code"
        for name, title in question.parts:
            yield _part(whole, name, title, kind, columns)
    elif question.kind == "matrixdropdown":
        for name, title in question.parts:
            for column in el.column_elements(question.element):
                yield _cell(whole, name, title, column)
    else:
        for name, title in question.parts:
            yield _part(whole, name, title, "text")


def _cell(whole: Variable, row: str, title: str, column: dict[str, Any]) -> Variable:
    name = str(column.get("name"))
    label = f"{title}: {el.localized(column.get('title'), name)}"
    choices = el.choice_items(column.get("choices"))
    values = tuple((str(choice.value), choice.text) for choice in choices)
    kind = _element_type(str(column["type"]), str(column.get("inputType") or ""))
    return _part(whole, f"{row}.{name}", label, kind, values)


def _part(
    whole: Variable, name: str, title: str, kind: str, values: tuple[tuple[str, str], ...] = ()
) -> Variable:
    return Variable(
        path=f"{whole.path}.{name}", file=whole.file, name=f"{whole.name}.{name}", page=whole.page,
        kind=whole.kind, value_type=kind, label=f"{whole.label}: {title}", description="",
        values=values, minimum="", maximum="", step="", length="", unit="", required="",
        universe=whole.universe, rules=(), editable_by=whole.editable_by, master="",
        question=whole.question,
    )  # fmt: skip


def _variable(question: Question, place: Place) -> Variable:
    element = question.element
    kind = question.kind
    low, high = {
        "paneldynamic": ("minPanelCount", "maxPanelCount"),
        "matrixdynamic": ("minRowCount", "maxRowCount"),
        "checkbox": ("minSelectedChoices", "maxSelectedChoices"),
        "tagbox": ("minSelectedChoices", "maxSelectedChoices"),
        "rating": ("rateMin", "rateMax"),
        "photo": ("minCount", "maxCount"),
    }.get(kind, ("min", "max"))
    return Variable(
        path=question.path,
        file="[].".join(question.roster),
        name=question.key,
        page=_page_title(question, place),
        kind=f"{kind}:{question.input_type}" if kind == "text" else kind,
        value_type=_element_type(kind, question.input_type, is_multiple=question.is_multiple),
        label=question.title,
        description=el.localized(element.get("description")),
        values=tuple((_plain(choice.value), choice.text) for choice in _choices(question)),
        minimum=_plain(element.get(low)),
        maximum=_plain(element.get(high)),
        step=_plain(element.get("step")),
        length=_plain(element.get(LONGEST.get(kind, ""))),
        unit=_unit(question),
        required=_required(element, place.names),
        universe=universe(place),
        rules=tuple(_rules(element, place.names)),
        editable_by=tuple(role for role in ROLE_ORDER if role in question.editable_by),
        master=question.master or "",
        question=question,
    )


def _page_title(question: Question, place: Place) -> str:
    if place.node is None:
        return question.page
    return el.localized(place.node.above[0].element.get("title"), question.page)


def _choices(question: Question) -> list[el.Choice]:
    words = {"Yes": _("Yes"), "No": _("No")} if question.kind == "boolean" else {}
    return [el.Choice(c.value, words.get(c.text, c.text)) for c in question.choices]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else ""


def _element_type(kind: str, input_type: str, *, is_multiple: bool = False) -> str:
    if kind in el.ROSTER_TYPES:
        return "rows"
    if kind in el.ATTACHMENT_TYPES:
        return "files"
    if is_multiple or kind in el.MULTIPLE_CHOICE_TYPES:
        return "codes"
    if kind in el.CHOICE_TYPES or kind == "rating":
        return "code"
    if kind == "boolean":
        return "truth"
    if kind in el.COMPOSITE_TYPES:
        return "parts"
    if kind == "text" and input_type in ("number", "range"):
        return "number"
    return _DATES.get(input_type, "text") if kind == "text" else "text"


def _unit(question: Question) -> str:
    """Return the unit of a number: what its title ends with in brackets, `Umur (tahun)`."""
    found = _UNIT.search(question.title) if question.is_number else None
    return found[1].strip() if found else ""


def _required(element: el.Element, names: Names) -> str:
    if element.get("isRequired") is True:
        return "yes"
    condition = element.get("requiredIf")
    return condition_words(condition, names) if isinstance(condition, str) and condition else ""


def _rules(element: el.Element, names: Names) -> Iterator[str]:
    """Yield the conditions that answers are held against; warnings say so."""
    for rule in el.mappings_of(element.get("validators")):
        said = el.localized(rule.get("text"))
        if rule.get("type") == "expression" and isinstance(rule.get("expression"), str):
            condition = condition_words(rule["expression"], names)
            said = f"{condition}: {said}" if said else condition
        if said and rule.get("notificationType") in ("warning", "info"):
            said = _("Warning: %(rule)s") % {"rule": said}
        if said:
            yield said


def universe(place: Place) -> str:
    """Return whom a question is asked of: the conditions of page, panels, rosters, its own."""
    node = place.node
    if node is None:
        return ""
    found: list[str] = []
    chain = (*node.above, node)
    is_outcome = node.element.get("visitOutcome") is True
    if place.outcome and not is_outcome and not any(n.element.get("alwaysAsk") for n in chain):
        found.append(place.outcome)
    for step in chain:
        if step.element.get("visible") is False:
            found.append(_("never shown"))
        keys = ("visibleIf", "templateVisibleIf") if step is not node else ("visibleIf",)
        for key in keys:
            condition = step.element.get(key)
            if isinstance(condition, str) and condition.strip():
                found.append(condition_words(condition, place.names))
    distinct = list(dict.fromkeys(found))
    if len(distinct) < 2:
        return "".join(distinct)
    word = f" {_('and')} "
    return word.join(f"({said})" if _is_joined(said) else said for said in distinct)


def _is_joined(said: str) -> bool:
    return any(f" {word} " in said for word in (_("and"), _("or")))
