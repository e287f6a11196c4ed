"""The audit trail: every door leaves who, from where and what; nobody edits it; no secret in it."""

import csv
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from assignments.models import Assignment
from assignments.services.cancelling import assignment_cancel
from assignments.services.reassigning import assignment_reassign
from cerdas.audit import VEIL, audit_context, audited_transaction, path_without_secrets
from cerdas.audit_triggers import audit_trigger
from cerdas.jobs import kinds
from cerdas.jobs.kinds import JobResult, job_kind
from cerdas.jobs.services import job_start
from cerdas.models import AuditedTable, AuditEntry
from cerdas.selectors import audit_entries
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.services.recruiting import recruit
from satker.models import SatkerWilayahTugas, User
from satker.services.account_links import account_links_issue
from satker.services.people import user_deactivate
from tests import factories
from tests.assignments.sending import LISTING, outcomes, send, submit
from tests.cerdas.test_tenancy import owner

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
commits = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
Entries = list[AuditEntry]


def entries(satker: Any = None, **exact: Any) -> Entries:
    """The entries of an office, or all, oldest first."""
    with tenant_scope(satker) if satker is not None else super_scope():
        rows = audit_entries(satker=None).filter(**exact)
        return list(rows.order_by("id"))


def newest(before: int, **exact: Any) -> Entries:
    """All entries after one of them."""
    return entries(id__gt=before, **exact)


def mark() -> int:
    """The id of the newest entry."""
    with super_scope():
        found = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first()
    return found or 0


def wilayah(satker: Any, prefix: str) -> SatkerWilayahTugas:
    made: SatkerWilayahTugas = SatkerWilayahTugas.objects.create(
        satker=satker, wilayah_level=3, wilayah_code_prefix=prefix
    )
    return made


# Doors


def test_accepting_an_invitation_over_the_api_tells_who_from_where(
    api: Any, satker: Any, kegiatan: Any, kegiatan_admin: Any
) -> None:
    person = factories.person(None, name="Calon Petugas")
    place = factories.take_part(kegiatan, satker)
    invited = recruit(
        actor=kegiatan_admin,
        satker=satker,
        kegiatan_satker=place,
        email=person.email,
        role="PML",
    ).invitation
    assert invited is not None
    before = mark()
    answer = api(person).post(
        f"/api/v1/invitations/{invited.pk}/accept/?rahasia=1", REMOTE_ADDR="203.0.113.9"
    )
    assert answer.status_code == 200, answer.content

    found = newest(before)
    assert {entry.table_name for entry in found} == {
        "users", "invitations", "kegiatan_members", "kegiatan_satker_user_roles",
    }  # fmt: skip
    for entry in found:
        assert (entry.actor_id, entry.origin, entry.address) == (person.pk, "api", "203.0.113.9")
        assert entry.request == f"POST /api/v1/invitations/{invited.pk}/accept/"
        assert entry.satker_id == satker.pk
    joined = next(entry for entry in found if entry.table_name == "users")
    assert joined.action == "update"
    assert joined.changes == {"satker_id": [None, str(satker.pk)]}
    assert joined.label == f"Calon Petugas <{person.email}>"
    role = next(entry for entry in found if entry.table_name == "kegiatan_satker_user_roles")
    assert role.label == f"Calon Petugas: PML: {kegiatan.name} {kegiatan.year}"


def test_a_command_is_named_with_its_actor(satker: Any, satker_admin: Any) -> None:
    person = factories.person(satker, name="Admin Baru")
    before = mark()
    call_command(
        "grant_role", "--actor", satker_admin.email, "--satker", satker.code,
        "--email", person.email, "--role", "admin_satker",
    )  # fmt: skip
    (entry,) = newest(before)
    assert (entry.table_name, entry.action) == ("satker_user_roles", "insert")
    assert (entry.origin, entry.request, entry.address) == ("command", "grant_role", "")
    assert (entry.actor_id, entry.satker_id) == (satker_admin.pk, satker.pk)
    assert entry.label == "Admin Baru: admin_satker"

    factories.person(None)
    assert entries()[-1].origin == "system", "what follows a command is not the command's"


