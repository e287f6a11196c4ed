"""Every list of both admin sites takes the same number of queries with few rows and with many.

Generated from the registries of the sites: a list that ROWS does not know how to fill fails. Many
is more than one page, so that a query for each row would show.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assignments.models import Assignment, AssignmentResponse, ParkedOperation
from cerdas.admin_sites import global_site, satker_site
from cerdas.ids import new_id
from cerdas.models import Job
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from masterdata.models import MasterData, MasterSls
from satker.models import Invitation, Satker, SatkerWilayahTugas, User
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
FEW, MANY = 3, 300
_MOST = 26  # a page of the site itself takes a dozen
REGION = "61040800010001"
SITES = {"satker_admin": satker_site, "global_admin": global_site}
LISTS = [
    (name, model._meta.label_lower) for name, site in SITES.items() for model in site._registry
]


class House:
    """An office with an activity, its crew and those who look at lists."""

    def __init__(self, satker: Any, kegiatan: Any, people: dict[str, Any]) -> None:
        self.satker, self.kegiatan = satker, kegiatan
        self.ppl, self.pml = people["ppl"], people["pml"]
        self.admin, self.super_admin = people["admin"], people["super_admin"]
        self._numbers = count(1)

    def next_numbers(self, wanted: int) -> list[int]:
        """Return numbers that were not given before, for codes."""
        return [next(self._numbers) for _n in range(wanted)]


def people(house: House, wanted: int) -> list[User]:
    """Make people of the office who sign in nowhere."""
    return User.objects.bulk_create(
        User(satker=house.satker, name=f"Orang {new_id()}", email=f"{new_id()}@uji.example")
        for _n in range(wanted)
    )


def units(house: House, wanted: int) -> None:
    """Make answered units, each with its response."""
    made = Assignment.objects.bulk_create(
        Assignment(
            satker=house.satker, kegiatan_statistik=house.kegiatan, ppl=house.ppl, pml=house.pml,
            assignment_label=f"Keluarga {n}", **factories.levels(REGION),
        )
        for n in range(wanted)
    )  # fmt: skip
    AssignmentResponse.objects.bulk_create(
        AssignmentResponse(
            assignment=unit, satker=house.satker, form_version_used=1, status="Submitted by PPL",
            version=2, responses={"nama_krt": "Siti"},
        )
        for unit in made
    )  # fmt: skip


def parked(house: House, wanted: int) -> None:
    """Make field work that waits for the office."""
    ParkedOperation.objects.bulk_create(
        ParkedOperation(
            satker=house.satker, kegiatan=house.kegiatan, user=house.ppl, kind="submit",
            operation_id=uuid4(), assignment_id=uuid4(), payload_sha256="0" * 64,
            reason="reassigned", payload=b'{"answers": {}}',
        )
        for _n in range(wanted)
    )  # fmt: skip


def jobs(house: House, wanted: int) -> None:
    """Make jobs that have failed, of the office."""
    Job.objects.bulk_create(
        Job(
            satker=house.satker, actor=house.admin, kind="assignments.bulk", title=f"Uji {n}",
            state="failed", finished_at=timezone.now(), message="Gagal",
        )
        for n in range(wanted)
    )  # fmt: skip


def members(house: House, wanted: int) -> None:
    """Make PPL with a supervisor, each with a unit."""
    for person in people(house, min(wanted, 60)):
        factories.member(person, house.kegiatan, house.satker, "PPL", pml=house.pml)


def activities(house: House, wanted: int) -> None:
    """Make activities that the office takes part in."""
    today = timezone.localdate()
    made = KegiatanStatistik.objects.bulk_create(
        KegiatanStatistik(
            name=f"Survei {n}", year=2026, start_date=today, end_date=today + timedelta(days=9)
        )
        for n in range(wanted)
    )
    KegiatanSatker.objects.bulk_create(
        KegiatanSatker(kegiatan_statistik=kegiatan, satker=house.satker) for kegiatan in made
    )


def invitations(house: House, wanted: int) -> None:
    """Make invitations that wait for an answer."""
    Invitation.objects.bulk_create(
        Invitation(
            satker=house.satker, email=f"{new_id()}@uji.example", role="PPL",
            kegiatan_id=house.kegiatan.pk, invited_by=house.admin,
        )
        for _n in range(wanted)
    )  # fmt: skip


def areas(house: House, wanted: int) -> None:
    """Make areas of the office."""
    SatkerWilayahTugas.objects.bulk_create(
        SatkerWilayahTugas(satker=house.satker, wilayah_level=4, wilayah_code_prefix=f"6105{n:06d}")
        for n in house.next_numbers(wanted)
    )


def offices(house: House, wanted: int) -> None:
    """Make offices with an area each."""
    made = Satker.objects.bulk_create(
        Satker(name=f"BPS {n}", code=f"U{new_id().hex[-8:]}") for n in range(wanted)
    )
    SatkerWilayahTugas.objects.bulk_create(
        SatkerWilayahTugas(satker=office, wilayah_level=2, wilayah_code_prefix="9101")
        for office in made
    )


def sls(house: House, wanted: int) -> None:
    """Make rows of the region master in as many kecamatan."""
    MasterSls.objects.bulk_create(
        MasterSls(
            sls_id=f"6104{n:03d}001000100", prov_id="61", kabkot_id="6104",
            kec_id=f"6104{n:03d}", desa_kel_id=f"6104{n:03d}001", provinsi="KALIMANTAN BARAT",
            kabkot="MEMPAWAH", kecamatan=f"KECAMATAN {n}", desa_kel="WAJOK", nama=f"RT {n}",
        )
        for n in house.next_numbers(wanted)
    )  # fmt: skip


def datasets(house: House, wanted: int) -> None:
    """Make versions of datasets."""
    MasterData.objects.bulk_create(
        MasterData(
            type="KBLI", version=n, data="[]", checksum="1" * 64, size_bytes=2, row_count=0,
            is_active=False,
        )
        for n in house.next_numbers(wanted)
    )  # fmt: skip


ROWS: dict[str, Callable[[House, int], Any]] = {
    "assignments.assignment": units,
    "assignments.parkedoperation": parked,
    "cerdas.auditentry": areas,  # the triggers write an entry for each
    "cerdas.job": jobs,
    "kegiatan.kegiatanmember": members,
    "kegiatan.kegiatansatker": activities,
    "kegiatan.kegiatanstatistik": activities,
    "masterdata.masterdata": datasets,
    "masterdata.mastersls": sls,
    "satker.invitation": invitations,
    "satker.satker": offices,
    "satker.satkerwilayahtugas": areas,
    "satker.user": people,
}


@pytest.fixture
def house(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, kegiatan_admin: Any,
    super_admin: Any,
) -> House:  # fmt: skip
    """The office; its admin holds both roles, so that every list is theirs to see."""
    factories.satker_role(kegiatan_admin, satker, "admin_satker")
    return House(
        satker, kegiatan,
        {"ppl": enumerator, "pml": supervisor, "admin": kegiatan_admin,
         "super_admin": super_admin},
    )  # fmt: skip


def address(site: str, label: str, house: House) -> str:
    """Return the address of a list."""
    base = f"/satker/{house.satker.code}/admin/" if site == "satker_admin" else "/admin/"
    return f"{base}{label.replace('.', '/')}/"


def queries(client: Client, path: str) -> int:
    """Return how many statements a list takes when everything a process keeps is there."""
    assert client.get(path).status_code == 200
    with (
        CaptureQueriesContext(connections["default"]) as first,
        CaptureQueriesContext(connections["direct"]) as second,
    ):
        answer = client.get(path)
    assert answer.status_code == 200
    return len(first) + len(second)


@pytest.mark.parametrize(("site", "label"), LISTS)
def test_a_list_takes_the_same_queries_with_few_and_with_many_rows(
    site: str, label: str, house: House, other_satker: Any
) -> None:
    client = Client()
    viewer = house.admin if site == "satker_admin" else house.super_admin
    client.force_login(viewer, backend="satker.auth_backends.PasswordBackend")
    path = address(site, label, house)
    fill = ROWS[label]
    with tenant_scope(house.satker):
        fill(house, FEW)
    few = queries(client, path)
    with tenant_scope(house.satker):
        fill(house, MANY)
    many = queries(client, path)
    assert many == few
    assert few <= _MOST


def test_every_list_can_be_filled() -> None:
    assert {label for _site, label in LISTS} == set(ROWS)


PAGES = ["", "?p=5", "?status=Submitted+by+PPL", "?region=6104080", "?q=Keluarga+299", "?ppl=a",
         "?pml=a", "?outcome=ada"]  # fmt: skip


@pytest.mark.parametrize("query", PAGES)
def test_filters_searches_and_the_last_page_of_units_take_no_more(
    query: str, house: House, other_satker: Any
) -> None:
    client = Client()
    client.force_login(house.admin, backend="satker.auth_backends.PasswordBackend")
    path = address("satker_admin", "assignments.assignment", house)
    with tenant_scope(house.satker):
        units(house, FEW)
    few = queries(client, path)
    with tenant_scope(house.satker):
        units(house, MANY)
    assert queries(client, path + query) <= few
