"""Editing of answers by the office: what was typed, what follows from it, and saving it.

The page carries the answers as they were opened (`base`) and as the person wants them (`wanted`).
Their difference is what was typed; it is applied to the answers that are stored now. The verdict
is the engine's: hidden answers go, computed ones are made anew. Source: spec, "Life of a response".
"""

import logging
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from assignments.admin_acting import OFFICE_ROLES, ChangedMeanwhile
from assignments.models import Assignment, OperationType
from assignments.services.crew import check_manages_units
from assignments.services.reassigning import lock_units
from assignments.services.responses import ActionData, Unit, check_action, response_act
from kegiatan.form.canonical import accept_answers
from kegiatan.form.editing import AnswerDiff, answer_changes, merge_editable
from kegiatan.form.engine_process import EngineGone, shared_process
from kegiatan.form.engine_results import Verdict
from kegiatan.form.json_path import row_key, split_path
from kegiatan.form.json_value import JsonObject, JsonValue, same_json
from kegiatan.form.shape import ShapeFault
from kegiatan.forms import CompiledForm
from masterdata.choices import choices_named
from satker.models import Satker, User

logger = logging.getLogger(__name__)
EDITOR = "admin"


@dataclass(frozen=True)
class EditJudged:
    """Answers as they would be stored, what changes, and what the engine says.

    typed: what the person changed; follows: what the form changes on account of it.
    faults: of the wrong shape, nothing can be saved; verdict: None when the engine gave none.
    """

    answers: JsonObject
    typed: tuple[AnswerDiff, ...]
    follows: tuple[AnswerDiff, ...]
    faults: tuple[ShapeFault, ...]
    verdict: Verdict | None


def edit_allowed(*, actor: User, satker: Satker, unit: Assignment, now: datetime) -> None:
    """Check that an admin_kegiatan may edit the answers of a unit now.

    Raises WrongStatus, PeriodOpen.
    """
    held = Unit(actor, satker, unit.kegiatan_statistik, unit, unit.response, OFFICE_ROLES)
    check_action(unit=held, action=OperationType.EDIT, device_at=None, now=now)


def edit_judge(
    *,
    form: CompiledForm,
    unit: Assignment,
    stored: JsonObject,
    base: JsonObject,
    wanted: JsonObject,
    zone: ZoneInfo,
    locale: str,
) -> EditJudged:
    """Return what saving would store; writes nothing. Protected questions keep their value."""
    typed = tuple(answer_changes(base, wanted))
    asked, _lost = changes_applied(stored, typed)
    accepted = accept_answers(asked, shape=form.shape, assignment_id=unit.pk)
    if accepted.faults:
        return EditJudged(stored, typed, (), accepted.faults, None)
    scope = form.shape.scope
    merged = merge_editable(scope, EDITOR, stored, accepted.answers).answers
    verdict = verdict_of(form, unit, merged, zone, locale)
    if verdict is not None:
        merged = merge_editable(scope, EDITOR, stored, verdict.answers).answers
    changes = answer_changes(stored, merged)
    paths = {change.path for change in typed}
    mine = tuple(change for change in changes if change.path in paths)
    follows = tuple(change for change in changes if change.path not in paths)
    return EditJudged(merged, mine, follows, (), verdict)


def verdict_of(
    form: CompiledForm, unit: Assignment, answers: JsonObject, zone: ZoneInfo, locale: str
) -> Verdict | None:
    """Return the engine's verdict on answers, or None when it gives none."""
    request = {
        "key": f"{form.kegiatan_id} {form.version}",
        "answers": answers,
        "prefilled": unit.prefilled_data or {},
        "locale": locale,
        "now": office_now(zone),
        "assignment_id": str(unit.pk),
    }
    try:
        with shared_process("edit") as process:
            verdict = process.verdict(request, form.schema)
            known = _known(form, verdict)
            if known:
                verdict = process.verdict({**request, "known": known}, form.schema)
            return verdict
    except EngineGone as gone:
        logger.warning("no verdict while editing %s: %s", unit.pk, gone.reason)
        return None