def test_a_command_without_an_office_is_named_as_well(super_admin: Any) -> None:
    before = mark()
    call_command("create_satker", "6105", "BPS Bengkayang", "--actor", super_admin.email)
    found = newest(before)
    assert {entry.table_name for entry in found} == {"satkers", "satker_wilayah_tugas"}
    assert {(entry.origin, entry.request, entry.actor_id) for entry in found} == {
        ("command", "create_satker", super_admin.pk)
    }
    office = next(entry for entry in found if entry.table_name == "satkers")
    assert str(office.satker_id) == office.row_id
    assert office.changes["code"] == [None, "6105"]


@commits
def test_a_job_works_in_the_name_of_who_asked_for_it(satker: Any, satker_admin: Any) -> None:
    before_kinds = dict(kinds._KINDS)

    def handler(run: Any) -> JobResult:
        wilayah(run.satker, "6104080")
        return JobResult()

    try:
        job_kind("tests.audit", title="Uji")(handler)
        with audit_context(satker_admin, "admin", "203.0.113.9", "POST /x/"), tenant_scope(satker):
            job = job_start(
                actor=satker_admin, satker=satker, kind="tests.audit", title="Perluasan"
            )
        before = mark()
        call_command("worker", "--until-empty")
    finally:
        kinds._KINDS.clear()
        kinds._KINDS.update(before_kinds)

    (started,) = entries(satker, table_name="jobs")
    assert (started.action, started.origin, started.label) == ("insert", "admin", "Perluasan")
    assert started.row_id == str(job.pk)
    (entry,) = newest(before)
    assert (entry.origin, entry.actor_id) == ("job", satker_admin.pk)
    assert entry.request == f"tests.audit {job.pk}"
    assert entry.changes["wilayah_code_prefix"] == [None, "6104080"]


