"""One count of wrong passwords and codes, whatever the door."""

from typing import Any

import pytest
from django.test import Client

from satker.models import SignInAttempt, User
from tests import factories
from tests.satker.second_factor import WRONG, code, switch_on

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
BAD = "salah-salah-salah"
TOKEN = "/api/v1/auth/token/"


@pytest.fixture
def user(satker_admin: User) -> User:
    return satker_admin


def page(user: User, password: str) -> int:
    """Try the sign-in page; 302 is in."""
    body = {"login": user.email, "password": password}
    return int(Client().post("/account/login/", body).status_code)


def office(user: User, password: str) -> int:
    """Try the sign-in page of the office; 302 is in."""
    body = {"username": user.email, "password": password}
    return int(Client().post("/satker/6104/admin/login/", body).status_code)


def global_admin(user: User, password: str) -> int:
    """Try the sign-in page of the global admin."""
    body = {"username": user.email, "password": password}
    return int(Client().post("/admin/login/", body).status_code)


def browser_api(user: User, password: str) -> int:
    """Try the browser API; 200 is in."""
    return int(_browser_login(Client(), user, password).status_code)


def _browser_login(client: Client, user: User, password: str) -> Any:
    return client.post(
        "/_allauth/browser/v1/auth/login",
        {"email": user.email, "password": password},
        content_type="application/json",
    )


def token(user: User, password: str) -> int:
    """Try the token of the API; 200 is in."""
    body = {"email": user.email, "password": password}
    return int(Client().post(TOKEN, body, content_type="application/json").status_code)


DOORS = [page, office, global_admin, browser_api, token]
IN = {page: 302, office: 302, global_admin: 302, browser_api: 200, token: 200}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_every_door_opens_for_the_right_password_and_counts_nothing(user: User, door: Any) -> None:
    assert door(user, factories.PASSWORD) == IN[door]
    assert not SignInAttempt.objects.filter(key__contains=user.email).exists()


def test_five_wrong_passwords_over_five_doors_close_all_of_them(user: User) -> None:
    for door in DOORS:
        assert door(user, BAD) in (200, 400, 401), door
    assert SignInAttempt.objects.get(key__startswith="pair:").n == 5
    for door in DOORS:
        assert door(user, factories.PASSWORD) in (400, 429), "also with the right password"
    assert page(user, factories.PASSWORD) == 429
    assert office(user, factories.PASSWORD) == 429
    assert token(user, factories.PASSWORD) == 429


def test_the_page_says_how_long_to_wait(user: User) -> None:
    for _ in range(5):
        page(user, BAD)
    answer = Client().post("/account/login/", {"login": user.email, "password": BAD})
    assert 800 < int(answer["Retry-After"]) <= 900
    assert "Coba lagi dalam 15 menit" in answer.content.decode()


def test_the_browser_api_says_so_too(user: User) -> None:
    for _ in range(5):
        token(user, BAD)
    answer = _browser_login(Client(), user, factories.PASSWORD)
    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == ["too_many_requests"]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_the_inactive_stay_out(user: User, door: Any) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert door(user, factories.PASSWORD) in (200, 400, 401)
    assert door(user, factories.PASSWORD) != IN[door] or door is page or door is office


def test_the_inactive_and_unknown_are_told_the_same(user: User) -> None:
    answers = []
    for email in (user.email, "tidak.ada@uji.example"):
        User.objects.filter(pk=user.pk).update(is_active=False)
        client = Client()
        answer = client.post("/account/login/", {"login": email, "password": factories.PASSWORD})
        assert "_auth_user_id" not in client.session
        answers.append((answer.status_code, "Email" in answer.content.decode()))
    assert answers[0] == answers[1] == (200, True)


def test_a_session_ends_when_its_person_is_deactivated(user: User) -> None:
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    assert client.get("/account/sessions/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/account/sessions/").status_code == 302


def test_the_current_password_on_the_change_page_is_counted(user: User) -> None:
    client = Client()
    client.force_login(user)
    body = {"oldpassword": BAD, "password1": "kata-sandi-baru-7", "password2": "kata-sandi-baru-7"}
    for _ in range(5):
        assert client.post("/account/password/change/", body).status_code == 200
    body["oldpassword"] = factories.PASSWORD
    answer = client.post("/account/password/change/", body)
    user.refresh_from_db()
    assert user.check_password(factories.PASSWORD)
    assert "Terlalu banyak percobaan masuk" in answer.content.decode()
    assert token(user, factories.PASSWORD) == 429


def test_wrong_codes_are_counted_over_all_doors_and_per_person(user: User) -> None:
    switch_on(user)
    client, app = Client(), Client()
    client.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    _browser_login(app, user, factories.PASSWORD)
    office_door = Client()
    office_door.post(
        "/satker/6104/admin/login/", {"username": user.email, "password": factories.PASSWORD}
    )
    for browser in (client, office_door, client):
        answer = browser.post("/account/2fa/authenticate/", {"code": WRONG})
        assert answer.status_code == 200
    wrong = {"email": user.email, "password": factories.PASSWORD, "otp": WRONG}
    answer = app.post(
        "/_allauth/browser/v1/auth/2fa/authenticate", {"code": WRONG}, "application/json"
    )
    assert answer.status_code == 400
    assert Client().post(TOKEN, wrong, "application/json").json()["code"] == "otp_wrong"
    assert SignInAttempt.objects.get(key=f"otp:{user.pk}").n == 5
    right = wrong | {"otp": code()}
    assert Client().post(TOKEN, right, "application/json").json()["code"] == "too_many_requests"
    client.post("/account/2fa/authenticate/", {"code": code()})
    app.post("/_allauth/browser/v1/auth/2fa/authenticate", {"code": code()}, "application/json")
    for browser in (client, app, office_door):
        assert "_auth_user_id" not in browser.session


def test_a_right_code_clears_the_count(user: User) -> None:
    switch_on(user)
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    for _ in range(3):
        client.post("/account/2fa/authenticate/", {"code": WRONG})
    assert client.post("/account/2fa/authenticate/", {"code": code()})["Location"] == "/home/"
    assert not SignInAttempt.objects.filter(key=f"otp:{user.pk}").exists()


def test_a_training_room_signs_in_from_one_address(satker: Any) -> None:
    people = [factories.person(satker) for _ in range(40)]
    assert {page(person, factories.PASSWORD) for person in people} == {302}
