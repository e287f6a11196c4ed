"""Editing in the office: composite answers, the label that follows, the day from which on."""

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from assignments.models import Assignment, AssignmentFeed, AssignmentResponse
from cerdas.tenancy import tenant_scope
from kegiatan.form import engine_process
from kegiatan.form.engine_process import shared_process
from tests import factories
from tests.assignments.sending import operation, outcomes, send

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
BASE = "/satker/6104/admin/assignments/assignment/"
FORM: dict[str, Any] = {
    "form_version": 1,
    "level_definitions": {"level_1_code": "Provinsi"},
    "assignment_label_template": "{nama} - (No. {nomor})",
    "assignment_table_columns": [{"key": "responses.nama", "label": "Nama"}],
    "pages": [{"name": "satu", "elements": [
        {"type": "text", "name": "nama", "title": "Nama", "editableBy": ["PPL", "PML", "admin"]},
        {"type": "text", "name": "nomor", "title": "Nomor", "inputType": "number"},
        {"type": "text", "name": "catatan", "title": "Catatan",
         "editableBy": ["PPL", "PML", "admin"]},
        {"type": "matrix", "name": "mutu", "title": "Mutu", "isAllRowRequired": True,
         "columns": [{"value": 1, "text": "Baik"}, {"value": 2, "text": "Buruk"}],
         "rows": [{"value": "atap", "text": "Atap"}, {"value": "lantai", "text": "Lantai"}]},
        {"type": "multipletext", "name": "luas", "title": "Luas",
         "items": [{"name": "tanah", "title": "Tanah", "inputType": "number"},
                   {"name": "ket", "title": "Keterangan"}]},
        {"type": "ranking", "name": "urut", "title": "Urutan",
         "choices": ["air", "jalan", "listrik"]},
        {"type": "matrix", "name": "banyak", "title": "Boleh banyak", "cellType": "checkbox",
         "columns": ["a", "b"], "rows": ["r"]},
        {"type": "matrixdropdown", "name": "tabel", "title": "Tabel", "rows": ["r"],
         "columns": [{"name": "c", "cellType": "text"}]},
    ]}],
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "nama": "Siti", "nomor": 7, "mutu": {"atap": 1, "lantai": 2},
    "luas": {"tanah": 100, "ket": "miring"}, "urut": ["jalan", "air"],
    "banyak": {"r": ["a"]}, "tabel": {"r": {"c": "x"}},
}  # fmt: skip


@pytest.fixture
def kegiatan(satker: Any) -> Any:
    """An activity whose field period has ended."""
    today = timezone.localdate()
    return factories.kegiatan(
        [satker], schema=copy.deepcopy(FORM), start_date=today - timedelta(days=40),
        end_date=today - timedelta(days=2),
    )  # fmt: skip


@pytest.fixture
def unit(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any) -> Any:
    """A unit that waits for the office."""
    return factories.assignment(
        satker, kegiatan, enumerator, supervisor, status="Approved by PML",
        responses=copy.deepcopy(ANSWERS), label="Siti - (No. 7)",
    )  # fmt: skip


@pytest.fixture
def office(kegiatan_admin: Any) -> Client:
    """admin_kegiatan's browser."""
    client = Client()
    client.force_login(kegiatan_admin, backend="satker.auth_backends.PasswordBackend")
    return client


def sent(do: str, version: int = 1, **changed: Any) -> dict[str, str]:
    """What the page sends."""
    wanted = {key: value for key, value in {**ANSWERS, **changed}.items() if value is not None}
    return {
        "base": json.dumps(ANSWERS), "wanted": json.dumps(wanted), "version": str(version),
        "do": do,
    }  # fmt: skip


def stored(unit: Any) -> Any:
    """The answers and the label as they are now."""
    with tenant_scope(unit.satker_id):
        label = Assignment.objects.get(pk=unit.pk).assignment_label
        return AssignmentResponse.objects.get(pk=unit.pk).responses, label


