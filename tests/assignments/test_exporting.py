"""Exporting responses: what the files hold, whose they are, what formulas become."""

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assignments.exporting.cells import as_typed, neutralised
from assignments.exporting.files import OutputUnwritable, distinct
from assignments.exporting.running import ExportReport, export_responses
from assignments.exporting.units import Selection
from assignments.models import Assignment, AssignmentResponse
from cerdas.errors import Invalid, NotAllowed, NotFound
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.models import FormVersion
from masterdata.models import MasterSls
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
ROW, JOB = "0e6c8a1e-0000-4000-8000-000000000001", "0e6c8a1e-0000-4000-8000-000000000002"
PHOTOS = ["1e6c8a1e-0000-4000-8000-000000000001", "1e6c8a1e-0000-4000-8000-000000000002"]
ANSWERS: dict[str, Any] = {
    "hasil_kunjungan": "selesai",
    "nama_krt": "=HYPERLINK(1)",
    "jumlah_art": -2,
    "sumber_air": ["ledeng", "hujan"],
    "status_rumah": "other",
    "status_rumah-Comment": "-rumah dinas",
    "foto_rumah": PHOTOS,
    "geotag_rumah": {"lat": -0.02, "lon": 109.3, "accuracy_m": 5, "at": "2026-01-02T03:04:05Z"},
    "banyak_bekerja": 1,
    "anggota": [
        {
            "_id": ROW,
            "nama": "Ani",
            "umur": 30,
            "bekerja": True,
            "pekerjaan": [{"_id": JOB, "kbli": "01111", "upah": 1500000.5}],
        },
        {"_id": "0e6c8a1e-0000-4000-8000-000000000003", "nama": "Budi", "_archived": {"x": 1}},
    ],
    "_archived": {"lama": [1, 2]},
    "tak_dikenal": "@x",
}


@pytest.fixture
def household(satker: Any, kegiatan_admin: Any, enumerator: Any, supervisor: Any) -> Any:
    """The household questionnaire, with the same people."""
    made = factories.kegiatan(satkers=[satker], form_name="household")
    for user, role in (
        (kegiatan_admin, "admin_kegiatan"),
        (enumerator, "PPL"),
        (supervisor, "PML"),
    ):
        factories.member(user, made, satker, role)
    return made


@pytest.fixture
def export(
    tmp_path: Path, satker: Any, household: Any, kegiatan_admin: Any
) -> Callable[..., dict[str, list[dict[str, str]]]]:
    """`export(...)` gives {file: rows} of the household survey, as admin_kegiatan."""

    def done(**options: Any) -> dict[str, list[dict[str, str]]]:
        facts = {"actor": kegiatan_admin, "satker": satker, "kegiatan": household}
        report: ExportReport = export_responses(**{**facts, "out": tmp_path / "out", **options})
        tables = {
            path.name: list(csv.DictReader(path.open(encoding="utf-8", newline="")))
            for path in (tmp_path / "out").iterdir()
        }
        assert {name: len(rows) for name, rows in tables.items()} == report.files
        return tables

    return done


@pytest.fixture
def unit(satker: Any, household: Any, enumerator: Any, supervisor: Any) -> Any:
    """A submitted unit with every kind of answer."""
    return factories.assignment(
        satker, household, enumerator, supervisor, label="Rumah 1",
        status="Submitted by PPL", version=3, responses=ANSWERS,
        prefilled_data={"alamat": "Jl. Mawar", "no": 7},
    )  # fmt: skip


def test_a_unit_is_one_row_with_its_answers_in_the_order_of_the_form(
    export: Any, unit: Any, enumerator: Any, supervisor: Any
) -> None:
    (row,) = export()["units.csv"]
    assert row["assignment_id"] == str(unit.pk)
    assert (row["region_code"], row["level_5_code"], row["level_6_code"]) == (
        "61040800010001",
        "0001",
        "",
    )
    assert (row["ppl"], row["pml"]) == (enumerator.email, supervisor.email)
    assert (row["status"], row["version"], row["form_version_used"]) == (
        "Submitted by PPL",
        "3",
        "1",
    )
    assert (row["prefilled.alamat"], row["prefilled.no"]) == ("Jl. Mawar", "7")
    names = list(row)
    assert names.index("hasil_kunjungan") < names.index("nama_krt") < names.index("jumlah_art")
    assert row["jumlah_art"] == "-2"
    assert row["banyak_bekerja"] == "1"
    assert row["status_rumah"] == "other"


