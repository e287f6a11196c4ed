"""Signing in on the landing page, and the place that each person is led to."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kegiatan.services.recruiting import recruit
from satker.models import Invitation, InvitationState, User
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
LOGIN = "/account/login/"


def sign_in(user: User, **extra: Any) -> tuple[Client, Any]:
    """Sign in with the form of the landing page; return browser and answer."""
    client = Client()
    body = {"login": user.email, "password": factories.PASSWORD, **extra}
    return client, client.post(LOGIN, body)


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("super_admin", "/admin/"),
        ("satker_admin", "/satker/6104/admin/"),
        ("kegiatan_admin", "/satker/6104/admin/"),
        ("supervisor", None),
        ("enumerator", None),
    ],
)
def test_each_role_is_led_to_its_place(
    role: str, place: str | None, request: pytest.FixtureRequest, satker: Any
) -> None:
    client, answer = sign_in(request.getfixturevalue(role))
    assert answer["Location"] == "/home/"
    home = client.get("/home/")
    if place is not None:
        assert (home.status_code, home["Location"]) == (302, place)
        assert client.get(place).status_code == 200
        assert f'href="{place}"' in client.get("/").content.decode()
    else:
        assert home.status_code == 200
        assert "Cerdas Mobile" in home.content.decode()


def test_people_of_the_field_see_their_activities_only(
    enumerator: User, other_satker: Any, kegiatan: Any
) -> None:
    hidden = factories.kegiatan(satkers=[other_satker], name="Rahasia Lain")
    client, _answer = sign_in(enumerator)
    page = client.get("/home/").content.decode()
    assert kegiatan.name in page
    assert "PPL" in page
    assert hidden.name not in page
    assert other_satker.name not in page


def test_the_app_is_linked_once_it_is_there(
    enumerator: User, settings: Any, tmp_path: Path
) -> None:
    settings.MOBILE_APP_DIR = tmp_path
    client, _answer = sign_in(enumerator)
    pages = ["/home/", "/"]
    assert not any('href="/app/"' in client.get(path).content.decode() for path in pages)
    (tmp_path / "index.html").write_text("<!doctype html>")
    assert all('href="/app/"' in client.get(path).content.decode() for path in pages)
    assert 'href="/app/"' in Client().get("/").content.decode()


def test_an_admin_reaches_the_page_of_the_app_too(kegiatan_admin: User, kegiatan: Any) -> None:
    client, _answer = sign_in(kegiatan_admin)
    assert kegiatan.name in client.get("/mobile/").content.decode()


def test_a_floating_person_accepts_an_invitation(
    satker: Any, satker_admin: User, kegiatan: Any, kegiatan_admin: User
) -> None:
    person = factories.person(None, email="siti@uji.example")
    place = factories.take_part(kegiatan, satker)
    recruit(
        actor=kegiatan_admin, satker=satker, email=person.email, role="PPL", kegiatan_satker=place
    )
    invitation = Invitation.objects.get()
    client, _answer = sign_in(person)
    page = client.get("/home/").content.decode()
    assert satker.name in page
    assert kegiatan.name in page
    answer = client.post(f"/home/invitations/{invitation.pk}/accept/", follow=True)
    assert f"Selamat bergabung di {satker.name}." in answer.content.decode()
    assert kegiatan.name in answer.content.decode()
    person.refresh_from_db()
    assert person.satker == satker


def test_an_invitation_is_declined(satker: Any, satker_admin: User) -> None:
    person = factories.person(None)
    recruit(actor=satker_admin, satker=satker, email=person.email, role="admin_satker")
    invitation = Invitation.objects.get()
    client, _answer = sign_in(person)
    answer = client.post(f"/home/invitations/{invitation.pk}/decline/", follow=True)
    assert "Anda menolak undangan" in answer.content.decode()
    invitation.refresh_from_db()
    person.refresh_from_db()
    assert (invitation.state, person.satker) == (InvitationState.DECLINED, None)


def test_somebody_elses_and_absent_invitations_are_answered_alike(
    satker: Any, satker_admin: User
) -> None:
    recruit(actor=satker_admin, satker=satker, email="lain@uji.example", role="admin_satker")
    theirs = Invitation.objects.get()
    client, _answer = sign_in(factories.person(None))
    pages = []
    for invitation_id in (theirs.pk, "00000000-0000-0000-0000-000000000000"):
        answer = client.post(f"/home/invitations/{invitation_id}/accept/", follow=True)
        pages.append(answer.content.decode().count("Tidak ditemukan"))
        assert satker.name not in answer.content.decode()
    assert pages == [1, 1]
    theirs.refresh_from_db()
    assert theirs.state == InvitationState.WAITING


@pytest.mark.parametrize("path", ["/home/", "/mobile/", "/account/sessions/", "/account/2fa/"])
def test_strangers_are_sent_to_the_sign_in_and_back(path: str, enumerator: User) -> None:
    client = Client()
    sent = client.get(path)
    assert sent["Location"] == f"/account/login/?next={path}"
    page = client.get(sent["Location"]).content.decode()
    assert f'name="next" value="{path}"' in page
    body = {"login": enumerator.email, "password": factories.PASSWORD, "next": path}
    assert client.post(LOGIN, body)["Location"] == path


def test_nobody_is_led_away_from_here(enumerator: User) -> None:
    for away in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        _client, answer = sign_in(enumerator, next=away)
        assert answer["Location"] == "/home/"
    body = {"username": enumerator.email, "password": factories.PASSWORD, "next": "//evil.example"}
    answer = Client().post("/satker/6104/admin/login/", body)
    assert answer["Location"] == "/satker/6104/admin/"


def test_a_wrong_password_is_said_and_the_email_stays(enumerator: User) -> None:
    answer = Client().post(LOGIN, {"login": enumerator.email, "password": "salah-salah"})
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert f'value="{enumerator.email}"' in page
    assert "salah-salah" not in page


def test_who_is_signed_in_sees_it_on_the_landing_page_and_can_sign_out(enumerator: User) -> None:
    client, _answer = sign_in(enumerator)
    page = client.get("/").content.decode()
    assert enumerator.email in page
    assert 'name="password"' not in page
    assert client.post("/account/logout/")["Location"] == "/"
    assert 'name="password"' in client.get("/").content.decode()


def test_remembering_is_a_choice(enumerator: User) -> None:
    short, _answer = sign_in(enumerator)
    long, _answer = sign_in(enumerator, remember="on")
    assert short.session.get_expire_at_browser_close()
    assert not long.session.get_expire_at_browser_close()


def test_the_pages_run_no_inline_script(enumerator: User) -> None:
    client, _answer = sign_in(enumerator)
    pages = ["/", "/home/", "/account/sessions/", "/account/2fa/", "/account/password/change/"]
    pages += ["/account/2fa/totp/activate/", "/account/google/", "/account/logout/"]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "<script" not in answer.content.decode(), path
        assert "unsafe-eval" not in answer["Content-Security-Policy"]
    for path in (LOGIN, "/account/password/reset/", "/account/password/reset/done/"):
        assert "<script" not in Client().get(path).content.decode()
