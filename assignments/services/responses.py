"""The one place where status and answers of a response change, whichever door asks.

The caller holds the scope of the satker and the lock on the assignment row. Versions, operation ids
and parking are the matter of assignments/sync. Source: spec, "Life of a response".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from assignments.errors import (
    NotEditable,
    PeriodClosed,
    PeriodOpen,
    UnknownFormVersion,
    WrongShape,
    WrongStatus,
)
from assignments.models import (
    AnswerChange,
    Assignment,
    AssignmentResponse,
    OperationType,
    ResponseCheck,
    ResponseComment,
    ResponseHistory,
    ResponseStatus,
)
from assignments.period import FieldPeriod, field_period
from assignments.services.check_gates import check_reason_given
from assignments.services.labelling import label_after, label_keep, label_made
from assignments.services.outcome import outcome_after
from assignments.workflow import Check, Period, Transition, transition_for, transitions_of
from cerdas.errors import Invalid, NotAllowed
from cerdas.prepared import row_insert, row_update
from kegiatan.form.canonical import CanonicalAnswers, accept_answers
from kegiatan.form.editing import answer_changes, merge_editable
from kegiatan.form.json_value import said
from kegiatan.forms import CompiledForm, form_get
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN, PML, PPL

EDITOR_OF_ROLE = {PPL: "PPL", PML: "PML", ADMIN_KEGIATAN: "admin"}
ARCHIVED = "_archived"
COMMENTS_PER_REJECTION = 500
COMMENT_LENGTH = 5_000
NOTES_LENGTH = 10_000


@dataclass(frozen=True)
class Comment:
    """A remark on one question of a rejected response."""

    path: str
    text: str


@dataclass(frozen=True)
class ActionData:
    """What an action carries; each action reads its own fields.

    responses: {question: JSON value}; for an edit only the questions that change, null to clear.
    """

    responses: Mapping[str, Any] | None = None
    form_version_used: int | None = None
    visit_outcome: str = ""
    label: str = ""
    verdict: Any = None
    engine: str = ""
    notes: str = ""
    comments: Sequence[Comment] = field(default_factory=tuple)


@dataclass
class Unit:
    """A locked assignment with its response, and who asks in which of its roles."""

    actor: User
    satker: Satker
    kegiatan: KegiatanStatistik
    assignment: Assignment
    response: AssignmentResponse
    roles: frozenset[str]

    @property
    def period(self) -> FieldPeriod:
        """Return the field period in the office's zone."""
        return field_period(self.kegiatan, self.satker)


def unit_roles(*, actor: User, assignment: Assignment, roles: frozenset[str]) -> frozenset[str]:
    """Return which of a person's roles in the kegiatan they hold on this unit."""
    held = set(roles & {ADMIN_KEGIATAN})
    if PPL in roles and assignment.ppl_id == actor.pk:
        held.add(PPL)
    if PML in roles and assignment.pml_id == actor.pk:
        held.add(PML)
    return frozenset(held)


def check_action(
    *, unit: Unit, action: str, device_at: datetime | None, now: datetime
) -> Transition:
    """Return the row of the table by which the actor may act now.

    Raises NotAllowed, WrongStatus, PeriodClosed, PeriodOpen.
    """
    if not transitions_of(action, unit.roles):
        raise NotAllowed
    row = transition_for(action, unit.response.status, unit.roles)
    if row is None or unit.assignment.cancelled_at is not None:
        raise WrongStatus(details={"status": unit.response.status, "action": action})
    if row.period is Period.FIELD and not unit.period.accepts(device_at=device_at, received_at=now):
        raise PeriodClosed(
            details={
                "start_date": unit.period.first.isoformat(),
                "end_date": unit.period.last.isoformat(),
            }
        )
    if row.period is Period.AFTER and not unit.period.is_over(now):
        raise PeriodOpen(details={"end_date": unit.period.last.isoformat()})
    return row


