"""Every page of the product with something on it: the demo world, and what it lacks."""

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from django.core.management import call_command
from django.db import connections
from django.urls import reverse

from assignments.background import CHECK, EXPORT
from assignments.models import Assignment, ParkedOperation
from assignments.services.reassigning import assignment_reassign
from assignments.sync import outcomes
from assignments.sync.processing import Batch
from cerdas.demo.answers import listing_answers
from cerdas.demo.world import DATA, DOMAIN, demo_world_load
from cerdas.jobs.services import job_start
from cerdas.models import AuditEntry, Job, JobFile
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.background import PEOPLE_CHECK
from kegiatan.models import KegiatanMember, KegiatanSatker, KegiatanStatistik
from masterdata.models import MasterData
from masterdata.services import masterdata_load
from satker.models import Invitation, Satker, SatkerWilayahTugas, User
from satker.services.people import user_create
from tests.assignments.sending import operation

CODE = "6104"
FAULTY_PEOPLE = f"""email,name,role,pml
baru@{DOMAIN},Petugas Baru,PPL,pml1.{CODE}@{DOMAIN}
tanpa-at,Salah Surel,PPL,
satker.6171@{DOMAIN},Orang Kantor Lain,PML,
"""
FAULTY_UNITS = f"""ppl,pml,label,region_code
ppl1.{CODE}@{DOMAIN},pml1.{CODE}@{DOMAIN},Keluarga Baru,61040800010001
ppl1.{CODE}@{DOMAIN},pml1.{CODE}@{DOMAIN},Luar Wilayah,61710100010001
tidak.ada@{DOMAIN},pml1.{CODE}@{DOMAIN},Tanpa Petugas,61040800010001
"""


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


def world_make() -> None:
    """Load the demo; park a submit, start jobs that fail and succeed, add a deactivated account."""
    demo_world_load()
    office = Satker.objects.get(code=CODE)
    admin, chief = person(f"kegiatan.{CODE}"), person(f"satker.{CODE}")
    listing = KegiatanStatistik.objects.filter(name__startswith="Listing").get()
    masterdata_load(kind="KBLI", version=2025, path=DATA / "lapangan_usaha.csv")
    _park(listing)
    with tenant_scope(office):
        resting = user_create(
            actor=chief, satker=office, email=f"cuti.{CODE}@{DOMAIN}", name="Lina Marlina"
        )
        User.objects.filter(pk=resting.pk).update(is_active=False)
        arguments = {"kegiatan": str(listing.pk)}
        for kind, title, file, name in (
            (PEOPLE_CHECK, "Periksa orang: petugas.csv", FAULTY_PEOPLE, "petugas.csv"),
            (CHECK, "Pemeriksaan unit.csv", FAULTY_UNITS, "unit.csv"),
            (CHECK, "Pemeriksaan rusak.csv", "apa,ini\n1,2\n", "rusak.csv"),
            (EXPORT, "Ekspor: Listing Keluarga", None, ""),
        ):
            content = io.BytesIO(file.encode()) if file else None
            job_start(
                actor=admin, satker=office, kind=kind, title=title, arguments=arguments,
                file=content, file_name=name,
            )  # fmt: skip


def _park(listing: KegiatanStatistik) -> None:
    """Give a unit to somebody else while the first PPL still has answers on the phone."""
    admin, first = person(f"kegiatan.{CODE}"), person(f"ppl1.{CODE}")
    office: Any = admin.satker
    with tenant_scope(office):
        unit = Assignment.objects.filter(
            ppl=first, kegiatan_statistik=listing, response__status="Assigned"
        )[0]
        answers = listing_answers(unit)
        assignment_reassign(
            actor=admin, satker=office, kegiatan=listing, assignment_ids=[unit.pk],
            ppl=person(f"ppl2.{CODE}"), reason="Petugas pertama sakit.",
        )  # fmt: skip
    sent = operation(
        "submit",
        unit.pk,
        data={"responses": answers, "form_version_used": 1, "visit_outcome": "selesai dicacah"},
    )
    body = orjson.dumps({"operations": [sent]})
    batch = Batch(user=first, kegiatan_id=listing.pk, operations=[sent], body=body)
    [(_id, result)] = batch.process()
    assert result.outcome == outcomes.PARKED, result


