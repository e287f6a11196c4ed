"""Reading the audit trail: search, filters, the export, and the pages of both sites."""

import csv
import io
import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cerdas.audit import audit_context
from cerdas.audit_export import AuditFilter, audit_export_start
from cerdas.errors import NotAllowed, NotFound
from cerdas.jobs.files import job_file_path
from cerdas.models import AuditEntry, Job
from cerdas.selectors import audit_entries
from cerdas.tenancy import super_scope, tenant_scope
from tests import factories
from tests.cerdas.test_audit import entries, wilayah

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
commits = pytest.mark.django_db(databases=["default", "direct"], transaction=True)
OFFICE = "/satker/6104/admin/cerdas/auditentry/"
GLOBAL = "/admin/cerdas/auditentry/"


def test_entries_are_searched_and_filtered(satker: Any, satker_admin: Any) -> None:
    with audit_context(satker_admin, "admin", "203.0.113.9", "POST /x/"), tenant_scope(satker):
        row = wilayah(satker, "6104080")
        row.delete()
    with tenant_scope(satker):

        def labels(**asked: Any) -> list[tuple[str, str]]:
            rows = audit_entries(satker=satker, **asked)
            return [(entry.action, entry.label) for entry in rows if "6104080" in entry.label]

        both = [("delete", "6104080"), ("insert", "6104080")]
        assert labels() == both
        assert labels(search="satker 6104080") == both, "of the admin's name and the label"
        assert labels(search="6104080 tidak-ada") == []
        assert labels(search=str(row.pk)) == []
        assert labels(actor=satker_admin.email, origin="admin") == both
        assert labels(actor="orang lain") == []
        assert labels(table="satker_wilayah_tugas", action="delete") == both[:1]
        assert labels(table="users") == []
        newest_at = audit_entries(satker=satker)[0].at
        assert labels(since=newest_at) == both[:1]
        assert labels(until=newest_at) == both[1:]


# Export


@pytest.fixture
def exported() -> Any:
    """`exported(job)` runs the worker and gives the rows of the file."""

    def rows(job: Job) -> list[dict[str, str]]:
        call_command("worker", "--until-empty")
        with super_scope():
            done = Job.objects.get(pk=job.pk)
            assert done.state == "done", done.message
            with job_file_path(done.files.get(role="result")) as path:
                return list(csv.DictReader(io.StringIO(path.read_text())))

    return rows


@commits
def test_an_office_exports_its_own_entries(
    satker: Any, satker_admin: Any, other_satker: Any, exported: Any
) -> None:
    factories.person(satker, name="=HYPERLINK(1)")
    with tenant_scope(satker):
        expected = audit_entries(satker=satker, table="users").count()
        job = audit_export_start(
            actor=satker_admin, satker=satker, chosen=AuditFilter(table="users")
        )
    rows = exported(job)
    assert len(rows) == expected > 0
    assert {row["satker"] for row in rows} == {satker.code}
    assert {row["table"] for row in rows} == {"users"}
    assert rows[0]["label"].startswith("'=HYPERLINK(1) <")
    assert json.loads(rows[0]["changes"])["name"] == [None, "=HYPERLINK(1)"]
    assert not any("Rahasia" in value for row in rows for value in row.values())


@commits
def test_super_admin_exports_everything(
    satker: Any, other_satker: Any, super_admin: Any, exported: Any
) -> None:
    with super_scope():
        job = audit_export_start(actor=super_admin, satker=None)
    assert {satker.code, other_satker.code, ""} <= {row["satker"] for row in exported(job)}


def test_only_admins_of_the_office_export(
    satker: Any, other_satker: Any, kegiatan_admin: Any, satker_admin: Any
) -> None:
    for actor, office, refusal in (
        (kegiatan_admin, satker, NotAllowed),
        (satker_admin, other_satker, NotFound),
        (satker_admin, None, NotAllowed),
    ):
        with pytest.raises(refusal):
            audit_export_start(actor=actor, satker=office)
    with super_scope():
        assert not Job.objects.exists()


# Pages


def pages(client: Client, user: Any) -> Client:
    """A browser of somebody who is signed in."""
    client.force_login(user)
    return client


@commits
def test_an_admin_of_the_office_reads_its_trail_in_words(
    client: Client, satker: Any, satker_admin: Any, other_satker: Any
) -> None:
    person = factories.person(satker, name="<b>Tebal</b>")
    person.is_active = False
    with audit_context(satker_admin, "api", "203.0.113.9", "POST /x/"), tenant_scope(satker):
        person.save()
    browser = pages(client, satker_admin)
    text = browser.get(OFFICE).content.decode()
    assert "&lt;b&gt;Tebal&lt;/b&gt;" in text
    assert "<b>Tebal" not in text
    assert "Rahasia" not in text

    entry = entries(satker, table_name="users", action="update")[-1]
    answer = browser.get(f"{OFFICE}{entry.pk}/change/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert satker_admin.name in text
    assert "203.0.113.9" in text
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd] [^>]*>.*?</t[hd]>", text)]
    assert cells[-3:] == ["Aktif", "Ya", "Tidak"]
    assert "WIB" in text, "times are in the zone of the office"


