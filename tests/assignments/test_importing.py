"""Importing units from CSV and XLSX: all faults of all rows, nothing stored if there is one."""

import csv
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from assignments.coverage import split_region_code
from assignments.importing import tables
from assignments.importing.bad_rows import template_write
from assignments.importing.running import ImportReport, import_assignments
from assignments.models import Assignment, AssignmentFeed, AssignmentResponse, ResponseHistory
from assignments.services.creating import AssignmentSpec, assignment_create
from cerdas.errors import NotAllowed, NotFound
from cerdas.tenancy import super_scope, tenant_scope
from masterdata.models import MasterSls
from masterdata.reading import FileUnreadable
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
HEADER = ["ppl", "pml", "label", "region_code", "prefilled.nama_krt"]
Import = Callable[..., ImportReport]


@pytest.fixture
def write(tmp_path: Path, enumerator: Any, supervisor: Any) -> Callable[..., Path]:
    """`write(rows)` makes a CSV of this office; a row is a dict of what differs from a good one."""

    def made(rows: list[dict[str, str]], header: list[str] | None = None, **options: Any) -> Path:
        path = tmp_path / options.pop("name", "units.csv")
        encoding = options.pop("encoding", "utf-8")
        header = header or HEADER
        with path.open("w", encoding=encoding, newline="") as stream:
            sheet = csv.writer(stream, **options)
            sheet.writerow(header)
            for number, changes in enumerate(rows, start=1):
                sheet.writerow([{**good(number), **changes}.get(name, "") for name in header])
        return path

    def good(number: int) -> dict[str, str]:
        return {
            "ppl": enumerator.email,
            "pml": supervisor.email,
            "label": f"Rumah {number}",
            "region_code": "61040800010001",
            "prefilled.nama_krt": f"Budi {number}",
        }

    return made


@pytest.fixture
def run(satker: Any, kegiatan: Any, kegiatan_admin: Any) -> Import:
    """`run(file, ...)` imports as admin_kegiatan of the office."""

    def done(file: Path, **options: Any) -> ImportReport:
        facts = {"actor": kegiatan_admin, "satker": satker, "kegiatan": kegiatan}
        return import_assignments(**{**facts, "file": file, **options})

    return done


def stored(satker: Any) -> list[Assignment]:
    with tenant_scope(satker):
        return list(Assignment.objects.order_by("pk"))


def codes(report: ImportReport) -> list[tuple[int | None, str | None, str]]:
    return [(refusal.row, refusal.column, refusal.code) for refusal in report.refused]


def test_a_good_file_becomes_units(
    run: Import, write: Any, satker: Any, enumerator: Any, other_satker: Any
) -> None:
    report = run(write([{}, {"prefilled.nama_krt": ""}]))
    assert (report.rows, report.added, report.loaded) == (2, 2, True)
    assert report.as_json()["refused"] == []
    first, second = stored(satker)
    assert first.region_code == "61040800010001"
    assert first.prefilled_data == {"nama_krt": "Budi 1"}
    assert second.prefilled_data is None
    with tenant_scope(satker):
        assert AssignmentResponse.objects.filter(status="Assigned", version=1).count() == 2
        assert ResponseHistory.objects.filter(to_status="Assigned").count() == 2
        assert AssignmentFeed.objects.filter(user=enumerator).count() == 2


