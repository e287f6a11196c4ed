"""What the designer of questionnaires asks: faults with their lines, and a verdict on test answers.

Stores nothing. A form is opened by the engine in a process of its own, which stays for a while
since designers ask often; one request at a time.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cerdas.errors import Invalid
from kegiatan.errors import EngineBusy, EngineGaveUp
from kegiatan.form import caps
from kegiatan.form.canonical import accept_answers
from kegiatan.form.editing import FIELD_ROLE, merge_editable
from kegiatan.form.engine import checksum, read_bundle
from kegiatan.form.engine_process import EngineGone, EngineProcess, shared_process
from kegiatan.form.engine_results import Inspection, Verdict
from kegiatan.form.form_text import parse_form
from kegiatan.form.json_value import JsonObject, json_depth
from kegiatan.form.linting import LintReport, lint_form
from kegiatan.form.linting_engine import EngineInspector
from kegiatan.form.placed_faults import PlacedFault, faults_placed
from kegiatan.form.shape import ShapeFault, compile_shape
from kegiatan.services.drafting import check_draft_text
from kegiatan.services.publishing import faults_refused
from masterdata.choices import choices_named
from masterdata.selectors import dataset_versions
from satker.access import check_super_admin
from satker.models import User

# Roles of people -> those of questionnaires, which name themselves.
TRIED_ROLES = {
    "ppl": "PPL", "pml": "PML", "admin_kegiatan": "admin",
    "PPL": "PPL", "PML": "PML", "admin": "admin",
}  # fmt: skip
WAIT_SECONDS = 5.0  # for another designer's request in this process
TRIED_UNIT = UUID(int=0)  # of test answers: NO_ASSIGNMENT of pwa/src/engine, so rows are the same
PURPOSE = "design"
_turn = threading.Lock()


@contextmanager
def _alone() -> Iterator[None]:
    """Let one request of a designer at a time use the engine. Raises EngineBusy."""
    if not _turn.acquire(timeout=WAIT_SECONDS):
        raise EngineBusy
    try:
        yield
    finally:
        _turn.release()


class _Engine:
    """The engine that the linter asks for a designer."""

    def inspect(self, form: dict[str, Any]) -> Inspection:
        """Return what survey-core says about a form. Raises EngineGone, EngineError."""
        read_bundle()
        with shared_process(PURPOSE) as process:
            return process.inspect(form)


@dataclass(frozen=True)
class PlacedReport:
    """What the linter says about a text. publishable: without a fault that forbids it."""

    faults: tuple[PlacedFault, ...]
    questions: int
    publishable: bool


def draft_lint(*, actor: User, text: str) -> PlacedReport:
    """Return every fault of a text with its place. Raises NotAllowed, Invalid, EngineBusy."""
    check_super_admin(actor)
    check_draft_text(text)
    form, fault = parse_form(text)
    report = LintReport("unknown", 0, 0, (fault,) if fault is not None else ())
    if fault is None:
        with _alone():
            engine = EngineInspector(_Engine())
            report = lint_form(form, masters=dataset_versions(), engine=engine)
    if any(fault.code == "engine_busy" for fault in report.faults):
        raise EngineBusy
    placed = tuple(faults_placed(text, report.faults))
    return PlacedReport(placed, report.questions, not report.errors)


@dataclass(frozen=True)
class TriedAnswers:
    """What would come of a submit. faults: of the wrong shape, then there is no verdict.

    protected: paths of answers that the role may not give; a submit goes on without them.
    """

    faults: tuple[ShapeFault, ...]
    protected: tuple[str, ...] = ()
    verdict: Verdict | None = None

    def as_json(self) -> dict[str, Any]:
        """Return {state, protected, errors, warnings, blanks, label, ...} as JSON has them.

        state: passed, failed, or refused, where the errors are those of the shape.
        """
        if self.verdict is None:
            errors = [{**asdict(f), "part": "", "title": "", "page": ""} for f in self.faults]
            return {"state": "refused", "protected": [], "errors": errors, "warnings": []}
        state = "passed" if self.verdict.passed else "failed"
        return {**asdict(self.verdict), "state": state, "protected": list(self.protected)}


def draft_try(
    *,
    actor: User,
    form: object,
    answers: Mapping[str, Any],
    prefilled: Mapping[str, Any],
    role: str,
    locale: str,
) -> TriedAnswers:
    """Judge test answers with a form as the office judges a submit of them.

    role: a key of TRIED_ROLES. A PPL sends answers anew; what another role tries out counts as
    stored already. Raises NotAllowed, Invalid, FormFaulty (a faulty form is never judged),
    EngineBusy, EngineGaveUp.
    """
    check_super_admin(actor)
    _check_tried(role, prefilled)
    with _alone():
        sound = _sound_form(form)
        shape = compile_shape(sound)
        accepted = accept_answers(dict(answers), shape=shape, assignment_id=TRIED_UNIT)
        if accepted.faults:
            return TriedAnswers(accepted.faults)
        kept, protected = accepted.answers, tuple[str, ...]()
        if TRIED_ROLES[role] == FIELD_ROLE:
            merged = merge_editable(shape.scope, FIELD_ROLE, {}, accepted.answers)
            kept, protected = merged.answers, merged.refused_paths
        verdict = _verdict(sound, kept, dict(prefilled), locale)
    return TriedAnswers((), protected, verdict)


def _check_tried(role: str, prefilled: Mapping[str, Any]) -> None:
    depth = json_depth(dict(prefilled), cap=caps.ANSWER_DEPTH)
    wrong = "role" if role not in TRIED_ROLES else "prefilled" if depth > caps.ANSWER_DEPTH else ""
    if wrong:
        raise Invalid(details={"fields": {wrong: [_("The field has the wrong form.")]}})


def _sound_form(form: object) -> dict[str, Any]:
    """Return a form without faults. Raises FormFaulty."""
    report: LintReport = lint_form(form, masters=dataset_versions())
    if report.errors or not isinstance(form, dict):
        raise faults_refused(report.faults)
    return form


def _verdict(
    form: dict[str, Any], answers: JsonObject, prefilled: dict[str, Any], locale: str
) -> Verdict:
    request = {
        "key": checksum(form), "answers": answers, "prefilled": prefilled, "locale": locale,
        "now": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "assignment_id": str(TRIED_UNIT),
    }  # fmt: skip
    try:
        with shared_process(PURPOSE) as process:
            return _with_lookups(process, request, form)
    except EngineGone as gone:
        if gone.reason == "busy":
            raise EngineBusy from gone
        raise EngineGaveUp(details={"reason": gone.reason}) from gone


def _with_lookups(process: EngineProcess, request: dict[str, Any], form: dict[str, Any]) -> Verdict:
    """Judge; once more where answers look up codes in data sets that are loaded here."""
    verdict = process.verdict(request, form)
    asked: dict[str, set[str]] = {}
    for lookup in verdict.lookups:
        asked.setdefault(lookup.type, set()).add(lookup.code)
    known = {}
    for kind, codes in asked.items():
        named = choices_named(kind, master_version(form, kind), codes)
        if named is not None:
            known[kind] = sorted(named)
    return process.verdict({**request, "known": known}, form) if known else verdict


def master_version(form: Mapping[str, Any], kind: str) -> int | None:
    """Return the version of a data set that a form names; None: the one in use."""
    used = form.get("masters_used")
    for entry in used if isinstance(used, list) else []:
        if isinstance(entry, dict) and entry.get("type") == kind:
            version = entry.get("version")
            return version if isinstance(version, int) else None
    return None