def response_act(
    *,
    unit: Unit,
    action: str,
    data: ActionData,
    device_at: datetime | None,
    now: datetime,
) -> None:
    """Carry out one action: response row, history, changes, comments; version + 1.

    device_at: the phone's clock, kept in the history; now: the server's, for the client's columns.
    Raises what `check_action` raises, ReasonRequired, Invalid, NotEditable, UnknownFormVersion,
    WrongShape.
    """
    row = check_action(unit=unit, action=action, device_at=device_at, now=now)
    _check_reason(unit.response, row, data)
    if action == OperationType.SUBMIT:
        response_submit(unit=unit, data=data, device_at=device_at, now=now)
    elif action == OperationType.EDIT:
        _edit(unit, row, data)
    else:
        _move(unit, row, data, device_at, now)


def _check_reason(response: AssignmentResponse, row: Transition, data: ActionData) -> None:
    check_notes_length(data.notes)
    if said(data.notes):
        return
    verdict = None
    if row.check is not Check.NONE:
        verdict = ResponseCheck.objects.filter(assignment_id=response.pk).first()
    check_reason_given(response, row, verdict)


def check_notes_length(notes: str) -> None:
    """Refuse a reason that is too long. Raises Invalid."""
    if len(notes) > NOTES_LENGTH:
        raise Invalid(
            _("The reason is longer than %(limit)d characters.") % {"limit": NOTES_LENGTH},
            details={"field": "notes"},
        )


def response_submit(
    *,
    unit: Unit,
    data: ActionData,
    device_at: datetime | None,
    now: datetime,
    notes: str | None = None,
    archive_faulty: bool = False,
) -> None:
    """Store a finished questionnaire and move the response to Submitted by PPL.

    Called by `response_act`, and by the office when it applies parked field work (notes: why;
    archive_faulty: keep answers of the wrong shape under `_archived` instead of refusing).
    Questions that a PPL may not edit keep the server's value.
    Raises UnknownFormVersion, WrongShape.
    """
    response = unit.response
    form = _form(unit.kegiatan, data.form_version_used)
    answers = data.responses or {}
    if archive_faulty:
        answers = _faulty_apart(form, answers, unit.assignment)
    accepted = _accepted(form, answers, unit.assignment)
    merged = _with_protected(form, response.responses or {}, accepted.answers)
    response.responses = merged
    response.attachment_ids = list(accepted.attachment_ids)
    response.form_version_used = form.version
    response.visit_outcome = data.visit_outcome
    response.device_verdict = data.verdict
    response.device_engine = data.engine
    response.submitted_by_ppl_at = now
    response.reviewed_by_pml_at = None
    response.reviewed_by_admin_at = None
    _save_with_status(
        unit,
        ResponseStatus.SUBMITTED_PPL,
        notes,
        device_at,
        [
            "responses",
            "attachment_ids",
            "form_version_used",
            "visit_outcome",
            "device_verdict",
            "device_engine",
            "submitted_by_ppl_at",
            "reviewed_by_pml_at",
            "reviewed_by_admin_at",
        ],
    )
    label_keep(unit.assignment, data.label.strip() or label_made(unit.assignment, form, merged))


def _with_protected(
    form: CompiledForm, before: dict[str, Any], sent: dict[str, Any]
) -> dict[str, Any]:
    """Return a PPL's answers with the server's value wherever they may not edit."""
    if not before and form.is_open_to_ppl:
        return sent  # most submits: the first of a form without protected questions
    return merge_editable(form.shape.scope, EDITOR_OF_ROLE[PPL], before, sent).answers


def _form(kegiatan: KegiatanStatistik, version: int | None) -> CompiledForm:
    form = form_get(kegiatan.pk, version) if version is not None else None
    if form is None:
        raise UnknownFormVersion(details={"form_version_used": version})
    return form


def _accepted(form: CompiledForm, answers: Any, assignment: Assignment) -> CanonicalAnswers:
    accepted = accept_answers(answers, shape=form.shape, assignment_id=assignment.pk)
    if accepted.faults:
        raise WrongShape(
            details={
                "faults": [
                    {"path": fault.path, "code": fault.code, "message": fault.message}
                    for fault in accepted.faults
                ]
            }
        )
    return accepted


