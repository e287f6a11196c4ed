"""The list of browsers and phones, and signing them out."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from satker.browsers import browser_name
from satker.models import DeviceToken, User
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
PAGE = "/account/sessions/"
PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Mobile Safari/537.36"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0"


def sign_in(user: User, agent: str = DESK) -> Client:
    """Sign in with a browser."""
    client = Client(headers={"user-agent": agent})
    client.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    return client


def is_in(client: Client) -> bool:
    """Return True when the browser still gets the page."""
    return int(client.get(PAGE).status_code) == 200


def add_phone(user: User, name: str) -> tuple[DeviceToken, str]:
    """A phone with a token."""
    body = {"email": user.email, "password": factories.PASSWORD, "device_name": name}
    answer = Client().post("/api/v1/auth/token/", body, "application/json")
    return DeviceToken.objects.get(user=user, device_name=name), answer.json()["token"]


def me(token: str) -> int:
    """Ask the API with a token."""
    return int(
        Client().get("/api/v1/me/", headers={"authorization": f"Bearer {token}"}).status_code
    )


def test_browsers_and_phones_are_listed_with_names(enumerator: User, supervisor: User) -> None:
    here = sign_in(enumerator)
    sign_in(enumerator, PHONE)
    add_phone(enumerator, "Samsung A05 Siti")
    sign_in(supervisor)
    add_phone(supervisor, "Punya orang lain")
    page = here.get(PAGE).content.decode()
    assert "Firefox, Windows" in page
    assert "Chrome, Android" in page
    assert "Samsung A05 Siti" in page
    assert "Punya orang lain" not in page
    assert page.count("yang ini") == 1
    assert page.count('value="browser:') == 1, "no button for the browser in use"


def test_the_office_doors_are_listed_too(satker_admin: User) -> None:
    client = Client(headers={"user-agent": DESK})
    body = {"username": satker_admin.email, "password": factories.PASSWORD}
    client.post("/satker/6104/admin/login/", body)
    assert "Firefox, Windows" in client.get(PAGE).content.decode()


def test_one_browser_is_signed_out(enumerator: User) -> None:
    here, there = sign_in(enumerator), sign_in(enumerator, PHONE)
    row = UserSession.objects.get(user_agent=PHONE)
    here.post(PAGE, {"end": f"browser:{row.pk}"})
    assert is_in(here)
    assert not is_in(there)


def test_one_phone_is_signed_out(enumerator: User) -> None:
    here = sign_in(enumerator)
    lost, lost_token = add_phone(enumerator, "Hilang")
    _kept, kept_token = add_phone(enumerator, "Tetap")
    here.post(PAGE, {"end": f"phone:{lost.digest}"})
    assert (me(lost_token), me(kept_token)) == (401, 200)


def test_everything_else_is_signed_out(enumerator: User, supervisor: User) -> None:
    here, there = sign_in(enumerator), sign_in(enumerator, PHONE)
    _device, token = add_phone(enumerator, "Ponsel")
    other, _other_token = sign_in(supervisor), add_phone(supervisor, "Lain")
    here.post(PAGE, {"end": "others"})
    assert is_in(here)
    assert not is_in(there)
    assert me(token) == 401
    assert is_in(other)
    assert DeviceToken.objects.filter(user=supervisor).count() == 1


@pytest.mark.parametrize("end", ["browser", "phone"])
def test_what_belongs_to_others_stays(enumerator: User, supervisor: User, end: str) -> None:
    here, theirs = sign_in(enumerator), sign_in(supervisor, PHONE)
    device, token = add_phone(supervisor, "Lain")
    row = UserSession.objects.get(user=supervisor)
    here.post(PAGE, {"end": f"browser:{row.pk}" if end == "browser" else f"phone:{device.digest}"})
    assert is_in(theirs)
    assert me(token) == 200


@pytest.mark.parametrize("end", ["", "browser:", "browser:x", "browser:-1", "phone:", "all:1", "x"])
def test_nonsense_ends_nothing(enumerator: User, end: str) -> None:
    here, there = sign_in(enumerator), sign_in(enumerator)
    assert here.post(PAGE, {"end": end}).status_code == 302
    assert is_in(here)
    assert is_in(there)


def test_strangers_are_sent_to_the_sign_in() -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(PAGE)
        assert answer["Location"].startswith("/account/login/?next=")


def test_signing_out_takes_the_session_off_the_list(enumerator: User) -> None:
    here, there = sign_in(enumerator), sign_in(enumerator, PHONE)
    there.post("/account/logout/")
    assert "Chrome, Android" not in here.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("agent", "name"),
    [(PHONE, "Chrome, Android"), (DESK, "Firefox, Windows"), ("", ""), ("curl/8.5", "curl")],
)
def test_browsers_have_names_for_people(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def test_signing_in_behind_a_socket_without_an_address_works(enumerator: User) -> None:
    client = Client(REMOTE_ADDR="")
    client.post("/account/login/", {"login": enumerator.email, "password": factories.PASSWORD})
    assert client.get(PAGE).status_code == 200