def test_an_imported_unit_is_the_same_as_a_created_one(
    run: Import, write: Any, satker: Any, kegiatan: Any, kegiatan_admin: Any, enumerator: Any,
    supervisor: Any,
) -> None:  # fmt: skip
    run(write([{"label": "Sama"}]))
    spec = AssignmentSpec("Sama", split_region_code("61040800010001"), {"nama_krt": "Budi 1"})
    with tenant_scope(satker):
        assignment_create(
            actor=kegiatan_admin, satker=satker, kegiatan=kegiatan, spec=spec,
            ppl_id=enumerator.pk, pml_id=supervisor.pk,
        )  # fmt: skip
        own = {"id", "assignment_id", "assignment_response_id", "created_at", "updated_at"}
        for model in (Assignment, AssignmentResponse, ResponseHistory):
            imported, created = model.objects.order_by("created_at").values()
            assert {k: v for k, v in imported.items() if k not in own} == {
                k: v for k, v in created.items() if k not in own
            }


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": ";"},
        {"encoding": "utf-8-sig"},
        {"delimiter": "\t"},
        {"quoting": csv.QUOTE_ALL},
    ],
)
def test_the_ways_of_writing_csv(run: Import, write: Any, options: dict[str, Any]) -> None:
    report = run(write([{"label": 'Rumah, depan; "sudut"'}], **options))
    assert (report.added, codes(report)) == (1, [])


def test_level_codes_may_stand_in_columns_of_their_own(
    run: Import, write: Any, satker: Any
) -> None:
    levels = [f"level_{n}_code" for n in range(1, 5)]
    row = dict(zip(levels, ["61", "04", "080", "001"], strict=True))
    assert run(write([row], header=["ppl", "pml", "assignment_label", *levels])).refused[
        0
    ].code == ("missing")
    row["assignment_label"] = "Desa"
    assert run(write([row], header=["ppl", "pml", "assignment_label", *levels])).added == 1
    assert stored(satker)[0].level_4_code_full == "6104080001"


def test_every_fault_of_every_row_is_told_at_once_and_nothing_is_stored(
    run: Import, write: Any, satker: Any, enumerator: Any, supervisor: Any, other_satker: Any
) -> None:
    with super_scope():
        stranger = Assignment.objects.filter(satker=other_satker).select_related("ppl").first()
        assert stranger is not None
    report = run(
        write(
            [
                {},
                {"ppl": "", "label": "", "region_code": "6105080"},
                {"ppl": stranger.ppl.email, "pml": enumerator.email},
                {"ppl": "nobody@x.example", "label": "x" * 256, "region_code": "610"},
                {"label": "a\x00b"},
                {"label": "a\tb"},
                {"region_code": "6.104E+15"},
            ]
        )
    )
    assert codes(report) == [
        (3, "region_code", "outside_wilayah"),
        (3, "ppl", "missing"),
        (3, "label", "missing"),
        (4, "ppl", "not_in_crew"),
        (4, "pml", "not_in_crew"),
        (5, "region_code", "region_format"),
        (5, "ppl", "not_in_crew"),
        (5, "label", "too_long"),
        (6, "label", "nul_character"),
        (7, "label", "control_character"),
        (8, "region_code", "digits_lost"),
        (8, "region_code", "region_format"),
    ]
    assert report.refused_count == 12
    assert (report.added, report.loaded) == (0, False)
    outside = report.refused[0]
    assert outside.value == "6105080"
    assert "6105080" in outside.message
    assert "6104" in outside.message
    told = "".join(refusal.message for refusal in report.refused)
    assert "Rahasia" not in told
    assert other_satker.name not in told
    assert stored(satker) == []


def test_people_of_other_offices_and_nobody_get_the_same_words(
    run: Import, write: Any, other_satker: Any
) -> None:
    with super_scope():
        email = Assignment.objects.filter(satker=other_satker).first().ppl.email  # type: ignore[union-attr]
    report = run(write([{"ppl": email}, {"ppl": "nobody@x.example"}]))
    told = [r.message.replace(r.value or "", "X") for r in report.refused]
    assert told[0] == told[1]


def test_good_rows_are_imported_when_bad_ones_are_to_be_skipped(
    run: Import, write: Any, satker: Any
) -> None:
    report = run(write([{}, {"region_code": "7171"}, {}]), skip_bad=True)
    assert (report.added, report.refused_count, report.loaded) == (2, 1, True)
    assert [unit.assignment_label for unit in stored(satker)] == ["Rumah 1", "Rumah 3"]


