"""Giving and taking roles: who may, to whom, and what the person's devices learn."""

from typing import Any

import pytest
from guardian.shortcuts import get_perms

from assignments.models import AssignmentFeed
from cerdas.errors import CerdasError, NotAllowed, NotFound
from cerdas.tenancy import tenant_scope
from kegiatan.access import access_kegiatan
from kegiatan.errors import NotSupervisor, SatkerHasLeft
from kegiatan.models import KegiatanMember, KegiatanSatker
from kegiatan.selectors import kegiatan_roles, office_roles
from kegiatan.services.kegiatan import kegiatan_satker_add, kegiatan_satker_leave
from kegiatan.services.roles import membership_end_all, role_grant, role_revoke
from satker.errors import NotInOffice
from satker.models import User
from satker.selectors import request_satker, satker_prefixes, satker_roles
from satker.services.people import user_deactivate, user_unassign_satker
from satker.services.roles import satker_role_grant, satker_role_revoke
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.fixture
def place(satker: Any, kegiatan: Any) -> KegiatanSatker:
    return KegiatanSatker.objects.get(satker=satker, kegiatan_statistik=kegiatan)


def member_of(user: User, place: KegiatanSatker) -> KegiatanMember | None:
    with tenant_scope(place.satker_id):
        return KegiatanMember.objects.filter(user=user, satker_id=place.satker_id).first()


def roles(user: User, place: KegiatanSatker) -> set[str]:
    return set(kegiatan_roles(user.pk, place.kegiatan_statistik_id, place.satker_id))


def outcome(act: Any) -> str:
    """Name how an action ended."""
    try:
        act()
    except CerdasError as error:
        return error.code
    return "done"


@pytest.mark.parametrize(
    ("actor", "role", "expected"),
    [
        ("super_admin", "admin_kegiatan", "done"),
        ("super_admin", "PML", "done"),
        ("super_admin", "PPL", "done"),
        ("satker_admin", "admin_kegiatan", "done"),
        ("satker_admin", "PML", "not_allowed"),
        ("satker_admin", "PPL", "not_allowed"),
        ("kegiatan_admin", "admin_kegiatan", "not_allowed"),
        ("kegiatan_admin", "PML", "done"),
        ("kegiatan_admin", "PPL", "done"),
        ("supervisor", "PPL", "not_allowed"),
        ("enumerator", "PPL", "not_allowed"),
        ("stranger", "PPL", "not_found"),
        ("stranger", "admin_kegiatan", "not_found"),
        ("floating", "PPL", "not_found"),
        ("deactivated", "PPL", "not_allowed"),
    ],
)
def test_each_role_is_given_and_taken_by_those_who_may(
    request: Any, place: KegiatanSatker, actor: str, role: str, expected: str
) -> None:
    user = factories.person(place.satker)
    acting = who(request, actor)
    given = outcome(lambda: role_grant(actor=acting, kegiatan_satker=place, user=user, role=role))
    assert given == expected
    assert roles(user, place) == ({role} if expected == "done" else set())
    factories.member(user, place.kegiatan_statistik, place.satker, role)
    taken = outcome(lambda: role_revoke(actor=acting, kegiatan_satker=place, user=user, role=role))
    assert taken == expected
    assert roles(user, place) == (set() if expected == "done" else {role})


def who(request: Any, name: str) -> User:
    """Return the person of a fixture, or one of those that have none."""
    if name == "stranger":  # admin of everything in another office
        office = request.getfixturevalue("other_satker")
        user = factories.person(office)
        factories.member(user, request.getfixturevalue("kegiatan"), office, "admin_kegiatan")
        factories.satker_role(user, office, "admin_satker")
        return user
    if name == "floating":
        return factories.person(None)
    if name == "deactivated":
        user = request.getfixturevalue("kegiatan_admin")
        user.is_active = False
        user.save()
        return user
    found: User = request.getfixturevalue(name)
    return found


def test_a_role_is_a_guardian_permission_on_the_offices_row(
    place: KegiatanSatker, kegiatan_admin: Any
) -> None:
    user = factories.person(place.satker)
    role_grant(actor=kegiatan_admin, kegiatan_satker=place, user=user, role="PML")
    assert get_perms(user, place) == ["PML"]
    assert get_perms(user, place.kegiatan_statistik) == []


