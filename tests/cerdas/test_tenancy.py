"""The satker scope, and what the database itself keeps away from the application role."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from assignments.models import (
    Assignment,
    AssignmentAttachment,
    ResponseCheck,
    ResponseComment,
    ResponseHistory,
)
from cerdas.errors import NotFound
from cerdas.tenancy import ScopeError, current_satker_id, super_scope, tenant_scope, user_scope
from kegiatan.models import KegiatanMember
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
commits = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
WITHOUT_POLICY = Path(__file__).parents[1] / "contracts" / "tables_without_policy.txt"
KEPT = ("assignments", "assignment_responses", "response_histories", "answer_changes")
TENANT_TABLES = "SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY relname"


def rows(sql: str, *parameters: Any) -> list[Any]:
    """Ask as the application role."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def owner() -> psycopg.Connection[Any]:
    """A connection of the owning role to the test database; commits nothing by itself."""
    entry = connections.settings["owner"]
    return psycopg.connect(
        dbname=entry["NAME"],
        user=entry["USER"],
        password=entry["PASSWORD"] or None,
        host=entry["HOST"] or None,
        port=entry["PORT"] or None,
    )


# The scope


def test_outside_a_scope_every_tenant_table_is_empty(assignment: Any, other_satker: Any) -> None:
    tables = [row[0] for row in rows(TENANT_TABLES)]
    assert len(tables) >= 11
    for table in tables:
        assert rows(f'SELECT count(*) FROM "{table}"') == [(0,)], table
    with tenant_scope(assignment.satker_id):
        assert Assignment.objects.count() == 1
        assert KegiatanMember.objects.count() == 2


def test_a_scope_holds_the_rows_of_one_office(assignment: Any, other_satker: Any) -> None:
    with tenant_scope(other_satker):
        assert {a.satker_id for a in Assignment.objects.all()} == {other_satker.pk}
        assert not Assignment.objects.filter(pk=assignment.pk).exists()
        assert Assignment.objects.filter(pk=assignment.pk).update(assignment_label="x") == 0
    with super_scope():
        assert Assignment.objects.count() == 4


def test_writing_a_row_of_another_office_is_refused(satker: Any, other_satker: Any) -> None:
    with tenant_scope(other_satker):
        unit = Assignment.objects.first()
    assert unit is not None
    unit.pk, unit.satker, unit._state.adding = uuid4(), other_satker, True
    with tenant_scope(satker), pytest.raises(ProgrammingError, match="row-level security"):
        with transaction.atomic():
            unit.save(force_insert=True)


def test_a_scope_inside_that_of_another_office_is_refused(satker: Any, other_satker: Any) -> None:
    with tenant_scope(satker):
        with pytest.raises(ScopeError), tenant_scope(other_satker):
            pass
        with pytest.raises(ScopeError), super_scope():
            pass
        assert current_satker_id() == satker.pk
    assert current_satker_id() is None


def test_super_admin_may_narrow_down_to_one_office_and_comes_back(
    assignment: Any, other_satker: Any
) -> None:
    with super_scope():
        assert Assignment.objects.count() == 4
        with tenant_scope(other_satker):
            assert {a.satker_id for a in Assignment.objects.all()} == {other_satker.pk}
            with pytest.raises(ScopeError), tenant_scope(assignment.satker_id):
                pass
            with pytest.raises(ScopeError), super_scope():
                pass
        assert Assignment.objects.count() == 4
        with suppress(KeyError), tenant_scope(other_satker):
            raise KeyError
        assert Assignment.objects.count() == 4


def test_an_inner_scope_of_the_same_office_leaves_the_outer_open(assignment: Any) -> None:
    with tenant_scope(assignment.satker_id):
        with tenant_scope(assignment.satker_id):
            assert Assignment.objects.count() == 1
        assert Assignment.objects.count() == 1
        assert current_satker_id() == assignment.satker_id


def test_after_a_scope_inside_a_transaction_the_rows_are_gone_again(assignment: Any) -> None:
    with transaction.atomic():
        with tenant_scope(assignment.satker_id):
            assert Assignment.objects.count() == 1
        assert Assignment.objects.count() == 0
        assert current_satker_id() is None


def test_a_savepoint_that_rolls_back_leaves_the_scope_open(assignment: Any) -> None:
    with tenant_scope(assignment.satker_id):
        with suppress(KeyError), transaction.atomic():
            Assignment.objects.update(assignment_label="rolled back")
            raise KeyError
        assert [a.assignment_label for a in Assignment.objects.all()] == [
            assignment.assignment_label
        ]


