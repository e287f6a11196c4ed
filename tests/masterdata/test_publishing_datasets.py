"""Datasets: codes stay text, a published version never changes, one per type is active."""

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from masterdata.models import MasterData
from masterdata.reading import FileUnreadable
from masterdata.selectors import (
    masterdata_active_version,
    masterdata_manifest,
    masterdata_read,
)
from masterdata.services import DatasetReport, masterdata_load
from tests.masterdata.conftest import refusals

pytestmark = pytest.mark.django_db
ROWS = [{"kode": "01", "judul": "Padi"}, {"kode": "011", "judul": "Jagung, kedelai"}]


@pytest.fixture
def dataset_file(tmp_path: Path) -> Callable[..., Path]:
    """`dataset_file(value)` writes JSON (any value) or CSV (text) and returns the path."""

    def write(value: Any, name: str = "data.json") -> Path:
        path = tmp_path / name
        content = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


def load(path: Path, version: int = 2020, **options: Any) -> DatasetReport:
    return masterdata_load(kind="KBLI", version=version, path=path, **options)


def counts(report: DatasetReport) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged, report.duplicates


def test_json_and_csv_give_the_same_text_with_leading_zeros(
    dataset_file: Callable[..., Path],
) -> None:
    csv_text = '\ufeffkode,judul\n01,Padi\n011,"Jagung, kedelai"\n\n'
    for version, path in enumerate(
        [
            dataset_file(ROWS),
            dataset_file({"title": "KBLI", "rows": ROWS}, "object.json.gz"),
            dataset_file(csv_text, "data.csv"),
            dataset_file(csv_text, "data.csv.gz"),
        ],
        start=1,
    ):
        report = load(path, version)
        assert report.refused == []
        dataset = masterdata_read("KBLI", version)
        assert dataset is not None
        assert orjson.loads(dataset.text) == ROWS
        assert dataset.checksum == hashlib.sha256(dataset.text.encode()).hexdigest()
    assert len(set(MasterData.objects.values_list("checksum", "size_bytes", "row_count"))) == 1


def test_the_same_version_again_is_unchanged_and_other_content_is_refused(
    dataset_file: Callable[..., Path],
) -> None:
    path = dataset_file(ROWS)
    assert counts(load(path, description="Klasifikasi")) == (2, 0, 0, 0, 0)
    before = MasterData.objects.values().get()
    again = load(path)
    assert (counts(again), again.loaded) == ((0, 0, 0, 2, 0), False)
    other = load(dataset_file(ROWS[:1], "other.json"))
    assert refusals(other) == [(None, "version", "version_exists")]
    assert MasterData.objects.values().get() == before


def test_a_new_version_is_compared_with_the_active_one_and_takes_its_place(
    dataset_file: Callable[..., Path],
) -> None:
    load(dataset_file(ROWS))
    newer = dataset_file(
        [{"kode": "01", "judul": "Padi sawah"}, {"kode": "02", "judul": "Hutan"}], "newer.json"
    )
    dry = load(newer, 2025, dry_run=True)
    assert (counts(dry), dry.compared_with, dry.loaded) == ((1, 1, 1, 0, 0), 2020, False)
    assert (MasterData.objects.count(), masterdata_active_version("KBLI")) == (1, 2020)
    assert counts(load(newer, 2025)) == counts(dry)
    assert masterdata_active_version("KBLI") == 2025
    assert MasterData.objects.filter(is_active=True).count() == 1


def test_a_version_can_be_stored_inactive_and_activated_later(
    dataset_file: Callable[..., Path],
) -> None:
    load(dataset_file(ROWS))
    newer = dataset_file(ROWS[:1], "newer.json")
    assert load(newer, 2025, activate=False).is_active is False
    assert masterdata_active_version("KBLI") == 2020
    load(newer, 2025)
    assert masterdata_active_version("KBLI") == 2020
    assert load(newer, 2025, activate=True, dry_run=True).is_active is True
    assert masterdata_active_version("KBLI") == 2020
    assert load(newer, 2025, activate=True).loaded is True
    assert masterdata_active_version("KBLI") == 2025


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"judul": "x"}, (2, "kode", "code_missing")),
        ({"kode": ""}, (2, "kode", "code_missing")),
        ({"kode": 11}, (2, "kode", "code_not_text")),
        ({"kode": None}, (2, "kode", "code_not_text")),
        ({"kode": " 02"}, (2, "kode", "code_format")),
        ({"kode": "0\n2"}, (2, "kode", "code_format")),
        ({"kode": "02\n"}, (2, "kode", "code_format")),
        ({"kode": "9" * 65}, (2, "kode", "too_long")),
        ({"kode": "02", "judul": "a\x00b"}, (2, None, "control_character")),
        ({"kode": "01", "judul": "another"}, (2, "kode", "duplicate_code")),
        (["02"], (2, None, "row_not_object")),
    ],
)
def test_a_bad_row_keeps_the_whole_dataset_out(
    dataset_file: Callable[..., Path], row: Any, expected: tuple[Any, ...]
) -> None:
    report = load(dataset_file([ROWS[0], row, {"kode": "03"}]))
    assert refusals(report) == [expected]
    assert (counts(report), report.rows) == ((0, 0, 0, 0, 0), 3)
    assert MasterData.objects.count() == 0