def office_now(zone: ZoneInfo) -> str:
    """Return the wall-clock time of an office as the engine takes it."""
    return f"{timezone.localtime(timezone.now(), zone):%Y-%m-%dT%H:%M}"


def master_version(form: CompiledForm, kind: str) -> int | None:
    """Return the version of a dataset that a form names; None: the one in use."""
    used = form.schema.get("masters_used")
    for entry in used if isinstance(used, list) else []:
        if isinstance(entry, dict) and entry.get("type") == kind:
            version = entry.get("version")
            return version if isinstance(version, int) else None
    return None


def _known(form: CompiledForm, verdict: Verdict) -> dict[str, list[str]]:
    """Return, per dataset that is loaded, which of the codes in the answers exist."""
    asked: dict[str, set[str]] = {}
    for lookup in verdict.lookups:
        asked.setdefault(lookup.type, set()).add(lookup.code)
    known = {}
    for kind, codes in asked.items():
        named = choices_named(kind, master_version(form, kind), codes)
        if named is not None:
            known[kind] = sorted(named)
    return known


def edit_save(
    *, actor: User, satker: Satker, unit: Assignment, version: int, judged: EditJudged
) -> None:
    """Store judged answers, as admin_kegiatan; every change is recorded.

    version: of the response that they were judged on; a newer one raises ChangedMeanwhile.
    Raises what the services raise: NotAllowed, WrongStatus, PeriodOpen, WrongShape ...
    """
    kegiatan = unit.kegiatan_statistik
    with transaction.atomic():
        check_manages_units(actor=actor, satker=satker, kegiatan=kegiatan)
        locked = lock_units(kegiatan=kegiatan, assignment_ids=[unit.pk])[0]
        if locked.response.version != version:
            raise ChangedMeanwhile(details={"version": locked.response.version})
        before: JsonObject = locked.response.responses or {}
        keys = [*before, *(key for key in judged.answers if key not in before)]
        changed = {
            key: judged.answers.get(key)
            for key in keys
            if key != "_archived" and not same_json(before.get(key), judged.answers.get(key))
        }
        response_act(
            unit=Unit(actor, satker, kegiatan, locked, locked.response, OFFICE_ROLES),
            action=OperationType.EDIT,
            data=ActionData(responses=changed),
            device_at=None,
            now=timezone.now(),
        )


def changes_applied(
    answers: JsonObject, changes: Sequence[AnswerDiff]
) -> tuple[JsonObject, tuple[AnswerDiff, ...]]:
    """Return answers with changes made in them, and the changes whose row is not there any more."""
    result: JsonObject = deepcopy(answers)
    lost = [change for change in changes if not _apply(result, change)]
    return result, tuple(lost)


def _apply(answers: JsonObject, change: AnswerDiff) -> bool:
    parsed = split_path(change.path)
    if parsed is None:
        return False
    steps, last = parsed
    place = answers
    for number, (key, wanted) in enumerate(steps):
        if not last and number == len(steps) - 1:
            return _apply_row(place, key, wanted, change.new)
        found = _row(place.get(key), wanted)
        if found is None:
            return False
        place = found
    if change.new is None:
        place.pop(last, None)
    else:
        place[last] = change.new
    return True


def _apply_row(place: JsonObject, key: str, wanted: str, new: JsonValue) -> bool:
    """Add a row, or take it away (new: None); a row that is gone already is no loss."""
    rows = place.get(key)
    kept = rows if isinstance(rows, list) else []
    there = _row(kept, wanted)
    if new is None:
        place[key] = [row for row in kept if row is not there]
    elif there is None:
        place[key] = [*kept, new]
    return True


def _row(rows: JsonValue, wanted: str) -> JsonObject | None:
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict) and row_key(row, index) == wanted:
            return row
    return None