@pytest.mark.parametrize("error", [KeyError, IntegrityError])
def test_after_an_exception_in_an_inner_scope_the_outer_state_is_back(
    assignment: Any, error: type[Exception]
) -> None:
    with transaction.atomic():
        with suppress(error), tenant_scope(assignment.satker_id):
            raise error
        assert Assignment.objects.count() == 0
    with tenant_scope(assignment.satker_id):
        with suppress(error), tenant_scope(assignment.satker_id):
            raise error
        assert Assignment.objects.count() == 1


def test_after_a_database_error_in_an_inner_scope_the_outer_state_is_back(assignment: Any) -> None:
    with transaction.atomic():
        with suppress(ProgrammingError), tenant_scope(assignment.satker_id):
            rows("SELECT no_such_column FROM assignments")
        assert Assignment.objects.count() == 0


@commits
def test_a_scope_of_its_own_inside_a_transaction_is_refused(satker: Any) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        with tenant_scope(satker, new_transaction=True):
            pass
    with tenant_scope(satker, new_transaction=True):
        assert current_satker_id() == satker.pk
    assert not connection.in_atomic_block


@commits
def test_the_next_transaction_of_a_connection_has_no_scope(assignment: Any) -> None:
    with tenant_scope(assignment.satker_id):
        assert Assignment.objects.count() == 1
    assert Assignment.objects.count() == 0
    assert rows("SELECT coalesce(current_setting('app.satker_id', true), '')") == [("",)]


def test_people_work_in_the_scope_of_their_office(
    assignment: Any, enumerator: Any, super_admin: Any, other_satker: Any
) -> None:
    with user_scope(enumerator):
        assert Assignment.objects.count() == 1
    with user_scope(super_admin):
        assert Assignment.objects.count() == 4
    floating = factories.person(None)
    with pytest.raises(NotFound), user_scope(floating):
        pass


# The catalogue


def listed_without_policy() -> dict[str, str]:
    """The contract file: table -> reason."""
    lines = WITHOUT_POLICY.read_text().splitlines()
    pairs = [line.split(":", 1) for line in lines if line and not line.startswith("#")]
    return {table.strip(): reason.strip() for table, reason in pairs}


def test_every_table_has_the_policies_or_a_reason_for_having_none() -> None:
    tables = {
        name: (secured, policies)
        for name, secured, policies in rows(
            """SELECT c.relname, c.relrowsecurity,
                      coalesce(array_agg(p.polname::text ORDER BY p.polname)
                               FILTER (WHERE p.polname IS NOT NULL), '{}')
               FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'f')
               GROUP BY c.oid, c.relname, c.relrowsecurity"""
        )
    }
    listed = listed_without_policy()
    secured = {name for name, (is_secured, _policies) in tables.items() if is_secured}
    assert set(tables) - secured == set(listed)
    assert all(listed.values()), "a table is listed without a reason"
    for name in secured:
        assert tables[name][1] == ["satker_rows", "super_rows"], name


def test_the_policies_of_all_tables_say_the_same() -> None:
    found = rows(
        """SELECT DISTINCT polname::text, polcmd, polpermissive, polroles = '{0}',
                  pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
           FROM pg_policy ORDER BY 1"""
    )
    assert [row[0] for row in found] == ["satker_rows", "super_rows"]
    for name, command, is_permissive, is_for_all, using, check in found:
        assert (command, is_permissive, is_for_all) == ("*", True, True), name
        assert using == check
    assert (
        "satker_id = (NULLIF(current_setting('app.satker_id'::text, true), ''::text))"
        in (found[0][4])
    )
    assert found[1][4] == "(current_setting('app.super'::text, true) = 'on'::text)"


def test_every_child_of_an_assignment_has_the_satker_in_its_key() -> None:
    children = rows(
        """SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
           WHERE contype = 'f'
             AND confrelid IN ('assignments'::regclass, 'assignment_responses'::regclass)"""
    )
    composite = rows(
        """SELECT conrelid::regclass::text FROM pg_constraint
           WHERE contype = 'f' AND confrelid = 'assignments'::regclass
             AND array_length(conkey, 1) = 2
             AND (SELECT attname FROM pg_attribute
                  WHERE attrelid = conrelid AND attnum = conkey[1]) = 'satker_id'"""
    )
    assert len(children) >= 7
    assert sorted(composite) == sorted(children)