@commits
def test_ids_are_shown_as_what_they_point_to(
    client: Client, satker: Any, satker_admin: Any, kegiatan: Any, supervisor: Any, enumerator: Any
) -> None:
    browser = pages(client, satker_admin)

    def page(table: str) -> str:
        entry = next(e for e in entries(satker, table_name=table) if "Pencacah" in e.label)
        return str(browser.get(f"{OFFICE}{entry.pk}/change/").content.decode())

    assert f">{kegiatan}</td>" in page("kegiatan_members")
    assert f"{supervisor.name} &lt;{supervisor.email}&gt;" in page("kegiatan_members")
    assert ">PPL<" in page("kegiatan_satker_user_roles")


@commits
def test_the_list_is_filtered_and_searched(client: Client, satker: Any, satker_admin: Any) -> None:
    with audit_context(satker_admin, "api", "203.0.113.9", "POST /x/"), tenant_scope(satker):
        wilayah(satker, "6104080")
    with tenant_scope(satker):
        wilayah(satker, "6104090")
    browser = pages(client, satker_admin)

    def shown(query: str) -> set[str]:
        text = browser.get(f"{OFFICE}?{query}").content.decode()
        return {label for label in ("6104080", "6104090") if f">{label}<" in text}

    both = {"6104080", "6104090"}
    assert shown("") == both
    assert shown("q=6104080") == {"6104080"}
    assert shown(f"who={satker_admin.email}") == {"6104080"}
    assert shown("origin__exact=api") == {"6104080"}
    assert shown("table_name__exact=users") == set()
    assert shown("table_name__exact=satker_wilayah_tugas&action__exact=insert") == both
    assert shown("at_from=2000-01-01&at_to=2999-12-31") == both
    assert shown("at_to=2000-01-01") == set()
    assert shown("at_from=bukan-tanggal") == both


@commits
def test_days_are_those_of_the_office(client: Client, satker: Any, satker_admin: Any) -> None:
    wilayah(satker, "6104080")
    (entry,) = entries(satker, table_name="satker_wilayah_tugas", label="6104080")
    satker.time_zone = "Asia/Jayapura"
    satker.save()
    from zoneinfo import ZoneInfo

    day = entry.at.astimezone(ZoneInfo("Asia/Jayapura")).date().isoformat()
    text = pages(client, satker_admin).get(f"{OFFICE}?at_from={day}&at_to={day}").content.decode()
    assert ">6104080<" in text
    assert "WIT" in text


@commits
def test_the_button_exports_what_the_list_shows(
    client: Client, satker: Any, satker_admin: Any, exported: Any
) -> None:
    browser = pages(client, satker_admin)
    query = "q=6104&table_name__exact=satkers"
    assert 'action="export/?' in browser.get(f"{OFFICE}?{query}").content.decode()
    assert browser.get(f"{OFFICE}export/?{query}").status_code == 405
    answer = browser.post(f"{OFFICE}export/?{query}")
    assert (answer.status_code, answer["Location"]) == (302, f"{OFFICE}?{query}")
    with tenant_scope(satker):
        job = Job.objects.get()
    assert [row["table"] for row in exported(job)] == ["satkers"]


@commits
def test_nothing_can_be_added_changed_or_removed(
    client: Client, satker: Any, satker_admin: Any, super_admin: Any
) -> None:
    before = [(entry.pk, entry.label) for entry in entries(satker)]
    for user, site in ((satker_admin, OFFICE), (super_admin, OFFICE), (super_admin, GLOBAL)):
        browser = pages(client, user)
        row = f"{site}{before[0][0]}/"
        assert browser.get(site).status_code == 200
        assert browser.get(f"{site}add/").status_code == 403
        assert browser.post(f"{row}change/", {"label": "x"}).status_code == 403
        assert browser.post(f"{row}delete/", {"post": "yes"}).status_code == 403
    assert [(entry.pk, entry.label) for entry in entries(satker)] == before


@commits
def test_who_may_not_read_the_trail_does_not(
    client: Client, satker: Any, other_satker: Any, satker_admin: Any, kegiatan_admin: Any,
    super_admin: Any,
) -> None:  # fmt: skip
    theirs = entries(other_satker)[0]
    browser = pages(client, satker_admin)
    assert browser.get(f"{OFFICE}{theirs.pk}/change/").status_code in (302, 404)
    assert browser.get("/satker/6171/admin/cerdas/auditentry/").status_code == 404
    assert browser.get(GLOBAL).status_code == 404
    assert pages(client, kegiatan_admin).get(OFFICE).status_code == 403
    assert pages(client, kegiatan_admin).post(f"{OFFICE}export/").status_code == 403
    assert pages(client, super_admin).get(f"{GLOBAL}{theirs.pk}/change/").status_code == 200


@commits
def test_the_list_of_super_admin_names_the_office_in_few_queries(
    client: Client, satker: Any, other_satker: Any, super_admin: Any,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    browser = pages(client, super_admin)
    with super_scope():
        assert AuditEntry.objects.count() > 15
    with django_assert_max_num_queries(15):
        text = browser.get(GLOBAL).content.decode()
    assert f">{satker}<" in text
