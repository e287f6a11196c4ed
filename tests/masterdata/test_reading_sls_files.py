"""Files of the region master are read as they are; every fault of every row is told."""

import csv
import gzip
import io
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masterdata import reading
from masterdata.csv_frames import ROW, CsvFile
from masterdata.office_files import OfficeFile
from masterdata.reading import FileUnreadable
from masterdata.reports import LoadReport
from masterdata.sls_columns import HEADERS, NAMES
from masterdata.sls_reading import SlsFile, _is_good, _rules
from tests.masterdata.conftest import EXTRA, HEADER, refusals, sls_row

Writer = Callable[..., Path]


def read(path: Path) -> tuple[pl.DataFrame, LoadReport]:
    report = LoadReport()
    batches = list(SlsFile(path, None).batches(report))
    return (pl.concat(batches) if batches else pl.DataFrame()), report


def reason(path: Path) -> str:
    with pytest.raises(FileUnreadable) as caught:
        read(path)
    assert str(path) in caught.value.message
    return str(caught.value.details["reason"])


def test_a_bundled_file_with_its_quirks_is_read_whole(bundled: Callable[[str], Path]) -> None:
    rows, report = read(bundled("6104"))
    assert (rows.height, report.rows, report.refused) == (31, 31, [])
    names = rows["nama"].to_list()
    assert "HUTAN(SISI JALAN" in names
    assert "KEBUN, TAMBAK" in names
    assert "RT 006  RW 02 DUSUN MAWAR" in names
    assert rows["jenis_sls"].null_count() == 31


def test_optional_columns_are_read_and_empty_cells_are_unknown(
    bundled: Callable[[str], Path],
) -> None:
    rows, report = read(bundled("6171"))
    assert report.refused == []
    assert rows["jumlah_keluarga"].to_list() == [
        "41",
        None,
        "63",
        "58",
        None,
        "0",
        "77",
        "35",
        None,
    ]
    assert set(rows["jenis_sls"]) == {"SLS", "NONSLS"}


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [("sls/master_sls.csv", 1328, 10), ("sls/master_sls_71_sulut_2022.csv.gz", 12295, 12)],
)
def test_the_files_of_the_office_are_read_as_they_are(
    shared: Callable[[str], Path], name: str, rows: int, columns: int
) -> None:
    file = SlsFile(shared(name), None)
    report = LoadReport()
    assert sum(batch.height for batch in file.batches(report)) == rows
    assert (report.rows, report.refused, len(file.headers)) == (rows, [], columns)


def test_headers_may_differ_in_case_and_spaces_and_order(sls_file: Writer, tmp_path: Path) -> None:
    path = sls_file([sls_row()])
    lines = path.read_text("utf-8-sig").splitlines()
    turned = [",".join(reversed(line.split(","))) for line in lines]
    turned[0] = turned[0].upper().replace("ID SLS", " id  sls ")
    path.write_text("\r\n".join(turned))
    rows, report = read(path)
    assert report.refused == []
    assert rows.select("sls_id", "nama", ROW).rows() == [("6104080001000100", "RT 001", 2)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"ID SLS": "61040800010001"}, [("ID SLS", "code_format")]),
        ({"ID SLS": "610408000100010"}, [("ID SLS", "lost_zero")]),
        ({"ID SLS": "6,10408E+15"}, [("ID SLS", "digits_lost")]),
        ({"ID SLS": "61040800010001００"}, [("ID SLS", "code_format")]),
        ({"ID Desa": ""}, [("ID Desa", "code_format")]),
        ({"ID PROVINSI": "6"}, [("ID PROVINSI", "code_format")]),
        ({"ID KABUPATEN": "6105"}, [("ID KABUPATEN", None), ("ID Kecamatan", "code_nesting")]),
        ({"ID SLS": "6104080002000100"}, [("ID SLS", "code_nesting")]),
        ({"Nama SLS": ""}, [("Nama SLS", "name_missing")]),
        ({"Provinsi": " \t"}, [("Provinsi", "name_missing")]),
        ({"Desa": "D" * 256}, [("Desa", "too_long")]),
        ({"Nama SLS": "RT\x00 001"}, [("Nama SLS", "control_character")]),
        ({"Nama SLS": "RT\n001"}, [("Nama SLS", "control_character")]),
        ({"Jenis SLS": "S" * 33}, [("Jenis SLS", "too_long")]),
        ({"Jumlah Keluarga": "-1"}, [("Jumlah Keluarga", "not_a_number")]),
        ({"Jumlah Keluarga": "41.0"}, [("Jumlah Keluarga", "not_a_number")]),
        ({"Jumlah Keluarga": "4294967296"}, [("Jumlah Keluarga", "not_a_number")]),
        (
            {"ID SLS": "x", "Nama SLS": "", "Jumlah Keluarga": "x"},
            [
                ("ID SLS", "code_format"),
                ("Nama SLS", "name_missing"),
                ("Jumlah Keluarga", "not_a_number"),
            ],
        ),
    ],
)
def test_every_fault_of_a_row_is_refused_with_row_and_column(
    sls_file: Writer, cells: dict[str, str], expected: list[tuple[str, str | None]]
) -> None:
    extra = {"Jenis SLS": "SLS", "Jumlah Keluarga": "41"}
    good = sls_row("6104080001000200", **extra)
    path = sls_file([good, sls_row(**(extra | cells)), good])
    rows, report = read(path)
    assert refusals(report) == [(3, column, code) for column, code in expected if code]
    assert all(refusal.message for refusal in report.refused)
    assert rows[ROW].to_list() == [2, 4]
    assert report.rows == 3


