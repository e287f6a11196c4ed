"""Recruiting by exact email, invitations and what the admin is told."""

import threading
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.db.models import QuerySet

from cerdas.errors import CerdasError, Invalid, NotAllowed, NotFound
from cerdas.tenancy import tenant_scope
from kegiatan.errors import NotSupervisor, SatkerHasLeft
from kegiatan.models import KegiatanMember, KegiatanSatker
from kegiatan.selectors import kegiatan_roles
from kegiatan.services.kegiatan import kegiatan_satker_leave
from kegiatan.services.recruiting import (
    invitation_accept,
    invitation_withdraw,
    invitations_of_office,
    recruit,
)
from kegiatan.services.roles import role_revoke
from satker.errors import BelongsToOtherSatker, InvitationClosed, NotInOffice, TooManyRequests
from satker.models import Invitation, RecruitLookup, User
from satker.selectors import satker_roles
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def lookups() -> QuerySet[RecruitLookup]:
    """The log as the connection sees it that writes it."""
    return RecruitLookup.objects.using("direct")


@pytest.fixture
def place(satker: Any, kegiatan: Any) -> KegiatanSatker:
    return KegiatanSatker.objects.get(satker=satker, kegiatan_statistik=kegiatan)


def hire(actor: User, place: KegiatanSatker, email: str, role: str = "PPL", **more: Any) -> Any:
    return recruit(
        actor=actor, satker=place.satker, kegiatan_satker=place, email=email, role=role, **more
    )


def test_a_floating_person_and_an_unknown_email_are_invited_alike(
    place: KegiatanSatker, kegiatan_admin: Any, supervisor: Any
) -> None:
    floating = factories.person(None, email="budi@uji.example")
    answers = [
        hire(kegiatan_admin, place, email, pml=supervisor)
        for email in ("  BUDI@uji.example ", "belum@uji.example")
    ]
    for answer, email in zip(answers, ["budi@uji.example", "belum@uji.example"], strict=True):
        assert (answer.outcome, answer.member) == ("invited", None)
        row = answer.invitation
        assert (row.email, row.role, row.satker, row.kegiatan_id, row.pml_id, row.state) == (
            email, "PPL", place.satker, place.kegiatan_statistik_id, supervisor.pk, "waiting",
        )  # fmt: skip
    floating.refresh_from_db()
    assert floating.satker is None
    assert list(lookups().order_by("id").values_list("outcome", flat=True)) == ["invited"] * 2


def test_a_person_of_the_office_gets_the_role_at_once(
    place: KegiatanSatker, kegiatan_admin: Any, supervisor: Any
) -> None:
    user = factories.person(place.satker)
    answer = hire(kegiatan_admin, place, user.email, pml=supervisor)
    assert answer.outcome == "granted"
    assert answer.member.pml == supervisor
    assert kegiatan_roles(user.pk, place.kegiatan_statistik_id, place.satker_id) == {"PPL"}
    assert not Invitation.objects.exists()


def test_a_person_of_another_office_is_refused_with_that_offices_name(
    place: KegiatanSatker, kegiatan_admin: Any, other_satker: Any
) -> None:
    user = factories.person(other_satker, name="Rahasia Siapa")
    with pytest.raises(BelongsToOtherSatker) as refused:
        hire(kegiatan_admin, place, user.email)
    assert other_satker.name in refused.value.message
    assert refused.value.details == {"satker": other_satker.name}
    assert "Rahasia" not in str(refused.value.envelope())
    assert not Invitation.objects.exists()
    row = lookups().get()
    assert (row.actor_id, row.satker_id, row.email, row.outcome) == (
        kegiatan_admin.pk, place.satker_id, user.email, "belongs_to_other_satker",
    )  # fmt: skip


def test_super_admin_is_not_given_away(
    place: KegiatanSatker, kegiatan_admin: Any, super_admin: Any
) -> None:
    answer = hire(kegiatan_admin, place, super_admin.email)
    assert answer.outcome == "invited", "as for an email that nobody has"
    with pytest.raises(NotFound):
        invitation_accept(actor=super_admin, invitation_id=answer.invitation.pk)


def test_a_deactivated_person_of_the_office_is_named_as_such(
    place: KegiatanSatker, kegiatan_admin: Any
) -> None:
    user = factories.person(place.satker, is_active=False)
    with pytest.raises(NotInOffice):
        hire(kegiatan_admin, place, user.email)


