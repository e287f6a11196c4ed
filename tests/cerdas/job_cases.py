"""Every kind of job with a world to do it in, and what it leaves: for runs that are killed.

`made` names all tables in which a run leaves more rows than before (or fewer: work taken out of a
queue), but for the job's own steps; nothing twice means exactly these, and equal rows.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from typing import Any

from django.utils import timezone

from assignments import background as units_jobs
from cerdas.audit_export import KIND as AUDIT_EXPORT
from cerdas.audit_export import AuditFilter, audit_export_start
from cerdas.jobs.services import job_start
from cerdas.models import Job
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan import background as people_jobs
from kegiatan.form_exports import FormSource
from kegiatan.printing import FORM_PRINT, print_start
from masterdata import background as master_jobs
from satker import background as letters_jobs
from satker.models import Invitation, InvitationState, User
from tests import factories
from tests.assignments.sending import LISTING, WHOLE_LISTING
from tests.cerdas.dying_worker import REFUSED
from tests.masterdata.conftest import sls_row
from tests.masterdata.test_dialects import table

REGION = "61040800010001"
SITE = "https://cerdas.example"
Lines = list[list[str]]


class World:
    """An office with an activity and its people; the same names each time it is made."""

    def __init__(self) -> None:
        self.super_admin = self._person(None, "Super Admin", is_superuser=True)
        self.office = factories.office(code="6104", prefixes=["6104"])
        self.kegiatan = factories.kegiatan(satkers=[self.office], name="Listing Uji")
        self.admin = self._member("Admin", "admin_kegiatan")
        factories.satker_role(self.admin, self.office, "admin_satker")
        self.pml = self._member("Pengawas", "PML")
        self.ppl = self._member("Pencacah", "PPL", pml=self.pml)
        self.taker = self._member("Pencacah Dua", "PPL", pml=self.pml)

    def _person(self, office: Any, name: str, **fields: Any) -> User:
        email = f"{name.lower().replace(' ', '.')}@uji.example"
        return factories.person(office, name=name, **{"email": email, **fields})

    def _member(self, name: str, role: str, **fields: Any) -> User:
        user = self._person(self.office, name)
        factories.member(user, self.kegiatan, self.office, role, **fields)
        return user

    def people(self, count: int, **fields: Any) -> list[User]:
        """Make people of the office without role or password."""
        made = [self._person(self.office, f"Orang {n}", **fields) for n in range(count)]
        User.objects.filter(pk__in=[user.pk for user in made]).update(password=None)
        return made

    def units(self, status: str, count: int, answers: Any = None) -> None:
        """Make units of the PPL; those that were sent have passed their check."""
        sent = {} if status == "Assigned" else {"responses": answers or LISTING}
        made = [
            factories.assignment(
                self.office, self.kegiatan, self.ppl, self.pml, status=status,
                region=REGION, label=f"{status} {n}", **sent,
            )
            for n in range(count)
        ]  # fmt: skip
        if sent and answers is None:
            factories.passed(*made)

    def job(self, kind: str, rows: Lines | None = None, **arguments: Any) -> Job:
        """Put a job of the office's admin in the queue."""
        with tenant_scope(self.office):
            return job_start(
                actor=self.admin, satker=self.office, kind=kind, title="Uji",
                arguments={"kegiatan": str(self.kegiatan.pk), **arguments},
                file=BytesIO(sheet(rows)) if rows else None, file_name="berkas.csv",
            )  # fmt: skip

    def super_job(self, kind: str, text: str, **arguments: Any) -> Job:
        """Put a job of super_admin with a file in the queue."""
        with super_scope():
            return job_start(
                actor=self.super_admin, satker=None, kind=kind, title="Uji", arguments=arguments,
                file=BytesIO(text.encode()), file_name="berkas.csv",
            )  # fmt: skip


