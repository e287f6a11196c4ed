"""What needs doing, per role: the home pages of both sites.

Counts are exact and live, by index, in a number of queries that does not grow with the data.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assignments.models import ResponseStatus
from cerdas.admin_figures import Activity, activities, assignments_link
from cerdas.admin_pages import admin_link
from cerdas.admin_rights import OfficeRights, office_rights
from cerdas.admin_waiting import failed_jobs, parked_waiting
from cerdas.jobs.selectors import RECENT_DAYS, failed_recently, recent_since
from cerdas.models import Job
from kegiatan.admin_crew import members_here
from kegiatan.admin_member_filters import NEVER, holding_role, never_had_unit
from kegiatan.models import (
    FormVersion,
    KegiatanSatker,
    KegiatanSatkerUserRole,
    KegiatanStatistik,
)
from masterdata.models import MasterData, MasterSls
from satker.models import (
    Invitation,
    InvitationState,
    Satker,
    SatkerUserRole,
    SatkerWilayahTugas,
    User,
)
from satker.permissions import ADMIN_SATKER, PPL

OFFICE, GLOBAL = "satker_admin", "global_admin"
SOON_DAYS = 7
NAMES_SHOWN = 3


@dataclass(frozen=True)
class Todo:
    """Something that waits. count: how much; link: where it is done, or ""; style: how urgent."""

    title: str
    count: int
    icon: str
    link: str = ""
    note: str = ""
    style: str = "c-notice"


@dataclass(frozen=True)
class Home:
    """todos: only what waits; activities: the office's, with figures; facts: (name, value)."""

    todos: list[Todo]
    activities: list[Activity] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    administers: bool = False


def office_home(request: HttpRequest) -> Home | None:
    """Return what needs doing for this admin of the office in the URL."""
    rights = office_rights(request)
    if rights is None or not rights.any:
        return None
    shown = activities(_places(rights), rights.satker, OFFICE)
    own = [item for item in shown if rights.administers(item.kegiatan.pk)]
    todos = (
        _field_work(own) + _parked(rights) + _periods(shown) + _failed(failed_jobs(rights), OFFICE)
    )
    if own:
        todos += _without_work(rights, own)
    if rights.sees_all:
        todos += _people(rights) + _without_admin(shown)
    waiting = [todo for todo in todos if todo.count]
    return Home(waiting, shown, administers=bool(own))


def _places(rights: OfficeRights) -> QuerySet[KegiatanSatker]:
    places = KegiatanSatker.objects.filter(satker=rights.satker, left_at__isnull=True)
    if not rights.sees_all:
        places = places.filter(kegiatan_statistik_id__in=rights.kegiatan_ids)
    return (
        places.select_related("kegiatan_statistik")
        .defer("kegiatan_statistik__form_schema")
        .order_by("-kegiatan_statistik__start_date", "kegiatan_statistik__name")
    )


def _field_work(own: list[Activity]) -> list[Todo]:
    """Return what admin_kegiatan decides, and what is back in the field, of their activities."""
    approved, rejected = ResponseStatus.APPROVED_PML, ResponseStatus.REJECTED_ADMIN
    only = own[0].kegiatan.pk if len(own) == 1 else None
    return [
        Todo(
            _("Waiting for your final approval"),
            sum(item.counts.get(approved, 0) for item in own),
            "approval",
            assignments_link(OFFICE, only, approved),
        ),
        Todo(
            _("Rejected by you, not yet sent again"),
            sum(item.counts.get(rejected, 0) for item in own),
            "assignment_return",
            assignments_link(OFFICE, only, rejected),
            style="",
        ),
    ]


def _parked(rights: OfficeRights) -> list[Todo]:
    waiting = parked_waiting(rights)
    link = admin_link("assignments_parkedoperation_changelist", site=OFFICE, state="waiting")
    note = _("Sent from the field, could not be applied. Nothing of it is lost.")
    return [
        Todo(_("Field work that waits for a decision"), waiting.count(), "inbox", link, note,
             "c-urgent")
    ]  # fmt: skip


def _periods(shown: list[Activity]) -> list[Todo]:
    soon = [
        item
        for item in shown
        if item.phase.days_left is not None and item.phase.days_left <= SOON_DAYS
    ]
    link = admin_link("kegiatan_kegiatansatker_changelist", site=OFFICE)
    title = _("Field period ends within %(n)d days") % {"n": SOON_DAYS}
    return [Todo(title, len(soon), "event_busy", link, _named(i.kegiatan.name for i in soon))]


def _failed(jobs: QuerySet[Job], site: str) -> list[Todo]:
    since = recent_since().isoformat()
    link = admin_link(
        "cerdas_job_changelist", site=site, state__exact="failed", created_at__gte=since
    )
    note = _("In the last %(n)d days.") % {"n": RECENT_DAYS}
    return [Todo(_("Failed jobs"), jobs.count(), "error", link, note, "c-urgent")]


