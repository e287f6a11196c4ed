"""Faults of the questions of a form: names, types, choices, roles. Used by `check_envelope`."""

from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from kegiatan.form import caps
from kegiatan.form import elements as el
from kegiatan.form.envelope_schema import ELEMENT_SCHEMA
from kegiatan.form.form_fault import FormFault, schema_fault
from kegiatan.form.json_value import PROTOTYPE_NAMES

_VALIDATOR = Draft202012Validator(ELEMENT_SCHEMA)
_FORBIDDEN = frozenset("[]{}\x00\n\r\t")
_RESERVED = PROTOTYPE_NAMES | {"toString", "valueOf", "hasOwnProperty"}
_CHOICE_SOURCES = (
    "master",
    "choicesByUrl",
    "choicesFromQuestion",
    "choicesMax",
    "allowCustomChoices",
)
_CELL_TYPES = (
    el.CHOICE_TYPES | {"text", "comment", "boolean", "expression", "rating", "file", "signaturepad"}
) - {"imagepicker", "ranking"}


class ElementWalk:
    """Walks the elements of one form and gathers faults; panels share the names around them."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self.found: list[FormFault] = []
        self.questions = 0
        self.outcomes = 0
        self.masters = {
            str(master.get("type")) for master in el.mappings_of(schema.get("masters_used"))
        }

    def faults(self) -> list[FormFault]:
        """Return the faults of all elements, in the order of the form."""
        names: dict[str, str] = {}
        pages = el.items_of(self.schema.get("pages"))
        for number, page in enumerate(pages):
            if isinstance(page, dict):
                path = f"pages[{number}]"
                self._check_roles(page, path)
                self._elements(page.get("elements"), f"{path}.elements", names)
        if pages and not self.questions:
            self._add("pages", "no_questions", _("The form has no question."), _("Add one."))
        for number, value in enumerate(el.items_of(self.schema.get("calculatedValues"))):
            name = value.get("name") if isinstance(value, dict) else None
            if isinstance(name, str) and name:
                self._check_key(name, f"calculatedValues[{number}].name")
        return self.found

    def _add(self, path: str, code: str, message: str, remedy: str) -> None:
        self.found.append(FormFault(path, code, message, remedy))

    def _elements(self, elements: object, path: str, names: dict[str, str]) -> None:
        for number, element in enumerate(el.items_of(elements)):
            place = f"{path}[{number}]"
            if isinstance(element, dict):
                self._element(element, place, names)
            else:
                message = _("An element must be an object.")
                self._add(place, "wrong_type", message, _("Write it as {type, name, title}."))

    def _element(self, element: dict[str, Any], path: str, names: dict[str, str]) -> None:
        kind = element.get("type")
        self.found += [schema_fault(error, path) for error in _VALIDATOR.iter_errors(element)]
        self._check_roles(element, path)
        if not isinstance(kind, str) or not kind:
            message = _("The element has no type.")
            self._add(f"{path}.type", "element_without_type", message, _("Add its type."))
        elif kind not in el.ELEMENT_TYPES:
            message = _("The element type %(type)s is not known.") % {"type": kind[:80]}
            remedy = _("Use one of: %(types)s.") % {"types": ", ".join(sorted(el.ELEMENT_TYPES))}
            self._add(f"{path}.type", "unknown_element_type", message, remedy)
        if kind == "panel":
            self._elements(element.get("elements"), f"{path}.elements", names)
        elif not isinstance(kind, str) or kind not in el.DISPLAY_TYPES:
            self._question(element, str(kind), path, names)

    def _question(
        self, element: dict[str, Any], kind: str, path: str, names: dict[str, str]
    ) -> None:
        self.questions += 1
        self._check_name(element, path, names)
        self._check_choices(element, kind, path)
        self._check_outcome(element, kind, path)
        if kind == "paneldynamic":
            self._roster(element.get("templateElements"), f"{path}.templateElements")
        elif kind in ("matrixdynamic", "matrixdropdown"):
            self._columns(element, f"{path}.columns")
            inner: dict[str, str] = {}
            self._elements(element.get("detailElements"), f"{path}.detailElements", inner)
        elif kind in ("multipletext", "matrix"):
            key = "items" if kind == "multipletext" else "columns"
            if not el.items_of(element.get(key)):
                message = _("The question has no %(key)s.") % {"key": key}
                self._add(f"{path}.{key}", "no_parts", message, _("Add at least one."))

    def _roster(self, elements: object, path: str) -> None:
        if not el.items_of(elements):
            message = _("The roster has no question.")
            self._add(path, "roster_without_questions", message, _("Add a question to its rows."))
        self._elements(elements, path, {})

    def _columns(self, matrix: dict[str, Any], path: str) -> None:
        columns = el.items_of(matrix.get("columns"))
        if not columns:
            message = _("The matrix has no column.")
            self._add(path, "roster_without_questions", message, _("Add a column."))
        if not all(isinstance(column, dict) for column in columns):
            message = _("Every column must be an object.")
            self._add(path, "wrong_type", message, _("Write it as {name, title, cellType}."))
            return
        names: dict[str, str] = {}
        for number, column in enumerate(el.column_elements(matrix)[: len(columns)]):
            place = f"{path}[{number}]"
            kind = str(column["type"])
            self._check_name(column, place, names)
            self._check_roles(column, place)
            self._check_choices(column, kind, place)
            if kind not in _CELL_TYPES:
                message = _("The cell type %(type)s is not known.") % {"type": kind[:80]}
                remedy = _("Use one of: %(types)s.") % {"types": ", ".join(sorted(_CELL_TYPES))}
                self._add(f"{place}.cellType", "unknown_element_type", message, remedy)

    def _check_name(self, element: dict[str, Any], path: str, names: dict[str, str]) -> None:
        name = element.get("name")
        if not isinstance(name, str) or not name.strip():
            message = _("The question has no name.")
            remedy = _("Give it a name that is unique on its level.")
            self._add(f"{path}.name", "element_without_name", message, remedy)
            return
        keys = [("name", name)]
        value_name = element.get("valueName")
        if isinstance(value_name, str) and value_name and value_name != name:
            keys.append(("valueName", value_name))
        for prop, key in keys:
            self._check_key(key, f"{path}.{prop}")
            if key in names:
                message = _("The name %(name)s is used before, at %(path)s.")
                text = message % {"name": key[:80], "path": names[key]}
                code = "duplicate_name" if prop == "name" else "shared_value_name"
                self._add(f"{path}.{prop}", code, text, _("Rename one of the two."))
            names.setdefault(key, path)

    def _check_key(self, key: str, path: str) -> None:
        if (
            key.startswith("_")
            or key in _RESERVED
            or key.endswith((el.COMMENT_SUFFIX, el.TOTAL_SUFFIX))
        ):
            message = _("The name %(name)s is reserved.") % {"name": key[:80]}
            remedy = _("Names must not begin with _, nor end with -Comment or -total.")
            self._add(path, "reserved_name", message, remedy)
        if key != key.strip() or len(key) > caps.NAME_LENGTH or _FORBIDDEN & set(key):
            message = _("The name %(name)s cannot be used in paths and expressions.")
            remedy = _("Use letters, digits, _ and dots, at most 200 characters.")
            self._add(path, "bad_name", message % {"name": key[:80]}, remedy)

    def _check_roles(self, element: dict[str, Any], path: str) -> None:
        roles = element.get("editableBy")
        if roles is None:
            return
        place, allowed = f"{path}.editableBy", ", ".join(sorted(el.ROLES))
        remedy = _("Use a list of: %(roles)s.") % {"roles": allowed}
        if not isinstance(roles, list):
            self._add(place, "wrong_type", _("editableBy must be a list."), remedy)
            return
        for number, role in enumerate(roles):
            if not isinstance(role, str) or role not in el.ROLES:
                message = _("%(role)s is not a role that edits answers.") % {"role": str(role)[:80]}
                self._add(f"{place}[{number}]", "unknown_role", message, remedy)

    def _check_choices(self, element: dict[str, Any], kind: str, path: str) -> None:
        master = element.get("master")
        if isinstance(master, str) and master not in self.masters:
            message = _("The master data %(type)s is not in masters_used.") % {"type": master[:80]}
            remedy = _("Add its type and version to masters_used.")
            self._add(f"{path}.master", "unknown_master", message, remedy)
        if kind not in el.CHOICE_TYPES:
            return
        choices = el.items_of(element.get("choices"))
        if not choices and not any(element.get(source) for source in _CHOICE_SOURCES):
            message = _("The question has no choices.")
            remedy = _("Add choices, or name a master data set.")
            self._add(f"{path}.choices", "no_choices", message, remedy)
        seen: set[tuple[bool, object]] = set()
        for number, item in enumerate(choices):
            self._check_choice(item, f"{path}.choices[{number}]", seen)

    def _check_choice(self, item: object, path: str, seen: set[tuple[bool, object]]) -> None:
        found = el.choice_items([item])
        if not found or found[0].value == "":
            message = _("The choice has no value.")
            self._add(path, "choice_without_value", message, _("Write it as {value, text}."))
            return
        value = found[0].value
        if (key := (isinstance(value, bool), value)) in seen:
            message = _("The choice %(value)s is there twice.") % {"value": str(value)[:80]}
            self._add(path, "duplicate_choice", message, _("Give each choice its own value."))
        seen.add(key)

    def _check_outcome(self, element: dict[str, Any], kind: str, path: str) -> None:
        if element.get("visitOutcome") is not True:
            return
        self.outcomes += 1
        place = f"{path}.visitOutcome"
        if self.outcomes > 1:
            message = _("More than one question is marked as the visit outcome.")
            self._add(place, "visit_outcome_twice", message, _("Mark one question only."))
        if kind not in el.SINGLE_CHOICE_TYPES or "templateElements" in path:
            message = _("The visit outcome must be one choice for the whole unit.")
            remedy = _("Use a radiogroup or dropdown outside rosters.")
            self._add(place, "visit_outcome_kind", message, remedy)
