"""Rows of the region master on their way in: a temporary table and the duplicates among them.

Staged with COPY in short transactions of their own, before the one that writes `master_sls`: a
long writing transaction would make every phone fetch its changes again (design, section 8).
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from masterdata.csv_frames import ROW
from masterdata.reports import LoadReport, Progress, Refusal
from masterdata.sls_reading import CONTENT, OPTIONAL, SlsFile

STAGE = "master_sls_stage"
T = TypeVar("T")
_COPY = f"COPY {STAGE} (file_no, row_no, {', '.join(CONTENT)}) FROM STDIN (FORMAT csv)"
_HASH = "content_hash"


@dataclass
class Stage:
    """What is staged: which codes, from which rows, and which files had the optional columns."""

    keys: list[pl.DataFrame] = field(default_factory=list)
    files_with: dict[str, list[int]] = field(default_factory=lambda: {c: [] for c in OPTIONAL})

    @property
    def kabkot_ids(self) -> list[str]:
        """Codes of the kabupaten that the files hold."""
        codes = pl.concat([frame["sls_id"] // 10**12 for frame in self.keys]).unique().sort()
        return [f"{code:04}" for code in codes]


@contextmanager
def staged(files: list[SlsFile], report: LoadReport, progress: Progress) -> Iterator[Stage]:
    """Read, check and stage the files; the temporary table is gone afterwards.

    progress is told the rows read, after every batch, of as many as the files seem to have.
    After the first refusal rows are still checked but no longer sent. Exact duplicates are counted
    and dropped; a code with two contents is refused. Raises FileUnreadable.
    """
    stage = Stage()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{STAGE}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {STAGE} (file_no smallint, row_no int,"
            ' sls_id varchar(16) COLLATE "C", provinsi text, kabkot text, kecamatan text,'
            " desa_kel text, nama text, jenis_sls text, jumlah_keluarga int)"
        )
    try:
        for file_no, file in enumerate(files):
            for batch in _ahead(file.batches(report)):
                stage.keys.append(_keys(batch, file_no))
                if not report.refused:
                    _copy(batch, file_no)
                expected = _rows_expected(files, file_no, report.rows)
                progress(report.rows, expected, _("Reading and checking the rows"))
            for column in set(OPTIONAL) & set(file.headers):
                stage.files_with[column].append(file_no)
        _settle_duplicates(stage, files, report)
        yield stage
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{STAGE}")


def _ahead(source: Iterator[T]) -> Iterator[T]:
    """Yield from source, whose next item is made in a thread while this one is used."""

    def following() -> T | None:
        return next(source, None)

    def submit() -> "Future[T | None]":
        return worker.submit(copy_context().run, following)  # messages keep the language

    with ThreadPoolExecutor(1) as worker:
        coming = submit()
        while (item := coming.result()) is not None:
            coming = submit()
            yield item


def _rows_expected(files: list[SlsFile], file_no: int, rows: int) -> int:
    """Return how many rows the files have when the rest is like what was read so far."""
    sizes = [file.size_bytes for file in files]
    current = files[file_no].file
    done = sum(sizes[:file_no])
    if current is not None and current.size_bytes:
        done += sizes[file_no] * current.read_bytes // current.size_bytes
    return max(rows, round(rows * sum(sizes) / done)) if done else rows


def _copy(batch: pl.DataFrame, file_no: int) -> None:
    text = batch.select(pl.lit(file_no), ROW, *CONTENT).write_csv(include_header=False)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(text)


def _keys(batch: pl.DataFrame, file_no: int) -> pl.DataFrame:
    """Return 20 bytes per row: code as a number, hash of the content, file and row."""
    return batch.select(
        pl.col("sls_id").cast(pl.UInt64),
        batch.select(CONTENT).hash_rows(seed=20).alias(_HASH),
        pl.lit(file_no, dtype=pl.Int16).alias("file_no"),
        ROW,
    )


def _settle_duplicates(stage: Stage, files: list[SlsFile], report: LoadReport) -> None:
    """Drop exact repetitions from the stage and refuse contradicting ones."""
    if not stage.keys:
        return
    keys = pl.concat(stage.keys)
    repeated = keys.filter(pl.col("sls_id").is_duplicated()).with_columns(
        (pl.col(_HASH) == pl.col(_HASH).first().over("sls_id")).alias("same"),
        pl.col(ROW).first().over("sls_id").alias("first_row"),
        pl.col("file_no").first().over("sls_id").alias("first_file"),
        (pl.int_range(pl.len()).over("sls_id") > 0).alias("later"),
    )
    later = repeated.filter("later")
    exact = later.filter("same")
    report.duplicates += exact.height
    for sls_id, file_no, row, first_file, first_row in (
        later.filter(~pl.col("same"))
        .select("sls_id", "file_no", ROW, "first_file", "first_row")
        .iter_rows()
    ):
        message = _("row %(row)s%(of)s has the same code with another content") % {
            "row": first_row,
            "of": f" ({files[first_file].label})" if first_file != file_no else "",
        }
        file = files[file_no]
        code, value = "duplicate_code", f"{sls_id:016}"
        report.refuse(Refusal(row, file.headers["sls_id"], value, code, message, file.label))
    if exact.height and not report.refused:
        _drop(exact)


def _drop(rows: pl.DataFrame) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {STAGE} USING unnest(%s::int[], %s::int[]) AS gone (file_no, row_no)"
            f" WHERE {STAGE}.file_no = gone.file_no AND {STAGE}.row_no = gone.row_no",
            [rows["file_no"].to_list(), rows[ROW].to_list()],
        )
