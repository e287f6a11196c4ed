"""One action on many units as a job: in steps of some hundred units, each a transaction.

A long writing transaction would make every phone fetch its changes again (design, section 8). Each
step writes, with its units, the last of their ids: whoever goes on after a kill, a cancel or a
fault begins behind it, so no unit is touched twice and the report is that of one undisturbed run.
"""

import csv
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.admin_acting import ACTION_NAMES, Wish
from assignments.admin_acting_many import BulkTask, RefusedUnit, check_task, units_act
from assignments.admin_selection import filter_from_json
from assignments.exporting.cells import neutralised
from assignments.job_arguments import activity_of, office_of, person_of
from assignments.models import Assignment
from cerdas.errors import CerdasError
from cerdas.jobs.errors import JobCancelled
from cerdas.jobs.files import job_files_drop
from cerdas.jobs.kinds import JobResult, JobRun, job_kind
from cerdas.jobs.steps import Step, step_facts, steps_forget

BULK = "assignments.bulk"
BATCH = 500
BAD_ROWS = "bad_rows"


@dataclass
class _Tally:
    """What the steps did so far."""

    done: int = 0
    refused: list[RefusedUnit] = field(default_factory=list)

    def add(self, facts: Mapping[str, Any]) -> None:
        self.done += facts.get("done", 0)
        self.refused += [RefusedUnit(**unit) for unit in facts.get("refused", ())]


@job_kind(BULK, title=gettext_lazy("Action on many units"), is_atomic=False)
def bulk_act(run: JobRun) -> JobResult:
    """Do one thing with every unit of a filter that allows it; list the others with reasons.

    arguments: kegiatan, filter, action, reason, ppl, pml (ids), as_of (ISO 8601). Units whose
    answers or status changed after as_of were not what the admin saw: they are left and listed.
    A cancelled job keeps what it has done and says how much; started again it does the rest.
    """
    try:
        task = _work(run)
    except CerdasError as error:
        _close_early(run, error)
        raise
    with run.step():
        tally = _told(run)
        is_refused = bool(tally.refused) and not tally.done
        if is_refused:
            steps_forget(run.job)  # nothing was done: started again it looks at all of them anew
    message = _("%(action)s: %(done)d units done, %(refused)d could not be") % {
        "action": ACTION_NAMES[task.wish.action],
        "done": tally.done,
        "refused": len(tally.refused),
    }
    return JobResult(message, _report(run, tally), is_refused=is_refused)


def _work(run: JobRun) -> BulkTask:
    """Take one step after the other until no unit is left."""
    with run.step() as step:
        task = _task(run)
        check_task(task)
        ids = _ids(run, task, step)
        seen = (step.before or {}).get("seen", 0)
        total = seen + len(ids)
        if step.before is None:
            step.keep({"seen": 0})
    for start in range(0, len(ids), BATCH):
        run.progress(seen + start, total)
        with run.step() as step:
            _take(step, task, ids[start : start + BATCH])
    return task


def _take(step: Step, task: BulkTask, ids: Sequence[UUID]) -> None:
    """Do those of the units that no other worker has done meanwhile."""
    before = step.before or {}
    ids = [unit for unit in ids if unit > _last(before)]
    if not ids:
        return
    outcome = units_act(task=task, ids=ids)
    step.keep(
        {
            "last": str(ids[-1]),
            "seen": before.get("seen", 0) + len(ids),
            "done": outcome.done,
            "refused": [unit.as_json() for unit in outcome.refused],
        }
    )


def _last(facts: Mapping[str, Any]) -> UUID:
    return UUID(facts["last"]) if "last" in facts else UUID(int=0)


def _task(run: JobRun) -> BulkTask:
    satker, arguments = office_of(run), run.arguments
    wish = Wish(
        action=str(arguments["action"]),
        reason=str(arguments.get("reason") or ""),
        ppl=person_of(satker, arguments.get("ppl")),
        pml=person_of(satker, arguments.get("pml")),
    )
    as_of = datetime.fromisoformat(str(arguments["as_of"]))
    return BulkTask(run.actor, satker, activity_of(run), wish, as_of)


def _ids(run: JobRun, task: BulkTask, step: Step) -> list[UUID]:
    """Return the units of the filter that are still to be looked at, in the order of locking.

    Those behind the last step are as the filter finds them, whatever the steps before did.
    """
    units = Assignment.objects.filter(satker=task.satker, kegiatan_statistik=task.kegiatan)
    units = filter_from_json(run.arguments.get("filter") or {}).apply(units)
    left = units.filter(pk__gt=_last(step.before or {}))
    return list(left.order_by("pk").values_list("pk", flat=True))


def _close_early(run: JobRun, error: CerdasError) -> None:
    """Say with a refusal or a cancel what had been done before it, and keep the file of refusals.

    Raises JobCancelled when another worker has ended the job.
    """
    with run.step() as step:
        if not (step.before or {}).get("seen"):
            return
        tally = _told(run)
    words = _("%(done)d units had been done before; they stay so.") % {"done": tally.done}
    if isinstance(error, JobCancelled):
        error.message = _("The job was cancelled.")
    error.message = f"{error.message} {words}"
    error.details |= _report(run, tally)


def _told(run: JobRun) -> _Tally:
    """Sum up the steps, and write the units that were refused to the job's one file of them."""
    tally = _Tally()
    for facts in step_facts(run.job):
        tally.add(facts)
    job_files_drop(job=run.job, role=BAD_ROWS)
    if tally.refused:
        with tempfile.TemporaryDirectory(prefix="cerdas-bulk-") as folder:
            path = Path(folder) / "refused.csv"
            _write_refused(path, tally.refused)
            run.attach(path, name="unit-tidak-diproses.csv", role=BAD_ROWS)
    return tally


def _report(run: JobRun, tally: _Tally) -> dict[str, Any]:
    action = run.arguments["action"]
    return {"action": action, "done": tally.done, "refused_count": len(tally.refused)}


def _write_refused(path: Path, refused: Sequence[RefusedUnit]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(["assignment_id", "region_code", "label", "ppl", "status", "reason"])
        for unit in refused:
            texts = (unit.region_code, unit.label, unit.ppl, unit.status, unit.why)
            sheet.writerow([unit.id, *map(neutralised, texts)])