def test_a_dry_run_tells_and_stores_nothing(run: Import, write: Any, satker: Any) -> None:
    report = run(write([{}, {}]), dry_run=True)
    assert (report.added, report.loaded, report.dry_run) == (2, False, True)
    assert stored(satker) == []


def test_the_same_file_again_adds_nothing(run: Import, write: Any, satker: Any) -> None:
    file = write([{}, {}, {"prefilled.nama_krt": ""}])
    assert run(file).added == 3
    again = run(file)
    assert (again.added, again.unchanged, again.refused_count) == (0, 3, 0)
    assert len(stored(satker)) == 3
    more = run(write([{}, {}, {"prefilled.nama_krt": ""}, {}]))
    assert (more.added, more.unchanged) == (1, 3)


def test_a_unit_that_another_office_has_or_that_was_cancelled_is_new(
    run: Import, write: Any, satker: Any, kegiatan_admin: Any
) -> None:
    run(write([{}]))
    with tenant_scope(satker):
        Assignment.objects.update(
            cancelled_at=kegiatan_admin.created_at, cancelled_by=kegiatan_admin, cancel_reason="x"
        )
    assert run(write([{}])).added == 1


def test_a_row_that_repeats_another_names_it(run: Import, write: Any) -> None:
    same = {"label": "Sama", "prefilled.nama_krt": "A"}
    report = run(write([same, {}, same, same]))
    assert codes(report) == [(4, None, "duplicate_row"), (5, None, "duplicate_row")]
    assert all("2" in refusal.message for refusal in report.refused)
    assert (report.duplicates, report.added) == (2, 0)


def test_ids_of_a_file_are_kept_and_refused_where_they_exist(
    run: Import, write: Any, satker: Any, other_satker: Any
) -> None:
    header = ["id", *HEADER]
    own = str(uuid.uuid4())
    assert run(write([{"id": own}], header=header)).added == 1
    assert str(stored(satker)[0].pk) == own
    with super_scope():
        foreign = str(Assignment.objects.filter(satker=other_satker).first().pk)  # type: ignore[union-attr]
    twice = str(uuid.uuid4())
    rows = [{"id": own}, {"id": foreign}, {"id": "x"}, {"id": twice}, {"id": twice}, {"id": own}]
    report = run(write(rows, header=header))
    assert codes(report) == [
        (3, "id", "id_taken"),
        (4, "id", "invalid_id"),
        (6, "id", "duplicate_id"),
        (7, "id", "duplicate_id"),
        (7, "id", "id_taken"),
    ]
    relabelled = run(
        write([{"id": own, "label": "Baru", "prefilled.nama_krt": "Budi 1"}], header=header)
    )
    assert (relabelled.unchanged, relabelled.refused_count) == (1, 0)


def test_codes_the_region_master_should_know_are_refused(run: Import, write: Any) -> None:
    MasterSls.objects.create(
        prov_id="61", kabkot_id="6104", kec_id="6104080", desa_kel_id="6104080001",
        sls_id="6104080001000100", provinsi="p", kabkot="k", kecamatan="k", desa_kel="d", nama="RT",
    )  # fmt: skip
    report = run(write([{}, {"region_code": "61040800010009"}, {"region_code": "6104090"}]))
    assert codes(report) == [
        (3, "region_code", "unknown_region"),
        (4, "region_code", "unknown_region"),
    ]


def test_nul_characters_anywhere_and_escapes_are_harmless(
    run: Import, write: Any, satker: Any
) -> None:
    report = run(
        write(
            [
                {"region_code": "61\x0004"},
                {"prefilled.nama_krt": "\x00"},
                {"ppl": "\x00"},
                {"prefilled.nama_krt": "\\u0000 \\N \\."},
            ]
        ),
        skip_bad=True,
    )
    assert codes(report)[:2] == [
        (2, "region_code", "nul_character"),
        (3, "prefilled.nama_krt", "nul_character"),
    ]
    assert report.added == 1
    assert stored(satker)[0].prefilled_data == {"nama_krt": "\\u0000 \\N \\."}


