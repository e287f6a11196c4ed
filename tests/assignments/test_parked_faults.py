"""Work that is parked for its shape says from the first moment which answers are wrong."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from assignments.models import ParkedOperation
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import send, submit

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
BASE = "/satker/6104/admin/assignments/parkedoperation/"
ROW = str(uuid4())
WRONG = {
    "nama_krt": "Siti",
    "jumlah_art": "banyak",
    "anggota": [{"_id": str(uuid4()), "nama": "Ani"}, {"_id": ROW, "nama": "Budi", "umur": "tua"}],
}


@pytest.fixture
def kegiatan(satker: Any) -> Any:
    """An activity with a roster in its questionnaire."""
    return factories.kegiatan([satker], form_name="household")


def test_the_faults_are_kept_told_to_the_phone_and_shown_in_words(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, kegiatan_admin: Any
) -> None:
    [result] = send(api(enumerator), kegiatan, submit(assignment, WRONG))
    assert (result["outcome"], result["code"]) == ("parked", "wrong_shape")
    places = {fault["path"] for fault in result["details"]["faults"]}
    assert places == {"jumlah_art", f"anggota[{ROW}].umur"}
    with tenant_scope(satker):
        parked = ParkedOperation.objects.get()
    assert {fault["path"] for fault in parked.details["faults"]} == places
    client = Client()
    client.force_login(kegiatan_admin, backend="satker.auth_backends.PasswordBackend")
    page = client.get(f"{BASE}{parked.pk}/change/").content.decode()
    assert "2. Budi › 204. Umur (tahun): jawaban harus angka." in page
    assert f"anggota[{ROW}]" not in page.split("<details")[0], "people read words, not paths"


def test_a_form_or_question_that_is_unknown_leaves_the_path(
    api: Any, satker: Any, kegiatan: Any, assignment: Any, enumerator: Any, kegiatan_admin: Any
) -> None:
    send(api(enumerator), kegiatan, submit(assignment, WRONG))
    with tenant_scope(satker):
        parked = ParkedOperation.objects.get()
        parked.details = {"faults": [{"path": "tidak_ada", "message": "salah"}, 5, {"path": 3}]}
        parked.save(update_fields=["details"])
    client = Client()
    client.force_login(kegiatan_admin, backend="satker.auth_backends.PasswordBackend")
    for details in (parked.details, {"faults": {"a": 1}}, {"faults": None}, []):
        with tenant_scope(satker):
            ParkedOperation.objects.filter(pk=parked.pk).update(details=details)
        assert client.get(f"{BASE}{parked.pk}/change/").status_code == 200, details
    with tenant_scope(satker):
        ParkedOperation.objects.filter(pk=parked.pk).update(details=parked.details)
    assert "tidak_ada: salah" in client.get(f"{BASE}{parked.pk}/change/").content.decode()
