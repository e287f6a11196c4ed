"""`manage.py parked`: what the office does from the shell."""

import json

import pytest
from django.core.management import CommandError, call_command

from cerdas.tenancy import tenant_scope
from tests import factories
from tests.assignments.sending import send, submit

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


def parked(capsys, actor, satker, *arguments):
    """Run the command with --json."""
    capsys.readouterr()
    common = ("--actor", actor.email, "--satker", satker.code, "--json")
    call_command("parked", *common, *map(str, arguments))
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def waiting(api, satker, kegiatan, assignment, enumerator):
    """A submit that came after the unit went to somebody else."""
    other = factories.person(satker)
    factories.member(other, kegiatan, satker, "PPL")
    with tenant_scope(satker):
        assignment.ppl = other
        assignment.save()
    sent = submit(assignment)
    send(api(enumerator), kegiatan, sent)
    return sent


def test_parked_work_is_listed_and_applied(capsys, satker, kegiatan_admin, assignment, waiting):
    [row] = parked(capsys, kegiatan_admin, satker, "list")
    assert (row["reason"], row["kind"], row["assignment"]) == (
        "reassigned", "submit", str(assignment.pk),
    )  # fmt: skip

    assert parked(capsys, kegiatan_admin, satker, "apply", row["id"])["state"] == "applied"

    assert parked(capsys, kegiatan_admin, satker, "list") == []
    with tenant_scope(satker):
        assignment.response.refresh_from_db()
    assert assignment.response.status == "Submitted by PPL"
    assert [r["id"] for r in parked(capsys, kegiatan_admin, satker, "list", "--state", "applied")]
    with pytest.raises(CommandError, match="already_decided"):
        parked(capsys, kegiatan_admin, satker, "discard", row["id"], "--reason", "x")


def test_only_the_admin_of_the_kegiatan_decides(
    capsys, satker, kegiatan, kegiatan_admin, enumerator, other_satker, waiting
):
    [row] = parked(capsys, kegiatan_admin, satker, "list")
    foreign = factories.person(other_satker)
    factories.member(foreign, kegiatan, other_satker, "admin_kegiatan")

    with pytest.raises(CommandError, match="not_allowed"):
        parked(capsys, enumerator, satker, "apply", row["id"])
    with pytest.raises(CommandError, match="not_found"):
        parked(capsys, foreign, other_satker, "apply", row["id"])
    assert parked(capsys, foreign, other_satker, "list") == []
