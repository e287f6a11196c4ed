"""What stands behind the addresses of the two admin sites: how to name another office's rows.

Whoever adds a page to an admin site adds its kwargs here, and a model its row in OBJECTS; whatever
is missing fails tests/contracts/test_admin_isolation.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from assignments.models import ParkedOperation
from cerdas.jobs.files import job_file_store
from cerdas.models import AuditEntry, Job, JobFile
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.models import KegiatanMember, KegiatanSatker
from masterdata.models import MasterData, MasterSls
from satker.models import SatkerWilayahTugas
from tests.contracts.world import OfficeRows, World

SECRET = "Rahasia"


@dataclass
class Things:
    """Rows of one office that addresses can name, besides those of the world."""

    office: OfficeRows
    job: Job
    file: JobFile
    parked: ParkedOperation
    audit: AuditEntry
    area: SatkerWilayahTugas
    member: KegiatanMember
    place: KegiatanSatker
    secrets: set[str] = field(default_factory=set)


def things_of(office: OfficeRows) -> Things:
    """Make what the world does not have: a job with a file, parked work, an entry of the trail."""
    satker, kegiatan = office.satker, office.own_kegiatan
    admin, ppl = office.people["admin_satker"], office.people["ppl"]
    letter = satker.code[-1]
    with tenant_scope(satker):
        job = Job.objects.create(
            satker=satker, actor=admin, kind="uji.rahasia", title=f"{SECRET} impor {letter}",
            state="failed", finished_at=timezone.now(), message=f"{SECRET} pesan {letter}",
            report={"refused": [{"row": 1, "value": f"{SECRET} nilai {letter}"}]},
        )  # fmt: skip
        file = job_file_store(
            job=job, content=BytesIO(f"{SECRET} isi {letter}".encode()),
            name=f"rahasia-{letter}.csv", role="result",
        )  # fmt: skip
        parked = ParkedOperation.objects.create(
            satker=satker, kegiatan=kegiatan, user=ppl, kind="submit", operation_id=uuid4(),
            assignment_id=office.unit.pk, payload_sha256="0" * 64, reason="reassigned",
            payload=f'{{"answers": {{"nama_krt": "{SECRET} tertahan {letter}"}}}}'.encode(),
        )  # fmt: skip
        member = KegiatanMember.objects.get(user=ppl, kegiatan_statistik=kegiatan)
        member.left_at = None
        member.pml = office.people["pml"]
        member.save()
        audit = AuditEntry.objects.filter(satker=satker).order_by("pk").last()
        assert audit is not None, "the audit trail of the office is empty"
    made = Things(
        office=office, job=job, file=file, parked=parked, audit=audit, member=member,
        area=SatkerWilayahTugas.objects.filter(satker=satker).order_by("pk").first(),
        place=KegiatanSatker.objects.get(satker=satker, kegiatan_statistik=kegiatan),
    )  # fmt: skip
    made.secrets = {
        *office.secrets, str(job.pk), str(file.pk), str(parked.pk), job.title, job.message,
        f"{SECRET} nilai {letter}", f"{SECRET} isi {letter}", f"{SECRET} tertahan {letter}",
        file.name,
    }  # fmt: skip
    return made


Name = Callable[[Things], str]
# How `<object_id>` of a registered model names a row of an office. Global rows belong to nobody.
OBJECTS: dict[str, Name] = {
    "assignments.assignment": lambda t: str(t.office.unit.pk),
    "assignments.parkedoperation": lambda t: str(t.parked.pk),
    "cerdas.auditentry": lambda t: str(t.audit.pk),
    "cerdas.job": lambda t: str(t.job.pk),
    "kegiatan.kegiatanmember": lambda t: str(t.member.pk),
    "kegiatan.kegiatansatker": lambda t: str(t.place.pk),
    "kegiatan.kegiatanstatistik": lambda t: str(t.office.own_kegiatan.pk),
    "masterdata.masterdata": lambda t: str(MasterData.objects.values_list("pk").first() or 1),
    "masterdata.mastersls": lambda t: str(MasterSls.objects.values_list("pk").first() or 1),
    "satker.invitation": lambda t: str(t.office.invitation.pk),
    "satker.satker": lambda t: str(t.office.satker.pk),
    "satker.satkerwilayahtugas": lambda t: str(t.area.pk),
    "satker.user": lambda t: str(t.office.people["ppl"].pk),
}
# How the other kwargs of addresses name rows; those of no row are constant.
KWARGS: dict[str, Name] = {
    "job_id": lambda t: str(t.job.pk),
    "unit_id": lambda t: str(t.office.unit.pk),
    "parked_id": lambda t: str(t.parked.pk),
    "invitation_id": lambda t: str(t.office.invitation.pk),
    "user_id": lambda t: str(t.office.people["ppl"].pk),
    "kegiatan_id": lambda t: str(t.office.own_kegiatan.pk),
    "satker_id": lambda t: str(t.office.satker.pk),
    "place_id": lambda t: str(t.place.pk),
    "other_id": lambda t: "2",
    "version": lambda t: "1",
    "form": lambda t: "csv",
    "url": lambda t: f"assignments/assignment/{t.office.unit.pk}/change/",
    "app_label": lambda t: "assignments",
}
# Kwargs that name no row.
CONSTANT = {"other_id", "version", "form", "app_label", "action"}
# A kwarg that means different things on different pages: (part of the template, kwarg).
SPECIAL: dict[tuple[str, str], Name] = {
    ("/cerdas/job/", "file_id"): lambda t: str(t.file.pk),
    ("/assignments/assignment/", "file_id"): lambda t: str(t.office.attachment_id),
    ("/do/<action>/", "action"): lambda t: "reject",
    ("/bulk/<action>/", "action"): lambda t: "approve",
}
# What a form or a filter may name, tried on every page as query and as body.
FIELDS: dict[str, Name] = {
    "kegiatan": lambda t: str(t.office.own_kegiatan.pk),
    "kegiatan_statistik": lambda t: str(t.office.own_kegiatan.pk),
    "kegiatan_statistik__id__exact": lambda t: str(t.office.own_kegiatan.pk),
    "satker": lambda t: str(t.office.satker.pk),
    "satker__id__exact": lambda t: str(t.office.satker.pk),
    "user": lambda t: str(t.office.people["ppl"].pk),
    "users": lambda t: str(t.office.people["ppl"].pk),
    "ids": lambda t: str(t.office.people["ppl"].pk),
    "actor__id__exact": lambda t: str(t.office.people["admin_satker"].pk),
    "ppl": lambda t: t.office.people["ppl"].email,
    "pml": lambda t: str(t.office.people["pml"].pk),
    "place": lambda t: str(t.place.pk),
    "member": lambda t: str(t.member.pk),
    "units": lambda t: str(t.office.unit.pk),
    "_selected_action": lambda t: str(t.office.unit.pk),
    "region": lambda t: f"{t.office.prefix}0800010001",
    "email": lambda t: t.office.people["ppl"].email,
    "who": lambda t: t.office.people["ppl"].name,
    "q": lambda t: t.office.unit.assignment_label,
}
# Told to whoever asks by design: the name of the office that a person belongs to (spec, "Roles").
MAY_NAME_THE_OFFICE = ("/satker/user/recruit/", "/satker/user/add/")

NOBODY = str(uuid4())
_ABSENT_NUMBER = "987654321"


def absent(value: str) -> str:
    """Return a value of the same form that names nothing."""
    if value.isdigit():
        return _ABSENT_NUMBER if len(value) < 10 else "75010800010001"
    if len(value) == 36 and value.count("-") == 4:
        return NOBODY
    return "tidak.ada@uji.example" if "@" in value else "Tidak-pernah-ada"


def name_of(template: str, kwarg: str) -> Name | None:
    """Return how a kwarg of an address names a row; None when nobody has said."""
    for (part, special), name in SPECIAL.items():
        if special == kwarg and part in template:
            return name
    if kwarg == "object_id":
        parts = template.split("/admin/", 1)[1].split("/")
        return OBJECTS.get(".".join(parts[:2]))
    return KWARGS.get(kwarg)


_DIGEST = """
    SELECT '{0}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} t
    WHERE satker_id = %(satker)s
"""


def _tenant_tables() -> Iterator[str]:
    from django.apps import apps

    for app in ("assignments", "kegiatan", "satker", "cerdas"):
        for model in apps.get_app_config(app).get_models():
            named = {f.name for f in model._meta.fields}
            if "satker" in named and model is not AuditEntry:
                yield model._meta.db_table


def stored_of(office: OfficeRows) -> list[Any]:
    """Return a digest of every row of an office, to see that a request changed none."""
    statement = " UNION ALL ".join(_DIGEST.format(table) for table in _tenant_tables())
    with super_scope(), connection.cursor() as cursor:
        cursor.execute(statement, {"satker": office.satker.pk})
        return list(cursor.fetchall())


def worlds_things(world: World) -> dict[str, Things]:
    """Return what both offices have, by letter."""
    return {letter: things_of(office) for letter, office in world.offices.items()}
