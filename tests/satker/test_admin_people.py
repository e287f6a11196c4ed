"""People in the office admin: who sees whom, what they may do; other offices do not show."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cerdas.jobs.services import job_start  # noqa: F401 (the jobs' tables are needed)
from cerdas.models import Job
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanMember, KegiatanSatkerUserRole
from satker.models import (
    DeviceToken,
    Invitation,
    InvitationState,
    RecruitLookup,
    SatkerUserRole,
    User,
)
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
PEOPLE = "/satker/6104/admin/satker/user/"
CREW = "/satker/6104/admin/kegiatan/kegiatanmember/"
INVITATIONS = "/satker/6104/admin/satker/invitation/"


def browser(user: Any) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    assert response.status_code == 200, (response.status_code, response.get("Location"))
    return str(response.content.decode())


def roles(user: Any) -> set[str]:
    held = KegiatanSatkerUserRole.objects.filter(user=user)
    return set(held.values_list("permission__codename", flat=True))


def theirs(other_satker: Any) -> Any:
    return User.objects.filter(satker=other_satker).first()


# --- list


def test_the_list_shows_roles_last_contact_and_open_work(
    satker: Any, satker_admin: Any, assignment: Any, enumerator: Any, other_satker: Any
) -> None:
    factories.token(enumerator)
    seen = timezone.now() - timedelta(days=3)
    DeviceToken.objects.filter(user=enumerator).update(last_seen_at=seen)
    page = text(browser(satker_admin).get(PEOPLE))
    row = re.search(rf"<tr(?:(?!<tr).)*{re.escape(enumerator.email)}.*?</tr>", page, re.DOTALL)
    assert row is not None
    cells = re.sub(r"<[^>]+>|\s+", " ", row[0])
    assert "Pencacah Satu" in cells
    assert "PPL" in cells
    assert "3 hari" in cells
    assert re.search(r"\b1\b", cells)
    assert "Rahasia" not in page


@pytest.mark.parametrize("who", ["satker_admin", "kegiatan_admin", "super_admin"])
def test_every_admin_gets_the_lists_and_nobody_of_another_office_is_in_them(
    who: str, satker: Any, kegiatan: Any, enumerator: Any, other_satker: Any, request: Any
) -> None:
    client = browser(request.getfixturevalue(who))
    for address in (PEOPLE, CREW, INVITATIONS, PEOPLE + "recruit/", PEOPLE + "import/"):
        page = text(client.get(address))
        assert "Rahasia" not in page
        assert other_satker.name not in page
    assert enumerator.email in text(client.get(PEOPLE))


def test_an_admin_kegiatan_sees_the_people_of_their_activities_only(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, enumerator: Any
) -> None:
    second = factories.kegiatan(satkers=[satker])
    stranger = factories.person(satker, name="Orang Lain")
    factories.member(stranger, second, satker, "PPL")
    client = browser(kegiatan_admin)
    page = text(client.get(PEOPLE))
    assert enumerator.email in page
    assert stranger.email not in page
    assert second.name not in page
    assert client.get(f"{PEOPLE}{stranger.pk}/change/").status_code == 404
    assert stranger.email not in text(client.get(f"{PEOPLE}?kegiatan={second.pk}"))
    assert stranger.email not in text(client.get(CREW))


@pytest.mark.parametrize("who", ["enumerator", "supervisor"])
def test_field_staff_get_nothing(who: str, satker: Any, kegiatan: Any, request: Any) -> None:
    user = request.getfixturevalue(who)
    for address in (PEOPLE, CREW, INVITATIONS, f"{PEOPLE}{user.pk}/change/", PEOPLE + "cards/"):
        assert browser(user).get(address).status_code == 403


def test_search_and_filters_narrow_the_list(
    satker: Any, kegiatan: Any, satker_admin: Any, assignment: Any, enumerator: Any,
    supervisor: Any,
) -> None:  # fmt: skip
    idle = factories.person(satker, name="Tanpa Tugas", email="tanpa@uji.example")
    gone = factories.person(satker, name="Sudah Pergi", is_active=False)
    client = browser(satker_admin)

    def shown(query: str) -> set[str]:
        page = text(client.get(PEOPLE + query))
        everybody = (enumerator, supervisor, idle, gone, satker_admin)
        return {user.name for user in everybody if f">{user.email}<" in page}

    assert shown("?q=tanpa@uji") == {idle.name}
    assert shown("?q=Pencacah+Sat") == {enumerator.name}
    assert shown(f"?kegiatan={kegiatan.pk}") == {enumerator.name, supervisor.name}
    assert shown("?role=PML") == {supervisor.name}
    assert shown("?role=admin_satker") == {satker_admin.name}
    assert shown("?role=none") == {idle.name, gone.name}
    assert shown("?account=inactive") == {gone.name}
    assert shown("?work=some") == {enumerator.name, supervisor.name}
    assert shown("?work=none") == {idle.name, gone.name, satker_admin.name}
    assert shown("?kegiatan=bukan-uuid") == set()


def test_the_number_of_queries_of_the_lists_does_not_grow_with_the_people(
    satker: Any, kegiatan: Any, supervisor: Any, satker_admin: Any
) -> None:
    def add(number: int) -> None:
        for _n in range(number):
            user = factories.person(satker)
            factories.member(user, kegiatan, satker, "PPL", pml=supervisor)

    def count(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            text(client.get(address))
        return len(captured)

    client = browser(satker_admin)
    add(10)
    lists = (PEOPLE, CREW, f"{PEOPLE}?work=none", f"{PEOPLE}?kegiatan={kegiatan.pk}&role=PPL")
    before = [count(address) for address in lists]
    add(490)
    assert [count(address) for address in lists] == before
    assert max(before) < 30


# --- isolation


def test_people_of_another_office_answer_as_people_who_do_not_exist(
    satker: Any, satker_admin: Any, other_satker: Any
) -> None:
    client = browser(satker_admin)
    stranger = theirs(other_satker)
    nobody = "00000000-0000-7000-8000-000000000000"
    before = User.objects.values().get(pk=stranger.pk)
    for page in ("change/", "release/", "active/", "link/", "admin/", "history/", "delete/"):
        for verb in (client.get, client.post):
            codes = [verb(f"{PEOPLE}{pk}/{page}").status_code for pk in (stranger.pk, nobody)]
            assert codes[0] == codes[1], page
            assert codes[0] in (403, 404), page
    for page in ("cards/", "roles/"):
        ids = f"{satker_admin.pk},{stranger.pk}"
        assert client.post(PEOPLE + page, {"ids": ids}).status_code == 404
        assert client.post(PEOPLE + page, {"ids": "x"}).status_code == 404
        assert client.post(PEOPLE + page).status_code == 404
    found = client.post(PEOPLE, {"action": "print_cards_action", "_selected_action": stranger.pk})
    assert stranger.email not in found.content.decode()
    assert User.objects.values().get(pk=stranger.pk) == before


def test_members_of_another_office_answer_as_absent(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, other_satker: Any
) -> None:
    with tenant_scope(other_satker):
        member = KegiatanMember.objects.first()
        assert member is not None
    client = browser(kegiatan_admin)
    for page in ("change/", "history/"):
        assert client.get(f"{CREW}{member.pk}/{page}").status_code == 404
    for ids in (str(member.pk), "999999999", "x", ""):
        assert client.post(CREW + "change/", {"ids": ids}).status_code == 404
    assert client.get(f"{CREW}?pml={member.pml_id}").status_code in (200, 302)


def test_supervisors_of_another_office_cannot_be_chosen(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, enumerator: Any, other_satker: Any
) -> None:
    outsider = User.objects.get(satker=other_satker, name="Rahasia Pengawas")
    with tenant_scope(satker):
        member = KegiatanMember.objects.get(user=enumerator)
    client = browser(kegiatan_admin)
    address = f"{CREW}{member.pk}/change/"
    page = text(client.post(address, {"roles": ["PPL"], "pml": str(outsider.pk)}))
    assert "Rahasia" not in page
    place = factories.take_part(kegiatan, satker)
    theirs_place = factories.take_part(kegiatan, other_satker)
    for pml in (f"{place.pk}:{outsider.pk}", f"{theirs_place.pk}:{outsider.pk}"):
        given = {"ids": str(enumerator.pk), "place": place.pk, "role": "PPL", "pml": pml}
        assert "Rahasia" not in text(client.post(PEOPLE + "roles/", given))
    with tenant_scope(satker):
        assert KegiatanMember.objects.get(user=enumerator).pml_id != outsider.pk


def test_autocomplete_offers_nobody_of_another_office(
    satker: Any, satker_admin: Any, enumerator: Any, other_satker: Any
) -> None:
    query = "app_label=assignments&model_name=assignment&field_name=ppl&term="
    response = browser(satker_admin).get(f"/satker/6104/admin/autocomplete/?{query}")
    assert "Rahasia" not in response.content.decode()


# --- accounts


def test_an_admin_satker_makes_an_account_whose_link_sets_the_password(
    satker: Any, satker_admin: Any
) -> None:
    client = browser(satker_admin)
    given = {"name": "Ani Baru", "email": "Ani@uji.example", "how": "link"}
    response = client.post(PEOPLE + "add/", given)
    user = User.objects.get(email="ani@uji.example")
    assert (user.satker_id, user.password) == (satker.pk, None)
    assert response["Location"] == f"{PEOPLE}{user.pk}/link/"
    page = client.post(response["Location"], {"how": "link"})
    assert "no-store" in page["Cache-Control"]
    link = re.search(r"http://testserver(/akun/[^<\s\"]+/)", text(page))
    assert link is not None
    assert "<svg" in text(page)

    guest = Client()
    opened = guest.get(link[1])
    assert opened["Referrer-Policy"] == "strict-origin"
    assert "no-store" in opened["Cache-Control"]
    assert "Ani Baru" in text(opened)
    weak = guest.post(link[1], {"password": "1234567890", "again": "1234567890"})
    assert weak.status_code == 400
    other = guest.post(link[1], {"password": "kata-sandi-ani", "again": "lain"})
    assert other.status_code == 400
    done = guest.post(link[1], {"password": "kata-sandi-ani", "again": "kata-sandi-ani"})
    assert "ani@uji.example" in text(done)
    user.refresh_from_db()
    assert user.check_password("kata-sandi-ani")
    assert guest.get(link[1]).status_code == 410
    again = {"password": "kata-sandi-dua", "again": "kata-sandi-dua"}
    assert guest.post(link[1], again).status_code == 410


def test_a_link_can_be_sent_by_mail_and_a_password_chosen_at_once(
    satker: Any, satker_admin: Any
) -> None:
    client = browser(satker_admin)
    given = {"name": "Ani", "email": "ani@uji.example", "how": "mail"}
    client.post(PEOPLE + "add/", given)
    assert [letter.to for letter in mail.outbox] == [["ani@uji.example"]]
    assert "http://testserver/akun/" in mail.outbox[0].body
    given = {"name": "Budi", "email": "budi@uji.example", "how": "password"}
    assert "budi@uji.example" in text(client.post(PEOPLE + "add/", given))
    client.post(PEOPLE + "add/", {**given, "password": "kata-sandi-budi"})
    assert User.objects.get(email="budi@uji.example").check_password("kata-sandi-budi")


def test_an_email_that_is_taken_is_refused_and_the_look_up_logged(
    satker: Any, satker_admin: Any, other_satker: Any
) -> None:
    stranger = theirs(other_satker)
    given = {"name": "X", "email": stranger.email, "how": "link"}
    page = text(browser(satker_admin).post(PEOPLE + "add/", given))
    assert "Rahasia" not in page
    log = RecruitLookup.objects.using("direct").get()
    assert (log.email, log.outcome) == (stranger.email, "email_taken")


def test_an_admin_kegiatan_makes_no_accounts_and_changes_none(
    satker: Any, kegiatan_admin: Any, enumerator: Any
) -> None:
    client = browser(kegiatan_admin)
    assert text(client.get(f"{PEOPLE}{enumerator.pk}/change/"))
    for address in ("release/", "active/", "link/", "admin/"):
        assert client.post(f"{PEOPLE}{enumerator.pk}/{address}").status_code == 403
    assert client.post(f"{PEOPLE}{enumerator.pk}/change/", {"name": "Y"}).status_code == 403
    assert client.post(PEOPLE + "add/", {}).status_code == 403
    assert client.post(PEOPLE + "cards/", {"ids": str(enumerator.pk)}).status_code == 403
    enumerator.refresh_from_db()
    assert enumerator.name == "Pencacah Satu"


def test_names_change_and_accounts_are_deactivated_and_activated(
    satker: Any, satker_admin: Any, enumerator: Any
) -> None:
    client = browser(satker_admin)
    page = f"{PEOPLE}{enumerator.pk}/"
    factories.token(enumerator)
    client.post(page + "change/", {"name": "Nama Betul"})
    client.post(page + "active/", {"active": "no"})
    enumerator.refresh_from_db()
    assert (enumerator.name, enumerator.is_active) == ("Nama Betul", False)
    assert not DeviceToken.objects.filter(user=enumerator).exists()
    client.post(page + "active/", {"active": "yes"})
    enumerator.refresh_from_db()
    assert enumerator.is_active
    own = f"{PEOPLE}{satker_admin.pk}/active/"
    client.post(own, {"active": "no"})
    satker_admin.refresh_from_db()
    assert satker_admin.is_active


def test_release_lists_the_open_work_first(
    satker: Any, satker_admin: Any, assignment: Any, enumerator: Any
) -> None:
    client = browser(satker_admin)
    address = f"{PEOPLE}{enumerator.pk}/release/"
    assert assignment.assignment_label in text(client.get(address))
    assert assignment.assignment_label in text(client.post(address))
    enumerator.refresh_from_db()
    assert enumerator.satker_id == satker.pk
    response = client.post(address, {"leave_open": "on"})
    assert response["Location"] == PEOPLE
    enumerator.refresh_from_db()
    assert enumerator.satker_id is None
    assert roles(enumerator) == set()
    with tenant_scope(satker):
        assignment.refresh_from_db()
    assert assignment.ppl_id == enumerator.pk
    assert client.get(address).status_code == 404


def test_admin_satker_is_given_and_taken(satker: Any, satker_admin: Any, enumerator: Any) -> None:
    client = browser(satker_admin)
    client.post(f"{PEOPLE}{enumerator.pk}/admin/")
    assert SatkerUserRole.objects.filter(user=enumerator).exists()
    client.post(f"{PEOPLE}{enumerator.pk}/admin/", {"take": "yes"})
    assert not SatkerUserRole.objects.filter(user=enumerator).exists()


# --- recruiting and invitations


def test_recruiting_says_in_words_what_came_of_it(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, supervisor: Any, other_satker: Any
) -> None:
    place = factories.take_part(kegiatan, satker)
    own = factories.person(satker, email="sendiri@uji.example")
    floating = factories.person(None, email="bebas@uji.example")
    client = browser(kegiatan_admin)

    def recruited(email: str, **more: Any) -> str:
        given = {"email": email, "place": place.pk, "role": "PPL", **more}
        return text(client.post(PEOPLE + "recruit/", given, follow=True))

    assert "sendiri@uji.example" in recruited(own.email, pml=f"{place.pk}:{supervisor.pk}")
    assert roles(own) == {"PPL"}
    with tenant_scope(satker):
        assert KegiatanMember.objects.get(user=own).pml_id == supervisor.pk
    assert "diundang" in recruited(floating.email)
    assert "diundang" in recruited("belum.ada@uji.example")
    assert [letter.to for letter in mail.outbox] == [
        ["bebas@uji.example"], ["belum.ada@uji.example"],
    ]  # fmt: skip
    bodies = {letter.body.replace(letter.to[0], "X") for letter in mail.outbox}
    assert len(bodies) == 1, "the letter tells who has an account"
    page = recruited(theirs(other_satker).email)
    assert other_satker.name in page
    assert "Rahasia" not in page
    assert Invitation.objects.count() == 2
    assert RecruitLookup.objects.using("direct").count() == 4


def test_who_may_give_which_role_by_recruiting(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, satker_admin: Any
) -> None:
    place = factories.take_part(kegiatan, satker)
    person = factories.person(satker)
    refused = [
        (kegiatan_admin, place.pk, "admin_kegiatan"),
        (kegiatan_admin, "office", "admin_satker"),
        (satker_admin, place.pk, "PPL"),
        (satker_admin, "office", "PPL"),
    ]
    for actor, where, role in refused:
        given = {"email": person.email, "place": where, "role": role}
        assert text(browser(actor).post(PEOPLE + "recruit/", given))
    assert roles(person) == set()
    assert not SatkerUserRole.objects.filter(user=person).exists()
    for where, role in ((place.pk, "admin_kegiatan"), ("office", "admin_satker")):
        given = {"email": person.email, "place": where, "role": role}
        assert browser(satker_admin).post(PEOPLE + "recruit/", given).status_code == 302
    assert roles(person) == {"admin_kegiatan"}
    assert SatkerUserRole.objects.filter(user=person).exists()


def test_invitations_are_listed_and_withdrawn(
    satker: Any, kegiatan: Any, satker_admin: Any, other_satker: Any
) -> None:
    made = [
        Invitation.objects.create(
            satker=office, email=f"calon{n}@uji.example", role="PPL", kegiatan_id=kegiatan.pk,
            invited_by=satker_admin,
        )
        for n, office in enumerate((satker, satker, other_satker))
    ]  # fmt: skip
    admin = factories.person(satker)
    factories.satker_role(admin, satker, "admin_satker")
    factories.member(admin, kegiatan, satker, "admin_kegiatan")
    client = browser(admin)
    page = text(client.get(INVITATIONS))
    assert made[0].email in page
    assert made[2].email not in page
    assert client.post(f"{INVITATIONS}{made[2].pk}/withdraw/").status_code == 404
    assert client.get(f"{INVITATIONS}{made[2].pk}/change/").status_code == 404
    client.post(f"{INVITATIONS}{made[0].pk}/withdraw/")
    marked = {"action": "withdraw_action", "_selected_action": [made[1].pk, made[2].pk]}
    asked = text(client.post(INVITATIONS, marked))
    assert made[1].email in asked
    assert made[2].email not in asked
    client.post(INVITATIONS, {**marked, "confirmed": "yes"})
    states = [Invitation.objects.get(pk=row.pk).state for row in made]
    assert states == [
        InvitationState.WITHDRAWN, InvitationState.WITHDRAWN, InvitationState.WAITING,
    ]  # fmt: skip


# --- crew


def test_roles_and_supervisor_of_one_member(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, enumerator: Any, supervisor: Any
) -> None:
    with tenant_scope(satker):
        member = KegiatanMember.objects.get(user=enumerator)
    second = factories.person(satker, name="Pengawas Dua")
    factories.member(second, kegiatan, satker, "PML")
    client = browser(kegiatan_admin)
    address = f"{CREW}{member.pk}/change/"
    assert "Pengawas Dua" in text(client.get(address))
    client.post(address, {"roles": ["PPL", "PML"], "pml": str(second.pk)})
    with tenant_scope(satker):
        member.refresh_from_db()
    assert roles(enumerator) == {"PPL", "PML"}
    assert member.pml_id == second.pk
    assert member.access_generation > 1
    client.post(address, {"roles": ["admin_kegiatan", "PPL"]})
    assert "admin_kegiatan" not in roles(enumerator)
    client.post(address, {})
    with tenant_scope(satker):
        member.refresh_from_db()
    assert roles(enumerator) == set()
    assert member.left_at is not None


def test_an_admin_satker_gives_admin_kegiatan_and_leaves_field_roles_alone(
    satker: Any, kegiatan: Any, satker_admin: Any, enumerator: Any
) -> None:
    with tenant_scope(satker):
        member = KegiatanMember.objects.get(user=enumerator)
    client = browser(satker_admin)
    client.post(f"{CREW}{member.pk}/change/", {"roles": ["admin_kegiatan"]})
    assert roles(enumerator) == {"PPL", "admin_kegiatan"}
    client.post(f"{CREW}{member.pk}/change/", {"roles": []})
    assert roles(enumerator) == {"PPL"}


def test_few_people_change_at_once_and_many_as_a_job(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, supervisor: Any
) -> None:
    from django.core.management import call_command

    people = [factories.person(satker) for _ in range(40)]
    for user in people:
        factories.member(user, kegiatan, satker, "PPL")
    place = factories.take_part(kegiatan, satker)
    with tenant_scope(satker):
        members = list(KegiatanMember.objects.filter(user__in=people).order_by("pk"))
    client = browser(kegiatan_admin)
    marked = {"action": "crew_action", "_selected_action": [m.pk for m in members[:3]]}
    asked = text(client.post(CREW, marked))
    assert people[0].name in asked

    def change(rows: list[Any], **given: Any) -> Any:
        ids = ",".join(str(row.pk) for row in rows)
        return client.post(CREW + "change/", {"ids": ids, "place": place.pk, **given})

    pml = f"{place.pk}:{supervisor.pk}"
    assert change(members[:3], what="supervise", role="PPL", pml=pml).status_code == 302
    assert change(members[:3], what="supervise", role="PPL").status_code == 200
    assert change(members[:3], what="give", role="admin_kegiatan").status_code == 200
    with tenant_scope(satker):
        assert KegiatanMember.objects.filter(pml=supervisor).count() == 3
        assert Job.objects.count() == 0
    change(members, what="give", role="PML")
    assert "PML" not in roles(people[0])
    call_command("worker", "--until-empty")
    with tenant_scope(satker):
        assert Job.objects.get().state == "done"
    assert all("PML" in roles(user) for user in people)
    change(members[:2], what="take", role="PML")
    assert roles(people[0]) == {"PPL"}


def test_members_of_two_activities_are_not_changed_together(
    satker: Any, kegiatan: Any, satker_admin: Any, enumerator: Any
) -> None:
    second = factories.kegiatan(satkers=[satker])
    factories.member(enumerator, second, satker, "PPL")
    with tenant_scope(satker):
        ids = list(KegiatanMember.objects.values_list("pk", flat=True))
    client = browser(satker_admin)
    response = client.post(CREW, {"action": "crew_action", "_selected_action": ids}, follow=True)
    assert "satu kegiatan" in text(response)
    given = {"ids": ",".join(map(str, ids)), "what": "take", "role": "PPL"}
    assert client.post(CREW + "change/", given).status_code == 404


# --- super_admin


def test_super_admin_sees_everybody_and_makes_super_admins_and_floating_people(
    satker: Any, super_admin: Any, satker_admin: Any, other_satker: Any
) -> None:
    address = "/admin/satker/user/"
    client = browser(super_admin)
    page = text(client.get(address))
    assert satker_admin.email in page
    assert theirs(other_satker).email in page
    assert satker_admin.email not in text(client.get(address + "?kind=super_admin"))
    given = {"name": "A", "how": "link"}
    client.post(address + "add/", {**given, "kind": "super_admin", "email": "sa@uji.example"})
    client.post(address + "add/", {**given, "kind": "floating", "email": "fl@uji.example"})
    assert User.objects.get(email="sa@uji.example").is_superuser
    floating = User.objects.get(email="fl@uji.example")
    assert floating.is_floating
    page = text(client.post(f"{address}{floating.pk}/link/"))
    assert "/akun/" in page
    assert text(client.get(f"{address}{satker_admin.pk}/change/"))
    assert browser(satker_admin).get(address).status_code == 404


# --- import page


def upload(client: Client, content: bytes, name: str = "orang.csv", **given: Any) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile(name, content)
    return client.post(PEOPLE + "import/", {"file": file, "what": "import", **given})


def test_a_file_is_imported_from_the_page_as_a_job(
    satker: Any, kegiatan: Any, kegiatan_admin: Any
) -> None:
    from django.core.management import call_command

    person = factories.person(satker, email="ani@uji.example")
    client = browser(kegiatan_admin)
    response = upload(client, b"email;peran\nani@uji.example;PPL\n", kegiatan=str(kegiatan.pk))
    with tenant_scope(satker):
        job = Job.objects.get()
    assert response["Location"] == f"/satker/6104/admin/cerdas/job/{job.pk}/change/"
    assert roles(person) == set()
    call_command("worker", "--until-empty")
    assert roles(person) == {"PPL"}
    assert text(client.get(response["Location"]))
    assert "email,name,role,pml,kegiatan" in text(client.get(PEOPLE + "import/template.csv"))


@pytest.mark.parametrize(
    ("content", "given"),
    [
        (b"", {}),
        (b"email\n", {"what": "sulap"}),
        (b"email\n", {"kegiatan": "00000000-0000-7000-8000-000000000000"}),
        (b"email\n" + b"x" * (8 * 2**20), {}),
    ],
)
def test_the_page_says_what_is_wrong_with_the_form(
    content: bytes, given: dict[str, str], satker: Any, kegiatan: Any, kegiatan_admin: Any
) -> None:
    response = upload(browser(kegiatan_admin), content, **given)
    assert response.status_code in (200, 413)
    with tenant_scope(satker):
        assert not Job.objects.exists()


def test_an_activity_of_others_cannot_be_chosen_for_an_import(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, other_satker: Any
) -> None:
    theirs_only = factories.kegiatan(satkers=[other_satker], name="Rahasia Kegiatan")
    not_mine = factories.kegiatan(satkers=[satker])
    client = browser(kegiatan_admin)
    page = text(client.get(PEOPLE + "import/"))
    assert "Rahasia" not in page
    assert not_mine.name not in page
    for row in (theirs_only, not_mine):
        assert text(upload(client, b"email\nx@uji.example\n", kegiatan=str(row.pk)))
    with tenant_scope(satker):
        assert not Job.objects.exists()


@pytest.mark.parametrize(
    "content", [b"\x00\xff" * 99, b"PK\x03\x04", b'"', b"\xff\xfe", b"=1+1\n2"]
)
def test_rubbish_ends_as_a_job_that_says_why(
    content: bytes, satker: Any, kegiatan: Any, kegiatan_admin: Any
) -> None:
    from django.core.management import call_command

    assert upload(browser(kegiatan_admin), content, name="../rahasia<b>.xlsx").status_code == 302
    call_command("worker", "--until-empty")
    with tenant_scope(satker):
        job = Job.objects.get()
    assert (job.state, job.error) == ("failed", "")
    assert job.message
