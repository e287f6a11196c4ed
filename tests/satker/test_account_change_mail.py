"""People are told by mail of every change of their password, second factor or Google account."""

from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core import mail
from django.test import Client, RequestFactory
from procrastinate.contrib.django.models import ProcrastinateJob

from satker.models import Satker, User
from satker.services.account_links import account_links_issue, account_password_set
from satker.services.second_factor import second_factor_remove
from satker.tasks import account_change_mail
from tests import factories
from tests.satker.second_factor import switch_on
from tests.satker.test_password_reset import NEW, ask, link, use
from tests.satker.test_totp import by_password, set_up

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
TASK = "satker.account_change_mail"


def letters() -> list[Any]:
    """Do the worker's part; return the letters about changes."""
    jobs = ProcrastinateJob.objects.filter(task_name=TASK)
    for job in jobs.order_by("id"):
        account_change_mail(**job.args)
    return [m for m in mail.outbox if m.subject == "Cerdas: perubahan pada akun Anda"]


def test_changing_the_password_is_told_in_indonesian(enumerator: User) -> None:
    Satker.objects.update(time_zone="Asia/Jayapura")
    client = Client(headers={"accept-language": "en"})
    client.post("/account/login/", {"login": enumerator.email, "password": factories.PASSWORD})
    sent = {"oldpassword": factories.PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/account/password/change/", sent)
    (letter,) = letters()
    assert letter.to == [enumerator.email]
    assert "Kata sandi diganti." in letter.body
    assert "127.0.0.1" in letter.body
    assert " WIT" in letter.body
    assert NEW not in letter.body


def test_a_failed_change_is_not_told(enumerator: User) -> None:
    client, _answer = by_password(enumerator)
    sent = {"oldpassword": "salah-sekali", "password1": NEW, "password2": NEW}
    client.post("/account/password/change/", sent)
    assert letters() == []


def test_a_new_password_by_mail_is_told(enumerator: User) -> None:
    ask(enumerator.email)
    use(link())
    (letter,) = letters()
    assert "tautan yang dikirim ke alamat ini" in letter.body


def test_setting_up_and_removing_the_second_factor_is_told(satker_admin: User) -> None:
    client, _answer = by_password(satker_admin)
    set_up(client)
    (letter,) = letters()
    assert letter.to == [satker_admin.email]
    assert "sekarang meminta kode" in letter.body
    mail.outbox.clear()
    ProcrastinateJob.objects.all().delete()
    client.post("/account/2fa/recovery-codes/generate/")
    client.post("/account/2fa/totp/deactivate/")
    bodies = [letter.body for letter in letters()]
    assert any("Kode pemulihan baru" in body for body in bodies)
    assert any("tidak lagi meminta kode" in body for body in bodies)


def test_an_admin_who_removes_it_is_named(enumerator: User, super_admin: User) -> None:
    second_factor_remove(actor=super_admin, user=enumerator)
    assert letters() == [], "there was none"
    switch_on(enumerator)
    second_factor_remove(actor=super_admin, user=enumerator)
    (letter,) = letters()
    assert letter.to == [enumerator.email]
    assert f"Oleh: {super_admin.name}" in letter.body


def test_a_link_made_by_an_admin_is_told_to_who_has_a_password(
    satker: Any, satker_admin: User
) -> None:
    having = factories.person(satker, name="Punya")
    fresh = factories.person(satker, name="Baru")
    User.objects.filter(pk=fresh.pk).update(password=None)
    made = account_links_issue(actor=satker_admin, satker=satker, users=[having, fresh])
    (letter,) = letters()
    assert letter.to == [having.email]
    assert satker_admin.name in letter.body
    assert made[0].path not in letter.body
    assert made[0].path not in str(ProcrastinateJob.objects.values_list("args"))


def test_a_link_that_is_mailed_needs_no_second_letter(satker: Any, satker_admin: User) -> None:
    person = factories.person(satker)
    account_links_issue(actor=satker_admin, satker=satker, users=[person], is_mailed=True)
    assert letters() == []


def test_using_a_link_is_told(satker: Any, satker_admin: User) -> None:
    person = factories.person(satker)
    path = account_links_issue(actor=satker_admin, satker=satker, users=[person], is_mailed=True)[
        0
    ].path
    _empty, _akun, uid, token, _end = path.split("/")
    account_password_set(uid=uid, token=token, password=NEW, address="203.0.113.9")
    (letter,) = letters()
    assert letter.to == [person.email]
    assert "203.0.113.9" in letter.body


@pytest.mark.parametrize(
    ("what", "words"),
    [("connected", "Akun Google dihubungkan"), ("disconnected", "Akun Google dilepas")],
)
def test_a_google_account_is_told(enumerator: User, what: str, words: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")
    with context.request_context(request):
        adapter = get_adapter(request)
        adapter.send_notification_mail(f"socialaccount/email/account_{what}", enumerator)
    (letter,) = letters()
    assert words in letter.body
    assert "203.0.113.7" in letter.body


def test_the_deactivated_get_no_mail(satker: Any, satker_admin: User) -> None:
    person = factories.person(satker)
    account_links_issue(actor=satker_admin, satker=satker, users=[person])
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert letters() == []
