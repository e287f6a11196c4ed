"""What the commands on units share: naming an activity, units and people of the acting office."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from assignments.models import Assignment
from cerdas.errors import Invalid, NotFound
from kegiatan.models import KegiatanStatistik
from kegiatan.selectors import kegiatan_by_reference
from satker.access import satker_user
from satker.models import Satker, User


def office_kegiatan(satker: Satker, reference: str) -> KegiatanStatistik:
    """Return an activity that the office carries or carried out, by id or whole name.

    Raises NotFound.
    """
    among = KegiatanStatistik.objects.filter(kegiatan_satkers__satker=satker).defer("form_schema")
    return kegiatan_by_reference(reference, among=among)


def kegiatan_of_units(assignment_ids: Collection[UUID]) -> KegiatanStatistik:
    """Return the one activity that these units of the open scope belong to.

    Raises NotFound, Invalid when they are of several.
    """
    units = Assignment.objects.filter(pk__in=assignment_ids)
    found = KegiatanStatistik.objects.filter(
        pk__in=units.values("kegiatan_statistik_id").distinct()
    )
    kegiatan = list(found[:2])
    if not kegiatan:
        raise NotFound
    if len(kegiatan) > 1:
        raise Invalid(_("These units belong to several activities; name those of one at a time."))
    return kegiatan[0]


def office_person(satker: Satker, email: str | None) -> User | None:
    """Return a person of the office by email, None without email. Raises NotFound."""
    if email is None:
        return None
    try:
        return satker_user(satker=satker, email=email)
    except NotFound as error:
        message = _("%(email)s does not work for your office now.") % {"email": email}
        raise NotFound(message) from error
