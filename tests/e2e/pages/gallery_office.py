"""Pages of an office: its lists when it has just begun, and what admin_satker sees."""

from typing import Any

from assignments.background import BULK, CHECK, EXPORT
from assignments.background_recheck import RECHECK
from assignments.models import Assignment
from cerdas.models import AuditEntry, Job
from cerdas.tenancy import tenant_scope
from kegiatan.background import PEOPLE_CHECK
from kegiatan.models import KegiatanMember, KegiatanSatker
from satker.models import Invitation, Satker, SatkerWilayahTugas
from tests.e2e.pages.gallery import OFFICE, Shot, Shots, address
from tests.e2e.pages.gallery_world import CODE, EMPTY_CODE, households, listing, person
from tests.e2e.pages.steps import mark, marked, press, send, then


def first_unit(status: str) -> Any:
    units = Assignment.objects.filter(kegiatan_statistik=listing(), ppl=person(f"ppl1.{CODE}"))
    found = units.filter(response__status=status).order_by("pk").first()
    assert found is not None, status
    return found.pk


def empty_office_pages() -> Shots:
    """Return the lists of an office that has just begun."""
    lists = {
        "home": "index",
        "units": "assignments_assignment_changelist",
        "parked": "assignments_parkedoperation_changelist",
        "people": "satker_user_changelist",
        "crew": "kegiatan_kegiatanmember_changelist",
        "invitations": "satker_invitation_changelist",
        "activities": "kegiatan_kegiatansatker_changelist",
        "jobs": "cerdas_job_changelist",
        "recruit": "satker_user_recruit",
    }
    return {name: Shot(address(url, code=EMPTY_CODE)) for name, url in lists.items()}


def office_pages() -> Shots:
    """Return what admin_satker sees of work, activities, jobs and the trail."""
    with tenant_scope(Satker.objects.get(code=CODE)):
        return {**_unit_views(), **_office_views()}


def people_pages() -> Shots:
    """Return what admin_satker does with the people of the office."""
    with tenant_scope(Satker.objects.get(code=CODE)):
        return {**_people_pages(), **_crew_pages()}


def _unit_views() -> Shots:
    units = address("assignments_assignment_changelist")

    def unit(status: str) -> Shot:
        return Shot(address("assignments_assignment_change", first_unit(status)))

    household = Assignment.objects.filter(
        kegiatan_statistik=households(), response__status="Approved by Admin"
    )
    first = household.order_by("pk").first()
    assert first is not None
    return {
        "home": Shot(OFFICE),
        "units": Shot(units),
        "units-filtered": Shot(f"{units}?kegiatan={listing().pk}&q=siti"),
        "units-none": Shot(f"{units}?q=tidakada"),
        "units-filters": Shot(units, press("Saringan", waits_for="#filter-form")),
        "unit": unit("Approved by PML"),
        "unit-new": unit("Assigned"),
        "unit-rejected": unit("Rejected by Admin"),
        "unit-household": Shot(address("assignments_assignment_change", first.pk)),
        "export": Shot(address("assignments_assignment_export") + f"?kegiatan={listing().pk}"),
        "parked": Shot(address("assignments_parkedoperation_changelist")),
    }


def _people_pages() -> Shots:
    first, chief = person(f"ppl1.{CODE}"), person(f"satker.{CODE}")
    people = address("satker_user_changelist")
    add, recruit = address("satker_user_add"), address("satker_user_recruit")
    link = address("satker_user_link", first.pk)
    return {
        "people": Shot(people),
        "people-marked": Shot(people, marked),
        "people-roles": Shot(people, mark("give_role_action")),
        "people-cards": Shot(people, mark("print_cards_action")),
        "people-cards-made": Shot(
            f"{people}?q=baru", then(mark("print_cards_action"), press("Buat kartu"))
        ),
        "people-mail": Shot(people, mark("mail_links_action")),
        "people-add": Shot(add),
        "people-add-wrong": Shot(add, send(email="bukan surel")),
        "people-recruit": Shot(recruit),
        "people-recruit-wrong": Shot(recruit, send(email="tanpa-at")),
        "people-import": Shot(address("satker_user_import")),
        "people-import-wrong": Shot(address("satker_user_import"), send()),
        "person": Shot(address("satker_user_change", first.pk)),
        "person-self": Shot(address("satker_user_change", chief.pk)),
        "person-resting": Shot(address("satker_user_change", person(f"cuti.{CODE}").pk)),
        "person-history": Shot(address("satker_user_history", first.pk)),
        "person-release": Shot(address("satker_user_release", first.pk)),
        "person-link": Shot(link),
        "person-link-made": Shot(link, send(button="Buat tautan")),
        "person-active": Shot(address("satker_user_active", first.pk)),
    }