PUBLIC = {
    "landing": "/",
    "sign-in": "/account/login/",
    "office-sign-in": f"/satker/{CODE}/admin/login/",
    "global-sign-in": "/admin/login/",
    "password-reset": "/account/password/reset/",
    "password-reset-done": "/account/password/reset/done/",
    "inactive": "/account/inactive/",
    "absent": "/tidak-ada/",
}
ACCOUNT = {
    "place": "/home/",
    "mobile": "/mobile/",
    "landing-signed-in": "/",
    "sessions": "/account/sessions/",
    "password-change": "/account/password/change/",
    "second-factor": "/account/2fa/",
    "second-factor-setup": "/account/2fa/totp/activate/",
    "google": "/account/google/",
    "sign-out": "/account/logout/",
}


def office_pages() -> dict[str, str]:
    """Return the pages of an office by name; what they need of the data is there."""
    with tenant_scope(Satker.objects.get(code=CODE)):
        return {name: f"/satker/{CODE}{path}" for name, path in _office_paths().items()}


def _address(name: str, *args: Any, site: str = "satker_admin", urls: str = "") -> str:
    urls = urls or "cerdas.urls_satker"
    return reverse(f"{site}:{name}", urlconf=urls, args=args)


def _office_paths() -> dict[str, str]:
    listing = KegiatanStatistik.objects.filter(name__startswith="Listing").get()
    first = person(f"ppl1.{CODE}")
    units = Assignment.objects.filter(kegiatan_statistik=listing).order_by("pk")

    def unit(status: str) -> Any:
        return units.filter(response__status=status, ppl=first).first().pk  # type: ignore[union-attr]

    done, sent = unit("Approved by PML"), unit("Submitted by PPL")
    parked = ParkedOperation.objects.get().pk
    place = KegiatanSatker.objects.get(kegiatan_statistik=listing, satker__code=CODE).pk
    member = KegiatanMember.objects.get(user=first, kegiatan_statistik=listing).pk
    kinds = dict(Job.objects.order_by("created_at").values_list("kind", "pk"))
    faulty = JobFile.objects.filter(job__kind=CHECK, role="bad_rows").first()
    assert faulty is not None, "the worker has not run yet"
    last = AuditEntry.objects.order_by("pk").last()
    assert last is not None
    of = f"?kegiatan={listing.pk}"
    bulk = f"/admin/assignments/assignment/bulk/%s/{of}&ids={done}"
    return {
        "home": "/admin/",
        "units": _address("assignments_assignment_changelist"),
        "units-filtered": _address("assignments_assignment_changelist") + f"{of}&q=siti",
        "units-none": _address("assignments_assignment_changelist") + "?q=tidakada",
        "unit": _address("assignments_assignment_change", done),
        "unit-new": _address("assignments_assignment_change", unit("Assigned")),
        "unit-rejected": _address("assignments_assignment_change", unit("Rejected by Admin")),
        "unit-add-choose": _address("assignments_assignment_add"),
        "unit-add": _address("assignments_assignment_add") + of,
        "unit-amend": _address("assignments_assignment_amend", unit("Assigned")),
        "unit-approve": _address("assignments_assignment_act", done, "approve"),
        "unit-reject": _address("assignments_assignment_act", done, "reject"),
        "unit-reassign": _address("assignments_assignment_act", sent, "reassign"),
        "unit-cancel": _address("assignments_assignment_act", unit("Assigned"), "cancel"),
        "bulk-approve": bulk % "approve",
        "bulk-reject": bulk % "reject",
        "bulk-reassign": bulk % "reassign",
        "bulk-cancel": bulk % "cancel",
        "import": _address("assignments_assignment_import"),
        "import-outcome": _address("assignments_assignment_import_outcome", faulty.job_id),
        "export": _address("assignments_assignment_export") + of,
        "parked": _address("assignments_parkedoperation_changelist"),
        "parked-compare": _address("assignments_parkedoperation_change", parked),
        "people": _address("satker_user_changelist"),
        "people-add": _address("satker_user_add"),
        "people-recruit": _address("satker_user_recruit"),
        "people-import": _address("satker_user_import"),
        "person": _address("satker_user_change", first.pk),
        "person-release": _address("satker_user_release", first.pk),
        "person-link": _address("satker_user_link", first.pk),
        "person-active": _address("satker_user_active", first.pk),
        "crew": _address("kegiatan_kegiatanmember_changelist"),
        "member": _address("kegiatan_kegiatanmember_change", member),
        "invitations": _address("satker_invitation_changelist"),
        "invitation": _address("satker_invitation_change", Invitation.objects.get().pk),
        "activities": _address("kegiatan_kegiatansatker_changelist"),
        "activity": _address("kegiatan_kegiatansatker_change", place),
        "questionnaire": _address("kegiatan_form_versions", place),
        "questionnaire-version": _address("kegiatan_form_version", place, 1),
        "questionnaire-compare": _address("kegiatan_form_compare", place),
        "area": _address("satker_satkerwilayahtugas_changelist"),
        "area-code": _address(
            "satker_satkerwilayahtugas_change",
            SatkerWilayahTugas.objects.get(satker__code=CODE).pk,
        ),
        "jobs": _address("cerdas_job_changelist"),
        "job": _address("cerdas_job_change", kinds[EXPORT]),
        "job-people": _address("cerdas_job_change", kinds[PEOPLE_CHECK]),
        "job-failed": _address("cerdas_job_change", kinds[CHECK]),
        "audit": _address("cerdas_auditentry_changelist"),
        "audit-entry": _address("cerdas_auditentry_change", last.pk),
        "absent": "/admin/tidak-ada/",
    }


