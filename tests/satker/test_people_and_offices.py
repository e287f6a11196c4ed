"""Making offices and accounts, deactivating people, and taking them out of an office."""

from typing import Any

import pytest

from cerdas.errors import Invalid, NotAllowed, NotFound
from satker.errors import EmailTaken, TooManyRequests
from satker.models import DeviceToken, RecruitLookup, Satker, User
from satker.selectors import satker_prefixes, satker_roles
from satker.services.people import (
    super_admin_create,
    user_activate,
    user_create,
    user_deactivate,
    user_unassign_satker,
)
from satker.services.satkers import satker_create, satker_prefixes_set
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
STRONG = "kata-sandi-kuat-77"


def test_an_office_is_made_with_its_area(super_admin: Any) -> None:
    made = satker_create(
        actor=super_admin,
        name=" BPS Kabupaten Mempawah ",
        code="6104",
        time_zone="Asia/Jakarta",
        prefixes=["6104", "6105080", "6104"],
    )
    assert made.name == "BPS Kabupaten Mempawah"
    assert satker_prefixes(made.pk) == ("6104", "6105080")
    levels = made.wilayah_tugas.order_by("wilayah_level").values_list("wilayah_level", flat=True)
    assert list(levels) == [2, 3]
    satker_prefixes_set(actor=super_admin, satker=made, prefixes=["*"])
    assert satker_prefixes(made.pk) == ("*",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "6104"},
        {"code": "61/04"},
        {"code": ""},
        {"name": ""},
        {"time_zone": "Europe/Berlin"},
        {"prefixes": ["610"]},
        {"prefixes": ["61o4"]},
        {"prefixes": ["٦١"]},
        {"prefixes": [""]},
    ],
)
def test_an_impossible_office_is_refused_whole(
    super_admin: Any, satker: Any, wrong: dict[str, Any]
) -> None:
    fields: dict[str, Any] = {"name": "BPS", "code": "6171", "prefixes": ["6171"]}
    with pytest.raises(Invalid) as refused:
        satker_create(actor=super_admin, **(fields | wrong))
    assert refused.value.details["fields"]
    assert Satker.objects.get() == satker
    assert satker_create(actor=super_admin, **fields).code == "6171"


def test_only_super_admin_makes_offices(satker_admin: Any, satker: Any) -> None:
    with pytest.raises(NotAllowed):
        satker_create(actor=satker_admin, name="BPS", code="6171")
    with pytest.raises(NotAllowed):
        satker_prefixes_set(actor=satker_admin, satker=satker, prefixes=["*"])
    assert satker_prefixes(satker.pk) == ("6104",)


def test_an_account_is_made_in_the_admins_office(satker: Any, satker_admin: Any) -> None:
    user = user_create(
        actor=satker_admin, satker=satker, email=" Ani@UJI.example", name=" Ani ", password=STRONG
    )
    user.refresh_from_db()
    assert (user.email, user.name, user.satker) == ("ani@uji.example", "Ani", satker)
    assert user.check_password(STRONG)
    assert (user.is_staff, user.is_superuser) == (False, False)
    google = user_create(actor=satker_admin, satker=satker, email="b@uji.example", name="Budi")
    assert google.password is None
    assert not google.check_password("")


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "bukan email"},
        {"name": ""},
        {"password": "pendek"},
        {"password": "1234567890123"},
        {"password": "password1234"},
    ],
)
def test_a_faulty_account_is_refused(satker: Any, satker_admin: Any, wrong: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"email": "ani@uji.example", "name": "Ani", "password": STRONG}
    before = User.objects.count()
    with pytest.raises(Invalid) as refused:
        user_create(actor=satker_admin, satker=satker, **(fields | wrong))
    assert list(refused.value.details["fields"]) == list(wrong)
    assert User.objects.count() == before


def test_accounts_are_made_by_the_offices_admin_and_super_admin(
    satker: Any, satker_admin: Any, kegiatan_admin: Any, other_satker: Any, super_admin: Any
) -> None:
    fields: dict[str, Any] = {"email": "ani@uji.example", "name": "Ani"}
    with pytest.raises(NotAllowed):
        user_create(actor=kegiatan_admin, satker=satker, **fields)
    with pytest.raises(NotFound):
        user_create(actor=satker_admin, satker=other_satker, **fields)
    with pytest.raises(NotAllowed):
        user_create(actor=satker_admin, satker=None, **fields)
    assert user_create(actor=super_admin, satker=None, **fields).is_floating