def sheet(rows: Lines) -> bytes:
    """Return rows as the bytes of a CSV file."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@dataclass(frozen=True)
class Case:
    """One way in which a kind of job runs.

    begin: makes what the job works on and starts it. report: part of its report. made: rows by
    table. files: roles of the files that it makes. letters: how many people get one.
    state: in which it ends; a check of a bad file fails.
    parts: constants that make its steps small, so that there is something between them.
    """

    kind: str
    begin: Callable[[World], Job]
    report: Mapping[str, Any]
    made: Mapping[str, int]
    files: tuple[str, ...] = ()
    letters: int = 0
    state: str = "done"
    parts: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


# --- units

IN_FOURS = {
    "assignments.background_bulk.BATCH": 4,
    "assignments.background_recheck.BATCH": 3,
    "assignments.importing.running._JUDGED_AT_ONCE": 4,
    "assignments.importing.staging.INSERTED_AT_ONCE": 4,
    "assignments.exporting.units.PAGE": 4,
}


def unit_rows(world: World) -> Lines:
    """Return a file of ten units and one of people whom nobody knows."""
    crew = [world.ppl.email, world.pml.email]
    rows = [[*crew, f"Keluarga {n}", REGION] for n in range(10)]
    return [["ppl", "pml", "label", "region_code"], *rows, ["tidak", "ada", "x", "1"]]


def many(
    action: str, before: str, name: str = "", after: str = "", **words: Any
) -> Callable[[World], Job]:
    """Return what starts an action on ten units that allow it and two that do not."""

    def begin(world: World) -> Job:
        world.units(before, 10)
        world.units("Approved by Admin" if before != "Approved by Admin" else "Rejected by PML", 2)
        chosen = {"ppl": world.ppl.email}  # a filter that what is done does not meet any more
        more = {"ppl": str(world.taker.pk)} if action == "reassign" else {}
        now = timezone.now().isoformat()
        return world.job(units_jobs.BULK, action=action, as_of=now, filter=chosen, **more, **words)

    return begin


def bulk(action: str, before: str, made: Mapping[str, int], **words: Any) -> Case:
    """Return the case of one action on many units."""
    report = {"action": action, "done": 10, "refused_count": 2}
    return Case(
        units_jobs.BULK, many(action, before, **words), report, made, ("bad_rows",),
        parts=IN_FOURS, name=action,
    )  # fmt: skip


def exported(world: World) -> Job:
    """Start the export of a dozen units."""
    world.units("Submitted by PPL", 8)
    world.units("Assigned", 4)
    return world.job(units_jobs.EXPORT)


def rechecked(world: World) -> Job:
    """Start judging answers of which some pass."""
    world.units("Submitted by PPL", 4, WHOLE_LISTING)
    world.units("Approved by PML", 3, {"jumlah_art": 2})
    return world.job(units_jobs.RECHECK)


UNITS = [
    Case(
        units_jobs.CHECK,
        lambda world: world.job(units_jobs.CHECK, unit_rows(world)),
        {"added": 10, "refused_count": 3, "loaded": False}, {}, ("bad_rows",), parts=IN_FOURS,
    ),
    Case(
        units_jobs.IMPORT,
        lambda world: world.job(units_jobs.IMPORT, unit_rows(world), skip_bad=True),
        {"added": 10, "refused_count": 3, "loaded": True},
        {"assignments": 10, "assignment_responses": 10, "response_histories": 10},
        ("bad_rows",), parts=IN_FOURS,
    ),
    Case(
        units_jobs.EXPORT, exported, {"files": {"units.csv": 12}}, {}, ("result",),
        parts=IN_FOURS,
    ),
    bulk("approve", "Approved by PML", {"response_histories": 10}),
    bulk("reject", "Approved by PML", {"response_histories": 10}, reason="Ulang"),
    bulk("revert_approval", "Approved by Admin", {"response_histories": 10}, reason="Keliru"),
    bulk("reassign", "Assigned", {"response_histories": 10}),
    bulk("cancel", "Assigned", {}, reason="Ganda"),
    Case(
        units_jobs.RECHECK, rechecked,
        {"responses": 7, "passed": 4, "failed": 3, "changed": 7},
        {"response_checks": 7, "check_queue": -7}, ("result",), parts=IN_FOURS,
    ),
]  # fmt: skip


# --- people


def people_rows(world: World) -> Lines:
    """Return a file: a new PML, new PPL under them, old ones, one without office, no address."""
    activity, new_pml = world.kegiatan.name, "pml.baru@uji.example"
    factories.person(None, name="Bebas", email="bebas@uji.example")
    old = world.people(4)
    rows = [[new_pml, "Pengawas Baru", "PML", "", activity]]
    rows += [[f"baru{n}@uji.example", f"Baru {n}", "PPL", new_pml, activity] for n in range(4)]
    rows += [[user.email, "", "PPL", world.pml.email, activity] for user in old]
    rows += [["bebas@uji.example", "", "PPL", "", activity]]
    rows += [["salah", "Salah", "PPL", "", activity]]
    return [["email", "name", "role", "pml", "kegiatan"], *rows]


def crew_changed(world: World) -> Job:
    """Start giving a role to many."""
    users = world.people(12)
    with tenant_scope(world.office):
        place = world.kegiatan.kegiatan_satkers.get()
    return world.job(
        people_jobs.CREW_CHANGE, place=place.pk, what="give", role="PPL",
        pml=str(world.pml.pk), users=[str(user.pk) for user in users],
    )  # fmt: skip


def links_mailed(world: World) -> Job:
    """Start letters with links: one address is refused, one person is not active any more."""
    users = world.people(6)
    User.objects.filter(pk=users[4].pk).update(email=REFUSED)
    User.objects.filter(pk=users[5].pk).update(is_active=False)
    ids = [str(user.pk) for user in users]
    return world.job(letters_jobs.LINKS_MAIL, ids=ids, origin=SITE)


def invitations_mailed(world: World) -> Job:
    """Start letters of invitation, of which one is answered."""
    made = [
        Invitation.objects.create(
            satker=world.office, email=f"undangan{n}@uji.example", role="admin_satker",
            invited_by=world.admin,
        )
        for n in range(6)
    ]  # fmt: skip
    Invitation.objects.filter(pk=made[0].pk).update(state=InvitationState.DECLINED)
    ids = [str(row.pk) for row in made]
    return world.job(letters_jobs.INVITATIONS_MAIL, ids=ids, origin=SITE)


IN_THREES = {"satker.background.HANDFUL": 3}
PEOPLE = [
    Case(
        people_jobs.PEOPLE_CHECK,
        lambda world: world.job(
            people_jobs.PEOPLE_CHECK, people_rows(world)
        ),
        {"rows": 11, "refused": 1}, {"recruit_lookups": 7}, ("bad_rows",), state="failed",
    ),
    Case(
        people_jobs.PEOPLE_IMPORT,
        lambda world: world.job(
            people_jobs.PEOPLE_IMPORT, people_rows(world),
            skip_bad=True,
        ),
        {"added": 5, "granted": 9, "invited": 1, "refused": 1},
        {"users": 5, "invitations": 1, "kegiatan_members": 9, "kegiatan_satker_user_roles": 9,
         "recruit_lookups": 7},
        ("bad_rows", "result"),
    ),
    Case(
        people_jobs.CREW_CHANGE, crew_changed, {"changed": 12},
        {"kegiatan_members": 12, "kegiatan_satker_user_roles": 12},
    ),
    Case(
        letters_jobs.LINKS_MAIL, links_mailed, {"sent": 4, "not_sent": 1, "left_out": 1}, {},
        ("bad_rows",), letters=4, parts=IN_THREES,
    ),
    Case(
        letters_jobs.INVITATIONS_MAIL, invitations_mailed,
        {"sent": 5, "not_sent": 0, "left_out": 1}, {}, letters=5, parts=IN_THREES,
    ),
]  # fmt: skip


# --- master data and the audit trail

SLS = [sls_row(f"610408000100{n:02}00", f"RT {n:03}") for n in range(1, 9)]
KBLI = "kode;judul\n01;Padi\n02;Jagung\n03;Ikan\n"


def audit_exported(world: World) -> Job:
    """Start the export of the office's trail."""
    world.units("Assigned", 3)
    chosen = AuditFilter(table="assignments")
    with tenant_scope(world.office):
        return audit_export_start(actor=world.admin, satker=world.office, chosen=chosen)


