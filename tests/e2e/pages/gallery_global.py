"""Pages of super_admin."""

from typing import Any

from cerdas.models import AuditEntry, Job
from cerdas.tenancy import super_scope
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from masterdata.background import DATASET_LOAD, SLS_CHECK
from masterdata.models import MasterData
from satker.models import Satker
from tests.e2e.pages.gallery import Shot, Shots, address
from tests.e2e.pages.gallery_world import CODE, EMPTY_CODE, households, listing, person
from tests.e2e.pages.mobile import app_built
from tests.e2e.pages.steps import press, send


def global_pages() -> Shots:
    """Return the pages of super_admin, with the designer built."""
    app_built()
    with super_scope():
        return {**_global_activities(), **_global_offices(), **_global_data()}


def _global(name: str, *args: Any) -> str:
    return address(name, *args, site="global_admin")


def _global_activities() -> Shots:
    one, other = listing().pk, households().pk
    bare = KegiatanStatistik.objects.get(name__startswith="Survei").pk
    place = KegiatanSatker.objects.get(kegiatan_statistik=one, satker__code=CODE).pk
    add, draft = _global("kegiatan_kegiatanstatistik_add"), _global("kegiatan_draft", one)
    plain = f"{draft}?editor=plain"
    return {
        "home": Shot("/admin/"),
        "activities": Shot(_global("kegiatan_kegiatanstatistik_changelist")),
        "activity-add": Shot(add),
        "activity-add-wrong": Shot(add, send("#kegiatanstatistik_form", name="", year="1")),
        "activity": Shot(_global("kegiatan_kegiatanstatistik_change", one)),
        "activity-bare": Shot(_global("kegiatan_kegiatanstatistik_change", bare)),
        "activity-history": Shot(_global("kegiatan_kegiatanstatistik_history", one)),
        "activity-offices": Shot(_global("kegiatan_offices_add", bare)),
        "activity-leave": Shot(_global("kegiatan_office_leave", one, place)),
        "activity-recheck": Shot(_global("kegiatan_recheck", one)),
        "publish": Shot(_global("kegiatan_form_publish", one)),
        "publish-wrong": Shot(_global("kegiatan_form_publish", one), send()),
        "questionnaire": Shot(_global("kegiatan_form_version", other, 2)),
        "questionnaire-versions": Shot(_global("kegiatan_form_versions", one)),
        "questionnaire-versions-two": Shot(_global("kegiatan_form_versions", other)),
        "questionnaire-versions-none": Shot(_global("kegiatan_form_versions", bare)),
        "questionnaire-compare": Shot(_global("kegiatan_form_compare", other)),
        "questionnaire-draft": Shot(draft),
        "questionnaire-draft-plain": Shot(plain),
        "questionnaire-draft-faults": Shot(plain, press("Periksa", waits_for="#faults")),
        "questionnaire-preview": Shot(_global("kegiatan_designer_preview", one)),
        "questionnaire-draft-publish": Shot(_global("kegiatan_draft_publish", one)),
        "questionnaire-draft-discard": Shot(_global("kegiatan_draft_discard", one)),
        "questionnaire-draft-empty": Shot(_global("kegiatan_draft", bare)),
    }


def _global_offices() -> Shots:
    office, bare = Satker.objects.get(code=CODE).pk, Satker.objects.get(code=EMPTY_CODE).pk
    chief = person(f"satker.{CODE}").pk
    add, admin_add = _global("satker_satker_add"), _global("satker_admin_add", office)
    people, link = _global("satker_user_changelist"), _global("satker_user_link", chief)
    return {
        "offices": Shot(_global("satker_satker_changelist")),
        "office-add": Shot(add),
        "office-add-wrong": Shot(add, send("#satker_form", code="61 04")),
        "office": Shot(_global("satker_satker_change", office)),
        "office-bare": Shot(_global("satker_satker_change", bare)),
        "office-history": Shot(_global("satker_satker_history", office)),
        "office-admin-add": Shot(admin_add),
        "office-admin-add-wrong": Shot(admin_add, send(email="bukan surel")),
        "area-check": Shot(_global("satker_area_check")),
        "people": Shot(people),
        "people-add": Shot(_global("satker_user_add")),
        "person": Shot(_global("satker_user_change", chief)),
        "person-history": Shot(_global("satker_user_history", chief)),
        "person-link": Shot(link),
    }


def _global_data() -> Shots:
    older, newer = MasterData.objects.order_by("version").values_list("pk", flat=True)
    regions = _global("masterdata_mastersls_changelist")
    dataset_upload = _global("masterdata_masterdata_upload")
    kinds = dict(Job.objects.filter(satker__isnull=True).values_list("kind", "pk"))
    job, dataset_job = kinds[SLS_CHECK], kinds[DATASET_LOAD]
    states = dict(Job.objects.values_list("state", "pk"))
    waiting, failed = states["queued"], states["failed"]
    last = AuditEntry.objects.filter(satker__isnull=True).order_by("pk").last()
    assert last is not None
    return {
        "regions": Shot(regions),
        "regions-kecamatan": Shot(f"{regions}?code={CODE}"),
        "regions-sls": Shot(f"{regions}?code=6104080001"),
        "regions-search": Shot(f"{regions}?code=61&q=siantan"),
        "regions-upload": Shot(_global("masterdata_mastersls_upload")),
        "regions-upload-wrong": Shot(_global("masterdata_mastersls_upload"), send()),
        "regions-outcome": Shot(_global("masterdata_mastersls_outcome", job)),
        "datasets": Shot(_global("masterdata_masterdata_changelist")),
        "dataset": Shot(_global("masterdata_masterdata_change", newer)),
        "dataset-compare": Shot(_global("masterdata_masterdata_compare", older, newer)),
        "dataset-activate": Shot(_global("masterdata_masterdata_activate", newer)),
        "dataset-outcome": Shot(_global("masterdata_masterdata_outcome", dataset_job)),
        "dataset-upload": Shot(dataset_upload),
        "dataset-upload-wrong": Shot(dataset_upload, send()),
        "jobs": Shot(_global("cerdas_job_changelist")),
        "job": Shot(_global("cerdas_job_change", job)),
        "job-cancel": Shot(_global("cerdas_job_cancel", waiting)),
        "job-retry": Shot(_global("cerdas_job_retry", failed)),
        "audit": Shot(_global("cerdas_auditentry_changelist")),
        "audit-entry": Shot(_global("cerdas_auditentry_change", last.pk)),
        "absent": Shot("/admin/tidak-ada/", status=404),
    }
