"""JSON Schema of a questionnaire for an editor that completes while one types.

The envelope is that of `envelope_schema`; questions get the names of their types and properties,
ours and the common ones of SurveyJS, with titles in the reader's language. It is a help for people
who type, not a check: unknown properties pass, what is refused is the linter's matter.
Source: docs/forms.md, "Question types".
"""

from copy import deepcopy
from typing import Any

from django.utils.translation import gettext as _

from kegiatan.form import elements as el
from kegiatan.form.envelope_schema import ELEMENT_SCHEMA, ENVELOPE_SCHEMA

_TEXT: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
}
_INPUT_TYPES = (
    "text", "number", "range", "date", "datetime-local", "month", "time", "email", "tel", "url",
    "password",
)  # fmt: skip
_VALIDATORS = ("numeric", "text", "regex", "email", "expression", "answercount")


def completion_schema() -> dict[str, Any]:
    """Return the schema with titles in the active language."""
    schema = deepcopy(ENVELOPE_SCHEMA)
    properties = schema["properties"]
    for name, title in _envelope_titles().items():
        properties[name] = {**properties[name], "title": title}
    properties["title"] = {**_TEXT, "title": _("Heading of the questionnaire")}
    page = properties["pages"]["items"]["properties"]
    page["elements"]["items"] = {"$ref": "#/$defs/element"}
    page |= _shared_conditions()
    page["editableBy"] = {"$ref": "#/$defs/editors"}
    schema["$defs"] = {
        "element": _element(), "choices": _choices(), "editors": _editors(),
        "validator": _validator(), "column": _column(),
    }  # fmt: skip
    return schema


def _envelope_titles() -> dict[str, str]:
    return {
        "form_name": _("Name of the questionnaire"),
        "form_version": _("Number that the designers give; the office numbers versions itself"),
        "locale": _("Language of texts that name none"),
        "masters_used": _("Master data that questions look up, with version"),
        "level_definitions": _("Names of the region levels of a unit"),
        "level_sources": _("Levels that the region master holds, and free ones"),
        "assignment_label_template": _("Template of the label of a unit, e.g. {nama_krt}"),
        "assignment_table_grouping_levels": _("Levels by which units are grouped"),
        "assignment_table_columns": _("Columns of the table of units"),
        "pages": _("Pages"),
        "calculatedValues": _("Calculated values"),
        "triggers": _("What happens when a condition becomes true"),
    }


def _element() -> dict[str, Any]:
    shared = {**deepcopy(ELEMENT_SCHEMA["properties"])}
    properties: dict[str, Any] = {
        "type": {"title": _("Type of the question"), "anyOf": _types()},
        "name": {"type": "string", "minLength": 1, "title": _("Name of the answer, unique")},
        **shared,
        **_shared_conditions(),
        **_rules(),
        **_own(),
    }
    for name, title in _titles().items():
        properties[name] = {**properties[name], "title": title}
    for name in ("elements", "templateElements", "detailElements"):
        properties[name]["items"] = {"$ref": "#/$defs/element"}
    properties["choices"] = {"$ref": "#/$defs/choices", "title": _("Answers to choose from")}
    properties["columns"]["items"] = {"$ref": "#/$defs/column"}
    properties["inputType"] = {"enum": list(_INPUT_TYPES), "title": _("Kind of input")}
    return {"type": "object", "required": ["type", "name"], "properties": properties}


def _titles() -> dict[str, str]:
    return {
        "title": _("Text of the question, or one per language"),
        "description": _("Explanation below the question"),
        "elements": _("Questions in the panel"),
        "templateElements": _("Questions of every row"),
        "columns": _("Columns of the table"),
        "rows": _("Rows of the table"),
        "master": _("Data set that the codes come from, e.g. KBLI"),
        "minAccuracy": _("Worst accuracy that is accepted, in metres"),
        "visitOutcome": _("This question is the finding of the visit"),
        "maxLength": _("Longest text, in letters"),
        "minPanelCount": _("Rows at least"),
        "maxPanelCount": _("Rows at most"),
        "panelCount": _("Rows at first"),
    }


def _shared_conditions() -> dict[str, Any]:
    def expression(title: str) -> dict[str, str]:
        return {"type": "string", "title": title}

    return {
        "visibleIf": expression(_("Asked only when, e.g. {umur} >= 10")),
        "enableIf": expression(_("May be answered only when")),
        "requiredIf": expression(_("Must be answered when")),
        "alwaysAsk": {
            "type": "boolean", "title": _("Asked also when the visit was not finished"),
        },
    }  # fmt: skip


