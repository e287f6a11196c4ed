"""What waits: badges of the menu and the list behind "people without work", as many as the home
page says."""

import json
import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from assignments.models import Assignment, AssignmentResponse
from cerdas.admin_rights import OfficeRights
from cerdas.admin_waiting import MOST, approvals_waiting
from cerdas.tenancy import super_scope, tenant_scope
from satker.models import User
from tests import factories
from tests.cerdas.test_admin_home import HOME, busy, failed_job, home, park

__all__ = ["busy"]
pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def badges(user: Any, address: str = HOME) -> dict[str, str]:
    """What the menu says: {end of the address: number}, only where there is one."""
    groups = browser(user).get(address).context["sidebar_navigation"]
    items = [item for group in groups for item in group["items"]]
    return {
        item["link"].rstrip("/").rpartition("/")[2]: item["badge"]
        for item in items
        if item["badge"]
    }


def test_the_menu_says_what_the_home_page_says(
    busy: Any, kegiatan_admin: Any, satker_admin: Any, super_admin: Any
) -> None:
    own = {"assignment": "2", "parkedoperation": "1", "job": "1"}
    all_jobs = {"parkedoperation": "1", "job": "2"}
    for user, expected in (
        (kegiatan_admin, own), (satker_admin, all_jobs), (super_admin, all_jobs),
    ):  # fmt: skip
        assert badges(user) == expected
        said = {todo.icon: str(todo.count) for todo in home(user).todos}
        icons = {"assignment": "approval", "parkedoperation": "inbox", "job": "error"}
        assert expected == {name: said[icons[name]] for name in expected}


def test_badges_are_on_every_page_and_shown(busy: Any, kegiatan_admin: Any) -> None:
    page = f"{HOME}satker/user/"
    assert badges(kegiatan_admin, page)["assignment"] == "2"
    text = browser(kegiatan_admin).get(page).content.decode()
    assert re.search(r"<span[^>]*min-w-\[18px\][^>]*>\s*2\s*</span>", text)


def test_nothing_waits_no_badge(satker: Any, kegiatan_admin: Any, super_admin: Any) -> None:
    assert badges(kegiatan_admin) == {}
    assert badges(super_admin, "/admin/") == {}


def test_super_admin_sees_failed_jobs_of_all_offices(busy: Any, super_admin: Any) -> None:
    failed_job(None, super_admin)
    assert badges(super_admin, "/admin/") == {"job": "4"}


def test_cancelled_units_and_work_that_is_decided_do_not_wait(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, kegiatan_admin: Any
) -> None:
    unit = factories.assignment(satker, kegiatan, enumerator, supervisor, status="Approved by PML")
    park(satker, kegiatan, enumerator, state="applied")
    assert badges(kegiatan_admin) == {"assignment": "1"}
    with tenant_scope(satker):
        AssignmentResponse.objects.filter(pk=unit.pk).update(status="Approved by Admin")
    assert badges(kegiatan_admin) == {}


def test_a_flood_is_counted_to_a_limit_in_one_query(
    satker: Any, kegiatan: Any, enumerator: Any, kegiatan_admin: Any,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for _n in range(MOST + 5):
        park(satker, kegiatan, enumerator)
    assert badges(kegiatan_admin) == {"parkedoperation": "99+"}


def without_work(user: Any) -> tuple[int, list[str]]:
    """The number of the home page, and the people of the list it leads to."""
    (todo,) = [t for t in home(user).todos if "work=never" in t.link]
    shown = browser(user).get(todo.link).context["cl"]
    return todo.count, sorted(row.user.name for row in shown.result_list)


def test_people_without_work_are_exactly_those_of_the_list(
    satker: Any, other_satker: Any, kegiatan: Any, kegiatan_admin: Any, supervisor: Any,
    enumerator: Any, satker_admin: Any,
) -> None:  # fmt: skip
    factories.assignment(satker, kegiatan, enumerator, supervisor)
    for name, active in (("Tanpa Satu", True), ("Tanpa Dua", True), ("Nonaktif", False)):
        person = factories.person(satker, name=name)
        factories.member(person, kegiatan, satker, "PPL", pml=supervisor)
        User.objects.filter(pk=person.pk).update(is_active=active)
    stranger = User.objects.get(name="Rahasia Pengawas")
    lazy = factories.person(other_satker, name="Rahasia Tanpa Tugas")
    factories.member(lazy, kegiatan, other_satker, "PPL", pml=stranger)

    assert without_work(kegiatan_admin) == (2, ["Tanpa Dua", "Tanpa Satu"])

    # of two activities: both are counted, and the list shows both
    second = factories.kegiatan(satkers=[satker], name="Kedua")
    factories.member(kegiatan_admin, second, satker, "admin_kegiatan")
    factories.member(supervisor, second, satker, "PML")
    factories.member(enumerator, second, satker, "PPL", pml=supervisor)
    expected = (3, sorted(["Tanpa Dua", "Tanpa Satu", enumerator.name]))
    assert without_work(kegiatan_admin) == expected

    # admin_satker who administers one activity is told of that one
    factories.member(satker_admin, second, satker, "admin_kegiatan")
    assert without_work(satker_admin) == (1, [enumerator.name])


def test_the_count_of_one_query_stays_one(
    busy: Any, super_admin: Any, django_assert_num_queries: Any
) -> None:
    from django.test import RequestFactory

    from cerdas.admin_waiting import global_badges

    request = RequestFactory().get("/admin/")
    request.user = super_admin
    with super_scope(), django_assert_num_queries(1):
        assert global_badges(request) == {"failed": "3"}


def many_waiting(satker: Any, kegiatan: Any, ppl: Any, pml: Any, count: int) -> None:
    """Units that wait for the final approval, by the thousand."""
    with tenant_scope(satker):
        units = Assignment.objects.bulk_create(
            Assignment(
                satker=satker, kegiatan_statistik=kegiatan, ppl=ppl, pml=pml,
                assignment_label=f"Keluarga {n}", **factories.levels("61040800010001"),
            )
            for n in range(count)
        )  # fmt: skip
        AssignmentResponse.objects.bulk_create(
            AssignmentResponse(
                assignment=unit, satker=satker, status="Approved by PML", version=3,
                form_version_used=1,
            )
            for unit in units
        )  # fmt: skip


@pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True)
def test_the_count_of_a_small_activity_reads_its_own_units_only(
    satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any, kegiatan_admin: Any
) -> None:
    small = factories.kegiatan(satkers=[satker], name="Kecil")
    many_waiting(satker, kegiatan, enumerator, supervisor, 3_000)
    many_waiting(satker, small, enumerator, supervisor, 20)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE assignments, assignment_responses")
    rights = OfficeRights(kegiatan_admin, satker, False, False, frozenset({small.pk}))
    with tenant_scope(satker):
        waiting = approvals_waiting(rights).order_by()[: MOST + 1]
        assert len(waiting) == 20
        [plan] = json.loads(waiting.explain(format="json", analyze=True, buffers=True))
    read = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    assert read < 200, plan