@commits
def test_a_page_of_the_office_is_told_apart_from_the_api(
    client: Client, satker: Any, satker_admin: Any
) -> None:
    client.force_login(satker_admin)
    before = mark()
    address = "/satker/6104/admin/cerdas/auditentry/export/"
    answer = client.post(address, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 302
    (entry,) = newest(before)
    assert (entry.table_name, entry.origin, entry.actor_id) == ("jobs", "admin", satker_admin.pk)
    assert (entry.request, entry.address) == (f"POST {address}", "203.0.113.9")


@commits
def test_pages_of_accounts_say_who_works_though_they_have_no_scope(
    client: Client, satker: Any, satker_admin: Any, enumerator: Any
) -> None:
    link = account_links_issue(actor=satker_admin, satker=satker, users=[enumerator])[0]
    before = mark()
    form = {"password": "kata-sandi-baru-7", "again": "kata-sandi-baru-7"}
    assert client.post(link.path, form, REMOTE_ADDR="203.0.113.9").status_code == 200
    client.force_login(satker_admin)
    form = {
        "oldpassword": factories.PASSWORD,
        "password1": "kata-sandi-lain-8",
        "password2": "kata-sandi-lain-8",
    }
    answer = client.post("/account/password/change/", form, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 302

    by_link, by_form = newest(before, table_name="users")
    for entry, actor in ((by_link, None), (by_form, satker_admin.pk)):
        assert entry.changes == {"password": [VEIL, VEIL]}
        assert (entry.origin, entry.address, entry.actor_id) == ("admin", "203.0.113.9", actor)
    assert by_form.request == "POST /account/password/change/"
    assert VEIL in by_link.request
    assert link.path.strip("/").split("/")[-1] not in by_link.request
    factories.person(None)
    assert entries()[-1].origin == "system", "what follows a request is not the request's"


def test_a_read_only_page_without_scope_pays_nothing(client: Client, satker: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/account/password/reset/").status_code == 200
    assert not any("app.actor" in query["sql"] for query in queries)


def test_writing_without_any_context_still_leaves_an_entry(satker: Any) -> None:
    before = mark()
    wilayah(satker, "6104080")
    with transaction.atomic():
        wilayah(satker, "6104090")
    with audited_transaction():
        wilayah(satker, "6104100")
    found = newest(before)
    assert [entry.label for entry in found] == ["6104080", "6104090", "6104100"]
    for entry in found:
        assert (entry.actor_id, entry.origin, entry.satker_id) == (None, "system", satker.pk)
        assert entry.request.startswith("database role ")


@commits
def test_what_the_owner_does_by_hand_is_kept_too(satker: Any) -> None:
    before = mark()
    with owner() as connected:
        connected.execute("UPDATE satkers SET name = 'Diganti' WHERE id = %s", [satker.pk])
    (entry,) = newest(before)
    assert entry.changes == {"name": [satker.name, "Diganti"]}
    assert (entry.origin, entry.actor_id) == ("system", None)
    with owner() as connected:
        row = connected.execute("SELECT session_user").fetchone()
        assert row is not None
        assert entry.request == f"database role {row[0]}"


def test_a_change_that_is_rolled_back_leaves_no_entry(
    api: Any, satker: Any, satker_admin: Any
) -> None:
    before = mark()
    with suppress(KeyError), tenant_scope(satker), transaction.atomic():
        wilayah(satker, "6104080")
        raise KeyError
    assert newest(before) == []


def test_the_context_ends_with_its_block(satker: Any, satker_admin: Any) -> None:
    before = mark()
    with audit_context(satker_admin, "admin", "203.0.113.9", "POST /x/"), tenant_scope(satker):
        wilayah(satker, "6104080")
    with tenant_scope(satker):
        wilayah(satker, "6104090")
    assert [(e.origin, e.actor_id) for e in newest(before)] == [
        ("admin", satker_admin.pk),
        ("system", None),
    ]


def test_secrets_in_a_path_are_veiled() -> None:
    path = "/accounts/password/reset/key/1a-abc-def/"
    assert path_without_secrets(path, {"key": "1a-abc-def"}) == (
        f"/accounts/password/reset/key/{VEIL}/"
    )
    unit = uuid4()
    assert path_without_secrets(f"/a/{unit}/x", {"unit": unit, "object_id": "x"}) == f"/a/{unit}/x"


# Offices


def test_another_office_sees_nothing(satker: Any, other_satker: Any, satker_admin: Any) -> None:
    with tenant_scope(satker):
        user_deactivate(
            actor=satker_admin, satker=satker, user=factories.person(satker, name="Keluar")
        )
    assert any(entry.label.startswith("Keluar") for entry in entries(satker))
    theirs = entries(other_satker)
    assert theirs, "the other office has entries of its own"
    assert {entry.satker_id for entry in theirs} == {other_satker.pk}
    assert {entry.satker_id for entry in entries(satker)} == {satker.pk}
    assert AuditEntry.objects.count() == 0, "outside a scope there is nothing"


def test_a_person_who_changes_office_is_seen_by_both(satker: Any, other_satker: Any) -> None:
    person = factories.person(satker, name="Pindah")
    before = mark()
    User.objects.filter(pk=person.pk).update(satker=other_satker)
    User.objects.filter(pk=person.pk).update(satker=None)
    assert {(e.satker_id, tuple(e.changes["satker_id"])) for e in newest(before)} == {
        (satker.pk, (str(satker.pk), str(other_satker.pk))),
        (other_satker.pk, (str(satker.pk), str(other_satker.pk))),
        (other_satker.pk, (str(other_satker.pk), None)),
    }


def test_what_is_global_is_for_super_admin(satker: Any, kegiatan: Any) -> None:
    before = mark()
    kegiatan.name = "Nama Lain"
    kegiatan.save()
    (entry,) = newest(before)
    assert entry.satker_id is None
    assert entry.changes == {"name": [entry.changes["name"][0], "Nama Lain"]}
    assert entry.pk not in {other.pk for other in entries(satker)}


# What is kept


def test_units_changing_hands_and_cancelled_are_kept(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, supervisor: Any, assignment: Any
) -> None:
    other = factories.person(satker, name="Pencacah Dua")
    factories.member(other, kegiatan, satker, "PPL", pml=supervisor)
    before = mark()
    with tenant_scope(satker):
        unit: Any = {
            "actor": kegiatan_admin,
            "satker": satker,
            "kegiatan": kegiatan,
            "assignment_ids": [assignment.pk],
        }
        assignment_reassign(**unit, ppl=other, reason="Sakit")
        assignment_cancel(**unit, reason="Dobel")
    moved, cancelled = newest(before, table_name="assignments")
    assert moved.changes == {"ppl_id": [str(assignment.ppl_id), str(other.pk)]}
    assert moved.label == assignment.assignment_label
    assert cancelled.changes["cancel_reason"] == ["", "Dobel"]


def test_a_submit_leaves_its_own_histories_and_no_entry(
    api: Any, kegiatan: Any, enumerator: Any, assignment: Any
) -> None:
    before = mark()
    sent = send(api(enumerator), kegiatan, submit(assignment, data={"label": "Label Baru"}))
    assert outcomes(sent) == [("applied", "")]
    with tenant_scope(assignment.satker_id):
        assignment.refresh_from_db()
        assert assignment.assignment_label == "Label Baru"
    assert newest(before) == []
    with tenant_scope(assignment.satker_id):
        Assignment.objects.filter(pk=assignment.pk).update(assignment_label="Oleh Kantor")
    (entry,) = newest(before)
    assert entry.changes == {"assignment_label": ["Label Baru", "Oleh Kantor"]}


def test_what_changes_nothing_that_matters_leaves_no_entry(
    satker: Any, enumerator: Any, assignment: Any
) -> None:
    before = mark()
    enumerator.last_login = "2026-11-01T00:00Z"
    enumerator.save()
    with tenant_scope(satker):
        assignment.save()
    assert newest(before) == []


def test_an_import_of_many_rows_is_one_entry(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, enumerator: Any, supervisor: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    path = tmp_path / "units.csv"
    with path.open("w", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(["ppl", "pml", "label", "region_code"])
        for n in range(1_200):
            sheet.writerow([enumerator.email, supervisor.email, f"Unit {n}", "6104080001"])
    before = mark()
    call_command(
        "import_assignments", str(kegiatan.pk), str(path),
        "--actor", kegiatan_admin.email, "--satker", satker.code,
    )  # fmt: skip
    (entry,) = newest(before)
    assert (entry.action, entry.table_name, entry.row_id) == ("insert", "assignments", "")
    assert (entry.origin, entry.request) == ("command", "import_assignments")
    assert entry.satker_id == satker.pk
    assert entry.changes["count"] == [None, 1_200]
    assert len(entry.changes["first_ids"][1]) == 20


def test_no_secret_and_no_answer_is_ever_kept(
    api: Any, satker: Any, kegiatan: Any, kegiatan_admin: Any, super_admin: Any,
    enumerator: Any, supervisor: Any,
) -> None:  # fmt: skip
    person = factories.person(satker, name="Ganti Sandi")
    person.google_id = "109876543210"
    person.set_password("sandi-yang-lain-sekali")
    person.save()
    unit = factories.assignment(
        satker, kegiatan, enumerator, supervisor, prefilled_data={"nama_krt": "Prelist Rahasia"}
    )
    token = factories.token(enumerator)
    phone = APIClient()
    phone.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert outcomes(send(phone, kegiatan, submit(unit))) == [("applied", "")]
    kegiatan.form_schema = {**factories.form(), "title": "Skema Rahasia"}
    kegiatan.save()

    changed = entries(table_name="users", row_id=str(person.pk))[-1]
    assert changed.changes == {"password": [VEIL, VEIL], "google_id": [None, VEIL]}
    schema = entries(table_name="kegiatan_statistiks")[-1]
    assert schema.changes == {"form_schema": ["changed", "changed"]}
    with super_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, ' ') FROM audit_entries e")
        everything = cursor.fetchone()[0]
    hashes = list(User.objects.exclude(password=None).values_list("password", flat=True))
    assert len(hashes) > 3
    secrets = [*hashes, token, "109876543210", "Prelist Rahasia", "Skema Rahasia", '"elements"']
    secrets += [value for value in LISTING.values() if isinstance(value, str)]
    assert [secret for secret in secrets if secret in everything] == []


def test_every_column_of_an_audited_table_is_kept_veiled_marked_or_left_out_on_purpose() -> None:
    left_out = {
        "*": {"id", "created_at", "updated_at"},
        "users": {"last_login", "google_avatar"},
        "invitations": {"answered_at"},
        "kegiatan_members": {"access_generation"},
        "form_versions": {"published_at"},
        "kegiatan_statistiks": {"last_draft_revision"},
        "assignments": {
            "satker_id", "kegiatan_statistik_id", "prefilled_data",
            "level_4_code_full", "level_6_code_full", "region_code",
        },
        "parked_operations": {
            "satker_id", "kegiatan_id", "user_id", "kind", "operation_id", "assignment_id", "after",
            "payload", "payload_sha256", "stored_path", "reason", "details", "device_at",
            "received_at", "decided_at",
        },
        "master_data": {"data", "size_bytes"},
        "jobs": {
            "satker_id", "arguments", "state", "done", "total", "message", "report", "error",
            "cancel_requested_at", "attempts", "started_at", "finished_at",
        },
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.tgrelid::regclass::text, t.tgargs,
                      (SELECT array_agg(attname::text) FROM pg_attribute a
                       WHERE a.attrelid = t.tgrelid AND attnum > 0 AND NOT attisdropped)
               FROM pg_trigger t WHERE tgname = 'audit_changes'"""
        )
        found = cursor.fetchall()
    with_trigger = set(AuditedTable.values) - {AuditedTable.AUDIT_ENTRIES}  # purge_audit writes
    assert {table for table, _args, _columns in found} == with_trigger
    for table, arguments, columns in found:
        text = bytes(arguments).decode().replace("{", "").replace("}", "").replace("\0", ",")
        named = {name for name in text.split(",") if name}
        undecided = set(columns) - named - left_out["*"] - left_out.get(table, set())
        assert undecided == set(), f"{table}: say in its trigger, or here, what becomes of these"
        assert named <= set(columns), table


# Out of reach


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET label = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "INSERT INTO audit_entries (at, origin, address, request, action, table_name, row_id,"
        " label, changes) VALUES (now(), 'api', '', '', 'insert', 'users', '', '', '{}')",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "CREATE TEMP TABLE users_too (id int); CREATE TRIGGER forged AFTER INSERT ON users_too"
        " FOR EACH ROW EXECUTE FUNCTION audit_row('{}', '{}', '{}')",
    ],
)
def test_the_application_can_only_read_the_trail(satker: Any, statement: str) -> None:
    before = [entry.label for entry in entries()]
    assert before
    for scope in (tenant_scope(satker), super_scope()):
        with scope, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    assert [entry.label for entry in entries()] == before


@commits
def test_the_owner_only_purges(satker: Any) -> None:
    wilayah(satker, "6104080")
    attempts = [
        ("DELETE FROM audit_entries", "", False),
        ("DELETE FROM audit_entries", str(uuid4()), False),
        ("UPDATE audit_entries SET label = ''", "audit_entries", False),
        ("DELETE FROM audit_entries", "audit_entries", True),
    ]
    with owner() as connected:
        for statement, purge, is_allowed in attempts:
            connected.execute("SELECT set_config('app.purge', %s, true)", [purge])
            if is_allowed:
                assert connected.execute(statement).rowcount > 0
            else:
                with pytest.raises(psycopg.IntegrityError, match="kept as they were written"):
                    connected.execute(statement)
            connected.rollback()


@commits
def test_a_trigger_that_cannot_write_its_entry_lets_nothing_through(satker: Any) -> None:
    # An unknown origin stands for any fault: no change without its entry.
    with audit_context(None, "nowhere"), tenant_scope(satker):  # type: ignore[arg-type]
        with pytest.raises(IntegrityError, match="audit_origin_is_known"), transaction.atomic():
            wilayah(satker, "6104080")
    assert not SatkerWilayahTugas.objects.filter(wilayah_code_prefix="6104080").exists()


def test_the_sql_of_a_trigger_names_its_columns() -> None:
    made = audit_trigger("things", kept=["a", "b"], veiled=["c"])
    assert "audit_row('{a,b}', '{c}', '{}')" in made