def test_giving_twice_changes_nothing(
    place: KegiatanSatker, kegiatan_admin: Any, supervisor: Any
) -> None:
    user = factories.person(place.satker)
    grant = {"actor": kegiatan_admin, "kegiatan_satker": place, "user": user, "role": "PPL"}
    first = role_grant(**grant, pml=supervisor)
    again = role_grant(**grant)
    assert (again.pk, again.access_generation) == (first.pk, first.access_generation)
    assert again.pml == supervisor
    other = factories.person(place.satker)
    factories.member(other, place.kegiatan_statistik, place.satker, "PML")
    moved = role_grant(**grant, pml=other)
    assert (moved.pml, moved.access_generation) == (other, first.access_generation)


def test_every_change_of_roles_raises_the_generation(
    place: KegiatanSatker, kegiatan_admin: Any
) -> None:
    user = factories.person(place.satker)
    acting = {"actor": kegiatan_admin, "kegiatan_satker": place, "user": user}
    generations = [role_grant(**acting, role="PPL").access_generation]
    generations.append(role_grant(**acting, role="PML").access_generation)
    for role in ("PPL", "PML"):
        changed = role_revoke(**acting, role=role)
        assert changed is not None
        generations.append(changed.access_generation)
    assert generations == [1, 2, 3, 4]


def test_the_last_role_ends_the_membership_and_giving_again_reopens_it(
    place: KegiatanSatker, kegiatan_admin: Any
) -> None:
    user = factories.person(place.satker)
    acting = {"actor": kegiatan_admin, "kegiatan_satker": place, "user": user}
    joined = role_grant(**acting, role="PPL")
    role_grant(**acting, role="PML")
    one_left = role_revoke(**acting, role="PPL")
    assert one_left is not None
    assert one_left.left_at is None
    none_left = role_revoke(**acting, role="PML")
    assert none_left is not None
    assert none_left.left_at is not None
    again = role_revoke(**acting, role="PML")
    assert again is not None
    assert again.access_generation == none_left.access_generation
    back = role_grant(**acting, role="PML")
    assert (back.pk, back.left_at) == (joined.pk, None)
    assert member_of(user, place) == back


def test_losing_the_role_takes_the_units_out_of_the_persons_hands(
    place: KegiatanSatker, kegiatan_admin: Any, enumerator: Any, assignment: Any
) -> None:
    acting = {"actor": kegiatan_admin, "kegiatan_satker": place, "user": enumerator, "role": "PPL"}

    def gone() -> bool:
        with tenant_scope(place.satker_id):
            return AssignmentFeed.objects.get(user=enumerator, assignment=assignment).gone

    assert not gone()
    role_revoke(**acting)
    assert gone()
    role_grant(**acting)
    assert not gone()


def test_roles_are_for_active_people_of_the_office(
    place: KegiatanSatker, kegiatan_admin: Any, other_satker: Any
) -> None:
    for user in (
        factories.person(None),
        factories.person(other_satker),
        factories.person(place.satker, is_active=False),
    ):
        with pytest.raises(NotInOffice):
            role_grant(actor=kegiatan_admin, kegiatan_satker=place, user=user, role="PPL")
        assert member_of(user, place) is None


def test_the_supervisor_of_a_ppl_is_pml_in_the_same_office(
    place: KegiatanSatker, kegiatan_admin: Any, enumerator: Any, other_satker: Any
) -> None:
    user = factories.person(place.satker)
    with tenant_scope(other_satker):
        foreign = KegiatanMember.objects.exclude(pml=None).get().pml
    for pml, role in ((enumerator, "PPL"), (foreign, "PPL"), (kegiatan_admin, "PML")):
        with pytest.raises(NotSupervisor):
            role_grant(actor=kegiatan_admin, kegiatan_satker=place, user=user, role=role, pml=pml)
    assert roles(user, place) == set()