def _without_work(rights: OfficeRights, own: list[Activity]) -> list[Todo]:
    """Return how many PPL never had a unit: exactly those whom the linked list shows."""
    members = members_here(rights).filter(left_at__isnull=True)
    query: dict[str, Any] = {"role": PPL, "work": NEVER}
    if len(own) == 1:
        query["kegiatan"] = own[0].kegiatan.pk
        members = members.filter(kegiatan_statistik=own[0].kegiatan)
    idle = never_had_unit(holding_role(members, PPL))
    link = admin_link("kegiatan_kegiatanmember_changelist", site=OFFICE, **query)
    note = _("PPL without a single assignment.")
    return [Todo(_("People without work"), idle.count(), "person_off", link, note)]


def _people(rights: OfficeRights) -> list[Todo]:
    """Return people without any role, and invitations that nobody has answered."""
    in_office = SatkerUserRole.objects.filter(user=OuterRef("pk"), content_object=rights.satker)
    in_activity = KegiatanSatkerUserRole.objects.filter(
        user=OuterRef("pk"),
        content_object__satker=rights.satker,
        content_object__left_at__isnull=True,
    )
    idle = User.objects.filter(
        ~Exists(in_office), ~Exists(in_activity), satker=rights.satker, is_active=True
    )
    invited = Invitation.objects.filter(satker=rights.satker, state=InvitationState.WAITING)
    people = admin_link("satker_user_changelist", site=OFFICE, role="none", account="active")
    invitations = admin_link("satker_invitation_changelist", site=OFFICE, state__exact="waiting")
    return [
        Todo(_("People without a role"), idle.count(), "person_off", people,
             _("They can sign in and see no activity.")),
        Todo(_("Invitations without answer"), invited.count(), "mail", invitations, style=""),
    ]  # fmt: skip


def _without_admin(shown: list[Activity]) -> list[Todo]:
    """Return activities of the office that nobody administers."""
    held = KegiatanSatkerUserRole.objects.filter(
        content_object__in=[item.place.pk for item in shown],
        permission__codename="admin_kegiatan",
        user__is_active=True,
    )
    having = set(held.values_list("content_object_id", flat=True))
    without = [item for item in shown if item.place.pk not in having]
    link = admin_link("kegiatan_kegiatansatker_changelist", site=OFFICE)
    names = _named(item.kegiatan.name for item in without)
    return [Todo(_("Activities without admin"), len(without), "event_note", link, names)]


def global_home() -> Home:
    """Return what needs doing in the whole installation, for super_admin."""
    todos = [*_offices(), *_kegiatan(), *_failed(failed_recently(Job.objects.all()), GLOBAL)]
    return Home([todo for todo in todos if todo.count], facts=_facts())


def _offices() -> list[Todo]:
    admins = SatkerUserRole.objects.filter(
        content_object=OuterRef("pk"), permission__codename=ADMIN_SATKER, user__is_active=True
    )
    area = SatkerWilayahTugas.objects.filter(satker=OuterRef("pk"))
    counts = Satker.objects.aggregate(
        without_admin=Count("pk", filter=~Exists(admins)),
        without_area=Count("pk", filter=~Exists(area)),
    )
    link = admin_link("satker_satker_changelist", site=GLOBAL)
    return [
        Todo(_("Offices without admin"), counts["without_admin"], "person_off",
             f"{link}?lacks=admin", _("Nobody can work there yet."), "c-urgent"),
        Todo(_("Offices without area"), counts["without_area"], "wrong_location",
             f"{link}?lacks=area", _("No unit can be made for them.")),
    ]  # fmt: skip


def _kegiatan() -> list[Todo]:
    versions = FormVersion.objects.filter(kegiatan=OuterRef("pk"))
    places = KegiatanSatker.objects.filter(kegiatan_statistik=OuterRef("pk"), left_at__isnull=True)
    counts = KegiatanStatistik.objects.aggregate(
        without_form=Count("pk", filter=~Exists(versions)),
        without_office=Count("pk", filter=Q(~Exists(places))),
    )
    link = admin_link("kegiatan_kegiatanstatistik_changelist", site=GLOBAL)
    return [
        Todo(_("Activities without questionnaire"), counts["without_form"], "quiz",
             f"{link}?lacks=form"),
        Todo(_("Activities without office"), counts["without_office"], "domain_disabled",
             f"{link}?lacks=office"),
    ]  # fmt: skip


def _facts() -> list[tuple[str, str]]:
    """Return the state of region master and datasets."""
    newest = MasterSls.objects.order_by("-pk").values_list("created_at", flat=True).first()
    loaded = _("not loaded yet")
    if newest is not None:
        loaded = _("loaded, last addition on %(day)s") % {
            "day": date_format(timezone.localtime(newest), "j M Y")
        }
    sets = MasterData.objects.filter(is_active=True).order_by("type")
    names = [f"{kind} {version}" for kind, version in sets.values_list("type", "version")]
    return [
        (_("Region master"), loaded),
        (_("Datasets in use"), ", ".join(names) or _("none yet")),
        (_("Offices"), str(Satker.objects.count())),
        (_("Activities"), str(KegiatanStatistik.objects.count())),
    ]


def _named(names: Any) -> str:
    """Return the first few names."""
    found = list(names)
    rest = f" +{len(found) - NAMES_SHOWN}" if len(found) > NAMES_SHOWN else ""
    return ", ".join(found[:NAMES_SHOWN]) + rest
