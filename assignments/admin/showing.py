"""What the pages of units show, as plain data for the templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assignments.admin.check_shown import CheckShown, check_shown
from assignments.admin_answers import (
    Point,
    Remarks,
    ShownPage,
    answers_shown,
    as_json,
    first_point,
    plain_answer,
    prefilled_shown,
)
from assignments.models import (
    AnswerChange,
    Assignment,
    AssignmentAttachment,
    ResponseCheck,
    ResponseComment,
    ResponseHistory,
    ResponseStatus,
)
from kegiatan.form.json_path import path_question
from kegiatan.form.questions import level_names
from kegiatan.forms import CompiledForm, form_get
from masterdata.selectors import wilayah_names
from satker.models import REGION_CODE_LENGTHS, Satker

CHANGES_SHOWN = 200
_STYLES = {
    ResponseStatus.ASSIGNED: "",
    ResponseStatus.OPENED: "c-warn",
    ResponseStatus.SUBMITTED_PPL: "c-running",
    ResponseStatus.REJECTED_PML: "c-bad",
    ResponseStatus.REJECTED_ADMIN: "c-bad",
    ResponseStatus.APPROVED_PML: "a-review",
    ResponseStatus.APPROVED_ADMIN: "c-job-done",
}
_ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def status_style(unit: Assignment) -> str:
    """Return the class of a unit's status badge."""
    if unit.cancelled_at is not None:
        return "a-gone"
    return _STYLES[ResponseStatus(unit.response.status)]


def shown_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a time in the office's zone, with its name, or a dash."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment, zone)
    return f"{date_format(local, 'j M Y H.i')} {_ZONE_NAMES.get(zone.key, zone.key)}"


def two_lines(first: str, *rest: str) -> SafeString:
    """Return a cell with a main line and a smaller one below."""
    below = " ".join(rest)
    html = '<span class="a-cell"><span>{}</span><span class="c-subtle">{}</span></span>'
    return format_html(html, first, below)


def time_lines(moment: datetime | None, zone: ZoneInfo) -> SafeString:
    """Return a cell with the day and, below it, the time."""
    day, *time = shown_time(moment, zone).rsplit(" ", 2)
    return two_lines(day.replace(" ", "\u00a0"), *time)


def area_words(code: str | None, names: Mapping[str, str], *, top: int = 3) -> str:
    """Return the names of the areas around a code, the smallest first. top: the highest level."""
    if not code:
        return ""
    digits = [n for level, n in REGION_CODE_LENGTHS.items() if level >= top and n <= len(code)]
    found = [names[code[:n]] for n in reversed(digits) if code[:n] in names]
    return ", ".join(dict.fromkeys(found))


@dataclass(frozen=True)
class Photo:
    """An attachment as the page shows it. is_image: it has a thumbnail."""

    id: UUID
    name: str
    is_image: bool


@dataclass(frozen=True)
class Event:
    """One entry of the timeline. changes: (question, before, after)."""

    moment: datetime
    when: str
    title: str
    who: str
    words: str = ""
    style: str = ""
    device_when: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class UnitShown:
    """Everything on the page of one unit."""

    unit: Assignment
    status_style: str
    area: str
    levels: tuple[tuple[str, str, str], ...]
    times: tuple[tuple[str, str], ...]
    prelist: list[tuple[str, str]]
    pages: list[ShownPage]
    point: Point | None
    photos: Mapping[str, Photo]
    loose_photos: list[Photo]
    check: CheckShown
    form_version: int
    newest_version: int
    raw_answers: str
    raw_prelist: str
    events: list[Event]
    outcome: str


def unit_shown(unit: Assignment, satker: Satker, outcomes: Mapping[str, str]) -> UnitShown:
    """Gather one unit in the open scope. outcomes: labels of visit outcomes."""
    response, zone = unit.response, ZoneInfo(satker.time_zone)
    kegiatan = unit.kegiatan_statistik
    form = form_get(kegiatan.pk, response.form_version_used) or form_get(
        kegiatan.pk, kegiatan.form_version
    )
    check = ResponseCheck.objects.filter(pk=unit.pk).first()
    pages = answers_shown(form, response.responses or {}, remarks_of(unit, check))
    photos = {str(photo.id): photo for photo in photos_of(unit)}
    named = set(response.attachment_ids or ())
    return UnitShown(
        unit=unit,
        status_style=status_style(unit),
        area=area_words(unit.region_code, names := _names(unit), top=1),
        levels=tuple(_levels(unit, form, names)),
        times=tuple(_times(unit, zone)),
        prelist=prefilled_shown(form, unit.prefilled_data or {}),
        pages=pages,
        point=first_point(pages),
        photos=photos,
        loose_photos=[photo for key, photo in photos.items() if key not in named],
        check=check_shown(unit, check, pages, zone),
        form_version=response.form_version_used,
        newest_version=kegiatan.form_version,
        raw_answers=as_json(response.responses or {}),
        raw_prelist=as_json(unit.prefilled_data or {}),
        events=timeline(unit, form, zone),
        outcome=outcomes.get(response.visit_outcome, response.visit_outcome),
    )


def _names(unit: Assignment) -> dict[str, str]:
    return wilayah_names([unit.region_code]) if unit.region_code else {}


def _levels(
    unit: Assignment, form: CompiledForm | None, names: Mapping[str, str]
) -> Iterable[tuple[str, str, str]]:
    """Yield (name of the level, part of the code, name of the area)."""
    titles = level_names(form.schema) if form is not None else {}
    code = ""
    for number in range(1, 7):
        level = f"level_{number}_code"
        part = getattr(unit, level)
        if part is None:
            return
        code += part
        title = titles.get(level) or _("Level %(number)d") % {"number": number}
        yield title, part, names.get(code, "") if len(code) == REGION_CODE_LENGTHS[number] else ""


