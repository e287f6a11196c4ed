"""Parked field work in the office's admin: seen, compared, applied, discarded, by whom."""

import json
import time
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment, AssignmentResponse, ParkedOperation
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import LISTING, create, send, submit
from tests.assignments.test_parked_field_work import reassigned, without_role

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
BASE = "/satker/6104/admin/assignments/parkedoperation/"


@pytest.fixture
def browse() -> Any:
    """`browse(user)` gives a browser with that person's session."""

    def client(user: Any) -> Client:
        made = Client()
        made.force_login(user, backend="satker.auth_backends.PasswordBackend")
        return made

    return client


@pytest.fixture
def parked(satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, api: Any) -> Any:
    """A submit that came after the unit was given to somebody else."""
    reassigned(satker, kegiatan, assignment)
    answers = {**LISTING, "nama_krt": "<b>Siti</b>", "jumlah_art": 9}
    send(api(enumerator), kegiatan, submit(assignment, answers))
    with tenant_scope(satker):
        return ParkedOperation.objects.get()


def text(response: Any) -> str:
    return str(response.content.decode())


def test_what_waits_is_listed_with_unit_person_and_reason(
    browse: Any, parked: Any, assignment: Any, kegiatan_admin: Any, satker_admin: Any,
    super_admin: Any, other_satker: Any,
) -> None:  # fmt: skip
    for user in (kegiatan_admin, satker_admin, super_admin):
        page = text(browse(user).get(BASE))
        for shown in (assignment.assignment_label, "Pencacah Satu", "dialihkan ke petugas lain"):
            assert shown in page, shown
        assert "Rahasia" not in page


def test_the_page_compares_question_by_question_and_escapes(
    browse: Any, satker: Any, parked: Any, assignment: Any, kegiatan_admin: Any
) -> None:
    with tenant_scope(satker):
        AssignmentResponse.objects.update(
            status="Submitted by PPL", responses={**LISTING, "jumlah_art": 2}
        )
    page = text(browse(kegiatan_admin).get(f"{BASE}{parked.pk}/change/"))
    assert "<b>Siti</b>" not in page
    assert "&lt;b&gt;Siti&lt;/b&gt;" in page
    assert "3. Berapa orang anggota keluarga" in page
    assert page.count('class="a-differs"') == 2
    assert "2 pertanyaan berbeda" in page


def test_admin_kegiatan_applies_it(
    browse: Any, satker: Any, parked: Any, assignment: Any, kegiatan_admin: Any
) -> None:
    answer = browse(kegiatan_admin).post(
        f"{BASE}{parked.pk}/apply/", {"apply-reason": "Sudah dicek"}, follow=True
    )
    assert "diterapkan" in text(answer)
    with tenant_scope(satker):
        response = AssignmentResponse.objects.get(pk=assignment.pk)
        done = ParkedOperation.objects.get(pk=parked.pk)
    assert (response.status, response.responses["jumlah_art"]) == ("Submitted by PPL", 9)
    assert (done.state, done.decided_by_id) == ("applied", kegiatan_admin.pk)
    assert "/apply/" not in text(answer)


def test_admin_kegiatan_discards_it_with_a_reason(
    browse: Any, satker: Any, parked: Any, assignment: Any, kegiatan_admin: Any
) -> None:
    client = browse(kegiatan_admin)
    assert client.post(f"{BASE}{parked.pk}/discard/", {"discard-reason": " "}).status_code == 200
    with tenant_scope(satker):
        assert ParkedOperation.objects.get().state == "waiting"
    client.post(f"{BASE}{parked.pk}/discard/", {"discard-reason": "Dicacah ulang"})
    with tenant_scope(satker):
        done = ParkedOperation.objects.get()
        response = AssignmentResponse.objects.get(pk=assignment.pk)
    assert (done.state, done.decision_reason) == ("discarded", "Dicacah ulang")
    assert (response.status, response.responses) == ("Assigned", None)
    again = client.post(f"{BASE}{parked.pk}/apply/", {"apply-reason": ""}, follow=True)
    assert "sudah" in text(again)
    with tenant_scope(satker):
        assert ParkedOperation.objects.get().state == "discarded"


