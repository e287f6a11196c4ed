"""Give or take a role, or name a supervisor, for many people of an activity at once."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from cerdas.progress import Progress, no_progress
from cerdas.tenancy import tenant_scope
from kegiatan.models import KegiatanSatker
from kegiatan.services.roles import role_grant, role_revoke
from satker.errors import NotInOffice
from satker.models import User
from satker.permissions import PPL

GIVE, TAKE, SUPERVISE = "give", "take", "supervise"
_PROGRESS_EVERY = 10


def crew_change(
    *,
    actor: User,
    place: KegiatanSatker,
    users: Sequence[User],
    what: str,
    role: str = PPL,
    pml: User | None = None,
    progress: Progress = no_progress,
) -> int:
    """Change people of an activity in one transaction; return how many there were.

    what: GIVE (with pml for a PPL), TAKE, or SUPERVISE (the PPL among them work under pml; who is
    no PPL becomes one). Repeating changes nothing.
    Raises what `role_grant` and `role_revoke` raise; NotInOffice names the person.
    """
    with tenant_scope(place.satker_id):
        for done, user in enumerate(users, start=1):
            try:
                _change(actor, place, user, what, role, pml)
            except NotInOffice as error:
                message = _("%(person)s does not work for your office now.")
                raise NotInOffice(message % {"person": user.name}) from error
            if done % _PROGRESS_EVERY == 0 or done == len(users):
                progress(done, len(users))
    return len(users)


def _change(
    actor: User, place: KegiatanSatker, user: User, what: str, role: str, pml: User | None
) -> None:
    if what == TAKE:
        role_revoke(actor=actor, kegiatan_satker=place, user=user, role=role)
        return
    given = PPL if what == SUPERVISE else role
    role_grant(actor=actor, kegiatan_satker=place, user=user, role=given, pml=pml)
