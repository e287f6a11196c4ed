"""Pages of activities: super_admin makes and publishes; offices see their own."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from cerdas.tenancy import super_scope
from kegiatan.models import FormVersion, KegiatanSatker, KegiatanStatistik
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
GLOBAL = "/admin/kegiatan/kegiatanstatistik/"
OFFICE = "/satker/6104/admin/kegiatan/kegiatansatker/"


def browser(user: Any) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client


def fields(**changed: Any) -> dict[str, Any]:
    """A form of an activity as a browser sends it."""
    today = timezone.localdate()
    values = {
        "name": "Pendataan UMKM", "year": today.year, "source": "", "sync_grace_days": 7,
        "start_date": today.isoformat(), "end_date": (today + timedelta(days=30)).isoformat(),
        "extended_end_date": "", "allow_new_assignments": "on",
    }  # fmt: skip
    return {**values, **changed}


def form_file(schema: Any) -> BytesIO:
    """A questionnaire as an upload."""
    file = BytesIO(schema if isinstance(schema, bytes) else json.dumps(schema).encode())
    file.name = "form.json"
    return file


def test_super_admin_makes_and_changes_an_activity(super_admin: Any) -> None:
    client = browser(super_admin)
    answer = client.post(f"{GLOBAL}add/", fields())
    assert answer.status_code == 302, answer.content.decode()
    made = KegiatanStatistik.objects.get(name="Pendataan UMKM")
    assert made.allow_new_assignments
    assert not made.allow_without_region
    address = f"{GLOBAL}{made.pk}/change/"
    extended = (timezone.localdate() + timedelta(days=40)).isoformat()
    assert client.post(address, fields(extended_end_date=extended)).status_code == 302
    made.refresh_from_db()
    assert made.extended_end_date is not None


def test_dates_out_of_order_are_told_and_nothing_changes(super_admin: Any, kegiatan: Any) -> None:
    before = kegiatan.end_date
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    client = browser(super_admin)
    answer = client.post(f"{GLOBAL}{kegiatan.pk}/change/", fields(end_date=yesterday))
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode()
    kegiatan.refresh_from_db()
    assert kegiatan.end_date == before


def test_offices_join_leave_and_come_back_after_a_question(
    super_admin: Any, kegiatan: Any, satker: Any, enumerator: Any
) -> None:
    client = browser(super_admin)
    joining = factories.office("6171", ["6171"])
    page = client.get(f"{GLOBAL}{kegiatan.pk}/offices/add/").content.decode()
    assert str(joining.pk) in page
    assert str(satker.pk) not in page
    client.post(f"{GLOBAL}{kegiatan.pk}/offices/add/", {"satker": [joining.pk]})
    place = KegiatanSatker.objects.get(satker=joining, kegiatan_statistik=kegiatan)

    leave = f"{GLOBAL}{kegiatan.pk}/offices/{place.pk}/leave/"
    assert "Ya, akhiri" in client.get(leave).content.decode()
    place.refresh_from_db()
    assert place.left_at is None
    client.post(leave)
    place.refresh_from_db()
    assert place.left_at is not None
    client.post(f"{GLOBAL}{kegiatan.pk}/offices/{place.pk}/return/")
    place.refresh_from_db()
    assert place.left_at is None


def test_the_question_before_leaving_counts_the_people(
    super_admin: Any, kegiatan: Any, satker: Any, enumerator: Any
) -> None:
    place = KegiatanSatker.objects.get(satker=satker, kegiatan_statistik=kegiatan)
    page = browser(super_admin).get(f"{GLOBAL}{kegiatan.pk}/offices/{place.pk}/leave/")
    assert "2 orang" in page.content.decode()  # the PPL and the PML


def test_a_place_of_another_activity_is_absent(super_admin: Any, kegiatan: Any) -> None:
    other = factories.kegiatan(satkers=[])
    place = KegiatanSatker.objects.get(kegiatan_statistik=kegiatan)
    client = browser(super_admin)
    for number in (place.pk, 10**12):
        address = f"{GLOBAL}{other.pk}/offices/{number}/leave/"
        assert client.post(address).status_code == 404
    place.refresh_from_db()
    assert place.left_at is None


def test_nonsense_in_the_choice_of_offices_adds_none(super_admin: Any, kegiatan: Any) -> None:
    before = KegiatanSatker.objects.count()
    data = {"satker": ["x", str(uuid4())]}
    answer = browser(super_admin).post(f"{GLOBAL}{kegiatan.pk}/offices/add/", data)
    assert answer.status_code == 200
    assert KegiatanSatker.objects.count() == before


def test_a_file_is_published_as_the_next_version(
    super_admin: Any, kegiatan: Any, kbli: None
) -> None:
    client = browser(super_admin)
    address = f"{GLOBAL}{kegiatan.pk}/form/publish/"
    schema = factories.form("household")
    answer = client.post(address, {"file": form_file(schema), "notes": "Tambah anggota"})
    assert answer["Location"] == f"{GLOBAL}{kegiatan.pk}/form/2/"
    made = FormVersion.objects.get(kegiatan=kegiatan, version=2)
    assert (made.schema, made.notes) == (schema, "Tambah anggota")
    page = client.get(answer["Location"]).content.decode()
    assert "Tambah anggota" in page
    assert "<details" in page
    again = client.post(address, {"file": form_file(schema), "notes": ""}, follow=True)
    assert "sama dengan versi 2" in again.content.decode()
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 2


def test_all_faults_of_a_questionnaire_are_shown_at_once(super_admin: Any, kegiatan: Any) -> None:
    schema = factories.form()
    elements = schema["pages"][0]["elements"]
    elements += [{"type": "tidakada", "name": "a"}, {"type": "text", "name": elements[0]["name"]}]
    address = f"{GLOBAL}{kegiatan.pk}/form/publish/"
    page = browser(super_admin).post(address, {"file": form_file(schema)})
    text = page.content.decode()
    assert page.status_code == 200
    assert len(page.context["faults"]) >= 2
    for fault in page.context["faults"]:
        assert fault["path"] in text
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 1


@pytest.mark.parametrize(
    "content",
    [b"bukan json", b"[1]", b"\xff\xfe", b"", b"[" * 5000, b'{"a":' * 3000 + b"1" + b"}" * 3000],
)
def test_a_file_that_is_no_questionnaire_is_refused_on_the_page(
    super_admin: Any, kegiatan: Any, content: bytes
) -> None:
    address = f"{GLOBAL}{kegiatan.pk}/form/publish/"
    answer = browser(super_admin).post(address, {"file": form_file(content)})
    assert answer.status_code == 200
    assert FormVersion.objects.filter(kegiatan=kegiatan).count() == 1


def test_a_version_that_was_never_published_is_absent(super_admin: Any, kegiatan: Any) -> None:
    client = browser(super_admin)
    for number in (2, 10**15):
        assert client.get(f"{GLOBAL}{kegiatan.pk}/form/{number}/").status_code == 404


def test_the_outline_shows_questions_with_their_rosters(super_admin: Any, kegiatan: Any) -> None:
    household = factories.kegiatan(satkers=[], form_name="household")
    page = browser(super_admin).get(f"{GLOBAL}{household.pk}/form/1/")
    rows = [row for part in page.context["outline"] for row in part.questions]
    assert any(row.depth == 1 for row in rows)
    for row in rows:
        assert row.question.path in page.content.decode()


def test_the_office_lists_its_activities_with_progress(
    satker: Any, kegiatan: Any, other_satker: Any, satker_admin: Any, enumerator: Any,
    supervisor: Any, kegiatan_admin: Any,
) -> None:  # fmt: skip
    factories.kegiatan(satkers=[other_satker], name="Rahasia Kegiatan")
    factories.assignment(satker, kegiatan, enumerator, supervisor, status="Approved by Admin")
    factories.assignment(satker, kegiatan, enumerator, supervisor)
    page = browser(satker_admin).get(OFFICE).content.decode()
    assert kegiatan.name in page
    assert "50% selesai (1 dari 2)" in page
    assert kegiatan_admin.name in page
    assert "Rahasia" not in page


def test_admin_kegiatan_sees_only_what_they_administer(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, satker_admin: Any
) -> None:
    hidden = factories.kegiatan(satkers=[satker], name="Tersembunyi")
    place = KegiatanSatker.objects.get(kegiatan_statistik=hidden, satker=satker)
    assert "Tersembunyi" in browser(satker_admin).get(OFFICE).content.decode()
    client = browser(kegiatan_admin)
    assert "Tersembunyi" not in client.get(OFFICE).content.decode()
    assert client.get(f"{OFFICE}{place.pk}/change/").status_code == 404


def test_the_page_of_an_activity_leads_to_its_work(
    satker: Any, kegiatan: Any, other_satker: Any, kegiatan_admin: Any, enumerator: Any
) -> None:
    place = KegiatanSatker.objects.get(kegiatan_statistik=kegiatan, satker=satker)
    answer = browser(kegiatan_admin).get(f"{OFFICE}{place.pk}/change/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Rahasia" not in page
    assert answer.context["crew"] == {"PML": 1, "PPL": 1}
    client = browser(kegiatan_admin)
    for door in answer.context["doors"]:
        assert client.get(door["link"]).status_code == 200, door


def test_a_place_of_another_office_and_an_absent_one_answer_alike(
    satker_admin: Any, kegiatan: Any, other_satker: Any
) -> None:
    theirs = KegiatanSatker.objects.get(satker=other_satker)
    client = browser(satker_admin)
    for rest in ("change/", "history/", "delete/"):
        answers = [client.get(f"{OFFICE}{key}/{rest}") for key in (theirs.pk, 987654, "x")]
        assert {answer.status_code for answer in answers} <= {403, 404}, rest
        assert len({answer.status_code for answer in answers}) == 1
        assert all(b"Rahasia" not in answer.content for answer in answers)


def test_offices_change_nothing(satker_admin: Any, satker: Any, kegiatan: Any) -> None:
    place = KegiatanSatker.objects.get(satker=satker)
    client = browser(satker_admin)
    assert client.get(f"{OFFICE}add/").status_code in (403, 404)
    client.post(f"{OFFICE}{place.pk}/change/", {"left_at": "2026-01-01"})
    assert client.post(f"{OFFICE}{place.pk}/delete/", {"post": "yes"}).status_code == 403
    place.refresh_from_db()
    assert place.left_at is None


@pytest.mark.parametrize("rest", ["", "add/", "{k}/change/", "{k}/form/1/", "{k}/form/publish/",
                                  "{k}/offices/add/"])  # fmt: skip
def test_the_global_pages_do_not_exist_for_offices(
    satker_admin: Any, kegiatan: Any, rest: str
) -> None:
    address = GLOBAL + rest.format(k=kegiatan.pk)
    client = browser(satker_admin)
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


def test_lists_ask_a_fixed_number_of_queries(
    satker: Any, satker_admin: Any, super_admin: Any, django_assert_max_num_queries: Any
) -> None:
    for _n in range(20):
        factories.kegiatan(satkers=[satker])
    client = browser(satker_admin)
    with django_assert_max_num_queries(14):
        client.get(OFFICE)
    client = browser(super_admin)
    with django_assert_max_num_queries(12):
        client.get(GLOBAL)
    with super_scope():
        one = KegiatanStatistik.objects.first()
    assert one is not None
    with django_assert_max_num_queries(15):
        client.get(f"{GLOBAL}{one.pk}/change/")
