"""Sign-in with email and password, bearer tokens, and who is signed in."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from satker.api.client_address import client_address
from satker.models import DeviceToken, User
from satker.services.sign_in import token_user
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
URL = "/api/v1/auth/token/"


def sign_in(client: Any, user: User, **fields: Any) -> Any:
    """Send a sign-in; the right one unless told otherwise."""
    body = {"email": user.email, "password": factories.PASSWORD, "device_name": "Redmi 9A"}
    return client.post(URL, body | fields, format="json")


def test_signing_in_gives_a_token_that_works(api: Any, satker: Any) -> None:
    user = factories.person(satker, name="Siti")
    answer = sign_in(api(), user)
    assert answer.status_code == 200
    body = answer.json()
    assert body["user"] == {
        "id": str(user.pk),
        "name": "Siti",
        "email": user.email,
        "avatar": None,
        "satker": {"id": str(satker.pk), "code": "6104", "name": satker.name},
        "is_super_admin": False,
    }
    assert answer["Cache-Control"] == "no-store"
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['token']}")
    assert client.get("/api/v1/me/").json()["id"] == str(user.pk)


def test_a_token_lasts_as_configured_and_only_its_digest_is_stored(
    api: Any, satker: Any, settings: Any
) -> None:
    user = factories.person(satker)
    token = sign_in(api(), user).json()["token"]
    device = DeviceToken.objects.get(user=user)
    lasts = device.expiry - timezone.now()
    assert timedelta(days=119) < lasts <= timedelta(days=settings.TOKEN_TTL_DAYS)
    assert device.device_name == "Redmi 9A"
    assert token not in (device.digest, device.token_key)


def test_the_email_is_taken_in_any_case_and_with_spaces(api: Any, satker: Any) -> None:
    user = factories.person(satker, email="siti@uji.example")
    assert sign_in(api(), user, email="  Siti@UJI.example ").status_code == 200


@pytest.mark.parametrize("case", ["unknown", "wrong", "inactive", "google only", "not an email"])
def test_every_refused_sign_in_answers_alike(api: Any, satker: Any, case: str) -> None:
    user = factories.person(satker, is_active=case != "inactive")
    fields: dict[str, Any] = {}
    if case == "unknown":
        fields["email"] = "siapa@uji.example"
    elif case == "not an email":
        fields["email"] = "siapa"
    elif case == "wrong":
        fields["password"] = "bukan-itu-juga"
    elif case == "google only":
        user.set_unusable_password()
        user.save()
    answer = sign_in(api(), user, **fields)
    assert answer.status_code == 401
    assert answer.json()["code"] == "wrong_credentials"
    assert answer.json()["details"] == {}
    assert not DeviceToken.objects.exists()


@pytest.mark.parametrize("known", [True, False])
def test_an_unknown_email_costs_as_many_hashes_as_a_known_one(
    api: Any, satker: Any, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    user = factories.person(satker)
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    email = user.email if known else "siapa@uji.example"
    assert sign_in(api(), user, email=email, password="tebakan-saya").status_code == 401
    assert hashed == ["tebakan-saya"]


def test_passwords_are_hashed_with_argon2(settings: Any, satker: Any) -> None:
    from cerdas.settings import base

    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    user = factories.person(satker)
    user.set_password("kata-sandi-lain")
    assert identify_hasher(user.password).algorithm == "argon2"
    assert user.check_password("kata-sandi-lain")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "a@uji.example"},
        {"email": "a@uji.example", "password": ["x"]},
        {"email": "a\x00@uji.example", "password": "x"},
        {"email": "a@uji.example", "password": "x\x00"},
        {"email": "a" * 300, "password": "x"},
        {"email": "a@uji.example", "password": "x" * 2000},
        [],
        "teks",
    ],
)
def test_a_malformed_sign_in_is_400(api: Any, body: Any) -> None:
    answer = api().post(URL, body, format="json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_signing_out_ends_this_device_only(api: Any, satker: Any) -> None:
    user = factories.person(satker)
    here, there = api(user), api(user)
    assert here.delete(URL).status_code == 204
    assert here.get("/api/v1/me/").status_code == 401
    assert there.get("/api/v1/me/").status_code == 200


def test_signing_out_without_being_signed_in_is_401(api: Any) -> None:
    assert api().delete(URL).status_code == 401


def test_without_credentials_the_answer_is_401(api: Any) -> None:
    answer = api().get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "é" * 64, "0" * 63 + "\x00", "a" * 5000])
def test_a_token_that_is_none_of_ours_counts_for_nobody(satker: Any, token: str) -> None:
    factories.token(factories.person(satker))
    assert token_user(token) is None


def test_a_token_whose_beginning_is_right_counts_for_nobody(satker: Any) -> None:
    token = factories.token(factories.person(satker))
    assert token_user(token[:40] + "0" * 24) is None


def test_expired_tokens_and_inactive_people_are_signed_out(api: Any, satker: Any) -> None:
    user = factories.person(satker)
    client = api(user)
    DeviceToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/me/").status_code == 401
    DeviceToken.objects.update(expiry=timezone.now() + timedelta(days=1))
    assert client.get("/api/v1/me/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/api/v1/me/").status_code == 401


def test_a_token_is_found_in_one_query_with_its_office(
    satker: Any, django_assert_num_queries: Any
) -> None:
    token = factories.token(factories.person(satker))
    with django_assert_num_queries(1):
        found = token_user(token)
        assert found is not None
        assert found[0].satker == satker


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_the_last_visit_is_written_at_most_once_an_hour() -> None:
    user = factories.person(factories.office())
    token = factories.token(user)
    token_user(token)
    first = DeviceToken.objects.get().last_seen_at
    assert first is not None
    token_user(token)
    assert DeviceToken.objects.get().last_seen_at == first
    DeviceToken.objects.update(last_seen_at=first - timedelta(minutes=61))
    token_user(token)
    assert DeviceToken.objects.get().last_seen_at > first


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "198.51.100.1"),
        (1, "", "198.51.100.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "bukan alamat", "unknown"),
    ],
)
def test_the_client_address_is_what_our_proxies_wrote(
    rf: Any, settings: Any, proxies: int, forwarded: str, expected: str
) -> None:
    settings.NUM_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == expected


def test_me_shows_every_role_with_its_office_and_activity(
    api: Any, satker: Any, kegiatan: Any, supervisor: Any, other_satker: Any
) -> None:
    second = factories.kegiatan([satker], name="AAA")
    factories.member(supervisor, second, satker, "PPL", "admin_kegiatan")
    factories.satker_role(supervisor, satker, "admin_satker")
    me = api(supervisor).get("/api/v1/me/").json()
    office = {"id": str(satker.pk), "code": "6104", "name": satker.name}
    assert me["satker"] == office
    here = str(satker.pk)
    assert [(r["role"], r["satker"], r["kegiatan"]) for r in me["roles"]] == [
        ("admin_satker", here, None),
        ("PPL", here, str(second.pk)),
        ("admin_kegiatan", here, str(second.pk)),
        ("PML", here, str(kegiatan.pk)),
    ]
    assert me["is_super_admin"] is False
    assert me["server_time"].endswith("Z")


def test_me_of_a_floating_person_and_of_super_admin_has_no_office(
    api: Any, super_admin: Any
) -> None:
    floating = api(factories.person(None)).get("/api/v1/me/").json()
    assert (floating["satker"], floating["roles"], floating["is_super_admin"]) == (None, [], False)
    boss = api(super_admin).get("/api/v1/me/").json()
    assert (boss["satker"], boss["roles"], boss["is_super_admin"]) == (None, [], True)


def test_me_shows_no_role_of_an_office_that_was_left(api: Any, satker: Any, kegiatan: Any) -> None:
    user = factories.person(satker)
    factories.member(user, kegiatan, satker, "PML")
    factories.satker_role(user, satker, "admin_satker")
    client = api(user)
    assert len(client.get("/api/v1/me/").json()["roles"]) == 2
    User.objects.filter(pk=user.pk).update(satker=None)
    assert client.get("/api/v1/me/").json()["roles"] == []


def _me_queries(client: Any, captured: CaptureQueriesContext) -> int:
    with captured:
        assert client.get("/api/v1/me/").status_code == 200
    statements = [q["sql"] for q in captured.captured_queries]
    return sum("SAVEPOINT" not in s and "set_config" not in s for s in statements)


def test_me_costs_three_queries_however_many_roles(api: Any, satker: Any) -> None:
    from django.db import connection

    user = factories.person(satker)
    client = api(user)
    counts = []
    for _round in range(2):
        for _n in range(5):
            factories.member(user, factories.kegiatan([satker]), satker, "PPL", "PML")
        counts.append(_me_queries(client, CaptureQueriesContext(connection)))
    assert counts == [3, 3]  # token with person and office; roles in the office; in activities