def _times(unit: Assignment, zone: ZoneInfo) -> Iterable[tuple[str, str]]:
    response = unit.response
    yield _("Made"), shown_time(unit.created_at, zone)
    for title, moment in (
        (_("Submitted by the PPL"), response.submitted_by_ppl_at),
        (_("Reviewed by the PML"), response.reviewed_by_pml_at),
        (_("Reviewed by the office"), response.reviewed_by_admin_at),
    ):
        if moment is not None:
            yield title, shown_time(moment, zone)


def photos_of(unit: Assignment) -> list[Photo]:
    """Return the attachments of a unit, oldest first."""
    rows = AssignmentAttachment.objects.filter(assignment=unit).order_by("created_at", "pk")
    return [Photo(row.pk, row.original_filename, bool(row.thumbnail_path)) for row in rows]


def remarks_of(unit: Assignment, check: ResponseCheck | None) -> Remarks:
    """Return the comments of the newest rejection, and what the check says, by question."""
    comments: dict[str, list[str]] = {}
    rows = list(ResponseComment.objects.filter(assignment_response=unit.response).order_by("-id"))
    newest = max((row.version for row in rows), default=0)
    for row in reversed(rows):
        if row.version == newest:
            comments.setdefault(row.path, []).append(row.text)
    faults: dict[str, list[str]] = {}
    if check is not None and check.version == unit.response.version:
        for entry in [*_entries(check.errors), *_entries(check.warnings)]:
            faults.setdefault(entry[0], []).append(entry[1])
    return Remarks(comments, faults)


def _entries(value: Any) -> list[tuple[str, str]]:
    """Return (path, message) of a verdict's list, whatever the engine wrote."""
    found = []
    for entry in value if isinstance(value, list) else []:
        if isinstance(entry, dict):
            path = entry.get("path") or entry.get("question") or ""
            found.append((str(path), str(entry.get("message") or entry.get("text") or "")))
        else:
            found.append(("", str(entry)))
    return found


def timeline(unit: Assignment, form: CompiledForm | None, zone: ZoneInfo) -> list[Event]:
    """Return what happened to a unit, the newest first."""
    response = unit.response
    rows = ResponseHistory.objects.filter(assignment_response=response).select_related("user")
    events = [_status_event(row, zone) for row in rows]
    events += _edit_events(unit, form, zone)
    if unit.cancelled_at is not None and unit.cancelled_by is not None:
        events.append(
            Event(
                unit.cancelled_at, shown_time(unit.cancelled_at, zone), _("Cancelled"),
                unit.cancelled_by.name, unit.cancel_reason, "a-gone",
            )
        )  # fmt: skip
    return sorted(events, key=lambda event: event.moment, reverse=True)


def _status_event(row: ResponseHistory, zone: ZoneInfo) -> Event:
    status = ResponseStatus(row.to_status)
    title = str(status.label)
    if row.from_status == row.to_status:
        title = _("Changed by the office")
    return Event(
        moment=row.created_at,
        when=shown_time(row.created_at, zone),
        title=title,
        who=row.user.name if row.user is not None else _("System"),
        words=row.notes or "",
        style="" if row.from_status == row.to_status else _STYLES[status],
        device_when=shown_time(row.device_at, zone) if row.device_at is not None else "",
    )


def _edit_events(unit: Assignment, form: CompiledForm | None, zone: ZoneInfo) -> list[Event]:
    """Return one event per edit: all answers that one version changed."""
    rows = AnswerChange.objects.filter(assignment_response=unit.response).select_related("user")
    edits: dict[int, list[AnswerChange]] = {}
    for row in rows.order_by("-id")[:CHANGES_SHOWN]:
        edits.setdefault(row.version, []).append(row)
    return [_edit_event(changes, form, zone) for changes in edits.values()]


def _edit_event(rows: Sequence[AnswerChange], form: CompiledForm | None, zone: ZoneInfo) -> Event:
    first = rows[0]
    return Event(
        moment=first.created_at,
        when=shown_time(first.created_at, zone),
        title=_("Answers edited"),
        who=first.user.name,
        style="c-running",
        changes=tuple(
            (question_title(form, row.path), change_words(form, row.path, row.old),
             change_words(form, row.path, row.new))
            for row in reversed(rows)
        ),
    )  # fmt: skip


def question_title(form: CompiledForm | None, path: str) -> str:
    """Return the text of the question that a path points to, else the path."""
    found = path_question(form.shape.scope, path) if form is not None else None
    return found.title if found is not None else path


def _row_words(form: CompiledForm, path: str, row: Mapping[str, Any]) -> str:
    """Return a row that came or went: its answers that are no rows themselves."""
    parts = []
    for key, value in row.items():
        question = path_question(form.shape.scope, f"{path}.{key}")
        if question is not None and not isinstance(value, (dict, list)):
            parts.append(f"{question.title}: {plain_answer(question, value)}")
    return "; ".join(parts) or _("an empty row")


def change_words(form: CompiledForm | None, path: str, value: Any) -> str:
    """Return one answer on one line."""
    if value is None:
        return "–"
    question = path_question(form.shape.scope, path) if form is not None else None
    if isinstance(value, dict) and "_id" in value and form is not None:
        return _row_words(form, path, value)
    if isinstance(value, bool) or (question is not None and question.is_multiple):
        return plain_answer(question, value) if question is not None else as_json(value)
    labels = question.labels if question is not None else {}
    if isinstance(value, (str, int, float)) and str(value) in labels:
        return labels[str(value)]
    return value if isinstance(value, str) else as_json(value)
