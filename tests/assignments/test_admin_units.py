"""Pages of units in the office's admin: list, page of one unit, what is done there, by whom."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assignments.admin.units import UnitPaginator
from assignments.models import (
    AnswerChange,
    Assignment,
    AssignmentAttachment,
    AssignmentResponse,
    ResponseComment,
    ResponseHistory,
)
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import LISTING

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
BASE = "/satker/6104/admin/assignments/assignment/"
POINT = {"lat": -0.0263, "lon": 109.3425, "accuracy_m": 7.5, "at": "2026-01-15T02:00:00Z"}


@pytest.fixture
def browse() -> Any:
    """`browse(user)` gives a browser with that person's session."""

    def client(user: Any) -> Client:
        made = Client()
        made.force_login(user, backend="satker.auth_backends.PasswordBackend")
        return made

    return client


@pytest.fixture
def unit_in(satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any) -> Any:
    """`unit_in(status, **fields)` makes a unit in a status."""

    def made(status: str, **fields: Any) -> Assignment:
        if status not in ("Assigned", "Opened"):
            fields.setdefault("responses", LISTING)
        found = factories.assignment(
            satker, kegiatan, enumerator, supervisor, status=status, **fields
        )
        factories.passed(found)
        return found

    return made


@pytest.fixture
def foreign(other_satker: Any) -> Assignment:
    """A unit of another office."""
    with tenant_scope(other_satker):
        found: Assignment = Assignment.objects.order_by("pk").first()
    return found


def text(response: Any) -> str:
    return str(response.content.decode())


def response_of(satker: Any, unit: Assignment) -> AssignmentResponse:
    with tenant_scope(satker):
        return AssignmentResponse.objects.get(pk=unit.pk)


def histories(satker: Any, unit: Assignment) -> list[ResponseHistory]:
    with tenant_scope(satker):
        rows = ResponseHistory.objects.filter(assignment_response_id=unit.pk)
        return list(rows.order_by("id"))


def test_the_list_shows_the_offices_units_and_nobody_elses(
    browse: Any, unit_in: Any, kegiatan_admin: Any, satker_admin: Any, super_admin: Any,
    other_satker: Any,
) -> None:  # fmt: skip
    unit_in("Submitted by PPL", label="Keluarga Contoh")
    for user in (kegiatan_admin, satker_admin, super_admin):
        page = text(browse(user).get(BASE))
        assert "Keluarga Contoh" in page
        assert "61040800010001" in page
        assert "Pencacah Satu" in page
        assert "Pengawas Satu" in page
        assert "Rahasia" not in page
        assert other_satker.code not in page


def test_an_admin_kegiatan_sees_only_their_activities(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any, enumerator: Any, supervisor: Any
) -> None:
    unit_in("Assigned", label="Milik Saya")
    elsewhere = factories.kegiatan(satkers=[satker], name="Survei Lain")
    factories.member(enumerator, elsewhere, satker, "PPL")
    hidden = factories.assignment(
        satker, elsewhere, enumerator, supervisor, label="Kegiatan Lain Punya"
    )
    client = browse(kegiatan_admin)
    page = text(client.get(BASE))
    assert "Milik Saya" in page
    assert "Kegiatan Lain Punya" not in page
    assert "Survei Lain" not in page
    for address in pages_of(hidden):
        assert client.get(address).status_code == 404, address
    assert client.get(f"{BASE}?kegiatan={elsewhere.pk}").content.count(b"Kegiatan Lain") == 0


def pages_of(unit: Assignment) -> list[str]:
    """Every address that names a unit."""
    own = f"{BASE}{unit.pk}/"
    actions = ("approve", "reject", "revert_approval", "reassign", "cancel")
    return [
        f"{own}change/",
        f"{own}history/",
        f"{own}amend/",
        f"{own}files/{uuid4()}/",
        *(f"{own}do/{action}/" for action in actions),
    ]


