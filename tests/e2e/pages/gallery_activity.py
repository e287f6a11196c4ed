"""Pages of admin_kegiatan, who acts on units: one, many, and their answers."""

from assignments.admin_acting import REVERT
from assignments.background import CHECK
from assignments.models import Assignment, ParkedOperation
from cerdas.models import Job, JobFile
from cerdas.tenancy import tenant_scope
from satker.models import Satker
from tests.e2e.pages.gallery import OFFICE, Shot, Shots, address
from tests.e2e.pages.gallery_office import first_unit
from tests.e2e.pages.gallery_world import CODE, households, listing, person
from tests.e2e.pages.steps import checked, mark, marked, press, send, then, typed


def acting_pages() -> Shots:
    """Return the pages of admin_kegiatan, who acts on units."""
    with tenant_scope(Satker.objects.get(code=CODE)):
        return {**_acting_on_one(), **_editing(), **_acting_on_many()}


def _acting_on_one() -> Shots:
    def act(status: str, action: str) -> str:
        return address("assignments_assignment_act", first_unit(status), action)

    add = address("assignments_assignment_add")
    of = f"{add}?kegiatan={listing().pk}"
    amend = address("assignments_assignment_amend", first_unit("Assigned"))
    parked = ParkedOperation.objects.get().pk
    reject = act("Approved by PML", "reject")
    comparing = address("assignments_parkedoperation_change", parked)
    return {
        "home": Shot(OFFICE),
        "unit": Shot(address("assignments_assignment_change", first_unit("Approved by PML"))),
        "unit-add-choose": Shot(add),
        "unit-add": Shot(of),
        "unit-add-wrong": Shot(of, send()),
        "unit-amend": Shot(amend),
        "unit-amend-wrong": Shot(amend, send(region_code="99")),
        "unit-approve": Shot(act("Approved by PML", "approve")),
        "unit-reject": Shot(reject),
        "unit-reject-wrong": Shot(reject, send(reason="")),
        "unit-revert": Shot(act("Approved by Admin", REVERT)),
        "unit-reassign": Shot(act("Submitted by PPL", "reassign")),
        "unit-cancel": Shot(act("Assigned", "cancel")),
        "parked": Shot(address("assignments_parkedoperation_changelist")),
        "parked-compare": Shot(comparing),
        "parked-discard-wrong": Shot(comparing, send(reason="")),
        "people": Shot(address("satker_user_changelist")),
        "person": Shot(address("satker_user_change", person(f"ppl1.{CODE}").pk)),
        "people-import": Shot(address("satker_user_import")),
        "activity": Shot(address("kegiatan_kegiatansatker_changelist")),
        "jobs": Shot(address("cerdas_job_changelist")),
    }


def _editing() -> Shots:
    """Return the pages on which answers are edited, of the large questionnaire."""
    unit = Assignment.objects.filter(
        kegiatan_statistik=households(), response__status="Approved by PML"
    ).order_by("pk")[0]
    edit = address("assignments_assignment_edit", unit.pk)
    changed = typed("nama_krt", "Siti Aminah")
    return {
        "edit": Shot(edit, checked),
        "edit-wrong": Shot(edit, typed("nama_krt", "")),
        "edit-review": Shot(edit, then(changed, press("Lihat yang berubah"))),
    }


def _acting_on_many() -> Shots:
    units = address("assignments_assignment_changelist")
    of = f"?kegiatan={listing().pk}"
    faulty = JobFile.objects.filter(job__kind=CHECK, role="bad_rows").first()
    failed = Job.objects.filter(kind=CHECK, state="failed").first()
    assert faulty is not None, "the worker has not run yet"
    assert failed is not None
    imports = address("assignments_assignment_import")
    reject = address("assignments_assignment_bulk", "reject") + of
    reassign = address("assignments_assignment_bulk", "reassign") + of
    return {
        "units": Shot(units),
        "units-marked": Shot(units, marked),
        "bulk-choose": Shot(address("assignments_assignment_bulk", "approve")),
        "bulk-approve": Shot(address("assignments_assignment_bulk", "approve") + of),
        "bulk-reject": Shot(reject),
        "bulk-reject-wrong": Shot(reject, send()),
        "bulk-revert": Shot(address("assignments_assignment_bulk", REVERT) + of),
        "bulk-reassign": Shot(reassign),
        "bulk-reassign-wrong": Shot(reassign, send()),
        "bulk-cancel": Shot(address("assignments_assignment_bulk", "cancel") + of),
        "bulk-marked": Shot(units + of, mark("reject")),
        "recheck": Shot(address("assignments_assignment_recheck") + of),
        "import": Shot(imports),
        "import-wrong": Shot(imports, send()),
        "import-outcome": Shot(address("assignments_assignment_import_outcome", faulty.job_id)),
        "job-retry": Shot(address("cerdas_job_retry", failed.pk)),
    }
