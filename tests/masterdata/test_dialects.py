"""Files as offices have them: each is loaded whole, or refused with a clear report; never half."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import call_command

from masterdata import office_files
from masterdata.models import MasterSls
from masterdata.reading import FileUnreadable
from masterdata.reports import LoadReport
from masterdata.services import master_sls_load
from tests.masterdata.conftest import HEADER, refusals, sls_row

pytestmark = pytest.mark.django_db
ROWS = [sls_row(), sls_row("6104080001000200", "RT 002"), sls_row("6104080002000100", "RT 001")]
NAMES = ["Provinsi", "Kab/Kot", "Kecamatan", "Desa", "Nama SLS"]


def table(
    rows: list[dict[str, str]] = ROWS,
    *,
    names: dict[str, str] | None = None,
    columns: list[str] = HEADER,
    delimiter: str = ",",
) -> str:
    """The rows as CSV, with the headers renamed."""
    text = io.StringIO()
    sheet = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    sheet.writerow([(names or {}).get(column, column) for column in columns])
    sheet.writerows([[row[column] for column in columns] for row in rows])
    return text.getvalue()


def workbook(rows: list[list[Any]], *, sheets: int = 1, top: int = 0) -> bytes:
    """A workbook whose first sheet holds the cells."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"strings_to_formulas": False})
    first, *_others = [book.add_worksheet(f"Lembar {n + 1}") for n in range(sheets)]
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            if cell is not None:
                first.write(n + top, m, cell)
    book.close()
    return content.getvalue()


def cells(rows: list[dict[str, str]] = ROWS) -> list[list[Any]]:
    return [list(HEADER), *([row[column] for column in HEADER] for row in rows)]


