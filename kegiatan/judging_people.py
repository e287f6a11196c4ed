"""Judge the rows of a file of people: against themselves, each other, and who is known.

Every fault of every row is found; codes: docs/errors.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from kegiatan.models import KegiatanSatker
from kegiatan.people_files import PeopleTable, is_formula
from kegiatan.people_office import ActingOffice, KnownPeople, people_known, places_named
from masterdata.reports import Refusal
from satker.errors import BelongsToOtherSatker, EmailTaken, NotInOffice
from satker.models import User
from satker.permissions import INVITATION_ROLES, PML, PPL, SATKER_ROLES

CREATED, GRANTED, INVITED, UNCHANGED = "created", "granted", "invited", "unchanged"
EMAIL_LENGTH, NAME_LENGTH = 254, 200
_ROLE_WORDS = {role.casefold(): role for role in INVITATION_ROLES} | {
    "pencacah": PPL,
    "pengawas": PML,
}


@dataclass
class Plan:
    """A row that can be carried out. creates: its account is new and this is its first row."""

    row: int
    email: str
    name: str
    role: str | None
    place: KegiatanSatker | None
    pml: str
    outcome: str = UNCHANGED
    creates: bool = False


@dataclass
class Judgement:
    """told: {email not of the office: what the admin is told}, for the look-up log."""

    plans: list[Plan] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    duplicates: int = 0


def judge_people(office: ActingOffice, table: PeopleTable) -> Judgement:
    """Judge every row. Plans are in the order of the file; runs in the office's scope."""
    return _Judge(office, table).judge()


