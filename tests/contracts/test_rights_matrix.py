"""Who may do what: one table, compared with what the API does.

The table is the specification's ("Roles", "Life of a response"). A new operation type, a new row
of the workflow or a new address without a line here fails.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from assignments.models import OperationType, ResponseStatus
from assignments.workflow import TRANSITIONS
from masterdata.models import MasterData
from satker.permissions import ADMIN_KEGIATAN, PML, PPL
from tests import factories
from tests.assignments.sending import LISTING, create, operation, send, submit
from tests.contracts.routes import all_routes
from tests.contracts.test_isolation import undone

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
S = ResponseStatus
PEOPLE = (
    "anonymous",
    "floating",
    "released",
    "other_office",
    "other_ppl",
    "other_pml",
    "other_kegiatan_admin",
    "ppl",
    "pml",
    "kegiatan_admin",
    "satker_admin",
    "super_admin",
)
# Who the workflow's roles are here.
HOLDERS = {PPL: "ppl", PML: "pml", ADMIN_KEGIATAN: "kegiatan_admin"}
APPLIED, HIDDEN, DENIED = "applied", "not_found", "not_allowed"
ROLE_GONE, LEFT, UNAUTHENTICATED = "parked role_gone", "parked left_satker", "401"


def row(default: str, **different: str) -> dict[str, str]:
    """Return {person: outcome}; nobody but those named gets anything but the default."""
    return {"anonymous": UNAUTHENTICATED} | {
        person: different.get(person, default) for person in PEOPLE if person != "anonymous"
    }


# Each in the status, and at the time, at which the one who may can do it.
OPERATIONS = {
    "open": row(HIDDEN, satker_admin=DENIED, ppl=APPLIED, pml=DENIED, kegiatan_admin=DENIED),
    "submit": row(
        HIDDEN, satker_admin=DENIED, ppl=APPLIED, pml=DENIED, kegiatan_admin=DENIED, released=LEFT
    ),
    "edit": row(HIDDEN, satker_admin=DENIED, ppl=DENIED, pml=APPLIED, kegiatan_admin=APPLIED),
    "approve": row(HIDDEN, satker_admin=DENIED, ppl=DENIED, pml=APPLIED, kegiatan_admin=APPLIED),
    "reject": row(HIDDEN, satker_admin=DENIED, ppl=DENIED, pml=APPLIED, kegiatan_admin=APPLIED),
    "revert_approval": row(
        HIDDEN, satker_admin=DENIED, ppl=DENIED, pml=APPLIED, kegiatan_admin=APPLIED
    ),
    # who takes part without being PPL: kept for the office, which may have taken the role back
    "create": row(
        HIDDEN, ppl=APPLIED, other_ppl=APPLIED, pml=ROLE_GONE, other_pml=ROLE_GONE,
        kegiatan_admin=ROLE_GONE, released=LEFT,
    ),
}  # fmt: skip
# The status in which a person tries an action: that of their row of the workflow, else of another.
STATUS_OF_TRY = {
    ("edit", "kegiatan_admin"): S.APPROVED_PML,
    ("approve", "kegiatan_admin"): S.APPROVED_PML,
    ("reject", "kegiatan_admin"): S.APPROVED_PML,
    ("revert_approval", "kegiatan_admin"): S.APPROVED_ADMIN,
    "open": S.ASSIGNED,
    "submit": S.OPENED,
    "edit": S.SUBMITTED_PPL,
    "approve": S.SUBMITTED_PPL,
    "reject": S.SUBMITTED_PPL,
    "revert_approval": S.APPROVED_PML,
}

# 200 with the answer; 401, 403 not_allowed, 404 not_found.
OK, NO, ABSENT = "200", "403", "404"
SEES_UNIT = {
    "ppl": OK, "pml": OK, "kegiatan_admin": OK, "satker_admin": OK, "super_admin": OK,
}  # fmt: skip
NO_OFFICE = {"floating": NO, "released": NO}
READS = {
    "/api/v1/me/": row(OK),
    "/api/v1/invitations/": row(OK),
    "/api/v1/kegiatan/": row(OK),
    "/api/v1/kegiatan/<kegiatan_id>/form/": row(
        OK, **NO_OFFICE, other_office=ABSENT, other_kegiatan_admin=ABSENT
    ),
    "/api/v1/kegiatan/<kegiatan_id>/changes/": row(
        OK, **NO_OFFICE, other_office=ABSENT, other_kegiatan_admin=ABSENT, satker_admin=ABSENT,
        super_admin=ABSENT,
    ),
    "/api/v1/kegiatan/<kegiatan_id>/assignments/": row(
        NO, other_office=ABSENT, other_kegiatan_admin=ABSENT, kegiatan_admin=OK, satker_admin=OK,
        super_admin=ABSENT,
    ),
    "/api/v1/assignments/<assignment_id>/": row(ABSENT, **NO_OFFICE, **SEES_UNIT),
    "/api/v1/assignments/<assignment_id>/allowed-actions/": row(ABSENT, **NO_OFFICE, **SEES_UNIT),
    "/api/v1/assignments/<assignment_id>/history/": row(ABSENT, **NO_OFFICE, **SEES_UNIT),
    "/api/v1/assignments/<assignment_id>/attachments/<attachment_id>/": row(ABSENT, **SEES_UNIT),
    "/api/v1/masterdata/<type>/<version>/": row(OK, **NO_OFFICE),
    "/api/v1/wilayah/": row(OK, **NO_OFFICE),
}  # fmt: skip
# Open to everybody, so no row of rights.
PUBLIC = {"/api/v1/schema/", "/api/v1/docs/", "/api/v1/auth/google/"}


@pytest.fixture
def people(
    satker: Any, kegiatan: Any, other_satker: Any, enumerator: Any, supervisor: Any,
    kegiatan_admin: Any, satker_admin: Any, super_admin: Any,
) -> dict[str, Any]:  # fmt: skip
    """One person of every kind. `ppl` and `pml` have the unit; the others do not."""
    elsewhere = factories.kegiatan(satkers=[satker])
    made = {
        name: factories.person(satker, name=name)
        for name in ("other_ppl", "other_pml", "other_kegiatan_admin", "released")
    }
    factories.member(made["other_pml"], kegiatan, satker, "PML")
    factories.member(made["other_ppl"], kegiatan, satker, "PPL", pml=made["other_pml"])
    factories.member(made["other_kegiatan_admin"], elsewhere, satker, "admin_kegiatan")
    stranger = factories.person(other_satker)
    factories.member(stranger, factories.kegiatan(satkers=[other_satker]), other_satker, "PPL")
    return {
        "anonymous": None,
        "floating": factories.person(None),
        "other_office": stranger,
        **made,
        "ppl": enumerator,
        "pml": supervisor,
        "kegiatan_admin": kegiatan_admin,
        "satker_admin": satker_admin,
        "super_admin": super_admin,
    }


@pytest.fixture
def unit_in(
    satker: Any, kegiatan: Any, people: dict[str, Any], supervisor: Any
) -> Callable[..., Any]:
    """`unit_in(status, ppl=...)` makes a unit with answers in that status."""

    def made(status: str, ppl: str = "ppl") -> Any:
        return factories.assignment(
            satker, kegiatan, people[ppl], people["pml"], status=status, responses=dict(LISTING)
        )

    return made


@pytest.fixture
def released(
    people: dict[str, Any], satker: Any, kegiatan: Any, supervisor: Any, satker_admin: Any
) -> Any:
    """A unit whose PPL was released after it was given."""
    from assignments.services.releasing import user_release

    factories.member(people["released"], kegiatan, satker, "PPL", pml=supervisor)
    unit = factories.assignment(satker, kegiatan, people["released"], supervisor)
    user_release(actor=satker_admin, satker=satker, user=people["released"], leave_open=True)
    people["released"].refresh_from_db()
    return unit


def doing(action: str, unit: Any) -> dict[str, Any]:
    """Return an operation with all that any action needs."""
    if action == "submit":
        return submit(unit)
    if action == "create":
        return create(uuid4())
    data = {"notes": "alasan", "responses": {"nama_krt": "Nama Baru"}} if action != "open" else {}
    return operation(action, unit, data=data)


def end_the_period(kegiatan: Any) -> None:
    """Let the field period end long ago."""
    kegiatan.start_date = timezone.localdate() - timedelta(days=90)
    kegiatan.end_date = timezone.localdate() - timedelta(days=60)
    kegiatan.save()


def test_every_operation_and_every_row_of_the_workflow_is_in_the_table() -> None:
    assert set(OPERATIONS) == set(OperationType.values)
    for transition in TRANSITIONS:
        holder = HOLDERS[transition.role]
        assert OPERATIONS[transition.action][holder] == APPLIED, transition
    allowed = {
        (action, person)
        for action, outcomes in OPERATIONS.items()
        for person, outcome in outcomes.items()
        if outcome == APPLIED and action != "create"
    }
    assert allowed == {(t.action, HOLDERS[t.role]) for t in TRANSITIONS}


def test_every_address_is_in_the_table() -> None:
    readable = {
        route.template
        for route in all_routes()
        if route.template.startswith("/api/") and hasattr(route.view_class, "get")
    }
    assert readable - PUBLIC == set(READS), "add the address to READS, or to PUBLIC"


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("action", OPERATIONS)
@pytest.mark.parametrize("person", PEOPLE)
def test_operations_are_for_those_in_the_table(
    action: str, person: str, people: dict[str, Any], unit_in: Any, kegiatan: Any, api: Any,
    released: Any,
) -> None:  # fmt: skip
    if (action, person) == ("edit", "kegiatan_admin"):
        end_the_period(kegiatan)
    status = STATUS_OF_TRY.get((action, person)) or STATUS_OF_TRY.get(action, S.ASSIGNED)
    unit = released if person == "released" else unit_in(status)
    client, expected = api(people[person]), OPERATIONS[action][person]
    if expected == UNAUTHENTICATED:
        refused = client.post(f"/api/v1/kegiatan/{kegiatan.pk}/operations/", {}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
        return
    [result] = send(client, kegiatan, doing(action, unit))
    outcome = result["outcome"]
    if outcome == "parked":
        outcome = f"parked {result['code']}"
    elif outcome == "refused":
        outcome = result["code"]
    assert outcome == expected, result


@pytest.mark.parametrize("template", READS)
def test_addresses_answer_those_in_the_table(
    template: str, people: dict[str, Any], unit_in: Any, released: Any, kegiatan: Any, api: Any,
) -> None:  # fmt: skip
    MasterData.objects.create(
        type="KBLI", version=2020, data='[{"code":"01"}]', checksum="0" * 64, size_bytes=15,
        row_count=1,
    )  # fmt: skip
    unit, attachment = unit_in(S.ASSIGNED), uuid4()
    put = api(people["ppl"]).put(
        f"/api/v1/assignments/{unit.pk}/attachments/{attachment}/",
        b"%PDF-1.4\n",
        content_type="application/pdf",
    )
    assert put.status_code == 201
    values = {
        "kegiatan_id": kegiatan.pk,
        "assignment_id": unit.pk,
        "attachment_id": attachment,
        "type": "KBLI",
        "version": 2020,
    }
    route = next(r for r in all_routes() if r.template == template)
    found = {
        person: str(
            api(people[person]).get(route.path({k: str(v) for k, v in values.items()})).status_code
        )
        for person in PEOPLE
    }
    assert found == READS[template]


STATUSES_AND_PEOPLE = [
    (status, person, is_over)
    for status in ResponseStatus.values
    for person in ("ppl", "pml", "kegiatan_admin", "all_roles", "satker_admin")
    for is_over in (False, True)
]


@pytest.mark.parametrize(("status", "person", "is_over"), STATUSES_AND_PEOPLE)
def test_allowed_actions_are_those_that_are_accepted(
    status: str, person: str, is_over: bool, people: dict[str, Any], satker: Any, kegiatan: Any,
    api: Any,
) -> None:  # fmt: skip
    everything = factories.person(satker)
    factories.member(everything, kegiatan, satker, PPL, PML, ADMIN_KEGIATAN)
    people["all_roles"] = everything
    has_all = person == "all_roles"
    unit = factories.assignment(
        satker, kegiatan,
        everything if has_all else people["ppl"], everything if has_all else people["pml"],
        status=status, responses=dict(LISTING),
    )  # fmt: skip
    if is_over:
        end_the_period(kegiatan)
    client = api(people[person])
    allowed = client.get(f"/api/v1/assignments/{unit.pk}/allowed-actions/").json()["actions"]
    accepted = []
    for action in OperationType.values:
        if action == OperationType.CREATE:
            continue
        with undone():
            [result] = send(client, kegiatan, doing(action, unit))
        if result["outcome"] == "applied":
            accepted.append(action)
    assert allowed == accepted