def test_a_taken_email_says_nothing_of_whose_it_is_and_is_logged(
    satker: Any, satker_admin: Any, other_satker: Any, settings: Any
) -> None:
    taken = [factories.person(None), factories.person(satker), factories.person(other_satker)]
    messages = set()
    for user in taken:
        with pytest.raises(EmailTaken) as refused:
            user_create(actor=satker_admin, satker=satker, email=user.email.upper(), name="Ani")
        messages.add(str(refused.value.envelope()))
    assert len(messages) == 1
    log = RecruitLookup.objects.using("direct")
    assert set(log.values_list("outcome", flat=True)) == {"email_taken"}
    settings.RECRUIT_LOOKUPS_PER_HOUR = 3
    with pytest.raises(TooManyRequests):
        user_create(actor=satker_admin, satker=satker, email="baru@uji.example", name="Ani")


def test_the_first_super_admin_needs_nobody_and_the_next_needs_one(db: None) -> None:
    first = super_admin_create(actor=None, email="BOS@uji.example", name="Bos", password=STRONG)
    assert (first.is_superuser, first.is_staff, first.satker, first.email) == (
        True, True, None, "bos@uji.example",
    )  # fmt: skip
    second = {"email": "dua@uji.example", "name": "Dua", "password": STRONG}
    with pytest.raises(NotAllowed):
        super_admin_create(actor=None, **second)
    with pytest.raises(NotAllowed):
        super_admin_create(actor=factories.person(factories.office()), **second)
    assert super_admin_create(actor=first, **second).is_superuser
    with pytest.raises(EmailTaken):
        super_admin_create(actor=first, **second)


def test_deactivating_ends_access_at_once_and_can_be_undone(
    api: Any, satker: Any, satker_admin: Any, enumerator: Any
) -> None:
    client = api(enumerator)
    assert client.get("/api/v1/me/").status_code == 200
    for _twice in range(2):
        user_deactivate(actor=satker_admin, satker=satker, user=enumerator)
    assert client.get("/api/v1/me/").status_code == 401
    assert not DeviceToken.objects.filter(user=enumerator).exists()
    user_activate(actor=satker_admin, satker=satker, user=enumerator)
    assert api(enumerator).get("/api/v1/me/").json()["roles"][0]["role"] == "PPL"


def test_people_are_deactivated_by_their_own_offices_admin(
    satker: Any, satker_admin: Any, kegiatan_admin: Any, enumerator: Any, other_satker: Any
) -> None:
    stranger = factories.person(other_satker)
    cases: list[tuple[User, Satker, User, type[Exception]]] = [
        (kegiatan_admin, satker, enumerator, NotAllowed),
        (satker_admin, satker, stranger, NotFound),
        (satker_admin, other_satker, stranger, NotFound),
        (satker_admin, satker, satker_admin, NotAllowed),
    ]
    for actor, office, user, refusal in cases:
        with pytest.raises(refusal):
            user_deactivate(actor=actor, satker=office, user=user)
        user.refresh_from_db()
        assert user.is_active


def test_leaving_the_office_takes_its_roles_and_keeps_the_tokens(
    api: Any, satker: Any, satker_admin: Any, enumerator: Any, other_satker: Any
) -> None:
    factories.satker_role(enumerator, satker, "admin_satker")
    client = api(enumerator)
    with pytest.raises(NotAllowed):
        user_unassign_satker(actor=factories.person(satker), satker=satker, user=enumerator)
    with pytest.raises(NotFound):
        user_unassign_satker(actor=satker_admin, satker=other_satker, user=enumerator)
    user_unassign_satker(actor=satker_admin, satker=satker, user=enumerator)
    assert satker_roles(enumerator.pk, satker.pk) == frozenset()
    me = client.get("/api/v1/me/").json()
    assert (me["satker"], me["roles"]) == (None, [])
    with pytest.raises(NotFound):
        user_unassign_satker(actor=satker_admin, satker=satker, user=enumerator)
