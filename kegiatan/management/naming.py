"""How commands name an activity, a role and a supervisor."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from cerdas.errors import Invalid, NotFound
from kegiatan.models import KegiatanSatker, KegiatanStatistik
from kegiatan.selectors import kegiatan_by_reference
from satker.access import satker_user
from satker.models import Satker, User
from satker.permissions import INVITATION_ROLES, SATKER_ROLES


def add_role_arguments(parser: CommandParser, *, pml: bool) -> None:
    """Add --email, --role, --kegiatan and, where it makes sense, --pml."""
    parser.add_argument("--email", required=True, help=_("The person the role is for."))
    parser.add_argument("--role", required=True, choices=INVITATION_ROLES)
    parser.add_argument("--kegiatan", help=_("Id or whole name; for admin_satker there is none."))
    if pml:
        parser.add_argument("--pml", metavar="EMAIL", help=_("Supervisor of a PPL."))


def place_named(*, satker: Satker, options: dict[str, Any]) -> KegiatanSatker | None:
    """Return the office's row of the activity named, None for a role in the office.

    Raises Invalid (an activity is missing, or one too many), NotFound (the office has no such).
    """
    named = options["kegiatan"]
    if options["role"] in SATKER_ROLES:
        if named:
            raise Invalid(_("%(role)s is held in the office: leave --kegiatan out.") % options)
        return None
    if not named:
        raise Invalid(_("%(role)s is held in an activity: say which, --kegiatan.") % options)
    places = KegiatanSatker.objects.filter(satker=satker).select_related("kegiatan_statistik")
    by_kegiatan = {place.kegiatan_statistik: place for place in places}
    return by_kegiatan[kegiatan_by_reference(named, among=by_kegiatan)]


def kegiatan_named(reference: str) -> KegiatanStatistik:
    """Return any activity by id or whole name, for super_admin. Raises NotFound."""
    everything = KegiatanStatistik.objects.defer("form_schema")
    return kegiatan_by_reference(reference, among=everything)


def person_named(*, satker: Satker, email: str) -> User:
    """Return a person of the office by email. Raises NotFound naming the email as it was given."""
    try:
        return satker_user(satker=satker, email=email)
    except NotFound as error:
        message = _("%(email)s does not work for your office. Recruit them first.")
        raise NotFound(message % {"email": email}) from error


def supervisor_named(*, satker: Satker, options: dict[str, Any]) -> User | None:
    """Return the supervisor named by --pml, or None. Raises NotFound."""
    return person_named(satker=satker, email=options["pml"]) if options["pml"] else None
