"""Shortening the audit trail: counted first, never too young, and told in the trail itself."""

import io
import json
import re
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cerdas.audit_purge import audit_purge
from cerdas.errors import Invalid, NotAllowed
from cerdas.models import AuditEntry
from cerdas.tenancy import super_scope, tenant_scope
from tests.cerdas.test_audit import owner, wilayah

pytestmark = pytest.mark.django_db(databases=["default", "direct", "owner"], transaction=True)
KEPT = 730


def entries() -> int:
    with super_scope():
        return AuditEntry.objects.count()


@pytest.fixture
def old(satker: Any, other_satker: Any, super_admin: Any) -> int:
    """Entries of both offices; those of this moment on are young. Gives how many are old."""
    for office, code in ((satker, "6104080"), (other_satker, "6171010")):
        with tenant_scope(office):
            wilayah(office, code)
    with owner() as connected:
        connected.execute("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only")
        connected.execute("UPDATE audit_entries SET at = at - interval '800 days'")
        connected.execute("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_append_only")
        connected.commit()
    made = entries()
    with tenant_scope(satker):
        wilayah(satker, "6104090")
    return made


def day(ago: int = KEPT) -> date:
    return (timezone.now() - timedelta(days=ago + 1)).date()


def run(actor: Any, *arguments: str) -> Any:
    out = io.StringIO()
    call_command(
        "purge_audit", "--actor", actor.email, "--before", day().isoformat(), *arguments,
        "--json", stdout=out,
    )  # fmt: skip
    return json.loads(out.getvalue())


def test_without_yes_it_only_counts(old: int, super_admin: Any) -> None:
    before = entries()
    told = run(super_admin)
    assert (told["entries"], told["deleted"]) == (old, False)
    assert told["offices"] == 2
    assert entries() == before


def test_with_yes_old_entries_go_and_every_office_is_told(
    old: int, super_admin: Any, satker: Any, other_satker: Any, satker_admin: Any
) -> None:
    young = entries() - old
    told = run(super_admin, "--yes")
    assert (told["entries"], told["deleted"]) == (old, True)
    assert entries() == young + 3, "one for each office, one for super_admin"
    with super_scope():
        left = list(AuditEntry.objects.filter(table_name="audit_entries"))
        assert {entry.satker_id for entry in left} == {None, satker.pk, other_satker.pk}
        counts = {entry.satker_id: entry.changes["entries"][0] for entry in left}
        assert counts[None] == old
        assert {(entry.actor_id, entry.request, entry.origin) for entry in left} == {
            (super_admin.pk, "purge_audit", "command")
        }
        assert AuditEntry.objects.filter(label="6104090").exists()
    with tenant_scope(satker):
        assert AuditEntry.objects.filter(table_name="audit_entries").count() == 1

    client = Client(headers={"accept-language": "id"})
    client.force_login(satker_admin)
    page = client.get("/satker/6104/admin/cerdas/auditentry/").content.decode()
    rows = page.partition('id="result_list"')[2]
    assert re.search(r">\s*Jejak audit\s*<", rows)


def test_nothing_old_leaves_no_entry(super_admin: Any, satker: Any) -> None:
    before = entries()
    assert run(super_admin, "--yes")["deleted"] is False
    assert entries() == before


def test_young_entries_are_never_deleted(old: int, super_admin: Any, settings: Any) -> None:
    before = entries()
    with pytest.raises(Invalid, match="730"):
        audit_purge(actor=super_admin, before=day(KEPT - 3), dry_run=False)
    assert entries() == before
    settings.AUDIT_KEEP_DAYS = 900
    with pytest.raises(CommandError, match="900"):
        run(super_admin, "--yes")
    assert entries() == before


def test_only_super_admin_purges(old: int, satker_admin: Any) -> None:
    before = entries()
    with pytest.raises(NotAllowed):
        audit_purge(actor=satker_admin, before=day(), dry_run=False)
    with pytest.raises(CommandError):
        run(satker_admin, "--yes")
    assert entries() == before


@pytest.mark.parametrize("text", ["kemarin", "2024-13-01", "01-02-2024", ""])
def test_a_day_that_is_none_is_refused(super_admin: Any, text: str) -> None:
    with pytest.raises(CommandError):
        call_command("purge_audit", "--actor", super_admin.email, f"--before={text}", "--yes")


def test_the_trail_stays_closed_after_a_purge(old: int, super_admin: Any) -> None:
    run(super_admin, "--yes")
    with owner() as connected:
        with pytest.raises(psycopg.IntegrityError, match="kept as they were written"):
            connected.execute("DELETE FROM audit_entries")
        connected.rollback()