def archive(entries: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, inside in entries.items():
            packed.writestr(name, inside)
    return content.getvalue()


Load = Callable[..., LoadReport]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """`load(content)` loads a file with this content."""

    def run(content: bytes | str, name: str = "sls.csv", **options: Any) -> LoadReport:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return master_sls_load(paths=[path], **options)

    return run


def stored() -> list[tuple[str, ...]]:
    return list(
        MasterSls.objects.order_by("sls_id").values_list(
            "prov_id", "kabkot_id", "kec_id", "desa_kel_id", "sls_id", "provinsi", "kabkot",
            "kecamatan", "desa_kel", "nama",
        )
    )  # fmt: skip


def expected(rows: list[dict[str, str]] = ROWS) -> list[tuple[str, ...]]:
    order = ["ID PROVINSI", "ID KABUPATEN", "ID Kecamatan", "ID Desa", "ID SLS", *NAMES]
    return [tuple(row[column] for column in order) for row in rows]


def wrapped(form: str, rows: list[dict[str, str]] = ROWS) -> list[dict[str, str]]:
    """The rows with every code written as `form`."""
    return [
        {k: form.format(v) if k.startswith("ID ") else v for k, v in row.items()} for row in rows
    ]


def dotted(code: str) -> str:
    parts, start = [], 0
    for length in (2, 2, 3, 3, 4, 2):
        parts.append(code[start : start + length])
        start += length
    return ".".join(filter(None, parts))


UNDERSCORES = dict(
    zip(
        HEADER,
        ["desa_kel_id", "kec_id", "kabkot_id", "prov_id", "sls_id", "provinsi", "kabkot",
         "kecamatan", "desa_kel", "nama"],
        strict=True,
    )
)  # fmt: skip
KODE = dict(
    zip(
        HEADER,
        ["Kode Desa", "KODE_KEC", "kode kab", "KodeProv", "idsls", "NAMA_PROV", "nm_kab", "nmkec",
         "Nama Desa/Kelurahan", "nmsls"],
        strict=True,
    )
)  # fmt: skip
GOOD: dict[str, bytes | str] = {
    "a byte order mark": "\ufeff" + table(),
    "underscores": table(names=UNDERSCORES),
    "kode and nm": table(names=KODE),
    "upper case": table().upper(),
    "only the code and names": table(columns=["ID SLS", *NAMES]),
    "some of the upper codes": table(columns=["ID Desa", *NAMES, "ID PROVINSI", "ID SLS"]),
    "gzip": gzip.compress(table().encode()),
    "gzip of semicolons in UTF-16": gzip.compress(table(delimiter=";").encode("utf-16")),
    "semicolons": table(delimiter=";"),
    "tabs": table(delimiter="\t"),
    "bars": table(delimiter="|"),
    "sep=;": "sep=;\r\n" + table(delimiter=";"),
    "sep=, with a byte order mark": "\ufeffsep=,\n" + table(),
    "formulas": table(wrapped('="{}"')),
    "bare formulas": table(wrapped('="{}"')).replace('"""', '"').replace('""', '"').replace(
        '"=', "="
    ).replace('""', '"'),
    "formulas and semicolons": table(wrapped('="{}"'), delimiter=";"),
    "apostrophes": table(wrapped("'{}")),
    "spaces": table(wrapped(" {} ")),
    "non-breaking spaces": table(wrapped("\u00a0{}\u00a0")),
    "dots": table([{k: dotted(v) if k[:3] == "ID " else v for k, v in r.items()} for r in ROWS]),
    "floats": table(wrapped("{}.0")),
    "blank lines": table().replace("\r\n", "\r\n\r\n"),
    "blank lines of commas and spaces": table().replace("\r\n", "\r\n , ,,,,,,,,\r\n"),
    "trailing empty columns": table().replace("\r\n", ",,,\r\n"),
    "trailing commas below the header": (
        table().replace("\r\n", ",,\r\n").replace(",,\r\n", "\r\n", 1)
    ),
    "trailing commas in the header": table().replace("\r\n", ",,\r\n", 1),
    "an ignored column twice": table().replace("\r\n", ",x,x\r\n"),
    "a title above": "Master SLS 2024\r\nBPS Kabupaten Contoh\r\n\r\n" + table(),
    "ten lines above": "Judul,,,\r\n" * 10 + table(),
    "a title with a column's name": "Kecamatan,CONTOH\r\n" + table(),
    "UTF-16, little end first": b"\xff\xfe" + table().encode("utf-16-le"),
    "UTF-16, big end first": b"\xfe\xff" + table().encode("utf-16-be"),
    "old Mac line ends": table().replace("\r\n", "\r"),
    "ID SLS beside ID Sub SLS": table(
        [row | {"short": row["ID SLS"][:14]} for row in ROWS],
        columns=["short", *HEADER],
        names={"short": "idsls", "ID SLS": "idsubsls"},
    ),
    "zip": archive({"data/sls.csv": table().encode()}),
    "zip with what a Mac adds": archive(
        {"sls.csv": table().encode(), "__MACOSX/._sls.csv": b"x", ".DS_Store": b"x"}
    ),
    "zip with a read-me": archive({"sls.csv": table().encode(), "baca.md": b"x"}),
    "zip of gzip": archive({"sls.csv.gz": gzip.compress(table().encode())}),
    "zip of a workbook": archive({"sls.xlsx": workbook(cells())}),
    "workbook": workbook(cells()),
    "workbook with a title": workbook([["Master SLS"], [], *cells()]),
    "workbook that begins lower": workbook(cells(), top=3),
    "workbook with more sheets": workbook(cells(), sheets=3),
    "workbook with the upper codes as numbers": workbook(
        [[int(c) if n and m < 4 else c for m, c in enumerate(r)] for n, r in enumerate(cells())]
    ),
}  # fmt: skip


@pytest.mark.parametrize("dialect", GOOD)
def test_a_file_of_this_dialect_is_loaded_whole(load: Load, dialect: str) -> None:
    report = load(GOOD[dialect])
    assert report.as_json()["refused"] == []
    assert (report.rows, report.added) == (3, 3)
    assert stored() == expected()
    again = load(table())
    assert (again.unchanged, again.changed) == (3, 0)


ACCENTED = [sls_row(nama="RT “KÉNANGA”"), *ROWS[1:]]


def test_windows_1252_is_recognised_and_said(load: Load) -> None:
    report = load(table(ACCENTED).encode("cp1252"))
    assert report.loaded
    assert stored() == expected(ACCENTED)
    assert any("Windows-1252" in note for note in report.notes)
    assert load(table(ACCENTED)).notes == []


def test_a_utf8_file_with_one_broken_letter_is_not_taken_for_windows_1252(load: Load) -> None:
    content = table(ACCENTED).encode() + b"\xe9\r\n"
    with pytest.raises(FileUnreadable) as refused:
        load(content)
    assert refused.value.reason == "wrong_encoding"
    assert stored() == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (table(delimiter=";"), "titik koma"),
        ("Judul\n\n" + table(), "3"),
        (archive({"a/sls.csv": table().encode()}), "a/sls.csv"),
        (workbook(cells(), sheets=2), "Lembar 1"),
        (table().encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_unusual_about_a_file_is_said(load: Load, content: Any, words: str) -> None:
    assert words in " ".join(load(content).notes)


@pytest.mark.parametrize(
    ("change", "column", "likely"),
    [
        # a leading zero of the part below the code above it
        ({"ID SLS": "610408000100100"}, "ID SLS", "6104080001000100"),
        ({"ID Desa": "610408001"}, "ID Desa", "6104080001"),
        ({"ID Kecamatan": "610480"}, "ID Kecamatan", "6104080"),
        ({"ID KABUPATEN": "614"}, "ID KABUPATEN", "6104"),
    ],
)
def test_a_lost_zero_is_told_with_the_likely_code(
    load: Load, change: dict[str, str], column: str, likely: str
) -> None:
    report = load(table([sls_row(**change), *ROWS[1:]]))
    assert refusals(report) == [(2, column, "lost_zero")]
    assert likely in report.refused[0].message
    assert stored() == []


def test_all_rows_that_lost_their_leading_zero_are_told_at_once(load: Load) -> None:
    rows = [sls_row(f"0104080001{n:04}00") for n in range(1, 31)]
    short = [{k: v[1:] if k.startswith("ID ") else v for k, v in row.items()} for row in rows]
    report = load(table(short))
    assert report.refused_count == 150
    assert {refusal.code for refusal in report.refused} == {"lost_zero"}
    told = {
        refusal.row: refusal.message for refusal in report.refused if refusal.column == "ID SLS"
    }
    assert all(row["ID SLS"] in told[n] for n, row in enumerate(rows, start=2))


def test_a_code_one_digit_short_that_fits_nothing_is_only_wrong(load: Load) -> None:
    report = load(table([sls_row(**{"ID Desa": "999999999"})]))
    assert refusals(report) == [(2, "ID Desa", "code_format")]


@pytest.mark.parametrize(
    "value", ["6,10408E+15", "6.10408E+15", "6E+15", "6.10408000100010e15", "6,10408E15"]
)
def test_scientific_notation_cannot_be_recovered(load: Load, value: str) -> None:
    report = load(table([sls_row(**{"ID SLS": value}), *ROWS[1:]]))
    assert refusals(report) == [(2, "ID SLS", "digits_lost")]
    assert report.refused[0].value == value
    assert stored() == []


def test_codes_that_are_numbers_in_a_workbook_are_refused(load: Load) -> None:
    rows = cells()
    rows[2][4] = 6104080001000200
    report = load(workbook(rows, top=2))
    assert refusals(report) == [(5, "ID SLS", "digits_lost")]
    assert stored() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ID SLS": "6104080001000100x"}, "code_format"),
        ({"ID SLS": "=6104080001"}, "code_format"),
        ({"ID SLS": "#REF!"}, "code_format"),
        ({"ID SLS": "6104080001-0001-00"}, "code_format"),
        ({"ID SLS": ""}, "code_format"),
        ({"ID SLS": "٦١٠٤٠٨٠٠٠١٠٠٠١٠٠"}, "code_format"),
        ({"Nama SLS": '=""'}, "name_missing"),
    ],
)
def test_other_broken_cells_are_refused(load: Load, change: dict[str, str], code: str) -> None:
    report = load(table([sls_row(**change), *ROWS[1:]], delimiter=";"))
    assert refusals(report) == [(2, next(iter(change)), code)]
    assert stored() == []


