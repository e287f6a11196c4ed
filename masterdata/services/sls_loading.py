"""Load the region master from the office's files: all or nothing, one short transaction."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.errors import CerdasError
from cerdas.tenancy import super_scope
from masterdata.bad_rows import bad_rows_write
from masterdata.browsing import region_counts_forget
from masterdata.reports import LoadReport, Progress, Refusal, no_progress
from masterdata.sls_columns import HEADERS, NAMES, OPTIONAL
from masterdata.sls_reading import CONTENT, SlsFile

from .sls_staging import STAGE, Stage, staged
from .use_checks import areas_in_use, registered_columns

# Advisory locks. LOADING: one load at a time. REGIONS: shared by who makes rows that point into
# the region master, exclusive for a removal, so that nothing is removed under a new assignment.
_LOCK_LOADING = 0x6D_61_73_74_65_72_01
_LOCK_REGIONS = 0x6D_61_73_74_65_72_02
_LOCK_POLL_SECONDS = 0.5
_REMOVED = "master_sls_removed"
_VANISHED = "master_sls_vanished"


class LoadRunning(CerdasError):
    """Another load of the region master is running; nothing was stored."""

    code = "load_running"
    status = 409
    retryable = True
    default_message = gettext_lazy(
        "Another load of the region master is running. Wait until it has ended, then try again."
    )


class RemovalUnguarded(CerdasError):
    """No table that uses regions is registered, so a removal could take one in use."""

    code = "removal_unguarded"
    status = 409
    default_message = gettext_lazy(
        "Rows cannot be removed: nothing tells which SLS are in use. Load without --replace."
    )


def master_sls_load(
    *,
    paths: Sequence[Path],
    replace: bool = False,
    dry_run: bool = False,
    bad_rows: Path | None = None,
    progress: Progress = no_progress,
    wait_seconds: int = 0,
    on_written: Callable[[LoadReport], None] | None = None,
) -> LoadReport:
    """Load the files of one or several kabupaten into the region master.

    Every row of every file is checked first; with one refusal nothing is loaded. Loading the same
    content again changes nothing. Optional columns that a file lacks keep what is stored.
    replace: also remove what the files no longer have, only inside the kabupaten that they hold;
    refused with `in_use` when an area in use would vanish.
    bad_rows: write the refused rows there with their reasons, when there are any.
    progress: told the rows read; may raise to stop, and nothing is loaded.
    wait_seconds: how long to wait while another load runs, before LoadRunning.
    on_written: called in the transaction that loads, after the last row.
    Raises FileUnreadable, LoadRunning, RemovalUnguarded.
    Source: spec, "Administration"; issue 2, point 7; issue 3, point 8.
    """
    report = LoadReport(dry_run=dry_run)
    several = len(paths) > 1
    files = [SlsFile(path, str(path) if several else None) for path in paths]
    with staged(files, report, progress) as stage:
        if not report.refused and stage.keys:
            total = report.rows
            progress(total, total, _("comparing with what is stored"))
            # Rows of all offices are visible for the question whether an SLS is in use.
            with super_scope() if replace else transaction.atomic():
                _take_lock(lambda words: progress(total, total, words), wait_seconds)
                _compare_all(stage, report, replace=replace)
                if not dry_run and not report.refused:
                    progress(total, total, _("writing"))
                    _write(stage, report)
                    report.loaded = bool(report.added or report.changed or report.removed)
                    transaction.on_commit(region_counts_forget, robust=True)
                    if on_written is not None:
                        on_written(report)
    if bad_rows is not None and report.refused:
        bad_rows_write(bad_rows, files, report.refused)
    return report


def master_sls_hold() -> None:
    """Keep regions from being removed until the current transaction ends.

    Call it before checking region codes of rows that are about to be stored. Writers do not
    block each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK_REGIONS])


def _take_lock(tell: Callable[[str], None], wait_seconds: int) -> None:
    """Become the only load until the transaction ends. Raises LoadRunning."""
    until = time.monotonic() + wait_seconds
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK_LOADING])
            if cursor.fetchone()[0]:
                return
        if time.monotonic() >= until:
            raise LoadRunning
        tell(_("waiting until another load has ended"))
        time.sleep(_LOCK_POLL_SECONDS)


