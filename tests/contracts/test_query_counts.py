"""Every endpoint's number of queries, written down, and the same at 10 and at 1,000 rows.

Counted on the connections `default` and `direct`, with everything a process keeps (questionnaires,
content types) already there. Transaction control and the statement that sets the scope are left
out: a test's own transaction turns one into the other.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assignments.models import (
    Assignment,
    AssignmentAttachment,
    AssignmentResponse,
    ResponseComment,
    ResponseHistory,
    ResponseStatus,
)
from cerdas.ids import new_id
from cerdas.tenancy import tenant_scope
from kegiatan.models import (
    FormVersion,
    KegiatanMember,
    KegiatanSatker,
    KegiatanSatkerUserRole,
    KegiatanStatistik,
)
from masterdata.models import MasterSls
from masterdata.services import masterdata_load
from satker.models import DeviceToken, Invitation
from satker.services.phone_sign_in import phone_challenge, phone_code_make
from tests import factories
from tests.assignments.sending import create, operation, submit
from tests.assignments.test_attachments import photo, put
from tests.contracts.routes import all_routes

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
DESA = "6104080001"
_NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "BEGIN", "COMMIT")

# 1 everywhere: the token with its person and office.
QUERIES = {
    "GET /api/v1/me/": 3,
    "GET /api/v1/invitations/": 3,
    "POST /api/v1/invitations/<invitation_id>/accept/": 18,
    "POST /api/v1/invitations/<invitation_id>/decline/": 5,
    "GET /api/v1/kegiatan/": 4,
    "GET /api/v1/kegiatan/<kegiatan_id>/form/": 3,
    "GET /api/v1/kegiatan/<kegiatan_id>/changes/": 8,
    "GET /api/v1/kegiatan/<kegiatan_id>/changes/ since": 8,
    "POST /api/v1/kegiatan/<kegiatan_id>/operations/ open": 7,
    "POST /api/v1/kegiatan/<kegiatan_id>/operations/ submit": 6,
    "POST /api/v1/kegiatan/<kegiatan_id>/operations/ create": 26,
    "GET /api/v1/kegiatan/<kegiatan_id>/assignments/": 5,
    "GET /api/v1/kegiatan/<kegiatan_id>/assignments/ admin_satker": 7,
    "GET /api/v1/assignments/<assignment_id>/": 4,
    "GET /api/v1/assignments/<assignment_id>/allowed-actions/": 3,
    "GET /api/v1/assignments/<assignment_id>/history/": 4,
    "GET /api/v1/assignments/<assignment_id>/attachments/<attachment_id>/": 4,
    "PUT /api/v1/assignments/<assignment_id>/attachments/<attachment_id>/": 12,
    "GET /api/v1/masterdata/<type>/<version>/": 3,
    "GET /api/v1/wilayah/": 2,
    "POST /api/v1/auth/token/": 11,
    "DELETE /api/v1/auth/token/": 2,
    "GET /api/v1/auth/google/": 0,
    "POST /api/v1/auth/google/": 6,
    "GET /api/v1/schema/": 0,
    "GET /api/v1/docs/": 0,
}


@dataclass
class Rows:
    """Ids that requests name, in an office where there are many rows of everything."""

    kegiatan: Any
    unit: UUID
    untouched: list[UUID]
    invitations: list[UUID]


def _many_units(satker: Any, kegiatan: Any, ppl: Any, pml: Any, count: int) -> list[UUID]:
    """Rejected units with reasons and comments, and five Assigned ones; returns those."""
    units = [
        Assignment(
            satker=satker,
            kegiatan_statistik=kegiatan,
            ppl=ppl,
            pml=pml,
            assignment_label=f"Keluarga {n}",
            **factories.levels(f"{DESA}{n % 50:04d}"),
        )
        for n in range(count + 5)
    ]
    rejected, untouched = units[:count], units[count:]
    with tenant_scope(satker):
        Assignment.objects.bulk_create(units)
        AssignmentResponse.objects.bulk_create(
            AssignmentResponse(
                assignment=unit,
                satker=satker,
                form_version_used=1,
                status=ResponseStatus.REJECTED_PML,
                notes="Periksa lagi",
                version=3,
                responses={"nama_krt": "Siti"},
            )
            for unit in rejected
        )
        AssignmentResponse.objects.bulk_create(
            AssignmentResponse(assignment=unit, satker=satker, form_version_used=1)
            for unit in untouched
        )
        ResponseComment.objects.bulk_create(
            ResponseComment(
                assignment_response_id=unit.pk,
                satker=satker,
                user=pml,
                path="nama_krt",
                text="Siapa?",
                version=3,
            )
            for unit in rejected
        )
    return [unit.pk for unit in untouched]


def _much_about_one_unit(satker: Any, unit: UUID, pml: Any, count: int) -> None:
    """Histories and attachments of one unit."""
    attachments = [
        AssignmentAttachment(
            id=uuid4(),
            assignment_id=unit,
            satker=satker,
            original_filename="rumah.jpg",
            stored_path=f"{satker.pk}/{n:064x}",
            mime_type="image/jpeg",
            file_size_bytes=1,
            sha256=f"{n:064x}",
            uploaded_by=pml,
        )
        for n in range(count)
    ]
    with tenant_scope(satker):
        ResponseHistory.objects.bulk_create(
            ResponseHistory(
                assignment_response_id=unit,
                satker=satker,
                user=pml,
                to_status=ResponseStatus.OPENED,
                version=2,
            )
            for _n in range(count)
        )
        AssignmentAttachment.objects.bulk_create(attachments)


def _many_activities(satker: Any, user: Any, count: int) -> None:
    """Other activities of the office, in which the person is PPL."""
    today = timezone.localdate()
    made = KegiatanStatistik.objects.bulk_create(
        KegiatanStatistik(name=f"Survei {n}", year=2026, start_date=today, end_date=today)
        for n in range(count)
    )
    places = KegiatanSatker.objects.bulk_create(
        KegiatanSatker(kegiatan_statistik=kegiatan, satker=satker) for kegiatan in made
    )
    role = Permission.objects.get(content_type__app_label="kegiatan", codename="PPL")
    KegiatanSatkerUserRole.objects.bulk_create(
        KegiatanSatkerUserRole(user=user, permission=role, content_object=place) for place in places
    )
    with tenant_scope(satker):
        KegiatanMember.objects.bulk_create(
            KegiatanMember(user=user, kegiatan_statistik=kegiatan, satker=satker)
            for kegiatan in made
        )


def _many_forms(kegiatan: Any, publisher: Any, count: int) -> None:
    FormVersion.objects.bulk_create(
        FormVersion(
            kegiatan=kegiatan, version=n + 2, schema={}, checksum="1" * 64, published_by=publisher
        )
        for n in range(count)
    )


def _many_areas(count: int) -> None:
    MasterSls.objects.bulk_create(
        MasterSls(
            sls_id=f"{DESA}{n:04d}00",
            prov_id="61",
            kabkot_id="6104",
            kec_id="6104080",
            desa_kel_id=DESA,
            provinsi="KALIMANTAN BARAT",
            kabkot="MEMPAWAH",
            kecamatan="SIANTAN",
            desa_kel="WAJOK",
            nama=f"RT {n}",
        )
        for n in range(count)
    )


def _many_invitations(
    person: Any, satker: Any, kegiatan: Any, actor: Any, count: int
) -> list[UUID]:
    made = Invitation.objects.bulk_create(
        Invitation(
            satker=satker,
            email=person.email,
            kegiatan_id=kegiatan.pk if n < 2 else new_id(),
            role=("PPL", "PML")[n % 2],
            invited_by=actor,
        )
        for n in range(count)
    )
    return [row.pk for row in made]


@pytest.fixture
def floating(db: None) -> Any:
    """A person whom offices invite."""
    return factories.person(None)


@pytest.fixture(params=[10, 1_000])
def rows(
    request: Any,
    tmp_path: Path,
    satker: Any,
    kegiatan: Any,
    enumerator: Any,
    supervisor: Any,
    kegiatan_admin: Any,
    satker_admin: Any,
    floating: Any,
) -> Rows:
    """An office with this many rows of everything that an endpoint could walk through."""
    count: int = request.param
    unit = factories.assignment(satker, kegiatan, enumerator, supervisor).pk
    untouched = _many_units(satker, kegiatan, enumerator, supervisor, count)
    _much_about_one_unit(satker, unit, supervisor, count)
    _many_activities(satker, enumerator, count)
    _many_forms(kegiatan, supervisor, count)
    _many_areas(count)
    path = tmp_path / "kbli.csv"
    path.write_text("kode,judul\n" + "".join(f"{n:05},Judul {n}\n" for n in range(count)))
    masterdata_load(kind="KBLI", version=2020, path=path)
    invitations = _many_invitations(floating, satker, kegiatan, kegiatan_admin, count)
    return Rows(kegiatan, unit, untouched, invitations)


Send = Callable[[], Any]


@pytest.fixture
def requests(
    rows: Rows,
    api: Any,
    enumerator: Any,
    kegiatan_admin: Any,
    satker_admin: Any,
    floating: Any,
) -> dict[str, Send]:
    """{key of QUERIES: sends such a request}; each can be sent twice."""
    phone, admin, head = api(enumerator), api(kegiatan_admin), api(satker_admin)
    invited, leaving = api(floating), iter([api(enumerator), api(enumerator)])
    # a device is noted as seen once an hour, not with every request
    DeviceToken.objects.update(last_seen_at=timezone.now())
    return {
        **_of_the_person(api, phone, invited, leaving, enumerator, rows),
        **_of_the_kegiatan(phone, admin, head, rows),
        **_of_a_unit(phone, rows),
        **{
            f"GET {path}": lambda path=path: api().get(path)  # type: ignore[misc]
            for path in ("/api/v1/schema/", "/api/v1/docs/")
        },
    }


def _of_the_person(
    api: Any, phone: Any, invited: Any, leaving: Iterator[Any], enumerator: Any, rows: Rows
) -> dict[str, Send]:
    v1 = "/api/v1"
    to_accept, to_decline = iter(rows.invitations), iter(reversed(rows.invitations))
    credentials = {
        "email": enumerator.email,
        "password": factories.PASSWORD,
        "device_name": "HP",
    }
    return {
        "GET /api/v1/me/": lambda: phone.get(f"{v1}/me/"),
        "GET /api/v1/invitations/": lambda: invited.get(f"{v1}/invitations/"),
        "POST /api/v1/invitations/<invitation_id>/decline/": lambda: invited.post(
            f"{v1}/invitations/{next(to_decline)}/decline/"
        ),
        "POST /api/v1/invitations/<invitation_id>/accept/": lambda: invited.post(
            f"{v1}/invitations/{next(to_accept)}/accept/"
        ),
        "GET /api/v1/masterdata/<type>/<version>/": lambda: phone.get(
            f"{v1}/masterdata/KBLI/2020/"
        ),
        "GET /api/v1/wilayah/": lambda: phone.get(f"{v1}/wilayah/?prefix={DESA}"),
        "POST /api/v1/auth/token/": lambda: api().post(
            f"{v1}/auth/token/", credentials, format="json"
        ),
        "GET /api/v1/auth/google/": lambda: api().get(f"{v1}/auth/google/"),
        "POST /api/v1/auth/google/": lambda: api().post(
            f"{v1}/auth/google/", from_google(enumerator), format="json"
        ),
        "DELETE /api/v1/auth/token/": lambda: next(leaving).delete(f"{v1}/auth/token/"),
    }


def from_google(user: Any) -> dict[str, str]:
    """Return what a phone sends whose person has come back from Google."""
    verifier = uuid4().hex + uuid4().hex
    return {
        "code": phone_code_make(user=user, challenge=phone_challenge(verifier)),
        "verifier": verifier,
    }


def _of_the_kegiatan(phone: Any, admin: Any, head: Any, rows: Rows) -> dict[str, Send]:
    base = f"/api/v1/kegiatan/{rows.kegiatan.pk}"
    cursor = phone.get(f"{base}/changes/?limit=1000").json()["cursor"]
    untouched = iter(rows.untouched)

    def send(made: dict[str, Any]) -> Any:
        answer = phone.post(f"{base}/operations/", {"operations": [made]}, format="json")
        assert answer.json()["results"][0]["outcome"] == "applied", answer.content
        return answer

    one = "/api/v1/kegiatan/<kegiatan_id>"
    return {
        "GET /api/v1/kegiatan/": lambda: phone.get("/api/v1/kegiatan/"),
        f"GET {one}/form/": lambda: phone.get(f"{base}/form/?version=1"),
        f"GET {one}/changes/": lambda: phone.get(f"{base}/changes/?limit=1000"),
        f"GET {one}/changes/ since": lambda: phone.get(f"{base}/changes/?cursor={cursor}"),
        f"GET {one}/assignments/": lambda: admin.get(f"{base}/assignments/?limit=500"),
        f"GET {one}/assignments/ admin_satker": lambda: head.get(f"{base}/assignments/?limit=500"),
        f"POST {one}/operations/ open": lambda: send(operation("open", next(untouched))),
        f"POST {one}/operations/ submit": lambda: send(submit(next(untouched))),
        f"POST {one}/operations/ create": lambda: send(create(uuid4())),
    }


def _of_a_unit(phone: Any, rows: Rows) -> dict[str, Send]:
    base, one = f"/api/v1/assignments/{rows.unit}", "/api/v1/assignments/<assignment_id>"
    stored = uuid4()
    assert put(phone, rows.unit, stored, photo()).status_code == 201
    return {
        f"GET {one}/": lambda: phone.get(f"{base}/"),
        f"GET {one}/allowed-actions/": lambda: phone.get(f"{base}/allowed-actions/"),
        f"GET {one}/history/": lambda: phone.get(f"{base}/history/"),
        f"GET {one}/attachments/<attachment_id>/": lambda: phone.get(
            f"{base}/attachments/{stored}/"
        ),
        f"PUT {one}/attachments/<attachment_id>/": lambda: put(phone, rows.unit, uuid4(), photo()),
    }


def _queries(send: Send) -> int:
    """Send a request twice and count the statements of the second."""
    assert send().status_code < 400
    with ExitStack() as stack:
        captured = [
            stack.enter_context(CaptureQueriesContext(connections[alias]))
            for alias in ("default", "direct")
        ]
        answer = send()
    assert answer.status_code < 400, answer.content
    statements = [query["sql"] for context in captured for query in context.captured_queries]
    return sum(
        not statement.startswith(_NOT_COUNTED) and "set_config" not in statement
        for statement in statements
    )


def test_every_endpoint_costs_its_number_of_queries_at_10_and_at_1000_rows(
    requests: dict[str, Send],
) -> None:
    assert {key: _queries(send) for key, send in requests.items()} == QUERIES


def test_every_endpoint_of_the_api_is_counted() -> None:
    served = {
        f"{method} {route.template}"
        for route in all_routes()
        if route.template.startswith("/api/v1/")
        for method in ("GET", *route.writes)
        if hasattr(route.view_class, method.lower())
    }
    assert served == {" ".join(key.split(" ")[:2]) for key in QUERIES}
