"""Signing in with Google, against a provider on loopback. Source: spec, "Sign-in"."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from cerdas.checks import check_google
from satker.models import User
from tests import factories
from tests.satker.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
LOGIN = "/account/google/login/"
SITI = {
    "sub": "1001",
    "email": "Siti@Uji.Example",
    "email_verified": True,
    "name": "Siti Rahma",
    "picture": "https://lh3.example/siti.png",
}


@pytest.fixture
def google(settings: Any) -> Iterator[OpenIdProvider]:
    """A provider that this installation is a client of."""
    provider = OpenIdProvider(person=dict(SITI)).start()
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.GOOGLE_ISSUER = provider.issuer
    yield provider
    provider.stop()


def sign_in(client: Client, query: str = "") -> Any:
    """Go through the provider and back, as a browser does; return our answer."""
    sent = client.post(LOGIN + query)
    assert sent.status_code == 302, sent.content.decode()
    returned = requests.get(sent["Location"], allow_redirects=False, timeout=5)
    parts = urlsplit(returned.headers["Location"])
    assert parts.path == "/account/google/login/callback/"
    return client.get(parts.path, dict(parse_qsl(parts.query)))


def signed_in(client: Client) -> str | None:
    """Return the id of the person of the session."""
    return client.session.get("_auth_user_id")


def test_an_unknown_google_account_makes_a_floating_person(google: OpenIdProvider) -> None:
    client = Client()
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/home/")
    user = User.objects.get()
    assert (user.email, user.name) == ("siti@uji.example", "Siti Rahma")
    assert (user.satker, user.password, user.is_superuser) == (None, None, False)
    assert (user.google_id, user.google_avatar) == ("1001", SITI["picture"])
    assert signed_in(client) == str(user.pk)
    assert "Anda belum menjadi bagian dari satker" in client.get("/home/").content.decode()


def test_a_verified_email_of_an_account_links_and_keeps_its_password(
    google: OpenIdProvider, satker: Any
) -> None:
    user = factories.person(satker, email="siti@uji.example", name="Siti")
    before = user.password
    client = Client()
    assert sign_in(client)["Location"] == "/home/"
    user.refresh_from_db()
    assert signed_in(client) == str(user.pk)
    assert (user.password, user.satker, user.name) == (before, satker, "Siti")
    assert user.google_id == "1001"
    assert User.objects.count() == 1
    assert User.objects.get().check_password(factories.PASSWORD)
    by_password = Client()
    by_password.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    assert signed_in(by_password) == str(user.pk)


def test_a_linked_account_signs_in_whatever_its_email_is_now(google: OpenIdProvider) -> None:
    sign_in(Client())
    google.person = SITI | {"email": "lain@uji.example", "email_verified": False}
    again = Client()
    sign_in(again)
    assert User.objects.count() == 1
    assert signed_in(again) == str(User.objects.get().pk)
    assert User.objects.get().email == "siti@uji.example"


@pytest.mark.parametrize("verified", [False, "false", "true", None, 1])
def test_an_unverified_email_neither_links_nor_makes_an_account(
    google: OpenIdProvider, satker: Any, verified: Any
) -> None:
    user = factories.person(satker, email="siti@uji.example")
    client = Client()
    for person in (SITI, SITI | {"email": "baru@uji.example"}):
        google.person = person | {"email_verified": verified}
        answer = sign_in(client)
        assert answer.status_code == 403
        assert "belum memverifikasi email" in answer.content.decode()
    assert signed_in(client) is None
    assert list(User.objects.all()) == [user]
    assert not SocialAccount.objects.exists()
    user.refresh_from_db()
    assert user.google_id is None


def test_the_inactive_get_in_neither_new_nor_linked(google: OpenIdProvider, satker: Any) -> None:
    user = factories.person(satker, email="siti@uji.example", is_active=False)
    client = Client()
    assert sign_in(client)["Location"] == "/account/inactive/"
    assert signed_in(client) is None
    assert not SocialAccount.objects.exists()
    User.objects.update(is_active=True)
    assert sign_in(Client())["Location"] == "/home/"
    User.objects.update(is_active=False)
    assert sign_in(client)["Location"] == "/account/inactive/"
    assert signed_in(client) is None
    assert User.objects.get().pk == user.pk


def test_a_second_google_account_with_the_same_email_is_refused(google: OpenIdProvider) -> None:
    sign_in(Client())
    google.person = SITI | {"sub": "2002"}
    client = Client()
    answer = sign_in(client)
    assert answer.status_code == 403
    assert "akun Google lain" in answer.content.decode()
    assert signed_in(client) is None
    assert SocialAccount.objects.get().uid == "1001"


def test_the_second_factor_is_asked_after_google_too(google: OpenIdProvider, satker: Any) -> None:
    from tests.satker.second_factor import switch_on

    user = factories.person(satker, email="siti@uji.example")
    switch_on(user)
    client = Client()
    assert sign_in(client)["Location"] == "/account/2fa/authenticate/"
    assert signed_in(client) is None


@pytest.mark.parametrize(
    "wrong",
    [{"aud": "other-client"}, {"iss": "https://evil.example"}, {"exp": 1}],
    ids=["audience", "issuer", "expired"],
)
def test_a_token_for_somebody_else_or_too_old_is_refused(
    google: OpenIdProvider, wrong: dict[str, Any]
) -> None:
    google.overrides = wrong
    client = Client()
    assert "Google tidak dapat memasukkan Anda" in sign_in(client).content.decode()
    assert not User.objects.exists()
    assert signed_in(client) is None


def test_an_answer_that_was_not_asked_for_is_refused(google: OpenIdProvider) -> None:
    asked = Client().post(LOGIN)["Location"]
    returned = requests.get(asked, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(returned)
    victim = Client()
    answer = victim.get(parts.path, dict(parse_qsl(parts.query)))
    assert signed_in(victim) is None
    assert not User.objects.exists()
    assert "Google tidak dapat memasukkan Anda" in answer.content.decode()


def test_stopping_at_google_changes_nothing(google: OpenIdProvider) -> None:
    google.person = None
    client = Client()
    answer = sign_in(client)
    assert answer["Location"] == "/account/google/cancelled/"
    assert "Anda menghentikan" in client.get(answer["Location"]).content.decode()
    assert not User.objects.exists()


def test_a_provider_that_is_away_is_an_error_page_not_a_fault(settings: Any) -> None:
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_ISSUER = "x", "http://127.0.0.1:9"
    answer = Client(raise_request_exception=False).post(LOGIN)
    assert answer.status_code == 502
    assert "Google tidak dapat memasukkan Anda" in answer.content.decode()


def test_without_a_client_there_is_no_button_and_no_door(satker: Any) -> None:
    client = Client(raise_request_exception=False)
    assert "Google" not in client.get("/").content.decode()
    assert "Google" not in client.get("/account/login/").content.decode()
    assert client.post(LOGIN).status_code == 404
    assert client.get("/account/google/login/callback/?code=x&state=y").status_code == 404


def test_with_a_client_both_sign_in_pages_have_the_button(google: OpenIdProvider) -> None:
    for page in ("/", "/account/login/"):
        assert "Masuk dengan Google" in Client().get(page).content.decode()


def test_the_page_asked_for_survives_the_way_over_google(google: OpenIdProvider) -> None:
    assert sign_in(Client(), "?next=/account/sessions/")["Location"] == "/account/sessions/"
    away = sign_in(Client(), "?next=https://evil.example/")["Location"]
    assert away == "/home/"


def test_linking_by_hand_and_unlinking(google: OpenIdProvider, satker: Any) -> None:
    google.person = SITI | {"email": "pribadi@uji.example"}
    user = factories.person(satker, email="siti@uji.example")
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    answer = sign_in(client, "?process=connect")
    assert answer["Location"] == "/account/google/"
    assert "pribadi@uji.example" in client.get("/account/google/").content.decode()
    user.refresh_from_db()
    assert (user.google_id, user.email) == ("1001", "siti@uji.example")
    client.post("/account/google/", {"account": SocialAccount.objects.get().pk})
    user.refresh_from_db()
    assert (user.google_id, user.google_avatar) == (None, None)
    assert not SocialAccount.objects.exists()
    assert user.check_password(factories.PASSWORD)


def test_a_google_account_of_somebody_else_is_not_linked(
    google: OpenIdProvider, satker: Any
) -> None:
    sign_in(Client())
    owner = User.objects.get()
    other = factories.person(satker)
    client = Client()
    client.force_login(other)
    sign_in(client, "?process=connect")
    assert SocialAccount.objects.get().user_id == owner.pk
    other.refresh_from_db()
    assert other.google_id is None


def test_the_only_way_in_is_not_unlinked(google: OpenIdProvider) -> None:
    client = Client()
    sign_in(client)
    answer = client.post("/account/google/", {"account": SocialAccount.objects.get().pk})
    assert answer.status_code == 200
    assert SocialAccount.objects.count() == 1
    assert User.objects.get().google_id == "1001"


def test_nobody_signs_up_with_a_form(google: OpenIdProvider) -> None:
    client = Client(raise_request_exception=False)
    body = {"email": "baru@uji.example", "password1": "kata-sandi-baru-1"}
    for path in ("/account/signup/", "/_allauth/browser/v1/auth/signup", "/account/email/"):
        assert client.post(path, body).status_code == 404
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


def test_no_address_book_of_allauth_is_kept(google: OpenIdProvider) -> None:
    sign_in(Client())
    assert not EmailAddress.objects.exists(), "User.email alone says whose an email is"


def test_half_a_client_and_a_plain_issuer_stop_the_start(settings: Any) -> None:
    def faults() -> list[str]:
        return [str(fault.id) for fault in check_google()]

    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = "x", ""
    assert faults() == ["cerdas.E009"]
    settings.GOOGLE_CLIENT_SECRET = "y"
    assert faults() == []
    settings.GOOGLE_ISSUER = "http://127.0.0.1:9"
    assert faults() == [], "in tests and the demo"
    settings.DEMO_ALLOWED = False
    assert faults() == ["cerdas.E010"]