def test_a_refusal_shows_the_value_as_it_stands_in_the_file(sls_file: Writer) -> None:
    _rows, report = read(sls_file([sls_row(**{"ID SLS": "6.10408E+15"})]))
    assert report.refused[0].value == "6.10408E+15"
    assert report.refused[0].as_json().keys() == {"row", "column", "value", "code", "message"}


def test_rows_with_too_many_or_too_few_cells_are_refused_and_the_others_read(
    sls_file: Writer,
) -> None:
    path = sls_file([sls_row(), sls_row("6104080001000200"), sls_row("6104080001000300")])
    lines = path.read_text("utf-8-sig").splitlines()
    lines[2] += ", TAMBAK"
    lines.append(lines[1].rsplit(",", 1)[0])
    path.write_text("\n".join(lines))
    rows, report = read(path)
    assert refusals(report) == [(3, None, "row_length"), (5, None, "row_length")]
    assert rows[ROW].to_list() == [2, 4]


def test_a_row_that_lacks_only_its_optional_last_cell_is_not_taken_silently(
    sls_file: Writer,
) -> None:
    path = sls_file([sls_row(**{"Jenis SLS": "SLS", "Jumlah Keluarga": "4"})] * 2)
    path.write_text(path.read_text("utf-8-sig").rstrip("\n").removesuffix(",4"))
    assert refusals(read(path)[1]) == [(3, None, "row_length")]


def test_blank_lines_are_skipped_and_counted_in_row_numbers(sls_file: Writer) -> None:
    path = sls_file([sls_row(), sls_row("6104080001000200", nama="")])
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([lines[0], "", lines[1], ",,,,,,,,,", lines[2], "", ""]))
    rows, report = read(path)
    assert rows[ROW].to_list() == [3]
    assert refusals(report) == [(5, "Nama SLS", "name_missing")]
    assert report.rows == 2


def test_a_stray_quotation_mark_spoils_no_other_row(sls_file: Writer) -> None:
    path = sls_file([sls_row(nama="RT 1")])
    header, row = path.read_text("utf-8-sig").splitlines()
    odd = [row.replace("RT 1", 'RT 1 "ATAS'), row.replace("RT 1", 'RT "1" BAWAH'), row]
    path.write_text("\n".join([header, *odd]))
    rows, report = read(path)
    assert report.refused == []
    assert rows["nama"].to_list() == ['RT 1 "ATAS', 'RT "1" BAWAH', "RT 1"]


CELL = st.text(st.sampled_from(list('aé0, "\n;\t’')), max_size=4)  # what makes CSV parsers disagree