def global_pages() -> dict[str, str]:
    """Return the pages of super_admin by name."""
    with super_scope():
        return _global_paths()


def _global_paths() -> dict[str, str]:
    def at(name: str, *args: Any) -> str:
        return _address(name, *args, site="global_admin", urls="cerdas.urls")

    listing = KegiatanStatistik.objects.filter(name__startswith="Listing").get().pk
    office = Satker.objects.get(code=CODE).pk
    place = KegiatanSatker.objects.get(kegiatan_statistik=listing, satker=office).pk
    older, newer = MasterData.objects.order_by("version").values_list("pk", flat=True)
    job = Job.objects.filter(satker__isnull=True).first()
    pages = {
        "home": "/admin/",
        "activities": at("kegiatan_kegiatanstatistik_changelist"),
        "activity-add": at("kegiatan_kegiatanstatistik_add"),
        "activity": at("kegiatan_kegiatanstatistik_change", listing),
        "activity-history": at("kegiatan_kegiatanstatistik_history", listing),
        "activity-offices": at("kegiatan_offices_add", listing),
        "activity-leave": at("kegiatan_office_leave", listing, place),
        "publish": at("kegiatan_form_publish", listing),
        "questionnaire": at("kegiatan_form_version", listing, 1),
        "questionnaire-versions": at("kegiatan_form_versions", listing),
        "questionnaire-compare": at("kegiatan_form_compare", listing),
        "questionnaire-draft": at("kegiatan_draft", listing),
        "offices": at("satker_satker_changelist"),
        "office-add": at("satker_satker_add"),
        "office": at("satker_satker_change", office),
        "office-admin-add": at("satker_admin_add", office),
        "area-check": at("satker_area_check"),
        "people": at("satker_user_changelist"),
        "person": at("satker_user_change", person(f"satker.{CODE}").pk),
        "person-link": at("satker_user_link", person(f"satker.{CODE}").pk),
        "regions": at("masterdata_mastersls_changelist"),
        "regions-kecamatan": at("masterdata_mastersls_changelist") + f"?code={CODE}",
        "regions-upload": at("masterdata_mastersls_upload"),
        "datasets": at("masterdata_masterdata_changelist"),
        "dataset": at("masterdata_masterdata_change", newer),
        "dataset-compare": at("masterdata_masterdata_compare", older, newer),
        "dataset-activate": at("masterdata_masterdata_activate", newer),
        "dataset-upload": at("masterdata_masterdata_upload"),
        "jobs": at("cerdas_job_changelist"),
        "audit": at("cerdas_auditentry_changelist"),
    }
    if job is not None:
        pages["job"] = at("cerdas_job_change", job.pk)
    return pages
