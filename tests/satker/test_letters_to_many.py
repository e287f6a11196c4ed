"""Letters to many people as a job: one-time links and invitations; links are kept nowhere."""

import logging
import re
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client
from django.utils import timezone

from cerdas.jobs import running
from cerdas.jobs.running import job_run
from cerdas.jobs.services import job_retry
from cerdas.jobs.steps import Step
from cerdas.models import AuditEntry, Job, JobStep
from cerdas.tenancy import tenant_scope
from satker.background import HANDFUL, LINKS_MAIL
from satker.models import Invitation, InvitationState, User
from satker.services import people_mail
from satker.services.account_links import LinkInvalid, account_link_user
from satker.services.people_mail import invitation_mail
from satker.services.person_editing import user_rename
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
PEOPLE = "/satker/6104/admin/satker/user/"
INVITATIONS = "/satker/6104/admin/satker/invitation/"


def browser(user: Any) -> Client:
    client = Client(headers={"accept-language": "id"})
    client.force_login(user)
    return client


@pytest.fixture
def people(satker: Any) -> Any:
    """More people than one handful, without password."""
    made = [factories.person(satker, name=f"Orang {n:02}") for n in range(HANDFUL * 2 + 3)]
    User.objects.filter(pk__in=[user.pk for user in made]).update(password=None)
    return made


def mark(user: Any, action: str, rows: Any, page: str = PEOPLE, **more: str) -> Any:
    sent = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    return browser(user).post(page, sent)


def start(user: Any, rows: Any) -> Any:
    """Confirm: start the job."""
    sent = {"ids": ",".join(str(row.pk) for row in rows)}
    return browser(user).post(f"{PEOPLE}mail/", sent)


def run(satker: Any) -> Job:
    """Do the worker's part of the newest job."""
    with tenant_scope(satker):
        job = Job.objects.latest("created_at")
    job_run(job_id=job.pk, satker_id=satker.pk)
    with tenant_scope(satker):
        job.refresh_from_db()
    return job


def links() -> dict[str, dict[str, str]]:
    """Return what the newest letter to each address opens."""
    found = {}
    for letter in mail.outbox:
        path = re.search(r"http://testserver/akun/(\S+)/(\S+)/", str(letter.body))
        assert path is not None
        found[letter.to[0]] = {"uid": path[1], "token": path[2], "address": "10.0.0.1"}
    return found


def test_the_admin_is_asked_with_a_count(satker: Any, satker_admin: Any, people: Any) -> None:
    User.objects.filter(pk=people[0].pk).update(is_active=False)
    having = factories.person(satker, name="Punya Sandi")
    shown = mark(satker_admin, "mail_links_action", [*people, having]).content.decode()
    assert f"{len(people)} surat akan dikirim" in shown
    assert "1 akun nonaktif" in shown
    assert "1 di antaranya sudah punya kata sandi" in shown
    assert mail.outbox == []
    with tenant_scope(satker):
        assert not Job.objects.exists()


def test_everybody_gets_one_letter_whose_link_opens_their_account(
    satker: Any, satker_admin: Any, people: Any
) -> None:
    answer = start(satker_admin, people)
    job = run(satker)
    assert f"/cerdas/job/{job.pk}/change/" in answer["Location"]
    assert job.state == "done", job.message
    assert job.report == {"sent": len(people), "not_sent": 0, "left_out": 0}
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(p.email for p in people)
    for email, link in links().items():
        assert account_link_user(**link).email == email


def test_links_are_kept_nowhere(
    satker: Any, satker_admin: Any, people: Any, caplog: pytest.LogCaptureFixture
) -> None:
    start(satker_admin, people)
    with caplog.at_level(logging.DEBUG):
        job = run(satker)
    tokens = [link["token"] for link in links().values()]
    with tenant_scope(satker):
        facts = list(JobStep.objects.filter(job=job).values_list("facts"))
        audit = list(AuditEntry.objects.values_list("label", "request", "changes"))
    stored = f"{job.arguments} {job.report} {job.message} {job.title} {facts} {audit} {caplog.text}"
    assert facts
    assert audit
    assert not [token for token in tokens if token in stored]
    assert "/akun/" not in stored


