"""Activities can be told apart: by name and year, else by ids that commands show."""

import io
import json
import threading
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils.translation import override

from cerdas.errors import Invalid
from kegiatan.errors import KegiatanExists
from kegiatan.models import KegiatanStatistik
from kegiatan.services.kegiatan import kegiatan_create, kegiatan_satker_add, kegiatan_update
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
DATES: dict[str, Any] = {"start_date": date(2026, 1, 1), "end_date": date(2026, 2, 28)}
DAYS = ("--start", "2026-01-01", "--end", "2026-02-28")


def run(*arguments: Any) -> Any:
    """Run a command with --json and return what it printed."""
    out = io.StringIO()
    call_command(*map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())


def refused(*arguments: Any) -> tuple[dict[str, Any], str]:
    """Run a command that must be refused; return its JSON and what it says to people."""
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(*map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue()), str(error.value)


def test_a_second_activity_of_one_name_and_year_is_refused_with_the_id_of_the_first(
    super_admin: Any,
) -> None:
    create = ("create_kegiatan", "Listing", *DAYS, "--actor", super_admin.email)
    first = run(*create)
    answer, text = refused(*create)
    assert answer["code"] == "kegiatan_exists"
    assert answer["details"] == {"kegiatan": first["id"]}
    assert first["id"] in text
    assert run(*create, "--year", "2025")["id"] != first["id"]
    assert run(*create, "--allow-duplicate")["id"] != first["id"]
    assert KegiatanStatistik.objects.count() == 3


def test_an_activity_is_not_renamed_to_anothers_name(super_admin: Any) -> None:
    kegiatan_create(actor=super_admin, name="Listing", year=2026, **DATES)
    other = kegiatan_create(actor=super_admin, name="Pencacahan", year=2026, **DATES)
    with pytest.raises(KegiatanExists):
        kegiatan_update(actor=super_admin, kegiatan=other, name="Listing")
    # one that has a namesake already can still be changed
    twin = kegiatan_create(
        actor=super_admin, allow_duplicate=True, name="Listing", year=2026, **DATES
    )
    changed = kegiatan_update(
        actor=super_admin, kegiatan=twin, name="Listing", year=2026, sync_grace_days=9
    )
    assert changed.sync_grace_days == 9


@pytest.mark.django_db(databases=["default", "direct"], transaction=True)
def test_a_double_click_makes_one_activity(super_admin: Any) -> None:
    start, refusals = threading.Barrier(4), []

    def click() -> None:
        start.wait()
        try:
            kegiatan_create(actor=super_admin, name="Listing", year=2026, **DATES)
        except KegiatanExists as error:
            refusals.append(error)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert (KegiatanStatistik.objects.count(), len(refusals)) == (1, 3)


def test_every_command_names_the_ids_of_namesakes(
    super_admin: Any, satker_admin: Any, satker: Any, tmp_path: Any
) -> None:
    made = [
        kegiatan_create(actor=super_admin, allow_duplicate=True, name="Listing", year=2026, **DATES)
        for _ in range(2)
    ]
    for kegiatan in made:
        kegiatan_satker_add(actor=super_admin, kegiatan=kegiatan, satker=satker)
    form, units = tmp_path / "form.json", tmp_path / "units.csv"
    form.write_text(json.dumps(factories.form()))
    units.write_text("ppl,pml,label\n")
    boss, here = ("--actor", super_admin.email), ("--actor", satker_admin.email)
    role = ("--email", satker_admin.email, "--role", "PML", "--kegiatan", "Listing")
    for arguments in (
        ("publish_form", "Listing", form, *boss),
        ("import_assignments", "Listing", units, *here),
        ("export_responses", "Listing", "--out", tmp_path / "out", *here),
        ("grant_role", *role, *here),
        ("import_people", units, "--kegiatan", "Listing", *here),
    ):
        answer, text = refused(*arguments)
        assert answer["code"] == "not_found", arguments
        assert all(str(kegiatan.pk) in text for kegiatan in made), arguments
    _answer, text = refused("import_assignments", "Tidak ada", units, *here)
    assert "Tidak ada" in text
    assert "list_kegiatan" in text
    assert run("publish_form", made[0].pk, form, *boss)["version"] == 1


def test_activities_are_listed_with_their_ids(
    super_admin: Any, satker_admin: Any, kegiatan: Any, enumerator: Any, other_satker: Any
) -> None:
    elsewhere = factories.kegiatan(satkers=[other_satker], name="Milik lain")
    boss = run("list_kegiatan", "--actor", super_admin.email)
    assert {row["id"] for row in boss} == {str(kegiatan.pk), str(elsewhere.pk)}
    for actor in (satker_admin, enumerator):
        [row] = run("list_kegiatan", "--actor", actor.email)
        assert (row["id"], row["name"]) == (str(kegiatan.pk), kegiatan.name)
    [row] = run("list_kegiatan", "--actor", super_admin.email, "--satker", "6104")
    assert row["id"] == str(kegiatan.pk)
    refused("list_kegiatan", "--actor", satker_admin.email, "--satker", other_satker.code)


def test_days_the_wrong_way_round_are_told_with_both_days(super_admin: Any) -> None:
    fields = {"name": "Sensus", "year": 2026, **DATES}
    for wrong, field, said in (
        ({"end_date": date(2025, 12, 31)}, "end_date", ("31-12-2025", "01-01-2026")),
        ({"extended_end_date": date(2026, 2, 1)}, "extended_end_date",
         ("01-02-2026", "28-02-2026")),
        ({"year": 1900}, "year", ("1960", "2200")),
    ):  # fmt: skip
        with override("id"), pytest.raises(Invalid) as error:
            kegiatan_create(actor=super_admin, **(fields | wrong))
        assert set(error.value.details["fields"]) == {field}
        [text] = error.value.details["fields"][field]
        assert all(part in text for part in said), text
        assert "violated" not in text
        assert "dilanggar" not in text


def test_the_page_of_an_activity_says_the_same(super_admin: Any) -> None:
    client = Client()
    client.force_login(super_admin)
    values = {
        "name": "Sensus", "year": "2026", "start_date": "2026-02-01", "end_date": "2026-01-01",
        "sync_grace_days": "7",
    }  # fmt: skip
    page = client.post("/admin/kegiatan/kegiatanstatistik/add/", values).content.decode()
    assert "01-01-2026" in page
    assert "kegiatan_ends_after_it_starts" not in page
    kegiatan_create(actor=super_admin, name="Sensus", year=2026, **DATES)
    twice = {**values, "end_date": "2026-03-01"}
    answer = client.post("/admin/kegiatan/kegiatanstatistik/add/", twice, follow=True)
    assert KegiatanStatistik.objects.count() == 1
    assert "Sudah ada kegiatan Sensus tahun 2026" in answer.content.decode()
