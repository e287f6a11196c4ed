"""Rows of a file on their way in: a temporary table, filled before the transaction that inserts.

A long writing transaction would make every phone fetch its changes again (design, section 8), so
the rows are judged and staged first, and inserted by a few statements at the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.db import Error, connection
from django.utils.translation import gettext as _

from assignments.importing.rows import UnitRow
from assignments.models import LEVELS, ResponseStatus
from cerdas.ids import new_id
from cerdas.progress import Progress
from kegiatan.models import KegiatanStatistik
from satker.models import Satker

STAGE = "assignment_import_stage"
STAGED_AT_ONCE = 2_000
INSERTED_AT_ONCE = 5_000
Pairs: TypeAlias = list[tuple[int, int]]

_LEVEL_COLUMNS = ", ".join(LEVELS)
_COLUMNS = (
    "row_no, id, id_given, ppl_id, pml_id, label, "
    f"{_LEVEL_COLUMNS}, region_code, master_code, prefilled, digest, refused"
)
_CREATE = f"""
    CREATE TEMPORARY TABLE {STAGE} (
        row_no int PRIMARY KEY, id uuid NOT NULL, id_given boolean NOT NULL,
        ppl_id uuid, pml_id uuid, label text NOT NULL,
        {", ".join(f'{level} text COLLATE "C"' for level in LEVELS)},
        region_code text COLLATE "C", master_code text COLLATE "C", prefilled jsonb,
        digest text COLLATE "C" NOT NULL, refused boolean NOT NULL,
        unchanged boolean NOT NULL DEFAULT false
    )
"""
# {{}} and nothing are the same prefilled data.
_SAME_PREFILLED = (
    "coalesce(nullif({a}, '{{}}'::jsonb), 'null') = coalesce(nullif({b}, '{{}}'::jsonb), 'null')"
)


@dataclass
class Stage:
    """The staged rows of one import. Sees what the open scope shows."""

    waiting: list[UnitRow] = field(default_factory=list)

    def add(self, row: UnitRow) -> None:
        """Stage one row."""
        self.waiting.append(row)
        if len(self.waiting) >= STAGED_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Copy the waiting rows into the table."""
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY {STAGE} ({_COLUMNS}) FROM STDIN") as copy:
                for row in self.waiting:
                    copy.write_row(_as_record(row))
        self.waiting = []

    def analyse(self) -> None:
        """Tell the planner how many rows there are."""
        _run(f"ANALYZE {STAGE}")

    def duplicates(self) -> Pairs:
        """Mark rows that repeat an earlier one cell by cell; return (row, first row)."""
        return self._repeated("digest", "true")

    def duplicate_ids(self) -> Pairs:
        """Mark rows whose id an earlier, different row has; return (row, first row)."""
        return self._repeated("id", "id_given")

    def _repeated(self, column: str, condition: str) -> Pairs:
        found: Pairs = _rows(
            f"""
            WITH seen AS (
                SELECT row_no, digest,
                       first_value(row_no) OVER same AS first,
                       first_value(digest) OVER same AS first_digest
                FROM {STAGE} WHERE {condition}
                WINDOW same AS (PARTITION BY {column} ORDER BY row_no)
            )
            UPDATE {STAGE} s SET refused = true FROM seen
            WHERE seen.row_no = s.row_no AND seen.first < seen.row_no
              AND ('{column}' = 'digest' OR seen.digest <> seen.first_digest)
            RETURNING s.row_no, seen.first
            """
        )
        return found

    def master_codes(self) -> list[str]:
        """Return the distinct codes that the region master may know."""
        return [
            code
            for (code,) in _rows(
                f"SELECT DISTINCT master_code FROM {STAGE} WHERE master_code IS NOT NULL"
            )
        ]

    def refuse_codes(self, codes: set[str]) -> list[tuple[int, str]]:
        """Mark the rows with these codes; return (row, code)."""
        if not codes:
            return []
        return _rows(
            f"UPDATE {STAGE} SET refused = true WHERE master_code = ANY (%s)"
            " RETURNING row_no, master_code",
            [sorted(codes)],
        )

    def mark_unchanged(self, *, satker: Satker, kegiatan: KegiatanStatistik) -> int:
        """Mark what exists already: the same unit, or the same id for the same region and prelist.

        (The interview may have given the unit another label.) Returns how many good rows.
        """
        same = _SAME_PREFILLED.format(a="a.prefilled_data", b="s.prefilled")
        _run(
            f"""
            UPDATE {STAGE} s SET unchanged = true FROM assignments a
            WHERE a.satker_id = %s AND a.kegiatan_statistik_id = %s AND a.cancelled_at IS NULL
              AND coalesce(a.region_code, '') = coalesce(s.region_code, '')
              AND a.assignment_label = s.label AND {same}
            """,
            [satker.pk, kegiatan.pk],
        )
        _run(
            f"""
            UPDATE {STAGE} s SET unchanged = true FROM assignments a
            WHERE s.id_given AND a.id = s.id
              AND a.satker_id = %s AND a.kegiatan_statistik_id = %s AND a.cancelled_at IS NULL
              AND coalesce(a.region_code, '') = coalesce(s.region_code, '') AND {same}
            """,
            [satker.pk, kegiatan.pk],
        )
        return self._count("unchanged AND NOT refused")

    def refuse_taken_ids(self) -> list[tuple[int, str]]:
        """Mark rows whose id another unit has, in whatever office; return (row, id as text)."""
        return _rows(
            f"UPDATE {STAGE} SET refused = true"
            " WHERE id_given AND NOT unchanged AND assignment_exists(id)"
            " RETURNING row_no, id::text"
        )

    def crew(self) -> tuple[list[Any], list[Any]]:
        """Return the distinct PPL and the distinct PML of the rows to insert."""
        ppl = _rows(f"SELECT DISTINCT ppl_id FROM {STAGE} WHERE {_GOOD}")
        pml = _rows(f"SELECT DISTINCT pml_id FROM {STAGE} WHERE {_GOOD}")
        return [user_id for (user_id,) in ppl], [user_id for (user_id,) in pml]

    def count_new(self) -> int:
        """Return how many rows are to be inserted."""
        return self._count(_GOOD)

    def _count(self, condition: str) -> int:
        return int(_rows(f"SELECT count(*) FROM {STAGE} WHERE {condition}")[0][0])

    def insert(self, *, satker: Satker, kegiatan: KegiatanStatistik, progress: Progress) -> int:
        """Insert the good rows with response and history; return how many."""
        total = self.count_new()
        last = _rows(f"SELECT coalesce(max(row_no), 0) FROM {STAGE}")[0][0]
        inserted = 0
        for start in range(0, last + 1, INSERTED_AT_ONCE):
            values = {
                "from": start,
                "to": start + INSERTED_AT_ONCE,
                "satker": satker.pk,
                "kegiatan": kegiatan.pk,
                "form_version": kegiatan.form_version,
                "status": ResponseStatus.ASSIGNED.value,
            }
            inserted += _run(_INSERT_ASSIGNMENTS, values)
            _run(_INSERT_RESPONSES, values)
            _run(_INSERT_HISTORIES, values)
            progress(inserted, total, _("writing"))
        return inserted


