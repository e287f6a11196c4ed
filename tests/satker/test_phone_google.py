"""Signing in with Google on the phone: out of the app, over the pages of a browser, and back.

Source: docs/sync.md, "Signing in".
"""

import secrets
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests
from django.core import signing
from django.test import Client

from satker.models import DeviceToken, SignInAttempt, User
from satker.services import phone_sign_in
from satker.services.phone_sign_in import phone_challenge, phone_code_make
from tests import factories
from tests.satker import second_factor
from tests.satker.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from tests.satker.second_factor import switch_on
from tests.satker.test_google import SITI, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
START, DONE, EXCHANGE = "/account/phone/", "/account/phone/done/", "/api/v1/auth/google/"


@pytest.fixture
def google(settings: Any) -> Iterator[OpenIdProvider]:
    """A provider that this installation is a client of."""
    provider = OpenIdProvider(person=dict(SITI)).start()
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.GOOGLE_ISSUER = provider.issuer
    yield provider
    provider.stop()


@pytest.fixture
def verifier() -> str:
    """The secret of a phone."""
    return secrets.token_urlsafe(32)


def begin(browser: Client, verifier: str) -> Any:
    """Open the door as the app does."""
    return browser.get(
        START, {"challenge": phone_challenge(verifier)}, headers={"Sec-Fetch-Site": "same-origin"}
    )


def at_google(browser: Client, sent: Any) -> Any:
    """Go to the provider and back; return our answer."""
    returned = requests.get(sent["Location"], allow_redirects=False, timeout=5)
    parts = urlsplit(returned.headers["Location"])
    return browser.get(parts.path, dict(parse_qsl(parts.query)))


def said_to_the_app(answer: Any) -> dict[str, str]:
    """Return what stands behind the # of the way back into the app."""
    assert answer.status_code == 302, answer.content.decode()
    parts = urlsplit(answer["Location"])
    assert (parts.path, parts.query) == ("/app/sign-in", "")
    return {name: values[0] for name, values in parse_qs(parts.fragment).items()}


def code_of(browser: Client, verifier: str) -> str:
    """Go the whole way; return the code that the app gets."""
    answer = at_google(browser, begin(browser, verifier))
    assert answer["Location"] == DONE
    return said_to_the_app(browser.get(DONE))["google_code"]


def test_google_asks_which_account_is_meant(google: OpenIdProvider, verifier: str) -> None:
    asked = parse_qs(urlsplit(begin(Client(), verifier)["Location"]).query)
    assert asked["prompt"] == ["select_account"]


def exchange(code: str, verifier: str, **more: Any) -> Any:
    """Ask for the token as the app does."""
    body = {"code": code, "verifier": verifier, **more}
    return Client().post(EXCHANGE, body, content_type="application/json")


def test_an_unknown_google_account_becomes_a_floating_person_with_a_token(
    google: OpenIdProvider, verifier: str
) -> None:
    browser = Client()
    answer = exchange(code_of(browser, verifier), verifier, device_name="HP Siti")
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    said = answer.json()
    assert (said["user"]["email"], said["user"]["satker"]) == ("siti@uji.example", None)
    me = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {said['token']}"})
    assert me.json()["id"] == str(User.objects.get().pk)
    assert DeviceToken.objects.get().device_name == "HP Siti"


def test_a_verified_email_links_and_the_next_time_signs_in(
    google: OpenIdProvider, verifier: str, satker: Any
) -> None:
    user = factories.person(satker, email="siti@uji.example")
    for _time in ("links", "is linked"):
        answer = exchange(code_of(Client(), verifier), verifier)
        assert answer.json()["user"]["id"] == str(user.pk)
        assert answer.json()["user"]["satker"]["code"] == satker.code
        verifier = secrets.token_urlsafe(32)
    assert User.objects.get(pk=user.pk).google_id == "1001"


