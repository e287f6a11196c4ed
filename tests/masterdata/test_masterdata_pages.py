"""The master data in /admin/: for super_admin alone, from a file to the load and back."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cerdas.models import Job
from cerdas.tenancy import super_scope
from masterdata.models import MasterData, MasterSls
from masterdata.services import master_sls_load, masterdata_load
from tests.masterdata.conftest import sls_row
from tests.masterdata.test_dialects import table

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
REGIONS, DATASETS = "/admin/masterdata/mastersls/", "/admin/masterdata/masterdata/"
KBLI = [
    [{"kode": "01", "judul": "Padi"}, {"kode": "02", "judul": "Jagung"}, {"kode": "03", "j": "x"}],
    [{"kode": "01", "judul": "Padi"}, {"kode": "02", "judul": "Jagung, kedelai"}, {"kode": "4"}],
]


def signed_in(user: Any) -> Client:
    client = Client(headers={"accept-language": "id"})
    client.force_login(user)
    return client


@pytest.fixture
def office(super_admin: Any) -> Client:
    """super_admin at their desk."""
    return signed_in(super_admin)


@pytest.fixture
def regions(bundled: Callable[[str], Path]) -> None:
    """The region master of two kabupaten."""
    master_sls_load(paths=[bundled("6104"), bundled("6171")])


@pytest.fixture
def versions(tmp_path: Path) -> list[MasterData]:
    """KBLI 2020, and KBLI 2025 in use."""
    for year, rows in zip((2020, 2025), KBLI, strict=True):
        path = tmp_path / f"{year}.json"
        path.write_text(json.dumps(rows))
        masterdata_load(kind="KBLI", version=year, path=path)
    return list(MasterData.objects.order_by("version"))


def upload(client: Client, address: str, content: bytes | str, **words: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(words.pop("name", "sls.csv"), data)
    return client.post(f"{address}upload/", {"file": file, **words})


def work() -> None:
    call_command("worker", "--until-empty")


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content[:500]
    return " ".join(response.content.decode().split())


def test_nobody_but_super_admin_has_the_pages(
    versions: list[MasterData], satker: Any, satker_admin: Any, kegiatan_admin: Any,
    supervisor: Any, enumerator: Any,
) -> None:  # fmt: skip
    dataset = versions[0].pk
    pages = [
        REGIONS, f"{REGIONS}upload/", f"{REGIONS}upload/{versions_id()}/", DATASETS,
        f"{DATASETS}upload/", f"{DATASETS}upload/{versions_id()}/", f"{DATASETS}{dataset}/change/",
        f"{DATASETS}{dataset}/activate/", f"{DATASETS}{dataset}/compare/{versions[1].pk}/",
        f"{DATASETS}{dataset}/download/json/",
    ]  # fmt: skip
    for page in pages:
        for user in (satker_admin, kegiatan_admin, supervisor, enumerator):
            assert signed_in(user).get(page).status_code == 404, page
            assert signed_in(user).post(page).status_code == 404, page
            assert signed_in(user).get(f"/satker/{satker.code}{page}").status_code in (403, 404)
        anonymous = Client().get(page)
        assert (anonymous.status_code, "/login/" in anonymous["Location"]) == (302, True), page
        assert b"KBLI" not in anonymous.content
    assert MasterData.objects.get(is_active=True).version == 2025
    with super_scope():
        assert not Job.objects.exists()


def versions_id() -> str:
    return "00000000-0000-4000-8000-000000000000"


def test_an_upload_is_checked_then_loaded_once(office: Client) -> None:
    response = upload(office, REGIONS, table(delimiter=";"))
    assert response.status_code == 302
    check = response["Location"]
    assert "hx-get" in text_of(office.get(check))
    work()
    page = text_of(office.get(check))
    assert "titik koma" in page
    assert "Muat sekarang" in page
    assert not MasterSls.objects.exists()

    load = office.post(check)["Location"]
    assert office.post(check)["Location"] == load  # pressed twice
    work()
    page = text_of(office.get(load))
    assert "Muat sekarang" not in page
    assert MasterSls.objects.count() == 3
    with super_scope():
        assert [job.kind for job in Job.objects.order_by("created_at")] == [
            "masterdata.sls_check", "masterdata.sls_load",
        ]  # fmt: skip


def test_a_file_with_bad_rows_cannot_be_loaded_and_they_can_be_downloaded(office: Client) -> None:
    bad = table([sls_row(), sls_row("6104080001000200", "")])
    check = upload(office, REGIONS, bad)["Location"]
    work()
    page = text_of(office.get(check))
    assert "nama kosong" in page
    assert "Muat sekarang" not in page
    assert office.post(check).status_code == 404
    with super_scope():
        job = Job.objects.get()
        file = job.files.get(role="bad_rows")
    download = office.get(f"/admin/cerdas/job/{job.pk}/files/{file.pk}/")
    assert b"nama kosong" in b"".join(download.streaming_content)
    assert not MasterSls.objects.exists()


@pytest.mark.parametrize("content", [b"", bytes(3000), b"PK\x03\x04", "a;b\n1;2\n"])
def test_a_file_that_is_no_table_is_told_on_its_page(office: Client, content: Any) -> None:
    response = upload(office, REGIONS, content)
    if response.status_code == 302:
        work()
        page = text_of(office.get(response["Location"]))
        assert "sls.csv: " in page
        assert "/tmp/" not in page
    else:
        assert "c-page" in text_of(response)
    assert not MasterSls.objects.exists()


def test_the_tree_opens_level_by_level_with_counts(office: Client, regions: None) -> None:
    assert "38 SLS" in text_of(office.get(REGIONS))
    code = ""
    for digits in (2, 4, 7, 10):
        child = MasterSls.objects.filter(sls_id__startswith=code).order_by("sls_id").first()
        assert child is not None
        below = child.sls_id[:digits]
        page = text_of(office.get(REGIONS, {"code": code} if code else {}))
        number = MasterSls.objects.filter(sls_id__startswith=below).count()
        assert f"?code={below}" in page
        assert f"<td>{number}</td>" in page
        code = below
    page = text_of(office.get(REGIONS, {"code": code}))
    for sls in MasterSls.objects.filter(sls_id__startswith=code):
        assert sls.sls_id in page


@pytest.mark.parametrize(
    "query",
    ["code=99", "code=6", "code=61x4", "code=٦١", "q=%00", "page=0", "page=x", "page=99999999999"],
)
def test_an_area_that_does_not_exist_is_not_found(
    office: Client, regions: None, query: str
) -> None:
    assert office.get(f"{REGIONS}?{query}").status_code == 404


def test_search_finds_codes_areas_and_names(office: Client, regions: None) -> None:
    first = MasterSls.objects.order_by("sls_id").first()
    assert first is not None
    dotted = f"{first.sls_id[:2]}.{first.sls_id[2:4]} {first.sls_id[4:7]}"
    assert first.sls_id in text_of(office.get(REGIONS, {"q": dotted}))
    page = text_of(office.get(REGIONS, {"q": first.kecamatan.lower()}))
    assert f"?code={first.kec_id}" in page
    assert first.sls_id not in page
    inside = {"q": first.nama.lower(), "code": first.prov_id}
    assert first.sls_id in text_of(office.get(REGIONS, inside))
    assert "<script>" not in text_of(office.get(REGIONS, {"q": "<script>%_\\"}))


def test_the_number_of_queries_of_the_tree_does_not_grow(office: Client, regions: None) -> None:
    counts = []
    for code in ("", "61", "6104"):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            office.get(REGIONS, {"code": code} if code else {})
        counts.append(len(captured))
    assert max(counts) <= 14


def test_a_dataset_is_published_through_the_page(office: Client) -> None:
    words = {"type": "KBLI", "version": "2020", "description": "Klasifikasi", "activate": "on"}
    content = "kode;judul\n01;Padi\n"
    check = upload(office, DATASETS, content, name="kbli.csv", **words)["Location"]
    work()
    assert not MasterData.objects.exists()
    assert "Muat sekarang" in text_of(office.get(check))
    office.post(check)
    work()
    stored = MasterData.objects.get()
    assert (stored.type, stored.version, stored.is_active) == ("KBLI", 2020, True)
    assert json.loads(stored.data) == [{"kode": "01", "judul": "Padi"}]
    assert "2020" in text_of(office.get(DATASETS))


def test_the_form_of_a_dataset_tells_what_is_missing(office: Client) -> None:
    page = text_of(office.post(f"{DATASETS}upload/", {"version": "x"}))
    assert page.count("c-page") == 1
    with super_scope():
        assert not Job.objects.exists()


def test_another_version_is_used_after_a_confirmation(
    office: Client, versions: list[MasterData]
) -> None:
    address = f"{DATASETS}{versions[0].pk}/activate/"
    assert "2025" in text_of(office.get(address))
    assert MasterData.objects.get(is_active=True).version == 2025
    assert office.post(address)["Location"] == DATASETS
    assert MasterData.objects.get(is_active=True).version == 2020


def test_a_version_is_searched_and_downloaded(office: Client, versions: list[MasterData]) -> None:
    address = f"{DATASETS}{versions[1].pk}/"
    page = text_of(office.get(f"{address}change/", {"q": "KEDELAI"}))
    assert "Jagung, kedelai" in page
    assert "Padi" not in page
    assert json.loads(office.get(f"{address}download/json/").content) == KBLI[1]
    lines = office.get(f"{address}download/csv/").content.decode("utf-8-sig").splitlines()
    assert lines == ["kode,judul", "01,Padi", '02,"Jagung, kedelai"', "4,"]
    assert office.get(f"{address}download/xml/").status_code == 404


def test_two_versions_are_compared(office: Client, versions: list[MasterData]) -> None:
    address = f"{DATASETS}{versions[0].pk}/compare/{versions[1].pk}/"
    added, removed, changed = (
        text_of(office.get(address, {"change": name})) for name in ("added", "removed", "changed")
    )
    assert "<code>4</code>" in added
    assert "<code>03</code>" in removed
    assert "<td>Jagung</td><td>Jagung, kedelai</td>" in changed
    assert "<code>01</code>" not in added + removed + changed
    assert office.get(address, {"change": "x"}).status_code == 404


def test_versions_of_different_types_are_not_compared(
    office: Client, versions: list[MasterData], tmp_path: Path
) -> None:
    path = tmp_path / "kbji.json"
    path.write_text('[{"kode": "1"}]')
    masterdata_load(kind="KBJI", version=1, path=path)
    other = MasterData.objects.get(type="KBJI")
    assert office.get(f"{DATASETS}{other.pk}/compare/{versions[0].pk}/").status_code == 404


@pytest.mark.parametrize("page", ["add/", "1/delete/", "1/history/"])
@pytest.mark.parametrize("address", [REGIONS, DATASETS])
def test_rows_are_not_written_by_hand(
    office: Client, versions: list[MasterData], regions: None, address: str, page: str
) -> None:
    assert office.get(address + page).status_code == 404
    assert office.post(address + page, {"post": "yes"}).status_code == 404


def test_a_csv_with_a_formula_is_neutralised(office: Client, tmp_path: Path) -> None:
    path = tmp_path / "kbli.json"
    path.write_text('[{"kode": "1", "judul": "=1+1"}]')
    masterdata_load(kind="KBLI", version=1, path=path)
    dataset = MasterData.objects.get()
    content = office.get(f"{DATASETS}{dataset.pk}/download/csv/").content.decode("utf-8-sig")
    assert io.StringIO(content).read().splitlines() == ["kode,judul", "1,'=1+1"]
