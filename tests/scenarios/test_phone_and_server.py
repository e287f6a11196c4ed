"""The app's own sync against the server as it is deployed."""

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.management import call_command
from PIL import Image

from assignments.models import (
    AppliedOperation,
    Assignment,
    AssignmentAttachment,
    AssignmentResponse,
    ParkedOperation,
    ResponseHistory,
)
from assignments.services.reassigning import assignment_reassign
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import LISTING
from tests.scenarios.device import CuttingProxy, Device
from tests.scenarios.live import HOST, LiveServer

pytestmark = pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True)
AREA = ["61", "04", "080", "001", "0001", None]
OpenPhone = Callable[..., Device]


@pytest.fixture
def phone(live_server_process: LiveServer) -> Iterator[OpenPhone]:
    """`phone(user)` gives a phone on which that person has signed in and synced."""
    with ExitStack() as open_phones:

        def made(user: Any, base: str | None = None) -> Device:
            url = base or f"http://{HOST}:{live_server_process.port}"
            device = open_phones.enter_context(Device(url))
            answer = device("sign_in", email=user.email, password=factories.PASSWORD)
            assert answer == {"kind": "ok"}
            assert device("sync")["ended"] == "done"
            return device

        yield made


def picture() -> str:
    """Return a small PNG in base64."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (20, 120, 90)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def fill(device: Device, unit: Any, **answers: Any) -> dict[str, Any]:
    """Type into a unit and send it to the queue; return the answers."""
    given = {**LISTING, **answers}
    assert device("open", unit=unit) is not None
    device("save", unit=unit, answers=given)
    device("submit", unit=unit, answers=given)
    return given


def history(satker: Any, unit: Any) -> list[tuple[str, int]]:
    """Return (to status, version) of a unit's history."""
    with tenant_scope(satker):
        return list(
            ResponseHistory.objects.filter(assignment_response_id=unit)
            .order_by("id")
            .values_list("to_status", "version")
        )


def test_open_submit_and_photo_arrive_once_whatever_replies_are_lost(
    live_server_process: LiveServer, phone: OpenPhone, satker: Any, kegiatan: Any,
    enumerator: Any, assignment: Any,
) -> None:  # fmt: skip
    proxy = CuttingProxy(live_server_process.port)
    device = phone(enumerator, proxy.url)
    assert device("forms", kegiatan=kegiatan.pk) == 1
    assert device("open", unit=assignment.pk) is not None
    photo = device("photo", unit=assignment.pk, base64=picture())
    answers = {**LISTING, "foto_rumah": [photo]}
    device("save", unit=assignment.pk, answers=answers)
    device("submit", unit=assignment.pk, answers=answers)

    proxy.replies_to_cut = 1
    assert device("sync")["problem"] == "offline"  # applied, and the phone does not know
    device("restart")
    assert device.operations() == ["open queued", "submit queued"]
    assert device("sync")["ended"] == "done"
    device("sync")
    proxy.close()

    assert device.operations() == []
    assert [row["state"] for row in device("photos")] == ["uploaded"]
    assert history(satker, assignment.pk) == [
        ("Assigned", 1), ("Opened", 2), ("Submitted by PPL", 3),
    ]  # fmt: skip
    with tenant_scope(satker):
        assert AssignmentResponse.objects.get(pk=assignment.pk).responses == answers
        assert AppliedOperation.objects.count() == 2
        assert str(AssignmentAttachment.objects.get().pk) == photo
    row = device("unit", unit=assignment.pk)
    assert (row["status"], row["local"], row["missing_attachments"]) == (
        "Submitted by PPL", "none", [],
    )  # fmt: skip


def test_a_new_unit_goes_with_its_answers_and_photo(
    phone: OpenPhone, satker: Any, kegiatan: Any, enumerator: Any
) -> None:
    device = phone(enumerator)
    unit = device("create", kegiatan=kegiatan.pk, label="Rumah di belakang", levels=AREA)
    photo = device("photo", unit=unit, base64=picture())
    fill(device, unit, foto_rumah=[photo])

    assert device("sync") == {"ended": "done", "pushed": 2, "pulled": 0, "uploaded": 1}

    assert history(satker, unit) == [("Assigned", 1), ("Submitted by PPL", 2)]
    with tenant_scope(satker):
        made = Assignment.objects.get(pk=unit)
        assert (made.ppl, made.region_code) == (enumerator, "61040800010001")
        assert AssignmentAttachment.objects.get().assignment_id == made.pk
    assert device("unit", unit=unit)["local_only"] is False


