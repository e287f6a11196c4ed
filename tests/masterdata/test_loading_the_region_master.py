"""Loading SLS: all or nothing, what changed, and what may never be removed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from masterdata.browsing import areas_below
from masterdata.models import MasterSls
from masterdata.reading import FileUnreadable
from masterdata.services import LoadRunning, RemovalUnguarded, master_sls_hold, master_sls_load
from masterdata.services.sls_loading import _LOCK_LOADING, _LOCK_REGIONS
from tests import factories
from tests.masterdata.conftest import refusals, sls_row

Writer = Callable[..., Path]
pytestmark = pytest.mark.django_db
EXTRA = {"Jenis SLS": "SLS", "Jumlah Keluarga": "41"}


def counts(report: Any) -> tuple[int, int, int, int, int]:
    """Return added, changed, removed, unchanged, duplicates."""
    return (
        report.added,
        report.changed,
        report.removed,
        report.unchanged,
        report.duplicates,
    )


def stored() -> list[str]:
    return list(MasterSls.objects.order_by("sls_id").values_list("sls_id", flat=True))


def test_a_file_is_loaded_with_full_codes_and_names_as_they_are(
    bundled: Callable[[str], Path],
) -> None:
    report = master_sls_load(paths=[bundled("6104")])
    assert counts(report) == (29, 0, 0, 0, 2)
    assert (report.rows, report.loaded, report.refused) == (31, True, [])
    row = MasterSls.objects.get(sls_id="6104080001901000")
    assert (row.prov_id, row.kabkot_id, row.kec_id, row.desa_kel_id) == (
        "61", "6104", "6104080", "6104080001",
    )  # fmt: skip
    assert (row.provinsi, row.kecamatan, row.nama) == (
        "KALIMANTAN BARAT", "JONGKAT", "KEBUN, TAMBAK",
    )  # fmt: skip
    assert (row.jenis_sls, row.jumlah_keluarga) == (None, None)
    assert MasterSls.objects.filter(nama="RT 006  RW 02 DUSUN MAWAR").exists()


@pytest.mark.django_db(transaction=True)
def test_where_the_table_of_the_cache_was_never_made_a_load_is_quiet(
    bundled: Callable[[str], Path], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    absent = {**settings.CACHES["default"], "LOCATION": "tabel_yang_tidak_ada"}
    settings.CACHES = {"default": absent}
    assert master_sls_load(paths=[bundled("6104")]).loaded
    assert caplog.records == []


@pytest.mark.django_db(transaction=True)
def test_a_load_forgets_the_counts_of_the_country(bundled: Callable[[str], Path]) -> None:
    assert areas_below("") == []
    master_sls_load(paths=[bundled("6104")])
    assert [(area.code, area.sls) for area in areas_below("")] == [("61", 29)]


def test_loading_the_same_files_again_changes_nothing(bundled: Callable[[str], Path]) -> None:
    paths = [bundled("6104"), bundled("6171")]
    master_sls_load(paths=paths)
    before = list(MasterSls.objects.order_by("id").values())
    report = master_sls_load(paths=paths, replace=True)
    assert counts(report) == (0, 0, 0, 38, 2)
    assert report.loaded is False
    assert list(MasterSls.objects.order_by("id").values()) == before


def test_a_changed_name_updates_that_row_alone(sls_file: Writer) -> None:
    rows = [sls_row("6104080001000100", "RT 1"), sls_row("6104080001000200", "RT 2")]
    master_sls_load(paths=[sls_file(rows)])
    kept = MasterSls.objects.get(sls_id="6104080001000200")
    changed = MasterSls.objects.get(sls_id="6104080001000100")
    report = master_sls_load(paths=[sls_file([sls_row("6104080001000100", "RT SATU"), rows[1]])])
    assert counts(report) == (0, 1, 0, 1, 0)
    after = MasterSls.objects.get(sls_id="6104080001000100")
    assert (after.id, after.nama, after.created_at) == (changed.id, "RT SATU", changed.created_at)
    assert MasterSls.objects.filter(sls_id=kept.sls_id, updated_at=kept.updated_at).exists()


def test_a_file_without_the_optional_columns_keeps_what_is_stored(sls_file: Writer) -> None:
    codes = ("6104080001000100", "6104080001000200")
    full = sls_file([sls_row(code, **EXTRA) for code in codes], name="full.csv")
    plain = sls_file([sls_row(codes[0]), sls_row("6104080001000300")], name="plain.csv")
    master_sls_load(paths=[full])
    assert counts(master_sls_load(paths=[plain])) == (1, 0, 0, 1, 0)
    assert MasterSls.objects.get(sls_id=codes[0]).jumlah_keluarga == 41
    # Together: each file speaks only for the columns that it has.
    other = sls_file([sls_row(codes[1], **{**EXTRA, "Jumlah Keluarga": ""})], name="other.csv")
    renamed = sls_file([sls_row(codes[0], "RT BARU")], name="renamed.csv")
    assert counts(master_sls_load(paths=[renamed, other])) == (0, 2, 0, 0, 0)
    first, second = MasterSls.objects.filter(sls_id__in=codes).order_by("sls_id")
    assert (first.nama, first.jenis_sls, first.jumlah_keluarga) == ("RT BARU", "SLS", 41)
    assert (second.jenis_sls, second.jumlah_keluarga) == ("SLS", None)


def test_a_dry_run_tells_the_same_counts_and_writes_nothing(sls_file: Writer) -> None:
    master_sls_load(paths=[sls_file([sls_row("6104080001000100"), sls_row("6104080001000200")])])
    before = list(MasterSls.objects.order_by("id").values())
    path = sls_file([sls_row("6104080001000100", "RT BARU"), sls_row("6104080001000300")])
    report = master_sls_load(paths=[path], dry_run=True)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert (report.dry_run, report.loaded) == (True, False)
    assert list(MasterSls.objects.order_by("id").values()) == before
    assert counts(master_sls_load(paths=[path])) == counts(report)


def test_one_bad_row_keeps_every_file_out_and_all_faults_are_told(sls_file: Writer) -> None:
    good = sls_file([sls_row("6171010001000100")], name="good.csv")
    bad = sls_file(
        [sls_row(), sls_row("6104080001000200", ""), sls_row("610408000100030")], name="bad.csv"
    )
    report = master_sls_load(paths=[good, bad])
    assert refusals(report) == [
        (3, "Nama SLS", "name_missing"),
        (4, "ID SLS", "lost_zero"),
    ]
    assert {refusal.as_json()["file"] for refusal in report.refused} == {str(bad)}
    assert (counts(report), report.rows, report.loaded) == ((0, 0, 0, 0, 0), 4, False)
    assert stored() == []


def test_one_code_with_two_contents_is_refused_also_across_files(sls_file: Writer) -> None:
    first = sls_file([sls_row(nama="RT 1"), sls_row(nama="RT 1")], name="first.csv")
    second = sls_file([sls_row("6104080001000900"), sls_row(nama="RT 2")], name="second.csv")
    report = master_sls_load(paths=[first, second])
    assert refusals(report) == [(3, "ID SLS", "duplicate_code")]
    assert report.refused[0].value == "6104080001000100"
    assert str(first) in report.refused[0].message
    assert report.duplicates == 1
    assert stored() == []


def test_a_file_that_breaks_off_loads_nothing(sls_file: Writer) -> None:
    good = sls_file([sls_row()], name="good.csv")
    cut = sls_file([sls_row(f"6104080001{n:04}00", f"RT {n}") for n in range(1, 900)], "cut.csv.gz")
    cut.write_bytes(cut.read_bytes()[:-30])
    with pytest.raises(FileUnreadable):
        master_sls_load(paths=[good, cut])
    assert stored() == []
    assert counts(master_sls_load(paths=[good])) == (1, 0, 0, 0, 0)


def test_loading_one_kabupaten_never_removes_another(
    bundled: Callable[[str], Path], sls_file: Writer, uses_by_assignments: None
) -> None:
    master_sls_load(paths=[bundled("6104"), bundled("6171")])
    only = sls_file([sls_row("6171010001000100")])
    assert master_sls_load(paths=[only]).removed == 0
    assert MasterSls.objects.count() == 38
    report = master_sls_load(paths=[only], replace=True)
    assert (report.removed, report.refused) == (8, [])
    assert MasterSls.objects.filter(kabkot_id="6171").count() == 1
    assert MasterSls.objects.filter(kabkot_id="6104").count() == 29


def test_replacing_with_an_empty_file_removes_nothing(
    bundled: Callable[[str], Path], sls_file: Writer, uses_by_assignments: None
) -> None:
    master_sls_load(paths=[bundled("6171")])
    empty = sls_file([], header=list(sls_row()))
    assert counts(master_sls_load(paths=[empty], replace=True)) == (0, 0, 0, 0, 0)
    assert MasterSls.objects.count() == 9


def test_nothing_is_removed_while_no_app_says_what_is_in_use(
    bundled: Callable[[str], Path], sls_file: Writer, nothing_registered: None
) -> None:
    master_sls_load(paths=[bundled("6171")])
    with pytest.raises(RemovalUnguarded):
        master_sls_load(paths=[sls_file([sls_row("6171010001000100")])], replace=True)
    assert MasterSls.objects.count() == 9


@pytest.mark.parametrize(
    "region", ["6171010002000300", "61710100020003", "6171010002", "6171010001000302"]
)
def test_an_area_in_use_by_any_office_is_never_removed(
    bundled: Callable[[str], Path],
    sls_file: Writer,
    uses_by_assignments: None,
    other_satker: Any,
    kegiatan: Any,
    region: str,
) -> None:
    ppl = factories.person(other_satker)
    factories.assignment(other_satker, kegiatan, ppl, ppl, region=region)
    master_sls_load(paths=[bundled("6171")])
    keep = [sls_row("6171010001000100"), sls_row("6171010001000301")]
    report = master_sls_load(paths=[sls_file(keep)], replace=True)
    assert refusals(report) == [(None, "ID SLS", "in_use")]
    assert report.refused[0].value == region
    assert (counts(report), report.loaded) == ((0, 0, 0, 0, 0), False)
    assert MasterSls.objects.filter(kabkot_id="6171").count() == 9


def test_an_sls_in_use_may_be_divided(
    bundled: Callable[[str], Path],
    sls_file: Writer,
    uses_by_assignments: None,
    other_satker: Any,
    kegiatan: Any,
) -> None:
    ppl = factories.person(other_satker)
    factories.assignment(other_satker, kegiatan, ppl, ppl, region="61710100010002")
    master_sls_load(paths=[bundled("6171")])
    parts = [sls_row("6171010001000201"), sls_row("6171010001000202")]
    # The other units of this office are in SLS 0001.
    report = master_sls_load(paths=[sls_file([sls_row("6171010001000100"), *parts])], replace=True)
    assert report.refused == []
    assert stored() == ["6171010001000100", "6171010001000201", "6171010001000202"]


@pytest.mark.django_db(transaction=True, databases=["default", "direct"])
def test_a_second_load_at_the_same_time_is_told_to_wait(sls_file: Writer) -> None:
    path = sls_file([sls_row()])
    with connections["direct"].cursor() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [_LOCK_LOADING])
        try:
            with pytest.raises(LoadRunning):
                master_sls_load(paths=[path])
        finally:
            other.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_LOADING])
    assert stored() == []
    assert counts(master_sls_load(paths=[path])) == (1, 0, 0, 0, 0)


@pytest.mark.django_db(transaction=True, databases=["default", "direct"])
def test_a_removal_waits_for_writers_that_checked_their_codes(
    sls_file: Writer, uses_by_assignments: None
) -> None:
    master_sls_load(paths=[sls_file([sls_row(), sls_row("6104080001000200")])])
    with transaction.atomic():
        master_sls_hold()
        with connections["direct"].cursor() as other:
            other.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK_REGIONS])
            assert other.fetchone() == (False,)
    with connections["direct"].cursor() as other:
        other.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK_REGIONS])
        assert other.fetchone() == (True,)
        other.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_REGIONS])


@pytest.mark.django_db(transaction=True)
def test_a_load_commits_and_leaves_no_temporary_table(bundled: Callable[[str], Path]) -> None:
    master_sls_load(paths=[bundled("6171")], replace=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'")
        assert cursor.fetchone() == (0,)
    connection.close()
    assert MasterSls.objects.count() == 9


@pytest.mark.parametrize(
    "fields",
    [
        {"sls_id": "610408000100010X"},
        {"sls_id": "61040800010001"},
        {"kec_id": "6104090"},
        {"prov_id": "62"},
        {"nama": ""},
        {"jumlah_keluarga": -1},
    ],
)
def test_the_database_itself_refuses_a_bad_row(fields: dict[str, Any]) -> None:
    good = {
        "prov_id": "61", "kabkot_id": "6104", "kec_id": "6104080", "desa_kel_id": "6104080001",
        "sls_id": "6104080001000100", "provinsi": "P", "kabkot": "K", "kecamatan": "C",
        "desa_kel": "D", "nama": "RT 1",
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        MasterSls.objects.create(**(good | fields))
    MasterSls.objects.create(**good)


def test_the_files_of_the_office_load_with_the_right_counts(shared: Callable[[str], Path]) -> None:
    paths = [shared("sls/master_sls.csv"), shared("sls/master_sls_71_sulut_2022.csv.gz")]
    assert counts(master_sls_load(paths=paths[:1])) == (1326, 0, 0, 0, 2)
    report = master_sls_load(paths=paths)
    assert counts(report) == (12295, 0, 0, 1326, 2)
    assert MasterSls.objects.filter(prov_id="71").values("kabkot_id").distinct().count() == 15
    assert MasterSls.objects.filter(jumlah_keluarga__isnull=False).count() == 10982


def test_the_assignments_app_guards_the_regions_that_it_uses() -> None:
    from masterdata.services.use_checks import RegionCodeColumn, registered_columns

    assert RegionCodeColumn("assignments", "region_code") in registered_columns()
