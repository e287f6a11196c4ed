"""An empty delta stays cheap however many rows the feed has. Source: design, section 8."""

import json

import pytest
from django.db import connection, connections, transaction

from assignments.selectors import membership_get
from assignments.sync import feed
from assignments.sync.feed import cursor_decode, feed_page
from cerdas.tenancy import tenant_scope
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True)
PEOPLE, UNITS_EACH = 50, 1_000  # two feed rows per unit: PPL and PML
BUFFERS_MAX = 10
# Set-based, with the row trigger of the feed switched off, which would take a minute.
_CENSUS = """
    ALTER TABLE assignments DISABLE TRIGGER feed_on_assignment;
    INSERT INTO assignments (id, satker_id, kegiatan_statistik_id, ppl_id, pml_id,
        assignment_label, level_1_code, level_2_code, level_3_code, level_4_code,
        level_5_code, cancel_reason, created_at, updated_at)
    SELECT gen_random_uuid(), m.satker_id, m.kegiatan_statistik_id, m.user_id, m.pml_id,
        'Keluarga ' || n, '61', '04', '080', '001', '0001', '', now(), now()
    FROM kegiatan_members m, generate_series(1, {units}) AS n WHERE m.pml_id IS NOT NULL;
    INSERT INTO assignment_responses (assignment_id, satker_id, status, version,
        form_version_used, visit_outcome, notes, attachment_ids, device_engine,
        created_at, updated_at)
    SELECT id, satker_id, 'Assigned', 1, 1, '', '', '[]', '', now(), now() FROM assignments;
    INSERT INTO assignment_feed
        (user_id, assignment_id, kegiatan_id, satker_id, gone, was_ppl, changed_xid)
    SELECT recipient.id, a.id, a.kegiatan_statistik_id, a.satker_id, false,
        recipient.id = a.ppl_id, pg_current_xact_id()
    FROM assignments a, LATERAL (VALUES (a.ppl_id), (a.pml_id)) AS recipient (id);
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE assignments ENABLE TRIGGER feed_on_assignment;
"""


@pytest.fixture
def census(satker, kegiatan, supervisor):
    """50 PPL of one PML with 1,000 units each; returns one of the PPL."""
    people = [factories.person(satker, name=f"Pencacah {n}") for n in range(PEOPLE)]
    for person in people:
        factories.member(person, kegiatan, satker, "PPL", pml=supervisor)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(_CENSUS.format(units=UNITS_EACH))
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE assignment_feed")
        cursor.execute("ANALYZE assignments")
        cursor.execute("SELECT count(*) FROM assignment_feed")
        assert cursor.fetchone()[0] == 2 * PEOPLE * UNITS_EACH
    return people[PEOPLE // 2]


def explained(statement, parameters):
    """Run a statement as the login role in the open scope; return (buffers, plan) when warm."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "cerdas_app"
        for _run in range(2):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            found = cursor.fetchone()[0]
    [explanation] = found if isinstance(found, list) else json.loads(found)
    plan = explanation["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], plan


def empty_delta(user, kegiatan, satker, monkeypatch):
    """Follow the feed to its end, then return (buffers, plan) of the statement that comes next."""
    ran = []
    read = feed._read

    def noted(cursor, keys):
        ran.append(keys)
        return read(cursor, keys)

    monkeypatch.setattr(feed, "_read", noted)
    with tenant_scope(satker):
        member = membership_get(user=user, kegiatan_id=kegiatan.pk)
        more, cursor, units = True, None, 0
        while more:
            page = feed_page(
                user_id=user.pk, kegiatan_id=kegiatan.pk, satker_id=satker.pk,
                access=member.access, cursor=cursor, limit=1_000,
            )  # fmt: skip
            cursor, more, units = cursor_decode(page.cursor), page.more, units + len(page.documents)
            if units >= UNITS_EACH:
                break
        with connection.cursor() as db:  # where the next pass begins once no older writer runs
            db.execute("SELECT max(changed_xid)::text FROM assignment_feed")
            base = int(db.fetchone()[0]) + 1
        return explained(feed._FIRST.format(tombstones=""), {**ran[0], "base": str(base)})


@pytest.mark.slow
def test_an_empty_delta_at_100000_feed_rows_reads_at_most_ten_buffers(
    satker, kegiatan, supervisor, census, monkeypatch
):
    for user in (census, supervisor):
        buffers, plan = empty_delta(user, kegiatan, satker, monkeypatch)
        print(f"{user.name}: {buffers} buffers")
        assert buffers <= BUFFERS_MAX, json.dumps(plan, indent=1)
        assert '"Index Name": "feed_page"' in json.dumps(plan)
        assert plan["Plans"], "no scan in the plan"
