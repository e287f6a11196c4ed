"""Verdicts of the form engine: queue, worker, and what phones see of them."""

from typing import Any

import pytest

from assignments.checking.queue import (
    answers_give_back,
    answers_take,
    offices_waiting,
    queue_length,
    verdict_keep,
)
from assignments.checking.verdicts import Judged
from assignments.checking.worker import CheckWorker, checks_run
from assignments.models import AssignmentResponse, CheckQueue, ResponseCheck
from cerdas.tenancy import tenant_scope
from masterdata.models import MasterData
from tests import factories
from tests.assignments.sending import LISTING, WHOLE_LISTING, operation, outcomes, send, submit

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def check_of(satker: Any, unit: Any) -> ResponseCheck | None:
    """The stored verdict of a unit."""
    with tenant_scope(satker):
        return ResponseCheck.objects.filter(pk=unit.pk).first()


def version_shown(client: Any, kegiatan: Any) -> tuple[str, int]:
    """The state of the check and the version it is of, on a phone."""
    check = shown(client, kegiatan)
    return check["state"], check["version"]


def shown(client: Any, kegiatan: Any) -> Any:
    """What a phone that fetches its changes sees of its one unit."""
    [unit] = client.get(f"/api/v1/kegiatan/{kegiatan.pk}/changes/").json()["assignments"]
    return unit["response"]["check"]


def test_a_submit_waits_for_its_check_and_then_shows_its_verdict(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, assignment: Any
) -> None:
    client = api(enumerator)
    assert shown(client, kegiatan)["state"] == "none"
    [result] = send(client, kegiatan, submit(assignment, WHOLE_LISTING))
    assert result["assignment"]["response"]["check"]["state"] == "pending"
    assert checks_run() == 1
    assert shown(client, kegiatan) == {
        "state": "passed", "version": 2, "errors": [], "warnings": [],
    }  # fmt: skip
    assert queue_length() == 0


def test_answers_that_break_a_rule_fail_and_name_the_question(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, assignment: Any
) -> None:
    answers = {name: value for name, value in WHOLE_LISTING.items() if name != "nama_krt"}
    send(api(enumerator), kegiatan, submit(assignment, answers))
    checks_run()
    found = check_of(satker, assignment)
    assert found is not None
    assert found.state == "failed"
    assert found.engine
    assert [(fault["path"], fault["code"]) for fault in found.errors] == [("nama_krt", "required")]
    [fault] = shown(api(enumerator), kegiatan)["errors"]
    assert fault["path"] == "nama_krt"
    assert "kepala keluarga" in fault["title"]


def test_a_change_of_status_keeps_the_verdict_and_a_change_of_answers_asks_for_another(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, assignment: Any
) -> None:
    send(api(enumerator), kegiatan, submit(assignment, WHOLE_LISTING))
    checks_run()
    pml = api(supervisor)
    send(pml, kegiatan, operation("approve", assignment, base_version=2))
    send(pml, kegiatan, operation("revert_approval", assignment, base_version=3))
    assert queue_length() == 0
    assert version_shown(pml, kegiatan) == ("passed", 4)
    edit = operation("edit", assignment, base_version=4, data={"responses": {"jumlah_art": 6}})
    assert outcomes(send(pml, kegiatan, edit)) == [("applied", "")]
    assert version_shown(pml, kegiatan) == ("pending", 4)
    assert queue_length() == 1
    checks_run()
    assert version_shown(pml, kegiatan) == ("passed", 5)


def test_a_status_that_changes_while_answers_wait_is_judged_as_it_stands(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, assignment: Any
) -> None:
    send(api(enumerator), kegiatan, submit(assignment, WHOLE_LISTING))
    send(api(supervisor), kegiatan, operation("approve", assignment, base_version=2))
    assert checks_run() == 1
    found = check_of(satker, assignment)
    assert found is not None
    assert (found.state, found.version) == ("passed", 3)


def test_a_verdict_on_answers_that_changed_meanwhile_is_not_kept(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any
) -> None:
    unit = sent(satker, kegiatan, enumerator, supervisor)
    [taken] = answers_take(satker.pk)
    with tenant_scope(satker):
        row = AssignmentResponse.objects.get(pk=unit.pk)
        row.responses, row.version = {**WHOLE_LISTING, "jumlah_art": 9}, row.version + 1
        row.save()
    old = Judged(unit.pk, taken.answers.version, "passed", "x", [], [])
    assert not verdict_keep(satker.pk, old)
    assert check_of(satker, unit) is None
    [again] = answers_take(satker.pk)  # free at once, whoever had taken it before
    assert again.answers.version == taken.answers.version + 1
    new = Judged(unit.pk, again.answers.version, "passed", "x", [], [])
    assert verdict_keep(satker.pk, new)
    assert not verdict_keep(satker.pk, new), "a verdict counts once"


