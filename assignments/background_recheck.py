"""The job that judges all answers of an activity in an office again.

It works in steps, each with the last unit it did: whoever goes on after a kill or a cancel begins
behind it. V8 runs in a process of its own, as in the check workers.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.checking.queue import answers_read
from assignments.checking.rechecking import (
    RECHECK,
    Changed,
    answers_rejudge,
    sent_units,
    verdicts_renew,
)
from assignments.job_arguments import activity_of, office_of
from assignments.models import Assignment, CheckState
from cerdas.jobs.errors import JobCancelled
from cerdas.jobs.files import job_files_drop
from cerdas.jobs.kinds import JobResult, JobRun, job_kind
from cerdas.jobs.steps import step_facts
from cerdas.tables import table_write
from cerdas.tenancy import tenant_scope
from kegiatan.form.engine_process import EngineProcess

BATCH = 20
RESULT = "result"
_HEADER = ("assignment_id", "region_code", "label", "ppl", "before", "after", "errors")
_COUNTS = ("passed", "failed", "left")


@job_kind(RECHECK, title=gettext_lazy("New check of all answers"), is_atomic=False)
def recheck(run: JobRun) -> JobResult:
    """Judge every response that has arrived. arguments: kegiatan.

    A cancelled job keeps what it has done; started again it does the rest.
    """
    satker = office_of(run)
    with run.step() as step:
        before = step.before or {}
        ids = sent_units(activity_of(run), satker, after=_last(before))
        seen = before.get("seen", 0)
    total = seen + len(ids)
    process = EngineProcess()
    try:
        for start in range(0, len(ids), BATCH):
            run.progress(seen + start, total)
            _take(run, process, satker.pk, ids[start : start + BATCH])
        run.progress(total, total)
    except JobCancelled as error:
        done = _told(run)
        error.message = " ".join((_("The job was cancelled."), done.message))
        error.details |= done.report
        raise
    finally:
        process.close()
    return _told(run)


def _last(facts: object) -> UUID:
    known = facts.get("last") if isinstance(facts, dict) else None
    return UUID(known) if known else UUID(int=0)


def _take(run: JobRun, process: EngineProcess, satker_id: UUID, ids: Sequence[UUID]) -> None:
    """Judge some units, then keep the verdicts unless another worker has been here meanwhile."""
    with tenant_scope(satker_id):
        answers = answers_read(ids)
    judged = answers_rejudge(process, answers)
    with run.step() as step:
        before = step.before or {}
        if _last(before) >= ids[-1]:
            return
        batch = verdicts_renew(judged, satker_id)
        step.keep(
            {
                "last": str(ids[-1]),
                "seen": before.get("seen", 0) + len(ids),
                **{name: getattr(batch, name) for name in _COUNTS},
                "changed": [unit.as_json() for unit in batch.changed],
            }
        )


def _told(run: JobRun) -> JobResult:
    """Sum up the steps, and write the units whose verdict is another to the job's one file."""
    counts: Counter[str] = Counter()
    changed: list[Changed] = []
    with run.step():
        for facts in step_facts(run.job):
            counts.update({name: facts.get(name, 0) for name in _COUNTS})
            changed += [Changed(**unit) for unit in facts.get("changed", ())]
        job_files_drop(job=run.job, role=RESULT)
        if changed:
            with tempfile.TemporaryDirectory(prefix="cerdas-recheck-") as folder:
                path = Path(folder) / "changed.csv"
                table_write(path, [_HEADER, *_rows(changed)])
                run.attach(path, name="hasil-pemeriksaan-berubah.csv", role=RESULT)
    moves = Counter(f"{unit.before}_to_{unit.after}" for unit in changed)
    report = {
        "responses": counts["passed"] + counts["failed"],
        **{name: counts[name] for name in _COUNTS},
        "changed": len(changed),
        **dict(sorted(moves.items())),
    }
    message = _("%(responses)d responses checked, %(changed)d with another verdict than before")
    return JobResult(message % report, report)


def _rows(changed: Sequence[Changed]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(changed), 1_000):
        part = changed[start : start + 1_000]
        units = Assignment.objects.filter(pk__in=[unit.id for unit in part]).select_related("ppl")
        found = {str(row.pk): row for row in units.defer("prefilled_data")}
        for unit in part:
            row = found[unit.id]
            words = (str(CheckState(unit.before).label), str(CheckState(unit.after).label))
            facts = (row.region_code or "", row.assignment_label, row.ppl.email)
            yield (unit.id, *facts, *words, str(unit.errors))