_GOOD = "NOT refused AND NOT unchanged"
_PART = f"FROM {STAGE} WHERE row_no >= %(from)s AND row_no < %(to)s AND {_GOOD} ORDER BY row_no"
# The same rows as `assignment_create` makes; a test compares them column by column.
_INSERT_ASSIGNMENTS = f"""
    INSERT INTO assignments (id, satker_id, kegiatan_statistik_id, ppl_id, pml_id,
        {_LEVEL_COLUMNS}, assignment_label, prefilled_data, cancel_reason, created_at, updated_at)
    SELECT id, %(satker)s, %(kegiatan)s, ppl_id, pml_id,
        {_LEVEL_COLUMNS}, label, prefilled, '', now(), now() {_PART}
"""
_INSERT_RESPONSES = f"""
    INSERT INTO assignment_responses (assignment_id, satker_id, status, version, form_version_used,
        visit_outcome, notes, attachment_ids, device_engine, created_at, updated_at)
    SELECT id, %(satker)s, %(status)s, 1, %(form_version)s, '', '', '[]', '', now(), now() {_PART}
"""
_INSERT_HISTORIES = f"""
    INSERT INTO response_histories
        (assignment_response_id, satker_id, to_status, version, created_at)
    SELECT id, %(satker)s, %(status)s, 1, now() {_PART}
"""


@contextmanager
def staged() -> Iterator[Stage]:
    """Give an empty stage; it is gone afterwards."""
    _run(f"DROP TABLE IF EXISTS pg_temp.{STAGE}")
    _run(_CREATE)
    try:
        yield Stage()
    finally:
        # With a lost connection or a failed transaction it is gone already.
        with suppress(Error):
            _run(f"DROP TABLE IF EXISTS pg_temp.{STAGE}")


def _as_record(row: UnitRow) -> tuple[object, ...]:
    return (
        row.number,
        row.id or new_id(),
        row.id is not None,
        row.ppl_id,
        row.pml_id,
        row.label,
        *row.levels,
        row.region_code,
        row.master_code,
        row.prefilled,
        row.digest,
        row.refused,
    )


def _run(statement: str, values: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _rows(statement: str, values: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
