"""What the pages about people show and ask: roles, supervisors, open work, forms for many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import Assignment, ResponseStatus
from assignments.services.releasing import OPEN_FOR_PPL
from cerdas.admin_rights import OfficeRights, office_choices
from cerdas.jobs.services import job_start
from cerdas.models import Job
from kegiatan.background import CREW_CHANGE
from kegiatan.models import KegiatanMember, KegiatanSatker, KegiatanSatkerUserRole
from kegiatan.services.crew_changing import GIVE, SUPERVISE, TAKE, crew_change
from satker.models import Satker, SatkerUserRole, User
from satker.permissions import ADMIN_KEGIATAN, PML, PPL

AT_ONCE = 25  # people; more are a job
_INPUT = {"class": "c-input"}


@dataclass(frozen=True)
class RoleShown:
    """A role as a page shows it. kegiatan: its name, empty for a role in the office."""

    role: str
    kegiatan: str = ""
    kegiatan_id: UUID | None = None


@dataclass
class PersonFacts:
    """What a list adds to a person. open_units: units that are not done, as PPL or PML."""

    roles: list[RoleShown] = field(default_factory=list)
    open_units: int = 0


def people_facts(
    satker: Satker, user_ids: Collection[UUID], kegiatan_ids: Collection[UUID] | None
) -> dict[UUID, PersonFacts]:
    """Return roles and open work of people in an office, in five queries however many there are.

    kegiatan_ids: only of these activities, and no roles in the office; None: of all.
    """
    facts: dict[UUID, PersonFacts] = defaultdict(PersonFacts)
    if kegiatan_ids is None:
        held = SatkerUserRole.objects.filter(user_id__in=user_ids, content_object=satker)
        for user_id, role in held.values_list("user_id", "permission__codename"):
            facts[user_id].roles.append(RoleShown(role))
    for user_id, role, name, kegiatan_id in _roles(satker, user_ids, kegiatan_ids):
        facts[user_id].roles.append(RoleShown(role, name, kegiatan_id))
    for (user_id, _kegiatan), n in open_units(satker, user_ids, kegiatan_ids).items():
        facts[user_id].open_units += n
    return facts


def _roles(
    satker: Satker, user_ids: Collection[UUID], kegiatan_ids: Collection[UUID] | None
) -> Iterable[tuple[UUID, str, str, UUID]]:
    held = KegiatanSatkerUserRole.objects.filter(
        user_id__in=user_ids,
        content_object__satker=satker,
        content_object__left_at__isnull=True,
    )
    if kegiatan_ids is not None:
        held = held.filter(content_object__kegiatan_statistik_id__in=kegiatan_ids)
    return held.order_by(
        "-content_object__kegiatan_statistik__year",
        "content_object__kegiatan_statistik__name",
        "permission__codename",
    ).values_list(
        "user_id",
        "permission__codename",
        "content_object__kegiatan_statistik__name",
        "content_object__kegiatan_statistik_id",
    )


def open_units(
    satker: Satker, user_ids: Collection[UUID], kegiatan_ids: Collection[UUID] | None
) -> dict[tuple[UUID, UUID], int]:
    """Return {(person, activity): open units}; the units that `open_work_of` lists."""
    rows = Assignment.objects.filter(satker=satker, cancelled_at__isnull=True)
    if kegiatan_ids is not None:
        rows = rows.filter(kegiatan_statistik_id__in=kegiatan_ids)
    as_ppl = rows.filter(ppl_id__in=user_ids, response__status__in=OPEN_FOR_PPL)
    as_pml = rows.filter(pml_id__in=user_ids).exclude(
        response__status=ResponseStatus.APPROVED_ADMIN
    )
    counts: dict[tuple[UUID, UUID], int] = defaultdict(int)
    for key, found in (("ppl_id", as_ppl), ("pml_id", as_pml)):
        grouped = found.order_by().values_list(key, "kegiatan_statistik_id")
        for user_id, kegiatan_id, n in grouped.annotate(n=Count("pk")):
            counts[user_id, kegiatan_id] += n
    # PPL and PML of the same unit: one unit
    same = as_pml.filter(ppl_id=F("pml_id"), response__status__in=OPEN_FOR_PPL).order_by()
    grouped = same.values_list("ppl_id", "kegiatan_statistik_id")
    for user_id, kegiatan_id, n in grouped.annotate(n=Count("pk")):
        counts[user_id, kegiatan_id] -= n
    return counts


class FactsChangeList(ChangeList):
    """Adds what a list shows of people to the rows of one page, whatever their number."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then its facts."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        admin: Any = self.model_admin
        admin.add_facts(request, self.result_list)


# --- forms


class _SupervisorField(forms.ChoiceField):
    widget = forms.Select(attrs=_INPUT)


def places_for_roles(rights: OfficeRights) -> QuerySet[KegiatanSatker]:
    """Return the activities in which an admin gives some role."""
    places = office_choices(rights, KegiatanSatker).filter(left_at__isnull=True)
    return (
        places.select_related("kegiatan_statistik")
        .defer("kegiatan_statistik__form_schema")
        .order_by("-kegiatan_statistik__year", "kegiatan_statistik__name")
    )


def roles_given(rights: OfficeRights, place: KegiatanSatker) -> list[str]:
    """Return the roles that an admin gives in an activity; as `check_grants_role` has it."""
    if rights.is_super_admin:
        return [PPL, PML, ADMIN_KEGIATAN]
    field_roles = [PPL, PML] if rights.administers(place.kegiatan_statistik_id) else []
    return [*field_roles, *([ADMIN_KEGIATAN] if rights.is_admin_satker else [])]


