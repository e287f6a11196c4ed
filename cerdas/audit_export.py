"""The audit trail as a CSV file, made by a job."""

import csv
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.exporting.cells import neutralised
from cerdas.jobs.kinds import JobResult, JobRun
from cerdas.jobs.services import job_start
from cerdas.models import AuditEntry, Job
from cerdas.selectors import audit_entries
from satker.access import check_satker_admin, check_super_admin
from satker.models import Satker, User

KIND = "cerdas.audit_export"
PAGE_ROWS = 1_000
HEADERS = (
    "at",
    "satker",
    "actor_name",
    "actor_email",
    "origin",
    "address",
    "request",
    "action",
    "table",
    "row_id",
    "label",
    "changes",
)


@dataclass(frozen=True)
class AuditFilter:
    """Which entries; see `cerdas.selectors.audit_entries`. since, until: ISO 8601 or ''."""

    search: str = ""
    actor: str = ""
    table: str = ""
    action: str = ""
    origin: str = ""
    since: str = ""
    until: str = ""

    def entries(self, satker: Satker | None) -> QuerySet[AuditEntry]:
        """Return the entries of an office, or of all for super_admin."""
        return audit_entries(
            satker=satker,
            search=self.search,
            actor=self.actor,
            table=self.table,
            action=self.action,
            origin=self.origin,
            since=datetime.fromisoformat(self.since) if self.since else None,
            until=datetime.fromisoformat(self.until) if self.until else None,
        )


def audit_export_start(
    *, actor: User, satker: Satker | None, chosen: AuditFilter | None = None
) -> Job:
    """Start the export of an office's entries, or of everything (satker None) by super_admin.

    Raises NotAllowed, NotFound.
    """
    _check_exports(actor, satker)
    return job_start(
        actor=actor,
        satker=satker,
        kind=KIND,
        title=_("Export of the audit trail"),
        arguments=asdict(chosen or AuditFilter()),
    )


def audit_export(run: JobRun) -> JobResult:
    """Write the entries to `audit.csv` (UTF-8, times in UTC) and attach it.

    Text that a spreadsheet would calculate gets a leading `'`.
    """
    _check_exports(run.actor, run.satker)
    entries = _filter_of(run.arguments).entries(run.satker)
    total = entries.count()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.csv"
        written = _write(path, entries, run, total)
        run.attach(path, name="audit.csv")
    message = ngettext("%(count)d entry written.", "%(count)d entries written.", written)
    return JobResult(message % {"count": written}, {"rows": written})


def _check_exports(actor: User, satker: Satker | None) -> None:
    if satker is None:
        check_super_admin(actor)
    else:
        check_satker_admin(actor=actor, satker_id=satker.pk)


def _filter_of(arguments: Mapping[str, Any]) -> AuditFilter:
    known = AuditFilter.__dataclass_fields__
    return AuditFilter(**{name: str(value) for name, value in arguments.items() if name in known})


def _write(path: Path, entries: QuerySet[AuditEntry], run: JobRun, total: int) -> int:
    written = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADERS)
        for page in _pages(entries):
            writer.writerows(map(neutralised, _cells(entry)) for entry in page)
            written += len(page)
            run.progress(written, max(total, written))
    return written


def _pages(entries: QuerySet[AuditEntry]) -> Iterator[list[AuditEntry]]:
    """Yield the entries newest first, a page at a time: memory stays flat."""
    rows = entries.order_by("-id")
    page = list(rows[:PAGE_ROWS])
    while page:
        yield page
        page = list(rows.filter(id__lt=page[-1].pk)[:PAGE_ROWS])


def _cells(entry: AuditEntry) -> list[str]:
    return [
        entry.at.isoformat(timespec="milliseconds"),
        entry.satker.code if entry.satker else "",
        entry.actor.name if entry.actor else "",
        entry.actor.email if entry.actor else "",
        entry.origin,
        entry.address,
        entry.request,
        entry.action,
        entry.table_name,
        entry.row_id,
        entry.label,
        json.dumps(entry.changes, ensure_ascii=False, sort_keys=True),
    ]
