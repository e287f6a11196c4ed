"""Two people, or one person twice, at the same moment: one is first, the other is told so."""

from functools import partial
from uuid import uuid4

import pytest

from assignments.models import (
    AnswerChange,
    AppliedOperation,
    Assignment,
    AssignmentResponse,
    ParkedOperation,
    ResponseHistory,
)
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import LISTING, create, operation, send, submit
from tests.scenarios.at_once import together

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(databases=["default", "direct"], transaction=True),
]
PAIRS = 200
THREADS = 16


def history(unit):
    return list(
        ResponseHistory.objects.filter(assignment_response=unit.pk)
        .order_by("id")
        .values_list("from_status", "to_status", "version")
    )


def units_in(satker, kegiatan, ppl, pml, number, status, version):
    return [
        factories.assignment(satker, kegiatan, ppl, pml, status=status, version=version)
        for _ in range(number)
    ]


def race(kegiatan, units, first, second):
    """Send a pair of operations per unit at one moment; return [(unit, operation that won)].

    first, second: (client, function that makes the operation of a unit).
    """
    won = []
    with together(2) as pair:
        for unit in units:
            operations = [make(unit) for _client, make in (first, second)]
            results = pair.run(
                *(
                    partial(send, client, kegiatan, made)
                    for (client, _make), made in zip((first, second), operations, strict=True)
                )
            )
            outcomes = [result["outcome"] for [result] in results]
            assert sorted(outcomes) == ["applied", "conflict"], results
            won.append((unit, operations[outcomes.index("applied")]))
            [lost] = results[outcomes.index("conflict")]
            assert lost["assignment"]["response"]["version"] == lost["details"]["version"]
    return won


def test_of_two_different_submits_on_one_version_one_is_applied_each_time(
    api, satker, kegiatan, enumerator, supervisor
):
    units = units_in(satker, kegiatan, enumerator, supervisor, PAIRS, "Assigned", 1)

    def told(name):
        return lambda unit: submit(unit, {**LISTING, "nama_krt": f"{name} {unit.pk}"})

    won = race(kegiatan, units, (api(enumerator), told("Siti")), (api(enumerator), told("Budi")))

    assert len(won) == PAIRS
    with tenant_scope(satker):
        for unit, operation_ in won:
            response = AssignmentResponse.objects.get(pk=unit.pk)
            assert response.responses == operation_["data"]["responses"]
            assert (response.status, response.version) == ("Submitted by PPL", 2)
            assert history(unit) == [
                (None, "Assigned", 1), ("Assigned", "Submitted by PPL", 2)
            ]  # fmt: skip
        assert AppliedOperation.objects.count() == PAIRS
        assert ParkedOperation.objects.count() == 0
        assert AnswerChange.objects.count() == 0
    print(f"{PAIRS} pairs, {sum('Siti' in w['data']['responses']['nama_krt'] for _u, w in won)}"
          " won by the first")  # fmt: skip


REASON = {"notes": "Periksa lagi"}


@pytest.mark.parametrize(
    ("who", "status", "targets"),
    [
        ("pml", "Submitted by PPL", {"approve": "Approved by PML", "reject": "Rejected by PML"}),
        (
            "admins",
            "Approved by PML",
            {"approve": "Approved by Admin", "reject": "Rejected by Admin"},
        ),
    ],
)
def test_of_an_approval_and_a_rejection_at_the_same_moment_one_is_applied_each_time(
    who, status, targets, api, satker, kegiatan, enumerator, supervisor, kegiatan_admin
):
    other_admin = factories.person(satker, name="Admin Kedua")
    factories.member(other_admin, kegiatan, satker, "admin_kegiatan")
    people = (supervisor, supervisor) if who == "pml" else (kegiatan_admin, other_admin)
    units = units_in(satker, kegiatan, enumerator, supervisor, PAIRS, status, 5)

    def told(kind):
        return lambda unit: operation(kind, unit, base_version=5, data=REASON)

    won = race(kegiatan, units, (api(people[0]), told("approve")), (api(people[1]), told("reject")))

    with tenant_scope(satker):
        for unit, operation_ in won:
            response = AssignmentResponse.objects.get(pk=unit.pk)
            target = targets[operation_["type"]]
            assert (response.status, response.version) == (target, 6)
            assert history(unit) == [(None, "Assigned", 1), (status, target, 6)]
        assert AppliedOperation.objects.count() == PAIRS