def _crew_pages() -> Shots:
    crew, invitations = (
        address("kegiatan_kegiatanmember_changelist"),
        address("satker_invitation_changelist"),
    )
    first, invitation = person(f"ppl1.{CODE}"), Invitation.objects.get().pk
    member = KegiatanMember.objects.get(user=first, kegiatan_statistik=listing()).pk
    of_listing = f"{crew}?kegiatan={listing().pk}"
    return {
        "crew": Shot(crew),
        "crew-change": Shot(of_listing, mark("crew_action")),
        "member": Shot(address("kegiatan_kegiatanmember_change", member)),
        "member-history": Shot(address("kegiatan_kegiatanmember_history", member)),
        "invitations": Shot(invitations),
        "invitations-mail": Shot(invitations, mark("mail_action")),
        "invitations-withdraw": Shot(invitations, mark("withdraw_action")),
        "invitation": Shot(address("satker_invitation_change", invitation)),
        "invitation-history": Shot(address("satker_invitation_history", invitation)),
    }


def _office_views() -> Shots:
    place = KegiatanSatker.objects.get(kegiatan_statistik=listing(), satker__code=CODE).pk
    other = KegiatanSatker.objects.get(kegiatan_statistik=households(), satker__code=CODE).pk
    area = SatkerWilayahTugas.objects.get(satker__code=CODE).pk
    kinds = dict(Job.objects.order_by("created_at").values_list("kind", "pk"))
    waiting = Job.objects.filter(state="queued").order_by("pk").last()
    last = AuditEntry.objects.order_by("pk").last()
    assert last is not None
    assert waiting is not None
    audit = address("cerdas_auditentry_changelist")

    def job(kind: str) -> Shot:
        return Shot(address("cerdas_job_change", kinds[kind]))

    return {
        "activities": Shot(address("kegiatan_kegiatansatker_changelist")),
        "activity": Shot(address("kegiatan_kegiatansatker_change", place)),
        "activity-history": Shot(address("kegiatan_kegiatansatker_history", place)),
        "questionnaire": Shot(address("kegiatan_form_versions", other)),
        "questionnaire-version": Shot(address("kegiatan_form_version", other, 2)),
        "questionnaire-compare": Shot(address("kegiatan_form_compare", other)),
        "questionnaire-compare-one": Shot(address("kegiatan_form_compare", place)),
        "area": Shot(address("satker_satkerwilayahtugas_changelist")),
        "area-code": Shot(address("satker_satkerwilayahtugas_change", area)),
        "area-history": Shot(address("satker_satkerwilayahtugas_history", area)),
        "jobs": Shot(address("cerdas_job_changelist")),
        "job": job(EXPORT),
        "job-waiting": Shot(address("cerdas_job_change", waiting.pk)),
        "job-cancel": Shot(address("cerdas_job_cancel", waiting.pk)),
        "job-people": job(PEOPLE_CHECK),
        "job-failed": job(CHECK),
        "job-many": job(BULK),
        "job-recheck": job(RECHECK),
        "audit": Shot(audit),
        "audit-filters": Shot(audit, press("Saringan", waits_for="#filter-form")),
        "audit-entry": Shot(address("cerdas_auditentry_change", last.pk)),
        "audit-export": Shot(audit, press("Ekspor"), is_judged=False),
        "absent": Shot(f"{OFFICE}tidak-ada/", status=404),
        "refused": Shot(address("assignments_assignment_add"), status=403),
    }