def test_who_loses_pml_supervises_nobody(
    place: KegiatanSatker, kegiatan_admin: Any, enumerator: Any, supervisor: Any
) -> None:
    before = member_of(enumerator, place)
    assert before is not None
    assert before.pml == supervisor
    role_revoke(actor=kegiatan_admin, kegiatan_satker=place, user=supervisor, role="PML")
    after = member_of(enumerator, place)
    assert after is not None
    assert (after.pml, after.access_generation) == (None, before.access_generation)


def test_an_office_that_left_the_activity_has_no_roles_there(
    place: KegiatanSatker, super_admin: Any, kegiatan_admin: Any, enumerator: Any, assignment: Any
) -> None:
    before = member_of(enumerator, place)
    left = kegiatan_satker_leave(actor=super_admin, kegiatan_satker=place)
    assert roles(enumerator, place) == set()
    after = member_of(enumerator, place)
    assert before is not None
    assert after is not None
    assert after.access_generation == before.access_generation + 1
    with tenant_scope(place.satker_id):
        assert AssignmentFeed.objects.get(user=enumerator, assignment=assignment).gone
    with pytest.raises(SatkerHasLeft):
        role_grant(actor=super_admin, kegiatan_satker=left, user=enumerator, role="PML")
    again = kegiatan_satker_leave(actor=super_admin, kegiatan_satker=place)
    assert again.left_at == left.left_at

    back = kegiatan_satker_add(
        actor=super_admin, kegiatan=place.kegiatan_statistik, satker=place.satker
    )
    assert (back.pk, back.left_at) == (place.pk, None)
    assert roles(enumerator, place) == {"PPL"}
    with tenant_scope(place.satker_id):
        assert not AssignmentFeed.objects.get(user=enumerator, assignment=assignment).gone


def test_only_super_admin_says_which_offices_take_part(
    place: KegiatanSatker, satker_admin: Any, kegiatan_admin: Any, other_satker: Any
) -> None:
    for actor in (satker_admin, kegiatan_admin):
        with pytest.raises(NotAllowed):
            kegiatan_satker_leave(actor=actor, kegiatan_satker=place)
        with pytest.raises(NotAllowed):
            kegiatan_satker_add(actor=actor, kegiatan=place.kegiatan_statistik, satker=other_satker)
    place.refresh_from_db()
    assert place.left_at is None


def test_ending_all_memberships_leaves_no_role_and_keeps_the_rows(
    place: KegiatanSatker, satker_admin: Any, supervisor: Any, enumerator: Any
) -> None:
    second = factories.kegiatan([place.satker])
    factories.member(supervisor, second, place.satker, "PPL", "admin_kegiatan")
    ended = membership_end_all(actor=satker_admin, satker=place.satker, user=supervisor)
    assert ended == 2
    with tenant_scope(place.satker_id):
        rows = list(KegiatanMember.objects.filter(user=supervisor))
        assert len(rows) == 2
        assert all(row.left_at is not None and row.access_generation > 1 for row in rows)
        assert KegiatanMember.objects.get(user=enumerator).pml is None
    assert roles(supervisor, place) == set()
    assert roles(enumerator, place) == {"PPL"}
    assert membership_end_all(actor=satker_admin, satker=place.satker, user=supervisor) == 0


def test_who_left_the_office_holds_nothing_there(
    place: KegiatanSatker, satker_admin: Any, supervisor: Any
) -> None:
    satker = place.satker
    factories.satker_role(supervisor, satker, "admin_satker")
    user_unassign_satker(actor=satker_admin, satker=satker, user=supervisor)
    supervisor.refresh_from_db()
    assert supervisor.is_floating
    assert satker_roles(supervisor.pk, satker.pk) == frozenset()
    assert roles(supervisor, place) == set(), "also before the role rows are gone"
    with pytest.raises(NotFound):
        access_kegiatan(supervisor, place.kegiatan_statistik_id)


def test_the_inactive_hold_no_role(
    place: KegiatanSatker, satker_admin: Any, kegiatan_admin: Any
) -> None:
    user_deactivate(actor=satker_admin, satker=place.satker, user=kegiatan_admin)
    assert roles(kegiatan_admin, place) == set()


