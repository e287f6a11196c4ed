"""The feed over HTTP: pages, tombstones, reset, what comes along."""

import pytest

from assignments.models import Assignment
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanMember
from tests import factories
from tests.assignments.sending import operation, send, submit

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)


def pull(client, kegiatan, cursor=None, limit=None):
    """One page."""
    query = {k: v for k, v in {"cursor": cursor, "limit": limit}.items() if v is not None}
    response = client.get(f"/api/v1/kegiatan/{kegiatan.pk}/changes/", query)
    assert response.status_code == 200, response.content
    return response.json()


def ids(page):
    return {row["id"] for row in page["assignments"]}


def news(page, *before):
    """Return the rows whose `rev` a phone does not have yet, by id.

    Rows may come again while other transactions are still running anywhere on the server.
    """
    known = {(row["id"], row["rev"]) for old in before for row in old["assignments"]}
    return {r["id"]: r for r in page["assignments"] if (r["id"], r["rev"]) not in known}


def test_everything_then_only_what_changed_then_nothing(
    api, satker, kegiatan, enumerator, supervisor, other_satker
):
    units = [factories.assignment(satker, kegiatan, enumerator, supervisor) for _ in range(5)]
    phone = api(enumerator)

    first = pull(phone, kegiatan, limit=3)
    second = pull(phone, kegiatan, first["cursor"], limit=3)
    assert (first["more"], second["more"], first["reset"]) == (True, False, False)
    assert ids(first) | ids(second) == {str(unit.pk) for unit in units}
    assert not ids(first) & ids(second)

    send(phone, kegiatan, operation("open", units[0]))
    delta = pull(phone, kegiatan, second["cursor"])
    assert set(news(delta, first, second)) == {str(units[0].pk)}
    empty = pull(phone, kegiatan, delta["cursor"])
    assert not news(empty, first, second, delta)
    assert (empty["removed"], empty["more"]) == ([], False)


def test_a_reassigned_unit_is_removed_for_one_and_comes_to_the_other(
    api, satker, kegiatan, assignment, enumerator, supervisor
):
    other = factories.person(satker)
    factories.member(other, kegiatan, satker, "PPL")
    before = pull(api(enumerator), kegiatan)
    others = pull(api(other), kegiatan)

    with tenant_scope(satker):
        assignment.ppl = other
        assignment.save()

    lost = pull(api(enumerator), kegiatan, before["cursor"])
    gained = pull(api(other), kegiatan, others["cursor"])
    assert (lost["removed"], lost["assignments"]) == ([str(assignment.pk)], [])
    assert ids(gained) == {str(assignment.pk)}
    assert ids(pull(api(supervisor), kegiatan)) == {str(assignment.pk)}


def test_a_changed_role_sends_everything_anew(api, satker, kegiatan, assignment, enumerator):
    page = pull(api(enumerator), kegiatan)
    with tenant_scope(satker):
        member = KegiatanMember.objects.get(user=enumerator)
        member.access_generation += 1
        member.save()

    anew = pull(api(enumerator), kegiatan, page["cursor"])

    assert anew["reset"] is True
    assert ids(anew) == {str(assignment.pk)}


def test_a_cancelled_unit_leaves_both_hands(api, satker, kegiatan, assignment, enumerator):
    page = pull(api(enumerator), kegiatan)
    with tenant_scope(satker):
        Assignment.objects.filter(pk=assignment.pk).update(
            cancelled_at=assignment.created_at, cancelled_by=assignment.pml, cancel_reason="x"
        )

    assert pull(api(enumerator), kegiatan, page["cursor"])["removed"] == [str(assignment.pk)]


def test_the_review_of_a_pml_comes_back_to_the_ppl(
    api, satker, kegiatan, assignment, enumerator, supervisor
):
    phone = api(enumerator)
    send(phone, kegiatan, submit(assignment))
    page = pull(phone, kegiatan)
    notes = {"notes": "Ulangi", "comments": [{"path": "nama_krt", "text": "Siapa?"}]}
    send(api(supervisor), kegiatan, operation("reject", assignment, base_version=2, data=notes))

    [row] = news(pull(phone, kegiatan, page["cursor"]), page).values()

    assert row["response"]["status"] == "Rejected by PML"
    assert row["response"]["notes"] == "Ulangi"
    assert [(c["path"], c["text"], c["by"]) for c in row["response"]["comments"]] == [
        ("nama_krt", "Siapa?", supervisor.name)
    ]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10", "W251bGxd", "!!!", "%00"])
def test_a_cursor_that_is_not_ours_is_named(api, kegiatan, enumerator, cursor):
    response = api(enumerator).get(f"/api/v1/kegiatan/{kegiatan.pk}/changes/", {"cursor": cursor})

    assert response.status_code == 400
    assert response.json()["details"] == {"field": "cursor"}
