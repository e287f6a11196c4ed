"""Bring a file of people into an office: accounts, roles in activities, supervisors, invitations.

All rows are judged before anything is written. A person of the office gets the role; an email
without account becomes one (by admin_satker) or an invitation (by admin_kegiatan); a person
without office is invited; a person of another office is refused with that office's name.
Source: spec, "Roles", "Administration"; issue 3, point 4.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cerdas.progress import Progress, no_progress
from cerdas.tenancy import tenant_scope
from kegiatan.judging_people import CREATED, GRANTED, INVITED, UNCHANGED, Plan, judge_people
from kegiatan.models import KegiatanStatistik
from kegiatan.people_files import bad_rows_write, people_table
from kegiatan.people_office import office_of_actor
from kegiatan.services.recruiting import invitation_make
from kegiatan.services.roles import role_give
from kegiatan.services.roles_of_new import NewRole, places_lock, roles_give_new
from masterdata.reports import LoadReport, Refusal
from satker.errors import BelongsToOtherSatker, EmailTaken
from satker.models import Satker, User
from satker.permissions import ADMIN_KEGIATAN, ADMIN_SATKER, PML, PPL
from satker.services.lookups import lookups_of_batch
from satker.services.roles import satker_role_give

logger = logging.getLogger(__name__)
_PROGRESS_EVERY = 10
# A supervisor has to be PML before somebody works under them.
_ORDER = {None: 0, ADMIN_SATKER: 1, ADMIN_KEGIATAN: 2, PML: 3, PPL: 4}
# What tells the admin about another office; see `lookups_of_batch`.
_SECRET = frozenset({BelongsToOtherSatker.code, EmailTaken.code})


@dataclass
class PeopleReport(LoadReport):
    """Counts of rows by what came, or would come, of them. `added` counts new accounts.

    granted: roles given (or the supervisor changed) to people of the office and to new ones;
    invited: invitations made. notes: about the file as a whole.
    """

    granted: int = 0
    invited: int = 0
    notes: list[str] = field(default_factory=list)
    outcomes: list[tuple[str, ...]] = field(default_factory=list)

    def count(self, plans: Iterable[Plan]) -> None:
        """Count what rows come to, and keep it for the result file."""
        for plan in plans:
            self.added += plan.creates
            self.granted += plan.outcome in (CREATED, GRANTED) and plan.role is not None
            self.invited += plan.outcome == INVITED
            self.unchanged += plan.outcome == UNCHANGED
            place = plan.place.kegiatan_statistik.name if plan.place else ""
            self.outcomes.append(
                (str(plan.row), plan.email, plan.name, plan.role or "", place, plan.outcome)
            )


def people_import(
    *,
    actor: User,
    satker: Satker,
    file: Path,
    kegiatan: KegiatanStatistik | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
    bad_rows: Path | None = None,
    progress: Progress = no_progress,
) -> PeopleReport:
    """Import a CSV or XLSX file of people into an office, in one transaction.

    kegiatan: activity of rows that name none. With one refusal nothing is written; with skip_bad
    the good rows are. Importing the same file again changes nothing. dry_run: tell only; look-ups
    are logged all the same. bad_rows: write the refused rows and their reasons there.
    progress: told the rows done; may raise, and nothing is written.

    Raises NotAllowed, NotFound, FileUnreadable, TooManyRequests; EmailTaken when somebody else
    made one of the accounts meanwhile (nothing is written, try again).
    """
    report = PeopleReport(dry_run=dry_run)
    with tenant_scope(satker):
        office = office_of_actor(actor=actor, satker=satker, kegiatan=kegiatan)
        table = people_table(file)
        if not dry_run:
            places_lock([place for found in office.places.values() for place in found])
        report.rows = len(table.rows)
        progress(0, report.rows, _("Reading and checking the rows"))
        report.notes = list(table.notes)
        report.ignored_columns = list(table.ignored)
        judged = judge_people(office, table)
        _log_lookups(actor, satker, judged.told)
        report.refuse_all(sorted(judged.refusals, key=_by_row))
        report.duplicates = judged.duplicates
        if not report.refused_count or skip_bad:
            if not dry_run:
                _write(actor, satker, judged.plans, progress)
                report.loaded = True
            report.count(judged.plans)
    if bad_rows is not None:
        bad_rows_write(bad_rows, table, report.refused)
    return report


def _by_row(refusal: Refusal) -> int:
    return refusal.row or 0


def _log_lookups(actor: User, satker: Satker, told: dict[str, str]) -> None:
    lookups_of_batch(actor=actor, satker_id=satker.pk, told=told, secret=_SECRET)


def _write(actor: User, satker: Satker, plans: list[Plan], progress: Progress) -> None:
    progress(0, len(plans), _("writing"))
    people = _accounts(satker, plans)
    new = [plan for plan in plans if plan.outcome == CREATED and plan.place is not None]
    roles_give_new(
        NewRole(people[plan.email], plan.place, plan.role, people[plan.pml] if plan.pml else None)
        for plan in new
        if plan.place is not None and plan.role is not None
    )
    progress(len(new), len(plans), _("writing"))
    others = [plan for plan in plans if plan.outcome != CREATED or plan.place is None]
    ordered = sorted(others, key=lambda plan: (_ORDER[plan.role], plan.row))
    for done, plan in enumerate(ordered, start=len(new) + 1):
        if plan.outcome == INVITED:
            supervisor = people.get(plan.pml) if plan.pml else None
            assert plan.role is not None
            invitation_make(actor, satker, plan.email, plan.role, plan.place, supervisor)
        elif plan.role is not None and plan.outcome != UNCHANGED:
            _give(satker, people, plan)
        if done % _PROGRESS_EVERY == 0 or done == len(plans):
            progress(done, len(plans), _("writing"))
    logger.info("%s rows of people imported into %s by %s", len(plans), satker.pk, actor.pk)


def _accounts(satker: Satker, plans: list[Plan]) -> dict[str, User]:
    """Make the new accounts; return everybody of the office who is named, by email."""
    new = {plan.email: plan for plan in plans if plan.creates}
    try:
        with transaction.atomic():
            User.objects.bulk_create(
                [
                    User(email=email, name=plan.name, satker=satker, password=None)
                    for email, plan in sorted(new.items())
                ],
                batch_size=500,
            )
    except IntegrityError as error:
        raise EmailTaken from error
    emails = {plan.email for plan in plans} | {plan.pml for plan in plans if plan.pml}
    return {user.email: user for user in User.objects.filter(satker=satker, email__in=emails)}


def _give(satker: Satker, people: dict[str, User], plan: Plan) -> None:
    assert plan.role is not None
    if plan.place is None:
        satker_role_give(satker=satker, user=people[plan.email], role=plan.role)
        return
    supervisor = people[plan.pml] if plan.pml else None
    role_give(place=plan.place, user=people[plan.email], role=plan.role, pml=supervisor)
