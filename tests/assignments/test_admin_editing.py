"""The office edits answers after the field period: rights, verdict, record, conflict."""

import copy
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from assignments.models import AnswerChange, AssignmentResponse
from cerdas.engine_file import engine_address
from cerdas.tenancy import tenant_scope
from cerdas.time_zones import office_zone
from kegiatan.models import FormVersion
from masterdata.choices import choices_forget
from masterdata.services import masterdata_load
from tests import factories
from tests.kegiatan.conftest import DEMO_DATA

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
BASE = "/satker/6104/admin/assignments/assignment/"
ONE, TWO = str(uuid4()), str(uuid4())
MARKUP = "<img src=x onerror=alert(1)>"
FORM: dict[str, Any] = {
    "form_version": 1,
    "masters_used": [{"type": "KBLI", "version": 2020}],
    "level_definitions": {"level_1_code": "Provinsi"},
    "assignment_label_template": "{nama}",
    "assignment_table_columns": [{"key": "responses.nama", "label": "Nama"}],
    "pages": [
        {
            "name": "satu", "title": f"Halaman {MARKUP}",
            "elements": [
                {"type": "text", "name": "nama", "title": f"Nama {MARKUP}", "isRequired": True},
                {"type": "dropdown", "name": "hasil", "title": "Hasil kunjungan",
                 "visitOutcome": True, "choices": ["selesai", "menolak"]},
                {"type": "text", "name": "umur", "title": "Umur", "inputType": "number",
                 "min": 0, "max": 120},
                {"type": "radiogroup", "name": "kerja", "title": "Bekerja?",
                 "choices": [{"value": 1, "text": "Ya"}, {"value": 2, "text": "Tidak"}]},
                {"type": "text", "name": "upah", "title": "Upah", "inputType": "number",
                 "visibleIf": "{kerja} = 1"},
                {"type": "expression", "name": "tahun", "title": "Dua kali umur",
                 "expression": "{umur} * 2"},
                {"type": "text", "name": "rahasia_ppl", "title": "Milik PPL",
                 "editableBy": ["PPL"]},
                {"type": "dropdown", "name": "kbli", "title": "Lapangan usaha", "master": "KBLI"},
                {"type": "checkbox", "name": "bahasa", "title": "Bahasa",
                 "choices": ["Melayu", "Dayak", "Jawa"]},
            ],
        },
        {
            "name": "dua", "title": "Anggota",
            "elements": [
                {"type": "paneldynamic", "name": "anggota", "title": "Daftar anggota",
                 "templateElements": [
                     {"type": "text", "name": "nama_art", "title": "Nama anggota",
                      "isRequired": True},
                     {"type": "text", "name": "usia", "title": "Usia", "inputType": "number",
                      "max": 120},
                 ]},
            ],
        },
    ],
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "nama": "Siti", "umur": 40, "kerja": 1, "upah": 100, "tahun": 80, "rahasia_ppl": "asli",
    "kbli": "01111", "bahasa": ["Dayak", "Melayu"],
    "anggota": [
        {"_id": ONE, "nama_art": "Budi", "usia": 12},
        {"_id": TWO, "nama_art": "Ani", "usia": 9},
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def kbli(db: None) -> Any:
    """The classification that the form looks up."""
    path = DEMO_DATA / "lapangan_usaha.csv"
    masterdata_load(kind="KBLI", version=2020, path=path, activate=True)
    yield
    choices_forget()


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
        responses=copy.deepcopy(ANSWERS), label="Keluarga Siti",
    )  # fmt: skip


@pytest.fixture
def office(kegiatan_admin: Any) -> Client:
    """admin_kegiatan's browser."""
    return browser(kegiatan_admin)


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="satker.auth_backends.PasswordBackend")
    return client


def address(unit: Any) -> str:
    return f"{BASE}{unit.pk}/edit/"