def test_the_browser_keeps_no_session(google: OpenIdProvider, verifier: str, satker: Any) -> None:
    browser = Client()
    browser.force_login(factories.person(satker))
    begin(browser, verifier)
    assert signed_in(browser) is None
    code_of(browser, verifier)
    assert signed_in(browser) is None


def test_a_code_counts_once(google: OpenIdProvider, verifier: str) -> None:
    code = code_of(Client(), verifier)
    assert exchange(code, verifier).status_code == 200
    again = exchange(code, verifier)
    assert (again.status_code, again.json()["code"]) == (401, "sign_in_code_invalid")
    assert DeviceToken.objects.count() == 1


def test_a_code_is_worthless_without_the_secret_of_its_phone(
    google: OpenIdProvider, verifier: str
) -> None:
    code = code_of(Client(), verifier)
    stolen = exchange(code, secrets.token_urlsafe(32))
    assert (stolen.status_code, stolen.json()["code"]) == (401, "sign_in_code_invalid")
    late = exchange(code, verifier)
    assert late.status_code == 401, "whoever tried it used it up"
    assert not DeviceToken.objects.exists()


def test_a_code_is_short_lived(verifier: str, satker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    user = factories.person(satker)
    code = phone_code_make(user=user, challenge=phone_challenge(verifier))
    later = time.time() + phone_sign_in.CODE_SECONDS + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert exchange(code, verifier).json()["code"] == "sign_in_code_invalid"
    monkeypatch.undo()
    assert exchange(code, verifier).status_code == 200


def test_the_use_of_a_code_is_remembered_longer_than_it_lives(settings: Any) -> None:
    assert settings.SIGN_IN_WINDOW_SECONDS > phone_sign_in.CODE_SECONDS


@pytest.mark.parametrize("code", ["x", "a:b:c", "A" * 500])
def test_what_this_server_did_not_sign_is_refused_and_not_counted(code: str, verifier: str) -> None:
    answer = exchange(code, verifier)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_code_invalid")
    assert not SignInAttempt.objects.filter(key__startswith="code:").exists()


def test_something_signed_for_another_purpose_is_no_code(verifier: str, satker: Any) -> None:
    said = {"user": str(factories.person(satker).pk), "challenge": phone_challenge(verifier)}
    assert exchange(signing.dumps(said, salt="other"), verifier).status_code == 401


def test_who_was_closed_meanwhile_gets_no_token(verifier: str, satker: Any) -> None:
    user = factories.person(satker)
    code = phone_code_make(user=user, challenge=phone_challenge(verifier))
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert exchange(code, verifier).json()["code"] == "sign_in_code_invalid"
    assert not DeviceToken.objects.exists()


def test_the_exchange_is_throttled(settings: Any, verifier: str) -> None:
    settings.SIGN_IN_RATE_PER_ADDRESS_PER_MINUTE = 3
    answers = [exchange("x", verifier) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize(
    "body",
    [{}, {"code": "x"}, {"code": "x", "verifier": "short"}, {"code": "ü", "verifier": "x" * 43}],
)
def test_a_wrong_body_is_refused(body: dict[str, str]) -> None:
    answer = Client().post(EXCHANGE, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_the_second_factor_is_asked_on_the_way(
    google: OpenIdProvider, verifier: str, satker: Any
) -> None:
    user = factories.person(satker, email="siti@uji.example")
    switch_on(user)
    browser = Client()
    answer = at_google(browser, begin(browser, verifier))
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert said_to_the_app(browser.get(DONE)) == {"google": "expired"}, "not signed in yet"

    browser = Client()
    at_google(browser, begin(browser, verifier))
    answer = browser.post("/account/2fa/authenticate/", {"code": second_factor.code()})
    assert answer["Location"] == DONE
    code = said_to_the_app(browser.get(DONE))["google_code"]
    assert exchange(code, verifier).json()["user"]["id"] == str(user.pk)


def test_a_session_from_before_is_not_taken_for_a_sign_in(
    google: OpenIdProvider, verifier: str, satker: Any
) -> None:
    user = factories.person(satker)
    browser = Client()
    browser.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    assert said_to_the_app(browser.get(DONE)) == {"google": "expired"}
    begin(browser, verifier)
    browser.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    assert said_to_the_app(browser.get(DONE)) == {"google": "expired"}, "that was a password"


def test_an_attempt_does_not_wait_for_ever(
    google: OpenIdProvider, verifier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client()
    at_google(browser, begin(browser, verifier))
    monkeypatch.setattr("satker.phone_attempt.ATTEMPT_SECONDS", -1)
    assert said_to_the_app(browser.get(DONE)) == {"google": "expired"}


def refused(browser: Client, verifier: str) -> dict[str, str]:
    """Try, and return what the app is told."""
    said = said_to_the_app(at_google(browser, begin(browser, verifier)))
    assert signed_in(browser) is None
    return said


def test_each_refusal_leads_back_into_the_app_with_its_reason(
    google: OpenIdProvider, verifier: str, satker: Any
) -> None:
    google.person = SITI | {"email_verified": False}
    assert refused(Client(), verifier) == {"google": "email_not_verified"}
    google.person = None
    assert refused(Client(), verifier) == {"google": "cancelled"}
    google.person, google.overrides = dict(SITI), {"aud": "other-client"}
    assert refused(Client(), verifier) == {"google": "failed"}
    google.overrides = {}
    user = factories.person(satker, email="siti@uji.example", is_active=False)
    assert refused(Client(), verifier) == {"google": "inactive"}
    User.objects.filter(pk=user.pk).update(is_active=True)
    code_of(Client(), verifier)
    google.person = SITI | {"sub": "2002"}
    assert refused(Client(), verifier) == {"google": "linked_to_another"}
    google.person = dict(SITI)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert refused(Client(), verifier) == {"google": "inactive"}


def test_the_office_still_gets_its_pages_when_it_is_refused(
    google: OpenIdProvider, verifier: str
) -> None:
    browser = Client()
    begin(browser, verifier)  # left, for the office's own sign-in
    google.person = SITI | {"email_verified": False}
    answer = at_google(browser, browser.post("/account/google/login/"))
    assert answer.status_code == 403
    assert "belum memverifikasi email" in answer.content.decode()


def test_a_provider_that_is_away_is_said_in_the_app(settings: Any, verifier: str) -> None:
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_ISSUER = "x", "http://127.0.0.1:9"
    assert said_to_the_app(begin(Client(), verifier)) == {"google": "unreachable"}


@pytest.mark.parametrize("challenge", ["", "short", "x" * 44, "ü" * 43])
def test_without_a_challenge_nothing_begins(google: OpenIdProvider, challenge: str) -> None:
    answer = Client().get(START, {"challenge": challenge})
    assert said_to_the_app(answer) == {"google": "failed"}
    assert google.asked == []


def test_another_site_cannot_begin_it(google: OpenIdProvider, verifier: str, satker: Any) -> None:
    browser = Client()
    user = factories.person(satker)
    browser.force_login(user)
    for site in ("cross-site", "same-site"):
        answer = browser.get(
            START,
            {"challenge": phone_challenge(verifier)},
            headers={"Sec-Fetch-Site": site},
        )
        assert said_to_the_app(answer) == {"google": "failed"}
    assert signed_in(browser) == str(user.pk), "nobody is signed out by it either"


def test_without_a_client_nothing_is_offered(verifier: str) -> None:
    assert Client().get(EXCHANGE).json() == {"is_offered": False}
    assert begin(Client(raise_request_exception=False), verifier).status_code == 404


def test_with_a_client_the_app_may_show_its_button(google: OpenIdProvider) -> None:
    assert Client().get(EXCHANGE).json() == {"is_offered": True}
