"""A new password by mail, and changing one's own."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from satker.models import DeviceToken, User
from satker.tasks import password_reset_mail
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
RESET = "/account/password/reset/"
NEW = "kata-sandi-baru-7"


def ask(email: str, language: str = "id") -> Any:
    """Ask for a link, and do the worker's part."""
    client = Client(headers={"accept-language": language})
    answer = client.post(RESET, {"email": email})
    for job in ProcrastinateJob.objects.filter(task_name="satker.password_reset_mail"):
        password_reset_mail(**job.args)
    return answer


def link() -> str:
    """Return the path of the link in the last mail."""
    found = re.search(r"http://testserver(\S+)", str(mail.outbox[-1].body))
    assert found is not None, mail.outbox[-1].body
    return found[1]


def use(path: str, password: str = NEW) -> tuple[Client, Any]:
    """Open a link and send the form."""
    client = Client()
    form = client.get(path)
    if form.status_code != 302:
        return client, form
    return client, client.post(form["Location"], {"password1": password, "password2": password})


def sign_in(user: User, password: str) -> Client:
    """Sign in on the page."""
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": password})
    return client


def is_in(client: Client) -> bool:
    """Return True when the browser still gets its own pages."""
    return int(client.get("/account/sessions/").status_code) == 200


def test_a_link_in_the_mail_sets_a_new_password(enumerator: User) -> None:
    ask(enumerator.email.upper())
    assert mail.outbox[0].to == [enumerator.email]
    _client, answer = use(link())
    assert answer["Location"] == "/account/password/reset/key/done/"
    assert not is_in(sign_in(enumerator, factories.PASSWORD))
    assert is_in(sign_in(enumerator, NEW))


def test_known_unknown_and_inactive_emails_are_answered_alike(enumerator: User) -> None:
    closed = factories.person(None, is_active=False)
    answers = [ask(email) for email in (enumerator.email, "tidak.ada@uji.example", closed.email)]
    assert {(a.status_code, a["Location"]) for a in answers} == {(302, f"{RESET}done/")}
    assert {m.to[0] for m in mail.outbox} == {enumerator.email}
    assert ProcrastinateJob.objects.count() == 3, "as much work for each"


def test_the_queue_holds_an_id_and_no_link(enumerator: User) -> None:
    Client().post(RESET, {"email": enumerator.email})
    args = ProcrastinateJob.objects.get().args
    assert args == {
        "user_id": str(enumerator.pk),
        "origin": "http://testserver",
        "language": "id",
    }


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("id", "Cerdas: buat kata sandi baru", "berlaku satu kali, selama 6 jam"),
        ("en", "Cerdas: set a new password", "works once, for 6 hours"),
    ],
)
def test_the_mail_is_in_the_language_of_the_page(
    enumerator: User, language: str, subject: str, words: str
) -> None:
    ask(enumerator.email, language)
    assert mail.outbox[0].subject == subject
    assert words in mail.outbox[0].body
    assert enumerator.name in mail.outbox[0].body


def test_a_link_works_once_and_ends_the_other_links(enumerator: User) -> None:
    ask(enumerator.email)
    first = link()
    ask(enumerator.email)
    second = link()
    use(second)
    for path in (first, second):
        _client, answer = use(path, "kata-sandi-lain-9")
        assert "tidak berlaku lagi" in answer.content.decode()
    assert is_in(sign_in(enumerator, NEW))


def test_an_old_link_does_nothing(enumerator: User, settings: Any) -> None:
    ask(enumerator.email)
    settings.PASSWORD_RESET_TIMEOUT = -1
    _client, answer = use(link())
    assert "tidak berlaku lagi" in answer.content.decode()
    assert is_in(sign_in(enumerator, factories.PASSWORD))


def test_browsers_are_signed_out_and_phones_are_not(enumerator: User, api: Any) -> None:
    browser, phone = sign_in(enumerator, factories.PASSWORD), api(enumerator)
    ask(enumerator.email)
    client, answer = use(link())
    assert not is_in(browser)
    assert phone.get("/api/v1/me/").status_code == 200
    assert DeviceToken.objects.count() == 1
    page = client.get(answer["Location"]).content.decode()
    assert "keluar dari semua peramban" in page
    assert "Ponsel tetap masuk" in page
    assert not is_in(client), "the link signs nobody in: the second factor would be missing"


def test_who_was_locked_out_gets_in_with_the_new_password(enumerator: User) -> None:
    for _ in range(6):
        sign_in(enumerator, "salah-salah-salah")
    assert not is_in(sign_in(enumerator, factories.PASSWORD))
    ask(enumerator.email)
    use(link())
    assert is_in(sign_in(enumerator, NEW))


def test_a_weak_password_is_refused_with_a_reason(enumerator: User) -> None:
    ask(enumerator.email)
    _client, answer = use(link(), "123")
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    assert is_in(sign_in(enumerator, factories.PASSWORD))


def test_asking_is_limited_per_email(enumerator: User) -> None:
    codes = [Client().post(RESET, {"email": enumerator.email}).status_code for _ in range(7)]
    assert codes == [302] * 5 + [429] * 2
    codes = [Client().post(RESET, {"email": "x@uji.example"}).status_code for _ in range(7)]
    assert codes == [302] * 5 + [429] * 2, "the same for an unknown email"


def test_changing_the_password_keeps_this_browser_and_ends_the_others(enumerator: User) -> None:
    here, there = (sign_in(enumerator, factories.PASSWORD) for _ in range(2))
    body = {"oldpassword": factories.PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/account/password/change/", body).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert is_in(sign_in(enumerator, NEW))


def test_a_person_of_google_sets_a_first_password(satker: Any) -> None:
    user = factories.person(satker, password=None)
    User.objects.filter(pk=user.pk).update(password=None)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    answer = client.post("/account/password/set/", {"password1": NEW, "password2": NEW})
    assert answer.status_code == 302
    assert is_in(sign_in(user, NEW))
