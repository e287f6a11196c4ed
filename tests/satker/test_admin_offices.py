"""Pages of offices: making them with area and first admin, the check of areas, one's own area."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from masterdata.models import MasterSls
from satker.area_check import area_gaps, area_overlaps
from satker.models import Invitation, Satker, SatkerWilayahTugas, User
from satker.selectors import satker_prefixes, satker_roles
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
GLOBAL = "/admin/satker/satker/"
AREA = "/satker/6104/admin/satker/satkerwilayahtugas/"


def browser(user: Any) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client


def sls(kabkot: str, name: str) -> None:
    """One SLS of a kabupaten in the region master."""
    code = f"{kabkot}010001000100"
    MasterSls.objects.create(
        prov_id=code[:2], kabkot_id=kabkot, kec_id=code[:7], desa_kel_id=code[:10], sls_id=code,
        provinsi="KALIMANTAN BARAT", kabkot=name, kecamatan="K", desa_kel="D", nama="RT 001",
    )  # fmt: skip


def fields(**changed: Any) -> dict[str, Any]:
    """A form of an office as a browser sends it."""
    return {
        "code": "6105", "name": "BPS Sanggau", "time_zone": "Asia/Jakarta",
        "prefixes": "6105\n6106010", **changed,
    }  # fmt: skip


def test_super_admin_makes_and_changes_an_office_with_its_area(super_admin: Any) -> None:
    client = browser(super_admin)
    answer = client.post(f"{GLOBAL}add/", fields())
    assert answer.status_code == 302, answer.content.decode()
    made = Satker.objects.get(code="6105")
    assert satker_prefixes(made.pk) == ("6105", "6106010")
    address = f"{GLOBAL}{made.pk}/change/"
    assert "6105\n6106010" in client.get(address).content.decode()
    changed = fields(name="BPS Kabupaten Sanggau", time_zone="Asia/Makassar", prefixes=" 6105 ")
    assert client.post(address, changed).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.time_zone) == ("BPS Kabupaten Sanggau", "Asia/Makassar")
    assert satker_prefixes(made.pk) == ("6105",)


@pytest.mark.parametrize(
    "wrong", [{"prefixes": "6105 61050"}, {"code": "61/05"}, {"time_zone": "Mars"}, {"name": ""}]
)
def test_a_wrong_office_is_refused_and_nothing_is_stored(
    super_admin: Any, wrong: dict[str, str]
) -> None:
    answer = browser(super_admin).post(f"{GLOBAL}add/", fields(**wrong), follow=True)
    assert answer.status_code == 200
    assert not Satker.objects.filter(code__startswith="61").exists()
    assert not SatkerWilayahTugas.objects.exists()


def test_a_wrong_area_leaves_the_old_one(super_admin: Any, satker: Any) -> None:
    address = f"{GLOBAL}{satker.pk}/change/"
    data = fields(code="6104", name="Lain", prefixes="6104 abc")
    page = browser(super_admin).post(address, data, follow=True).content.decode()
    assert "abc bukan kode wilayah" in page
    satker.refresh_from_db()
    assert satker.name != "Lain"
    assert satker_prefixes(satker.pk) == ("6104",)


def test_a_code_that_is_taken_is_refused(super_admin: Any, satker: Any) -> None:
    answer = browser(super_admin).post(f"{GLOBAL}add/", fields(code="6104"))
    assert answer.status_code == 200
    assert Satker.objects.count() == 1


def test_the_first_admin_may_be_a_new_account(super_admin: Any, satker: Any) -> None:
    client = browser(super_admin)
    data = {"email": "Baru@uji.example", "name": "Admin Baru", "password": "kata-sandi-panjang"}
    answer = client.post(f"{GLOBAL}{satker.pk}/admins/add/", data)
    assert answer["Location"] == f"{GLOBAL}{satker.pk}/change/"
    made = User.objects.get(email="baru@uji.example")
    assert satker_roles(made.pk, satker.pk) == {"admin_satker"}
    assert made.check_password("kata-sandi-panjang")
    assert "Admin Baru" in client.get(f"{GLOBAL}{satker.pk}/change/").content.decode()


def test_the_first_admin_may_be_somebody_of_the_office_or_floating(
    super_admin: Any, satker: Any
) -> None:
    client = browser(super_admin)
    own, floating = factories.person(satker), factories.person(None)
    for user in (own, floating):
        assert client.post(
            f"{GLOBAL}{satker.pk}/admins/add/", {"email": user.email}
        ).status_code == 302  # fmt: skip
    assert satker_roles(own.pk, satker.pk) == {"admin_satker"}
    assert Invitation.objects.get(email=floating.email).role == "admin_satker"
    floating.refresh_from_db()
    assert floating.satker is None


def test_somebody_of_another_office_is_refused(
    super_admin: Any, satker: Any, other_satker: Any
) -> None:
    theirs = factories.person(other_satker)
    answer = browser(super_admin).post(
        f"{GLOBAL}{satker.pk}/admins/add/", {"email": theirs.email, "name": "X"}
    )
    assert answer.status_code == 200
    assert other_satker.name in answer.content.decode()
    assert not satker_roles(theirs.pk, satker.pk)


def test_a_weak_password_makes_no_account(super_admin: Any, satker: Any) -> None:
    data = {"email": "baru@uji.example", "name": "Baru", "password": "12345"}
    answer = browser(super_admin).post(f"{GLOBAL}{satker.pk}/admins/add/", data)
    assert answer.status_code == 200
    assert not User.objects.filter(email="baru@uji.example").exists()


def test_overlaps_tell_mistakes_from_leaders(satker: Any) -> None:
    province = factories.office("6100", ["61"])
    twin = factories.office("6198", ["6104"])
    part = factories.office("6199", ["6104080"])
    factories.office("0000", ["*"])
    kinds = {(row.outer, row.inner_prefix, row.kind) for row in area_overlaps()}
    first, second = sorted([satker, twin], key=lambda office: office.pk)
    assert kinds == {
        (str(first), "6104", "same"),
        (str(satker), "6104080", "within"),
        (str(twin), "6104080", "within"),
        (str(province), "6104", "leader"),
        (str(province), "6104080", "leader"),
    }
    assert [row.kind for row in area_overlaps()][-1] == "leader"
    assert {row.inner for row in area_overlaps() if row.kind == "within"} == {str(part)}
    assert first.pk < second.pk


def test_gaps_are_loaded_kabupaten_without_an_office_of_their_own(satker: Any) -> None:
    for code, name in (("6104", "MEMPAWAH"), ("6105", "SANGGAU"), ("7501", "BOALEMO")):
        sls(code, name)
    assert [(gap.code, gap.kind) for gap in area_gaps()] == [("6105", "none"), ("7501", "none")]
    factories.office("6199", ["6105010"])
    factories.office("7500", ["75"])
    assert [(gap.code, gap.kind) for gap in area_gaps()] == [("6105", "part"), ("7501", "leader")]
    factories.office("6105", ["6105"])
    assert [gap.code for gap in area_gaps()] == ["7501"]


def test_without_region_master_there_are_no_gaps(satker: Any) -> None:
    assert area_gaps() == []


def test_the_check_is_a_page_with_two_queries_of_its_own(
    super_admin: Any, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        factories.office(f"61{n:02d}", [f"61{n:02d}", "6199"])
        sls(f"62{n:02d}", f"KABUPATEN {n}")
    client = browser(super_admin)
    with django_assert_max_num_queries(9):
        page = client.get(f"{GLOBAL}area-check/").content.decode()
    assert "KABUPATEN 29" in page
    assert f"({30 * 29 // 2})" in page


def test_the_list_of_offices_asks_a_fixed_number_of_queries(
    super_admin: Any, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        factories.office(f"61{n:02d}")
    client = browser(super_admin)
    with django_assert_max_num_queries(12):
        assert "6129" in client.get(GLOBAL).content.decode()


@pytest.mark.parametrize("rest", ["", "add/", "{s}/change/", "{s}/admins/add/", "area-check/"])
def test_the_pages_of_offices_do_not_exist_for_others(
    satker_admin: Any, satker: Any, rest: str
) -> None:
    client = browser(satker_admin)
    address = GLOBAL + rest.format(s=satker.pk)
    assert client.get(address).status_code == 404
    assert client.post(address, fields()).status_code == 404
    assert Client().get(address).status_code == 302


def test_an_absent_office_is_absent(super_admin: Any) -> None:
    client = browser(super_admin)
    for rest in ("change/", "admins/add/", "history/"):
        assert client.get(f"{GLOBAL}{uuid4()}/{rest}").status_code == 404


def test_the_office_sees_its_area_with_names(
    satker_admin: Any, kegiatan_admin: Any, other_satker: Any
) -> None:
    sls("6104", "MEMPAWAH")
    for user in (satker_admin, kegiatan_admin):
        page = browser(user).get(AREA).content.decode()
        assert "MEMPAWAH, KALIMANTAN BARAT" in page
        assert "6171" not in page


def test_the_office_cannot_change_its_area(
    satker_admin: Any, satker: Any, other_satker: Any
) -> None:
    client = browser(satker_admin)
    own = SatkerWilayahTugas.objects.get(satker=satker)
    theirs = SatkerWilayahTugas.objects.get(satker=other_satker)
    assert client.get(f"{AREA}add/").status_code == 403
    data = {"wilayah_code_prefix": "6171", "wilayah_level": 2}
    assert client.post(f"{AREA}add/", data).status_code == 403
    assert client.post(f"{AREA}{own.pk}/change/", data).status_code == 403
    assert client.post(f"{AREA}{own.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{AREA}{theirs.pk}/change/").status_code == 404
    assert satker_prefixes(satker.pk) == ("6104",)