def _compare_all(stage: Stage, report: LoadReport, *, replace: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(f"ANALYZE {STAGE}")
    removed = _find_removed(stage, report) if replace else 0
    if report.refused:
        return
    added, changed, staged_rows = _compare(stage)
    report.added, report.changed, report.removed = added, changed, removed
    report.unchanged = staged_rows - added - changed


def _incoming(column: str, stage: Stage) -> str:
    """Return the SQL of an optional column's new value: a file without it keeps the stored one."""
    numbers = ", ".join(map(str, stage.files_with[column])) or "-1"
    return f"CASE WHEN s.file_no IN ({numbers}) THEN s.{column} ELSE m.{column} END"


def _differs(stage: Stage) -> str:
    stored = ", ".join(f"m.{name}" for name in (*NAMES, *OPTIONAL))
    incoming = [*(f"s.{name}" for name in NAMES), *(_incoming(name, stage) for name in OPTIONAL)]
    return f"({stored}) IS DISTINCT FROM ({', '.join(incoming)})"


def _compare(stage: Stage) -> tuple[int, int, int]:
    """Return how many staged rows are new, how many differ, and how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE m.id IS NULL),"
            f" count(*) FILTER (WHERE m.id IS NOT NULL AND {_differs(stage)}), count(*)"
            f" FROM {STAGE} s LEFT JOIN master_sls m ON m.sls_id = s.sls_id"
        )
        added, changed, rows = cursor.fetchone()
    return added, changed, rows


def _write(stage: Stage, report: LoadReport) -> None:
    with connection.cursor() as cursor:
        if report.removed:
            cursor.execute(f"DELETE FROM master_sls m USING {_REMOVED} r WHERE m.id = r.id")
        if report.changed:
            sets = [f"{name} = s.{name}" for name in NAMES]
            sets += [f"{name} = {_incoming(name, stage)}" for name in OPTIONAL]
            cursor.execute(
                f"UPDATE master_sls m SET {', '.join(sets)}, updated_at = now()"
                f" FROM {STAGE} s WHERE m.sls_id = s.sls_id AND {_differs(stage)}"
            )
        if report.added:
            cursor.execute(
                "INSERT INTO master_sls (prov_id, kabkot_id, kec_id, desa_kel_id,"
                f" {', '.join(CONTENT)}, created_at, updated_at)"
                " SELECT left(sls_id, 2), left(sls_id, 4), left(sls_id, 7), left(sls_id, 10),"
                f" {', '.join(CONTENT)}, now(), now() FROM {STAGE} s"
                " WHERE NOT EXISTS (SELECT FROM master_sls m WHERE m.sls_id = s.sls_id)"
            )


def _find_removed(stage: Stage, report: LoadReport) -> int:
    """Collect what the files no longer have; refuse those that are in use. Return the number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_REGIONS])
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{_REMOVED}, pg_temp.{_VANISHED}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_REMOVED} ON COMMIT DROP AS"
            " SELECT m.id, m.sls_id FROM unnest(%s::text[]) AS held (code)"
            " JOIN master_sls m ON m.sls_id >= held.code AND m.sls_id < held.code || ':'"
            f" WHERE NOT EXISTS (SELECT FROM {STAGE} s WHERE s.sls_id = m.sls_id)",
            [stage.kabkot_ids],
        )
        if not cursor.rowcount:
            return 0
        removed: int = cursor.rowcount
        if not registered_columns():
            raise RemovalUnguarded
        # An area vanishes when its last SLS goes; a divided SLS (00 replaced by 01, 02) stays.
        lengths = "CROSS JOIN (VALUES (7), (10), (14), (16)) AS level (digits)"
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_VANISHED} ON COMMIT DROP AS"
            f' SELECT left(sls_id, digits) COLLATE "C" AS code FROM {_REMOVED} {lengths}'
            f" EXCEPT SELECT left(sls_id, digits) FROM {STAGE} {lengths}"
        )
        cursor.execute(f"ANALYZE {_VANISHED}")
    for code, uses in areas_in_use(_VANISHED):
        message = _("%(uses)s assignments are in this area; it cannot be removed") % {"uses": uses}
        report.refuse(Refusal(None, HEADERS["sls_id"], code, "in_use", message))
    return removed