def test_derived_codes_are_compared_with_those_that_are_there(load: Load) -> None:
    bad = ROWS[0] | {"ID Kecamatan": "6104090"}
    report = load(table([bad], columns=["ID Kecamatan", "ID SLS", *NAMES]))
    assert refusals(report) == [(2, "ID SLS", "code_nesting")]
    assert stored() == []


BOMB = b"0" * 2**20
UNREADABLE: dict[str, tuple[bytes | str, str, str]] = {
    "nothing": (b"", "headers", "ID SLS"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "headers", "ID SLS"),
    "no header": (table().split("\r\n", 1)[1], "headers", "ID SLS"),
    "a header too far down": ("Judul\r\n" * 11 + table(), "headers", "ID SLS"),
    "a header twice": (table().replace("Nama SLS", "Nama SLS,nama_sls"), "headers", "nama_sls"),
    "two headers for one": (table().replace("Nama SLS", "Nama SLS,nmsls"), "headers", "nmsls"),
    "a name missing": (table(columns=["ID SLS", *NAMES[:-1]]), "headers", "Nama SLS"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + bytes(2000), "not_xlsx", "XLSX"),
    "a photo": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9, "wrong_encoding", "UTF-8"),
    "NULs": (bytes(5000), "wrong_encoding", "UTF-8"),
    "a web page": ("<html><table><tr><td>ID SLS</td></tr></table></html>", "headers", "ID SLS"),
    "half a gzip": (gzip.compress(table().encode() * 99)[:-40], "corrupt_gzip", ""),
    "half a zip": (archive({"sls.csv": table().encode()})[:-40], "corrupt_zip", ""),
    "a zip of two tables": (
        archive({"a.csv": table().encode(), "b/c.xlsx": b"x"}), "several_files", "a.csv, b/c.xlsx",
    ),
    "a zip of no table": (archive({"peta.pdf": b"%PDF"}), "not_csv", "peta.pdf"),
    "an empty zip": (archive({}), "wrong_encoding", ""),
    "a zip of a zip": (archive({"sls.zip": archive({"a.csv": b"x"})}), "not_csv", "sls.zip"),
    "a zip that calls a zip a table": (
        archive({"sls.csv": archive({"a.csv": b"x"})}), "not_xlsx", "XLSX",
    ),
    "a workbook that is none": (archive({"[Content_Types].xml": b"<Types/>"}), "not_xlsx", "XLSX"),
    "an open quotation mark": (table() + '"RT' + "x\n" * 100_000, "not_csv", "5"),
    "one cell of megabytes": (table() + "x" * 5_000_000, "not_csv", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_says_why_and_loads_nothing(load: Load, name: str) -> None:
    content, reason, words = UNREADABLE[name]
    with pytest.raises(FileUnreadable) as refused:
        load(content)
    assert refused.value.reason == reason
    assert words in refused.value.message
    assert stored() == []


def test_a_zip_with_a_password_says_so(load: Load) -> None:
    content = bytearray(archive({"sls.csv": table().encode()}))
    content[6] |= 1  # the flag in the entry, and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FileUnreadable) as refused:
        load(bytes(content))
    assert refused.value.reason == "encrypted"


@pytest.mark.parametrize("honest", [True, False])
def test_a_zip_bomb_is_stopped(load: Load, monkeypatch: pytest.MonkeyPatch, honest: bool) -> None:
    monkeypatch.setattr(office_files, "UNPACKED_LIMIT_BYTES", 3 * 2**20)
    content = bytearray(archive({"sls.csv": BOMB * 8}))
    if not honest:  # the directory says that it unpacks to 16 bytes
        place = content.index(b"PK\x01\x02") + 24
        content[place : place + 4] = (16).to_bytes(4, "little")
    with pytest.raises(FileUnreadable) as refused:
        load(bytes(content))
    assert refused.value.reason in ("too_large", "corrupt_zip")
    assert stored() == []


def test_a_gzip_bomb_of_short_lines_is_stopped(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_files, "UNPACKED_LIMIT_BYTES", 3 * 2**20)
    with pytest.raises(FileUnreadable) as refused:
        load(gzip.compress(table().encode() + b"\r\n" * 2**22))
    assert refused.value.reason == "too_large"


def test_one_bad_row_in_any_dialect_loads_nothing_and_the_file_of_bad_rows_has_it(
    load: Load, tmp_path: Path
) -> None:
    rows = wrapped('="{}"', [*ROWS, sls_row("6104080001000300", "=1+1"), sls_row(nama="")])
    rows[3]["ID SLS"] = "6,10408E+15"
    bad = tmp_path / "bad.csv"
    report = load("Judul\r\n" + table(rows, delimiter=";"), bad_rows=bad)
    assert refusals(report) == [(6, "ID SLS", "digits_lost"), (7, "Nama SLS", "name_missing")]
    assert stored() == []
    header, *lines = list(csv.reader(io.StringIO(bad.read_text("utf-8-sig"))))
    assert header == ["row", *HEADER, "reason"]
    assert [(line[0], line[5], line[10]) for line in lines] == [
        ("6", "6,10408E+15", "'=1+1"),
        ("7", '\'="6104080001000100"', ""),
    ]
    assert lines[0][-1].startswith("ID SLS: ")


def test_the_file_of_bad_rows_corrected_is_loaded(load: Load, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    load(table([sls_row(nama="")], delimiter=";"), bad_rows=bad)
    lines = list(csv.DictReader(io.StringIO(bad.read_text("utf-8-sig"))))
    text = io.StringIO()
    sheet = csv.DictWriter(text, lines[0])
    sheet.writeheader()
    sheet.writerows([line | {"Nama SLS": "RT 001"} for line in lines])
    report = load(text.getvalue())
    assert (report.added, report.ignored_columns) == (1, ["row", "reason"])


def test_bad_rows_of_several_files_name_their_file(tmp_path: Path) -> None:
    first, second, bad = (tmp_path / name for name in ("a.csv", "b.csv", "bad.csv"))
    first.write_text(table([sls_row(nama=""), ROWS[1]]))
    second.write_text(table([ROWS[2], sls_row(Desa="")], columns=["ID SLS", *NAMES]) + "x,y")
    report = master_sls_load(paths=[first, second], bad_rows=bad)
    assert report.refused_count == 3
    lines = list(csv.DictReader(io.StringIO(bad.read_text("utf-8-sig"))))
    assert [(Path(line["file"]).name, line["row"]) for line in lines] == [
        ("a.csv", "2"), ("b.csv", "3"), ("b.csv", "4"),
    ]  # fmt: skip
    assert lines[1]["ID Desa"] == ""
    assert stored() == []


def test_the_command_writes_the_bad_rows_and_tells_how_the_file_was_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, bad = tmp_path / "sls.csv", tmp_path / "bad.csv"
    path.write_text(table([sls_row(nama="")], delimiter=";"))
    words = ["load_master_sls", str(path), "--bad-rows", str(bad)]
    with pytest.raises(SystemExit) as ended:
        call_command(*words, "--json")
    assert ended.value.code == 1
    report = json.loads(capsys.readouterr().out)
    assert len(report["notes"]) == 1
    assert bad.read_text("utf-8-sig").count("\n") == 2
    with pytest.raises(SystemExit):
        call_command(*words)
    assert "titik koma" in capsys.readouterr().out


def test_a_dry_run_of_any_dialect_loads_nothing(load: Load) -> None:
    for content in (table(delimiter=";"), workbook(cells())):
        report = load(content, dry_run=True)
        assert (report.added, report.loaded) == (3, False)
    assert stored() == []