class _Judge:
    def __init__(self, office: ActingOffice, table: PeopleTable) -> None:
        self.office = office
        self.table = table
        self.result = Judgement()
        self.bad: set[int] = set()
        self.known = KnownPeople({}, {}, {})

    def judge(self) -> Judgement:
        rows = [self._read(number, cells) for number, cells in self.table.rows]
        emails = {plan.email for plan in rows} | {plan.pml for plan in rows if plan.pml}
        self.known = people_known(self.office.satker, emails)
        self._judge_repeats(rows)
        for plan in rows:
            self._judge_person(plan)
        self._judge_supervisors(rows)
        self._decide(rows)
        return self.result

    def _refuse(self, plan: Plan, column: str, value: str | None, code: str, text: str) -> None:
        self.bad.add(plan.row)
        shown = None if not value else value[:200]
        title = self.table.title(column)
        self.result.refusals.append(Refusal(plan.row, title, shown, code, text))

    # --- a row by itself

    def _read(self, number: int, cells: tuple[str, ...]) -> Plan:
        text = {name: self.table.cell(cells, name) for name in self.table.places}
        email = text.get("email", "").lower()
        plan = Plan(number, email, text.get("name", ""), None, None, text.get("pml", "").lower())
        self._read_email(plan, text.get("email", ""))
        self._read_name(plan)
        self._read_role(plan, text.get("role", ""), text.get("kegiatan", ""))
        return plan

    def _read_email(self, plan: Plan, given: str) -> None:
        if not given:
            self._refuse(plan, "email", None, "email_missing", _("the email is missing"))
            return
        try:
            if len(given) > EMAIL_LENGTH:
                raise ValidationError("")
            validate_email(plan.email)
        except ValidationError:
            self._refuse(plan, "email", given, "email_format", _("this is not an email address"))

    def _read_name(self, plan: Plan) -> None:
        if is_formula(plan.name):
            message = _("a name cannot begin with = + - or @; write it as plain text")
            self._refuse(plan, "name", plan.name, "formula", message)
        elif len(plan.name) > NAME_LENGTH or not plan.name.isprintable():
            message = _("the name is longer than %(length)s characters, or not plain text")
            words = message % {"length": NAME_LENGTH}
            self._refuse(plan, "name", plan.name, "name_format", words)

    def _read_role(self, plan: Plan, role: str, kegiatan: str) -> None:
        if role:
            plan.role = _ROLE_WORDS.get(role.casefold())
            if plan.role is None:
                allowed = ", ".join(INVITATION_ROLES)
                message = _("the role is unknown; allowed: %(roles)s") % {"roles": allowed}
                self._refuse(plan, "role", role, "role_unknown", message)
        elif kegiatan or plan.pml:
            self._refuse(plan, "role", None, "role_missing", _("the role is missing"))
        self._read_place(plan, kegiatan)
        has_place = plan.place is not None or plan.role in SATKER_ROLES
        if plan.role and has_place and not self.office.may_give(plan.role, plan.place):
            message = _("you may not give this role here")
            self._refuse(plan, "role", role, "not_allowed", message)
        if plan.pml and plan.role not in (PPL, None):
            message = _("only a PPL has a supervisor (PML)")
            self._refuse(plan, "pml", plan.pml, "pml_without_ppl", message)

    def _read_place(self, plan: Plan, kegiatan: str) -> None:
        if plan.role in SATKER_ROLES:
            if kegiatan:
                message = _("this role is held in the office: leave the activity empty")
                self._refuse(plan, "kegiatan", kegiatan, "kegiatan_not_needed", message)
            return
        if not kegiatan:
            plan.place = self.office.default if plan.role else None
            if plan.role and plan.place is None:
                message = _("the activity is missing")
                self._refuse(plan, "kegiatan", None, "kegiatan_missing", message)
            return
        found = places_named(self.office, kegiatan)
        if len(found) == 1:
            plan.place = found[0]
            return
        message = (
            _("several activities have this name; write the id")
            if found
            else _("you have no activity of this name in your office")
        )
        code = "ambiguous_kegiatan" if found else "unknown_kegiatan"
        self._refuse(plan, "kegiatan", kegiatan, code, message)

    # --- rows against each other

    def _judge_repeats(self, rows: list[Plan]) -> None:
        first: dict[tuple[str, str | None, int | None], int] = {}
        names: dict[str, tuple[int, str]] = {}
        for plan in rows:
            if not plan.email:
                continue
            key = (plan.email, plan.role, plan.place.pk if plan.place else None)
            if key in first:
                message = _("is the same as row %(first)s") % {"first": first[key]}
                self._refuse(plan, "email", plan.email, "duplicate_row", message)
                self.result.duplicates += 1
                continue
            first[key] = plan.row
            row, name = names.setdefault(plan.email, (plan.row, plan.name))
            if plan.name and name and plan.name.casefold() != name.casefold():
                message = _("row %(row)s has another name for this email: %(name)s")
                words = message % {"row": row, "name": name[:80]}
                self._refuse(plan, "name", plan.name, "name_differs", words)
            elif not name:
                names[plan.email] = (plan.row, plan.name)
        for plan in rows:
            plan.name = plan.name or names.get(plan.email, (0, ""))[1]

    # --- rows against who is known

    def _judge_person(self, plan: Plan) -> None:
        if not plan.email:
            return
        person = self.known.people.get(plan.email)
        if person is None:
            self._judge_unknown(plan)
        elif person.satker_id == self.office.satker.pk:
            self._judge_own(plan, person)
        elif person.satker is not None:
            error = BelongsToOtherSatker(person.satker.name)
            self.result.told[plan.email] = error.code
            self._refuse(plan, "email", plan.email, error.code, error.message)
        elif plan.role is None:
            self.result.told[plan.email] = EmailTaken.code
            message = _("there is an account without office: name a role, and they are invited")
            self._refuse(plan, "role", None, EmailTaken.code, message)
        else:
            plan.outcome = INVITED
            self.result.told[plan.email] = INVITED

    def _judge_unknown(self, plan: Plan) -> None:
        if self.office.is_admin:
            plan.outcome = CREATED
            if not plan.name:
                self._refuse(plan, "name", None, "name_missing", _("the name is missing"))
        elif plan.role is None:
            message = _("the role is missing; only admin_satker makes accounts without role")
            self._refuse(plan, "role", None, "role_missing", message)
        else:
            plan.outcome = INVITED
        self.result.told[plan.email] = plan.outcome

    def _judge_own(self, plan: Plan, person: User) -> None:
        if not person.is_active and plan.role is not None:
            message = _("this account is deactivated; activate it first")
            self._refuse(plan, "email", plan.email, NotInOffice.code, message)
            return
        if plan.role is None:
            return
        place_id = plan.place.pk if plan.place else None
        has_role = plan.role in self.known.roles.get((person.pk, place_id), frozenset())
        plan.outcome = UNCHANGED if has_role and not self._changes_pml(plan, person) else GRANTED

    def _changes_pml(self, plan: Plan, person: User) -> bool:
        if not plan.pml or plan.place is None:
            return False
        now = self.known.supervisors.get((person.pk, plan.place.kegiatan_statistik_id))
        return now != plan.pml

    # --- supervisors: PML already, or made PML by a good row of this file

    def _judge_supervisors(self, rows: list[Plan]) -> None:
        made = {
            (plan.email, plan.place.pk)
            for plan in rows
            if plan.role == PML
            and plan.place is not None
            and plan.row not in self.bad
            and plan.outcome != INVITED
        }
        for plan in rows:
            if not plan.pml or plan.role != PPL or plan.place is None:
                continue
            if (plan.pml, plan.place.pk) not in made and not self._is_pml(plan):
                message = _("this supervisor is not PML of the activity in your office")
                self._refuse(plan, "pml", plan.pml, "unknown_pml", message)

    def _is_pml(self, plan: Plan) -> bool:
        person = self.known.people.get(plan.pml)
        if person is None or person.satker_id != self.office.satker.pk or not person.is_active:
            return False
        assert plan.place is not None
        return PML in self.known.roles.get((person.pk, plan.place.pk), frozenset())

    def _decide(self, rows: list[Plan]) -> None:
        seen: set[str] = set()
        for plan in self._good(rows):
            if plan.outcome == CREATED and plan.email not in seen:
                plan.creates = True
            seen.add(plan.email)
            self.result.plans.append(plan)

    def _good(self, rows: list[Plan]) -> Iterator[Plan]:
        yield from (plan for plan in rows if plan.row not in self.bad)