def test_areas_are_named_where_the_region_master_knows_them(
    export: Any, unit: Any, satker: Any, household: Any, enumerator: Any, supervisor: Any
) -> None:
    MasterSls.objects.create(
        prov_id="61", kabkot_id="6104", kec_id="6104080", desa_kel_id="6104080001",
        sls_id="6104080001000100", provinsi="KALBAR", kabkot="MEMPAWAH", kecamatan="JONGKAT",
        desa_kel="SUNGAI NIPAH", nama="RT 001",
    )  # fmt: skip
    factories.assignment(satker, household, enumerator, supervisor, region="6171")
    one, two = export()["units.csv"]
    named = [one[f"level_{n}_name"] for n in range(1, 7)]
    assert named == ["KALBAR", "MEMPAWAH", "JONGKAT", "SUNGAI NIPAH", "RT 001", ""]
    assert (two["level_1_name"], two["level_2_name"]) == ("KALBAR", "")
    household.form_schema["level_sources"]["level_5_code"] = "free"
    household.save()
    one, two = export()["units.csv"]
    assert (one["level_4_name"], one["level_5_name"]) == ("SUNGAI NIPAH", "")


def test_several_choices_points_and_photos_have_columns_of_their_own(
    export: Any, unit: Any
) -> None:
    (row,) = export()["units.csv"]
    assert row["sumber_air"] == "ledeng hujan"
    flags = {name: row[name] for name in row if name.startswith("sumber_air/")}
    assert flags == {
        "sumber_air/ledeng": "1",
        "sumber_air/sumur": "0",
        "sumber_air/hujan": "1",
        "sumber_air/kemasan": "0",
        "sumber_air/none": "0",
    }
    point = [row[f"geotag_rumah.{part}"] for part in ("lat", "lon", "accuracy_m", "at")]
    assert point == ["-0.02", "109.3", "5", "2026-01-02T03:04:05Z"]
    assert row["foto_rumah"] == " ".join(PHOTOS)


def test_rosters_are_files_joined_by_id(export: Any, unit: Any) -> None:
    tables = export()
    assert set(tables) == {"units.csv", "anggota.csv", "anggota.pekerjaan.csv"}
    first, second = tables["anggota.csv"]
    assert (first["assignment_id"], first["parent_id"]) == (str(unit.pk), str(unit.pk))
    assert (first["_id"], first["index"], first["nama"], first["bekerja"]) == (
        ROW, "1", "Ani", "true"
    )  # fmt: skip
    assert (second["index"], second["umur"]) == ("2", "")
    assert json.loads(second["_archived"]) == {"x": 1}
    (job,) = tables["anggota.pekerjaan.csv"]
    assert (job["assignment_id"], job["parent_id"], job["_id"]) == (str(unit.pk), ROW, JOB)
    assert (job["kbli"], job["upah"]) == ("01111", "1500000.5")


def test_no_answer_is_lost(export: Any, unit: Any) -> None:
    (row,) = export()["units.csv"]
    assert json.loads(row["_archived"]) == {"lama": [1, 2], "tak_dikenal": "@x"}