def sent(do: str, version: int = 1, base: Any = None, **changed: Any) -> dict[str, str]:
    """What the page sends: answers as opened, and with changes (None takes an answer away)."""
    base = ANSWERS if base is None else base
    wanted = {key: value for key, value in {**base, **changed}.items() if value is not None}
    found = {"base": json.dumps(base), "wanted": json.dumps(wanted), "version": str(version)}
    return {**found, "do": do}


def stored(unit: Any) -> AssignmentResponse:
    with tenant_scope(unit.satker_id):
        return AssignmentResponse.objects.get(pk=unit.pk)


def recorded(unit: Any) -> dict[str, tuple[Any, Any]]:
    with tenant_scope(unit.satker_id):
        rows = AnswerChange.objects.filter(assignment_response_id=unit.pk)
        return {row.path: (row.old, row.new) for row in rows}


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_change_is_shown_before_it_is_stored_and_then_recorded(
    office: Client, unit: Any, kegiatan_admin: Any
) -> None:
    page = body(office.get(f"{BASE}{unit.pk}/change/"))
    assert address(unit) in page
    assert body(office.get(address(unit))).count('data-q="anggota[') == 4
    review = body(office.post(address(unit), sent("review", umur=41)))
    assert "Umur" in review
    assert "<del>40</del>" in review
    assert "<ins>41</ins>" in review
    assert "<ins>82</ins>" in review  # what the form computes of it
    assert stored(unit).responses == ANSWERS
    done = office.post(address(unit), sent("save", umur=41))
    assert done["Location"] == f"{BASE}{unit.pk}/change/"
    now = stored(unit)
    assert (now.responses["umur"], now.responses["tahun"]) == (41, 82)
    assert (now.status, now.version) == ("Approved by PML", 2)
    assert recorded(unit) == {"umur": (40, 41), "tahun": (80, 82)}
    with tenant_scope(unit.satker_id):
        assert {row.user_id for row in AnswerChange.objects.all()} == {kegiatan_admin.pk}


def test_what_becomes_hidden_goes_and_is_recorded(office: Client, unit: Any) -> None:
    review = body(office.post(address(unit), sent("review", kerja=2)))
    assert "Upah" in review
    office.post(address(unit), sent("save", kerja=2))
    assert "upah" not in stored(unit).responses
    assert recorded(unit) == {"kerja": (1, 2), "upah": (100, None)}


def test_the_visit_outcome_follows_the_answer_of_its_question(
    office: Client, unit: Any, satker: Any
) -> None:
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=unit.pk).update(visit_outcome="lama")
    office.post(address(unit), sent("save", umur=41))
    assert stored(unit).visit_outcome == "lama"
    now = stored(unit).responses
    office.post(address(unit), sent("save", version=2, base=now, hasil="selesai"))
    assert stored(unit).visit_outcome == "selesai"


def test_errors_that_would_stay_are_told_and_do_not_forbid_storing(
    office: Client, unit: Any
) -> None:
    review = body(office.post(address(unit), sent("review", umur=500)))
    assert "1 kesalahan akan tetap ada" in review
    office.post(address(unit), sent("save", umur=500))
    assert stored(unit).responses["umur"] == 500


def test_answers_of_the_wrong_shape_are_not_stored(office: Client, unit: Any) -> None:
    for do in ("review", "save"):
        page = body(office.post(address(unit), sent(do, umur="banyak")))
        assert "Ini tidak dapat disimpan" in page
        assert 'value="save"' not in page
    assert stored(unit).responses == ANSWERS


def test_questions_of_others_keep_their_value(office: Client, unit: Any) -> None:
    page = body(office.get(address(unit)))
    assert 'id="in-rahasia_ppl"' not in page
    office.post(address(unit), sent("save", rahasia_ppl="palsu", nama="Siti Aminah"))
    assert stored(unit).responses["rahasia_ppl"] == "asli"
    assert recorded(unit) == {"nama": ("Siti", "Siti Aminah")}
    now = {**ANSWERS, "nama": "Siti Aminah"}
    again = sent("save", version=2, base=now, rahasia_ppl="palsu")
    page = body(office.post(address(unit), again))
    assert "Tidak ada yang diubah" in page


