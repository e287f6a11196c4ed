"""Areas by prefix, names of codes, and codes that are wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.sls_rows import sls_rows, write_sls_csv
from masterdata.selectors import (
    Wilayah,
    region_codes_missing,
    region_codes_unknown,
    wilayah_children,
    wilayah_names,
)
from masterdata.services import master_sls_load

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(bundled: Callable[[str], Path], db: None) -> None:
    """Both bundled kabupaten."""
    master_sls_load(paths=[bundled("6104"), bundled("6171")])


def test_children_go_down_level_by_level(loaded: None) -> None:
    assert wilayah_children("") == [Wilayah("61", 1, "KALIMANTAN BARAT")]
    assert wilayah_children("61") == [
        Wilayah("6104", 2, "KABUPATEN MEMPAWAH"),
        Wilayah("6171", 2, "KOTA PONTIANAK"),
    ]
    assert [area.code for area in wilayah_children("6104")] == ["6104080", "6104090"]
    assert wilayah_children("6171010") == [
        Wilayah("6171010001", 4, "KAMPUNG CONTOH"),
        Wilayah("6171010002", 4, "SUNGAI UJI"),
    ]


def test_an_sls_is_named_once_and_has_children_only_when_divided(loaded: None) -> None:
    children = wilayah_children("6171010001")
    assert [(area.code, area.level) for area in children] == [
        (f"6171010001{n:04}", 5) for n in range(1, 6)
    ]
    assert children[2].name == "RT 003 RW 01 BAGIAN 1"
    assert wilayah_children("61710100010001") == []
    assert wilayah_children("61710100010003") == [
        Wilayah("6171010001000301", 6, "RT 003 RW 01 BAGIAN 1"),
        Wilayah("6171010001000302", 6, "RT 003 RW 01 BAGIAN 2"),
    ]


def test_an_area_that_is_not_loaded_has_no_children(loaded: None) -> None:
    assert wilayah_children("62") == []
    assert wilayah_children("6104999") == []


@pytest.mark.parametrize("prefix", ["6", "610", "61040", "6104080001000100"])
def test_a_prefix_of_no_level_is_a_programming_error(prefix: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        wilayah_children(prefix)


def test_names_come_for_all_levels_above_in_one_query(loaded: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        names = wilayah_names(["61710100010003", "6104080001000900", "6104080", "9999010001"])
    assert len(queries) == 1
    assert names == {
        "61": "KALIMANTAN BARAT",
        "6171": "KOTA PONTIANAK",
        "6171010": "PONTIANAK CONTOH",
        "6171010001": "KAMPUNG CONTOH",
        "61710100010003": "RT 003 RW 01 BAGIAN 1",
        "6104": "KABUPATEN MEMPAWAH",
        "6104080": "JONGKAT",
        "6104080001": "SUNGAI CONTOH",
        "61040800010009": "HUTAN(SISI JALAN",
        "6104080001000900": "HUTAN(SISI JALAN",
    }
    assert wilayah_names([]) == {}


def test_codes_are_judged_only_where_their_kabupaten_is_loaded(loaded: None) -> None:
    right = ["61", "6104", "6104080", "6104080001", "61040800010001", "6104080001000100"]
    wrong = ["6104999", "6104080009", "61040800010099", "6104080001000101"]
    elsewhere = ["62", "6201", "6201010001", "62010100010001"]
    with CaptureQueriesContext(connection) as queries:
        assert region_codes_unknown([*right, *wrong, *elsewhere]) == set(wrong)
    assert len(queries) == 1
    assert region_codes_missing([*right, *wrong, *elsewhere]) == {*wrong, *elsewhere}
    assert region_codes_unknown([]) == region_codes_missing([]) == set()


def test_lookups_read_a_few_pages_of_a_large_master(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    write_sls_csv(path, sls_rows(40_000))
    assert master_sls_load(paths=[path]).added == 40_000
    assert len(wilayah_children("")) == 38
    pages = _pages_read(lambda: wilayah_children(""))
    assert pages < 38 * 5 + 50
    codes = [f"{area.code}010001" for area in wilayah_children("11")]
    assert _pages_read(lambda: region_codes_unknown(codes)) < len(codes) * 20 + 50


def _pages_read(look: Callable[[], Any]) -> int:
    """Run a selector's own statement under EXPLAIN and return the pages it touched."""
    with CaptureQueriesContext(connection) as queries:
        look()
    (query,) = queries.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE master_sls")
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + query["sql"].replace("%", "%%"))
        plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
