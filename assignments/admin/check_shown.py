"""The check of a unit's answers as the office's pages show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from assignments.admin_answers import ShownPage, walk
from assignments.models import Assignment, CheckState, ResponseCheck, ResponseStatus
from assignments.services.check_gates import current_check

FINDINGS_SHOWN = 100
_UNSENT = (ResponseStatus.ASSIGNED, ResponseStatus.OPENED)
_STYLES = {
    CheckState.NONE: "",
    CheckState.PENDING: "c-running",
    CheckState.PASSED: "c-job-done",
    CheckState.FAILED: "c-bad",
}


@dataclass(frozen=True)
class FindingShown:
    """One broken rule. anchor: id of its answer on the page, "" where none is shown."""

    title: str
    message: str
    anchor: str


@dataclass(frozen=True)
class CheckShown:
    """words, style: the state as a badge; note: what it means for whoever approves."""

    words: str
    style: str
    note: str
    errors: tuple[FindingShown, ...]
    warnings: tuple[FindingShown, ...]
    more: int
    engine: str
    when: str


def check_state(unit: Assignment, check: ResponseCheck | None) -> CheckState:
    """Return how the check of the answers stands; none before they have arrived."""
    if unit.response.status in _UNSENT:
        return CheckState.NONE
    return current_check(unit.response, check)


def check_shown(
    unit: Assignment, check: ResponseCheck | None, pages: Iterable[ShownPage], zone: ZoneInfo
) -> CheckShown:
    """Return the check of a unit's answers with links to the questions on the same page."""
    from assignments.admin.showing import shown_time

    state = check_state(unit, check)
    known = check if check is not None and state in (CheckState.PASSED, CheckState.FAILED) else None
    anchors = {item.path for _around, item in walk(pages)}
    errors = _findings(known.errors, anchors) if known is not None else ()
    warnings = _findings(known.warnings, anchors) if known is not None else ()
    found = len(known.errors) + len(known.warnings) if known is not None else 0
    return CheckShown(
        words=str(state.label),
        style=_STYLES[state],
        note=_note(state, unit.response.status),
        errors=errors,
        warnings=warnings,
        more=found - len(errors) - len(warnings),
        engine=known.engine if known is not None else "",
        when=shown_time(known.updated_at, zone) if known is not None else "",
    )


def _findings(found: Any, anchors: set[str]) -> tuple[FindingShown, ...]:
    return tuple(
        _finding(entry, anchors) for entry in found[:FINDINGS_SHOWN] if isinstance(entry, Mapping)
    )


def _finding(entry: Mapping[str, Any], anchors: set[str]) -> FindingShown:
    path = str(entry.get("path") or "")
    title = str(entry.get("title") or path)
    return FindingShown(title, str(entry.get("message") or ""), path if path in anchors else "")


def _note(state: CheckState, status: str) -> str:
    if status != ResponseStatus.APPROVED_PML:
        return ""
    if state == CheckState.FAILED:
        return _("Final approval needs a reason: the answers did not pass the check.")
    if state == CheckState.PENDING:
        return _("Final approval needs a reason as long as the answers wait for their check.")
    return ""