def body(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


def question(page: str, name: str) -> str:
    """The part of the page that is one question."""
    return page.partition(f'data-q="{name}"')[2].partition('<ul class="e-messages">')[0]


def test_parts_of_composite_answers_have_inputs_and_the_others_say_why_not(
    office: Client, unit: Any
) -> None:
    page = body(office.get(f"{BASE}{unit.pk}/edit/"))
    matrix = question(page, "mutu")
    assert matrix.count("<select") == 2
    assert '<option value="2" selected>Buruk</option>' in matrix
    texts = question(page, "luas")
    assert 'data-part="tanah" type="number" value="100"' in texts
    assert 'data-part="ket" type="text" value="miring"' in texts
    ranking = question(page, "urut")
    assert 'data-part="&quot;jalan&quot;" type="number" value="1"' in ranking
    assert 'data-part="&quot;air&quot;" type="number" value="2"' in ranking
    assert 'data-part="&quot;listrik&quot;" type="number" value=""' in ranking
    for name in ("banyak", "tabel"):
        assert "tidak dapat diubah di sini" in question(page, name)


def test_composite_answers_are_stored_and_recorded_as_one(office: Client, unit: Any) -> None:
    changed = {"mutu": {"atap": 2, "lantai": 2}, "luas": {"tanah": 90}, "urut": ["air"]}
    review = body(office.post(f"{BASE}{unit.pk}/edit/", sent("review", **changed)))
    for words in ("Mutu", "Luas", "Urutan"):
        assert f"<strong>{words}</strong>" in review
    office.post(f"{BASE}{unit.pk}/edit/", sent("save", **changed))
    answers, _label = stored(unit)
    assert answers == {**ANSWERS, **changed}
    refused = body(office.post(f"{BASE}{unit.pk}/edit/", sent("save", 2, mutu={"atap": 9})))
    assert "Ini tidak dapat disimpan" in refused


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_the_label_follows_the_answers_that_it_is_made_of(
    office: Client, unit: Any, satker: Any
) -> None:
    with tenant_scope(satker):
        before = dict(AssignmentFeed.objects.values_list("user_id", "changed_xid"))
    review = body(office.post(f"{BASE}{unit.pk}/edit/", sent("review", nama="Siti Aminah")))
    assert "<ins>Siti Aminah - (No. 7)</ins>" in review
    office.post(f"{BASE}{unit.pk}/edit/", sent("save", nama="Siti Aminah"))
    assert stored(unit)[1] == "Siti Aminah - (No. 7)"
    with tenant_scope(satker):
        after = dict(AssignmentFeed.objects.values_list("user_id", "changed_xid"))
    assert all(after[user] != before[user] for user in before), "phones fetch the new label"


def test_a_label_given_otherwise_stays_until_an_answer_in_it_changes(
    office: Client, unit: Any, satker: Any
) -> None:
    with tenant_scope(satker):
        Assignment.objects.filter(pk=unit.pk).update(assignment_label="Rumah hijau")
    review = body(office.post(f"{BASE}{unit.pk}/edit/", sent("review", catatan="ada")))
    assert "Rumah hijau →" not in review
    office.post(f"{BASE}{unit.pk}/edit/", sent("save", catatan="ada"))
    assert stored(unit)[1] == "Rumah hijau"
    office.post(f"{BASE}{unit.pk}/edit/", sent("save", 2, nomor=None))
    assert stored(unit)[1] == "Siti"


def test_a_supervisors_edit_renames_the_unit_too(
    api: Any, satker: Any, enumerator: Any, supervisor: Any
) -> None:
    today = timezone.localdate()
    running = factories.kegiatan(
        [satker], schema=copy.deepcopy(FORM), start_date=today - timedelta(days=4),
        end_date=today + timedelta(days=4),
    )  # fmt: skip
    factories.member(supervisor, running, satker, "PML")
    factories.member(enumerator, running, satker, "PPL", pml=supervisor)
    unit = factories.assignment(
        satker, running, enumerator, supervisor, status="Submitted by PPL",
        responses=copy.deepcopy(ANSWERS), label="Siti - (No. 7)",
    )  # fmt: skip
    edit = operation("edit", unit, data={"responses": {"nama": "Dewi"}})
    assert outcomes(send(api(supervisor), running, edit)) == [("applied", "")]
    assert stored(unit)[1] == "Dewi - (No. 7)"


def test_answers_that_end_v8_leave_the_page_as_it_is(
    kegiatan_admin: Any, satker: Any, enumerator: Any, supervisor: Any
) -> None:
    form, today = copy.deepcopy(FORM), timezone.localdate()
    form["pages"][0]["elements"] += [
        {"type": "expression", "name": f"e{n}", "expression": f"{{{name}}} + {{{name}}}"}
        for n, name in enumerate(["nama", *(f"e{n}" for n in range(39))])
    ]
    ended = factories.kegiatan(
        [satker], schema=form, start_date=today - timedelta(days=40),
        end_date=today - timedelta(days=2),
    )  # fmt: skip
    factories.member(kegiatan_admin, ended, satker, "admin_kegiatan")
    unit = factories.assignment(
        satker, ended, enumerator, supervisor, status="Approved by PML",
        responses=copy.deepcopy(ANSWERS),
    )  # fmt: skip
    client = Client()
    client.force_login(kegiatan_admin, backend="satker.auth_backends.PasswordBackend")
    page = body(client.post(f"{BASE}{unit.pk}/edit/", sent("review", nama="x" * 50)))
    assert "Jawaban tidak dapat diperiksa sekarang" in page
    assert 'value="save"' in page


def test_a_check_that_others_hold_up_is_said_and_nobody_waits_for_it(
    office: Client, unit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_process.SHARED_WAIT_SECONDS, "edit", 0.1)
    with shared_process("edit"):
        page = body(office.post(f"{BASE}{unit.pk}/edit/", sent("review", nama="Dewi")))
    assert "Jawaban tidak dapat diperiksa sekarang. Coba lagi sebentar" in page
    assert 'value="save"' in page
    again = body(office.post(f"{BASE}{unit.pk}/edit/", sent("review", nama="Dewi")))
    assert "Jawaban tidak dapat diperiksa sekarang" not in again


def test_a_part_that_is_no_number_where_one_is_asked_is_shown_as_it_is(
    office: Client, unit: Any, satker: Any
) -> None:
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=unit.pk).update(
            responses={**ANSWERS, "luas": {"tanah": "12a", "ket": 12}}
        )
    texts = question(body(office.get(f"{BASE}{unit.pk}/edit/")), "luas")
    assert 'data-part="tanah" type="text" value="12a" data-number' in texts
    assert 'data-part="ket" type="text" value="12"' in texts


def test_the_page_of_a_unit_says_from_which_day_on_its_answers_can_be_edited(
    office: Client, unit: Any, kegiatan: Any, satker_admin: Any
) -> None:
    address = f"{BASE}{unit.pk}/change/"
    assert "Satker dapat mengubah jawaban mulai" not in body(office.get(address))
    last = timezone.localdate() + timedelta(days=3)
    kegiatan.extended_end_date = last
    kegiatan.save(update_fields=["extended_end_date"])
    page = body(office.get(address))
    assert "Satker dapat mengubah jawaban mulai" in page
    assert date_format(last + timedelta(days=1), "j F Y") in page
    other = Client()
    other.force_login(satker_admin, backend="satker.auth_backends.PasswordBackend")
    assert "Satker dapat mengubah jawaban mulai" not in body(other.get(address))
