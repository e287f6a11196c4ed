"""The whole story over commands and HTTP: from the region master to an exported response."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from masterdata.models import MasterSls
from tests import factories
from tests.assignments.sending import operation, outcomes, send, submit
from tests.assignments.test_attachments import photo, put

pytestmark = pytest.mark.django_db(databases=["default", "direct"], transaction=True)

FIXTURES = Path(__file__).parent.parent / "fixtures"
SHARED = Path(settings.BASE_DIR).parent / "shared" / "data"
PASSWORD = "kata-sandi-uji"
SUPER = "super@uji.example"


def command(capsys, name, *arguments):
    """Run a command with --json and return its one object."""
    capsys.readouterr()
    call_command(name, *map(str, arguments), "--json")
    return json.loads(capsys.readouterr().out)


def account(capsys, actor, email, *arguments):
    """Make a person."""
    return command(
        capsys, "create_user", "--actor", actor, "--email", email,
        "--name", email.split("@")[0], "--password", PASSWORD, *arguments,
    )  # fmt: skip


def grant(capsys, actor, email, role, *arguments):
    """Give a role."""
    command(capsys, "grant_role", "--actor", actor, "--email", email, "--role", role, *arguments)


def signed_in(api, email):
    """Sign in over HTTP and return a client with the token."""
    response = api().post(
        "/api/v1/auth/token/",
        {"email": email, "password": PASSWORD, "device_name": "HP"},
        format="json",
    )
    assert response.status_code == 200, response.content
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {response.json()['token']}")
    return client


def region_files(source):
    """Return the region master to load, and how many SLS of it are in 6104."""
    if source == "bundled":
        return FIXTURES / "sls" / "6104.csv", 29
    path = SHARED / "sls" / "master_sls.csv"
    if not path.exists():
        pytest.skip("../shared/data is not here")
    return path, 1326


def office_of_mempawah(capsys, listing):
    """Make offices, people, an activity with its questionnaire, and the roles."""
    today = timezone.localdate()
    command(
        capsys, "create_user", "--super-admin", "--email", SUPER, "--name", "Super",
        "--password", PASSWORD,
    )  # fmt: skip
    for code, name in (("6104", "BPS Mempawah"), ("6171", "BPS Pontianak")):
        command(capsys, "create_satker", code, name, "--prefix", code, "--actor", SUPER)
    kegiatan = command(
        capsys, "create_kegiatan", "Listing", "--start", today - timedelta(days=3),
        "--end", today + timedelta(days=3), "--satker", "6104", "--satker", "6171",
        "--actor", SUPER,
    )  # fmt: skip
    command(capsys, "publish_form", kegiatan["id"], listing, "--actor", SUPER)
    account(capsys, SUPER, "admin@uji.example", "--satker", "6104")
    here = ("--satker", "6104")
    grant(capsys, SUPER, "admin@uji.example", "admin_satker", *here)
    for name in ("kegiatan", "pml", "ppl"):
        account(capsys, "admin@uji.example", f"{name}@uji.example", *here)
    place = ("--kegiatan", kegiatan["id"], *here)
    grant(capsys, "admin@uji.example", "kegiatan@uji.example", "admin_kegiatan", *place)
    grant(capsys, "kegiatan@uji.example", "pml@uji.example", "PML", *place)
    supervised = (*place, "--pml", "pml@uji.example")
    grant(capsys, "kegiatan@uji.example", "ppl@uji.example", "PPL", *supervised)
    return kegiatan["id"]


def assignments_file(tmp_path, rows):
    """Write a file of units in the first SLS."""
    path = tmp_path / "units.csv"
    first = MasterSls.objects.filter(kabkot_id="6104").order_by("sls_id").first()
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ppl", "pml", "label", "region_code", "prefilled.nama_krt"])
        for n in range(rows):
            crew = ["ppl@uji.example", "pml@uji.example"]
            writer.writerow([*crew, f"Keluarga {n}", first.sls_id[:14], f"KK {n}"])
    return path


@pytest.mark.parametrize("source", ["bundled", "real"])
def test_from_region_master_to_exported_response(source, api, capsys, tmp_path):
    master, sls = region_files(source)
    assert command(capsys, "load_master_sls", master)["added"] == sls
    kegiatan_id = office_of_mempawah(capsys, FIXTURES / "forms" / "listing.json")
    actor = ("--actor", "kegiatan@uji.example", "--satker", "6104")
    units = assignments_file(tmp_path, 3)
    assert command(capsys, "import_assignments", kegiatan_id, units, *actor)["added"] == 3
    again = command(capsys, "import_assignments", kegiatan_id, units, *actor)
    assert (again["added"], again["unchanged"]) == (0, 3)

    ppl, pml, admin = (signed_in(api, f"{name}@uji.example") for name in ("ppl", "pml", "kegiatan"))
    [listed] = ppl.get("/api/v1/kegiatan/").json()["results"]
    assert (listed["id"], listed["roles"], listed["counts"]) == (
        kegiatan_id, ["PPL"], {"Assigned": 3},
    )  # fmt: skip
    form = ppl.get(f"/api/v1/kegiatan/{kegiatan_id}/form/").json()
    assert form["schema"] == factories.form("listing")
    page = ppl.get(f"/api/v1/kegiatan/{kegiatan_id}/changes/").json()
    unit = page["assignments"][0]
    assert page["wilayah"]["6104"] == "KABUPATEN MEMPAWAH"

    kegiatan = factories.KegiatanStatistik.objects.get(pk=kegiatan_id)
    picture = "5f0c8f4e-0000-4000-8000-000000000001"
    answers = {
        "nomor_urut_bangunan": 1,
        "nama_krt": "=Siti Aminah",
        "alamat": "RT 001",
        "jumlah_art": 4,
        "foto_rumah": [picture],
        "geotag_rumah": {
            "lat": 0.1, "lon": 109.1, "accuracy_m": 5, "at": "2026-01-01T00:00:00Z",
        },
    }  # fmt: skip
    opened = operation("open", unit["id"])
    sent = send(ppl, kegiatan, opened, submit(unit["id"], answers, after=opened["id"]))
    assert outcomes(sent) == [("applied", ""), ("applied", "")]
    assert put(ppl, unit["id"], picture, photo()).status_code == 201
    reason = {"notes": "Cek jumlah ART", "comments": [{"path": "jumlah_art", "text": "4?"}]}
    review = operation("reject", unit["id"], base_version=3, data=reason)
    assert outcomes(send(pml, kegiatan, review)) == [("applied", "")]
    delta = ppl.get(f"/api/v1/kegiatan/{kegiatan_id}/changes/", {"cursor": page["cursor"]}).json()
    # others may come again while transactions elsewhere are still running
    [mine] = [row for row in delta["assignments"] if row["id"] == unit["id"]]
    assert mine["response"]["comments"][0]["path"] == "jumlah_art"
    mended = submit(unit["id"], {**answers, "jumlah_art": 5}, base_version=4)
    assert outcomes(send(ppl, kegiatan, mended)) == [("applied", "")]
    assert pml.get(f"/api/v1/assignments/{unit['id']}/allowed-actions/").json() == {
        "actions": ["edit", "approve", "reject"]
    }
    # the PML need not wait for the check of the answers; the final approval does
    first, final = (operation("approve", unit["id"], base_version=n) for n in (5, 6))
    assert outcomes(send(pml, kegiatan, first)) == [("applied", "")]
    assert outcomes(send(admin, kegiatan, final)) == [("refused", "reason_required")]
    call_command("check_worker", "--until-empty")
    assert outcomes(send(admin, kegiatan, final)) == [("applied", "")]
    history = ppl.get(f"/api/v1/assignments/{unit['id']}/history/").json()["results"]
    assert history[-1]["to_status"] == "Approved by Admin"

    out = tmp_path / "export"
    command(
        capsys, "export_responses", kegiatan_id, "--out", out,
        "--status", "Approved by Admin", *actor,
    )  # fmt: skip
    [file] = [path for path in out.iterdir() if path.suffix == ".csv"]
    [row] = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    assert (row["status"], row["jumlah_art"], row["nama_krt"]) == (
        "Approved by Admin", "5", "'=Siti Aminah",
    )  # fmt: skip
    assert row["prefilled.nama_krt"].startswith("KK")
