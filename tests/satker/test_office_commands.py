"""The commands that make offices, people, activities and roles."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cerdas.tenancy import tenant_scope
from kegiatan.models import FormVersion, KegiatanMember, KegiatanSatker, KegiatanStatistik
from kegiatan.selectors import kegiatan_roles
from satker.models import Invitation, Satker, User
from satker.selectors import satker_prefixes, satker_roles
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])
BOSS = "bos@uji.example"


def run(*arguments: str) -> Any:
    """Run a command with --json and return what it printed."""
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def refused(*arguments: str) -> tuple[dict[str, Any], int]:
    """Run a command that must be refused; return its JSON and its exit code."""
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue()), error.value.returncode


@pytest.fixture
def boss(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("CERDAS_PASSWORD", "kata-sandi-kuat-77")
    run("create_user", "--super-admin", "--email", BOSS, "--name", "Bos")
    return User.objects.get(email=BOSS)


def test_an_installation_is_set_up_with_commands_alone(boss: User, tmp_path: Path) -> None:
    assert boss.is_superuser
    assert boss.check_password("kata-sandi-kuat-77")
    run("create_satker", "6104", "BPS Mempawah", "--time-zone", "WITA", "--actor", BOSS)
    satker = Satker.objects.get(code="6104")
    assert (satker.time_zone, satker_prefixes(satker.pk)) == ("Asia/Makassar", ("6104",))
    as_boss = ("--actor", BOSS, "--satker", "6104")
    for name in ("adi", "ani", "pml", "ppl"):
        run("create_user", "--email", f"{name}@uji.example", "--name", name, *as_boss)
    made = run(
        "create_kegiatan", "Listing 2026", "--actor", BOSS, "--start", "2026-01-01",
        "--end", "2026-01-31", "--satker", "6104", "--allow-new-assignments",
    )  # fmt: skip
    kegiatan = KegiatanStatistik.objects.get(pk=made["id"])
    assert (kegiatan.year, kegiatan.allow_new_assignments) == (2026, True)
    form = tmp_path / "form.json"
    form.write_text(json.dumps(factories.form()))
    published = [
        run("publish_form", name, str(form), "--actor", BOSS)
        for name in (made["id"], "Listing 2026")
    ]
    assert [answer["version"] for answer in published] == [1, 1]

    grant = ("grant_role", "--satker", "6104")
    run(*grant, "--actor", BOSS, "--email", "adi@uji.example", "--role", "admin_satker")
    in_it = ("--kegiatan", "Listing 2026")
    run(*grant, "--actor", "adi@uji.example", "--email", "ani@uji.example",
        "--role", "admin_kegiatan", *in_it)  # fmt: skip
    as_ani = ("--actor", "ani@uji.example", *in_it)
    run("grant_role", *as_ani, "--email", "pml@uji.example", "--role", "PML")
    done = run("recruit", *as_ani, "--email", "ppl@uji.example", "--role", "PPL",
               "--pml", "pml@uji.example")  # fmt: skip
    assert done["outcome"] == "granted"
    people = {user.name: user for user in User.objects.all()}
    assert satker_roles(people["adi"].pk, satker.pk) == {"admin_satker"}
    assert kegiatan_roles(people["ppl"].pk, kegiatan.pk, satker.pk) == {"PPL"}
    with tenant_scope(satker):
        assert KegiatanMember.objects.get(user=people["ppl"]).pml == people["pml"]
    run("revoke_role", *as_ani, "--email", "ppl@uji.example", "--role", "PPL")
    assert kegiatan_roles(people["ppl"].pk, kegiatan.pk, satker.pk) == frozenset()
    invited = run("recruit", *as_ani, "--email", "baru@uji.example", "--role", "PPL")
    assert invited["outcome"] == "invited"
    assert Invitation.objects.get().pk.hex == invited["invitation"].replace("-", "")


def test_a_second_super_admin_needs_an_actor(boss: User) -> None:
    new = ("create_user", "--super-admin", "--email", "dua@uji.example", "--name", "Dua")
    answer, code = refused(*new)
    assert (answer["code"], code) == ("not_allowed", 1)
    assert not User.objects.filter(email="dua@uji.example").exists()
    assert run(*new, "--actor", BOSS)["super_admin"] is True


def test_commands_act_with_the_rights_of_the_actor(
    boss: User, kegiatan: Any, enumerator: Any, kegiatan_admin: Any, other_satker: Any
) -> None:
    stranger = factories.person(other_satker)
    given = ("--email", enumerator.email, "--role", "PML", "--kegiatan", str(kegiatan.pk))
    cases = [
        (("grant_role", "--actor", enumerator.email, *given), "not_allowed"),
        (("grant_role", "--actor", kegiatan_admin.email, "--satker", "6171", *given), "not_found"),
        (("grant_role", "--actor", stranger.email, *given), "not_found"),
        (("grant_role", "--actor", "siapa@uji.example", *given), "not_found"),
        (("grant_role", "--actor", BOSS, *given), "invalid"),
        (("create_satker", "6105", "BPS", "--actor", kegiatan_admin.email), "not_allowed"),
        (("create_user", "--email", "a@uji.example", "--name", "A"), "invalid"),
        (
            ("recruit", "--actor", kegiatan_admin.email, "--email", stranger.email,
             "--role", "PPL", "--kegiatan", str(kegiatan.pk)),
            "belongs_to_other_satker",
        ),
    ]  # fmt: skip
    for arguments, expected in cases:
        answer, code = refused(*arguments)
        assert (answer["code"], code) == (expected, 1), arguments
    assert kegiatan_roles(enumerator.pk, kegiatan.pk, enumerator.satker_id) == {"PPL"}


def test_a_refusal_leaves_nothing_behind(boss: User) -> None:
    answer, code = refused(
        "create_kegiatan", "Sensus", "--actor", BOSS, "--start", "2026-01-01",
        "--end", "2026-01-31", "--satker", "9999",
    )  # fmt: skip
    assert (answer["code"], code) == ("not_found", 1)
    assert not KegiatanStatistik.objects.exists()
    assert not KegiatanSatker.objects.exists()


def test_a_faulty_form_is_1_and_an_unreadable_file_is_2(
    boss: User, kegiatan: Any, tmp_path: Path
) -> None:
    form = tmp_path / "form.json"
    publish = ("publish_form", str(kegiatan.pk), str(form), "--actor", BOSS)
    answer, code = refused(*publish)
    assert (answer["code"], code) == ("file_unreadable", 2)
    form.write_text("{")
    answer, code = refused(*publish)
    assert (answer["code"], code) == ("file_unreadable", 2)
    form.write_text("[]")
    answer, code = refused(*publish)
    assert (answer["code"], code) == ("invalid", 1)
    assert answer["details"]["faults"]
    assert FormVersion.objects.count() == 1


def test_people_read_text_and_every_fault(boss: User, kegiatan: Any, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("create_satker", "6104x", "BPS", "--prefix", "6104", "--actor", BOSS, stdout=out)
    assert "code: 6104x" in out.getvalue()
    form = tmp_path / "form.json"
    form.write_text('{"pages": [{"questions": [{"type": "none", "name": "a"}]}]}')
    with pytest.raises(CommandError) as error:
        call_command("publish_form", str(kegiatan.pk), str(form), "--actor", BOSS)
    assert "pages[0]" in str(error.value)