def test_csv_rows_are_numbered_as_a_person_counts(dataset_file: Callable[..., Path]) -> None:
    report = load(dataset_file("Kode,judul\n01,a\n\n,b\n02,c,d\n03\n01,a\n", "data.csv"))
    assert sorted(refusals(report), key=str) == [
        (4, "Kode", "code_missing"),
        (5, None, "row_length"),
        (6, None, "row_length"),
    ]
    assert (report.rows, report.duplicates) == (5, 1)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", "[{]", "not_json"),
        ("a.json", "kode,judul\n01,a\n", "not_json"),
        ("a.json", '{"a": 1}', "not_json"),
        ("a.json", '"text"', "not_json"),
        ("a.json", "[" * 5000, "not_json"),
        ("a.json", "[]", "headers"),
        ("a.json", '[{"judul": "x"}]', "headers"),
        ("a.csv", "nomor,judul\n01,a\n", "headers"),
        ("a.csv", "kode,judul,judul\n01,a,b\n", "headers"),
        ("a.csv", "", "headers"),
        ("a.csv", 'kode,judul\n01,"' + "a" * 200_000, "not_csv"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    dataset_file: Callable[..., Path], name: str, content: str, reason: str
) -> None:
    with pytest.raises(FileUnreadable) as caught:
        load(dataset_file(content, name))
    assert caught.value.details["reason"] == reason


@pytest.mark.parametrize(
    ("kind", "version", "code"),
    [("KB LI", 1, "type_format"), ("", 1, "type_format"), ("KBLI", 0, "version_format"),
     ("KBLI", 2**31, "version_format"), ("K" * 65, 1, "type_format")],
)  # fmt: skip
def test_a_type_or_version_that_no_address_can_hold_is_refused(
    dataset_file: Callable[..., Path], kind: str, version: int, code: str
) -> None:
    report = masterdata_load(kind=kind, version=version, path=dataset_file(ROWS))
    assert [refusal.code for refusal in report.refused] == [code]


@pytest.mark.parametrize(
    "fields",
    [{"data": "[]"}, {"checksum": "0" * 64}, {"version": 2021}, {"type": "KBJI"}, {"row_count": 9}],
)
def test_the_database_lets_nobody_rewrite_a_published_version(
    dataset_file: Callable[..., Path], fields: dict[str, Any]
) -> None:
    load(dataset_file(ROWS))
    stored = MasterData.objects.filter(type="KBLI")
    with pytest.raises(DatabaseError), transaction.atomic():
        stored.update(**fields)
    assert stored.update(description="Lain", is_active=False) == 1


def test_the_database_allows_one_active_version_per_type(
    dataset_file: Callable[..., Path],
) -> None:
    load(dataset_file(ROWS))
    load(dataset_file(ROWS[:1], "newer.json"), 2025, activate=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        MasterData.objects.update(is_active=True)


def test_the_manifest_lists_what_is_stored_in_one_query(
    dataset_file: Callable[..., Path], django_assert_num_queries: Any
) -> None:
    report = load(dataset_file(ROWS))
    with django_assert_num_queries(1):
        found = masterdata_manifest([("KBLI", 2020), ("KBLI", 9), ("X\0", 1), ("KBLI", 10**12)])
    assert found == [
        {
            "type": "KBLI",
            "version": 2020,
            "checksum": report.checksum,
            "size_bytes": report.size_bytes,
        }
    ]


@pytest.mark.parametrize(
    ("name", "rows", "code"),
    [
        ("kbli2020_judul.csv", 2712, "01111"),
        ("kbli2020_deskripsi.csv.gz", 2712, "01111"),
        ("kbli2020_oss.json.gz", 2686, "01111"),
        ("kbji2014_judul.csv", 2766, "0111.01"),
        ("kbji2014_deskripsi.csv.gz", 2766, "0111.01"),
    ],
)
def test_the_classifications_load_as_they_are(
    shared: Callable[[str], Path], name: str, rows: int, code: str
) -> None:
    report = load(shared(f"kbli/{name}"))
    assert (counts(report), report.refused) == ((rows, 0, 0, 0, 0), [])
    dataset = masterdata_read("KBLI", 2020)
    assert dataset is not None
    assert f'"{code}"' in dataset.text
    assert report.size_bytes == len(dataset.text.encode())