def test_the_application_role_owns_nothing_and_obeys_the_policies() -> None:
    role = rows("SELECT current_user")[0][0]
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
        " WHERE rolname = current_user"
    ) == [(False, False, False, False)]
    assert rows("SELECT relname FROM pg_class WHERE relowner = %s::regrole", role) == []
    assert rows("SELECT proname FROM pg_proc WHERE proowner = %s::regrole", role) == []
    assert rows("SELECT datname FROM pg_database WHERE datdba = %s::regrole", role) == []
    assert rows("SELECT nspname FROM pg_namespace WHERE nspowner = %s::regrole", role) == []
    assert rows("SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]
    assert rows("SELECT roleid FROM pg_auth_members WHERE member = %s::regrole", role) == []


def test_the_application_role_may_truncate_nothing_and_not_delete_what_is_kept() -> None:
    granted = rows(
        """SELECT relname, has_table_privilege(oid, 'DELETE'), has_table_privilege(oid, 'TRUNCATE'),
                  has_table_privilege(oid, 'TRIGGER')
           FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"""
    )
    assert [name for name, _delete, truncate, _trigger in granted if truncate] == []
    assert [name for name, _delete, _truncate, trigger in granted if trigger] == []
    may_delete = {name for name, delete, _truncate, _trigger in granted if delete}
    assert may_delete.isdisjoint(KEPT)
    assert "response_comments" in may_delete


@pytest.mark.parametrize("table", KEPT)
def test_deleting_what_is_kept_is_refused(assignment: Any, table: str) -> None:
    with tenant_scope(assignment.satker_id):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)


# Append-only rows


def answer_change(assignment: Any) -> None:
    with tenant_scope(assignment.satker_id), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO answer_changes"
            " (assignment_response_id, satker_id, user_id, path, old, new, version, created_at)"
            " VALUES (%s, %s, %s, 'nama', 'null', '\"B\"', 2, now())",
            [assignment.pk, assignment.satker_id, assignment.pml_id],
        )


def test_the_application_role_cannot_change_history(assignment: Any) -> None:
    answer_change(assignment)
    with tenant_scope(assignment.satker_id):
        for statement in (
            "UPDATE response_histories SET notes = 'x'",
            "UPDATE answer_changes SET path = 'x'",
            "UPDATE form_versions SET checksum = 'x'",
        ):
            with pytest.raises(IntegrityError, match="are kept as they were written"):
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)
        assert ResponseHistory.objects.get().notes is None


@commits
@pytest.mark.parametrize("table", ["response_histories", "answer_changes"])
def test_the_owner_deletes_history_only_while_purging_that_kegiatan(
    assignment: Any, table: str
) -> None:
    answer_change(assignment)
    kegiatan_id = str(assignment.kegiatan_statistik_id)
    attempts = [
        (f"DELETE FROM {table}", "", False),
        (f"DELETE FROM {table}", str(uuid4()), False),
        (f"UPDATE {table} SET version = 9", "", False),
        (f"UPDATE {table} SET version = 9", kegiatan_id, False),
        (f"DELETE FROM {table}", kegiatan_id, True),
    ]
    with owner() as connected:
        for statement, purge, is_allowed in attempts:
            connected.execute("SELECT set_config('app.purge', %s, true)", [purge])
            assert connected.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
            if is_allowed:
                connected.execute(statement)
                assert connected.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
            else:
                with pytest.raises(psycopg.IntegrityError, match="kept as they were written"):
                    connected.execute(statement)
            connected.rollback()


# Composite keys


@commits
@pytest.mark.parametrize(
    "child",
    [
        lambda unit, office, user: ResponseComment(
            assignment_response_id=unit.pk, satker=office, user=user, path="a", text="b", version=1
        ),
        lambda unit, office, user: ResponseHistory(
            assignment_response_id=unit.pk, satker=office, to_status="Opened", version=2
        ),
        lambda unit, office, user: ResponseCheck(assignment_id=unit.pk, satker=office, version=1),
        lambda unit, office, user: AssignmentAttachment(
            id=uuid4(), assignment_id=unit.pk, satker=office, original_filename="a",
            stored_path="a", mime_type="image/png", file_size_bytes=1, sha256="0" * 64,
            uploaded_by=user,
        ),
    ],
    ids=["comment", "history", "check", "attachment"],
)  # fmt: skip
def test_a_child_under_another_office_fails_at_commit(
    assignment: Any, other_satker: Any, child: Any
) -> None:
    row = child(assignment, other_satker, assignment.pml)
    with pytest.raises(IntegrityError, match="in_the_satker_of_its_assignment"):
        with tenant_scope(other_satker):
            row.save(force_insert=True)
    row = child(assignment, assignment.satker, assignment.pml)
    with tenant_scope(assignment.satker_id):
        row.save(force_insert=True)
        assert type(row).objects.filter(pk=row.pk).exists()
