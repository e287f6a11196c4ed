"""The demo world with something on every page: faults, parked work, drafts, an empty office."""

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest import mock

import orjson
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from assignments.admin_acting import APPROVE
from assignments.admin_selection import UnitFilter
from assignments.background import BULK, CHECK, EXPORT
from assignments.checking.rechecking import recheck_start
from assignments.models import Assignment
from assignments.services.reassigning import assignment_reassign
from assignments.sync import outcomes
from assignments.sync.processing import Batch
from cerdas.demo import world
from cerdas.demo.answers import listing_answers
from cerdas.demo.world import DATA, DOMAIN
from cerdas.jobs.services import job_start
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.background import PEOPLE_CHECK
from kegiatan.models import KegiatanStatistik
from kegiatan.services.drafting import draft_open, draft_save
from kegiatan.services.kegiatan import kegiatan_create, kegiatan_update
from kegiatan.services.publishing import form_publish
from masterdata.background import DATASET_LOAD, SLS_CHECK
from masterdata.services import masterdata_load
from satker.models import Satker, User
from satker.services.account_links import account_links_issue
from satker.services.people import user_create
from satker.services.roles import satker_role_grant
from satker.services.satkers import satker_create
from tests.assignments.sending import operation
from tests.satker.second_factor import switch_on

CODE = "6104"
EMPTY_CODE = "6100"
OFFICES = {CODE: world.OFFICES[CODE]}
PPL_PER_OFFICE = 3  # with two activities more units than fit on a page
FAULTY_PEOPLE = f"""email,name,role,pml
baru@{DOMAIN},Petugas Baru,PPL,pml1.{CODE}@{DOMAIN}
tanpa-at,Salah Surel,PPL,
satker.{EMPTY_CODE}@{DOMAIN},Orang Kantor Lain,PML,
"""
FAULTY_UNITS = f"""ppl,pml,label,region_code
ppl1.{CODE}@{DOMAIN},pml1.{CODE}@{DOMAIN},Keluarga Baru,61040800010001
ppl1.{CODE}@{DOMAIN},pml1.{CODE}@{DOMAIN},Luar Wilayah,61710100010001
tidak.ada@{DOMAIN},pml1.{CODE}@{DOMAIN},Tanpa Petugas,61040800010001
"""
FAULTY_REGIONS = """ID PROVINSI,ID KABUPATEN,ID Kecamatan,ID Desa,ID SLS,Provinsi,Kab/Kot,Kecamatan,Desa,Nama SLS
61,6104,6104080,6104080001,61040800010001,KALIMANTAN BARAT,KABUPATEN MEMPAWAH,SIANTAN,SEI NIPAH,RT 001 RW 009
61,6104,6104080,6104080001,6104080001X,KALIMANTAN BARAT,KABUPATEN MEMPAWAH,SIANTAN,SEI NIPAH,RT 002 RW 009
"""  # noqa: E501


def work(*, jobs: Callable[[], Any] | None = None) -> None:
    """Run the worker beside Playwright's own event loop; jobs: what starts some first."""

    def run() -> None:
        try:
            if jobs is not None:
                jobs()
            call_command("worker", "--until-empty")
        finally:
            connections.close_all()

    # Django takes the loop of Playwright for its own and refuses to query beside it
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with ThreadPoolExecutor(1) as thread:
        thread.submit(run).result()


def person(name: str) -> User:
    """Return a person of the demo by the local part of the email."""
    return User.objects.select_related("satker").get(email=f"{name}@{DOMAIN}")


def listing() -> KegiatanStatistik:
    """Return the activity that most pages are about."""
    return KegiatanStatistik.objects.get(name__startswith="Listing")


def households() -> KegiatanStatistik:
    """Return the activity with the large questionnaire and a second version of it."""
    return KegiatanStatistik.objects.get(name__startswith="Pendataan")


def world_make() -> None:
    """Load one office of the demo; add what it lacks: faults, drafts, an office with nothing."""
    with mock.patch.multiple(world, OFFICES=OFFICES, PPL_PER_OFFICE=PPL_PER_OFFICE):
        world.demo_world_load()
    masterdata_load(kind="KBLI", version=2025, path=DATA / "lapangan_usaha.csv")
    _park()
    _questionnaires()
    _field_period_over()
    _people()
    _empty_office()
    _jobs()


def waiting_job() -> None:
    """Start a job that no worker takes up."""
    office = Satker.objects.get(code=CODE)
    with tenant_scope(office):
        job_start(
            actor=person(f"satker.{CODE}"), satker=office, kind=EXPORT,
            title="Ekspor: Pendataan Rumah Tangga",
            arguments={"kegiatan": str(households().pk)},
        )  # fmt: skip


def link_path() -> str:
    """Return a one-time link of somebody who has chosen no password yet."""
    office = Satker.objects.get(code=CODE)
    with tenant_scope(office):
        [made] = account_links_issue(
            actor=person(f"satker.{CODE}"), satker=office, users=[person(f"baru.{CODE}")]
        )
    return made.path