@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12),
    line_end=st.sampled_from(["\n", "\r\n"]),
    block_bytes=st.integers(1, 40),
)
def test_what_a_csv_writer_wrote_is_read_back_whatever_the_blocks(
    rows: list[list[str]], line_end: str, block_bytes: int
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end).writerows([["a", "b", "c"], *rows])
    with pytest.MonkeyPatch.context() as patch, tempfile.NamedTemporaryFile() as file:
        file.write(text.getvalue().encode())
        file.flush()
        patch.setattr(reading, "BLOCK_BYTES", block_bytes)
        blocks = list(CsvFile(OfficeFile(Path(file.name), Path(file.name))).blocks())
    found = [row[:3] for block in blocks for row in block.frame.rows()]
    assert [list(row) for row in found] == rows
    assert [row[3] for block in blocks for row in block.frame.rows()] == [
        number for number, _row in enumerate(rows, start=2)
    ]
    assert all(not block.misfits for block in blocks)


def test_the_quick_test_of_a_row_agrees_with_the_rules_that_explain_it() -> None:
    dice = random.Random(4)
    good = {
        "prov_id": "61", "kabkot_id": "6104", "kec_id": "6104080", "desa_kel_id": "6104080001",
        "sls_id": "6104080001000100", **dict.fromkeys(NAMES, "X"),
        "jenis_sls": "", "jumlah_keluarga": "",
    }  # fmt: skip
    odd = ["", "61", "6105", "61040800010001", "6204080001000100", "A" * 300, "a\0b", "12", "-1"]
    rows = [good]
    for _ in range(3000):
        row = dict(good)
        for column in dice.sample(list(HEADERS), dice.randint(0, 3)):
            row[column] = dice.choice(odd)
        rows.append(row)
    frame = pl.DataFrame(rows)
    explained = pl.any_horizontal(*(rule.broken for rule in _rules()))
    verdicts = frame.select(good=_is_good(), bad=explained)
    assert verdicts["good"].sum() > 100
    assert (verdicts["good"] == ~verdicts["bad"]).all()


def test_a_missing_header_names_what_was_expected_and_found(sls_file: Writer) -> None:
    path = sls_file([sls_row()], header=[*HEADER[:4], *HEADER[5:]])
    with pytest.raises(FileUnreadable) as caught:
        read(path)
    assert caught.value.details["reason"] == "headers"
    assert "ID SLS" in caught.value.message
    assert "ID Kecamatan" in caught.value.message


def test_a_header_that_occurs_twice_is_refused(sls_file: Writer) -> None:
    path = sls_file([sls_row()])
    header, row = path.read_text("utf-8-sig").splitlines()
    path.write_text(f"{header},nama sls\n{row},RT 9\n")
    assert reason(path) == "headers"


def test_columns_that_are_not_known_are_ignored_and_named(sls_file: Writer) -> None:
    path = sls_file([sls_row()])
    header, row = path.read_text("utf-8-sig").splitlines()
    path.write_text(f"{header},Luas,\n{row},12,\n")
    rows, report = read(path)
    assert (rows.height, report.refused, report.ignored_columns) == (1, [], ["Luas"])


def test_a_file_that_cannot_be_read_says_why(sls_file: Writer, tmp_path: Path) -> None:
    good = sls_file([sls_row(nama="RT É")])
    packed = gzip.compress(good.read_bytes() * 50)
    cases = {
        "missing": None,
        "corrupt_gzip": packed[: len(packed) // 2],
        "wrong_encoding": good.read_text("utf-8-sig").encode() + b"RT \xc9\n",
        "headers": b"",
        "corrupt_zip": b"PK\x03\x04rest of a workbook",
    }
    for expected, content in cases.items():
        path = tmp_path / f"{expected}.csv"
        if content is not None:
            path.write_bytes(content)
        assert reason(path) == expected
    for name, content in {
        "utf16 without its mark": good.read_text("utf-8-sig").encode("utf-16-le"),
        "gzip with a wrong check sum": packed[:-8] + bytes(8),
        "gzip of nothing": b"\x1f\x8b\x08garbage",
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert reason(path) in ("wrong_encoding", "corrupt_gzip")
    assert reason(tmp_path) == "missing"


def test_one_endless_line_is_not_taken_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(reading, "LINE_LIMIT_BYTES", 10_000)
    path = tmp_path / "endless.csv.gz"
    path.write_bytes(gzip.compress(b"x" * 1_000_000))
    assert reason(path) == "not_csv"


def test_a_header_alone_is_an_empty_file_not_an_error(sls_file: Writer) -> None:
    rows, report = read(sls_file([], header=[*HEADER, *EXTRA]))
    assert (rows.height, report.rows, report.refused) == (0, 0, [])
