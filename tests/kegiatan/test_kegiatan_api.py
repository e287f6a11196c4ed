"""The list of activities and their questionnaires over HTTP."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kegiatan.services.publishing import form_publish
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
LIST = "/api/v1/kegiatan/"


def names(client: Any) -> list[str]:
    """Return the names of the listed activities."""
    answer = client.get(LIST)
    assert answer.status_code == 200
    return [row["name"] for row in answer.json()["results"]]


def form_url(kegiatan: Any, query: str = "") -> str:
    return f"/api/v1/kegiatan/{kegiatan.pk}/form/{query}"


def test_the_list_shows_the_persons_activities(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, other_satker: Any
) -> None:
    factories.kegiatan([satker], name="Tanpa peran")
    factories.kegiatan([other_satker], name="Rahasia")
    answer = api(enumerator).get(LIST)
    assert answer.json() == {
        "results": [
            {
                "id": str(kegiatan.pk),
                "name": kegiatan.name,
                "year": kegiatan.year,
                "start_date": kegiatan.start_date.isoformat(),
                "end_date": kegiatan.end_date.isoformat(),
                "extended_end_date": None,
                "form_version": 1,
                "allow_new_assignments": True,
                "satker": str(satker.pk),
                "roles": ["PPL"],
                "counts": {},
            }
        ]
    }


def test_each_sees_what_their_roles_show(
    api: Any, satker: Any, kegiatan: Any, satker_admin: Any, super_admin: Any, other_satker: Any
) -> None:
    second = factories.kegiatan([satker], name="Kedua", year=kegiatan.year - 1)
    factories.kegiatan([other_satker], name="Milik lain", year=kegiatan.year - 2)
    assert names(api(satker_admin)) == [kegiatan.name, "Kedua"]
    assert names(api(super_admin)) == [kegiatan.name, "Kedua", "Milik lain"]
    assert names(api(factories.person(None))) == []
    assert names(api(factories.person(satker))) == []
    user = factories.person(satker)
    factories.member(user, second, satker, "PML")
    assert names(api(user)) == ["Kedua"]


def test_an_activity_that_the_office_left_is_not_listed(
    api: Any, satker: Any, kegiatan: Any, satker_admin: Any, enumerator: Any, super_admin: Any
) -> None:
    from kegiatan.services.kegiatan import kegiatan_satker_leave

    place = factories.take_part(kegiatan, satker)
    kegiatan_satker_leave(actor=super_admin, kegiatan_satker=place)
    assert names(api(satker_admin)) == []
    assert names(api(enumerator)) == []


def test_counts_are_of_ones_own_units_and_for_admins_of_the_office(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, kegiatan_admin: Any,
    satker_admin: Any, other_satker: Any,
) -> None:  # fmt: skip
    other = factories.person(satker)
    factories.member(other, kegiatan, satker, "PPL", pml=supervisor)
    for ppl, status in (
        (enumerator, "Assigned"),
        (enumerator, "Assigned"),
        (enumerator, "Opened"),
        (other, "Submitted by PPL"),
    ):
        factories.assignment(satker, kegiatan, ppl, supervisor, status=status)
    expected = {
        enumerator: {"Assigned": 2, "Opened": 1},
        other: {"Submitted by PPL": 1},
        supervisor: {"Assigned": 2, "Opened": 1, "Submitted by PPL": 1},
        kegiatan_admin: {"Assigned": 2, "Opened": 1, "Submitted by PPL": 1},
        satker_admin: {"Assigned": 2, "Opened": 1, "Submitted by PPL": 1},
    }
    for user, counts in expected.items():
        [row] = api(user).get(LIST).json()["results"]
        assert row["counts"] == counts, user.name


def test_the_list_costs_the_same_at_any_length(
    api: Any, satker: Any, enumerator: Any, supervisor: Any
) -> None:
    factories.satker_role(enumerator, satker, "admin_satker")
    client = api(enumerator)
    costs = []
    for _round in range(2):
        for _n in range(4):
            kegiatan = factories.kegiatan([satker])
            factories.member(supervisor, kegiatan, satker, "PML")
            factories.member(enumerator, kegiatan, satker, "PPL", pml=supervisor)
            for _unit in range(3):
                factories.assignment(satker, kegiatan, enumerator, supervisor)
        with CaptureQueriesContext(connection) as captured:
            assert len(names(client)) == 5 + 4 * _round
        costs.append(
            sum(
                "SAVEPOINT" not in q["sql"] and "set_config" not in q["sql"]
                for q in captured.captured_queries
            )
        )
    assert costs[0] == costs[1] <= 6


def test_a_form_comes_as_stored_with_its_checksum_as_etag(
    api: Any, kegiatan: Any, enumerator: Any, super_admin: Any, kbli: None
) -> None:
    schema = factories.form("household")
    published = form_publish(actor=super_admin, kegiatan=kegiatan, schema=schema)
    client = api(enumerator)
    answer = client.get(form_url(kegiatan))
    assert answer.status_code == 200
    assert answer.json() == {
        "kegiatan": str(kegiatan.pk),
        "version": 2,
        "schema": schema,
        "checksum": published.checksum,
        "engine": None,
    }
    assert answer["ETag"] == f'"{published.checksum}"'
    again = client.get(form_url(kegiatan), HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == answer["ETag"]
    packed = client.get(form_url(kegiatan), HTTP_IF_NONE_MATCH=f"W/{answer['ETag']}")
    assert packed.status_code == 304, "a proxy or gzip may have made it weak"


def test_an_old_version_can_always_be_read(
    api: Any, kegiatan: Any, enumerator: Any, super_admin: Any, kbli: None
) -> None:
    form_publish(actor=super_admin, kegiatan=kegiatan, schema=factories.form("household"))
    client = api(enumerator)
    old = client.get(form_url(kegiatan, "?version=1")).json()
    assert (old["version"], old["schema"]) == (1, factories.form("listing"))
    assert client.get(form_url(kegiatan, "?version=3")).status_code == 404
    for wrong in ("0", "-1", "x", "1.5", "9" * 30):
        answer = client.get(form_url(kegiatan, f"?version={wrong}"))
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), wrong


def test_a_form_is_for_those_who_work_with_it(
    api: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, kegiatan_admin: Any,
    satker_admin: Any, super_admin: Any, other_satker: Any,
) -> None:  # fmt: skip
    for user in (enumerator, supervisor, kegiatan_admin, satker_admin, super_admin):
        assert api(user).get(form_url(kegiatan)).status_code == 200
    foreign = factories.kegiatan([other_satker])
    absent = f"/api/v1/kegiatan/{uuid4()}/form/"
    answers = [
        api(factories.person(satker)).get(form_url(kegiatan)),
        api(enumerator).get(form_url(foreign)),
        api(satker_admin).get(form_url(foreign)),
        api(enumerator).get(absent),
        api(super_admin).get(absent),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert len({json.dumps(answer.json()) for answer in answers}) == 1
    assert api(factories.person(None)).get(form_url(kegiatan)).status_code == 403
    assert api().get(form_url(kegiatan)).status_code == 401


def test_a_known_form_costs_no_read_of_it(api: Any, kegiatan: Any, enumerator: Any) -> None:
    client = api(enumerator)
    client.get(form_url(kegiatan))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(form_url(kegiatan)).status_code == 200
    assert not any("form_versions" in q["sql"] for q in captured.captured_queries)
    assert not any('"form_schema"' in q["sql"] for q in captured.captured_queries)


def test_an_activity_without_a_form_answers_404(api: Any, satker: Any, super_admin: Any) -> None:
    empty = factories.KegiatanFactory(form_schema=None)
    assert api(super_admin).get(form_url(empty)).status_code == 404