def test_formulas_are_neutralised_in_every_text(
    export: Any, satker: Any, household: Any, enumerator: Any, supervisor: Any, unit: Any
) -> None:
    factories.assignment(
        satker, household, enumerator, supervisor, label="@SUM(1)",
        prefilled_data={"+a": "=1", "no": "-5"}, responses={"anggota": [{"nama": "\t=1"}]},
    )  # fmt: skip
    tables = export()
    one, two = tables["units.csv"]
    assert one["nama_krt"] == "'=HYPERLINK(1)"
    assert one["status_rumah-Comment"] == "'-rumah dinas"
    assert (two["assignment_label"], two["prefilled.no"]) == ("'@SUM(1)", "-5")
    assert two["prefilled.+a"] == "'=1"
    assert tables["anggota.csv"][-1]["nama"] == "'\t=1"
    starts = {cell[0] for rows in tables.values() for row in rows for cell in row.values() if cell}
    assert not starts & set("=+@\t\r")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1", "'=1"), ("+62811", "'+62811"), ("-5", "-5"), ("-5,25", "-5,25"), ("-1e9", "-1e9"),
        ("-5+1", "'-5+1"), ("@a", "'@a"), ("\tx", "'\tx"), ("\rx", "'\rx"), ("a=1", "a=1"),
        ("", ""), ("'=1", "'=1"),
    ],
)  # fmt: skip
def test_what_is_neutralised_and_how_it_is_read_back(text: str, shown: str) -> None:
    assert neutralised(text) == shown
    if not text.startswith("'"):
        assert as_typed(shown) == text


def test_labels_are_added_when_asked_for(export: Any, unit: Any) -> None:
    tables = export(labels=True)
    (row,) = tables["units.csv"]
    assert row["hasil_kunjungan.label"] == "Selesai dicacah"
    assert row["sumber_air.label"] == "Ledeng; Air hujan"
    assert tables["anggota.csv"][0]["bekerja.label"] == "Ya"


def test_questions_of_older_versions_follow_those_of_the_newest(
    export: Any, satker: Any, household: Any, unit: Any, super_admin: Any
) -> None:
    schema = factories.form("household")
    schema["pages"] = schema["pages"][1:]
    schema["pages"][0]["elements"].append({"type": "text", "name": "baru"})
    FormVersion.objects.create(
        kegiatan=household, version=2, schema=schema, checksum="1" * 64, published_by=super_admin
    )
    household.form_version = 2
    household.save()
    (row,) = export()["units.csv"]
    names = list(row)
    assert names.index("baru") < names.index("hasil_kunjungan")
    assert row["hasil_kunjungan"] == "selesai"


def test_statuses_and_regions_choose_units_and_cancelled_ones_never_come(
    export: Any, satker: Any, household: Any, enumerator: Any, supervisor: Any, unit: Any,
    kegiatan_admin: Any,
) -> None:  # fmt: skip
    factories.assignment(satker, household, enumerator, supervisor, region="6104090", label="Lain")
    factories.assignment(
        satker, household, enumerator, supervisor, label="Batal", cancel_reason="x",
        cancelled_at=unit.created_at, cancelled_by=kegiatan_admin,
    )  # fmt: skip

    def labels(**choice: Any) -> list[str]:
        rows = export(selection=Selection(**choice))["units.csv"]
        return [row["assignment_label"] for row in rows]

    assert labels() == ["Rumah 1", "Lain"]
    assert labels(statuses=["Assigned"]) == ["Lain"]
    assert labels(region="6104080") == ["Rumah 1"]
    assert labels(region="61040800010002") == []
    with pytest.raises(Invalid):
        labels(statuses=["Selesai"])