def test_two_phones_of_one_person_keep_both_versions_and_one_is_sent_on_top(
    phone: OpenPhone, satker: Any, enumerator: Any, supervisor: Any, assignment: Any
) -> None:
    first, second, pml = phone(enumerator), phone(enumerator), phone(supervisor)
    theirs = fill(first, assignment.pk, nama_krt="Dari ponsel pertama")
    mine = fill(second, assignment.pk, nama_krt="Dari ponsel kedua")
    first("sync")
    second("sync")

    assert second.operations() == ["submit conflict"]
    conflict = second("conflict", unit=assignment.pk)
    assert (conflict["mine"], conflict["theirs"]) == (mine, theirs)

    pml("sync")
    pml("review", action={
        "assignment": str(assignment.pk), "base_version": 3, "type": "reject",
        "notes": "Periksa nama", "comments": [{"path": "nama_krt", "text": "Yang mana?"}],
    })  # fmt: skip
    assert pml("sync")["pushed"] == 1
    second("sync")
    assert second("unit", unit=assignment.pk)["notes"] == "Periksa nama"
    second("resolve", unit=assignment.pk, answers=mine)
    assert second("sync")["pushed"] == 1

    with tenant_scope(satker):
        response = AssignmentResponse.objects.get(pk=assignment.pk)
        assert (response.responses, response.version) == (mine, 5)
    assert second.operations() == []


def test_what_was_reassigned_leaves_the_phone_and_its_work_waits_at_the_office(
    phone: OpenPhone, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any,
    kegiatan_admin: Any, assignment: Any,
) -> None:  # fmt: skip
    other = factories.person(satker, name="Pencacah Dua")
    factories.member(other, kegiatan, satker, "PPL", pml=supervisor)
    idle = factories.assignment(satker, kegiatan, enumerator, supervisor)
    device = phone(enumerator)
    answers = fill(device, assignment.pk)
    with tenant_scope(satker):
        assignment_reassign(
            actor=kegiatan_admin, satker=satker, kegiatan=kegiatan,
            assignment_ids=[assignment.pk, idle.pk], ppl=other,
        )  # fmt: skip

    device("sync")

    assert device.operations() == ["submit parked"]
    [row] = device("units", kegiatan=kegiatan.pk)
    assert (row["id"], row["gone"], row["local"]) == (str(assignment.pk), True, "parked")
    with tenant_scope(satker):
        parked = ParkedOperation.objects.get()
        # the `open` before it was refused for the same reason: the unit is not theirs any more
        assert (parked.reason, parked.user) == ("reassigned", enumerator)
        assert AssignmentResponse.objects.get(pk=assignment.pk).responses is None
    assert device("operations")[0]["data"]["responses"] == answers


def test_a_reset_sends_everything_anew_and_keeps_what_was_typed(
    phone: OpenPhone, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, assignment: Any
) -> None:
    units = [factories.assignment(satker, kegiatan, enumerator, supervisor) for _ in range(12)]
    device = phone(enumerator)
    device("open", unit=assignment.pk)
    device("save", unit=assignment.pk, answers={"nama_krt": "Belum dikirim"})
    call_command("feed_reset")

    assert device("sync")["ended"] == "done"

    rows = device("units", kegiatan=kegiatan.pk)
    assert {row["id"] for row in rows} == {str(unit.pk) for unit in [assignment, *units]}
    assert "reset" in {entry["kind"] for entry in device("journal")}
    assert device("draft", unit=assignment.pk)["answers"] == {"nama_krt": "Belum dikirim"}
    assert device("resync")["ended"] == "done"
    assert len(device("units", kegiatan=kegiatan.pk)) == 13