def test_formulas_are_text(run: Import, write: Any, satker: Any) -> None:
    report = run(write([{"label": "=1+1"}, {"label": "'@x"}, {"label": "'Nama"}]))
    assert report.added == 3
    assert [unit.assignment_label for unit in stored(satker)] == ["=1+1", "@x", "'Nama"]


def test_blank_rows_count_and_rows_of_another_width_are_refused(
    run: Import, tmp_path: Path, enumerator: Any, supervisor: Any
) -> None:
    people = f"{enumerator.email},{supervisor.email}"
    file = tmp_path / "units.csv"
    file.write_text(
        "ppl,pml,label,region_code\n"
        f"{people},Rumah,6104,,\n\n,,,\n{people},Rumah, depan,6104\n{people},Rumah\n"
    )
    report = run(file)
    assert report.rows == 3
    assert codes(report) == [(5, None, "row_length"), (6, None, "row_length")]


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"", "headers", ""),
        (b"ppl,pml,label,region_code,umur\n", "headers", "umur"),
        (b"ppl,pml,label,region_code,prefilled.a\x00\n", "headers", "prefilled.a"),
        (b"ppl,pml,label,region_code\n" + b"x" * 5_000_000, "not_csv", "2"),
        (b"ppl,pml,label\n", "headers", "region_code"),
        (b"ppl,label,region_code\n", "headers", "pml"),
        (b"ppl,ppl,pml,label,region_code\n", "headers", "ppl"),
        (b"ppl,pml,label,region_code,level_1_code\n", "headers", "region_code"),
        (b'ppl,pml,label,region_code\na,b,"c,d\n', "not_csv", "2"),
        (b"ppl,pml,label,region_code\na,b,\xff,d\n", "wrong_encoding", "UTF-8"),
        (b"PK\x03\x04 no workbook", "not_xlsx", ""),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    run: Import, tmp_path: Path, content: bytes, reason: str, words: str
) -> None:
    file = tmp_path / "units.csv"
    file.write_bytes(content)
    with pytest.raises(FileUnreadable) as refused:
        run(file)
    assert refused.value.details["reason"] == reason
    assert words in refused.value.message


def test_a_missing_file_says_so(run: Import, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable) as refused:
        run(tmp_path / "none.csv")
    assert refused.value.details["reason"] == "missing"


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            if cell is not None:
                sheet.write(n, m, cell)
    book.close()
    return path


def test_a_workbook_is_read_and_rounded_codes_are_named(
    run: Import, tmp_path: Path, satker: Any, enumerator: Any, supervisor: Any
) -> None:
    people = [enumerator.email, supervisor.email]
    rows: list[list[Any]] = [
        HEADER,
        [*people, "Rumah 1", "6104080001000100", "Budi"],
        [*people, "Rumah 2", 6104080001, None],
        [None] * 5,
        [*people, "Rumah 3", 6104080001000123, "=1+1"],
    ]
    report = run(workbook(tmp_path / "units.xlsx", rows))
    assert codes(report) == [(5, "region_code", "digits_lost")]
    assert stored(satker) == []
    report = run(workbook(tmp_path / "units.xlsx", rows[:3]))
    assert report.added == 2
    assert [unit.region_code for unit in stored(satker)] == ["6104080001000100", "6104080001"]