def test_a_broken_mail_server_ends_the_job_and_the_next_start_sends_the_rest(
    satker: Any, satker_admin: Any, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = EmailBackend.send_messages

    def broken(self: Any, letters: Any) -> Any:
        if len(mail.outbox) >= HANDFUL + 3:
            raise SMTPServerDisconnected
        return send(self, letters)

    start(satker_admin, people)
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", broken)
        job = run(satker)
    assert job.state == "failed"
    assert "Server email" in job.message
    assert f"{HANDFUL + 3} surat terkirim" in job.message
    assert len(mail.outbox) == HANDFUL + 3
    with tenant_scope(satker):
        job_retry(job=job)
    job = run(satker)
    assert job.state == "done", job.message
    assert job.report["sent"] == len(people)
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(p.email for p in people)
    for link in links().values():
        assert account_link_user(**link)


@pytest.mark.parametrize("email", ["a@" + "é" * 60 + ".id", "a@" + "x" * 70 + "é.id"])
def test_an_address_that_no_mail_can_carry_stops_nobody_elses_letter(
    satker: Any, satker_admin: Any, people: Any, email: str, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.filter(pk=people[1].pk).update(email=email)
    start(satker_admin, people)
    job = run(satker)
    assert job.state == "done", job.message
    assert (job.report["sent"], job.report["not_sent"]) == (len(people) - 1, 1)
    assert email not in caplog.text


def test_a_single_letter_to_it_is_lost_without_harm_to_what_was_stored(
    satker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        invitation_mail(email="a@" + "é" * 60 + ".id", satker=satker, url="http://testserver/")
        invitation_mail(email="budi@example.id", satker=satker, url="http://testserver/")
    assert [letter.to for letter in mail.outbox] == [["budi@example.id"]]

    def broken(*_arguments: Any, **_more: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(people_mail, "get_connection", broken)
    with transaction.atomic():
        invitation_mail(email="budi@example.id", satker=satker, url="http://testserver/")
    assert len(mail.outbox) == 1


def test_a_cancelled_job_says_how_many_letters_are_gone_and_goes_on_behind_them(
    satker: Any, satker_admin: Any, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = running.Run.progress

    def stopped(self: Any, done: int, total: int | None = None, message: str = "") -> None:
        if done == HANDFUL + 2:
            with tenant_scope(satker, using="direct"):
                rows = Job.objects.using("direct").filter(pk=self.job.pk)
                rows.update(cancel_requested_at=timezone.now())
        real(self, done, total, message)

    start(satker_admin, people)
    with monkeypatch.context() as patched:
        patched.setattr(running.Run, "progress", stopped)
        patched.setattr(running, "PROGRESS_EVERY_SECONDS", 0)
        job = run(satker)
    assert job.state == "cancelled"
    assert job.message.startswith(f"Pekerjaan dibatalkan. {HANDFUL + 2} surat terkirim")
    assert job.report == {"sent": HANDFUL + 2, "not_sent": 0, "left_out": 0}
    assert len(mail.outbox) == HANDFUL + 2
    with tenant_scope(satker):
        job_retry(job=job)
    assert run(satker).report["sent"] == len(people)
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(p.email for p in people)


def test_a_kill_after_a_letter_brings_that_letter_twice_and_the_newest_counts(
    satker: Any, satker_admin: Any, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Step.keep

    def killed(self: Step, facts: Any) -> None:
        if self.number == 4:
            raise KeyboardInterrupt  # as a signal: past every handler of faults
        real(self, facts)

    start(satker_admin, people)
    with monkeypatch.context() as patched:
        patched.setattr(Step, "keep", killed)
        with pytest.raises(KeyboardInterrupt):
            run(satker)
    assert len(mail.outbox) == 5, "the last is sent, and not written down"
    in_hand = mail.outbox[-1].to[0]
    job = run(satker)
    assert job.state == "done", job.message
    assert job.report["sent"] == len(people)
    sent = sorted(letter.to[0] for letter in mail.outbox)
    assert sent == sorted([*(p.email for p in people), in_hand])
    for link in links().values():
        assert account_link_user(**link)


def test_an_address_that_is_refused_is_listed(
    satker: Any, satker_admin: Any, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = EmailBackend.send_messages

    def picky(self: Any, letters: Any) -> Any:
        if letters[0].to == [people[3].email]:
            raise SMTPRecipientsRefused({})
        return send(self, letters)

    monkeypatch.setattr(EmailBackend, "send_messages", picky)
    start(satker_admin, people)
    job = run(satker)
    assert job.state == "done"
    assert job.report == {"sent": len(people) - 1, "not_sent": 1, "left_out": 0}
    with tenant_scope(satker):
        file = job.files.get()
    assert file.name == "tidak-terkirim.csv"
    page = browser(satker_admin).get(f"/satker/6104/admin/cerdas/job/{job.pk}/files/{file.pk}/")
    assert people[3].email in b"".join(page.streaming_content).decode()


def test_people_who_left_or_were_deactivated_meanwhile_are_left_out(
    satker: Any, satker_admin: Any, people: Any
) -> None:
    start(satker_admin, people)
    User.objects.filter(pk=people[0].pk).update(is_active=False)
    User.objects.filter(pk=people[1].pk).update(satker=None)
    job = run(satker)
    assert job.report == {"sent": len(people) - 2, "not_sent": 0, "left_out": 2}


def test_who_is_no_admin_any_more_sends_nothing(
    satker: Any, satker_admin: Any, people: Any
) -> None:
    from satker.services.roles import satker_role_revoke

    other = factories.person(satker)
    factories.satker_role(other, satker, "admin_satker")
    start(satker_admin, people)
    with tenant_scope(satker):
        satker_role_revoke(actor=other, satker=satker, user=satker_admin)
    assert run(satker).state == "failed"
    assert mail.outbox == []


def test_only_admin_satker_sends_and_only_to_people_of_the_office(
    satker: Any, other_satker: Any, satker_admin: Any, kegiatan_admin: Any, enumerator: Any
) -> None:
    stranger = User.objects.get(name="Rahasia Pencacah")
    assert start(satker_admin, [enumerator, stranger]).status_code == 404
    assert start(kegiatan_admin, [enumerator]).status_code == 403
    assert start(satker_admin, []).status_code == 404
    shown = mark(kegiatan_admin, "mail_links_action", [enumerator])
    assert "surat akan dikirim" not in shown.content.decode()
    with tenant_scope(satker):
        assert not Job.objects.filter(kind=LINKS_MAIL).exists()


def test_a_newer_change_ends_the_links_of_the_letters(
    satker: Any, satker_admin: Any, people: Any
) -> None:
    start(satker_admin, people[:1])
    run(satker)
    with tenant_scope(satker):
        user_rename(actor=satker_admin, satker=satker, user=people[0], name="Baru")
    (link,) = links().values()
    with pytest.raises(LinkInvalid):
        account_link_user(**link)


def test_invitations_are_sent_to_many(satker: Any, satker_admin: Any) -> None:
    made = [
        Invitation.objects.create(
            satker=satker, email=f"undangan{n}@uji.example", role="admin_satker",
            invited_by=satker_admin,
        )
        for n in range(HANDFUL + 2)
    ]  # fmt: skip
    Invitation.objects.filter(pk=made[0].pk).update(state=InvitationState.DECLINED)
    shown = mark(satker_admin, "mail_action", made, INVITATIONS).content.decode()
    assert f"{HANDFUL + 1} surat akan dikirim" in shown
    assert mail.outbox == []
    mark(satker_admin, "mail_action", made, INVITATIONS, confirmed="yes")
    Invitation.objects.filter(pk=made[1].pk).update(state=InvitationState.WITHDRAWN)
    job = run(satker)
    assert job.report == {"sent": HANDFUL, "not_sent": 0, "left_out": 1}
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(i.email for i in made[2:])
    assert "http://testserver/home/" in mail.outbox[0].body
