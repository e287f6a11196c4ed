"""The home pages: what needs doing, per role, exact, and nothing of another office."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from assignments.models import ParkedOperation
from cerdas.admin_home import Home
from cerdas.models import Job
from cerdas.tenancy import super_scope, tenant_scope
from satker.models import Invitation, Satker
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
HOME = "/satker/6104/admin/"


def browser(user: Any) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client


def home(user: Any, address: str = HOME) -> Home:
    """What the page was made of."""
    shown: Home = browser(user).get(address).context["home"]
    return shown


def todos(user: Any, address: str = HOME) -> dict[str, int]:
    """What waits: {icon: count}."""
    return {todo.icon: todo.count for todo in home(user, address).todos}


def park(satker: Any, kegiatan: Any, user: Any, state: str = "waiting") -> None:
    """Field work that could not be applied."""
    with tenant_scope(satker):
        ParkedOperation.objects.create(
            satker=satker, kegiatan=kegiatan, user=user, kind="submit", operation_id=uuid4(),
            assignment_id=uuid4(), payload=b"{}", payload_sha256="0" * 64, reason="reassigned",
            state=state, decided_at=None if state == "waiting" else timezone.now(),
        )  # fmt: skip


def failed_job(satker: Any, actor: Any, **fields: Any) -> Job:
    """A job that failed."""
    with tenant_scope(satker) if satker else super_scope():
        return Job.objects.create(
            satker=satker, actor=actor, kind="uji.jenis", title="Impor unit", state="failed",
            finished_at=timezone.now(), **fields,
        )  # fmt: skip


@pytest.fixture
def busy(
    satker: Any, kegiatan: Any, other_satker: Any, enumerator: Any, supervisor: Any,
    kegiatan_admin: Any, satker_admin: Any,
) -> Any:  # fmt: skip
    """Work in every state in both offices."""
    for status in ("Assigned", "Approved by PML", "Approved by PML", "Rejected by Admin"):
        factories.assignment(satker, kegiatan, enumerator, supervisor, status=status)
    park(satker, kegiatan, enumerator)
    park(satker, kegiatan, enumerator, state="applied")
    stranger = factories.person(other_satker, name="Rahasia Admin")
    park(other_satker, kegiatan, stranger)
    failed_job(satker, kegiatan_admin)
    failed_job(satker, satker_admin)
    failed_job(other_satker, stranger)
    Invitation.objects.create(
        satker=other_satker, email="rahasia@uji.example", role="admin_satker", invited_by=stranger
    )
    return satker


def test_admin_kegiatan_sees_the_work_of_their_activities(
    busy: Any, kegiatan: Any, kegiatan_admin: Any, supervisor: Any
) -> None:
    idle = factories.person(busy, name="Tanpa Tugas")
    factories.member(idle, kegiatan, busy, "PPL", pml=supervisor)
    assert todos(kegiatan_admin) == {
        "approval": 2,
        "assignment_return": 1,
        "inbox": 1,
        "error": 1,  # their own; that of admin_satker is not
        "person_off": 1,
    }


def test_admin_satker_sees_people_invitations_and_all_jobs(
    busy: Any, kegiatan_admin: Any, satker_admin: Any, super_admin: Any
) -> None:
    factories.person(busy, name="Tanpa Peran")
    factories.person(busy, name="Nonaktif", is_active=False)
    Invitation.objects.create(
        satker=busy, email="baru@uji.example", role="admin_satker", invited_by=satker_admin
    )
    expected = {"inbox": 1, "error": 2, "person_off": 1, "mail": 1}
    assert todos(satker_admin) == expected
    assert todos(super_admin) == expected


def test_nothing_of_another_office_is_named_or_counted(
    busy: Any, satker_admin: Any, kegiatan_admin: Any
) -> None:
    for user in (satker_admin, kegiatan_admin):
        page = browser(user).get(HOME)
        assert "Rahasia" not in page.content.decode()
        (activity,) = page.context["home"].activities
        assert activity.bar.total == 4
        assert activity.counts == {
            "Assigned": 1, "Approved by PML": 2, "Rejected by Admin": 1,
        }  # fmt: skip


def test_admin_kegiatan_sees_no_activity_of_others(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, enumerator: Any
) -> None:
    hidden = factories.kegiatan(satkers=[satker], name="Tersembunyi")
    park(satker, hidden, enumerator)
    page = browser(kegiatan_admin).get(HOME)
    assert "Tersembunyi" not in page.content.decode()
    assert "inbox" not in {todo.icon for todo in page.context["home"].todos}


def test_a_period_that_ends_soon_is_named(satker: Any, kegiatan: Any, kegiatan_admin: Any) -> None:
    assert "event_busy" not in todos(kegiatan_admin)
    today = timezone.localdate()
    soon = factories.kegiatan(
        satkers=[satker], name="Segera", start_date=today - timedelta(days=9),
        end_date=today + timedelta(days=3),
    )  # fmt: skip
    factories.member(kegiatan_admin, soon, satker, "admin_kegiatan")
    (todo,) = [todo for todo in home(kegiatan_admin).todos if todo.icon == "event_busy"]
    assert (todo.count, todo.note) == (1, "Segera")


def test_old_failures_are_forgotten(satker: Any, satker_admin: Any, kegiatan_admin: Any) -> None:
    made = failed_job(satker, satker_admin)
    with tenant_scope(satker):
        old = timezone.now() - timedelta(days=8)
        Job.objects.filter(pk=made.pk).update(created_at=old)
    assert "error" not in todos(satker_admin)


def test_an_office_without_anything_says_so(satker: Any, satker_admin: Any) -> None:
    factories.satker_role(factories.person(satker), satker, "admin_satker")
    page = browser(satker_admin).get(HOME).content.decode()
    assert "Tidak ada yang menunggu Anda" in page
    assert "belum ikut kegiatan" in page


def test_activities_without_admin_are_told_to_admin_satker(
    satker: Any, kegiatan: Any, satker_admin: Any
) -> None:
    assert todos(satker_admin)["event_note"] == 1
    admin = factories.person(satker)
    factories.member(admin, kegiatan, satker, "admin_kegiatan")
    assert "event_note" not in todos(satker_admin)


def test_super_admin_sees_what_offices_and_activities_lack(
    satker: Any, kegiatan: Any, satker_admin: Any, super_admin: Any
) -> None:
    assert todos(super_admin, "/admin/") == {}
    factories.office("7501", [])
    factories.KegiatanFactory()
    failed_job(satker, satker_admin)
    failed_job(None, super_admin)
    old = failed_job(None, super_admin)
    with super_scope():
        Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=30))
    assert todos(super_admin, "/admin/") == {
        "person_off": 1,
        "wrong_location": 1,
        "quiz": 1,
        "domain_disabled": 1,
        "error": 2,
    }
    page = browser(super_admin).get("/admin/").content.decode()
    assert "belum dimuat" in page


def test_every_card_leads_to_a_list_with_as_many_rows(
    busy: Any, super_admin: Any, satker: Any
) -> None:
    factories.office("7501", [])
    factories.KegiatanFactory()
    old = failed_job(None, super_admin)
    with super_scope():
        Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=30))
    client = browser(super_admin)
    for todo in home(super_admin, "/admin/").todos:
        assert todo.link, todo.title
        answer = client.get(todo.link)
        assert answer.status_code == 200, todo.link
        assert answer.context["cl"].result_count == todo.count, todo.link


def test_the_cards_of_the_office_lead_to_pages_that_answer(
    busy: Any, satker_admin: Any, kegiatan_admin: Any
) -> None:
    factories.person(busy, name="Tanpa Peran")
    for user in (satker_admin, kegiatan_admin):
        client = browser(user)
        for todo in home(user).todos:
            if not todo.link:
                continue
            answer = client.get(todo.link)
            assert answer.status_code == 200, todo.link
            rows = answer.context["cl"].result_count
            assert rows >= todo.count, (todo.link, rows)
            if todo.title != "Kegiatan tanpa admin" and todo.icon != "event_busy":
                assert rows == todo.count, (todo.link, rows)


def test_the_number_of_queries_does_not_grow(
    satker: Any, satker_admin: Any, kegiatan_admin: Any, supervisor: Any, enumerator: Any,
    super_admin: Any, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for n in range(12):
        made = factories.kegiatan(satkers=[satker], name=f"Kegiatan {n}")
        factories.member(kegiatan_admin, made, satker, "admin_kegiatan")
        factories.member(enumerator, made, satker, "PPL", pml=supervisor)
        for _unit in range(2):
            factories.assignment(satker, made, enumerator, supervisor)
    for user, limit in ((satker_admin, 17), (kegiatan_admin, 17)):
        client = browser(user)
        with django_assert_max_num_queries(limit):
            assert len(client.get(HOME).context["home"].activities) >= 12
    for n in range(12):
        Satker.objects.create(code=f"75{n:02d}", name=f"BPS {n}")
    client = browser(super_admin)
    with django_assert_max_num_queries(16):
        client.get("/admin/")


def test_language_and_theme_can_be_changed_in_the_office(satker: Any, satker_admin: Any) -> None:
    client = browser(satker_admin)
    page = client.get(HOME).content.decode()
    assert 'action="/i18n/setlang/"' in page
    assert "switchTheme('dark')" in page
    answer = client.post(
        "/i18n/setlang/", {"language": "en"}, HTTP_REFERER=f"http://testserver{HOME}"
    )
    assert answer["Location"] == f"http://testserver{HOME}"
    page = client.get(HOME).content.decode()
    assert "What needs doing" in page
    assert 'lang="en"' in page