def test_rows_are_added_changed_and_taken_away(office: Client, unit: Any) -> None:
    new = str(uuid4())
    data = {**sent(""), "add": f"anggota|{new}"}
    page = body(office.post(address(unit), data))
    assert f'data-q="anggota[{new}].nama_art"' in page
    assert stored(unit).responses == ANSWERS
    rows = [{**ANSWERS["anggota"][1], "usia": 10}, {"_id": new, "nama_art": "Dewi"}]
    review = body(office.post(address(unit), sent("review", anggota=rows)))
    assert "Daftar anggota: 1. Ani" in review
    assert "Nama anggota: Dewi" in review
    office.post(address(unit), sent("save", anggota=rows))
    assert stored(unit).responses["anggota"] == rows
    assert set(recorded(unit)) == {f"anggota[{ONE}]", f"anggota[{TWO}].usia", f"anggota[{new}]"}


def test_a_conflict_keeps_what_was_typed_and_lays_it_on_top(office: Client, unit: Any) -> None:
    office.post(address(unit), sent("save", umur=41, nama="Siti A"))
    mine = sent("save", umur=42, kerja=2)
    page = body(office.post(address(unit), mine))
    assert "Tidak ada yang disimpan" in page
    assert "disimpan sementara itu" in page
    assert stored(unit).responses["umur"] == 41
    now = stored(unit).responses
    assert json.dumps({**now, "umur": 42, "kerja": 2}, separators=(",", ":")) in page.replace(
        "&quot;", '"'
    )
    base = stored(unit).responses
    office.post(address(unit), sent("save", version=2, base=base, umur=42, kerja=2))
    after = stored(unit).responses
    assert (after["umur"], after["nama"], after["kerja"]) == (42, "Siti A", 2)


def test_a_row_that_is_gone_meanwhile_is_said(office: Client, unit: Any) -> None:
    office.post(address(unit), sent("save", anggota=[ANSWERS["anggota"][1]]))
    rows = [{**ANSWERS["anggota"][0], "usia": 13}, ANSWERS["anggota"][1]]
    page = body(office.post(address(unit), sent("review", anggota=rows)))
    assert "baris yang sudah tidak ada" in page


def test_nobody_edits_in_the_field_period_or_too_early(
    office: Client, unit: Any, kegiatan: Any, satker: Any, enumerator: Any, supervisor: Any
) -> None:
    opened = factories.assignment(satker, kegiatan, enumerator, supervisor, status="Opened")
    for method in (office.get, office.post):
        assert method(address(opened), sent("save", umur=1)).status_code == 302
    assert address(opened) not in body(office.get(f"{BASE}{opened.pk}/change/"))
    kegiatan.extended_end_date = timezone.localdate(timezone=office_zone(satker))
    kegiatan.save(update_fields=["extended_end_date"])
    answer = office.post(address(unit), sent("save", umur=41), follow=True)
    assert "masa lapangan berakhir" in body(answer)
    assert address(unit) not in body(office.get(f"{BASE}{unit.pk}/change/"))
    assert stored(unit).responses == ANSWERS


def test_only_the_admin_of_the_activity_edits(
    unit: Any, satker: Any, satker_admin: Any, super_admin: Any, enumerator: Any, supervisor: Any
) -> None:
    for user, codes in (
        (satker_admin, (403,)), (super_admin, (403,)), (enumerator, (302, 403)),
        (supervisor, (302, 403)),
    ):  # fmt: skip
        client = browser(user)
        choices = f"{address(unit)}choices/?type=KBLI&q=padi"
        assert client.get(address(unit)).status_code in codes, user
        assert client.get(choices).status_code in codes, user
        client.post(address(unit), sent("save", umur=41))
    assert stored(unit).responses == ANSWERS
    other = factories.kegiatan([satker], schema=FORM)
    stranger = factories.person(satker, name="Admin Lain")
    factories.member(stranger, other, satker, "admin_kegiatan")
    assert browser(stranger).get(address(unit)).status_code == 404