def test_what_a_worker_has_taken_is_not_taken_twice_and_can_be_given_back(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any
) -> None:
    sent(satker, kegiatan, enumerator, supervisor)
    taken = answers_take(satker.pk)
    assert len(taken) == 1
    assert answers_take(satker.pk) == []
    answers_give_back(taken)
    assert len(answers_take(satker.pk)) == 1


def test_a_flood_of_one_office_does_not_keep_another_waiting(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, other_satker: Any
) -> None:
    for _ in range(9):
        sent(satker, kegiatan, enumerator, supervisor)
    with tenant_scope(other_satker):
        AssignmentResponse.objects.filter(satker=other_satker).update(
            status="Submitted by PPL", version=2, responses=WHOLE_LISTING
        )
    assert offices_waiting() == sorted([satker.pk, other_satker.pk])
    worker = CheckWorker()
    try:
        worker.round()
    finally:
        worker.close()
    assert offices_waiting() == [satker.pk], "three units of the other office are done"
    assert CheckQueue.objects.filter(satker_id=satker.pk).count() == 5


def test_verdicts_stay_in_the_office_of_their_unit(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, other_satker: Any
) -> None:
    mine = sent(satker, kegiatan, enumerator, supervisor)
    with tenant_scope(other_satker):
        AssignmentResponse.objects.filter(satker=other_satker).update(
            status="Submitted by PPL", version=2, responses=LISTING
        )
    checks_run()
    with tenant_scope(satker):
        assert [(row.pk, row.state) for row in ResponseCheck.objects.all()] == [(mine.pk, "passed")]
    with tenant_scope(other_satker):
        states = ResponseCheck.objects.values_list("state", "satker_id")
        assert list(states) == [("failed", other_satker.pk)] * 3


def test_a_row_of_the_queue_under_the_wrong_office_is_dropped_unread(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, other_satker: Any
) -> None:
    unit = sent(satker, kegiatan, enumerator, supervisor)
    CheckQueue.objects.update(satker_id=other_satker.pk)
    assert answers_take(other_satker.pk) == []
    assert queue_length() == 0
    assert check_of(satker, unit) is None


def test_a_code_is_looked_up_in_the_version_that_the_form_names(
    satker: Any, enumerator: Any, supervisor: Any
) -> None:
    for version, codes, is_active in ((2020, ["01111", "01112"], False), (2025, ["99999"], True)):
        make_dataset("KBLI", version, codes, is_active)
    page = {
        "name": "p",
        "elements": [{"type": "dropdown", "name": "usaha", "master": "KBLI"}],
    }
    form = {
        **factories.form("listing"),
        "masters_used": [{"type": "KBLI", "version": 2020}],
        "pages": [page],
    }
    kegiatan = factories.kegiatan([satker], schema=form)
    states = {}
    for code in ("01112", "99999"):
        unit = sent(satker, kegiatan, enumerator, supervisor, {"usaha": code})
        checks_run()
        found = check_of(satker, unit)
        assert found is not None
        states[code] = (found.state, [fault["path"] for fault in found.errors])
    assert states == {"01112": ("passed", []), "99999": ("failed", ["usaha"])}


def sent(
    satker: Any,
    kegiatan: Any,
    ppl: Any,
    pml: Any,
    answers: Any = None,
    status: str = "Submitted by PPL",
) -> Any:
    """A unit whose answers have arrived."""
    answers = WHOLE_LISTING if answers is None else answers
    return factories.assignment(
        satker, kegiatan, ppl, pml, status="Submitted by PPL", responses=answers, version=2
    )


def make_dataset(kind: str, version: int, codes: list[str], is_active: bool) -> None:
    """A published dataset."""
    text = [{"kode": code, "judul": code} for code in codes]
    MasterData.objects.create(
        type=kind, version=version, data=text, is_active=is_active, checksum="0" * 64,
        size_bytes=1, row_count=len(codes),
    )  # fmt: skip
