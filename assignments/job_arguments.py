"""What the arguments of a job about units name. Read in the scope of the job's office."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cerdas.errors import NotFound
from cerdas.jobs.kinds import JobRun
from kegiatan.models import KegiatanStatistik
from satker.models import Satker, User


def office_of(run: JobRun) -> Satker:
    """Return the office of a job. Raises NotFound for a job of no office."""
    if run.satker is None:
        raise NotFound
    return run.satker


def activity_of(run: JobRun) -> KegiatanStatistik:
    """Return the activity that a job names, of its office. Raises NotFound."""
    wanted = UUID(str(run.arguments["kegiatan"]))
    found = KegiatanStatistik.objects.filter(pk=wanted, kegiatan_satkers__satker=office_of(run))
    kegiatan = found.first()
    if kegiatan is None:
        raise NotFound
    return kegiatan


def person_of(satker: Satker, person_id: Any) -> User | None:
    """Return a person of the office by id, None where none is named. Raises NotFound."""
    if not person_id:
        return None
    found = User.objects.filter(pk=UUID(str(person_id)), satker=satker).first()
    if found is None:
        raise NotFound(_("The person chosen does not work for your office any more."))
    return found
