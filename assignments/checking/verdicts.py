"""What the engine says about one response, and where it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import orjson
from django.db import Error
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from assignments.models import CheckState, ResponseCheck
from kegiatan.form.engine_process import EngineGone, EngineProcess
from kegiatan.forms import CompiledForm, form_get
from masterdata.choices import choices_named

LOCALE = "id"
FINDINGS_KEPT = 300  # of errors, and of warnings
MESSAGE_KEPT = 500
GAVE_UP = "engine_gave_up"
# What the engine may compute on answers, attempt by attempt; after the last it gives up.
SECONDS = (3.0, 6.0, 12.0)
Outcome = Literal["passed", "failed"]


@dataclass(frozen=True)
class Answers:
    """What is to be judged.

    responses, prefilled: JSON text of an object; now: wall-clock time of the office,
    `2026-11-20T19:00`.
    """

    assignment_id: UUID
    version: int
    kegiatan_id: UUID
    form_version: int
    responses: str
    prefilled: str
    now: str


@dataclass(frozen=True)
class Judged:
    """A verdict on one version of the answers, cut to what is kept."""

    assignment_id: UUID
    version: int
    state: Outcome
    engine: str
    errors: Sequence[Mapping[str, Any]]
    warnings: Sequence[Mapping[str, Any]]


def answers_judge(process: EngineProcess, answers: Answers, *, failures: int = 0) -> Judged:
    """Return the engine's verdict. Raises EngineGone when it gives none.

    failures: how often it gave none on these answers; it may take longer each time. Whatever a
    questionnaire that was published once makes our own code do is such a failure too.
    """
    seconds = SECONDS[min(failures, len(SECONDS) - 1)]
    try:
        return _judged(process, answers, seconds)
    except (EngineGone, Error):
        raise
    except Exception as error:  # its text may quote an answer
        raise EngineGone(type(error).__name__) from None


def _judged(process: EngineProcess, answers: Answers, seconds: float) -> Judged:
    form = form_get(answers.kegiatan_id, answers.form_version)
    if form is None:
        raise EngineGone("no_form")
    request = {
        "key": f"{form.kegiatan_id} {form.version}",
        "answers": orjson.Fragment(answers.responses),
        "prefilled": orjson.Fragment(answers.prefilled),
        "locale": LOCALE,
        "now": answers.now,
        "assignment_id": str(answers.assignment_id),
    }
    reply = process.judge(request, form.schema, seconds=seconds)
    known = _known_if_some_are_not(form, reply["lookups"])
    if known:
        reply = process.judge({**request, "known": known}, form.schema, seconds=seconds)
    errors, warnings = _kept(reply["errors"]), _kept(reply["warnings"])
    return Judged(
        assignment_id=answers.assignment_id,
        version=answers.version,
        state="failed" if errors else "passed",
        engine=str(reply["engine"]),
        errors=errors,
        warnings=warnings,
    )


def gave_up(answers: Answers, reason: str, engine: str) -> Judged:
    """Return the verdict on answers that the engine could not judge. reason: of EngineGone."""
    with override(LOCALE):
        words = _(
            "The check of the answers could not be finished (%(reason)s). Tell the help desk."
        )
        message = words % {"reason": _reason_words(reason)}
    fault = {
        "path": "", "part": "", "code": GAVE_UP, "reason": reason,
        "message": message, "title": "", "page": "",
    }  # fmt: skip
    return Judged(answers.assignment_id, answers.version, "failed", engine, [fault], [])


def _reason_words(reason: str) -> str:
    words = {
        "timeout": _("it took too long"),
        "hung": _("it did not end"),
        "out_of_memory": _("it needed too much memory"),
        "crashed": _("the engine crashed"),
        "no_form": _("the version of the questionnaire is not here"),
    }
    return words.get(reason) or _("the questionnaire has a fault")


def verdicts_write(judged: Sequence[Judged], satker_id: UUID) -> None:
    """Keep verdicts, in place of earlier ones. Runs in the office's scope, the units locked."""
    now = timezone.now()
    ResponseCheck.objects.bulk_create(
        [
            ResponseCheck(
                assignment_id=one.assignment_id,
                satker_id=satker_id,
                version=one.version,
                engine=one.engine,
                state=CheckState(one.state),
                errors=list(one.errors),
                warnings=list(one.warnings),
                created_at=now,
                updated_at=now,
            )
            for one in judged
        ],
        update_conflicts=True,
        unique_fields=["assignment"],
        update_fields=["version", "engine", "state", "errors", "warnings", "updated_at"],
    )


def _kept(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return findings as they are stored: not too many, not too long, without NUL."""
    return [
        {
            name: value.replace("\x00", "")[:MESSAGE_KEPT] if isinstance(value, str) else value
            for name, value in finding.items()
        }
        for finding in findings[:FINDINGS_KEPT]
    ]


def _known_if_some_are_not(
    form: CompiledForm, lookups: Sequence[Sequence[str]]
) -> dict[str, list[str]]:
    """Return, per data set, which of the codes exist; {} when all do, as the first verdict assumed.

    A data set that is not loaded here cannot be judged and is left out.
    """
    asked: dict[str, set[str]] = {}
    for _path, kind, code in lookups:
        asked.setdefault(kind, set()).add(code)
    if not asked:
        return {}
    versions = _master_versions(form)
    known = {}
    for kind, codes in asked.items():
        there = choices_named(kind, versions.get(kind), codes)
        if there is not None:
            known[kind] = sorted(there)
    is_complete = all(len(known.get(kind, codes)) == len(codes) for kind, codes in asked.items())
    return {} if is_complete else known


def _master_versions(form: CompiledForm) -> dict[str, int]:
    used = form.schema.get("masters_used")
    return {
        entry["type"]: entry["version"]
        for entry in (used if isinstance(used, list) else [])
        if isinstance(entry, dict) and entry.get("type") and isinstance(entry.get("version"), int)
    }
