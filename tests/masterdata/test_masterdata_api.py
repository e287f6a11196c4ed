"""Datasets and areas over HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from masterdata.selectors import masterdata_read
from masterdata.services import master_sls_load, masterdata_load
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
ADDRESS = "/api/v1/masterdata/KBLI/2020/"


@pytest.fixture
def checksum(tmp_path: Path, db: None) -> str:
    """The checksum of a published dataset KBLI 2020."""
    path = tmp_path / "kbli.csv"
    path.write_text("kode,judul\n" + "".join(f"{n:05},Judul é {n}\n" for n in range(200)))
    return masterdata_load(kind="KBLI", version=2020, path=path).checksum


def test_a_dataset_is_sent_as_stored_and_may_be_kept_for_ever(
    api: Any, enumerator: Any, checksum: str
) -> None:
    answer = api(enumerator).get(ADDRESS)
    stored = masterdata_read("KBLI", 2020)
    assert stored is not None
    assert answer.status_code == 200
    assert answer.content.decode() == stored.text
    assert answer["Content-Type"] == "application/json"
    assert answer["ETag"] == f'"{checksum}"'
    assert "private" in answer["Cache-Control"]
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
def test_a_phone_that_has_it_gets_304_without_the_data(
    api: Any, enumerator: Any, checksum: str, form: str
) -> None:
    answer = api(enumerator).get(ADDRESS, headers={"If-None-Match": form.format(checksum)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == f'"{checksum}"'


def test_another_checksum_gets_the_data(api: Any, enumerator: Any, checksum: str) -> None:
    answer = api(enumerator).get(ADDRESS, headers={"If-None-Match": f'"{"0" * 64}"'})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "address", ["KBLI/2021", "KBJI/2020", "kbli/2020", "KBLI/99999999999999999999", "K%00/2020"]
)
def test_an_unknown_dataset_is_not_found(
    api: Any, enumerator: Any, checksum: str, address: str
) -> None:
    answer = api(enumerator).get(f"/api/v1/masterdata/{address}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("address", [ADDRESS, "/api/v1/wilayah/"])
def test_who_has_no_office_reads_no_master_data(
    api: Any, checksum: str, satker_admin: Any, super_admin: Any, address: str
) -> None:
    assert api().get(address).status_code == 401
    floating = factories.person(None)
    assert api(floating).get(address).status_code == 403
    assert api(satker_admin).get(address).status_code == 200
    assert api(super_admin).get(address).status_code == 200


def test_the_children_of_a_prefix_are_listed(
    api: Any, enumerator: Any, bundled: Callable[[str], Path]
) -> None:
    master_sls_load(paths=[bundled("6104")])
    answer = api(enumerator).get("/api/v1/wilayah/", {"prefix": "6104080"})
    assert answer.status_code == 200
    assert answer.json() == {
        "results": [
            {"code": "6104080001", "level": 4, "name": "SUNGAI CONTOH"},
            {"code": "6104080002", "level": 4, "name": "PARIT CONTOH"},
        ]
    }
    provinces = [{"code": "61", "level": 1, "name": "KALIMANTAN BARAT"}]
    assert api(enumerator).get("/api/v1/wilayah/").json() == {"results": provinces}


@pytest.mark.parametrize(
    "prefix", ["6", "610", "6104x80", "61 ", "6104080001000100", "٦١", "61\n", "61\0", "%"]
)
def test_a_prefix_of_no_level_is_refused_and_the_field_named(
    api: Any, enumerator: Any, prefix: str
) -> None:
    answer = api(enumerator).get("/api/v1/wilayah/", {"prefix": prefix})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["details"]["fields"]) == ["prefix"]


def test_the_number_of_queries_does_not_grow(
    api: Any, enumerator: Any, checksum: str, django_assert_max_num_queries: Any
) -> None:
    client = api(enumerator)
    client.get("/api/v1/wilayah/")  # the first request of a process may look up more
    with django_assert_max_num_queries(12):
        client.get(ADDRESS)
    with django_assert_max_num_queries(11):
        client.get("/api/v1/wilayah/")
