"""The second factor: setting it up, signing in with it, and who must have it."""

import io
import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from cerdas.errors import NotAllowed
from satker.models import User
from satker.services.second_factor import second_factor_active, second_factor_remove
from tests import factories
from tests.satker.second_factor import SECRET, WRONG, code, switch_on

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
ACTIVATE = "/account/2fa/totp/activate/"
TOKEN = "/api/v1/auth/token/"
OFFICE = "/satker/6104/admin/"


def by_password(user: User, path: str = "/account/login/") -> tuple[Client, Any]:
    """Sign in with the password alone; return the browser and the answer."""
    client = Client()
    field = "login" if path == "/account/login/" else "username"
    return client, client.post(path, {field: user.email, "password": factories.PASSWORD})


def is_in(client: Client) -> bool:
    """Return True when the session has a person."""
    return "_auth_user_id" in client.session


def set_up(client: Client, query: str = "") -> Any:
    """Set up an app in a signed-in browser; return the answer."""
    page = client.get(ACTIVATE + query).content.decode()
    found = re.search(r'id="authenticator_secret"[^>]*>(\w+)<', page)
    assert found is not None, page
    return client.post(ACTIVATE + query, {"code": code(found[1])})


def test_setting_up_ends_with_recovery_codes(satker_admin: User) -> None:
    client, _answer = by_password(satker_admin)
    assert set_up(client)["Location"] == "/account/2fa/recovery-codes/"
    page = client.get("/account/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r"<li>\d{8}</li>", page)) == 10
    assert second_factor_active(satker_admin)


def test_the_secret_is_not_in_the_database_in_clear(satker_admin: User) -> None:
    switch_on(satker_admin)
    stored = Authenticator.objects.values_list("data", flat=True)
    assert SECRET not in str(list(stored))


def test_a_wrong_code_sets_nothing_up(satker_admin: User) -> None:
    client, _answer = by_password(satker_admin)
    client.get(ACTIVATE)
    assert "Kodenya tidak benar" in client.post(ACTIVATE, {"code": WRONG}).content.decode()
    assert not second_factor_active(satker_admin)


def test_who_signed_in_long_ago_is_asked_for_the_password_before(satker_admin: User) -> None:
    client = Client()
    client.force_login(satker_admin)
    assert client.get(ACTIVATE)["Location"] == f"/account/reauthenticate/?next={ACTIVATE}".replace(
        "/account/2fa/totp/activate/", "%2Faccount%2F2fa%2Ftotp%2Factivate%2F"
    )
    answer = client.post(
        f"/account/reauthenticate/?next={ACTIVATE}", {"password": factories.PASSWORD}
    )
    assert answer["Location"] == ACTIVATE
    assert client.get(ACTIVATE).status_code == 200


@pytest.mark.parametrize("door", ["/account/login/", OFFICE + "login/", "/admin/login/"])
def test_the_password_alone_lets_nobody_in(satker_admin: User, door: str) -> None:
    recovery = switch_on(satker_admin)
    client, answer = by_password(satker_admin, door)
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert not is_in(client)
    assert client.get(OFFICE)["Location"].startswith(f"{OFFICE}login/")
    client.post("/account/2fa/authenticate/", {"code": WRONG})
    assert not is_in(client)
    answer = client.post("/account/2fa/authenticate/", {"code": recovery[0]})
    assert is_in(client)
    expected = {OFFICE + "login/": OFFICE, "/admin/login/": "/admin/", "/account/login/": "/home/"}
    assert answer["Location"] == expected[door]


def test_a_code_and_a_recovery_code_count_once(satker_admin: User) -> None:
    recovery = switch_on(satker_admin)
    now = code()
    for given in (now, recovery[3]):
        first, _answer = by_password(satker_admin)
        first.post("/account/2fa/authenticate/", {"code": given})
        assert is_in(first)
        second, _answer = by_password(satker_admin)
        second.post("/account/2fa/authenticate/", {"code": given})
        assert not is_in(second)


def test_the_browser_api_asks_for_the_code(satker_admin: User) -> None:
    switch_on(satker_admin)
    client = Client()
    body = {"email": satker_admin.email, "password": factories.PASSWORD}
    answer = client.post("/_allauth/browser/v1/auth/login", body, "application/json")
    assert answer.status_code == 401
    pending = [f["id"] for f in answer.json()["data"]["flows"] if f.get("is_pending")]
    assert pending == ["mfa_authenticate"]
    answer = client.post(
        "/_allauth/browser/v1/auth/2fa/authenticate", {"code": code()}, "application/json"
    )
    assert answer.status_code == 200
    assert is_in(client)


@pytest.mark.parametrize(
    ("otp", "status", "refusal"),
    [(None, 401, "otp_required"), ("", 401, "otp_required"), (WRONG, 401, "otp_wrong")],
)
def test_the_api_token_needs_the_code(
    satker_admin: User, otp: str | None, status: int, refusal: str
) -> None:
    switch_on(satker_admin)
    body = {"email": satker_admin.email, "password": factories.PASSWORD}
    answer = Client().post(
        TOKEN, body | ({"otp": otp} if otp is not None else {}), "application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (status, refusal)
    answer = Client().post(TOKEN, body | {"otp": code()}, "application/json")
    assert answer.status_code == 200
    assert len(answer.json()["token"]) == 64


def test_a_wrong_password_never_asks_for_the_code(satker_admin: User) -> None:
    switch_on(satker_admin)
    body = {"email": satker_admin.email, "password": "salah-salah", "otp": code()}
    answer = Client().post(TOKEN, body, "application/json")
    assert answer.json()["code"] == "wrong_credentials"


def test_people_without_second_factor_need_no_code(enumerator: User) -> None:
    body = {"email": enumerator.email, "password": factories.PASSWORD}
    for extra in ({}, {"otp": ""}, {"otp": "123456"}):
        assert Client().post(TOKEN, body | extra, "application/json").status_code == 200


@pytest.mark.parametrize("role", ["satker_admin", "kegiatan_admin", "super_admin"])
def test_admins_are_led_to_set_it_up_where_it_is_required(
    role: str, request: pytest.FixtureRequest, settings: Any, satker: Any
) -> None:
    user = request.getfixturevalue(role)
    place = "/admin/" if role == "super_admin" else OFFICE
    client, _answer = by_password(user)
    assert client.get(place).status_code == 200, "not required: in at once"
    settings.MFA_REQUIRED_FOR_ADMINS = True
    answer = client.get(place)
    assert answer.status_code == 302
    assert answer["Location"].startswith(ACTIVATE)
    assert client.post(place).status_code == 302
    set_up(client, answer["Location"].removeprefix(ACTIVATE))
    assert client.get(place).status_code == 200


def test_a_bearer_token_is_no_way_around_it(satker_admin: User, settings: Any, api: Any) -> None:
    for required in (True, False):
        settings.MFA_REQUIRED_FOR_ADMINS = required
        answer = api(satker_admin).get(OFFICE)
        assert (answer.status_code, "/login/" in answer["Location"]) == (302, True)


def test_people_of_the_field_are_not_asked(enumerator: User, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR_ADMINS = True
    client, answer = by_password(enumerator)
    assert answer["Location"] == "/home/"
    assert client.get("/home/").status_code == 200
    assert client.get(OFFICE).status_code == 403, "no admin: told so, not led to a set-up"


def test_switching_off_asks_first_and_takes_the_recovery_codes(satker_admin: User) -> None:
    switch_on(satker_admin)
    client, _answer = by_password(satker_admin)
    client.post("/account/2fa/authenticate/", {"code": code()})
    assert client.post("/account/2fa/totp/deactivate/")["Location"] == "/account/2fa/"
    assert not Authenticator.objects.exists()


def test_only_super_admin_removes_it_from_somebody(
    satker_admin: User, enumerator: User, super_admin: User
) -> None:
    switch_on(enumerator)
    with pytest.raises(NotAllowed):
        second_factor_remove(actor=satker_admin, user=enumerator)
    assert second_factor_active(enumerator)
    second_factor_remove(actor=super_admin, user=enumerator)
    assert not Authenticator.objects.exists()


def test_the_command_removes_it_for_super_admin_only(
    satker_admin: User, enumerator: User, super_admin: User
) -> None:
    switch_on(enumerator)
    with pytest.raises(CommandError):
        call_command("remove_second_factor", enumerator.email, actor=satker_admin.email)
    assert second_factor_active(enumerator)
    out = io.StringIO()
    call_command(
        "remove_second_factor", enumerator.email, "--json", actor=super_admin.email, stdout=out
    )
    assert json.loads(out.getvalue())["removed"] is True
    assert not second_factor_active(enumerator)
