"""The life of a response over the operations call."""

import pytest

from assignments.models import AnswerChange, ResponseHistory
from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import LISTING, operation, outcomes, send, submit

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def state(satker, assignment):
    with tenant_scope(satker):
        assignment.response.refresh_from_db()
        return assignment.response.status, assignment.response.version


def test_a_unit_goes_from_assigned_to_finally_approved(
    api, satker, kegiatan, assignment, enumerator, supervisor, kegiatan_admin
):
    ppl, pml, admin = api(enumerator), api(supervisor), api(kegiatan_admin)

    assert outcomes(send(ppl, kegiatan, operation("open", assignment))) == [("applied", "")]
    assert state(satker, assignment) == ("Opened", 2)
    [result] = send(ppl, kegiatan, submit(assignment, base_version=2))
    assert result["outcome"] == "applied"
    assert result["assignment"]["response"]["responses"] == LISTING
    assert result["assignment"]["response"]["version"] == 3
    rejected = operation(
        "reject",
        assignment,
        base_version=3,
        data={"notes": "Jumlah ART?", "comments": [{"path": "jumlah_art", "text": "Cek lagi"}]},
    )
    assert outcomes(send(pml, kegiatan, rejected)) == [("applied", "")]
    [result] = send(ppl, kegiatan, submit(assignment, {**LISTING, "jumlah_art": 5}, base_version=4))
    assert result["outcome"] == "applied"
    assert result["assignment"]["response"]["comments"][0]["text"] == "Cek lagi"
    assert outcomes(send(pml, kegiatan, operation("approve", assignment, base_version=5))) == [
        ("applied", "")
    ]
    factories.passed(assignment)
    assert outcomes(send(admin, kegiatan, operation("approve", assignment, base_version=6))) == [
        ("applied", "")
    ]

    assert state(satker, assignment) == ("Approved by Admin", 7)
    with tenant_scope(satker):
        steps = list(
            ResponseHistory.objects.filter(assignment_response=assignment.pk).values_list(
                "from_status", "to_status", "version"
            )
        )
    assert steps == [
        (None, "Assigned", 1),
        ("Assigned", "Opened", 2),
        ("Opened", "Submitted by PPL", 3),
        ("Submitted by PPL", "Rejected by PML", 4),
        ("Rejected by PML", "Submitted by PPL", 5),
        ("Submitted by PPL", "Approved by PML", 6),
        ("Approved by PML", "Approved by Admin", 7),
    ]


def test_a_pml_edits_only_what_a_pml_may_edit_and_every_change_is_recorded(
    api, satker, kegiatan, assignment, enumerator, supervisor
):
    send(api(enumerator), kegiatan, submit(assignment))
    pml = api(supervisor)

    [refused] = send(
        pml,
        kegiatan,
        operation(
            "edit",
            assignment,
            base_version=2,
            data={"responses": {"geotag_rumah": {"lat": 0.1, "lon": 109.1, "accuracy_m": 5}}},
        ),
    )
    [applied] = send(
        pml,
        kegiatan,
        operation("edit", assignment, base_version=2, data={"responses": {"jumlah_art": 6}}),
    )

    assert (refused["outcome"], refused["code"]) == ("refused", "not_allowed")
    assert applied["outcome"] == "applied"
    assert applied["assignment"]["response"]["responses"] == {**LISTING, "jumlah_art": 6}
    with tenant_scope(satker):
        changes = list(AnswerChange.objects.values_list("path", "old", "new", "user"))
    assert changes == [("jumlah_art", 4, 6, supervisor.pk)]


def test_a_rejection_without_a_reason_changes_nothing(
    api, satker, kegiatan, assignment, enumerator, supervisor
):
    send(api(enumerator), kegiatan, submit(assignment))

    [result] = send(
        api(supervisor),
        kegiatan,
        operation("reject", assignment, base_version=2, data={"notes": "  "}),
    )

    assert (result["outcome"], result["code"]) == ("refused", "reason_required")
    assert state(satker, assignment) == ("Submitted by PPL", 2)


def test_an_old_version_is_a_conflict_and_shows_the_current_row(
    api, satker, kegiatan, assignment, enumerator
):
    ppl = api(enumerator)
    send(ppl, kegiatan, operation("open", assignment))

    [result] = send(ppl, kegiatan, submit(assignment, base_version=1))

    assert result["outcome"] == "conflict"
    assert result["assignment"]["response"]["version"] == 2
    assert state(satker, assignment) == ("Opened", 2)


def test_an_offline_chain_is_applied_in_one_batch(api, kegiatan, assignment, enumerator):
    opened = operation("open", assignment)

    results = send(api(enumerator), kegiatan, opened, submit(assignment, after=opened["id"]))

    assert outcomes(results) == [("applied", ""), ("applied", "")]


def test_the_same_operation_twice_has_one_effect(api, satker, kegiatan, assignment, enumerator):
    ppl, sent = api(enumerator), submit(assignment)

    first = send(ppl, kegiatan, sent)
    again = send(ppl, kegiatan, sent)
    other = send(ppl, kegiatan, {**sent, "data": {**sent["data"], "label": "Lain"}})

    assert outcomes(first) == [("applied", "")]
    assert outcomes(again) == [("duplicate", "")]
    assert again[0]["assignment"]["response"]["version"] == 2
    assert outcomes(other) == [("refused", "operation_id_reused")]
    with tenant_scope(satker):
        assert ResponseHistory.objects.filter(assignment_response=assignment.pk).count() == 2


def test_a_unit_of_somebody_else_is_as_if_absent(api, kegiatan, other_satker, satker, enumerator):
    other = factories.person(satker)
    factories.member(other, kegiatan, satker, "PPL")
    pml = factories.person(satker)
    factories.member(pml, kegiatan, satker, "PML")
    theirs = factories.assignment(satker, kegiatan, other, pml)
    with tenant_scope(other_satker):
        from assignments.models import Assignment

        foreign = Assignment.objects.first()
    ppl = api(enumerator)

    for kind in ("open", "approve", "submit", "edit", "revert_approval", "reject"):
        results = [
            send(ppl, kegiatan, {**operation(kind, unit), "id": f"00000000-0000-4000-8000-{n:012}"})
            for n, unit in enumerate([theirs, foreign, "0190f0f0-0000-7000-8000-000000000001"])
        ]
        answers = [{**result[0], "id": None} for result in results]
        assert answers[0] == answers[1] == answers[2]
        assert answers[0]["code"] == "not_found"
