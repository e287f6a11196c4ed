"""The report of a job as tables that people can read.

A report is a JSON object: counts (`added`, `changed`, ...), and lists of objects such as `refused`
`[{row, column, value, code, message}]`, in whatever nesting the kind of job chose. Keys and codes
are for programs: people get words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assignments.admin_acting import ACTION_NAMES
from cerdas.admin_refusal_words import refusal_words

ROWS_SHOWN = 50
_VALUE_LENGTH = 300
_FIRST_COLUMNS = ("row", "column", "value", "message")
_CODES_BELOW = "refused_codes"  # {code: how many}
# In which a code stands, and the words for it.
_CODED: dict[str, Callable[[str], str]] = {
    "code": refusal_words,
    "reason": refusal_words,  # why a file cannot be read
    "action": lambda action: str(ACTION_NAMES.get(action, action)),
}
# Known words; others are shown as they are.
_WORDS = {
    "added": gettext_noop("Added"),
    "changed": gettext_noop("Changed"),
    "removed": gettext_noop("Removed"),
    "unchanged": gettext_noop("Unchanged"),
    "duplicates": gettext_noop("Duplicates"),
    "refused": gettext_noop("Refused"),
    "skipped": gettext_noop("Skipped"),
    "rows": gettext_noop("Rows"),
    "row": gettext_noop("Row"),
    "column": gettext_noop("Column"),
    "value": gettext_noop("Value"),
    "code": gettext_noop("Code"),
    "message": gettext_noop("Message"),
    "done": gettext_noop("Done"),
    "failed": gettext_noop("Failed"),
    "created": gettext_noop("Created"),
    "imported": gettext_noop("Imported"),
    "exported": gettext_noop("Exported"),
    "invited": gettext_noop("Invited"),
    "granted": gettext_noop("Given a role"),
    "total": gettext_noop("Total"),
    "file": gettext_noop("File"),
    "files": gettext_noop("Files"),
    "fields": gettext_noop("Fields"),
    "faults": gettext_noop("Faults"),
    "path": gettext_noop("Place"),
    "remedy": gettext_noop("What to do"),
    "label": gettext_noop("Label"),
    "dry_run": gettext_noop("Trial run"),
    "assignments": gettext_noop("Assignments"),
    "responses": gettext_noop("Responses"),
    "reason": gettext_noop("Reason"),
    "sent": gettext_noop("Sent"),
    "not_sent": gettext_noop("Not sent"),
    "left_out": gettext_noop("Left out"),
    "refused_count": gettext_noop("Refused"),
    "refused_codes": gettext_noop("Refused because"),
    "loaded": gettext_noop("Stored"),
    "notes": gettext_noop("Remarks"),
    "remarks": gettext_noop("Remarks"),
    "ignored_columns": gettext_noop("Columns passed over"),
    "columns_passed_over": gettext_noop("Columns passed over"),
    "action": gettext_noop("Action"),
    "passed": gettext_noop("Passed"),
    "left": gettext_noop("Changed meanwhile, left"),
    "pending_to_passed": gettext_noop("Waited, now passed"),
    "pending_to_failed": gettext_noop("Waited, now failed"),
    "failed_to_passed": gettext_noop("Failed before, now passed"),
    "passed_to_failed": gettext_noop("Passed before, now failed"),
    "units.csv": gettext_noop("Units"),
    "questions": gettext_noop("Questions"),
}


@dataclass(frozen=True)
class ReportTable:
    """A list of the report. total: how many there are, of which the first are in `rows`."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int

    @property
    def left_out(self) -> int:
        """Return how many rows are not shown."""
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Report:
    """facts: (name, value) pairs; tables: the lists."""

    facts: tuple[tuple[str, str], ...]
    tables: tuple[ReportTable, ...]

    def __bool__(self) -> bool:
        return bool(self.facts or self.tables)


def report_parts(report: Any) -> Report:
    """Return a job's report for display; empty for none."""
    facts: list[tuple[str, str]] = []
    tables: list[ReportTable] = []
    if isinstance(report, Mapping):
        _collect(report, "", facts, tables)
    return Report(tuple(facts), tuple(tables))


def word(key: str) -> str:
    """Return a key of a report in the reader's language."""
    known = _WORDS.get(key)
    return _(known) if known else key.replace("_", " ").capitalize()


def _collect(
    part: Mapping[str, Any],
    above: str,
    facts: list[tuple[str, str]],
    tables: list[ReportTable],
    part_of: str = "",
) -> None:
    named = refusal_words if part_of == _CODES_BELOW else word
    for key, value in part.items():
        title = f"{above}{named(str(key))}"
        if isinstance(value, Mapping):
            _collect(value, f"{title}: ", facts, tables, part_of=str(key))
        elif isinstance(value, list) and any(isinstance(row, Mapping) for row in value):
            tables.append(_table(title, value))
        elif isinstance(value, list):
            shown = ", ".join(_text(item) for item in value[:ROWS_SHOWN])
            facts.append((title, shown or "0"))
        else:
            facts.append((title, _cell(str(key), value)))


def _table(title: str, rows: list[Any]) -> ReportTable:
    objects = [row for row in rows if isinstance(row, Mapping)]
    first = objects[:ROWS_SHOWN]
    keys = sorted(dict.fromkeys(str(key) for row in first for key in row), key=_place)
    shown = tuple(tuple(_cell(key, row.get(key)) for key in keys) for row in first)
    return ReportTable(title, tuple(word(key) for key in keys), shown, len(objects))


def _place(key: str) -> int:
    """Return where a column stands: the database does not keep the order of keys."""
    return _FIRST_COLUMNS.index(key) if key in _FIRST_COLUMNS else len(_FIRST_COLUMNS)


def _cell(key: str, value: Any) -> str:
    """Return a value for people: of a code the words."""
    if key in _CODED and isinstance(value, str) and value.isidentifier():
        return _CODED[key](value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)[:_VALUE_LENGTH]
    return str(value)[:_VALUE_LENGTH]