def test_a_zip_bomb_is_refused(run: Import, tmp_path: Path) -> None:
    source = workbook(tmp_path / "small.xlsx", [HEADER])
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                new.writestr(entry, old.read(entry))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b"<worksheet><sheetData>")
            for _ in range(tables.XLSX_UNPACKED_BYTES // 2**20 + 1):
                sheet.write(b" " * 2**20)
    assert bomb.stat().st_size < 2**20
    with pytest.raises(FileUnreadable) as refused:
        run(bomb)
    assert refused.value.details["reason"] == "too_large"


def test_a_workbook_that_needs_too_much_memory_is_refused(
    run: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "Limits", _small)
    file = workbook(
        tmp_path / "units.xlsx", [HEADER, *([f"{n}" + "x" * 1000] * 5 for n in range(5_000))]
    )
    with pytest.raises(FileUnreadable) as refused:
        run(file)
    assert refused.value.details["reason"] == "too_large"


def _small() -> Any:
    from cerdas.subprocess_limits import MIB, Limits

    return Limits(memory_bytes=160 * MIB)


def test_the_file_of_bad_rows_can_be_corrected_and_imported(
    run: Import, write: Any, tmp_path: Path, satker: Any
) -> None:
    bad = tmp_path / "bad.csv"
    file = write([{}, {"region_code": "7171", "label": "=Salah"}, {}], delimiter=";")
    report = run(file, skip_bad=True, bad_rows=bad)
    assert report.added == 2
    text = bad.read_text("utf-8-sig")
    assert text.count("\n") == 2
    assert "'=Salah" in text
    assert "7171" in text.splitlines()[1].split(";")[-1]
    bad.write_text(text.replace(";7171;", ";6104;"))
    assert run(bad).added == 1
    assert {unit.assignment_label for unit in stored(satker)} >= {"=Salah"}


def test_a_template_can_be_filled_in_and_imported(
    run: Import, write: Any, tmp_path: Path, satker: Any, kegiatan_admin: Any, enumerator: Any,
    supervisor: Any,
) -> None:  # fmt: skip
    household = factories.kegiatan(satkers=[satker], form_name="household")
    for user, role in (
        (kegiatan_admin, "admin_kegiatan"), (enumerator, "PPL"), (supervisor, "PML")
    ):  # fmt: skip
        factories.member(user, household, satker, role)
    header = template_write(schema=household.form_schema, path=tmp_path / "template.csv")
    assert header[:4] == ("ppl", "pml", "label", "level_1_code")
    assert "prefilled.alamat" in header
    with (tmp_path / "template.csv").open("a", encoding="utf-8", newline="") as stream:
        parts = ["61", "04", "080", "001", "0001", "00"]
        row = [enumerator.email, supervisor.email, "Rumah", *parts, "Jl. Mawar"]
        csv.writer(stream).writerow(row)
    assert run(tmp_path / "template.csv", kegiatan=household).added == 1
    assert stored(satker)[0].prefilled_data == {"alamat": "Jl. Mawar"}


@pytest.mark.parametrize("who", ["enumerator", "supervisor", "satker_admin"])
def test_only_admin_kegiatan_imports(
    run: Import, write: Any, who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        run(write([{}]), actor=request.getfixturevalue(who))


def test_nobody_imports_into_another_office(
    run: Import, write: Any, other_satker: Any, kegiatan_admin: Any
) -> None:
    with pytest.raises(NotFound):
        run(write([{}]), satker=other_satker, actor=kegiatan_admin)


def test_coverage_does_not_bind_super_admin(run: Import, write: Any, super_admin: Any) -> None:
    assert run(write([{"region_code": "7171"}]), actor=super_admin).added == 1


def test_no_staged_row_stays_behind(run: Import, write: Any) -> None:
    file = write([{}, {"label": ""}])
    assert run(file).refused_count == 1
    assert run(file).refused_count == 1


def test_ten_thousand_rows_take_seconds_and_few_statements(
    run: Import, write: Any, satker: Any, django_assert_max_num_queries: Any
) -> None:
    rows = [{"region_code": f"6104080001{n % 50:04d}"} for n in range(10_000)]
    with django_assert_max_num_queries(80):
        report = run(write(rows))
    assert report.added == 10_000
    with tenant_scope(satker):
        assert ResponseHistory.objects.count() == 10_000