def _rules() -> dict[str, Any]:
    return {
        "isRequired": {"type": "boolean", "title": _("Must be answered")},
        "readOnly": {"type": "boolean", "title": _("Shown, not asked")},
        "defaultValue": {"title": _("Answer that is there at first")},
        "expression": {"type": "string", "title": _("What is calculated")},
        "setValueExpression": {"type": "string", "title": _("Answer that is filled in")},
        "min": {"type": ["number", "string"], "title": _("Smallest value")},
        "max": {"type": ["number", "string"], "title": _("Largest value")},
        "step": {"type": "number", "title": _("Step between values")},
        "placeholder": {**_TEXT, "title": _("Hint in the empty field")},
        "validators": {
            "type": "array", "title": _("Rules"), "items": {"$ref": "#/$defs/validator"},
        },
        "showOtherItem": {"type": "boolean", "title": _("Offers another answer in words")},
        "templateTitle": {**_TEXT, "title": _("Heading of a row, e.g. {panel.nama}")},
        "html": {**_TEXT, "title": _("Text that is shown")},
    }  # fmt: skip


def _own() -> dict[str, Any]:
    return {
        "editableBy": {"$ref": "#/$defs/editors"},
        "dataKey": {"type": "string", "title": _("Path into the prelist, e.g. usaha.nama")},
        "visitOutcomeDone": {"title": _("Findings that count as finished")},
        "minCount": {"type": "integer", "minimum": 0, "title": _("Photos at least")},
        "maxCount": {"type": "integer", "minimum": 1, "title": _("Photos at most")},
        "maxPixels": {"type": "integer", "title": _("Longest side of a photo, in pixels")},
        "quality": {"type": "number", "title": _("Quality of a photo, 0 to 1")},
        "keepPosition": {"type": "boolean", "title": _("The camera's position stays in the photo")},
    }


def _types() -> list[dict[str, str]]:
    said = {
        "text": _("Text, number or date in one line"),
        "comment": _("Text over several lines"),
        "radiogroup": _("One answer of a list"),
        "dropdown": _("One answer of a long list, or of master data"),
        "checkbox": _("Several answers of a list"),
        "tagbox": _("Several answers of a long list"),
        "boolean": _("Yes or no"),
        "rating": _("A number of a scale"),
        "ranking": _("Answers put in order"),
        "paneldynamic": _("Roster: the same questions for every member"),
        "matrixdynamic": _("Roster as a table"),
        "matrix": _("Table with one choice per row"),
        "matrixdropdown": _("Table with a question per column"),
        "multipletext": _("Several short texts"),
        "panel": _("Group of questions"),
        "expression": _("Calculated, shown, not asked"),
        "html": _("Text between questions"),
        "geotag": _("Position"),
        "photo": _("Photos"),
        "barcode": _("Bar code or QR"),
        "signature": _("Signature"),
        "prefilled": _("What the prelist says, not asked"),
    }
    kinds = sorted(el.ELEMENT_TYPES, key=lambda kind: (kind not in said, kind))
    return [{"const": kind, **({"title": said[kind]} if kind in said else {})} for kind in kinds]


def _choices() -> dict[str, Any]:
    item = {
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": {"type": ["string", "number", "boolean"], "title": _("Code that is stored")},
            "text": {**_TEXT, "title": _("Text of the choice")},
            "visibleIf": {"type": "string", "title": _("Offered only when")},
        },
    }
    return {"type": "array", "items": {"anyOf": [item, {"type": ["string", "number"]}]}}


def _editors() -> dict[str, Any]:
    roles = {"enum": sorted(el.ROLES)}
    return {"type": "array", "title": _("May be changed by"), "items": roles, "uniqueItems": True}


def _validator() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"enum": list(_VALIDATORS)},
            "expression": {"type": "string", "title": _("What has to be true")},
            "regex": {"type": "string"},
            "minValue": {"type": "number", "title": _("Smallest value")},
            "maxValue": {"type": "number", "title": _("Largest value")},
            "text": {**_TEXT, "title": _("Message when the rule is broken")},
            "notificationType": {
                "enum": ["error", "warning", "info"],
                "title": _("With errors nothing can be sent, with warnings it can"),
            },
        },
    }


def _column() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "title": _TEXT,
            "cellType": {"enum": sorted(el.ELEMENT_TYPES - el.ROSTER_TYPES - {"panel"})},
            "choices": {"$ref": "#/$defs/choices"},
            "isRequired": {"type": "boolean"},
        },
    }