@pytest.mark.parametrize("who", ["kegiatan_admin", "satker_admin", "super_admin"])
def test_another_offices_unit_and_none_answer_alike(
    browse: Any, who: str, satker: Any, kegiatan: Any, foreign: Assignment,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    client = browse(request.getfixturevalue(who))
    absent = Assignment(pk=uuid4())
    for theirs, nothing in zip(pages_of(foreign), pages_of(absent), strict=True):
        assert client.get(theirs).status_code == 404, theirs
        assert client.get(nothing).status_code == 404, nothing
        assert client.post(theirs, {"reason": "x"}).status_code == 404, theirs
    assert client.get(f"{BASE}bukan-id/change/").status_code == 404


@pytest.mark.parametrize("who", ["enumerator", "supervisor"])
def test_field_staff_have_no_place_here(
    browse: Any, who: str, unit_in: Any, request: pytest.FixtureRequest
) -> None:
    unit = unit_in("Assigned")
    client = browse(request.getfixturevalue(who))
    for address in (BASE, f"{BASE}add/", f"{BASE}import/", f"{BASE}export/", *pages_of(unit)):
        assert client.get(address).status_code == 403, address


@pytest.mark.parametrize("who", ["satker_admin", "super_admin"])
def test_who_only_views_finds_no_buttons_and_is_refused(
    browse: Any, who: str, satker: Any, unit_in: Any, request: pytest.FixtureRequest
) -> None:
    unit = unit_in("Approved by PML")
    client = browse(request.getfixturevalue(who))
    page = text(client.get(f"{BASE}{unit.pk}/change/"))
    assert "/do/" not in page
    assert 'name="action"' in text(client.get(BASE))  # the export alone
    assert "bulk" not in text(client.get(BASE))
    for address in (f"{BASE}{unit.pk}/do/approve/", f"{BASE}{unit.pk}/amend/",
                    f"{BASE}add/", f"{BASE}import/", f"{BASE}bulk/approve/"):  # fmt: skip
        assert client.get(address).status_code == 403, address
        assert client.post(address, {"reason": "x"}).status_code == 403, address
    assert response_of(satker, unit).status == "Approved by PML"


def test_filters_and_search_find_units(
    browse: Any, satker: Any, kegiatan: Any, unit_in: Any, supervisor: Any, kegiatan_admin: Any
) -> None:
    other = factories.person(satker, name="Budi Cacah", email="budi@uji.example")
    factories.member(other, kegiatan, satker, "PPL", pml=supervisor)
    unit_in("Assigned", label="Unit A", region="61040800010001")
    factories.assignment(
        satker, kegiatan, other, supervisor, region="61040900020001", label="Unit B",
        status="Submitted by PPL", responses=LISTING,
    )  # fmt: skip
    client = browse(kegiatan_admin)

    def found(query: str) -> set[str]:
        page = text(client.get(f"{BASE}?{query}"))
        return {name for name in ("Unit A", "Unit B") if f">{name}<" in page}

    assert found("") == {"Unit A", "Unit B"}
    assert found("status=Assigned") == {"Unit A"}
    assert found("status=Assigned&status=Submitted+by+PPL") == {"Unit A", "Unit B"}
    assert found("region=6104090") == {"Unit B"}
    assert found("ppl=budi%40uji") == {"Unit B"}
    assert found("pml=Pengawas") == {"Unit A", "Unit B"}
    assert found("q=budi") == {"Unit B"}
    assert found("q=6104080") == {"Unit A"}
    assert found("q=unit+budi") == {"Unit B"}
    assert found(f"kegiatan={kegiatan.pk}") == {"Unit A", "Unit B"}
    assert found(f"kegiatan={uuid4()}") == set()
    assert found("outcome=selesai") == set()
    assert found("q=%00&region=%00") == {"Unit A", "Unit B"}


def test_cancelled_units_show_only_when_asked_for(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any
) -> None:
    unit = unit_in("Assigned", label="Batal Ini")
    client = browse(kegiatan_admin)
    client.post(f"{BASE}{unit.pk}/do/cancel/", {"reason": "Ganda"})
    assert ">Batal Ini<" not in text(client.get(BASE))
    assert ">Batal Ini<" in text(client.get(f"{BASE}?status=cancelled"))
    page = text(client.get(f"{BASE}{unit.pk}/change/"))
    assert "Ganda" in page
    assert "/do/" not in page


def test_the_page_shows_answers_by_their_questions_and_escapes_them(
    browse: Any, satker: Any, enumerator: Any, supervisor: Any, satker_admin: Any
) -> None:
    household = factories.kegiatan(satkers=[satker], form_name="household")
    row = "0b6ad9fa-6f41-4c51-9c3f-1d2f4c5a6b7c"
    answers = {
        "hasil_kunjungan": "menolak",
        "nama_krt": "<script>alert(1)</script>",
        "anggota": [{"_id": row, "nama": "Siti & Anak", "jenis_kelamin": "2", "umur": 30}],
        "geotag_rumah": POINT,
        "nama_lama": "tak dikenal",
        "_archived": {"dulu": "versi lama"},
    }
    unit = factories.assignment(
        satker, household, enumerator, supervisor, status="Submitted by PPL", responses=answers,
        label="<b>Tebal</b>", prefilled_data={"nama_krt": "<i>Miring</i>"},
    )  # fmt: skip
    page = text(browse(satker_admin).get(f"{BASE}{unit.pk}/change/"))
    for raw in ("<script>alert", "<b>Tebal", "<i>Miring"):
        assert raw not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for shown in ("Menolak diwawancarai", "1. Siti &amp; Anak", "Perempuan", "tak dikenal",
                  "versi lama", "geo:-0.026300,109.342500;u=7.5"):  # fmt: skip
        assert shown in page, shown
    assert page.index("Menolak diwawancarai") < page.index("hasil_kunjungan&quot;")


def test_the_page_shows_history_changes_comments_and_photos(
    browse: Any, satker: Any, unit_in: Any, enumerator: Any, supervisor: Any, kegiatan_admin: Any,
    tmp_path: Any, settings: Any,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "foto.jpg").write_bytes(b"gambar besar")
    (tmp_path / "kecil.jpg").write_bytes(b"gambar kecil")
    unit = unit_in("Rejected by PML", version=3)
    photo = uuid4()
    with tenant_scope(satker):
        response = AssignmentResponse.objects.get(pk=unit.pk)
        ResponseHistory.objects.create(
            assignment_response=response, satker=satker, user=supervisor, version=3,
            from_status="Submitted by PPL", to_status="Rejected by PML", notes="Umur keliru",
        )  # fmt: skip
        AnswerChange.objects.create(
            assignment_response=response, satker=satker, user=supervisor, path="jumlah_art",
            old=3, new=4, version=2,
        )  # fmt: skip
        ResponseComment.objects.create(
            assignment_response=response, satker=satker, user=supervisor, path="nama_krt",
            text="Periksa nama", version=3,
        )  # fmt: skip
        AssignmentAttachment.objects.create(
            id=photo, assignment=unit, satker=satker, original_filename="rumah.jpg",
            stored_path="foto.jpg", thumbnail_path="kecil.jpg", mime_type="image/jpeg",
            file_size_bytes=12, sha256="0" * 64, uploaded_by=enumerator,
        )  # fmt: skip
    client = browse(kegiatan_admin)
    page = text(client.get(f"{BASE}{unit.pk}/change/"))
    for shown in ("Umur keliru", "Periksa nama", "3. Berapa orang anggota keluarga", "WIB"):
        assert shown in page, shown
    address = f"{BASE}{unit.pk}/files/{photo}/"
    assert f"{address}?size=thumb" in page
    assert b"".join(client.get(address).streaming_content) == b"gambar besar"
    small = client.get(f"{address}?size=thumb")
    assert b"".join(small.streaming_content) == b"gambar kecil"
    assert "sandbox" in small["Content-Security-Policy"]
    another = unit_in("Assigned")
    assert client.get(f"{BASE}{another.pk}/files/{photo}/").status_code == 404


def test_a_photo_is_for_those_who_see_the_unit(
    browse: Any, satker: Any, other_satker: Any, foreign: Assignment, kegiatan: Any,
    satker_admin: Any, tmp_path: Any, settings: Any,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "rahasia.jpg").write_bytes(b"rahasia")
    photo = uuid4()
    with tenant_scope(other_satker):
        AssignmentAttachment.objects.create(
            id=photo, assignment=foreign, satker=other_satker, original_filename="r.jpg",
            stored_path="rahasia.jpg", mime_type="image/jpeg", file_size_bytes=7,
            sha256="0" * 64, uploaded_by=foreign.ppl,
        )  # fmt: skip
    client = browse(satker_admin)
    assert client.get(f"{BASE}{foreign.pk}/files/{photo}/").status_code == 404


@pytest.mark.parametrize(
    ("status", "action", "reason", "after"),
    [
        ("Approved by PML", "approve", "", "Approved by Admin"),
        ("Approved by PML", "reject", "Alamat kosong", "Rejected by Admin"),
        ("Approved by Admin", "revert_approval", "Salah klik", "Approved by PML"),
    ],
)
def test_admin_kegiatan_reviews_a_unit(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any, status: str, action: str,
    reason: str, after: str,
) -> None:  # fmt: skip
    unit = unit_in(status)
    client = browse(kegiatan_admin)
    assert f"/do/{action}/" in text(client.get(f"{BASE}{unit.pk}/change/"))
    address = f"{BASE}{unit.pk}/do/{action}/"
    assert client.get(address).status_code == 200
    answer = client.post(address, {"reason": reason, "version": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{BASE}{unit.pk}/change/")
    response = response_of(satker, unit)
    assert (response.status, response.version) == (after, 2)
    last = histories(satker, unit)[-1]
    assert (last.to_status, last.notes or "", last.user_id) == (after, reason, kegiatan_admin.pk)


@pytest.mark.parametrize("action", ["reject", "revert_approval", "cancel"])
def test_a_reason_is_asked_for_and_nothing_happens_without(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any, action: str
) -> None:
    status = {
        "reject": "Approved by PML",
        "revert_approval": "Approved by Admin",
        "cancel": "Assigned",
    }[action]
    unit = unit_in(status)
    for words in ("", "   "):
        answer = browse(kegiatan_admin).post(
            f"{BASE}{unit.pk}/do/{action}/", {"reason": words, "version": "1"}
        )
        assert answer.status_code == 200
        assert "errorlist" in text(answer) or "text-red" in text(answer)
    assert response_of(satker, unit).status == status
    assert len(histories(satker, unit)) == 1


def test_a_rejection_carries_remarks_on_questions_of_the_form_only(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any
) -> None:
    unit = unit_in("Approved by PML")
    client = browse(kegiatan_admin)
    assert 'name="comment:nama_krt"' in text(client.get(f"{BASE}{unit.pk}/do/reject/"))
    client.post(
        f"{BASE}{unit.pk}/do/reject/",
        {"reason": "Perbaiki", "comment:nama_krt": "Nama lengkap", "comment:palsu": "x",
         "comment:alamat": " "},
    )  # fmt: skip
    with tenant_scope(satker):
        rows = list(ResponseComment.objects.values_list("path", "text", "version"))
    assert rows == [("nama_krt", "Nama lengkap", 2)]


def test_what_changed_meanwhile_is_not_acted_on(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any
) -> None:
    unit = unit_in("Approved by PML", version=5)
    answer = browse(kegiatan_admin).post(
        f"{BASE}{unit.pk}/do/approve/", {"version": "4"}, follow=True
    )
    assert "sudah berubah sejak" in text(answer)
    assert response_of(satker, unit).status == "Approved by PML"


def test_an_action_that_the_status_forbids_leads_back_with_words(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any
) -> None:
    unit = unit_in("Submitted by PPL")
    client = browse(kegiatan_admin)
    for action in ("approve", "revert_approval", "cancel"):
        answer = client.post(f"{BASE}{unit.pk}/do/{action}/", {"reason": "x"}, follow=True)
        assert "Tidak dapat dilakukan selama" in text(answer), action
    assert client.get(f"{BASE}{unit.pk}/do/delete/").status_code == 404
    assert response_of(satker, unit).status == "Submitted by PPL"


def test_a_unit_is_given_to_others_of_the_crew_only(
    browse: Any, satker: Any, kegiatan: Any, unit_in: Any, supervisor: Any, kegiatan_admin: Any,
    foreign: Assignment,
) -> None:  # fmt: skip
    unit = unit_in("Opened")
    other = factories.person(satker, name="Pencacah Dua")
    factories.member(other, kegiatan, satker, "PPL", pml=supervisor)
    outsider = factories.person(satker, name="Bukan Petugas")
    client = browse(kegiatan_admin)
    address = f"{BASE}{unit.pk}/do/reassign/"
    page = text(client.get(address))
    assert "Pencacah Dua" in page
    assert "Bukan Petugas" not in page
    assert "Rahasia" not in page
    for wrong in (outsider.pk, foreign.ppl_id, supervisor.pk, "x"):
        assert client.post(address, {"ppl": str(wrong), "pml": ""}).status_code == 200
    with tenant_scope(satker):
        assert Assignment.objects.get(pk=unit.pk).ppl_id == unit.ppl_id
    answer = client.post(address, {"ppl": str(other.pk), "pml": "", "reason": "Sakit"})
    assert answer.status_code == 302
    with tenant_scope(satker):
        assert Assignment.objects.get(pk=unit.pk).ppl_id == other.pk
    assert "Sakit" in (histories(satker, unit)[-1].notes or "")


def test_label_and_region_are_corrected_while_nobody_has_begun(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any
) -> None:
    unit = unit_in("Assigned", label="Lama")
    client = browse(kegiatan_admin)
    address = f"{BASE}{unit.pk}/amend/"
    assert "61040800010001" in text(client.get(address))
    outside = client.post(address, {"label": "Baru", "region_code": "61710100010001"})
    assert "di luar wilayah" in text(outside)
    assert "Simpan" in text(client.post(address, {"label": "Baru", "region_code": "6104O8"}))
    done = client.post(address, {"label": "Baru", "region_code": "61040800010002"})
    assert done.status_code == 302
    with tenant_scope(satker):
        changed = Assignment.objects.get(pk=unit.pk)
    assert (changed.assignment_label, changed.region_code) == ("Baru", "61040800010002")
    last = histories(satker, unit)[-1]
    assert (last.from_status, last.to_status, last.version) == ("Assigned", "Assigned", 1)
    assert "Lama → Baru" in (last.notes or "")
    client.post(address, {"label": "Baru", "region_code": "61040800010002"})
    assert len(histories(satker, unit)) == 2

    begun = unit_in("Opened", label="Mulai")
    refused = client.post(
        f"{BASE}{begun.pk}/amend/", {"label": "X", "region_code": "61040800010002"}
    )
    assert "sudah dimulai" in text(refused)
    with tenant_scope(satker):
        assert Assignment.objects.get(pk=begun.pk).assignment_label == "Mulai"


def test_the_office_makes_a_unit(
    browse: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any,
    kegiatan_admin: Any, foreign: Assignment,
) -> None:  # fmt: skip
    client = browse(kegiatan_admin)
    page = text(client.get(f"{BASE}add/"))
    assert "Rahasia" not in page
    good = {
        "label": "Keluarga Baru",
        "region_code": "61040800010001",
        "ppl": str(enumerator.pk),
        "pml": str(supervisor.pk),
    }
    for wrong in ({"ppl": str(foreign.ppl_id)}, {"region_code": "61710100010001"}, {"label": " "}):
        assert client.post(f"{BASE}add/", {**good, **wrong}).status_code == 200
    with tenant_scope(satker):
        assert not Assignment.objects.exists()
    answer = client.post(f"{BASE}add/", good)
    with tenant_scope(satker):
        unit = Assignment.objects.get()
        assert unit.response.status == "Assigned"
    assert answer["Location"] == f"{BASE}{unit.pk}/change/"
    assert (unit.assignment_label, unit.region_code) == ("Keluarga Baru", "61040800010001")


def test_nothing_is_deleted_or_written_by_djangos_own_form(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any
) -> None:
    unit = unit_in("Assigned", label="Tetap")
    client = browse(kegiatan_admin)
    assert client.post(f"{BASE}{unit.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{BASE}{unit.pk}/change/", {"assignment_label": "Lain"})
    with tenant_scope(satker):
        assert Assignment.objects.get(pk=unit.pk).assignment_label == "Tetap"
    assert "delete_selected" not in text(client.get(BASE))


def test_lookups_beyond_the_filters_are_refused(
    browse: Any, unit_in: Any, kegiatan_admin: Any
) -> None:
    unit_in("Assigned")
    client = browse(kegiatan_admin)
    for query in ("ppl__password__startswith=a", "satker__code=6171", "pml__satker__code=6171"):
        assert client.get(f"{BASE}?{query}").status_code in (302, 400), query


def test_the_list_takes_the_same_queries_at_10_and_at_1000_units(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection

    for _ in range(10):
        unit_in("Submitted by PPL")
    client = browse(kegiatan_admin)
    client.get(BASE)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(BASE).status_code == 200
        return len(captured)

    few = queries()
    with tenant_scope(satker):
        pattern = Assignment.objects.select_related("ppl").first()
        units = Assignment.objects.bulk_create(
            Assignment(
                satker=satker, kegiatan_statistik=pattern.kegiatan_statistik, ppl=pattern.ppl,
                pml=pattern.pml, assignment_label=f"U {n}", level_1_code="61", level_2_code="04",
                level_3_code=f"{n % 999:03d}",
            )
            for n in range(990)
        )  # fmt: skip
        AssignmentResponse.objects.bulk_create(
            AssignmentResponse(assignment=unit, satker=satker, form_version_used=1)
            for unit in units
        )
    assert queries() == few
    assert few <= 14


def test_the_count_stops_at_its_limit(
    browse: Any, unit_in: Any, kegiatan_admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        unit_in("Assigned")
    monkeypatch.setattr(UnitPaginator, "most", 2)
    assert "lebih dari 2 baris" in text(browse(kegiatan_admin).get(BASE))


def test_who_loses_the_role_can_no_longer_act(
    browse: Any, satker: Any, unit_in: Any, kegiatan_admin: Any, satker_admin: Any
) -> None:
    from kegiatan.models import KegiatanSatkerUserRole

    unit = unit_in("Approved by PML")
    factories.satker_role(kegiatan_admin, satker, "admin_satker")
    role = Permission.objects.get(codename="admin_kegiatan")
    KegiatanSatkerUserRole.objects.filter(user=kegiatan_admin, permission=role).delete()
    client = browse(kegiatan_admin)
    assert client.get(f"{BASE}{unit.pk}/change/").status_code == 200
    assert client.post(f"{BASE}{unit.pk}/do/approve/", {"version": "1"}).status_code == 403