def test_nothing_of_another_office_or_another_kegiatan_is_exported(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, other_satker: Any, assignment: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    report = export_responses(
        actor=kegiatan_admin, satker=satker, kegiatan=kegiatan, out=tmp_path / "out.zip"
    )
    assert report.files["units.csv"] == 1
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "Rahasia" not in text
    assert "6171" not in text


def test_who_exports(
    export: Any, satker_admin: Any, super_admin: Any, enumerator: Any, supervisor: Any,
    other_satker: Any, kegiatan: Any, satker: Any, tmp_path: Path, kegiatan_admin: Any, unit: Any,
) -> None:  # fmt: skip
    for actor in (satker_admin, super_admin):
        assert len(export(actor=actor)["units.csv"]) == 1
    for actor in (enumerator, supervisor):
        with pytest.raises(NotAllowed):
            export(actor=actor)
    with pytest.raises(NotFound):
        export(satker=other_satker, kegiatan=kegiatan)
    foreign = factories.person(other_satker)
    factories.satker_role(foreign, other_satker, "admin_satker")
    with pytest.raises(NotFound):
        export(actor=foreign)


def test_an_export_that_fails_leaves_no_file(
    export: Any, unit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assignments.exporting.running.prefilled_cells", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputUnwritable):
        export(out=tmp_path / "none" / "out")


def test_files_are_for_their_owner_only(export: Any, unit: Any, tmp_path: Path) -> None:
    export()
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}


def test_pages_hold_all_units_once_and_the_number_of_queries_grows_by_page(
    export: Any, satker: Any, household: Any, enumerator: Any, supervisor: Any,
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    monkeypatch.setattr("assignments.exporting.units.PAGE", 10)
    made = [
        str(factories.assignment(satker, household, enumerator, supervisor).pk) for _ in range(35)
    ]
    with django_assert_max_num_queries(30):
        rows = export()["units.csv"]
    assert [row["assignment_id"] for row in rows] == sorted(made)


def test_headers_that_occur_again_are_made_different() -> None:
    assert distinct(["status", "a", "status", "status.2"]) == [
        "status",
        "a",
        "status.3",
        "status.2",
    ]


def test_names_of_rosters_cannot_leave_the_folder(
    export: Any, satker: Any, household: Any, unit: Any, tmp_path: Path, super_admin: Any
) -> None:
    schema = factories.form("household")
    for name in ("../../jahat", "units"):
        schema["pages"][0]["elements"].append(
            {"type": "paneldynamic", "name": name, "templateElements": []}
        )
    FormVersion.objects.create(
        kegiatan=household, version=2, schema=schema, checksum="1" * 64, published_by=super_admin
    )
    household.form_version = 2
    household.save()
    assert set(export()) == {
        "units.csv", "_.._jahat.csv", "units_2.csv", "anggota.csv", "anggota.pekerjaan.csv",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True, databases=["default", "direct"])
def test_all_pages_see_the_same_moment(
    export: Any, satker: Any, household: Any, enumerator: Any, supervisor: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A unit approved between two pages is exported as it was when the export began."""
    import threading

    from django.db import connections

    from assignments.exporting import running, units

    for _ in range(3):
        factories.assignment(satker, household, enumerator, supervisor)
    monkeypatch.setattr(units, "PAGE", 1)

    def approve() -> None:
        with tenant_scope(satker):
            AssignmentResponse.objects.update(status="Opened")
        factories.assignment(satker, household, enumerator, supervisor)
        connections.close_all()

    def pages(chosen: Any, **options: Any) -> Any:
        for number, page in enumerate(units.unit_pages(chosen, **options)):
            yield page
            if number == 0:
                thread = threading.Thread(target=approve)
                thread.start()
                thread.join()

    monkeypatch.setattr(running, "unit_pages", pages)
    rows = export()["units.csv"]
    assert [row["status"] for row in rows] == ["Assigned"] * 3
    with super_scope():
        assert Assignment.objects.count() == 4


def test_the_command_prints_the_rows_per_file(
    satker: Any, household: Any, kegiatan_admin: Any, unit: Any, enumerator: Any, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    options = ("--satker", satker.code, "--out", str(tmp_path / "o.zip"), "--json")
    call_command(
        "export_responses", str(household.pk), "--actor", kegiatan_admin.email,
        "--status", "Submitted by PPL", *options,
    )  # fmt: skip
    files = json.loads(capsys.readouterr().out)["files"]
    assert files == {"units.csv": 1, "anggota.csv": 2, "anggota.pekerjaan.csv": 1}
    with pytest.raises(CommandError, match="not_allowed"):
        call_command("export_responses", str(household.pk), "--actor", enumerator.email, *options)
