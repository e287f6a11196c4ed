"""JSON Schema of the envelope around a SurveyJS model.

Source: design, section 6; the client's database design.
Unknown properties pass: they belong to SurveyJS. What a schema cannot say (names, choices, roles,
gaps between levels) is in `envelope.py`.
"""

from typing import Any

_TEXT: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
}
_LEVELS = "^level_[1-6]_code$"
COLUMN_TYPES = ["string", "number", "date", "datetime", "boolean", "choice", "status_lookup"]

ENVELOPE_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "form_schema",
    "type": "object",
    "required": ["form_name", "pages"],
    "properties": {
        "form_name": {"type": "string", "minLength": 1, "maxLength": 255},
        "form_version": {"type": "integer", "minimum": 1},
        "locale": {"type": "string", "maxLength": 35},
        "masters_used": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "version"],
                "properties": {
                    "type": {"type": "string", "minLength": 1, "maxLength": 255},
                    "version": {"type": "integer", "minimum": 1, "maximum": 2147483647},
                },
            },
        },
        "level_definitions": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {_LEVELS: {"type": "string", "minLength": 1, "maxLength": 100}},
        },
        "level_sources": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {_LEVELS: {"enum": ["master", "free"]}},
        },
        "assignment_label_template": {"type": "string", "maxLength": 1000},
        "assignment_table_grouping_levels": {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string"},
        },
        "assignment_table_columns": {
            "type": "array",
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["key", "label"],
                "properties": {
                    "key": {"type": "string", "minLength": 1, "maxLength": 255},
                    "label": {"type": "string", "minLength": 1, "maxLength": 255},
                    "type": {"enum": COLUMN_TYPES},
                    "default": {"type": "boolean"},
                    "sortable": {"type": "boolean"},
                    "filterable": {"type": "boolean"},
                },
            },
        },
        "pages": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "title": _TEXT,
                    "elements": {"type": "array"},
                },
            },
        },
        "calculatedValues": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "expression": {"type": "string"},
                    "includeIntoResult": {"type": "boolean"},
                },
            },
        },
        "triggers": {"type": "array", "items": {"type": "object", "required": ["type"]}},
    },
}

# Rows that a form shows by itself; survey-core makes them at once, however many.
FIRST_ROWS = ("panelCount", "minPanelCount", "rowCount", "minRowCount")

# Properties of an element that shape, editing and exports rely on.
ELEMENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": _TEXT,
        "description": _TEXT,
        "valueName": {"type": "string"},
        "inputType": {"type": "string"},
        "maxLength": {"type": "integer"},
        "choices": {"type": "array"},
        "rateValues": {"type": "array"},
        "rows": {"type": "array"},
        "columns": {"type": "array"},
        "items": {"type": "array"},
        "elements": {"type": "array"},
        "templateElements": {"type": "array"},
        "detailElements": {"type": "array"},
        "master": {"type": "string", "minLength": 1},
        "minAccuracy": {"type": "number", "exclusiveMinimum": 0},
        "visitOutcome": {"type": "boolean"},
        "maxPanelCount": {"type": "integer", "minimum": 1, "maximum": 5000},
        "maxRowCount": {"type": "integer", "minimum": 1, "maximum": 5000},
        **{name: {"type": "integer", "minimum": 0, "maximum": 5000} for name in FIRST_ROWS},
        "rateCount": {"type": "integer", "minimum": 2, "maximum": 1000},
        "rateMin": {"type": "number", "minimum": -1000, "maximum": 1000},
        "rateMax": {"type": "number", "minimum": -1000, "maximum": 1000},
        "valueTrue": {"type": ["string", "number", "boolean"]},
        "valueFalse": {"type": ["string", "number", "boolean"]},
    },
}