def _faulty_apart(
    form: CompiledForm, answers: Mapping[str, Any], assignment: Assignment
) -> dict[str, Any]:
    """Return the answers with every question that has a fault moved, whole, to `_archived`."""
    found = accept_answers(dict(answers), shape=form.shape, assignment_id=assignment.pk)
    faulty = {re.split(r"[.\[]", fault.path, maxsplit=1)[0] for fault in found.faults}
    kept = {name: value for name, value in answers.items() if name not in faulty}
    archived = {name: answers[name] for name in faulty if name in answers}
    before = kept.get(ARCHIVED)
    if archived:
        kept[ARCHIVED] = {**(before if isinstance(before, dict) else {}), **archived}
    return kept


def _edit(unit: Unit, row: Transition, data: ActionData) -> None:
    """Change single answers; every change is recorded, the label follows. No change: no version."""
    response = unit.response
    form = _form(unit.kegiatan, response.form_version_used)
    before: dict[str, Any] = response.responses or {}
    _check_known(form, before, data.responses or {})
    wanted = {**before, **(data.responses or {})}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    accepted = _accepted(form, wanted, unit.assignment)
    merged = merge_editable(form.shape.scope, EDITOR_OF_ROLE[row.role], before, accepted.answers)
    if merged.refused_paths:
        raise NotEditable(details={"paths": list(merged.refused_paths)[:100]})
    changes = answer_changes(before, merged.answers)
    if not changes:
        return
    response.responses = merged.answers
    response.attachment_ids = list(accepted.attachment_ids)
    response.visit_outcome = outcome_after(
        form.shape.scope, response.visit_outcome, before, merged.answers
    )
    response.version += 1
    fields = ["responses", "attachment_ids", "visit_outcome", "version", "updated_at"]
    response.save(update_fields=fields)
    label_keep(unit.assignment, label_after(unit.assignment, form, before, merged.answers))
    AnswerChange.objects.bulk_create(
        AnswerChange(
            assignment_response=response,
            satker=unit.satker,
            user=unit.actor,
            path=change.path[:1000],
            old=change.old,
            new=change.new,
            version=response.version,
        )
        for change in changes
    )


def _check_known(form: CompiledForm, before: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Refuse an edit of what is no question: it would change nothing. Raises Invalid."""
    scope = form.shape.scope
    for name in changes:
        is_there = name in before and name != ARCHIVED  # of an older version: may be taken away
        if not is_there and scope.owner(name) is None and not scope.is_computed(name):
            raise Invalid(
                _("%(question)s is no question of this form.") % {"question": name[:100]},
                details={"field": "responses", "question": name[:100]},
            )


def _move(
    unit: Unit, row: Transition, data: ActionData, device_at: datetime | None, now: datetime
) -> None:
    """Change the status only, with its timestamps, reason and comments."""
    response = unit.response
    target = row.target or response.status
    times = times_of(row, now)
    for name, moment in times.items():
        setattr(response, name, moment)
    _save_with_status(unit, target, said(data.notes) or None, device_at, list(times))
    if row.action == OperationType.REJECT and data.comments:
        ResponseComment.objects.bulk_create(
            ResponseComment(
                assignment_response=response,
                satker=unit.satker,
                user=unit.actor,
                path=comment.path,
                text=comment.text,
                version=response.version,
            )
            for comment in data.comments
        )


def times_of(row: Transition, now: datetime) -> dict[str, datetime | None]:
    """Return the columns in which a review is dated, with their values."""
    moment = None if row.action == OperationType.REVERT_APPROVAL else now
    if row.role == PML:
        return {"reviewed_by_pml_at": moment}
    if row.role == ADMIN_KEGIATAN:
        return {"reviewed_by_admin_at": moment}
    return {}


def _save_with_status(
    unit: Unit, target: str, notes: str | None, device_at: datetime | None, fields: list[str]
) -> None:
    response = unit.response
    before = response.status
    response.status = target
    response.version += 1
    if notes:
        response.notes = notes
        fields = [*fields, "notes"]
    row_update(response, [*fields, "status", "version", "updated_at"])
    row_insert(
        ResponseHistory(
            assignment_response_id=response.pk,
            satker_id=unit.satker.pk,
            user_id=unit.actor.pk,
            from_status=before,
            to_status=target,
            notes=notes,
            version=response.version,
            device_at=device_at,
        )
    )
