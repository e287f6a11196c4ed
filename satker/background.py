"""Jobs of offices: letters to many people at once.

A letter cannot be taken back with a transaction. So each handful is sent first and then written
down as a step: a worker that is killed leaves at most one handful to be sent twice, nobody to be
left out. A second link ends the first, and what is stored never holds a link.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cerdas.errors import NotFound
from cerdas.jobs.kinds import JobResult, JobRun, job_kind
from cerdas.jobs.steps import Step, step_facts
from cerdas.tables import table_write
from cerdas.tenancy import tenant_scope
from satker.models import Invitation, InvitationState, Satker, User
from satker.services.account_links import account_links_issue
from satker.services.people_mail import Letter, invitation_letter, letters_send, link_letter

LINKS_MAIL, INVITATIONS_MAIL = "satker.links_mail", "satker.invitations_mail"
HANDFUL = 10
Letters = Callable[[JobRun, Satker, Sequence[str]], list[Letter]]


@job_kind(LINKS_MAIL, title=gettext_lazy("Send one-time links by mail"), is_atomic=False)
def links_mail(run: JobRun) -> JobResult:
    """arguments: ids (people), origin (scheme and host). The deactivated are left out."""
    return _mail(run, _links)


@job_kind(INVITATIONS_MAIL, title=gettext_lazy("Send invitations by mail"), is_atomic=False)
def invitations_mail(run: JobRun) -> JobResult:
    """arguments: ids (invitations), origin. Those that are answered are left out."""
    return _mail(run, _invitations)


def _links(run: JobRun, satker: Satker, ids: Sequence[str]) -> list[Letter]:
    with tenant_scope(satker):
        users = list(User.objects.filter(pk__in=ids, satker=satker, is_active=True))
        links = account_links_issue(actor=run.actor, satker=satker, users=users, is_mailed=True)
    origin = str(run.arguments["origin"])
    return [link_letter(user=each.user, satker=satker, url=origin + each.path) for each in links]


def _invitations(run: JobRun, satker: Satker, ids: Sequence[str]) -> list[Letter]:
    url = str(run.arguments["origin"]) + "/home/"
    with tenant_scope(satker):
        waiting = Invitation.objects.filter(
            pk__in=ids, satker=satker, state=InvitationState.WAITING
        )
        emails = list(waiting.values_list("email", flat=True))
    return [invitation_letter(email=email, satker=satker, url=url) for email in emails]


def _mail(run: JobRun, letters_of: Letters) -> JobResult:
    satker = run.satker
    if satker is None or not run.actor.is_active:
        raise NotFound
    if not run.actor.is_superuser and run.actor.satker_id != satker.pk:
        raise NotFound
    ids = sorted({str(UUID(str(value))) for value in run.arguments["ids"]})
    while handful := _next(run, ids):
        run.progress(ids.index(handful[0]), len(ids))
        letters = letters_of(run, satker, handful)
        _keep(run, handful, letters, letters_send(letters))
    return _told(run)


def _next(run: JobRun, ids: list[str]) -> list[str]:
    with run.step() as step:
        last = _last(step)
    return [each for each in ids if each > last][:HANDFUL]


def _keep(run: JobRun, ids: list[str], letters: list[Letter], taken: list[bool]) -> None:
    """Write down a handful, unless another worker did meanwhile."""
    missed = [letter.email for letter, ok in zip(letters, taken, strict=True) if not ok]
    with run.step() as step:
        if _last(step) < ids[-1]:
            step.keep(
                {
                    "last": ids[-1],
                    "sent": sum(taken),
                    "missed": missed,
                    "left_out": len(ids) - len(letters),
                }
            )


def _last(step: Step) -> str:
    return str((step.before or {}).get("last", ""))


def _told(run: JobRun) -> JobResult:
    with run.step():
        facts = list(step_facts(run.job))
        missed = sorted(email for fact in facts for email in fact["missed"])
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
        run.attach(path, name=f"{_('not-sent')}.csv", role="bad_rows")
