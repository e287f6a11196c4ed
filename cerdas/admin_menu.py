"""The menus of the admin sites: by task, in the order of a day's work, not by table."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from cerdas.admin_waiting import APPROVAL, FAILED, PARKED


@dataclass(frozen=True)
class Task:
    """One entry. url: name within the site; model: `app.Model` whose page decides who sees it.

    badge: name of the number shown beside it (cerdas/admin_waiting.py), or "".
    """

    title: Any
    icon: str
    url: str
    model: str
    badge: str = ""


@dataclass(frozen=True)
class TaskGroup:
    """Entries under one heading."""

    title: Any
    tasks: tuple[Task, ...]


OFFICE_TASKS = (
    TaskGroup(
        _("Field work"),
        (
            Task(_("Assignments"), "assignment", "assignments_assignment_changelist",
                 "assignments.Assignment", APPROVAL),
            Task(_("Waiting field work"), "inbox", "assignments_parkedoperation_changelist",
                 "assignments.ParkedOperation", PARKED),
        ),
    ),
    TaskGroup(
        _("People"),
        (
            Task(_("People of the office"), "group", "satker_user_changelist", "satker.User"),
            Task(_("Crew of activities"), "groups", "kegiatan_kegiatanmember_changelist",
                 "kegiatan.KegiatanMember"),
            Task(_("Invitations"), "mail", "satker_invitation_changelist", "satker.Invitation"),
        ),
    ),
    TaskGroup(
        _("Office"),
        (
            Task(_("Activities"), "event_note", "kegiatan_kegiatansatker_changelist",
                 "kegiatan.KegiatanSatker"),
            Task(_("Area"), "map", "satker_satkerwilayahtugas_changelist",
                 "satker.SatkerWilayahTugas"),
            Task(_("Jobs"), "pending_actions", "cerdas_job_changelist", "cerdas.Job", FAILED),
            Task(_("Audit trail"), "history", "cerdas_auditentry_changelist",
                 "cerdas.AuditEntry"),
        ),
    ),
)  # fmt: skip
GLOBAL_TASKS = (
    TaskGroup(
        _("Activities"),
        (
            Task(_("Activities"), "event_note", "kegiatan_kegiatanstatistik_changelist",
                 "kegiatan.KegiatanStatistik"),
        ),
    ),
    TaskGroup(
        _("Offices and people"),
        (
            Task(_("Offices"), "apartment", "satker_satker_changelist", "satker.Satker"),
            Task(_("People"), "group", "satker_user_changelist", "satker.User"),
        ),
    ),
    TaskGroup(
        _("Master data"),
        (
            Task(_("Region master"), "account_tree", "masterdata_mastersls_changelist",
                 "masterdata.MasterSls"),
            Task(_("Datasets"), "dataset", "masterdata_masterdata_changelist",
                 "masterdata.MasterData"),
        ),
    ),
    TaskGroup(
        _("System"),
        (
            Task(_("Jobs"), "pending_actions", "cerdas_job_changelist", "cerdas.Job", FAILED),
            Task(_("Audit trail"), "history", "cerdas_auditentry_changelist",
                 "cerdas.AuditEntry"),
        ),
    ),
)  # fmt: skip


def menu(site: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of a site's menu with the entries that this person may open."""
    badges = site.badges(request) if site.has_permission(request) else {}
    groups = [_home(site, request)] if site.has_permission(request) else []
    for group in site.tasks:
        items = [item for task in group.tasks if (item := _item(site, request, task, badges))]
        if items:
            groups.append({"title": group.title, "items": items, "separator": True})
    return groups


def _home(site: Any, request: HttpRequest) -> dict[str, Any]:
    link = reverse("admin:index", current_app=site.name)
    item = {
        "title": _("Home"),
        "icon": "home",
        "link": link,
        "active": request.path == link,
        "has_permission": True,
        "badge": "",
    }
    return {"title": "", "items": [item], "separator": False}


def _item(
    site: Any, request: HttpRequest, task: Task, badges: dict[str, str]
) -> dict[str, Any] | None:
    admin = _admin_of(site, task.model)
    if admin is None or not admin.has_module_permission(request):
        return None
    try:
        link = reverse(f"admin:{task.url}", current_app=site.name)
    except NoReverseMatch:
        return None
    return {
        "title": task.title,
        "icon": task.icon,
        "link": link,
        "active": request.path.startswith(link),
        "has_permission": True,
        "badge": badges.get(task.badge, ""),
        "badge_variant": "danger" if task.badge == FAILED else "primary",
    }


def _admin_of(site: Any, label: str) -> Any:
    for model, admin in site._registry.items():
        if model._meta.label == label:
            return admin
    return None