def test_recruiting_again_keeps_one_invitation(
    place: KegiatanSatker, kegiatan_admin: Any, supervisor: Any
) -> None:
    first = hire(kegiatan_admin, place, "budi@uji.example")
    again = hire(kegiatan_admin, place, "budi@uji.example", pml=supervisor)
    assert again.invitation.pk == first.invitation.pk
    assert Invitation.objects.get().pml_id == supervisor.pk


def test_look_ups_are_limited_per_person_and_hour(
    place: KegiatanSatker, kegiatan_admin: Any, super_admin: Any, settings: Any
) -> None:
    settings.RECRUIT_LOOKUPS_PER_HOUR = 3
    for n in range(3):
        hire(kegiatan_admin, place, f"orang{n}@baru.example")
    with pytest.raises(TooManyRequests) as refused:
        hire(kegiatan_admin, place, "lagi@baru.example")
    assert 3500 < refused.value.details["retry_after_seconds"] <= 3600
    assert lookups().get(email="lagi@baru.example").outcome == "limited"
    assert not Invitation.objects.filter(email="lagi@baru.example").exists()
    assert hire(super_admin, place, "lagi@baru.example").outcome == "invited"


def test_who_may_not_recruit_looks_nobody_up(
    place: KegiatanSatker, enumerator: Any, satker_admin: Any, other_satker: Any
) -> None:
    stranger = factories.person(other_satker)
    factories.member(stranger, place.kegiatan_statistik, other_satker, "admin_kegiatan")
    for actor, refusal in (
        (enumerator, NotAllowed), (satker_admin, NotAllowed), (stranger, NotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            hire(actor, place, "budi@uji.example")
    assert not lookups().exists()


def test_an_invitation_to_administer_is_for_those_who_may_give_that(
    place: KegiatanSatker, satker_admin: Any, kegiatan_admin: Any
) -> None:
    with pytest.raises(NotAllowed):
        hire(kegiatan_admin, place, "budi@uji.example", role="admin_kegiatan")
    assert hire(satker_admin, place, "budi@uji.example", role="admin_kegiatan").invitation
    done = recruit(
        actor=satker_admin, satker=place.satker, email="budi@uji.example", role="admin_satker"
    )
    assert done.invitation is not None
    assert done.invitation.kegiatan_id is None


def test_an_activity_of_another_office_does_not_exist(
    place: KegiatanSatker, kegiatan_admin: Any, other_satker: Any
) -> None:
    foreign = KegiatanSatker.objects.get(satker=other_satker)
    with pytest.raises(NotFound):
        recruit(
            actor=kegiatan_admin,
            satker=place.satker,
            kegiatan_satker=foreign,
            email="budi@uji.example",
            role="PPL",
        )


@pytest.mark.parametrize("email", ["", "budi", "a\x00@uji.example", "a@b@c", "x" * 300 + "@a.id"])
def test_what_is_no_email_is_refused(
    place: KegiatanSatker, kegiatan_admin: Any, email: str
) -> None:
    with pytest.raises(Invalid):
        hire(kegiatan_admin, place, email)


def test_a_supervisor_who_is_none_is_refused_before_anybody_is_looked_up(
    place: KegiatanSatker, kegiatan_admin: Any, enumerator: Any
) -> None:
    with pytest.raises(NotSupervisor):
        hire(kegiatan_admin, place, "budi@uji.example", pml=enumerator)
    assert not lookups().exists()


def test_accepting_brings_office_membership_and_role(
    api: Any, place: KegiatanSatker, kegiatan_admin: Any, supervisor: Any
) -> None:
    person = factories.person(None, email="budi@uji.example")
    invitation = hire(kegiatan_admin, place, person.email, pml=supervisor).invitation
    client = api(person)
    assert client.get("/api/v1/kegiatan/").json() == {"results": []}
    listed = client.get("/api/v1/invitations/").json()["results"]
    office = {"id": str(place.satker_id), "code": "6104", "name": place.satker.name}
    activity = {
        "id": str(place.kegiatan_statistik_id),
        "name": place.kegiatan_statistik.name,
    }
    assert [(r["id"], r["satker"], r["kegiatan"], r["role"]) for r in listed] == [
        (str(invitation.pk), office, activity, "PPL")
    ]
    url = f"/api/v1/invitations/{invitation.pk}/accept/"
    assert client.post(url).json()["state"] == "accepted"
    me = client.get("/api/v1/me/").json()
    assert me["satker"] == office
    assert [(r["role"], r["kegiatan"]) for r in me["roles"]] == [("PPL", activity["id"])]
    with tenant_scope(place.satker_id):
        member = KegiatanMember.objects.get(user=person)
    assert (member.pml, member.left_at) == (supervisor, None)
    assert client.get("/api/v1/invitations/").json() == {"results": []}
    assert client.post(url).status_code == 200, "repeating gives the same"
    assert client.post(url.replace("accept", "decline")).json()["code"] == "invitation_closed"


def test_accepting_a_role_in_the_office(api: Any, satker: Any, super_admin: Any) -> None:
    person = factories.person(None)
    done = recruit(actor=super_admin, satker=satker, email=person.email, role="admin_satker")
    assert done.invitation is not None
    answer = api(person).post(f"/api/v1/invitations/{done.invitation.pk}/accept/")
    assert (answer.status_code, answer.json()["kegiatan"]) == (200, None)
    assert satker_roles(person.pk, satker.pk) == {"admin_satker"}


def test_declining_changes_nothing_else(
    api: Any, place: KegiatanSatker, kegiatan_admin: Any
) -> None:
    person = factories.person(None)
    invitation = hire(kegiatan_admin, place, person.email).invitation
    client = api(person)
    url = f"/api/v1/invitations/{invitation.pk}/decline/"
    assert [client.post(url).status_code for _twice in range(2)] == [200, 200]
    person.refresh_from_db()
    assert person.satker is None
    answer = client.post(url.replace("decline", "accept"))
    assert (answer.status_code, answer.json()["code"]) == (409, "invitation_closed")
    assert answer.json()["details"] == {"state": "declined"}
    assert hire(kegiatan_admin, place, person.email).invitation.pk != invitation.pk


def test_somebody_elses_invitation_does_not_exist(
    api: Any, place: KegiatanSatker, kegiatan_admin: Any, enumerator: Any
) -> None:
    invitation = hire(kegiatan_admin, place, "budi@uji.example").invitation
    for client in (api(factories.person(None)), api(enumerator), api(kegiatan_admin)):
        assert client.get("/api/v1/invitations/").json() == {"results": []}
        for action in ("accept", "decline"):
            real = client.post(f"/api/v1/invitations/{invitation.pk}/{action}/")
            absent = client.post(f"/api/v1/invitations/{uuid4()}/{action}/")
            assert real.status_code == absent.status_code == 404
            assert real.json() == absent.json()
    invitation.refresh_from_db()
    assert invitation.state == "waiting"


def test_who_belongs_to_an_office_cannot_accept_anothers(
    api: Any, place: KegiatanSatker, kegiatan_admin: Any, other_satker: Any
) -> None:
    person = factories.person(None)
    invitation = hire(kegiatan_admin, place, person.email).invitation
    person.satker = other_satker
    person.save()
    client = api(person)
    assert client.get("/api/v1/invitations/").json() == {"results": []}
    answer = client.post(f"/api/v1/invitations/{invitation.pk}/accept/")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_in_satker")
    assert answer.json()["details"] == {"satker": other_satker.name}
    person.refresh_from_db()
    assert person.satker == other_satker


def test_a_supervisor_who_is_pml_no_more_is_left_out(
    place: KegiatanSatker, kegiatan_admin: Any, supervisor: Any
) -> None:
    person = factories.person(None)
    invitation = hire(kegiatan_admin, place, person.email, pml=supervisor).invitation
    role_revoke(actor=kegiatan_admin, kegiatan_satker=place, user=supervisor, role="PML")
    invitation_accept(actor=person, invitation_id=invitation.pk)
    with tenant_scope(place.satker_id):
        assert KegiatanMember.objects.get(user=person).pml is None


def test_nobody_joins_an_activity_that_the_office_has_left(
    place: KegiatanSatker, kegiatan_admin: Any, super_admin: Any
) -> None:
    person = factories.person(None)
    invitation = hire(kegiatan_admin, place, person.email).invitation
    place = kegiatan_satker_leave(actor=super_admin, kegiatan_satker=place)
    with pytest.raises(SatkerHasLeft):
        invitation_accept(actor=person, invitation_id=invitation.pk)
    person.refresh_from_db()
    assert person.satker is None, "all or nothing"
    with pytest.raises(SatkerHasLeft):
        hire(super_admin, place, "lain@uji.example")


def test_the_office_lists_and_withdraws_its_invitations(
    place: KegiatanSatker,
    kegiatan_admin: Any,
    satker_admin: Any,
    other_satker: Any,
    enumerator: Any,
) -> None:
    person = factories.person(None)
    invitation = hire(kegiatan_admin, place, person.email).invitation
    assert invitations_of_office(actor=satker_admin, satker=place.satker) == [invitation]
    with pytest.raises(NotAllowed):
        invitations_of_office(actor=enumerator, satker=place.satker)
    with pytest.raises(NotFound):
        invitations_of_office(actor=satker_admin, satker=other_satker)
    given = {"satker": place.satker, "invitation_id": invitation.pk}
    with pytest.raises(NotAllowed):
        invitation_withdraw(actor=enumerator, **given)
    with pytest.raises(NotFound):
        invitation_withdraw(actor=kegiatan_admin, satker=other_satker, invitation_id=invitation.pk)
    assert invitation_withdraw(actor=kegiatan_admin, **given).state == "withdrawn"
    with pytest.raises(InvitationClosed):
        invitation_accept(actor=person, invitation_id=invitation.pk)


def at_once(*actions: Any) -> list[str]:
    """Run actions in threads that start together; return how each ended."""
    barrier = threading.Barrier(len(actions))
    outcomes = ["" for _action in actions]

    def one(number: int) -> None:
        barrier.wait()
        try:
            actions[number]()
            outcomes[number] = "done"
        except CerdasError as error:
            outcomes[number] = error.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_of_two_offices_invitations_accepted_at_once_one_wins(
    place: KegiatanSatker, super_admin: Any, other_satker: Any
) -> None:
    other_place = KegiatanSatker.objects.get(satker=other_satker)
    for _round in range(10):
        person = factories.person(None)
        ids = [
            hire(super_admin, where, person.email).invitation.pk for where in (place, other_place)
        ]
        stale = [User.objects.select_related("satker").get(pk=person.pk) for _id in ids]
        outcomes = at_once(
            *(
                partial(invitation_accept, actor=user, invitation_id=pk)
                for user, pk in zip(stale, ids, strict=True)
            )
        )
        assert sorted(outcomes) == ["already_in_satker", "done"]
        winner = (place, other_place)[outcomes.index("done")]
        person.refresh_from_db()
        assert person.satker == winner.satker
        members = 0
        for where in (place, other_place):
            with tenant_scope(where.satker_id):
                members += KegiatanMember.objects.filter(user=person).count()
        assert members == 1
        states = Invitation.objects.filter(email=person.email).values_list("state", flat=True)
        assert sorted(states) == ["accepted", "waiting"]


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_accepting_while_the_office_withdraws_has_one_outcome(
    place: KegiatanSatker, super_admin: Any
) -> None:
    for _round in range(10):
        person = factories.person(None)
        invitation = hire(super_admin, place, person.email).invitation
        accepted, withdrawn = at_once(
            partial(invitation_accept, actor=person, invitation_id=invitation.pk),
            partial(
                invitation_withdraw,
                actor=super_admin,
                satker=place.satker,
                invitation_id=invitation.pk,
            ),
        )
        assert sorted([accepted, withdrawn]) == ["done", "invitation_closed"]
        person.refresh_from_db()
        assert (person.satker == place.satker) == (accepted == "done")


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_parallel_look_ups_do_not_pass_the_limit_together(
    place: KegiatanSatker, super_admin: Any, settings: Any
) -> None:
    settings.RECRUIT_LOOKUPS_PER_HOUR = 5
    outcomes = at_once(
        *(partial(hire, super_admin, place, f"orang{n}@baru.example") for n in range(12))
    )
    assert outcomes.count("done") == 5
    assert outcomes.count("too_many_requests") == 7
    assert Invitation.objects.count() == 5


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_the_log_of_a_refused_look_up_stays(
    place: KegiatanSatker, kegiatan_admin: Any, other_satker: Any
) -> None:
    user = factories.person(other_satker)
    with pytest.raises(BelongsToOtherSatker):
        hire(kegiatan_admin, place, user.email)
    assert RecruitLookup.objects.get().outcome == "belongs_to_other_satker"