@pytest.mark.parametrize("kind", ["open", "submit", "approve"])
def test_the_same_operation_from_sixteen_threads_has_its_effect_once(
    kind, api, satker, kegiatan, enumerator, supervisor
):
    status = "Submitted by PPL" if kind == "approve" else "Assigned"
    user = supervisor if kind == "approve" else enumerator
    clients = [api(user) for _ in range(THREADS)]
    with together(THREADS) as threads:
        for _round in range(5):
            [unit] = units_in(satker, kegiatan, enumerator, supervisor, 1, status, 1)
            sent = submit(unit) if kind == "submit" else operation(kind, unit)
            results = threads.run(*(partial(send, client, kegiatan, sent) for client in clients))
            outcomes = sorted(result["outcome"] for [result] in results)
            assert outcomes == ["applied"] + ["duplicate"] * (THREADS - 1)
            assert {r["assignment"]["response"]["version"] for [r] in results} == {2}
            with tenant_scope(satker):
                assert len(history(unit)) == 2
                stored = AppliedOperation.objects.get(operation_id=sent["id"])
                assert (stored.outcome, stored.version) == ("applied", 2)


def test_the_same_create_from_sixteen_threads_makes_one_unit(api, satker, kegiatan, enumerator):
    clients = [api(enumerator) for _ in range(THREADS)]
    with together(THREADS) as threads:
        for _round in range(5):
            unit_id = uuid4()
            sent = create(unit_id)
            results = threads.run(*(partial(send, client, kegiatan, sent) for client in clients))
            outcomes = sorted(result["outcome"] for [result] in results)
            assert outcomes == ["applied"] + ["duplicate"] * (THREADS - 1)
            with tenant_scope(satker):
                unit = Assignment.objects.get(pk=unit_id)
                assert history(unit) == [(None, "Assigned", 1)]
                assert AppliedOperation.objects.filter(operation_id=sent["id"]).count() == 1


def test_two_creates_of_one_unit_at_the_same_moment_make_it_once(api, satker, kegiatan, enumerator):
    clients = [api(enumerator) for _ in range(2)]
    with together(2) as pair:
        for _round in range(20):
            unit_id = uuid4()
            results = pair.run(
                *(partial(send, client, kegiatan, create(unit_id)) for client in clients)
            )
            outcomes = sorted((result["outcome"], result["code"]) for [result] in results)
            assert outcomes == [("applied", ""), ("refused", "id_taken")]
            with tenant_scope(satker):
                assert Assignment.objects.filter(pk=unit_id).count() == 1


@pytest.mark.parametrize("first", ["create", "open"])
def test_a_submit_at_the_same_moment_as_what_it_follows_ends_applied(
    first, api, satker, kegiatan, enumerator, supervisor
):
    clients = [api(enumerator) for _ in range(2)]
    seen = set()
    with together(2) as pair:
        for _round in range(50):
            if first == "create":
                unit_id = uuid4()
                leader = create(unit_id)
            else:
                [unit] = units_in(satker, kegiatan, enumerator, supervisor, 1, "Assigned", 1)
                unit_id = unit.pk
                leader = operation("open", unit)
            follower = submit(unit_id, after=leader["id"])
            [led], [followed] = pair.run(
                partial(send, clients[0], kegiatan, leader),
                partial(send, clients[1], kegiatan, follower),
            )
            assert led["outcome"] == "applied"
            assert followed["outcome"] in ("applied", "parked"), followed
            seen.add(followed["outcome"])
            with tenant_scope(satker):
                response = AssignmentResponse.objects.get(pk=unit_id)
                assert response.status == "Submitted by PPL"
                assert not ParkedOperation.objects.filter(state="waiting").exists()
            [again] = send(clients[1], kegiatan, follower)
            assert again["outcome"] == "duplicate"
    print(f"{first}: {seen}")