@pytest.mark.parametrize("who", ["satker_admin", "super_admin"])
def test_the_others_only_view(
    browse: Any, who: str, satker: Any, parked: Any, request: pytest.FixtureRequest
) -> None:
    client = browse(request.getfixturevalue(who))
    page = text(client.get(f"{BASE}{parked.pk}/change/"))
    assert "/apply/" not in page
    for verb in ("apply", "discard"):
        data = {"apply-reason": "x", "discard-reason": "x"}
        assert client.post(f"{BASE}{parked.pk}/{verb}/", data).status_code == 403
    with tenant_scope(satker):
        assert ParkedOperation.objects.get().state == "waiting"


def test_field_staff_and_admins_of_other_activities_do_not_see_it(
    browse: Any, satker: Any, parked: Any, enumerator: Any, supervisor: Any
) -> None:
    for user in (enumerator, supervisor):
        assert browse(user).get(BASE).status_code == 403
        assert browse(user).get(f"{BASE}{parked.pk}/change/").status_code == 403
    elsewhere = factories.kegiatan(satkers=[satker])
    theirs = factories.person(satker)
    factories.member(theirs, elsewhere, satker, "admin_kegiatan")
    client = browse(theirs)
    assert "Pencacah Satu" not in text(client.get(BASE))
    for verb in ("change", "history", "apply", "discard", "photo", "download"):
        address = f"{BASE}{parked.pk}/{verb}/"
        assert client.get(address).status_code == 404, verb
        assert client.post(address, {"discard-reason": "x"}).status_code == 404, verb


def test_another_offices_work_and_none_answer_alike(
    browse: Any, satker: Any, kegiatan: Any, other_satker: Any, kegiatan_admin: Any,
    satker_admin: Any, api: Any,
) -> None:  # fmt: skip
    with tenant_scope(other_satker):
        theirs = Assignment.objects.select_related("ppl").first()
    sender = theirs.ppl
    reassigned(other_satker, kegiatan, theirs)
    send(api(sender), kegiatan, submit(theirs))
    with tenant_scope(other_satker):
        foreign = ParkedOperation.objects.get()
    for user in (kegiatan_admin, satker_admin):
        client = browse(user)
        assert "Rahasia" not in text(client.get(f"{BASE}?state=all"))
        for verb in ("change", "history", "apply", "discard", "photo", "download"):
            for wanted in (foreign.pk, uuid4()):
                address = f"{BASE}{wanted}/{verb}/"
                assert client.get(address).status_code == 404, address
                assert client.post(address, {"discard-reason": "x"}).status_code == 404, address


def test_a_new_unit_is_made_for_the_people_chosen(
    browse: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, supervisor: Any,
    kegiatan_admin: Any, api: Any,
) -> None:  # fmt: skip
    kegiatan.allow_new_assignments = False
    kegiatan.save()
    other = factories.person(satker, name="Pencacah Dua")
    factories.member(other, kegiatan, satker, "PPL", pml=supervisor)
    new_id = uuid4()
    send(api(enumerator), kegiatan, create(new_id, unit={"label": "Rumah Baru"}))
    with tenant_scope(satker):
        parked = ParkedOperation.objects.get()
    client = browse(kegiatan_admin)
    assert "Rumah Baru" in text(client.get(BASE))
    page = text(client.get(f"{BASE}{parked.pk}/change/"))
    assert "Pencacah Dua" in page
    assert "61040800010001" in page
    data = {"apply-ppl": str(other.pk), "apply-pml": "", "apply-reason": ""}
    client.post(f"{BASE}{parked.pk}/apply/", data)
    with tenant_scope(satker):
        made = Assignment.objects.get(pk=new_id)
    assert (made.ppl_id, made.pml_id) == (other.pk, supervisor.pk)


def test_work_of_the_wrong_shape_is_applied_with_its_faults_apart(
    browse: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any,
    kegiatan_admin: Any, api: Any,
) -> None:  # fmt: skip
    send(api(enumerator), kegiatan, submit(assignment, {**LISTING, "jumlah_art": "banyak"}))
    with tenant_scope(satker):
        parked = ParkedOperation.objects.get()
    client = browse(kegiatan_admin)
    assert "jumlah_art" in text(client.get(f"{BASE}{parked.pk}/change/"))
    refused = client.post(f"{BASE}{parked.pk}/apply/", {"apply-reason": ""}, follow=True)
    assert "tidak sesuai" in text(refused) or "tidak cocok" in text(refused)
    with tenant_scope(satker):
        assert ParkedOperation.objects.get().state == "waiting"
    data = {"apply-reason": "", "apply-archive_faulty": "on"}
    client.post(f"{BASE}{parked.pk}/apply/", data)
    with tenant_scope(satker):
        answers = AssignmentResponse.objects.get(pk=assignment.pk).responses
    assert answers["_archived"] == {"jumlah_art": "banyak"}