def test_super_admin_is_not_ppl_by_being_allowed_everything(
    place: KegiatanSatker, super_admin: Any
) -> None:
    assert roles(super_admin, place) == set()


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        ("super_admin", "done"),
        ("satker_admin", "done"),
        ("kegiatan_admin", "not_allowed"),
        ("stranger", "not_found"),
        ("floating", "not_found"),
    ],
)
def test_admin_satker_is_given_by_super_admin_and_shared_in_the_office(
    request: Any, place: KegiatanSatker, actor: str, expected: str
) -> None:
    user = factories.person(place.satker)
    acting = who(request, actor)
    for _twice in range(2):
        given = outcome(lambda: satker_role_grant(actor=acting, satker=place.satker, user=user))
        assert given == expected
    held = {"admin_satker"} if expected == "done" else set()
    assert satker_roles(user.pk, place.satker_id) == held
    taken = outcome(lambda: satker_role_revoke(actor=acting, satker=place.satker, user=user))
    assert taken == expected
    assert satker_roles(user.pk, place.satker_id) == set()


def test_admin_satker_is_for_people_of_the_office(
    super_admin: Any, satker: Any, other_satker: Any
) -> None:
    for user in (factories.person(None), factories.person(other_satker)):
        with pytest.raises(NotInOffice):
            satker_role_grant(actor=super_admin, satker=satker, user=user)


def test_an_activity_is_reached_by_role_and_absent_otherwise(
    place: KegiatanSatker, satker_admin: Any, enumerator: Any, other_satker: Any, super_admin: Any
) -> None:
    kegiatan = place.kegiatan_statistik
    found = access_kegiatan(enumerator, kegiatan.pk, roles=["PPL", "PML"])
    assert (found.kegiatan, found.place, found.roles) == (kegiatan, place, {"PPL"})
    assert access_kegiatan(satker_admin, kegiatan.pk).roles == {"admin_satker"}
    assert access_kegiatan(super_admin, kegiatan.pk, satker=other_satker).place.satker == (
        other_satker
    )
    with pytest.raises(NotAllowed):
        access_kegiatan(enumerator, kegiatan.pk, roles=["admin_kegiatan"])
    for actor in (factories.person(place.satker), factories.person(None), super_admin):
        with pytest.raises(NotFound):
            access_kegiatan(actor, kegiatan.pk)
    with pytest.raises(NotFound):
        access_kegiatan(enumerator, kegiatan.pk, satker=other_satker)
    elsewhere = factories.kegiatan([other_satker])
    with pytest.raises(NotFound):
        access_kegiatan(satker_admin, elsewhere.pk)


def test_roles_are_read_in_one_query(
    place: KegiatanSatker, enumerator: Any, django_assert_num_queries: Any
) -> None:
    factories.satker_role(enumerator, place.satker, "admin_satker")
    arguments = (enumerator.pk, place.kegiatan_statistik_id, place.satker_id)
    with django_assert_num_queries(1):
        assert kegiatan_roles(*arguments) == {"PPL"}
    with django_assert_num_queries(1):
        assert office_roles(*arguments) == {"PPL", "admin_satker"}


def test_a_request_works_in_the_persons_own_office(
    satker: Any, other_satker: Any, super_admin: Any
) -> None:
    from django.contrib.auth.models import AnonymousUser

    user = factories.person(satker)
    assert request_satker(user=user, code=None) == satker
    assert request_satker(user=user, code="6104") == satker
    assert request_satker(user=user, code="6171") is None
    assert request_satker(user=super_admin, code="6171") == other_satker
    assert request_satker(user=super_admin, code=None) is None
    assert request_satker(user=super_admin, code="9999") is None
    assert request_satker(user=factories.person(None), code=None) is None
    assert request_satker(user=AnonymousUser(), code="6104") is None


def test_coverage_is_read_in_order(db: None) -> None:
    office = factories.office(code="6100", prefixes=["6104", "61", "6102080"])
    assert satker_prefixes(office.pk) == ("61", "6102080", "6104")
    assert satker_prefixes(factories.office(prefixes=["*"]).pk) == ("*",)