def supervisors(places: Iterable[KegiatanSatker]) -> dict[int, list[User]]:
    """Return {KegiatanSatker id: its PML by name}, active people of the office; one query."""
    found: dict[int, list[User]] = {place.pk: [] for place in places}
    held = KegiatanSatkerUserRole.objects.filter(
        content_object_id__in=found, permission__codename=PML, user__is_active=True
    ).select_related("user")
    for row in held.order_by("user__name", "user__email"):
        found[row.content_object_id].append(row.user)
    return found


class RoleForm(forms.Form):
    """A role in an activity, with the supervisor of a PPL.

    The supervisors of every activity are in one list, each under its activity.
    """

    place = forms.ChoiceField(label=gettext_lazy("Activity"), widget=forms.Select(attrs=_INPUT))
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.Select(attrs=_INPUT))
    pml = _SupervisorField(
        label=gettext_lazy("Supervisor (PML)"),
        required=False,
        help_text=gettext_lazy("Only for a PPL. Empty keeps the one there is."),
    )

    def __init__(self, rights: OfficeRights, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rights = rights
        self.places = {
            str(place.pk): place for place in places_for_roles(rights) if roles_given(rights, place)
        }
        roles = {role for place in self.places.values() for role in roles_given(rights, place)}
        self._supervisors = supervisors(self.places.values())
        names = {pk: str(place.kegiatan_statistik) for pk, place in self.places.items()}
        self._set("place", names.items())
        self._set("role", [(role, role) for role in (PPL, PML, ADMIN_KEGIATAN) if role in roles])
        groups = [
            (names[pk], [(f"{pk}:{user.pk}", user.name) for user in self._supervisors[place.pk]])
            for pk, place in self.places.items()
            if self._supervisors[place.pk]
        ]
        self._set("pml", [("", "–"), *groups])
        if PPL not in roles:
            del self.fields["pml"]

    def _set(self, name: str, choices: Iterable[Any]) -> None:
        chosen: Any = self.fields[name]
        chosen.choices = list(choices)

    def clean(self) -> dict[str, Any]:
        """Check the three against each other; `place` and `pml` become rows."""
        given = dict(self.cleaned_data)
        place = self.places.get(given.get("place", ""))
        if place is None or "role" not in given:
            return given
        if given["role"] not in roles_given(self.rights, place):
            self.add_error("role", _("You may not give this role in this activity."))
        given["place"] = place
        text = given.get("pml") or ""
        given["pml"] = None
        if text:
            self._clean_pml(given, place, text)
        return given

    def _clean_pml(self, given: dict[str, Any], place: KegiatanSatker, text: str) -> None:
        of_place, _sign, user_id = text.partition(":")
        if given["role"] != PPL:
            self.add_error("pml", _("Only a PPL has a supervisor."))
        elif of_place != str(place.pk):
            self.add_error("pml", _("This supervisor is PML of another activity."))
        else:
            people = {str(user.pk): user for user in self._supervisors[place.pk]}
            given["pml"] = people[user_id]


class CrewForm(RoleForm):
    """What to do with the people who were marked in the list of one activity."""

    what = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        widget=forms.Select(attrs=_INPUT),
        choices=[
            (GIVE, gettext_lazy("Give the role")),
            (TAKE, gettext_lazy("Take the role away")),
            (SUPERVISE, gettext_lazy("Set the supervisor")),
        ],
    )
    field_order = ("what", "place", "role", "pml")

    def __init__(self, rights: OfficeRights, place: KegiatanSatker, *args: Any, **kw: Any) -> None:
        super().__init__(rights, *args, **kw)
        self._set("place", [(str(place.pk), str(place.kegiatan_statistik))])
        self._set("role", [(role, role) for role in roles_given(rights, place)])

    def clean(self) -> dict[str, Any]:
        """A supervisor is needed to set one."""
        given = self.data.get("what")
        if given == SUPERVISE and "role" in self.cleaned_data:
            self.cleaned_data["role"] = PPL
        cleaned = super().clean()
        if given == SUPERVISE and not cleaned.get("pml") and "pml" not in self.errors:
            self.add_error("pml" if "pml" in self.fields else None, _("Choose the supervisor."))
        return cleaned


def crew_change_start(
    request: HttpRequest, rights: OfficeRights, users: Sequence[User], given: dict[str, Any]
) -> Job | None:
    """Change few people now, many as a job; tell the admin. Raises what `crew_change` raises."""
    place: KegiatanSatker = given["place"]
    pml: User | None = given.get("pml")
    what = given.get("what", GIVE)
    if len(users) <= AT_ONCE:
        changed = crew_change(
            actor=rights.user, place=place, users=users, what=what, role=given["role"], pml=pml
        )
        messages.success(request, _("Done for %(n)d people.") % {"n": changed})
        return None
    job = job_start(
        actor=rights.user,
        satker=rights.satker,
        kind=CREW_CHANGE,
        title=_("Roles of %(n)d people in %(kegiatan)s")
        % {"n": len(users), "kegiatan": place.kegiatan_statistik.name},
        arguments={
            "place": place.pk,
            "what": what,
            "role": given["role"],
            "pml": str(pml.pk) if pml else None,
            "users": [str(user.pk) for user in users],
        },
    )
    messages.info(request, _("The change runs as a job."))
    return job


def members_here(rights: OfficeRights) -> QuerySet[KegiatanMember]:
    """Return the memberships that an admin sees, ended ones too."""
    members = KegiatanMember.objects.filter(satker=rights.satker)
    if rights.sees_all:
        return members
    return members.filter(kegiatan_statistik_id__in=rights.kegiatan_ids)


def posted(request: HttpRequest) -> Any:
    """Return what a form was sent, also when nothing in it was filled in; None for a GET."""
    return request.POST if request.method == "POST" else None