def test_the_list_takes_the_same_queries_for_one_and_for_twenty(
    browse: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, supervisor: Any,
    kegiatan_admin: Any, api: Any,
) -> None:  # fmt: skip
    from django.db import connection

    units = [factories.assignment(satker, kegiatan, enumerator, supervisor) for _ in range(20)]
    without_role(satker, kegiatan, assignment)
    client, phone = browse(kegiatan_admin), api(enumerator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(BASE).status_code == 200
        return len(captured)

    send(phone, kegiatan, submit(units[0]), create(uuid4()))
    queries()
    few = queries()
    send(phone, kegiatan, *(submit(unit) for unit in units[1:]),
         *(create(uuid4()) for _ in range(5)))  # fmt: skip
    assert queries() == few


def sent_raw(client: Any, kegiatan: Any, unit: Any, answers: str, label: str = '"x"') -> bytes:
    """Send a submit whose answers and label are written as they are; return its bytes."""
    made = submit(unit, {"jumlah_art": "banyak", "lain": "@answers"}, data={"label": "@label"})
    written = json.dumps(made).replace('"@answers"', answers).replace('"@label"', label)
    response = client.post(
        f"/api/v1/kegiatan/{kegiatan.pk}/operations/",
        '{"operations": [' + written + "]}",
        content_type="application/json",
    )
    assert response.json()["results"][0]["outcome"] == "parked"
    return written.encode()


HUGE = {
    "deep": ("[" * 300 + "]" * 300, '"x"'),
    "deepest": ("[" * 990 + "]" * 990, '"x"'),
    "deep_label": ("1", "[" * 900 + "]" * 900),
    "wide": ("{" + ",".join(f'"q{n}": {n}' for n in range(60_000)) + "}", '"x"'),
    "long": ("1", '"' + "x" * 4_900_000 + '"'),
    "rows": ("[" + ",".join('{"a": "' + "y" * 60 + '"}' for _ in range(40_000)) + "]", '"x"'),
}


@pytest.mark.parametrize("kind", HUGE)
def test_deep_or_large_work_has_a_page_a_download_and_both_decisions(
    kind: str, browse: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any,
    kegiatan_admin: Any, api: Any,
) -> None:  # fmt: skip
    sent = sent_raw(api(enumerator), kegiatan, assignment, *HUGE[kind])
    with tenant_scope(satker):
        parked = ParkedOperation.objects.get()
    client = browse(kegiatan_admin)
    assert client.get(BASE).status_code == 200
    began = time.process_time()
    page = client.get(f"{BASE}{parked.pk}/change/")
    assert time.process_time() - began < 5
    assert page.status_code == 200
    assert len(page.content) < 2_000_000
    assert f"{parked.pk}/download/" in text(page)
    assert "sisanya tidak ditampilkan" in text(page)
    file = client.get(f"{BASE}{parked.pk}/download/")
    assert file.content == sent
    assert "attachment" in file["Content-Disposition"]
    client.post(f"{BASE}{parked.pk}/apply/", {"apply-archive_faulty": "on"}, follow=True)
    assert client.get(f"{BASE}{parked.pk}/change/").status_code == 200
    client.post(f"{BASE}{parked.pk}/discard/", {"discard-reason": "Terlalu besar"})
    with tenant_scope(satker):
        assert ParkedOperation.objects.get().state in ("applied", "discarded")


def test_a_prelist_of_thousands_of_names_is_cut_on_the_page(
    browse: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any,
    kegiatan_admin: Any, api: Any,
) -> None:  # fmt: skip
    prefilled = {f"k{n}": "z" * 10 for n in range(30_000)}
    send(api(enumerator), kegiatan, create(uuid4(), unit={"prefilled_data": prefilled}))
    with tenant_scope(satker):
        parked = ParkedOperation.objects.get()
    page = browse(kegiatan_admin).get(f"{BASE}{parked.pk}/change/")
    assert page.status_code == 200
    assert len(page.content) < 500_000
    assert "sisanya tidak ditampilkan" in text(page)