def _park() -> None:
    """Give a unit to somebody else while the first PPL still has answers on the phone."""
    admin, first = person(f"kegiatan.{CODE}"), person(f"ppl1.{CODE}")
    office: Any = admin.satker
    kegiatan = listing()
    with tenant_scope(office):
        unit = Assignment.objects.filter(
            ppl=first, kegiatan_statistik=kegiatan, response__status="Assigned"
        )[0]
        answers = listing_answers(unit)
        assignment_reassign(
            actor=admin, satker=office, kegiatan=kegiatan, assignment_ids=[unit.pk],
            ppl=person(f"ppl2.{CODE}"), reason="Petugas pertama sakit.",
        )  # fmt: skip
    sent = operation(
        "submit",
        unit.pk,
        data={"responses": answers, "form_version_used": 1, "visit_outcome": "selesai dicacah"},
    )
    body = orjson.dumps({"operations": [sent]})
    batch = Batch(user=first, kegiatan_id=kegiatan.pk, operations=[sent], body=body)
    [(_id, result)] = batch.process()
    assert result.outcome == outcomes.PARKED, result


def _questionnaires() -> None:
    """Publish a second version of one, leave a draft of another, begin an activity without."""
    actor = person("superadmin")
    kegiatan = households()
    schema = orjson.loads((DATA / "household.json").read_bytes())
    schema["form_version"] = 2
    first = schema["pages"][0]["elements"][0]
    first["title"] = {"id": "Judul yang sudah diperjelas", "en": "A clearer title"}
    schema["pages"][-1]["elements"].append(
        {"type": "comment", "name": "catatan_tambahan", "title": {"id": "Catatan tambahan"}}
    )
    form_publish(actor=actor, kegiatan=kegiatan, schema=schema, notes="Satu judul diperjelas")
    draft = draft_open(actor=actor, kegiatan=listing())
    faulty = draft.text.replace(
        '"min": 1', '"visibleIf": "{tidak_ada} = 1",\n          "min": 1', 1
    )
    draft_save(actor=actor, kegiatan=listing(), text=faulty, revision=0)
    kegiatan_create(
        actor=actor, name="Survei Angkatan Kerja", year=2027, start_date=kegiatan.start_date,
        end_date=kegiatan.end_date,
    )  # fmt: skip


def _field_period_over() -> None:
    """End the field period of the households yesterday: the office edits answers now."""
    yesterday = timezone.localdate() - timedelta(days=1)
    kegiatan_update(actor=person("superadmin"), kegiatan=households(), end_date=yesterday)


def _people() -> None:
    """Add somebody at rest, somebody who has not signed in yet, and a second factor."""
    office, chief = Satker.objects.get(code=CODE), person(f"satker.{CODE}")
    with tenant_scope(office):
        resting = user_create(
            actor=chief, satker=office, email=f"cuti.{CODE}@{DOMAIN}", name="Lina Marlina"
        )
        User.objects.filter(pk=resting.pk).update(is_active=False)
        user_create(actor=chief, satker=office, email=f"baru.{CODE}@{DOMAIN}", name="Maya Puspita")
    switch_on(person(f"pml1.{CODE}"))


def _empty_office() -> None:
    """Make the office of the province: nobody but its admin, no activity."""
    actor = person("superadmin")
    office = satker_create(
        actor=actor, name="BPS Provinsi Kalimantan Barat", code=EMPTY_CODE, prefixes=["61"]
    )
    admin = user_create(
        actor=actor, satker=office, email=f"satker.{EMPTY_CODE}@{DOMAIN}", name="Nurul Hidayah"
    )
    satker_role_grant(actor=actor, satker=office, user=admin)


def _jobs() -> None:
    """Start jobs of every kind of report: faulty files, an export, many units, a new check."""
    office, admin, kegiatan = Satker.objects.get(code=CODE), person(f"kegiatan.{CODE}"), listing()
    second = person(f"ppl2.{CODE}")
    chosen = UnitFilter(kegiatan=str(kegiatan.pk), ppl=second.email)
    of = {"kegiatan": str(kegiatan.pk)}
    many = {**of, "filter": chosen.as_json(), "action": APPROVE, "reason": "",
            "ppl": "", "pml": "", "as_of": timezone.now().isoformat()}  # fmt: skip
    with tenant_scope(office):
        for kind, title, arguments, file, name in (
            (PEOPLE_CHECK, "Periksa orang: petugas.csv", of, FAULTY_PEOPLE, "petugas.csv"),
            (CHECK, "Pemeriksaan unit.csv", of, FAULTY_UNITS, "unit.csv"),
            (CHECK, "Pemeriksaan rusak.csv", of, "apa,ini\n1,2\n", "rusak.csv"),
            (EXPORT, "Ekspor: Listing Keluarga", of, None, ""),
            (BULK, "Setujui final: Listing Keluarga", many, None, ""),
        ):
            content = io.BytesIO(file.encode()) if file else None
            job_start(
                actor=admin, satker=office, kind=kind, title=title, arguments=arguments,
                file=content, file_name=name,
            )  # fmt: skip
        recheck_start(actor=admin, satker=office, kegiatan=kegiatan)
    words = {"type": "KBLI", "version": 2030, "description": "", "activate": True, "dry_run": True}
    codes = "kode,nama\n01,Padi\n01,Ganda\n"
    with super_scope():
        for kind, title, arguments, content, name in (
            (SLS_CHECK, "Periksa wilayah.csv", {"replace": False}, FAULTY_REGIONS, "wilayah.csv"),
            (DATASET_LOAD, "Periksa KBLI 2030", words, codes, "kbli.csv"),
        ):
            job_start(
                actor=person("superadmin"), satker=None, kind=kind, title=title,
                arguments=arguments, file=io.BytesIO(content.encode()), file_name=name,
            )  # fmt: skip