MASTER = [
    Case(
        master_jobs.SLS_CHECK,
        lambda world: world.super_job(master_jobs.SLS_CHECK, table([*SLS, sls_row(nama="")])),
        {"rows": 9, "refused_count": 1, "loaded": False}, {}, ("bad_rows",), state="failed",
    ),
    Case(
        master_jobs.SLS_LOAD,
        lambda world: world.super_job(master_jobs.SLS_LOAD, table(SLS)),
        {"rows": 8, "added": 8, "loaded": True}, {"master_sls": 8},
    ),
    Case(
        master_jobs.DATASET_LOAD,
        lambda world: world.super_job(
            master_jobs.DATASET_LOAD, KBLI, type="KBLI", version=2020, activate=True
        ),
        {"rows": 3, "added": 3, "loaded": True}, {"master_data": 1},
    ),
    Case(
        AUDIT_EXPORT, audit_exported, {"rows": 3}, {}, ("result",),
        parts={"cerdas.audit_export.PAGE_ROWS": 2},
    ),
]  # fmt: skip


# --- questionnaires


def form_printed(world: World) -> Job:
    """Start printing the questionnaire for the office."""
    schema, name = world.kegiatan.form_schema, world.kegiatan.name
    source = FormSource(schema, name, str(world.kegiatan.pk), 1, world.office.name)
    with tenant_scope(world.office):
        return print_start(actor=world.admin, satker=world.office, source=source, language="id")


FORMS = [Case(FORM_PRINT, form_printed, {"questions": 6}, {}, ("result",))]

CASES = [*UNITS, *PEOPLE, *MASTER, *FORMS]