def test_junk_in_the_hidden_fields_changes_nothing(office: Client, unit: Any) -> None:
    good = sent("save", umur=41)
    for junk in (
        {"base": "["}, {"base": "[]"}, {"wanted": "[" * 100_000}, {"version": "x"},
        {"wanted": '{"a":' * 60 + "1" + "}" * 60}, {"version": "99999999999"}, {"wanted": ""},
    ):  # fmt: skip
        assert office.post(address(unit), {**good, **junk}).status_code == 302, junk
    for add in ("anggota", "anggota|x", f"|{uuid4()}", f"anggota[x|{uuid4()}", f"nama|{uuid4()}"):
        assert office.post(address(unit), {**good, "add": add}).status_code == 200, add
    page = body(office.post(address(unit), {**sent("review"), "wanted": '{"__proto__": {"x": 1}}'}))
    assert "Anda mengubah" in page
    assert (stored(unit).responses, recorded(unit)) == (ANSWERS, {})


def test_look_ups_are_searched_in_the_dataset_of_the_form(office: Client, unit: Any) -> None:
    choices = f"{address(unit)}choices/"
    found = office.get(f"{choices}?type=KBLI&q=padi menanam").json()["choices"]
    assert found == [["01111", "Menanam padi"]]
    assert office.get(f"{choices}?type=KBLI&q=011").json()["choices"][0][0].startswith("011")
    assert office.get(f"{choices}?type=KBLI&q=tidakada").json() == {"choices": []}
    for query in ("type=KBJI&q=x", "q=x", "type=&q=x"):
        assert office.get(f"{choices}?{query}").status_code == 404
    review = body(office.post(address(unit), sent("review", kbli="99999")))
    assert "1 kesalahan akan tetap ada" in review


def test_titles_with_markup_are_text(office: Client, unit: Any) -> None:
    for page in (
        body(office.get(address(unit))),
        body(office.post(address(unit), sent("review", nama=MARKUP))),
        body(office.get(f"{BASE}{unit.pk}/change/")),
    ):
        assert "<img src=x" not in page


def test_the_engine_is_served_for_ever_under_its_hash(client: Client) -> None:
    answer = client.get(engine_address())
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    assert b"CerdasEngine" in answer.content
    packed = client.get(engine_address(), headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert client.get("/engine/0000000000000000.js").status_code == 404


def test_a_unit_opens_with_its_version_and_leads_to_what_changed(
    office: Client, unit: Any, kegiatan: Any, super_admin: Any, satker: Any
) -> None:
    newer = copy.deepcopy(FORM)
    elements = newer["pages"][0]["elements"]
    elements[2]["title"] = "Umur menurut versi baru"
    elements[3]["choices"][0]["text"] = "Ya menurut versi baru"
    newer["pages"].reverse()
    FormVersion.objects.create(
        kegiatan=kegiatan, version=2, schema=newer, checksum="2" * 64, published_by=super_admin
    )
    kegiatan.form_version = 2
    kegiatan.save(update_fields=["form_version"])
    with tenant_scope(satker):
        row = AssignmentResponse.objects.get(pk=unit.pk)
        row.responses = {**ANSWERS, "_archived": {"dulu": "Jawaban lama"}}
        row.responses["anggota"][0]["_archived"] = {"gelar": "Raden"}
        row.save(update_fields=["responses"])
    page = body(office.get(f"{BASE}{unit.pk}/change/"))
    assert "versi baru" not in page
    assert page.index("<dt>Umur</dt>") < page.index("Daftar anggota (2)")
    assert "compare/?old=1&amp;new=2" in page
    assert "Jawaban yang disimpan terpisah" in page
    assert "Jawaban lama" in page
    assert "Daftar anggota 1 › gelar" in page
    edit = body(office.get(address(unit)))
    assert "versi baru" not in edit
    office.post(address(unit), sent("save", base=row.responses, umur=41))
    kept = stored(unit).responses
    assert kept["_archived"] == {"dulu": "Jawaban lama"}
    assert kept["anggota"][0]["_archived"] == {"gelar": "Raden"}
