"""Jobs of offices: letters to many people at once.

A letter cannot be taken back with a transaction. So each is handed to the mail server and written
down at once as a step, by one worker alone: a worker that is killed in between leaves that one
letter to be sent twice, and nobody to be left out. A second link ends the first, and what is stored
never holds a link.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.errors import NotFound
from cerdas.jobs.errors import JobCancelled
from cerdas.jobs.files import job_files_drop
from cerdas.jobs.kinds import JobResult, JobRun, job_kind
from cerdas.jobs.steps import Step, step_facts
from cerdas.tables import table_write
from cerdas.tenancy import tenant_scope
from satker.errors import MailNotSent
from satker.models import Invitation, InvitationState, Satker, User
from satker.services.account_links import account_links_issue
from satker.services.people_mail import Letter, invitation_letter, link_letter, mail_server

BAD_ROWS = "bad_rows"
LINKS_MAIL, INVITATIONS_MAIL = "satker.links_mail", "satker.invitations_mail"
HANDFUL = 10  # letters that are written, and go over one connection, together
Letters = Callable[[JobRun, Satker, Sequence[str]], dict[str, Letter]]
Send = Callable[[Letter], bool]


@job_kind(LINKS_MAIL, title=gettext_lazy("Send one-time links by mail"), is_atomic=False)
def links_mail(run: JobRun) -> JobResult:
    """arguments: ids (people), origin (scheme and host). The deactivated are left out."""
    return _mail(run, _links)


@job_kind(INVITATIONS_MAIL, title=gettext_lazy("Send invitations by mail"), is_atomic=False)
def invitations_mail(run: JobRun) -> JobResult:
    """arguments: ids (invitations), origin. Those that are answered are left out."""
    return _mail(run, _invitations)


def _links(run: JobRun, satker: Satker, ids: Sequence[str]) -> dict[str, Letter]:
    with tenant_scope(satker):
        users = list(User.objects.filter(pk__in=ids, satker=satker, is_active=True))
        links = account_links_issue(actor=run.actor, satker=satker, users=users, is_mailed=True)
    origin = str(run.arguments["origin"])
    return {
        str(each.user.pk): link_letter(user=each.user, satker=satker, url=origin + each.path)
        for each in links
    }


def _invitations(run: JobRun, satker: Satker, ids: Sequence[str]) -> dict[str, Letter]:
    url = str(run.arguments["origin"]) + "/home/"
    with tenant_scope(satker):
        waiting = Invitation.objects.filter(
            pk__in=ids, satker=satker, state=InvitationState.WAITING
        )
        emails = dict(waiting.values_list("pk", "email"))
    return {
        str(key): invitation_letter(email=email, satker=satker, url=url)
        for key, email in emails.items()
    }


def _mail(run: JobRun, letters_of: Letters) -> JobResult:
    satker = run.satker
    if satker is None or not run.actor.is_active:
        raise NotFound
    if not run.actor.is_superuser and run.actor.satker_id != satker.pk:
        raise NotFound
    ids = sorted({str(UUID(str(value))) for value in run.arguments["ids"]})
    try:
        while handful := _next(run, ids):
            letters = letters_of(run, satker, handful)
            with mail_server() as send:
                for each in handful:
                    run.progress(ids.index(each), len(ids))
                    _one(run, each, letters.get(each), send)
    except (JobCancelled, MailNotSent) as error:
        said = _("The job was cancelled.") if isinstance(error, JobCancelled) else error.message
        told = _told(run)
        error.message = f"{said} {told.message}"
        error.details |= told.report
        raise
    return _told(run)


def _next(run: JobRun, ids: list[str]) -> list[str]:
    with run.step() as step:
        last = _last(step)
    return [each for each in ids if each > last][:HANDFUL]


def _one(run: JobRun, whom: str, letter: Letter | None, send: Send) -> None:
    """Send a letter and write that down, unless another worker has meanwhile.

    Others wait while it is sent. Nothing is written in the database before it is: a transaction
    that had would make phones fetch again what changed meanwhile.
    """
    with run.step() as step:
        if _last(step) >= whom:
            return
        is_taken = letter is not None and send(letter)
        step.keep(
            {
                "last": whom,
                "sent": int(is_taken),
                "missed": [letter.email] if letter is not None and not is_taken else [],
                "left_out": int(letter is None),
            }
        )


def _last(step: Step) -> str:
    return str((step.before or {}).get("last", ""))


def _told(run: JobRun) -> JobResult:
    with run.step():
        facts = list(step_facts(run.job))
        missed = sorted(email for fact in facts for email in fact["missed"])
        job_files_drop(job=run.job, role=BAD_ROWS)
        if missed:
            _attach(run, missed)
    counts = {
        "sent": _sum(facts, "sent"),
        "not_sent": len(missed),
        "left_out": _sum(facts, "left_out"),
    }
    message = _("%(sent)d letters sent, %(not_sent)d could not be sent, %(left_out)d left out.")
    return JobResult(message % counts, counts)


def _sum(facts: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(int(fact[name]) for fact in facts)


def _attach(run: JobRun, missed: Sequence[str]) -> None:
    with TemporaryDirectory(prefix="cerdas-mail-") as folder:
        path = Path(folder) / "not-sent.csv"
        table_write(path, [["email"], *([email] for email in missed)])
        run.attach(path, name=f"{_('not-sent')}.csv", role=BAD_ROWS)
