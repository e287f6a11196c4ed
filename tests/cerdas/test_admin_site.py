"""The admin of an office: its sign-in page, who gets in, and that offices do not show."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from satker.models import SignInAttempt
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
INDEX = "/satker/6104/admin/"
SIGN_IN = "/satker/6104/admin/login/"


def sign_in(client: Client, user: Any, password: str = factories.PASSWORD, **options: Any) -> Any:
    """Send the form of the sign-in page."""
    address = options.pop("address", SIGN_IN)
    return client.post(address, {"username": user.email, "password": password}, **options)


@pytest.fixture
def browser() -> Client:
    """A browser that nobody has signed in with."""
    return Client()


def test_the_office_answers_with_its_sign_in_page_in_indonesian(
    browser: Client, satker: Any
) -> None:
    response = browser.get(INDEX, follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(f"{SIGN_IN}?next={INDEX}", 302)]
    assert "Masuk ke satker 6104" in page
    assert "Kata sandi" in page
    assert "Return to site" not in page
    assert satker.name not in page


def test_a_known_and_an_unknown_code_look_the_same_to_anybody(browser: Client, satker: Any) -> None:
    def page(code: str) -> str:
        response = browser.get(f"/satker/{code}/admin/", follow=True)
        text = response.content.decode().replace(code, "CODE")
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)

    assert page("6104") == page("8888")


def test_admin_satker_gets_in_and_finds_an_honest_empty_page(
    browser: Client, satker: Any, satker_admin: Any
) -> None:
    response = sign_in(browser, satker_admin)
    assert (response.status_code, response["Location"]) == (302, INDEX)
    page = browser.get(INDEX).content.decode()
    assert satker.name in page
    assert "Tidak ada yang menunggu Anda" in page


def test_admin_kegiatan_and_super_admin_get_in(
    browser: Client, kegiatan_admin: Any, super_admin: Any
) -> None:
    for user in (kegiatan_admin, super_admin):
        client = Client()
        sign_in(client, user)
        assert client.get(INDEX).status_code == 200


def test_a_role_counts_only_while_the_office_takes_part(
    browser: Client, satker: Any, kegiatan: Any, kegiatan_admin: Any
) -> None:
    sign_in(browser, kegiatan_admin)
    assert browser.get(INDEX).status_code == 200
    place = factories.take_part(kegiatan, satker)
    place.left_at = "2026-01-01T00:00Z"
    place.save()
    assert browser.get(INDEX).status_code == 403


@pytest.mark.parametrize("role", ["enumerator", "supervisor"])
def test_people_of_the_office_without_the_role_are_told_so(
    browser: Client, satker: Any, role: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(role)
    sign_in(browser, user)
    response = browser.get(INDEX)
    page = response.content.decode()
    assert response.status_code == 403
    assert "Tidak ada akses" in page
    assert user.email in page
    assert 'action="/satker/6104/admin/logout/"' in page


def test_another_office_and_no_office_answer_alike(
    browser: Client, satker_admin: Any, other_satker: Any
) -> None:
    sign_in(browser, satker_admin)
    pages = []
    for code in ("6171", "8888"):
        response = browser.get(f"/satker/{code}/admin/")
        assert response.status_code == 404
        text = response.content.decode().replace(code, "CODE")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text))
    assert pages[0] == pages[1]
    assert other_satker.name not in pages[0]


def test_super_admin_finds_no_unknown_office(
    browser: Client, satker: Any, super_admin: Any
) -> None:
    sign_in(browser, super_admin)
    assert browser.get("/satker/8888/admin/").status_code == 404


def test_a_floating_person_gets_nowhere(browser: Client, satker: Any) -> None:
    sign_in(browser, factories.person(None))
    assert browser.get(INDEX).status_code == 404


def test_a_flag_or_a_global_right_is_no_role(browser: Client, satker: Any) -> None:
    from django.contrib.auth.models import Permission

    user = factories.person(satker, is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    sign_in(browser, user)
    assert browser.get(INDEX).status_code == 403


def test_who_is_deactivated_is_out_at_once(browser: Client, satker: Any, satker_admin: Any) -> None:
    sign_in(browser, satker_admin)
    assert browser.get(INDEX).status_code == 200
    satker_admin.is_active = False
    satker_admin.save()
    assert browser.get(INDEX).status_code == 302
    assert sign_in(Client(), satker_admin).status_code == 200
    assert b"Email atau kata sandi tidak benar" in sign_in(Client(), satker_admin).content


def test_who_is_released_is_out_at_once(browser: Client, satker: Any, satker_admin: Any) -> None:
    sign_in(browser, satker_admin)
    satker_admin.satker = None
    satker_admin.save()
    assert browser.get(INDEX).status_code == 404


def test_a_wrong_password_and_an_unknown_email_are_told_the_same(
    browser: Client, satker_admin: Any
) -> None:
    wrong = sign_in(browser, satker_admin, "salah")
    nobody = browser.post(SIGN_IN, {"username": "nobody@uji.example", "password": "salah"})
    for response in (wrong, nobody):
        assert response.status_code == 200
        assert "Email atau kata sandi tidak benar." in response.content.decode()
    assert Session.objects.count() == 0
    assert SignInAttempt.objects.get(key__startswith=f"pair:{satker_admin.email}").n == 1


def test_five_wrong_passwords_close_this_door_and_the_other(
    browser: Client, api: Any, satker_admin: Any
) -> None:
    for _attempt in range(5):
        assert sign_in(browser, satker_admin, "salah").status_code == 200
    refused = sign_in(browser, satker_admin)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "Terlalu banyak percobaan masuk" in refused.content.decode()
    credentials = {"email": satker_admin.email, "password": factories.PASSWORD, "device_name": "x"}
    assert api().post("/api/v1/auth/token/", credentials, format="json").status_code == 429
    assert browser.get(INDEX).status_code == 302


def test_a_success_is_not_counted_as_a_failure(browser: Client, satker_admin: Any) -> None:
    for _attempt in range(7):
        assert sign_in(Client(), satker_admin).status_code == 302


def test_signing_in_needs_the_forms_token(satker_admin: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, satker_admin).status_code == 403
    strict.get(SIGN_IN)
    token = strict.cookies["csrftoken"].value
    response = strict.post(
        SIGN_IN,
        {
            "username": satker_admin.email,
            "password": factories.PASSWORD,
            "csrfmiddlewaretoken": token,
        },
    )
    assert response.status_code == 302


def test_signing_in_leads_only_to_this_server(browser: Client, satker_admin: Any) -> None:
    away = sign_in(browser, satker_admin, address=f"{SIGN_IN}?next=https://evil.example/")
    assert away["Location"] == INDEX
    data = {
        "username": satker_admin.email,
        "password": factories.PASSWORD,
        "next": "//evil.example/",
    }
    assert Client().post(SIGN_IN, data)["Location"] == INDEX
    data["next"] = "/satker/6104/admin/password_change/"
    assert Client().post(SIGN_IN, data)["Location"] == data["next"]


def test_signing_in_changes_the_session_key_and_signing_out_ends_it(
    browser: Client, satker_admin: Any
) -> None:
    sign_in(browser, satker_admin)
    key = browser.session.session_key
    assert Session.objects.filter(pk=key).exists()
    response = browser.post("/satker/6104/admin/logout/")
    assert response["Location"] == SIGN_IN
    assert not Session.objects.filter(pk=key).exists()
    assert browser.get(INDEX).status_code == 302


def test_people_without_access_can_sign_out(browser: Client, satker: Any, enumerator: Any) -> None:
    sign_in(browser, enumerator)
    assert browser.post("/satker/6104/admin/logout/").status_code == 302
    assert browser.get(INDEX).status_code == 302


def test_eval_is_allowed_on_admin_pages_only(browser: Client, satker_admin: Any) -> None:
    assert "'unsafe-eval'" in browser.get(SIGN_IN)["Content-Security-Policy"]
    sign_in(browser, satker_admin)
    assert "'unsafe-eval'" in browser.get(INDEX)["Content-Security-Policy"]
    for address in ("/", "/api/v1/docs/", "/healthz", "/satker/8888/admin/", "/nowhere/"):
        assert "unsafe-eval" not in browser.get(address)["Content-Security-Policy"], address


def test_no_object_can_be_reached_by_type_and_id(browser: Client, satker_admin: Any) -> None:
    from django.contrib.contenttypes.models import ContentType

    sign_in(browser, satker_admin)
    users = ContentType.objects.get_for_model(type(satker_admin))
    answer = browser.get(f"{INDEX}r/{users.pk}/{satker_admin.pk}/")
    assert answer.status_code == 404


def test_the_global_admin_is_for_super_admin_and_does_not_exist_for_others(
    browser: Client, super_admin: Any, satker_admin: Any
) -> None:
    sign_in(browser, satker_admin)
    assert browser.get("/admin/").status_code == 404
    browser.logout()
    assert browser.get("/admin/").status_code == 302
    sign_in(browser, super_admin)
    assert browser.get("/admin/").status_code == 200
